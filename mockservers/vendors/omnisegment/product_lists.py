"""The product lists of an order: ids by system, names and quantities, paired by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.core.values.numbers import Number
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.product_ids import OWN_SYSTEM
from mockservers.vendors.omnisegment.values import entries, quantity_of


@dataclass(slots=True)
class ProductLists:
    """The lists of an order as sent: ids by system, names and quantities; None if there is none."""

    ids: dict[str, list[str]]
    names: list[str] | None
    quantities: list[str] | None
    by_name: dict[str, list[str]] = field(init=False)
    """All lists by their names in error messages, the leading one first."""
    own_ids: list[str] = field(init=False)
    foreign_ids: dict[str, list[str]] = field(init=False)
    """The lists of the vendor's own ids, empty if there is none, and of the ids of other systems."""

    def __post_init__(self) -> None:
        self.by_name = _named_ids(self.ids)
        self.foreign_ids = self.ids.copy()
        self.own_ids = self.foreign_ids.pop(OWN_SYSTEM, [])
        if self.names is not None:
            self.by_name["products_name"] = self.names
        if self.quantities is not None:
            self.by_name["products_quantity"] = self.quantities

    def positions_with_ids(self, length: int) -> Sequence[int]:
        """The first `length` positions, without those at which no list has an id."""
        if all(map(all, self.ids.values())):
            return range(length)
        return [at for at, *ids in zip(range(length), *self.ids.values(), strict=False) if any(ids)]


def _named_ids(ids: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The lists of ids by name, those of the system `default` first if it is present."""
    if OWN_SYSTEM not in ids:
        return {f"products.{system}": listed for system, listed in ids.items()}
    if len(ids) == 1:
        return {"products": ids[OWN_SYSTEM]}
    first = {f"products.{OWN_SYSTEM}": ids[OWN_SYSTEM]}
    return first | {f"products.{system}": listed for system, listed in ids.items() if system != OWN_SYSTEM}


def read_lists(sent: Mapping[str, Any]) -> ProductLists | None:
    """Read the lists of an order. None if it has none, or one of a wrong type (the schema check reports it)."""
    products = sent.get("products") or {}
    by_system = {OWN_SYSTEM: products} if isinstance(products, str) else products
    names, quantities = sent.get("products_name", ""), sent.get("products_quantity", "")
    if not isinstance(by_system, dict) or not isinstance(names, str) or not isinstance(quantities, str):
        return None
    if by_system is products and not all(isinstance(ids, str) for ids in by_system.values()):
        return None
    if not by_system and not names and not quantities:
        return None
    return ProductLists(
        {system: entries(ids) for system, ids in by_system.items() if ids},
        entries(names) if names else None,
        entries(quantities) if quantities else None,
    )


def has_products(item: Item, lists: ProductLists) -> bool:
    """Whether there are products to pair with. Quantities without products are an error."""
    if lists.ids or lists.quantities is None:
        return True
    text = item.draft.contract.message("products-empty")
    item.add_problem("omnisegment.products.quantity-alone", text, "products_quantity")
    return False


def shorten_lists(lists: ProductLists, length: int) -> dict[str, Any]:
    """Return the product fields of an order with its lists cut to one length."""
    joined = {system: ",".join(ids[:length]) for system, ids in lists.ids.items()}
    fields: dict[str, Any] = {}
    if joined:
        fields["products"] = joined[OWN_SYSTEM] if set(joined) == {OWN_SYSTEM} else joined
    if lists.quantities is not None:
        fields["products_quantity"] = ",".join(lists.quantities[:length])
    return fields


def has_no_gaps(item: Item, lists: ProductLists) -> bool:
    """Whether paired lists have no empty position. A single list may have one."""
    if len(lists.by_name) == 1 or all(map(all, lists.by_name.values())):
        return True
    name = next(name for name, listed in lists.by_name.items() if not all(listed))
    text = item.draft.contract.message("wrong-format", field=name)
    position = lists.by_name[name].index("") + 1
    item.add_problem("omnisegment.products.empty-position", text, *name.split(".", 1), field=name, position=position)
    return False


def read_quantities(item: Item, lists: ProductLists, length: int) -> list[Number] | None:
    """The quantities of `length` lines. None if one is not a number, or has more digits than the limit."""
    if lists.quantities is None:
        return [item.draft.value("omnisegment.products.no-quantity", "quantity")] * length
    limit = item.draft.value("omnisegment.products.quantity-number", "digits")
    quantities: list[Number] = []
    for sent in lists.quantities:
        quantity = quantity_of(sent, limit)
        if quantity is None:
            text = item.draft.contract.message("not-a-quantity")
            item.add_problem("omnisegment.products.quantity-number", text, "products_quantity", given=sent)
            return None
        quantities.append(quantity)
    return quantities
