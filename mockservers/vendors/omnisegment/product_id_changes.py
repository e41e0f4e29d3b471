"""Ids of other systems that the items of one request assign to products, and the lost ones among them."""

from __future__ import annotations

from typing import Protocol

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import NoteKind
from mockservers.core.value import Value
from mockservers.vendors.omnisegment.state import PRODUCTS

_MOVES = "omnisegment.products.id-moves"


class Notes(Protocol):
    """An item that can file a note."""

    def note(self, kind: NoteKind, rule: str, /, *at: str | int, differs: bool = True, problem: str) -> None: ...


class AssignedId(Value):
    """An id that an item assigns to a product, and its place in the item."""

    item: Notes
    product: str
    system: str
    name: str
    at: tuple[str | int, ...]


class ProductIdChanges:
    """The ids that the items of one request assign, in order.

    An id that replaces one of an earlier request is an update and loses nothing. An id that is replaced within its own
    request is lost, and so is one that moves away from a product to which the request assigns no other.
    """

    def __init__(self) -> None:
        self._assigned: dict[AssignedId, None] = {}
        self._replaced: dict[tuple[str, str], tuple[str, AssignedId]] = {}

    def add(self, assigned: AssignedId) -> None:
        """Remember an id that an item assigns."""
        self._assigned[assigned] = None

    def replace(self, product: Document, system: str, by: AssignedId) -> None:
        """Remember a stored id that an assigned one replaces, on its product or by moving to another one."""
        stored_id = product["foreign_ids"][system]
        assigned_here = any(
            (assigned.product, assigned.system) == (product["id"], system) for assigned in self._assigned
        )
        if not assigned_here:
            self._replaced.setdefault((product["id"], system), (stored_id, by))

    def file(self, draft: Draft) -> None:
        """File the ids that no longer find their product, after the last item."""
        for assigned in self._assigned:
            now = _current_id(draft, assigned.product, assigned.system)
            if now != assigned.name:
                _note("overwritten", assigned, now, " in the same request")
        for (product, system), (name, by) in self._replaced.items():
            now = _current_id(draft, product, system)
            if now != name:
                lost = AssignedId(by.item, product, system, name, by.at)
                _note("noted" if now else "overwritten", lost, now)


def _note(kind: NoteKind, lost: AssignedId, now: str | None, within: str = "") -> None:
    change = f"gives way to {now}" if now else "finds another product"
    problem = f"the {lost.system} id {lost.name} of product {lost.product} {change}{within}"
    lost.item.note(kind, _MOVES, *lost.at, problem=problem)


def _current_id(draft: Draft, product: str, system: str) -> str | None:
    ids = (draft.get(PRODUCTS, product) or {}).get("foreign_ids", {})
    name: str | None = ids.get(system)
    return name
