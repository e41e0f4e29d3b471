"""Reading back: one record, or a page of those that pass the filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.rfc3339 import day_of
from mockservers.core.values.zones import ahead
from mockservers.vendors.zangsho.holding import COLLECTIONS, CUSTOMERS, ORDERS, SUBSCRIPTIONS, fold
from mockservers.vendors.zangsho.kinds import Kind
from mockservers.vendors.zangsho.payments import belongs, paid_at
from mockservers.vendors.zangsho.problems import Problem, invalid, refused
from mockservers.vendors.zangsho.values import instant_of

_WHOLE = re.compile(r"[0-9]{1,18}")
_PAGES, _FILTERS = "zangsho.list.pages", "zangsho.list.filters"
Passes = Callable[[Document], bool]


def get_one(kind: Kind, call: Call, view: View) -> Decision:
    """The record that the path names, or 404."""
    draft = Draft(view, COLLECTIONS)
    named = next(iter(call.path.values()))
    document = draft.get(kind.collection, named)
    if document is None and kind.collection == CUSTOMERS:
        document = draft.first(CUSTOMERS, "external_id", named)
    if document is None:
        return draft.decision(view.contract.refusal("not-found"))
    return draft.decision(view.contract.reply(call.operation, {"data": kind.shown(draft, document)}))


def list_all(kind: Kind, call: Call, view: View) -> Decision:
    """A page of the records that pass the filters, oldest first."""
    draft = Draft(view, COLLECTIONS)
    query = Query(draft, call.query)
    page = query.whole("page", view.value(_PAGES, "first"), view.value(_PAGES, "first"))
    size = query.whole(
        "per_page", view.value(_PAGES, "default"), view.value(_PAGES, "least"), view.value(_PAGES, "most")
    )
    filters = query.filters(kind)
    if query.problems:
        return draft.decision(refused(view.contract, query.problems))
    passed = [document for document in draft.each(kind.collection) if all(passes(document) for passes in filters)]
    start = (page - 1) * size
    records = [kind.shown(draft, document) for document in passed[start : start + size]]
    meta = {
        "current_page": page,
        "from": start + 1 if records else None,
        "last_page": max(1, -(-len(passed) // size)),
        "per_page": size,
        "to": start + len(records) if records else None,
        "total": len(passed),
    }
    return draft.decision(view.contract.reply(call.operation, {"data": records, "meta": meta}))


class Query:
    """The query of a list; what is wrong with it gathers in `problems`."""

    def __init__(self, draft: Draft, given: Mapping[str, str]) -> None:
        self._draft = draft
        self._given = {name: value for name, value in given.items() if value}
        self.problems: list[Problem] = []

    def whole(self, name: str, default: int, least: int, most: int | None = None) -> int:
        """A whole number between two others."""
        text = self._given.get(name)
        if text is None:
            return default
        if not _WHOLE.fullmatch(text) or int(text) < least or (most is not None and int(text) > most):
            self._invalid(_PAGES, name)
            return default
        return int(text)

    def filters(self, kind: Kind) -> list[Passes]:
        """The filters that are asked for."""
        made: list[Passes | None] = []
        if kind.collection == CUSTOMERS:
            made = [self._search()]
        elif kind.collection == ORDERS:
            made = [self._listed("status", "order_status"), self._customer(kind), *self._days()]
        elif kind.collection == SUBSCRIPTIONS:
            made = [self._listed("status", "subscription_status"), self._customer(kind)]
        else:
            made = [self._listed("event_type", "event_type"), self._customer(kind)]
        return [passes for passes in made if passes]

    def _search(self) -> Passes | None:
        part = fold(self._given.get("search", ""))
        if not part:
            return None
        return lambda document: any(part in fold(document[name] or "") for name in ("email", "name"))

    def _listed(self, name: str, values: str) -> Passes | None:
        wanted = self._given.get(name)
        if wanted is None:
            return None
        if wanted not in self._draft.value(_FILTERS, values):
            self._invalid(_FILTERS, name)
            return None
        return lambda document: bool(document[name] == wanted)

    def _customer(self, kind: Kind) -> Passes | None:
        text = self._given.get("customer_id")
        if text is None:
            return None
        if not _WHOLE.fullmatch(text):
            self._invalid(_FILTERS, "customer_id")
            return None
        if kind.collection != ORDERS:
            return lambda document: bool(document["customer_id"] == int(text))
        customer = self._draft.get(CUSTOMERS, str(int(text)))
        return lambda document: customer is not None and belongs(self._draft, document, customer)

    def _days(self) -> list[Passes]:
        """Orders from a first to a last day, both included, at the zone of the rule."""
        made: list[Passes] = []
        for name, passes in (("start_date", int.__ge__), ("end_date", int.__le__)):
            text = self._given.get(name)
            if text is None:
                continue
            day = day_of(text)
            if day is None:
                self._invalid(_FILTERS, name)
                continue
            made.append(_on_day(passes, day, self._draft.value(_FILTERS, "zone")))
        return made

    def _invalid(self, rule_id: str, name: str) -> None:
        self.problems.append(invalid(self._draft.contract, rule_id, name))


def _on_day(compare: Callable[[int, int], bool], bound: int, zone: str) -> Passes:
    """Whether an order's day, as a number, is on one side of another."""

    def passes(order: Document) -> bool:
        paid = instant_of(paid_at(order))
        return paid is not None and compare(paid.day_at(ahead(zone, paid)), bound)

    return passes
