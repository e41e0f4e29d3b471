"""Requests that no schema says how to make: parts of uploads, records that repeat, days far away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mockservers.core.exchange.call import Part
from mockservers.core.state.spool import Spooled
from mockservers.core.values.json_text import dumps
from tests.asking import contract
from tests.contracts.custom_fields import custom_field_requests
from tests.sending import Sending

_TYPE = "application/x-ndjson"
_MANY = [{name: ",".join("1" * 31)} for name in ("transaction_ids", "member_sns", "product_ids")]
_LINE_BYTES = 8 * 1024 * 1024


def by_hand(vendor: str) -> tuple[Sending, ...]:
    """Requests to a vendor, in order."""
    return tuple(_BY_HAND[vendor]()) if vendor in _BY_HAND else ()


def _fanship() -> Iterator[Sending]:
    for day in ("20160113", "20160114", "20160115", "20160116", "20260116", "20260117", "20260118", "99991231"):
        yield _upload(b'{"id":"%b"}' % day.encode(), day=day)
    yield _upload(b'{"id":"1","quantity":1}\n{"id":"1","quantity":2}', day="20260114")
    yield _upload(b'{"id":"2","quantity":1,"quantity":2}', day="20260113")
    yield _upload(b'{"id":"3","property":[{"key":"k"}]}', day="20260112")
    yield _upload(b'{"id":"4","packaging_price":1.5,"promotion_id":["p"]}', day="20260111")
    yield _upload(b'{"id":"5","order_date":"today"}', day="20260110")
    yield _upload(b'{"id":"6","property":[%b]}' % b",".join([b"{}"] * 101), day="20260109")
    yield _upload(b'\xef\xbb\xbf{"id":"7"}', day="20260108")
    yield _upload(b"", day="20260107")
    yield _upload(rb'{"id":"10","item_name":"x\ud83d"}', day="20260104")
    line = b'{"id":"8"}'
    yield _parts(Part("file", "blob", _TYPE, Spooled.of(line)))
    yield _parts(Part("filename", None, _TYPE, Spooled.of(line)))
    yield _parts(Part("filename", "", _TYPE, Spooled.of(line)))
    yield _parts(Part("filename", "blob", "text/csv", Spooled.of(line)))
    yield _parts(Part("filename", "blob", f"{_TYPE}; charset=Shift_JIS", Spooled.of(line)))
    yield _parts(Part("filename", "blob", _TYPE, Spooled.of(line)), Part("note", None, "", Spooled.of(b"x")))
    yield Sending("fanship", "uploadMembers", raw=b'{"id":"m"}')
    yield _upload(b'{"id":"9","member_id":"nobody"}', day="20260106")
    yield _upload(b'{"id":"%b"}' % (b"a" * (_LINE_BYTES - len('{"id":""}'))), day="20260105")
    yield _upload(b'{"id":"%b"}' % (b"b" * (_LINE_BYTES - len('{"id":""}') + 1)), day="20260105")


def _upload(lines: bytes, day: str) -> Sending:
    return Sending("fanship", "uploadPurchases", path={"yyyymmdd": day}, raw=lines)


def _parts(*parts: Part) -> Sending:
    return Sending("fanship", "uploadPurchases", path={"yyyymmdd": "20260115"}, parts=parts)


def _omnisegment() -> Iterator[Sending]:
    """Custom fields, and orders read back of a time that has all of them."""
    yield from custom_field_requests()
    for name in ("王", ""):
        yield Sending("omnisegment", "importAudience", json={"data": {"member_sn": "empty", "name": name}})
    span = {"datetime_min": "2000-01-01 00:00", "datetime_max": "2099-12-31 23:59"}
    for query in ({}, {"page": "2"}, {"product_ids": "P1,P2"}, *_MANY):
        yield Sending("omnisegment", "getOrders", query={**span, **query})


def _zangsho() -> Iterator[Sending]:
    """New records first, each with something that no schema decides; then the same records again."""
    order: dict[str, Any] = {"order_no": "1", "amount": "1.00", "customer_email": "a@example.com"}
    subscription: dict[str, Any] = {"customer_id": 103, "mrr": "1.00", "billing_cycle": "monthly"}
    subscription |= dict.fromkeys(("started_at", "current_period_start"), "2026-01-01T00:00:00")
    for content_type in ("text/plain", "application/json; charset=Big5"):
        yield _sent("createCustomer", {"email": f"{content_type[:4]}@example.com"}, {"content-type": content_type})
    yield Sending("zangsho", "createCustomer", raw=b'{"email":"b@example.com","name":"A","name":"B"}')
    yield _sent("createCustomer", {"email": "b@example.com", "name": "C"})
    yield _batch("customers", {"email": "a@example.com", "name": "A", "metadata": {"a": 1, "b": 2}}, on_conflict="")
    yield _batch("customers", {"email": "A@example.com", "name": "", "metadata": {"a": 2}}, on_conflict="update")
    yield _batch("customers", *({"email": "c@example.com", "name": name} for name in ("A", "B")), on_conflict="update")
    yield _batch("customers", *({"email": "d@example.com", "name": name} for name in ("A", " ", None)))
    yield _batch("customers", {"email": "e@example.com", "name": "\ud83d"}, {"name": "no email"})
    yield _batch("customers", {"email": "f@example.com", "metadata": []})
    yield _batch("customers", *({"email": f"{number}@example.com"} for number in range(101)))
    extra: dict[str, Any]
    for extra in ({"amount": 7}, {"amount": "-1"}, {"amount": "1.005"}, {"paid_at": "2026-01-01T00:00:00"}):
        yield _batch("orders", {**order, "order_no": str(extra), **extra})
    for extra in ({"currency": "NTD"}, {"payment_method": "?"}, {"billing_cycle": "?"}, {"customer_name": "Z"}):
        yield _batch("orders", {**order, "order_no": str(extra), **extra})
    for extra in (
        {"customer_email": "no@example.com"},
        {"customer_id": 101},
        {"customer_email": None, "customer_id": 9},
    ):
        yield _batch("orders", {**order, "order_no": str(extra), **extra})
    for number in (9, 103):
        yield _batch("orders", {**order, "order_no": f"by id {number}", "customer_email": None, "customer_id": number})
    yield _sent("createOrder", {**order, "customer_email": "new@example.com"}, {"x-idempotency-key": "k"})
    yield _sent("createOrder", {**order, "customer_email": "new@example.com"}, {"x-idempotency-key": "k"})
    yield _sent("createOrder", {**order, "amount": "2.00"}, {"x-idempotency-key": "k"})
    yield _sent("createOrder", order)
    yield _batch("orders", {**order, "amount": "3.00"})
    yield _batch("orders", {**order, "payment_method": "atm"}, on_conflict="update")
    yield _batch("orders", {**order, "payment_method": "", "metadata": None}, on_conflict="update")
    yield _sent("createSubscription", {**subscription, "mrr": "-1.00"})
    yield _sent("createSubscription", subscription)
    yield _sent("createSubscription", subscription)
    yield _batch("subscriptions", {**subscription, "mrr": "2.00"}, {**subscription, "customer_id": 9})
    for change in ({"mrr": "5.00"}, {"mrr": "1.00", "plan_name": ""}, {"plan": "unknown"}):
        yield replace(_sent("updateSubscription", change), path={"id": "1"})
    for reason in ("a", "b"):
        yield replace(_sent("cancelSubscription", {"reason": reason}), path={"id": "1"})
    event: dict[str, Any] = {"event_type": "upgrade", "amount_change": 1, "occurred_at": "2026-01-01T00:00:00"}
    for extra in ({"old_amount": "-1.00"}, {"new_amount": "-1.00"}):
        yield _batch("events", {**event, "customer_email": "a@example.com", **extra})
    yield _batch("events", *({**event, "customer_email": email} for email in ("a@example.com", "no@example.com")))


def _esputnik() -> Iterator[Sending]:
    """Order events, each with something in its order that no schema of the event decides, and an erased contact."""
    contact = {"externalCustomerId": "c", "channels": [{"type": "email", "value": "a@example.com"}]}
    yield Sending("esputnik", "addContact", json=contact)
    line = {"externalItemId": "i", "name": "чай", "quantity": "1", "cost": "5", "url": "u", "imageUrl": "i"}
    for number, code in enumerate(contract("esputnik").resolve("#/components/schemas/Currency/enum")):
        yield _order_event(str(number), currency=code)
    for number, extra in enumerate(
        (
            {"currency": "XXX"},
            {"date": "soon"},
            {"date": "2026-01-15T10:00:00Z"},
            {"gift": "чай"},
            {"items": dumps([line]).decode()},
            {"items": dumps({"a": line}).decode()},
            {"items": dumps([{**line, "gift": "чай", "quantity": "many"}]).decode()},
            {"items": "["},
            {"totalCost": "much"},
            {"status": "shipped"},
        )
    ):
        yield _order_event(f"odd {number}", **extra)
        yield _order_event(f"odd {number}", kind="orderUpdated", **extra)
    for occurred in ("2026-01-14", "2026-01-14T10:00", "2026-01-14T10:00:00+02:00", "2026-02-31", "soon", 7):
        past = {"eventTypeKey": "seen", "keyValue": "k", "occurred": occurred}
        yield Sending("esputnik", "sendHistoryEvents", json={"events": [past, {**past, "keyValue": "<>"}]})
    yield Sending("esputnik", "deleteContactByExternalId", query={"externalCustomerId": "c"})
    yield Sending("esputnik", "updateContact", path={"id": "1"}, json={"firstName": "Олена"})
    yield Sending("esputnik", "ordersBulkInsert", json={"orders": ["order", {}]})


def _order_event(number: str, kind: str = "orderCreated", **more: Any) -> Sending:
    order = {"externalOrderId": number, "externalCustomerId": "c", "totalCost": "5", "status": "INITIALIZED"}
    order |= {"date": "2026-01-15T10:00:00", **more}
    params = [{"name": name, "value": value} for name, value in order.items()]
    return Sending("esputnik", "registerEvent", json={"eventTypeKey": kind, "keyValue": number, "params": params})


def _sent(operation: str, body: Any, headers: Mapping[str, str] | None = None) -> Sending:
    return Sending("zangsho", operation, headers=headers or {}, json=body)


def _batch(kind: str, *items: Any, **envelope: Any) -> Sending:
    operation = "importSubscriptionEvents" if kind == "events" else f"import{kind.capitalize()}"
    return _sent(operation, {**envelope, kind: list(items)})


_BY_HAND: Mapping[str, Callable[[], Iterator[Sending]]] = {
    "fanship": _fanship,
    "zangsho": _zangsho,
    "esputnik": _esputnik,
    "omnisegment": _omnisegment,
}
