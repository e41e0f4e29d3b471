"""Ids that other systems have for products: an order notes them beside the vendor's own, or finds products by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.vendors.omnisegment.holding import PRODUCTS, pair
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.noting import Noted


def find_product(item: Item, ids: Mapping[str, str]) -> Document | None:
    """The product that one of the ids finds. The ids are only looked up: none of them is noted on it."""
    by_system = {system: item.draft.first(PRODUCTS, "foreign_id", pair(system, name)) for system, name in ids.items()}
    found = next((product for product in by_system.values() if product is not None), None)
    for system, product in by_system.items():
        if found is None or (product is not None and product["id"] == found["id"]):
            continue
        if product is not None:
            _other_product(item, system, ids[system], product, found)
        else:
            values = {"system": system, "id": ids[system], "product": found["id"]}
            item.note("noted", "omnisegment.products.foreign-ids", "products", system, **values)
    return found


def _other_product(item: Item, system: str, name: str, other: Document, found: Document) -> None:
    """An id of the same entry that finds another product."""
    values = {"system": system, "id": name, "other": other["id"], "product": found["id"]}
    if item.draft.reading("omnisegment.products.several-ids") == "refuse":
        text = item.draft.contract.message("product-not-found")
        item.wrong("omnisegment.products.several-ids", text, "products", system, **values)


def note_ids(item: Item, product: Document, ids: Mapping[str, str], *at: str | int) -> None:
    """Hold a product with these ids of other systems, each of which finds it from now on, and no other product."""
    draft = item.draft
    for system, name in ids.items():
        noted = Noted(item, product["id"], system, name, (*at, system))
        if product.get("foreign_ids", {}).get(system, name) != name:
            item.ids.replaces(product, system, noted)
        for other in draft.find(PRODUCTS, "foreign_id", pair(system, name)):
            if other["id"] == product["id"]:
                continue
            item.ids.replaces(other, system, noted)
            left = {key: value for key, value in other["foreign_ids"].items() if key != system}
            draft.put(PRODUCTS, with_ids(other, left))
        item.ids.add(noted)
    every = {**product.get("foreign_ids", {}), **ids}
    if draft.get(PRODUCTS, product["id"]) != product or every != product.get("foreign_ids", {}):
        draft.put(PRODUCTS, with_ids(product, every))


def with_ids(product: Document, ids: Mapping[str, str]) -> dict[str, Any]:
    """The product with these ids of other systems, and no others."""
    bare = {name: value for name, value in product.items() if name != "foreign_ids"}
    return {**bare, "foreign_ids": dict(ids)} if ids else bare
