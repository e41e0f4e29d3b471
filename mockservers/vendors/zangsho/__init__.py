"""Zangsho (帳獸): customers, orders, subscriptions and their events, singly and in batches."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from mockservers.core.contract.loading import data_directory
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.deciding.view import View
from mockservers.vendors.zangsho.batches import import_batch, import_events
from mockservers.vendors.zangsho.changes import cancel_subscription, update_subscription
from mockservers.vendors.zangsho.customers import KIND as CUSTOMERS
from mockservers.vendors.zangsho.holding import COLLECTIONS
from mockservers.vendors.zangsho.idempotency import create_order
from mockservers.vendors.zangsho.lists import get_one, list_all
from mockservers.vendors.zangsho.operations import unauthenticated
from mockservers.vendors.zangsho.orders import KIND as ORDERS
from mockservers.vendors.zangsho.parsing import credentials
from mockservers.vendors.zangsho.payments import with_payments
from mockservers.vendors.zangsho.singles import create_one
from mockservers.vendors.zangsho.subscription_events import KIND as EVENTS
from mockservers.vendors.zangsho.subscriptions import KIND as SUBSCRIPTIONS


def _customer(document: dict[str, Any], view: View) -> dict[str, Any]:
    return dict(with_payments(view, document))


VENDOR = Vendor(
    name="zangsho",
    contract_folder=data_directory("contracts") / "zangsho",
    collections={**COLLECTIONS, CUSTOMERS.collection: replace(COLLECTIONS[CUSTOMERS.collection], render=_customer)},
    operations={
        "listCustomers": partial(list_all, CUSTOMERS),
        "createCustomer": partial(create_one, CUSTOMERS),
        "importCustomers": partial(import_batch, CUSTOMERS),
        "getCustomer": partial(get_one, CUSTOMERS),
        "listOrders": partial(list_all, ORDERS),
        "createOrder": create_order,
        "importOrders": partial(import_batch, ORDERS),
        "getOrder": partial(get_one, ORDERS),
        "listSubscriptions": partial(list_all, SUBSCRIPTIONS),
        "createSubscription": partial(create_one, SUBSCRIPTIONS),
        "importSubscriptions": partial(import_batch, SUBSCRIPTIONS),
        "getSubscription": partial(get_one, SUBSCRIPTIONS),
        "updateSubscription": update_subscription,
        "cancelSubscription": cancel_subscription,
        "listSubscriptionEvents": partial(list_all, EVENTS),
        "createSubscriptionEvent": partial(create_one, EVENTS),
        "importSubscriptionEvents": import_events,
    },
    credentials=credentials,
    unauthenticated=unauthenticated,
)
