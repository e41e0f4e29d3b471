"""Orders at eSputnik as somebody would write them down who has read the page and knows nothing of the mock.

Plain dictionaries, no contract, no rule, none of the mock's code. It holds what the vendor would hold, and counts what
became of every event and order. https://esputnik.com/support/peredacha-dannyh-resursom-v1event
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

Order = dict[str, Any]
REQUIRED = ("externalOrderId", "totalCost", "status", "date")
WHOSE = ("externalCustomerId", "email", "phone")
STATUSES = ("INITIALIZED", "IN_PROGRESS", "DELIVERED", "CANCELLED", "ABANDONED_SHOPPING_CART")
CURRENCIES = ("UAH", "USD", "TWD")
ENDS = {"orderDelivered": "DELIVERED", "orderCancelled": "CANCELLED"}
KINDS = ("orderCreated", "orderUpdated", *ENDS)
NAMES = ("externalcustomerid", "email", "phone")
FIELDS = (*REQUIRED, *WHOSE, "currency", "source")


class Ignored(Exception):
    """The order of an event comes to nothing, and the event with it unless `event_stays`."""

    def __init__(self, *, event_stays: bool = False) -> None:
        self.event_stays = event_stays


class Naive:
    """An account. `contacts` are what each is found by; `outcomes` and `silent` are what a true ledger says."""

    def __init__(self, readings: Mapping[str, str], *contacts: dict[str, str]) -> None:
        self.readings = readings
        self.contacts = [dict(contact) for contact in contacts]
        self.orders: dict[str, Order] = {}
        self.owners: dict[str, int | None] = {}
        self.events = 0
        self.outcomes: Counter[str] = Counter()
        self.silent = 0
        self._known: dict[tuple[str, str], Order] = {}

    # -- events -------------------------------------------------------------------------------------------------------

    def event(self, kind: str, params: Order, version: int) -> int:
        """An event without keyValue; the status of the answer."""
        given = self.given(params)
        if not given and kind not in KINDS:
            self.outcomes["refused"] += 1
            return 400
        self.silent += self.register(kind, params, self.key(kind, params), version)
        return 200

    def register(self, kind: str, params: Order, key: str, version: int, *, orders: bool = True) -> int:
        """Register an event. Return its losses: one if it is lost whole, else those of its params.

        A repeated event that is dropped creates no contact.
        """
        first = self._known.get((kind, key)) if key else None
        if first is not None and self.readings["event.repeated"] == "dropped":
            self.outcomes["skipped"] += 1
            return not says(first, params) or (kind in KINDS and not orders)
        contact = self.contact(self.given(params), version)
        try:
            outcome, losses = self._taken(kind, params, contact, orders=orders)
            stays = True
        except Ignored as ignored:
            outcome, losses, stays = "dropped", 1, ignored.event_stays
        self.outcomes[outcome] += 1
        if stays:
            self.events += 1
            self._known.setdefault((kind, key), params)
        return losses

    def _taken(self, kind: str, params: Order, contact: int | None, *, orders: bool) -> tuple[str, int]:
        if kind in KINDS and orders:
            return (self._ended if kind in ENDS else self._ordered)(kind, params, contact)
        if kind not in KINDS and not _is_blank(params.get("externalOrderId")):
            whole = all(name in params and _is_right(name, params[name]) for name in REQUIRED)
            meant = self.readings["event-type.order-of-another-type"] == "order-meant"
            alike = kind.lower() in map(str.lower, KINDS)
            if alike or (meant and whole and any(name in params for name in WHOSE)):
                raise Ignored(event_stays=True)
        if contact is None and self.readings["event.unbound"] == "dropped":
            raise Ignored
        return "kept", kind in KINDS

    def _ordered(self, kind: str, params: Order, contact: int | None) -> tuple[str, int]:
        """An orderCreated, or an orderUpdated, which makes an order that is not there."""
        given = {name: value for name, value in params.items() if not (name in WHOSE and _is_blank(value))}
        key = str(given.get("externalOrderId", ""))
        held = self.orders.get(key)
        to_be_made = held is None or kind == "orderCreated"
        names = [name for name in (*REQUIRED, "currency") if name in given]
        whole = all(name in given for name in REQUIRED) and any(name in given for name in WHOSE)
        if _is_blank(key) or (to_be_made and not whole) or not all(self._is_taken(name, given[name]) for name in names):
            raise Ignored(event_stays=not to_be_made or self.readings["event.ignored-order"] == "event-kept")
        if contact is None and to_be_made and self.readings["contact.must-exist"] != "order-for-nobody":
            raise Ignored(event_stays=True)
        if held is None:
            self.orders[key], self.owners[key] = given, contact
            return "kept", 0
        if kind == "orderCreated" and self.readings["order.created-again"] == "ignored":
            return "skipped", not says(held, given)
        return self._changed(key, held, given, contact, needs_nobody=kind == "orderCreated")

    def _ended(self, kind: str, params: Order, contact: int | None) -> tuple[str, int]:
        """Nothing but the status is set. Params that no order has stay with the event, and were not meant for one."""
        key = str(params.get("externalOrderId", ""))
        held = self.orders.get(key)
        if held is None:
            blank = _is_blank(key)
            raise Ignored(event_stays=blank or self.readings["order.unknown-order"] == "event-kept")
        asked: Order = {name: params[name] for name in ("totalCost", "date", "currency") if name in params}
        others = {name: value for name, value in asked.items() if not says(held, {name: value})}
        losses = params.get("status", ENDS[kind]) != ENDS[kind]
        if self.readings["order.status-only"] == "status-only":
            losses, others = losses + len(others), {}
        outcome, lost = self._changed(key, held, {**held, **others, "status": ENDS[kind]}, contact)
        return outcome, lost or losses

    def _changed(
        self, key: str, held: Order, given: Order, contact: int | None, *, needs_nobody: bool = False
    ) -> tuple[str, int]:
        """What becomes of an order that is there. It stays whose it is."""
        if contact is None and not needs_nobody and self.readings["order.change-for-nobody"] == "ignore":
            raise Ignored(event_stays=True)
        others = contact is not None and self.owners[key] not in (None, contact)
        if others and self.readings["order.of-another-contact"] == "ignored":
            return "skipped", not says(held, given)
        self.owners[key] = contact if self.owners[key] is None else self.owners[key]
        replaces = self.readings["order.update-merges"] == "replace"
        self.orders[key] = given if replaces else {**held, **given}
        return "updated", replaces and bool(held.keys() - given.keys())

    # -- whose it is --------------------------------------------------------------------------------------------------

    def given(self, params: Order) -> list[tuple[str, str]]:
        """Identifiers in the order in which they are tried, their names whatever their case."""
        on_the_page = self.readings["identifier.external-id"] == "page-list"
        return [
            (wanted, value)
            for wanted in (NAMES[1:] if on_the_page else NAMES)
            for name, value in params.items()
            if name.lower() == wanted and not _is_blank(value)
        ]

    def contact(self, given: list[tuple[str, str]], version: int) -> int | None:
        for index, (name, value) in enumerate(given):
            found = next((n for n, one in enumerate(self.contacts, 1) if _names(one, name, value)), None)
            if found:
                if index and self.readings["identifier.first-match"] == "first-present":
                    break
                return found
        if version == 2 and given and self.readings["contact.must-exist"] == "v2-creates-contact":
            self.contacts.append(dict(reversed(given)))
            return len(self.contacts)
        return None

    def key(self, kind: str, params: Order) -> str:
        """What makes an event unique: its order, or else whom it names."""
        if kind in KINDS and not _is_blank(params.get("externalOrderId")):
            return str(params["externalOrderId"])
        by_name = {name.lower(): value for name, value in params.items()}
        return str(next((by_name[name] for name in NAMES if not _is_blank(by_name.get(name))), ""))

    def _is_taken(self, name: str, value: Any) -> bool:
        if name == "status" and self.readings["order.status"] == "kept-as-sent":
            return True
        if name == "date" and self.readings["order.date"] == "lenient":
            return _is_moment(value)
        if name == "currency" and self.readings["order.currency"] == "accept":
            return True
        return _is_right(name, value)

    # -- Add orders -------------------------------------------------------------------------------------------------

    def add(self, orders: list[Any]) -> list[Any]:
        """The orders that failed."""
        failed = []
        written: list[tuple[str, str, Order, Order, int]] = []
        for order in orders:
            if not isinstance(order, dict) or not _is_whole(order) or self._fails(order):
                self.outcomes["refused"] += 1
                failed.append(order)
                continue
            unknown = sum(name not in FIELDS and value is not None for name, value in order.items())
            given = {name: value for name, value in order.items() if name in FIELDS and value is not None}
            given = {name: value for name, value in given.items() if not (name in WHOSE and _is_blank(value))}
            key = str(order["externalOrderId"])
            held = self.orders.get(key)
            self.owners[key] = self._acquaint({name: str(value) for name, value in given.items()})
            self.orders[key] = {**(held or {}), **given}
            written.append((key, "updated" if held else "kept", given, self.orders[key], unknown))
            self.events += 1
        for key, outcome, given, after, unknown in written:
            final = self.orders[key]
            replaced = [name for name in given if same(after[name], given[name]) and not same(final[name], given[name])]
            self.outcomes["overwritten" if replaced else outcome] += 1
            self.silent += 1 if replaced else unknown
        return failed

    def _fails(self, order: Order) -> bool:
        """Whether a right order fails under one reading or another."""
        if self.readings["orders.date"] == "with-offset" and "+" not in order["date"]:
            return True
        if self.readings["orders.fixed-fields"] == "order-fails" and any(name not in FIELDS for name in order):
            return True
        return not self._is_taken("currency", order["currency"])

    def _acquaint(self, given: dict[str, Any]) -> int:
        """An order is somebody's: whoever is known by its id, phone or email, else somebody new."""
        told = {name.lower(): given[name] for name in WHOSE if not _is_blank(given.get(name))}
        for name in ("externalcustomerid", "phone", "email"):
            for number, known in enumerate(self.contacts, 1):
                if name in told and _names(known, name, told[name]):
                    if "externalcustomerid" in told:
                        known.setdefault("externalcustomerid", told["externalcustomerid"])
                    return number
        self.contacts.append(told)
        return len(self.contacts)


