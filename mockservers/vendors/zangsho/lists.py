"""Reading: one record, or a page of the records that pass the filters."""

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
from mockservers.vendors.zangsho.payments import is_order_of, paid_at
from mockservers.vendors.zangsho.problems import Problem, invalid
from mockservers.vendors.zangsho.record_shapes import CUSTOMERS, ORDERS, SUBSCRIPTIONS
from mockservers.vendors.zangsho.record_types import RecordType
from mockservers.vendors.zangsho.replies import data_reply, page_reply, validation_error
from mockservers.vendors.zangsho.requests import read_request
from mockservers.vendors.zangsho.state import COLLECTIONS
from mockservers.vendors.zangsho.values import fold, instant_of

_INTEGER = re.compile(r"[0-9]{1,18}")
_PAGES, _FILTERS = "zangsho.list.pages", "zangsho.list.filters"

Filter = Callable[[Document], bool]


def get_record(record_type: RecordType, call: Call, view: View) -> Decision:
    """Return the record that the path names, or 404. A customer is found by its external_id, too."""
    draft, request = Draft(view, COLLECTIONS), read_request(call)
    document = draft.get(record_type.collection, request.record_id)
    if document is None and record_type.collection == CUSTOMERS:
        document = draft.first(CUSTOMERS, "external_id", request.record_id)
    if document is None:
        return draft.decision(view.contract.refusal("not-found"))
    return draft.decision(data_reply(view.contract, request.operation, record_type.answered(draft, document)))


def list_records(record_type: RecordType, call: Call, view: View) -> Decision:
    """Return a page of the records that pass the filters, oldest first."""
    draft, request = Draft(view, COLLECTIONS), read_request(call)
    query = ListQuery(draft, request.query)
    page, per_page = query.page(), query.per_page()
    filters = query.filters(record_type)
    if query.problems:
        return draft.decision(validation_error(view.contract, query.problems))
    documents = [
        document for document in draft.each(record_type.collection) if all(passes(document) for passes in filters)
    ]
    start = (page - 1) * per_page
    records = [record_type.answered(draft, document) for document in documents[start : start + per_page]]
    reply = page_reply(view.contract, request.operation, records, page=page, per_page=per_page, total=len(documents))
    return draft.decision(reply)


class ListQuery:
    """The query of a list. What is wrong with it is collected in `problems`."""

    def __init__(self, draft: Draft, values: Mapping[str, str]) -> None:
        self._draft = draft
        self._values = values
        self.problems: list[Problem] = []

    def page(self) -> int:
        """Return the number of the page."""
        first = self._draft.value(_PAGES, "first")
        return self._integer("page", first, first)

    def per_page(self) -> int:
        """Return how many records a page has."""
        default, least, most = (self._draft.value(_PAGES, name) for name in ("default", "least", "most"))
        return self._integer("per_page", default, least, most)

    def filters(self, record_type: RecordType) -> list[Filter]:
        """Return the filters that the query asks for."""
        filters: list[Filter | None]
        if record_type.collection == CUSTOMERS:
            filters = [self._search()]
        elif record_type.collection == ORDERS:
            filters = [self._listed("status", "order_status"), self._customer(record_type), *self._days()]
        elif record_type.collection == SUBSCRIPTIONS:
            filters = [self._listed("status", "subscription_status"), self._customer(record_type)]
        else:
            filters = [self._listed("event_type", "event_type"), self._customer(record_type)]
        return [passes for passes in filters if passes]

    def _integer(self, name: str, default: int, least: int, most: int | None = None) -> int:
        text = self._values.get(name)
        if text is None:
            return default
        if not _INTEGER.fullmatch(text) or int(text) < least or (most is not None and int(text) > most):
            self._add_problem(_PAGES, name)
            return default
        return int(text)

    def _search(self) -> Filter | None:
        part = fold(self._values.get("search", ""))
        if not part:
            return None
        return lambda customer: any(part in fold(customer[name] or "") for name in ("email", "name"))

    def _listed(self, name: str, list_name: str) -> Filter | None:
        """Return a filter on a field whose values a rule lists."""
        value = self._values.get(name)
        if value is None:
            return None
        if value not in self._draft.value(_FILTERS, list_name):
            self._add_problem(_FILTERS, name)
            return None
        return lambda document: bool(document[name] == value)

    def _customer(self, record_type: RecordType) -> Filter | None:
        text = self._values.get("customer_id")
        if text is None:
            return None
        if not _INTEGER.fullmatch(text):
            self._add_problem(_FILTERS, "customer_id")
            return None
        if record_type.collection != ORDERS:
            return lambda document: bool(document["customer_id"] == int(text))
        customer = self._draft.get(CUSTOMERS, str(int(text)))  # an order names its customer by email alone
        return lambda order: customer is not None and is_order_of(self._draft, order, customer)

    def _days(self) -> list[Filter]:
        """Return filters on the first and the last day, both included, in the zone of the rule."""
        filters: list[Filter] = []
        for name, compare in (("start_date", int.__ge__), ("end_date", int.__le__)):
            text = self._values.get(name)
            if text is None:
                continue
            day = day_of(text)
            if day is None:
                self._add_problem(_FILTERS, name)
                continue
            filters.append(_day_filter(compare, day, self._draft.value(_FILTERS, "zone")))
        return filters

    def _add_problem(self, rule_id: str, name: str) -> None:
        self.problems.append(invalid(self._draft.contract, rule_id, name))


def _day_filter(compare: Callable[[int, int], bool], bound: int, zone: str) -> Filter:
    """Return a filter that compares an order's day, as a number, with a bound."""

    def passes(order: Document) -> bool:
        paid = instant_of(paid_at(order))
        return paid is not None and compare(paid.day_at(ahead(zone, paid)), bound)

    return passes
