"""Orders at eSputnik as somebody would write them down who has read the page and knows nothing of the mock.

Plain dictionaries, no contract, no rule, none of the mock's code. It holds what the vendor would hold, and counts what
became of every event and order. https://esputnik.com/support/peredacha-dannyh-resursom-v1event
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.vendors.esputnik.naive_items import (
    adds_up,
    are_orders_items,
    complete_items,
    flat,
    is_amount,
    is_blank,
    parsed,
    same,
)

Order = dict[str, Any]
REQUIRED = ("externalOrderId", "totalCost", "status", "date")
WHOSE = ("externalCustomerId", "email", "phone")
STATUSES = ("INITIALIZED", "IN_PROGRESS", "DELIVERED", "CANCELLED", "ABANDONED_SHOPPING_CART")
CURRENCIES = ("UAH", "USD", "TWD")
ENDS = {"orderDelivered": "DELIVERED", "orderCancelled": "CANCELLED"}
KINDS = ("orderCreated", "orderUpdated", *ENDS)
ENDED = ("totalCost", "date", "currency", "source", "items")
NAMES = ("externalcustomerid", "email", "phone")
FIELDS = (*REQUIRED, *WHOSE, "currency", "source", "items")
KNOWN = {*FIELDS, "externalItemId", "quantity", "name"}


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

    def refusal(self, content_type: str, text: str, items: int) -> int:
        """The status with which a request is refused before anybody looks into it, or 0. `text` is its body."""
        kind, _, charset = content_type.partition("; charset=")
        refuses_charset = charset not in ("", "UTF-8") and self.readings["request.charset"] == "refuse"
        if (not kind and self.readings["request.no-media-type"] == "refuse") or refuses_charset:
            status = 415
        elif "\\ud83d" in text and self.readings["request.half-character"] == "refuse":
            status = 400
        else:
            return 0
        self.outcomes["refused"] += items
        return status

    # -- events -------------------------------------------------------------------------------------------------------

    def event(self, kind: str, params: Order, version: int) -> int:
        """An event without keyValue; the status of the answer."""
        if self.refuses(kind, params, version) or not (self.given(params) or kind in KINDS):
            self.outcomes["refused"] += 1
            return 400
        self.silent += self.register(kind, params, self.key(kind, params), version)
        return 200

    def refuses(self, kind: str, params: Order, version: int) -> bool:
        """Whether an event is refused because of the JSON type of some param."""
        raw = [name for name, value in params.items() if isinstance(value, list | dict)]
        refuses_raw = self.readings["event.raw-values"] == "raw-refused"
        if refuses_raw and any(version == 1 or (name == "items" and kind in KINDS) for name in raw):
            return True
        refuses_scalars = self.readings["request.scalars"] == "refuse"
        return refuses_scalars and any(isinstance(value, int | float) for value in params.values())

    def register(
        self, kind: str, params: Order, key: str, version: int, *, orders: bool = True, beside: Order | None = None
    ) -> int:
        """Register an event. Return its losses: one if it is lost whole, else those of its params.

        A repeated event that is dropped creates no contact. `beside` is what the event says beside its params.
        """
        whole = {**params, **(beside or {})}
        first = self._known.get((kind, key)) if key else None
        if first is not None and self.readings["event.repeated"] == "dropped":
            self.outcomes["skipped"] += 1
            return not says(first, whole) or (kind in KINDS and not orders)
        contact = self.contact(self.given(params), version)
        try:
            outcome, losses = self._taken(kind, params, contact, orders=orders)
            stays = True
        except Ignored as ignored:
            outcome, losses, stays = "dropped", 1, ignored.event_stays
        self.outcomes[outcome] += 1
        if stays:
            self.events += 1
            self._known.setdefault((kind, key), whole)
        return losses

    def _taken(self, kind: str, params: Order, contact: int | None, *, orders: bool) -> tuple[str, int]:
        if kind in KINDS and orders:
            return (self._ended if kind in ENDS else self._ordered)(kind, params, contact)
        if kind not in KINDS and not is_blank(params.get("externalOrderId")):
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
        given = {name: value for name, value in params.items() if not (name in WHOSE and is_blank(value))}
        key = str(given.get("externalOrderId", ""))
        held = self.orders.get(key)
        to_be_made = held is None or kind == "orderCreated"
        whole = all(name in given for name in REQUIRED) and any(name in given for name in WHOSE)
        gone = self._take_items(given)
        if is_blank(key) or (to_be_made and not whole) or gone is None or not self._fits(given):
            raise Ignored(event_stays=not to_be_made or self.readings["event.ignored-order"] == "event-kept")
        gone += _take_source(given)
        if contact is None and to_be_made and self.readings["contact.must-exist"] != "order-for-nobody":
            raise Ignored(event_stays=True)
        if held is None:
            self.orders[key], self.owners[key] = given, contact
            return "kept", gone
        if kind == "orderCreated" and self.readings["order.created-again"] == "ignored":
            return "skipped", gone if says(held, given) else 1
        outcome, losses = self._changed(key, held, given, contact, needs_nobody=kind == "orderCreated")
        return outcome, losses + (gone if outcome == "updated" or says(held, given) else 0)

    def _fits(self, given: Order) -> bool:
        """Whether each value of an order is taken, and its items come to its total."""
        if not all(self._is_taken(name, given[name]) for name in (*REQUIRED, "currency") if name in given):
            return False
        return self.readings["order.price-match"] == "accept" or adds_up(given)

    def _take_items(self, given: Order) -> int | None:
        """Put the items of an order as they are held. Return how many are lost; None where the order is ignored."""
        value = given.pop("items", None)
        if is_blank(value):
            return 0
        items = parsed(value)
        if items is None:
            return 1 if self.readings["order.items-json"] == "items-dropped" else None
        complete = complete_items(items, blank_is_missing=self.readings["order.items-blank"] == "missing")
        if len(complete) < len(items) and self.readings["order.items-required"] == "order-ignored":
            return None
        given["items"] = [flat(item) for item in complete]
        return len(items) - len(complete)

    def _ended(self, kind: str, params: Order, contact: int | None) -> tuple[str, int]:
        """Nothing but the status is set. Params that no order has stay with the event, and were not meant for one."""
        key = str(params.get("externalOrderId", ""))
        held = self.orders.get(key)
        if held is None:
            blank = is_blank(key)
            raise Ignored(event_stays=blank or self.readings["order.unknown-order"] == "event-kept")
        asked: Order = {name: params[name] for name in ENDED if name in params}
        others = {name: value for name, value in asked.items() if not says(held, {name: value})}
        losses = int(params.get("status", ENDS[kind]) != ENDS[kind])
        if self.readings["order.status-only"] == "status-only":
            losses, others = losses + len(others), {}
        gone = self._take_items(others)
        if gone is None or not self._fits(others):
            raise Ignored(event_stays=True)
        gone += _take_source(others)
        outcome, lost = self._changed(key, held, {**held, **others, "status": ENDS[kind]}, contact)
        return outcome, lost or losses + gone

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
            (wanted, str(value))
            for wanted in (NAMES[1:] if on_the_page else NAMES)
            for name, value in params.items()
            if name.lower() == wanted and not is_blank(value)
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
        if kind in KINDS and not is_blank(params.get("externalOrderId")):
            return str(params["externalOrderId"])
        by_name = {name.lower(): value for name, value in params.items()}
        return str(next((by_name[name] for name in NAMES if not is_blank(by_name.get(name))), ""))

    def _is_taken(self, name: str, value: Any) -> bool:
        if name == "status" and self.readings["order.status"] == "kept-as-sent":
            return True
        if name == "date" and self.readings["order.date"] == "lenient":
            return _is_moment(value)
        if name == "currency" and self.readings["order.currency"] == "accept":
            return True
        return _is_right(name, value)

    # -- Add orders -------------------------------------------------------------------------------------------------

    def add(self, orders: list[Any]) -> tuple[list[Any], list[tuple[str, int]]]:
        """The orders that failed, and (externalOrderId, orderId) of the others."""
        failed, taken = list[Any](), list[tuple[str, int]]()
        written: list[tuple[str, str, Order, Order, int]] = []
        before = dict(self.orders)
        for order in orders:
            if not isinstance(order, dict) or not _is_whole(order) or self._fails(order):
                self.outcomes["refused"] += 1
                failed.append(order)
                continue
            unknown = sum(name not in FIELDS and value is not None for name, value in order.items())
            unknown += sum("barcode" in item for item in order.get("items") or [])
            given = {name: value for name, value in order.items() if name in FIELDS and value is not None}
            if "items" in given:
                given["items"] = [{key: item[key] for key in item if key != "barcode"} for item in given["items"]]
            given = {name: value for name, value in given.items() if not (name in WHOSE and is_blank(value))}
            unknown += _take_source(given)
            key = str(order["externalOrderId"])
            held = self.orders.get(key)
            contact = self._acquaint({name: str(value) for name, value in given.items()})
            if self.owners.get(key, contact) not in (None, contact) and self._keeps_owners():
                self.outcomes["skipped"] += 1
                self.silent += unknown if says(held or {}, given) else 1
            else:
                self.owners[key] = contact
                gone = self._lay(key, given, before.get(key, {}), [each[2] for each in written if each[0] == key])
                written.append((key, "updated" if held else "kept", given, self.orders[key], unknown + gone))
                self.events += 1
            taken.append((key, 1 + list(self.orders).index(key)))
        for key, outcome, given, after, losses in written:
            final = self.orders[key]
            replaced = [
                name for name in given if same(after[name], given[name]) and not same(final.get(name), given[name])
            ]
            self.outcomes["overwritten" if replaced else outcome] += 1
            self.silent += 1 if replaced else losses
        return failed, taken

    def _keeps_owners(self) -> bool:
        return self.readings["orders.of-another-contact"] == "ignored"

    def _lay(self, key: str, given: Order, before: Order, earlier: list[Order]) -> int:
        """Lay an order over the one that is there, or put it in its place.

        Returns 1 where something is gone that was there before the request, and that no `earlier` order of it gave.
        """
        held = self.orders.get(key, {})
        replaces = self.readings["orders.same-id-updates"] == "replace"
        self.orders[key] = given if replaces else {**held, **given}
        gone = before.keys() & (held.keys() - self.orders[key].keys())
        return int(any(not any(name in each for each in earlier) for name in gone))

    def _fails(self, order: Order) -> bool:
        """Whether a right order fails under one reading or another."""
        if self.readings["orders.date"] == "with-offset" and "+" not in order["date"]:
            return True
        beside = [name for each in (order, *(order.get("items") or [])) for name in each if name not in KNOWN]
        if self.readings["orders.fixed-fields"] == "order-fails" and beside:
            return True
        if self.readings["request.scalars"] == "refuse" and not _has_its_types(order):
            return True
        return not self._is_taken("currency", order["currency"])

    def _acquaint(self, given: dict[str, Any]) -> int:
        """An order is somebody's: whoever is known by its id, phone or email, else somebody new."""
        identifiers = {name.lower(): given[name] for name in WHOSE if not is_blank(given.get(name))}
        for name in ("externalcustomerid", "phone", "email"):
            for number, known in enumerate(self.contacts, 1):
                if name in identifiers and _names(known, name, identifiers[name]):
                    if "externalcustomerid" in identifiers:
                        known.setdefault("externalcustomerid", identifiers["externalcustomerid"])
                    return number
        self.contacts.append(identifiers)
        return len(self.contacts)