def _names(contact: dict[str, str], name: str, value: Any) -> bool:
    held = contact.get(name)
    if name == "email" and held is not None and isinstance(value, str):
        return held.lower() == value.lower()
    return held is not None and held == value


def _is_right(name: str, value: Any) -> bool:
    if name == "totalCost":
        return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(value)) is not None
    if name in ("status", "currency"):
        return value in (STATUSES if name == "status" else CURRENCIES)
    return name != "date" or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(value)) is not None


def _is_whole(order: Order) -> bool:
    if any(_is_blank(order.get(name)) for name in (*REQUIRED, "currency")):
        return False
    if not any(not _is_blank(order.get(name)) for name in WHOSE):
        return False
    if not _is_right("totalCost", order["totalCost"]) or order["status"] not in STATUSES:
        return False
    if not _is_moment(order["date"]):
        return False
    return not any(isinstance(order[name], list | dict) for name in order if name in FIELDS)


def _is_moment(value: Any) -> bool:
    return re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(value)) is not None


def says(held: Order, said: Order) -> bool:
    """Whether an order says all that another does; an email address whatever its case."""
    for name, value in said.items():
        one, other = (str(each).lower() if name == "email" else each for each in (held.get(name), value))
        if name not in held or not same(one, other):
            return False
    return True


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: an amount as a number or as text."""
    amounts = all(_is_right("totalCost", each) for each in (one, other))
    return str(one) == str(other) or (amounts and float(one) == float(other))
