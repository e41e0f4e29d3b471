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
ENDS = {"orderDelivered": "DELIVERED", "orderCancelled": "CANCELLED"}
KINDS = ("orderCreated", "orderUpdated", *ENDS)
NAMES = ("externalcustomerid", "email", "phone")
FIELDS = (*REQUIRED, *WHOSE, "currency", "source")


class Ignored(Exception):
    """The order of an event comes to nothing, and the event with it unless `event_stays`."""

    def __init__(self, *, event_stays: bool = False) -> None:
        self.event_stays = event_stays


class Naive:
    """An account. `contacts` are what each is found by; `fates` and `silent` are what a true ledger says."""

    def __init__(self, readings: Mapping[str, str], *contacts: dict[str, str]) -> None:
        self.readings = readings
        self.contacts = [dict(contact) for contact in contacts]
        self.orders: dict[str, Order] = {}
        self.events = 0
        self.fates: Counter[str] = Counter()
        self.silent = 0

    # -- events -------------------------------------------------------------------------------------------------------

    def event(self, kind: str, params: dict[str, Any]) -> int:
        """An event without keyValue; the status of the answer."""
        named = [name for name in params if name.lower() in NAMES and not _is_blank(params[name])]
        if not named and kind not in KINDS:
            self.fates["refused"] += 1
            return 400
        if kind not in KINDS:
            self.events += 1
            mistaken = kind.lower() in map(str.lower, KINDS) and not _is_blank(params.get("externalOrderId"))
            self.fates["dropped" if mistaken else "kept"] += 1
            self.silent += mistaken
            return 200
        try:
            self.fates[self._ordered(kind, params)] += 1
            self.events += 1
        except Ignored as ignored:
            self.fates["dropped"] += 1
            self.silent += 1
            self.events += ignored.event_stays
        return 200

    def _ordered(self, kind: str, params: dict[str, Any]) -> str:
        given = {name: value for name, value in params.items() if not (name in WHOSE and _is_blank(value))}
        if _is_blank(given.get("externalOrderId")):
            raise Ignored(event_stays=kind in ENDS or self.readings["event.ignored-order"] == "event-kept")
        held = self.orders.get(given["externalOrderId"])
        if kind in ENDS:
            if held is None:
                raise Ignored(event_stays=self.readings["order.unknown-order"] == "event-kept")
            # Nothing but the status is set. Other params stay with the event, and were not meant for the order.
            asked = {name: given[name] for name in ("totalCost", "date", "status") if name in given}
            held["status"] = ENDS[kind]
            self.silent += sum(not same(value, held.get(name)) for name, value in asked.items())
            return "updated"
        contact = self._contact(given)
        whole = all(name in given for name in REQUIRED) and any(name in given for name in WHOSE)
        to_be_made = held is None or kind == "orderCreated"
        event_kept = self.readings["event.ignored-order"] == "event-kept"
        if to_be_made and not whole:
            raise Ignored(event_stays=event_kept)
        if not all(_is_right(name, given[name]) for name in REQUIRED if name in given):
            raise Ignored(event_stays=event_kept or not to_be_made)
        if contact is None and to_be_made:
            raise Ignored(event_stays=True)
        self.orders[given["externalOrderId"]] = {**(held or {}), **given}
        return "updated" if held else "kept"

    def _contact(self, given: dict[str, Any]) -> dict[str, str] | None:
        for wanted in NAMES:
            for name, value in given.items():
                found = next((one for one in self.contacts if _names(one, wanted, value)), None)
                if name.lower() == wanted and found:
                    return found
        return None

    # -- Add orders -------------------------------------------------------------------------------------------------

    def add(self, orders: list[Any]) -> list[Any]:
        """The orders that failed."""
        failed = []
        written: list[tuple[str, str, Order, Order, int]] = []
        for order in orders:
            if not isinstance(order, dict) or not _is_whole(order):
                self.fates["refused"] += 1
                failed.append(order)
                continue
            unknown = sum(name not in FIELDS and value is not None for name, value in order.items())
            given = {name: value for name, value in order.items() if name in FIELDS and value is not None}
            given = {name: value for name, value in given.items() if not (name in WHOSE and _is_blank(value))}
            key = str(order["externalOrderId"])
            held = self.orders.get(key)
            self._acquaint({name: str(value) for name, value in given.items()})
            self.orders[key] = {**(held or {}), **given}
            written.append((key, "updated" if held else "kept", given, self.orders[key], unknown))
            self.events += 1
        for key, fate, given, after, unknown in written:
            final = self.orders[key]
            replaced = [name for name in given if same(after[name], given[name]) and not same(final[name], given[name])]
            self.fates["overwritten" if replaced else fate] += 1
            self.silent += 1 if replaced else unknown
        return failed

    def _acquaint(self, given: dict[str, Any]) -> None:
        """An order is somebody's: whoever is known by its id, phone or email, else somebody new."""
        told = {name.lower(): given[name] for name in WHOSE if not _is_blank(given.get(name))}
        for name in ("externalcustomerid", "phone", "email"):
            known = next((one for one in self.contacts if name in told and _names(one, name, told[name])), None)
            if known:
                if "externalcustomerid" in told:
                    known.setdefault("externalcustomerid", told["externalcustomerid"])
                return
        self.contacts.append(told)


def _names(contact: dict[str, str], name: str, value: Any) -> bool:
    held = contact.get(name)
    if name == "email" and held is not None and isinstance(value, str):
        return held.lower() == value.lower()
    return held is not None and held == value


def _is_right(name: str, value: Any) -> bool:
    if name == "totalCost":
        return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(value)) is not None
    if name == "status":
        return value in STATUSES
    return name != "date" or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(value)) is not None


def _is_whole(order: Order) -> bool:
    if any(_is_blank(order.get(name)) for name in (*REQUIRED, "currency")):
        return False
    if not any(not _is_blank(order.get(name)) for name in WHOSE):
        return False
    if not _is_right("totalCost", order["totalCost"]) or order["status"] not in STATUSES:
        return False
    if not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(order["date"])):
        return False
    return not any(isinstance(order[name], list | dict) for name in order if name in FIELDS)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: an amount as a number or as text."""
    return str(one) == str(other) or (_is_right("totalCost", one) and float(one) == float(other))