def _take_source(given: Order) -> int:
    """Every source that is neither online nor offline is online. Returns 1 where it is another one."""
    if is_blank(given.get("source")) or given["source"] in ("online", "offline"):
        return 0
    given["source"] = "online"
    return 1


def _names(contact: dict[str, str], name: str, value: Any) -> bool:
    held = contact.get(name)
    if name == "email" and held is not None and isinstance(value, str):
        return held.lower() == value.lower()
    return held is not None and held == value


def _is_right(name: str, value: Any) -> bool:
    if name == "totalCost":
        return is_amount(value)
    if name in ("status", "currency"):
        return value in (STATUSES if name == "status" else CURRENCIES)
    return name != "date" or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(value)) is not None


def _is_whole(order: Order) -> bool:
    if any(is_blank(order.get(name)) for name in (*REQUIRED, "currency")):
        return False
    if not any(not is_blank(order.get(name)) for name in WHOSE):
        return False
    if not _is_right("totalCost", order["totalCost"]) or order["status"] not in STATUSES:
        return False
    if not _is_moment(order["date"]):
        return False
    if any(isinstance(order[name], list | dict) for name in order if name in FIELDS and name != "items"):
        return False
    return are_orders_items(order.get("items"))


def _has_its_types(order: Order) -> bool:
    """Whether no number of an order is text, and no text a number."""
    numbers = [order["totalCost"], *(item["quantity"] for item in order.get("items") or [])]
    texts = [value for name, value in order.items() if name not in ("totalCost", "items")]
    return not any(isinstance(each, str) for each in numbers) and not any(isinstance(each, int) for each in texts)


def _is_moment(value: Any) -> bool:
    return re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(value)) is not None


def says(held: Order, said: Order) -> bool:
    """Whether an order says all that another does; an email address whatever its case."""
    for name, value in said.items():
        one, other = (str(each).lower() if name == "email" else each for each in (held.get(name), value))
        if not (name == "items" and is_blank(value)) and not same(one, other):
            return False
    return True
