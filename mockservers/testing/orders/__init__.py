"""Orders in the terms of a shop, independent of any vendor: the input of an exporter.

`from_shopify`, `from_woocommerce` and `from_magento` read an order of those shops' REST APIs;
`as_json` and `from_json` are the kit's own form of it, which programs are given.
"""

from mockservers.testing.orders.as_json import as_json
from mockservers.testing.orders.as_text import as_text
from mockservers.testing.orders.files import read_orders
from mockservers.testing.orders.from_json import from_json
from mockservers.testing.orders.magento import from_magento
from mockservers.testing.orders.model import (
    Address,
    Change,
    Customer,
    Fee,
    Line,
    Order,
    Pieces,
    Presentment,
    Refund,
    Return,
    Subscription,
)
from mockservers.testing.orders.shopify import from_shopify
from mockservers.testing.orders.source import UnreadableOrder
from mockservers.testing.orders.statuses import NEXT, STATUSES, Status
from mockservers.testing.orders.woocommerce import from_woocommerce

__all__ = [
    "NEXT",
    "STATUSES",
    "Address",
    "Change",
    "Customer",
    "Fee",
    "Line",
    "Order",
    "Pieces",
    "Presentment",
    "Refund",
    "Return",
    "Status",
    "Subscription",
    "UnreadableOrder",
    "as_json",
    "as_text",
    "from_json",
    "from_magento",
    "from_shopify",
    "from_woocommerce",
    "read_orders",
]
