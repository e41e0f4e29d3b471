"""What an organisation holds at OmniSegment: members, ids of other systems, products, custom fields, orders.

Documents have the vendor's field names. What the vendor adds: `id` of a member, `audience_id` where something belongs
to a member, `history` of a member, `foreign_ids` of a product, `product_lines` of an order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.vendor import Collection, Document, by, on
from mockservers.core.values.formats import decimal
from mockservers.core.values.json_text import dumps
from mockservers.core.values.numbers import Number, is_number, number

_ADDED = {
    "purchase": {"product_lines", "audience_id"},
    "audience": {"id", "history"},
    "product": {"foreign_ids", "site"},
}
"""What the vendor adds to what a document says."""

_DOCUMENTED = {"purchase": "PurchaseData", "voucher": "Voucher", "audience": "AudienceData", "product": "ProductData"}
"""The schemas of what has custom fields."""

MEMBERS, SOURCE_IDS, PRODUCTS, CUSTOM_FIELDS, ORDERS = "members", "source_ids", "products", "custom_fields", "orders"


def pair(*names: Any) -> str:
    """The key of what several names identify together."""
    return dumps([str(name) for name in names]).decode()


def entries(listed: str) -> list[str]:
    """The entries of a list that is joined by commas."""
    return [entry.strip() for entry in listed.split(",")]


def exact(value: Any) -> Decimal:
    """The amount that a number or a numeric text states; nothing when it is none."""
    return decimal(value) or Decimal(0)


def whole(value: Any) -> str:
    """The digits of a whole number, whatever exponent it is written with; empty for anything else."""
    if not is_number(value):
        return ""
    stated = exact(value)
    return str(int(stated)) if stated == int(stated) else ""


def amount(value: Decimal) -> Number:
    """An amount as a JSON number: whole where it is whole."""
    return number(value)


def has_digits_beyond(value: Any, most: int) -> bool:
    """Whether an amount has more digits before its point than are taken: sums of such amounts could not be shown."""
    return exact(value).adjusted() >= most


def _source_key(document: Document) -> str:
    return pair(document["source_system"], document["source_id"])


def _custom_key(document: Document) -> str:
    return pair(document["of"], document["name"])


def _foreign(product: Document) -> Iterable[str]:
    return [pair(system, name) for system, name in product.get("foreign_ids", {}).items()]


def _member(document: dict[str, Any], serial: int, _now: datetime) -> dict[str, Any]:
    document.setdefault("id", serial)
    if "history" in document:
        document["history"] = dict(document["history"])
    if document.get("member_sn") is not None:
        document["member_sn"] = whole(document["member_sn"]) or str(document["member_sn"])
    return document


def _product(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    document["foreign_ids"] = dict(document.get("foreign_ids", {}))
    if not document["foreign_ids"]:
        del document["foreign_ids"]
    document["id"] = whole(document["id"]) or str(document["id"])
    document.setdefault("title", document["id"])
    return document


def _custom_field(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    document.setdefault("of", "purchase")
    document["type"]
    return document


def _declaration_problem(document: Document, contract: Contract) -> str:
    """Why an organisation cannot have declared such a custom field; empty where it can."""
    kinds = contract.resolve("#/components/schemas/CustomFields/properties")
    kind, declared = document.get("of", "purchase"), document.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        return f"nothing of the kind {kind!r} has custom fields. Fix: give `of` one of: {', '.join(kinds)}."
    types = kinds[kind]["properties"]
    if not isinstance(declared, str) or declared not in types:
        return f"a custom field of a {kind} has no type {declared!r}. Fix: give `type` one of: {', '.join(types)}."
    name = document.get("name")
    if not isinstance(name, str) or not name:
        return "a custom field needs a name. Fix: give `name` the key under which orders send it."
    if name in _ADDED.get(kind, ()) or name in contract.resolve(f"#/components/schemas/{_DOCUMENTED[kind]}/properties"):
        return f"a {kind} has a key {name!r} of the vendor's own. Fix: give the custom field another name."
    return ""


def _order_problem(document: Document, contract: Contract) -> str:
    """Why an order cannot be held; empty where it can."""
    sent = document.get("products_quantity")
    amounts: dict[str, list[Any]] = {
        "omnisegment.purchase.revenue": [document.get("transaction_revenue")],
        "omnisegment.products.quantity-number": entries(sent) if isinstance(sent, str) else [],
    }
    for name, listed in amounts.items():
        most = contract.rules[name].values["digits"]
        if any(has_digits_beyond(each, most) for each in listed):
            return f"an amount of an order has more than {most} digits. Fix: give a smaller one."
    return ""


def _order(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    """A seeded order gets the lines that its plain lists name."""
    if isinstance(document.get("products"), str) and "product_lines" not in document:
        quantities = entries(document.get("products_quantity") or "")
        document["product_lines"] = [
            {"product_id": name, "product_quantity": amount(exact(quantities[at])) if at < len(quantities) else 0}
            for at, name in enumerate(entries(document["products"]))
            if name
        ]
    document["datetime"], document["transaction_revenue"]
    return document


COLLECTIONS = {
    MEMBERS: Collection(
        key=by("id"),
        indexes={name: on(name) for name in ("member_sn", "phone", "email", "line_id", "messenger_psid")},
        complete=_member,
    ),
    SOURCE_IDS: Collection(key=_source_key),
    PRODUCTS: Collection(key=by("id"), indexes={"foreign_id": _foreign}, complete=_product),
    CUSTOM_FIELDS: Collection(key=_custom_key, complete=_custom_field, problem=_declaration_problem),
    ORDERS: Collection(
        key=by("transaction_id"), indexes={"audience_id": on("audience_id")}, complete=_order, problem=_order_problem
    ),
}
