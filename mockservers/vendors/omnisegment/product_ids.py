"""Ids of products in other systems: an order assigns them to a product, or finds a product by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.product_id_changes import AssignedId
from mockservers.vendors.omnisegment.state import PRODUCTS, pair

OWN_SYSTEM = "default"
"""The key of the vendor's own ids among those of other systems."""


def find_product(item: Item, ids: Mapping[str, str]) -> Document | None:
    """Return the product that one of the ids finds. The ids are not assigned to it."""
    by_system = {system: item.draft.first(PRODUCTS, "foreign_id", pair(system, name)) for system, name in ids.items()}
    match = next((product for product in by_system.values() if product is not None), None)
    for system, product in by_system.items():
        if match is None or (product is not None and product["id"] == match["id"]):
            continue
        if product is not None:
            _refuse_other_product(item, system, ids[system], product, match)
        else:
            values = {"system": system, "id": ids[system], "product": match["id"]}
            item.note("noted", "omnisegment.products.foreign-ids", "products", system, **values)
    return match


def _refuse_other_product(item: Item, system: str, name: str, other: Document, match: Document) -> None:
    """Refuse an id that finds another product than the first, if that is the reading."""
    values = {"system": system, "id": name, "other": other["id"], "product": match["id"]}
    if item.draft.reading("omnisegment.products.several-ids") == "refuse":
        text = item.draft.contract.message("product-not-found")
        item.add_problem("omnisegment.products.several-ids", text, "products", system, **values)


def assign_ids(item: Item, product: Document, ids: Mapping[str, str], *at: str | int) -> None:
    """Store a product with ids of other systems. From now on each of them finds this product and no other."""
    draft = item.draft
    for system, name in ids.items():
        assigned = AssignedId(item, product["id"], system, name, (*at, system))
        if product.get("foreign_ids", {}).get(system, name) != name:
            item.ids.replace(product, system, assigned)
        for other in draft.find(PRODUCTS, "foreign_id", pair(system, name)):
            if other["id"] == product["id"]:
                continue
            item.ids.replace(other, system, assigned)
            remaining = {key: value for key, value in other["foreign_ids"].items() if key != system}
            draft.put(PRODUCTS, _with_ids(other, remaining))
        item.ids.add(assigned)
    all_ids = {**product.get("foreign_ids", {}), **ids}
    if draft.get(PRODUCTS, product["id"]) != product or all_ids != product.get("foreign_ids", {}):
        draft.put(PRODUCTS, _with_ids(product, all_ids))


def _with_ids(product: Document, ids: Mapping[str, str]) -> dict[str, Any]:
    """Return a product with exactly these ids of other systems."""
    bare = {name: value for name, value in product.items() if name != "foreign_ids"}
    return {**bare, "foreign_ids": dict(ids)} if ids else bare
