"""Ids of other systems that the items of one request note on products, and which of them are lost in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import NoteKind
from mockservers.vendors.omnisegment.holding import PRODUCTS

MOVES = "omnisegment.products.id-moves"


class Noting(Protocol):
    """An item that notes ids."""

    def note(self, kind: NoteKind, rule: str, /, *at: str | int, differs: bool = True, problem: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Noted:
    """An id that an item notes on a product, and where in the item it stands."""

    item: Noting
    product: str
    system: str
    name: str
    at: tuple[str | int, ...]


class NotedIds:
    """What the items of one request note, in their order.

    A request that says another id of a product than an earlier request did updates it, which loses nothing. An id that
    gives way within the request that notes it is lost, and so is one that is taken from a product of which the request
    says nothing else.
    """

    def __init__(self) -> None:
        self._noted: dict[Noted, None] = {}
        self._held: dict[tuple[str, str], tuple[str, Noted]] = {}

    def add(self, noted: Noted) -> None:
        """An item notes an id."""
        self._noted[noted] = None

    def replaces(self, product: Document, system: str, by: Noted) -> None:
        """An id that a product has gives way to one that an item notes, on the product or on another one."""
        held = product["foreign_ids"][system]
        mine = any((each.product, each.system) == (product["id"], system) for each in self._noted)
        if not mine:
            self._held.setdefault((product["id"], system), (held, by))

    def file(self, draft: Draft) -> None:
        """Say which ids are found no more, now that the last item has come."""
        for noted in self._noted:
            now = _held(draft, noted.product, noted.system)
            if now != noted.name:
                _note("overwritten", noted, now, " in the same request")
        for (product, system), (name, by) in self._held.items():
            now = _held(draft, product, system)
            if now != name:
                gone = Noted(by.item, product, system, name, by.at)
                _note("noted" if now else "overwritten", gone, now)


def _note(kind: NoteKind, gone: Noted, now: str | None, within: str = "") -> None:
    said = f"gives way to {now}" if now else "finds another product"
    problem = f"the {gone.system} id {gone.name} of product {gone.product} {said}{within}"
    gone.item.note(kind, MOVES, *gone.at, problem=problem)


def _held(draft: Draft, product: str, system: str) -> str | None:
    ids = (draft.get(PRODUCTS, product) or {}).get("foreign_ids", {})
    name: str | None = ids.get(system)
    return name
