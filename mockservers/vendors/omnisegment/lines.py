"""The products of an order: lists joined by commas and paired by position, and the catalogue that they feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.core.values.formats import is_decimal
from mockservers.core.values.numbers import Number, is_number
from mockservers.vendors.omnisegment.holding import PRODUCTS, amount, entries, exact, has_digits_beyond
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.product_ids import find_product, note_ids

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Line:
    """One product of an order.

    `held` is the catalogue's entry, None for a product that the order makes; `at` is its position in the lists,
    `foreign` the ids of other systems that are to be noted on it.
    """

    product_id: str
    title: str
    quantity: Number
    foreign: Mapping[str, str]
    held: Document | None
    at: int


@dataclass(slots=True)
class Lists:
    """The lists of an order as sent: ids by system, names and quantities; None where there is none."""

    ids: dict[str, list[str]]
    names: list[str] | None
    quantities: list[str] | None

    @property
    def first(self) -> str:
        """The system whose ids come first: `default` where it is there."""
        return DEFAULT if DEFAULT in self.ids else next(iter(self.ids))

    def named(self) -> dict[str, list[str]]:
        """The lists by the names under which an error speaks of them, the leading one first."""
        plain = set(self.ids) == {DEFAULT}
        made: dict[str, list[str]] = {}
        if self.ids:
            made["products" if plain else f"products.{self.first}"] = self.ids[self.first]
            made |= {f"products.{system}": ids for system, ids in self.ids.items() if system != self.first}
        if self.names is not None:
            made["products_name"] = self.names
        if self.quantities is not None:
            made["products_quantity"] = self.quantities
        return made


@dataclass(slots=True)
class Plan:
    """What becomes of an order's products: its lines, and what the order then says of them."""

    lines: list[Line] = field(default_factory=list)
    rewritten: dict[str, Any] = field(default_factory=dict)
    length: int = 0

    def joined(self, entries_at: Mapping[int, str], otherwise: Sequence[str] = ()) -> str:
        """A list for all positions of the order's lists: by position, and what there is otherwise for the others."""
        rest = otherwise or ("",) * self.length
        return ",".join(entries_at.get(at, rest[at]) for at in range(self.length))


def plan(item: Item, sent: Mapping[str, Any]) -> Plan | None:
    """The lines of an order, None where it names no products; what makes it an error is noted on the item."""
    lists = _read(sent)
    if lists is None or not _alone(item, lists):
        return None
    made = Plan()
    length = _length(item, lists, made)
    if length is None or not _numbers(item, lists) or not _no_gaps(item, lists):
        return None
    fresh: dict[str, str] = {}
    entered = [at for at in range(length) if any(ids[at] for ids in lists.ids.values())]
    for at in entered:
        line = _line(item, lists, at, fresh)
        if line is not None:
            made.lines.append(line)
            fresh.setdefault(line.product_id, line.title)
    if len(entered) < length:
        item.note("noted", "omnisegment.products.empty-id", "products")
    made.length = length
    if lists.names is not None:
        made.rewritten["products_name"] = made.joined({line.at: line.title for line in made.lines}, lists.names)
    _count(item, sent, lists, made)
    return made


def _read(sent: Mapping[str, Any]) -> Lists | None:
    """The lists of an order; None where it has none, or one that is of a wrong type (which its schema tells)."""
    products = sent.get("products") or {}
    by_system = {DEFAULT: products} if isinstance(products, str) else products
    names, quantities = sent.get("products_name"), sent.get("products_quantity")
    if not isinstance(by_system, dict) or not all(isinstance(ids, str) for ids in by_system.values()):
        return None
    if not isinstance(names, str | None) or not isinstance(quantities, str | None):
        return None
    if not by_system and not names and not quantities:
        return None
    return Lists(
        {system: entries(ids) for system, ids in by_system.items() if ids},
        entries(names) if names else None,
        entries(quantities) if quantities else None,
    )


# -- pairing ----------------------------------------------------------------------------------------------------


def _alone(item: Item, lists: Lists) -> bool:
    """Whether there are products to pair with; without, quantities are an error."""
    if lists.ids or lists.quantities is None:
        return True
    text = item.draft.contract.message("products-empty")
    item.wrong("omnisegment.products.quantity-alone", text, "products_quantity")
    return False


def _length(item: Item, lists: Lists, made: Plan) -> int | None:
    """How many lines the order has; None where its lists cannot be paired."""
    named = lists.named()
    leading = next(iter(named)) if lists.ids else "products"
    wanted = len(named[leading]) if lists.ids else 0
    uneven = {name: given for name, given in named.items() if len(given) != wanted}
    if not uneven:
        return wanted
    if item.draft.reading("omnisegment.products.list-lengths") == "refuse":
        name, given = next(iter(uneven.items()))
        text = item.draft.contract.message("list-lengths", field=name, other=leading)
        values: dict[str, Any] = {"field": name, "entries": len(given), "other": leading, "wanted": wanted}
        item.wrong("omnisegment.products.list-lengths", text, *name.split(".", 1), **values)
        return None
    shortest = min(wanted, *(len(given) for given in uneven.values()))
    longer = {name: len(given) for name, given in named.items() if len(given) > shortest}
    name, length = max(longer.items(), key=lambda entry: entry[1])
    values = {"field": name, "entries": length, "other": "the shortest list", "wanted": shortest}
    item.note_places(
        "truncated", "omnisegment.products.list-lengths", [each.split(".", 1) for each in longer], **values
    )
    made.rewritten = _cut(lists, shortest)
    return shortest


