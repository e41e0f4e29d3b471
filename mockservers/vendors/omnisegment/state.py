"""The collections of an OmniSegment organisation: members, ids of other systems, products, custom fields, orders.

Documents have the vendor's field names. The vendor adds `id` and `history` of a member, `audience_id` of what belongs
to a member, `foreign_ids` of a product, and `product_lines` of an order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Shape
from mockservers.core.deciding.document_keys import DocumentKeys, DocumentsOf, keys_of
from mockservers.core.deciding.vendor import Collection, Document, by, on
from mockservers.core.values.json_text import dumps
from mockservers.vendors.omnisegment.values import amount, entries, exact, has_digits_beyond, whole_number

_VENDOR_FIELDS = {
    "purchase": {"product_lines", "audience_id"},
    "audience": {"id", "history"},
    "product": {"foreign_ids", "site"},
}
"""The fields that the vendor adds to a sent document."""
_SCHEMAS = {"purchase": "PurchaseData", "voucher": "Voucher", "audience": "AudienceData", "product": "ProductData"}
"""The schemas of documents that can have custom fields."""
MEMBERS, SOURCE_IDS, PRODUCTS, CUSTOM_FIELDS, ORDERS = "members", "source_ids", "products", "custom_fields", "orders"


def pair(*names: Any) -> str:
    """The key of a document that several names identify together."""
    return dumps([str(name) for name in names]).decode()


def _source_key(document: Document) -> str:
    return pair(document["source_system"], document["source_id"])


def _custom_key(document: Document) -> str:
    return pair(document["of"], document["name"])


def _foreign_keys(product: Document) -> Iterable[str]:
    return [pair(system, name) for system, name in product.get("foreign_ids", {}).items()]


def _complete_member(document: dict[str, Any], serial: int, _now: datetime) -> dict[str, Any]:
    document.setdefault("id", serial)
    if "history" in document:
        document["history"] = dict(document["history"])
    if document.get("member_sn") is not None:
        document["member_sn"] = whole_number(document["member_sn"]) or str(document["member_sn"])
    return document


def _complete_product(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    document["foreign_ids"] = dict(document.get("foreign_ids", {}))
    if not document["foreign_ids"]:
        del document["foreign_ids"]
    document["id"] = whole_number(document["id"]) or str(document["id"])
    document.setdefault("title", document["id"])
    return document


def _complete_custom_field(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    document.setdefault("of", "purchase")
    document["type"]
    return document


def _declaration_problem(document: Document, contract: Contract) -> str:
    """Why a declaration of a custom field is invalid; empty if it is valid."""
    kinds = contract.resolve("#/components/schemas/CustomFields/properties")
    kind, field_type = document.get("of", "purchase"), document.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        return f"nothing of the kind {kind!r} has custom fields. Fix: give `of` one of: {', '.join(kinds)}."
    types = kinds[kind]["properties"]
    if not isinstance(field_type, str) or field_type not in types:
        return f"a custom field of a {kind} has no type {field_type!r}. Fix: give `type` one of: {', '.join(types)}."
    name = document.get("name")
    if not isinstance(name, str) or not name:
        return "a custom field needs a name. Fix: give `name` the key under which orders send it."
    documented = contract.resolve(f"#/components/schemas/{_SCHEMAS[kind]}/properties")
    if name in _VENDOR_FIELDS.get(kind, ()) or name in documented:
        return f"a {kind} has a key {name!r} of the vendor's own. Fix: give the custom field another name."
    return ""


def _order_problem(document: Document, contract: Contract) -> str:
    """Why an order can't be stored; empty if it can."""
    quantities = document.get("products_quantity")
    amounts: dict[str, list[Any]] = {
        "omnisegment.purchase.revenue": [document.get("transaction_revenue")],
        "omnisegment.products.quantity-number": entries(quantities) if isinstance(quantities, str) else [],
    }
    for name, values in amounts.items():
        limit = contract.rules[name].values["digits"]
        if any(has_digits_beyond(each, limit) for each in values):
            return f"an amount of an order has more than {limit} digits. Fix: give a smaller one."
    return ""


def _complete_order(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    """Complete a seeded order with the lines that its plain lists name."""
    if isinstance(document.get("products"), str) and "product_lines" not in document:
        quantities = entries(document.get("products_quantity") or "")
        document["product_lines"] = [
            {"product_id": name, "product_quantity": amount(exact(quantities[at])) if at < len(quantities) else 0}
            for at, name in enumerate(entries(document["products"]))
            if name
        ]
    document["datetime"], document["transaction_revenue"]
    return document


def _keys_with_custom_fields(kind: str) -> DocumentKeys:
    """The keys of a kind's schema, those that the vendor adds, and the custom fields that the organisation declared."""
    documented = keys_of(f"#/components/schemas/{_SCHEMAS[kind]}", added=_VENDOR_FIELDS[kind])

    def keys(contract: Contract, held: DocumentsOf) -> Shape:
        shape, own = documented(contract, held), _declared(held, kind)
        properties = {**own, **shape.properties}
        voucher = properties.get("voucher")
        if voucher is not None and voucher.items is not None:
            entry = {**_declared(held, "voucher"), **voucher.items.properties}
            properties["voucher"] = Shape(items=Shape(properties=entry, free=voucher.items.free))
        return Shape(properties=properties, free=shape.free)

    return keys


def _declared(held: DocumentsOf, kind: str) -> dict[str, Shape]:
    fields = (each for each in held(CUSTOM_FIELDS) if isinstance(each, dict))
    return {str(each.get("name")): Shape() for each in fields if each.get("of", "purchase") == kind}


COLLECTIONS = {
    MEMBERS: Collection(
        key=by("id"),
        indexes={name: on(name) for name in ("member_sn", "phone", "email", "line_id", "messenger_psid")},
        complete=_complete_member,
        keys=_keys_with_custom_fields("audience"),
        schemas=("#/components/schemas/AudienceData",),
    ),
    SOURCE_IDS: Collection(
        key=_source_key, keys=keys_of("#/components/schemas/AudienceMapping", added=("messenger_psid", "audience_id"))
    ),
    PRODUCTS: Collection(
        key=by("id"),
        indexes={"foreign_id": _foreign_keys},
        complete=_complete_product,
        keys=_keys_with_custom_fields("product"),
        schemas=("#/components/schemas/ProductData",),
    ),
    CUSTOM_FIELDS: Collection(
        key=_custom_key,
        complete=_complete_custom_field,
        problem=_declaration_problem,
        keys=keys_of(added=("name", "type", "of")),
    ),
    ORDERS: Collection(
        key=by("transaction_id"),
        indexes={"audience_id": on("audience_id")},
        complete=_complete_order,
        problem=_order_problem,
        keys=_keys_with_custom_fields("purchase"),
        schemas=("#/components/schemas/PurchaseData",),
    ),
}
