"""Products at OmniSegment, and the lists by which orders name them, written down from the pages alone.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

Order = dict[str, Any]


class Lost(Exception):
    """An item that is an error."""


class Catalogue:
    """Products by id: their titles, and their ids in other systems. `losses` counts what an order loses besides.

    Within a request, `item` is the index of the order, `stated` the order that stated an id of a product, by (product,
    system), and `moved` counts ids that an earlier order of it stated and that went to another product since.
    """

    def __init__(self, readings: Mapping[str, str]) -> None:
        self.readings = readings
        self.titles: dict[str, str] = {}
        self.ids: dict[str, dict[str, str]] = {}
        self.losses = 0
        self.begin()

    def begin(self) -> None:
        """Begin a request."""
        self.item = 0
        self.stated: dict[tuple[str, str], int] = {}
        self.moved: Counter[int] = Counter()

    def lines(self, order: Order) -> tuple[Order, list[Order] | None] | None:
        """What an order's lists are held as, and its lines; None where it names no products."""
        ids = _ids(order.get("products"))
        lists = {f"id.{system}": entries(listed) for system, listed in ids.items()}
        lists |= {name: entries(order[name]) for name in ("products_name", "products_quantity") if order.get(name)}
        if not lists:
            return None
        length = self._paired(lists, named_ids=bool(ids))
        if not length:
            return {"products_name": None}, None
        lines: list[Order] = []
        fresh: dict[str, str] = {}
        for at in range(length):
            given = {system: lists[f"id.{system}"][at] for system in ids if lists[f"id.{system}"][at]}
            name = lists["products_name"][at] if "products_name" in lists else ""
            line = self._line(given, name, fresh) if given else None
            if line is not None:
                quantity = lists["products_quantity"][at] if "products_quantity" in lists else "0"
                lines.append({**line, "quantity": quantity, "at": at})
        cut = any(len(each) > length for each in lists.values())
        self._note(lines)
        return (_chosen(ids, lists, lines, length, cut=cut), lines)

    def _paired(self, lists: Mapping[str, list[str]], *, named_ids: bool) -> int:
        """How many lines there are. Lists are equally long, and have something everywhere; quantities are numbers."""
        if not named_ids and ("products_quantity" in lists or self.readings["products.list-lengths"] == "refuse"):
            raise Lost
        if not named_ids:
            self.losses += 1
            return 0
        lengths = {name: len(each) for name, each in lists.items()}
        shortest = min(lengths.values())
        longer = sum(length > shortest for length in lengths.values())
        if longer and self.readings["products.list-lengths"] == "refuse":
            raise Lost
        if not all(re.fullmatch(r"-?\d+([.]\d+)?", each) for each in lists.get("products_quantity", ())):
            raise Lost
        if len(lists) > 1 and not all(all(each) for each in lists.values()):
            raise Lost
        self.losses += longer
        return shortest

    def _line(self, given: Mapping[str, str], name: str, fresh: dict[str, str]) -> Order | None:
        noted = {system: each for system, each in given.items() if system != "default"}
        product = given.get("default") or self._found(given)
        if product and "default" not in given:
            noted = {}
        if not product:
            choice = self.readings["products.unknown-foreign-id"]
            if choice == "refuse":
                raise Lost
            if choice == "without-line":
                self.losses += 1
                return None
            product = next(iter(given.values()))
        title = self.titles.get(product) or fresh.get(product)
        self.losses += bool(title and name and title != name)
        fresh.setdefault(product, title or name or product)
        return {"product": product, "title": fresh[product], "noted": noted}

    def _found(self, given: Mapping[str, str]) -> str:
        """The product that an id finds; two that find different products are an error under one reading."""
        found = [
            product for system, each in given.items() for product, ids in self.ids.items() if ids.get(system) == each
        ]
        if len(set(found)) > 1 and self.readings["products.several-ids"] == "refuse":
            raise Lost
        return found[0] if found else ""

    def _note(self, lines: list[Order]) -> None:
        """Make what is new, and note ids: each finds one product, the last; a product has one of each system."""
        noted: dict[tuple[str, str], str] = {}
        for line in lines:
            product = line["product"]
            self.titles.setdefault(product, line["title"])
            for system, name in line["noted"].items():
                self.losses += noted.get((product, system), name) != name
                noted[product, system] = name
                self.note(product, system, name)

    def note(self, product: str, system: str, name: str) -> None:
        """Note an id of another system."""
        for other, ids in self.ids.items():
            if other != product and ids.get(system) == name:
                del ids[system]
                whose = self.stated.pop((other, system), self.item)
                self.losses += whose == self.item
                self.moved[whose] += whose != self.item
        self.stated[product, system] = self.item
        self.ids.setdefault(product, {})[system] = name


def states(value: Any) -> bool:
    """Whether a value says something: nulls do not, nor what holds nothing else."""
    if isinstance(value, dict | list):
        return any(map(states, value.values() if isinstance(value, dict) else value))
    return value is not None


def _ids(products: Any) -> dict[str, str]:
    by_system = {"default": products} if isinstance(products, str) else products or {}
    return {system: listed for system, listed in by_system.items() if listed}


def entries(joined: str) -> list[str]:
    """The entries of a list that is joined by commas."""
    return [entry.strip() for entry in joined.split(",")]


def _chosen(
    ids: Mapping[str, str], lists: Mapping[str, list[str]], lines: list[Order], length: int, *, cut: bool
) -> Order:
    """The lists less what was cut off them. A product's name is the one that it has."""
    held: Order = {}
    if "products_name" in lists:
        titles = {line["at"]: line["title"] for line in lines}
        held["products_name"] = ",".join(titles.get(at, lists["products_name"][at]) for at in range(length))
    if not cut or not ids:
        return held
    joined = {name: ",".join(each[:length]) for name, each in lists.items()}
    held |= {"products_quantity": joined["products_quantity"]} if "products_quantity" in lists else {}
    by_system = {system: joined[f"id.{system}"] for system in ids}
    return {**held, "products": by_system["default"] if set(by_system) == {"default"} else by_system}
