"""The lines of an order, and the products that they create."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.core.value import Struct, Value, field
from mockservers.core.values.numbers import Number, is_number, summand
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.product_ids import assign_ids, find_product
from mockservers.vendors.omnisegment.product_lists import (
    ProductLists,
    has_no_gaps,
    has_products,
    read_lists,
    read_quantities,
    shorten_lists,
)
from mockservers.vendors.omnisegment.state import PRODUCTS
from mockservers.vendors.omnisegment.values import amount, total


class Line(Value):
    """One product of an order.

    `stored` is the known product, None for one that the order creates; `at` is the line's position in the lists,
    `foreign` are the ids of other systems to assign to the product.
    """

    product_id: str
    title: str
    quantity: Number
    foreign: Mapping[str, str]
    stored: Document | None
    at: int


class LinePlan(Struct):
    """An order's lines, the product fields that change with them, and the length of its lists."""

    lines: list[Line] = field(default_factory=list)
    rewritten: dict[str, Any] = field(default_factory=dict)
    length: int = 0

    def joined(self, entries_at: Mapping[int, str], otherwise: Sequence[str] = ()) -> str:
        """Join entries for all positions of the order's lists; positions without one take theirs from `otherwise`."""
        rest = otherwise or ("",) * self.length
        return ",".join([entries_at.get(at, rest[at]) for at in range(self.length)])


def plan_lines(item: Item, sent: Mapping[str, Any]) -> LinePlan | None:
    """Plan the lines of an order; None if it names no products. Errors are added to the item's problems."""
    lists = read_lists(sent)
    if lists is None or not has_products(item, lists):
        return None
    line_plan = LinePlan()
    length = _line_count(item, lists, line_plan)
    if length is None:
        return None
    quantities = read_quantities(item, lists, length)
    if quantities is None or not has_no_gaps(item, lists):
        return None
    line_plan.length = length
    line_plan.lines = _plan_all(item, lists, quantities, length)
    if lists.names is not None:
        names = lists.names[:length]
        for line in line_plan.lines:
            names[line.at] = line.title
        line_plan.rewritten["products_name"] = ",".join(names)
    if lists.quantities is not None:
        _note_wrong_total(item, sent.get("quantities"), line_plan)
    return line_plan


def _line_count(item: Item, lists: ProductLists, line_plan: LinePlan) -> int | None:
    """The number of lines of an order; None if its lists can't be paired."""
    lengths = set(map(len, lists.by_name.values()))
    if lists.ids and len(lengths) == 1:
        return lengths.pop()
    leading = next(iter(lists.by_name)) if lists.ids else "products"
    expected = len(lists.by_name[leading]) if lists.ids else 0
    uneven = {name: listed for name, listed in lists.by_name.items() if len(listed) != expected}
    if not uneven:
        return expected
    if item.draft.reading("omnisegment.products.list-lengths") == "refuse":
        name, listed = next(iter(uneven.items()))
        text = item.draft.contract.message("list-lengths", field=name, other=leading)
        values: dict[str, Any] = {"field": name, "entries": len(listed), "other": leading, "wanted": expected}
        item.add_problem("omnisegment.products.list-lengths", text, *name.split(".", 1), **values)
        return None
    shortest = min(expected, *(len(listed) for listed in uneven.values()))
    longer = {name: len(listed) for name, listed in lists.by_name.items() if len(listed) > shortest}
    name, length = max(longer.items(), key=lambda entry: entry[1])
    values = {"field": name, "entries": length, "other": "the shortest list", "wanted": shortest}
    places = [list_name.split(".", 1) for list_name in longer]
    item.note_places("truncated", "omnisegment.products.list-lengths", places, **values)
    line_plan.rewritten = shorten_lists(lists, shortest)
    return shortest


def _note_wrong_total(item: Item, total_sent: Any, line_plan: LinePlan) -> None:
    if not is_number(total_sent):
        return
    lines_total = total([line.quantity for line in line_plan.lines])
    if summand(total_sent) != lines_total:
        values: dict[str, Any] = {"quantities": total_sent, "sum": amount(Decimal(lines_total))}
        item.note("noted", "omnisegment.purchase.quantities", "quantities", **values)


# -- products ----------------------------------------------------------------------------------------------------


def _plan_all(item: Item, lists: ProductLists, quantities: Sequence[Number], length: int) -> list[Line]:
    """The lines at the positions at which there is an id of a product."""
    lines: list[Line] = []
    new_titles: dict[str, str] = {}
    positions = lists.positions_with_ids(length)
    for at in positions:
        line = _plan_line(item, lists, at, quantities[at], new_titles)
        if line is not None:
            lines.append(line)
            if line.stored is None:
                new_titles.setdefault(line.product_id, line.title)
    if len(positions) < length:
        item.note("noted", "omnisegment.products.empty-id", "products")
    return lines


def _plan_line(
    item: Item, lists: ProductLists, at: int, quantity: Number, new_titles: Mapping[str, str]
) -> Line | None:
    own_id = lists.own_ids[at] if lists.own_ids else ""
    foreign = {system: ids[at] for system, ids in lists.foreign_ids.items() if ids[at]}
    if own_id:
        product_id, product = own_id, item.draft.get(PRODUCTS, own_id)
    else:
        product = find_product(item, foreign)
        if product is not None:
            product_id, foreign = product["id"], {}
        elif _creates_product(item, foreign):
            product_id = next(iter(foreign.values()))
            product = item.draft.get(PRODUCTS, product_id)
        else:
            return None
    name = lists.names[at] if lists.names is not None else ""
    title = product["title"] if product is not None else new_titles.get(product_id, "")
    if title and name and name != title:
        _note_kept_name(item, product_id, title)
    return Line(product_id, title or name or product_id, quantity, foreign, product, at)


def _note_kept_name(item: Item, product_id: str, title: str) -> None:
    item.note("ignored", "omnisegment.products.name-of-existing", "products_name", product=product_id, held=title)


def _creates_product(item: Item, foreign: Mapping[str, str]) -> bool:
    """Whether ids that find no product create one. Otherwise the line is lost, or the order refused."""
    system, foreign_id = next(iter(foreign.items()))
    reading = item.draft.reading("omnisegment.products.unknown-foreign-id")
    values: dict[str, Any] = {"system": system, "id": foreign_id}
    if reading == "refuse":
        text = item.draft.contract.message("product-not-found")
        item.add_problem("omnisegment.products.unknown-foreign-id", text, "products", system, **values)
    elif reading == "without-line":
        item.note("dropped", "omnisegment.products.unknown-foreign-id", "products", system, **values)
    return bool(reading == "create")


def store_products(item: Item, lines: list[Line]) -> None:
    """Create the new products of an order, and assign the ids of other systems.

    Rule: `omnisegment.products.created`.
    """
    for line in lines:
        if line.stored is not None and not line.foreign:
            continue
        product = item.draft.get(PRODUCTS, line.product_id)
        if product is None:
            product = {"id": line.product_id, "title": line.title}
        assign_ids(item, product, line.foreign, "products")