def _cut(lists: Lists, length: int) -> dict[str, Any]:
    """What an order says of its products once its lists are cut to one length."""
    joined = {system: ",".join(ids[:length]) for system, ids in lists.ids.items()}
    made: dict[str, Any] = {"products": joined[DEFAULT] if set(joined) == {DEFAULT} else joined} if joined else {}
    if lists.quantities is not None:
        made["products_quantity"] = ",".join(lists.quantities[:length])
    return made


def _no_gaps(item: Item, lists: Lists) -> bool:
    """Whether lists that are paired have something in every position; a list alone may have nothing in one."""
    named = lists.named()
    if len(named) == 1:
        return True
    name = next((name for name, given in named.items() if not all(given)), None)
    if name is None:
        return True
    text = item.draft.contract.message("wrong-format", field=name)
    position = named[name].index("") + 1
    item.wrong("omnisegment.products.empty-position", text, *name.split(".", 1), field=name, position=position)
    return False


def _numbers(item: Item, lists: Lists) -> bool:
    most = item.draft.value("omnisegment.products.quantity-number", "digits")
    wrong = next(
        (given for given in lists.quantities or () if not is_decimal(given) or has_digits_beyond(given, most)), None
    )
    if wrong is None:
        return True
    text = item.draft.contract.message("not-a-quantity")
    item.wrong("omnisegment.products.quantity-number", text, "products_quantity", given=wrong)
    return False


def _count(item: Item, sent: Mapping[str, Any], lists: Lists, made: Plan) -> None:
    stated = sent.get("quantities")
    if lists.quantities is None or not is_number(stated):
        return
    total = sum(exact(line.quantity) for line in made.lines)
    if exact(stated) != total:
        values: dict[str, Any] = {"quantities": stated, "sum": amount(Decimal(total))}
        item.note("noted", "omnisegment.purchase.quantities", "quantities", **values)


# -- the catalogue ----------------------------------------------------------------------------------------------


def _line(item: Item, lists: Lists, at: int, fresh: Mapping[str, str]) -> Line | None:
    given = {system: ids[at] for system, ids in lists.ids.items() if ids[at]}
    name = lists.names[at] if lists.names is not None else ""
    quantity = item.draft.value("omnisegment.products.no-quantity", "quantity")
    if lists.quantities is not None:
        quantity = amount(exact(lists.quantities[at]))
    foreign = {system: ids for system, ids in given.items() if system != DEFAULT}
    if DEFAULT in given:
        held = item.draft.get(PRODUCTS, given[DEFAULT])
        product_id = given[DEFAULT]
    else:
        held = find_product(item, foreign)
        if held is not None:
            product_id, foreign = held["id"], {}
        elif _is_made(item, foreign):
            product_id = next(iter(foreign.values()))
            held = item.draft.get(PRODUCTS, product_id)
        else:
            return None
    title = held["title"] if held is not None else fresh.get(product_id, "")
    if title and name and name != title:
        _keeps_its_name(item, product_id, title)
    return Line(product_id, title or name or product_id, quantity, foreign, held, at)


def _keeps_its_name(item: Item, product_id: str, title: str) -> None:
    item.note("ignored", "omnisegment.products.name-of-existing", "products_name", product=product_id, held=title)


def _is_made(item: Item, foreign: Mapping[str, str]) -> bool:
    """Whether a product is made for ids that find none: otherwise the line is lost, or the order refused for it."""
    system, foreign_id = next(iter(foreign.items()))
    reading = item.draft.reading("omnisegment.products.unknown-foreign-id")
    values: dict[str, Any] = {"system": system, "id": foreign_id}
    if reading == "refuse":
        text = item.draft.contract.message("product-not-found")
        item.wrong("omnisegment.products.unknown-foreign-id", text, "products", system, **values)
    elif reading == "without-line":
        item.note("dropped", "omnisegment.products.unknown-foreign-id", "products", system, **values)
    return bool(reading == "create")


def hold_products(item: Item, lines: list[Line]) -> None:
    """Make the products that are new, and note the ids of other systems.

    Rule: `omnisegment.products.created`.
    """
    for line in lines:
        product = item.draft.get(PRODUCTS, line.product_id)
        if product is None:
            product = {"id": line.product_id, "title": line.title}
        note_ids(item, product, line.foreign, "products")
