"""Reading: one record, or a page of the records that pass the filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.core.contract.parameters import query_parameter
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.rfc3339 import day_of
from mockservers.core.values.zones import ahead
from mockservers.vendors.zangsho.payments import is_order_of, paid_at
from mockservers.vendors.zangsho.record_shapes import CUSTOMERS, ORDERS, SUBSCRIPTIONS
from mockservers.vendors.zangsho.record_types import RecordType
from mockservers.vendors.zangsho.replies import data_reply, page_reply
from mockservers.vendors.zangsho.requests import ReadRequest, read_request
from mockservers.vendors.zangsho.state import COLLECTIONS
from mockservers.vendors.zangsho.values import fold, instant_of

_FILTERS = "zangsho.list.filters"

Filter = Callable[[Document], bool]


def get_record(record_type: RecordType, call: Call, view: View) -> Decision:
    """Return the record that the path names, or 404. A customer is found by its external_id, too."""
    draft, request = Draft(view, COLLECTIONS), read_request(call)
    document = draft.get(record_type.collection, request.record_id)
    if document is None and record_type.collection == CUSTOMERS:
        document = draft.first(CUSTOMERS, "external_id", request.record_id)
    if document is None:
        return draft.decision(view.contract.refusal("not-found"))
    return draft.decision(data_reply(view.contract, request.operation, record_type.complete(draft, document)))


def list_records(record_type: RecordType, call: Call, view: View) -> Decision:
    """Return a page of the records that pass the filters, oldest first.

    Rule: `zangsho.list.pages`.
    """
    draft, request = Draft(view, COLLECTIONS), read_request(call)
    query = ListQuery(draft, request)
    page, per_page = query.page(), query.per_page()
    filters = query.filters(record_type)
    documents = [
        document for document in draft.each(record_type.collection) if all(passes(document) for passes in filters)
    ]
    start = (page - 1) * per_page
    records = [record_type.complete(draft, document) for document in documents[start : start + per_page]]
    reply = page_reply(view.contract, request.operation, records, page=page, per_page=per_page, total=len(documents))
    return draft.decision(reply)


class ListQuery:
    """The query of a list, whose parameters their schemas accept."""

    def __init__(self, draft: Draft, request: ReadRequest) -> None:
        self._draft = draft
        self._operation = request.operation
        self._values = request.query

    def page(self) -> int:
        """Return the number of the page."""
        return self._number("page")

    def per_page(self) -> int:
        """Return the size of a page."""
        return self._number("per_page")

    def filters(self, record_type: RecordType) -> list[Filter]:
        """Return the filters of the query."""
        filters: list[Filter | None]
        if record_type.collection == CUSTOMERS:
            filters = [self._search()]
        elif record_type.collection == ORDERS:
            filters = [self._listed("status"), self._customer(record_type), *self._days()]
        elif record_type.collection == SUBSCRIPTIONS:
            filters = [self._listed("status"), self._customer(record_type)]
        else:
            filters = [self._listed("event_type"), self._customer(record_type)]
        return [passes for passes in filters if passes]

    def _value(self, name: str) -> Any:
        """Return the value of a parameter, or its default; None if there is neither."""
        return query_parameter(self._draft.contract, self._operation, name).value(self._values.get(name))

    def _number(self, name: str) -> int:
        number: int = self._value(name)
        return number

    def _search(self) -> Filter | None:
        part = fold(self._values.get("search", ""))
        if not part:
            return None
        return lambda customer: any(part in fold(customer[name] or "") for name in ("email", "name"))

    def _listed(self, name: str) -> Filter | None:
        """Return a filter on a field whose values the parameter's schema lists."""
        value = self._value(name)
        return None if value is None else lambda document: bool(document[name] == value)

    def _customer(self, record_type: RecordType) -> Filter | None:
        number = self._value("customer_id")
        if number is None:
            return None
        if record_type.collection != ORDERS:
            return lambda document: bool(document["customer_id"] == number)
        customer = self._draft.get(CUSTOMERS, str(number))  # an order identifies its customer only by email
        return lambda order: customer is not None and is_order_of(self._draft, order, customer)

    def _days(self) -> list[Filter]:
        """Return filters on the first and the last day, both included, in the zone of the rule."""
        zone = self._draft.value(_FILTERS, "zone")
        days = [(compare, self._value(name)) for name, compare in _COMPARISONS.items()]
        return [
            _day_filter(compare, bound, zone) for compare, day in days if day and (bound := day_of(day)) is not None
        ]


_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {"start_date": int.__ge__, "end_date": int.__le__}


def _day_filter(compare: Callable[[int, int], bool], bound: int, zone: str) -> Filter:
    """Return a filter that compares an order's day, as a number, with a bound."""

    def passes(order: Document) -> bool:
        paid = instant_of(paid_at(order))
        return paid is not None and compare(paid.day_at(ahead(zone, paid)), bound)

    return passes
