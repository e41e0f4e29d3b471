"""The mock against a naive model of the vendor, over any sequence of order events and of Add orders.

https://esputnik.com/support/peredacha-dannyh-resursom-v1event, under every reading
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from mockservers.core.tenancy.tenant import Answer
from tests.vendors.esputnik.esputnik_tenant import ITEM, EsputnikTenant, body_of, escaped, without
from tests.vendors.esputnik.esputnik_tenant import params as listed
from tests.vendors.esputnik.naive import KINDS, Naive
from tests.vendors.under_readings import UnderReadings, stateful_test

KNOWN = {"externalcustomerid": "AV13760", "email": "Olena@example.com", "phone": "380501234567"}
"""The contact that an account here begins with, by what it is found by."""

VALUES: dict[str, list[Any]] = {
    "externalOrderId": ["1", "2", 1, "", None],
    "totalCost": ["258.0", "300", 258, "12,5", ""],
    "status": ["INITIALIZED", "IN_PROGRESS", "DELIVERED", "initialized", ""],
    "date": ["2020-05-14T10:11:00", "2020-05-14T10:11:01", "14.05.2020", "", "2020-05-14T10:11:00.5+03:00"],
    "currency": ["UAH", "USD", "грн"],
    "email": ["olena@example.com", "nobody@example.com", ""],
    "phone": ["380501234567", "+380501234567", 380501234567, ""],
    "externalCustomerId": ["AV13760", "av13760", ""],
    "Email": ["OLENA@example.com", "other@example.com"],
    "source": ["online", "offline", "web", "", 7],
    "note": ["甲", "乙", "", 7, {"甲": [1]}, "\ud83d"],
}
ITEMS: list[Any] = [
    *(escaped([ITEM]), [ITEM], escaped([{**ITEM, "cost": 129, "quantity": "2"}]), escaped([{**ITEM, "cost": "300"}])),
    *([{**ITEM, "size": {"號": 1}}], escaped([{**ITEM, "url": " "}]), escaped([without(ITEM, "url"), ITEM])),
    *([{**ITEM, "name": ""}, {}, None], [], "", escaped(ITEM), "[", 7),
]
WHOLE = ("externalOrderId", "totalCost", "status", "date", "email")
CHOICES = {
    "request.no-media-type": ["accept", "refuse"],
    "request.charset": ["ignore", "refuse"],
    "request.half-character": ["accept", "refuse"],
    "request.scalars": ["accept", "refuse"],
    "event.raw-values": ["accept", "raw-refused"],
    "event.repeated": ["one-more", "dropped"],
    "event.unbound": ["kept", "dropped"],
    "event.ignored-order": ["event-ignored", "event-kept"],
    "event-type.order-of-another-type": ["event", "order-meant"],
    "identifier.external-id": ["default-name", "page-list"],
    "identifier.first-match": ["first-match", "first-present"],
    "contact.must-exist": ["must-exist", "order-for-nobody", "v2-creates-contact"],
    "order.status": ["order-ignored", "kept-as-sent"],
    "order.date": ["strict", "lenient"],
    "order.items-json": ["order-ignored", "items-dropped"],
    "order.items-required": ["order-ignored", "item-dropped"],
    "order.items-blank": ["kept", "missing"],
    "order.price-match": ["accept", "ignore-order"],
    "order.currency": ["accept", "order-ignored"],
    "order.created-again": ["updates", "ignored"],
    "order.update-merges": ["merge", "replace"],
    "order.unknown-order": ["event-kept", "event-ignored"],
    "order.status-only": ["status-only", "updates-too"],
    "order.change-for-nobody": ["accept", "ignore"],
    "order.of-another-contact": ["changes", "ignored"],
    "orders.date": ["accept", "with-offset"],
    "orders.reply-ids": ["failed-only", "orders-reply-has-ids"],
    "orders.same-id-updates": ["merge", "replace"],
    "orders.of-another-contact": ["moves", "ignored"],
    "orders.fixed-fields": ["ignored", "order-fails"],
}
TYPES = st.sampled_from([*KINDS, "orderCreated", "OrderCreated", "viewed"])


def odd_ones(names: set[str]) -> st.SearchStrategy[set[str]]:
    """The names whose values may be odd: mostly one or none, as two odd values hide each other."""
    return st.sampled_from([set[str](), *({name} for name in sorted(names)), names])


@st.composite
def params(draw: st.DrawFn) -> dict[str, Any]:
    """Params of an event: mostly those of a whole order, mostly right."""
    names = set(WHOLE) if draw(st.integers(0, 3)) else set()
    names ^= set(draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3)))
    odd = draw(odd_ones(names))
    made = {name: draw(st.sampled_from(VALUES[name] if name in odd else VALUES[name][:2])) for name in sorted(names)}
    if draw(st.booleans()):
        made["items"] = draw(st.sampled_from(ITEMS if draw(st.booleans()) else ITEMS[:5]))
    return {name: value for name, value in made.items() if value is not None}


ADDED: dict[str, list[Any]] = {
    "externalOrderId": ["1", "2", "", None, 3],
    "totalCost": [258.0, 300, "258.0", None],
    "status": ["INITIALIZED", "DELIVERED", "delivered", None],
    "date": ["2020-05-14T10:11:00", "2020-05-14T10:11:00.5+03:00", "14.05.2020", None],
    "currency": ["UAH", "USD", None, "", "грн"],
    "email": ["olena@example.com", "new@example.com", None],
    "phone": ["380501234567", "380671112233", None],
    "externalCustomerId": ["AV13760", "客-9", None, ""],
    "source": ["online", "offline", "web", "Offline", None, "", " ", "\ud83d"],
    "note": ["x", None],
    "items": [
        *([{"externalItemId": "200600", "quantity": 1}], []),
        *([{"externalItemId": "200600", "quantity": "1", "barcode": "4"}], [{"quantity": 1}], "[]", None),
    ],
}
CONTENT_TYPES = st.sampled_from(
    [*["application/json"] * 5, "", "application/json; charset=UTF-8", "application/json; charset=windows-1251"]
)
NEEDED = {"externalOrderId", "totalCost", "status", "date", "currency", "email"}


@st.composite
def orders(draw: st.DrawFn) -> Any:
    """An order for Add orders: mostly a right one."""
    if draw(st.integers(0, 9)) == 9:
        return draw(st.sampled_from([None, [], "order"]))
    names = NEEDED ^ set(draw(st.lists(st.sampled_from(sorted(ADDED)), max_size=2)))
    odd = draw(odd_ones(names))
    return {name: draw(st.sampled_from(ADDED[name] if name in odd else ADDED[name][:2])) for name in sorted(names)}


class AgainstNaiveModel(UnderReadings):
    vendor = "esputnik"
    choices = CHOICES
    mock: EsputnikTenant

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = EsputnikTenant(readings=self.ids(readings))
        self.naive = Naive(readings, KNOWN)

    @rule(kind=TYPES, sent=params(), version=st.sampled_from([1, 2]), content_type=CONTENT_TYPES)
    def event(self, kind: str, sent: dict[str, Any], version: int, content_type: str) -> None:
        operation = "registerEvent" if version == 1 else "registerEventV2"
        text = json.dumps({"eventTypeKey": kind, "params": listed(sent)})
        status = self.naive.refusal(content_type, text, 1) or self.naive.event(kind, sent, version)
        assert self._send(operation, text, content_type).reply.status == status

    @rule(sent=st.lists(orders(), min_size=1, max_size=3), content_type=CONTENT_TYPES)
    def add(self, sent: list[Any], content_type: str) -> None:
        text = json.dumps({"orders": sent})
        answer = self._send("ordersBulkInsert", text, content_type)
        refused = self.naive.refusal(content_type, text, len(sent))
        if refused:
            assert answer.reply.status == refused
            return
        found = body_of(answer)["failedOrders"]
        failed, taken = self.naive.add(sent)
        assert [each["order"] for each in ([found] if isinstance(found, dict) else found)] == failed
        has_ids = self.naive.readings["orders.reply-ids"] == "orders-reply-has-ids"
        ids = [(str(each["externalOrderId"]), each["orderId"]) for each in body_of(answer).get("orderIds", [])]
        assert ids == (taken if has_ids else [])

    def _send(self, operation: str, text: str, content_type: str) -> Answer:
        """The text is ASCII: half of a character can be sent escaped alone."""
        return self.mock.send(operation, text.encode(), headers={"Content-Type": content_type})

    @invariant()
    def both_hold_the_same(self) -> None:
        held = {
            str(order["externalOrderId"]): {
                name: value for name, value in order.items() if name not in ("orderId", "contactId")
            }
            for order in self.mock.state["orders"]
        }
        assert held == self.naive.orders
        owners = {str(order["externalOrderId"]): order["contactId"] for order in self.mock.state["orders"]}
        assert owners == self.naive.owners
        assert len(self.mock.state["contacts"]) == len(self.naive.contacts)
        assert len(self.mock.state["events"]) == self.naive.events


TestAgainstNaiveModel = pytest.mark.rule(
    "esputnik.order.required",
    "esputnik.order.unknown-order",
    "esputnik.event.ignored-order",
    "esputnik.order.update-merges",
    "esputnik.order.status-only",
    "esputnik.orders.same-id-updates",
)(stateful_test(AgainstNaiveModel, steps=15))
