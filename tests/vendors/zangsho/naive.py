"""Zangsho as somebody would write it down who has read the page and knows nothing of the mock.

Plain lists, every search a scan, no contract, no rule, none of the mock's code. It answers what the vendor would,
holds what it would hold, and counts the losses that no answer reported. https://developers.zangsho.com/guides/data-import
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.vendors.zangsho.naive_values import (
    CUSTOMER_OF_AN_ORDER,
    FIELDS,
    KEY,
    NOUN,
    REASON,
    REQUIRED,
    Record,
    blank,
    cleaned,
    instant,
    kept,
    right,
    rounded,
    same,
    says_all,
)

Write = tuple[Record, Record, Record, list[str], str, int]
"""A record, the item that wrote it as it was sent and as it is kept, the fields never held, the outcome, losses."""


class Failed(Exception):
    """An item that is not stored; the texts that may be given for it, and the status where it is by itself."""

    def __init__(self, *texts: str, status: int = 422) -> None:
        super().__init__(*texts)
        self.texts, self.status = texts, status


class Naive:
    """A merchant at Zangsho. `outcomes` and `silent` are what a true ledger says of all calls so far."""

    def __init__(self, now: datetime, readings: Mapping[str, str]) -> None:
        self.now = now
        self.readings = readings
        self.held: dict[str, list[Record]] = {"customers": [], "orders": [], "subscriptions": [], "events": []}
        self.activity: Counter[tuple[str, int]] = Counter()
        self.keys: dict[str, tuple[datetime, Record, Record]] = {}
        self.outcomes: Counter[str] = Counter()
        self.silent = 0
        self._before: dict[str, dict[int, Record]] = {}

    # -- calls ----------------------------------------------------------------------------------------------------

    def reads(self, content_type: str) -> bool:
        """Whether a body that comes with a Content-Type has fields."""
        kind, _, charset = content_type.partition("; charset=")
        if kind != "application/json" and self.readings["request.content-type"] == "refuse":
            return False
        return charset in ("", "UTF-8") or self.readings["request.charset"] == "ignore"

    def takes_batch(self, items: list[Any], content_type: str, on_conflict: str | None) -> bool:
        """Whether a batch is not refused whole. `on_conflict` is None where it is not given."""
        is_empty = on_conflict is not None and blank(on_conflict)
        if self.reads(content_type) and not (is_empty and self.readings["batch.on-conflict-empty"] == "refuse"):
            return True
        self.outcomes["refused"] += len(items)
        return False

    def batch(self, kind: str, items: list[Any], on_conflict: str) -> tuple[dict[str, list[Record]], list[Failed]]:
        """The four lists of the answer, and why what failed did."""
        lists: dict[str, list[Record]] = {"created": [], "updated": [], "skipped": [], "failed": []}
        failures: list[Failed] = []
        writes: list[Write] = []
        self._before = {name: {one["id"]: dict(one) for one in records} for name, records in self.held.items()}
        for index, sent in enumerate(items):
            before = self.silent
            named = {"index": index, "identifier": self._identifier(kind, sent)}
            try:
                said = self._said(kind, sent, f"{kind}.{index}", alone=False)
                old = self._conflicting(kind, said)
                if old and on_conflict == "skip":
                    self.outcomes["skipped"] += 1
                    lists["skipped"].append({**named, "reason": REASON[kind]})
                    continue
                record = self._update(kind, sent, said, old) if old else self._create(kind, said, alone=False)
            except Failed as failed:
                self.outcomes["refused"] += 1
                failures.append(failed)
                lists["failed"].append({**named, "reason": "validation_error"})
                continue
            self._passed_over(kind, sent, said, record)
            never, passed_over = self._otherwise(kind, said, record), self.silent - before
            writes.append((record, sent, said, never, "updated" if old else "kept", passed_over))
            lists["updated" if old else "created"].append({**named, "id": record["id"]})
            self._log(kind, "updated" if old else "created", record)
        taken = self._taken(kind, writes)
        for place, (record, _, said, never, outcome, passed_over) in enumerate(writes):
            later = any(other is record for other, *_ in writes[place + 1 :])
            gone = later and [name for name in self._otherwise(kind, said, record) if name not in never]
            self.outcomes["overwritten" if gone else outcome] += 1
            self.silent += 1 - passed_over if gone else taken[place]  # one item, one loss
        return lists, failures

    def create(self, kind: str, sent: Any, key: str = "", unread: Any = None) -> Record:
        """The record that was created, or the one that the key stands for; Failed where it is refused.

        `unread` is what was sent in a body that is not read.
        """
        first = self.keys.get(key) if key else None
        if first and (self.now - first[0]).total_seconds() < 24 * 60 * 60:
            return self._replayed(sent, first[1], first[2], unread)
        try:
            said = self._said(kind, sent, "", alone=True)
            record = self._only(kind, said)
        except Failed:
            self.outcomes["refused"] += 1
            raise
        self._passed_over(kind, sent, said, record)
        self._log(kind, "created", record)
        self.outcomes["kept"] += 1
        if key:
            self.keys[key] = (self.now, sent, self.answered(kind, record))
        return record

    def change(self, number: int, sent: Record) -> Record:
        """A changed subscription; Failed without a text where it is not there."""
        record, said = self._subscription(number, sent, ["plan_name", "mrr", "billing_cycle", "current_period_start"])
        before = dict(record)
        record.update(said)
        self.silent += rounded(sent, said)
        self.silent += self._emptied(sent, ["plan_name", "mrr", "billing_cycle", "current_period_start"], before)
        self._unknown_keys("subscriptions", sent, ["plan_name", "mrr", "billing_cycle", "current_period_start"], record)
        self._log("subscriptions", "updated", record)
        was, now = Decimal(before["mrr"]), Decimal(record["mrr"])
        if was != now:
            self._event(record, "upgrade" if now > was else "downgrade", before, record, instant(self.now.isoformat()))
        self.outcomes["updated"] += 1
        return record

    def cancel(self, number: int, sent: Record) -> Record:
        """A cancelled subscription."""
        record, said = self._subscription(number, sent, ["cancelled_at", "reason"])
        if record["status"] == "cancelled":
            self.outcomes["skipped"] += 1
            if any(record[name] != value for name, value in said.items()):
                self.silent += 1  # the whole of it, what nobody knows included
                return record
        else:
            at = said.get("cancelled_at", instant(self.now.isoformat()))
            record.update(status="cancelled", cancelled_at=at, reason=said.get("reason"))
            self._log("subscriptions", "cancelled", record)
            self._event(record, "cancel", record, None, at)
            self.outcomes["updated"] += 1
        self._unknown_keys("subscriptions", sent, ["cancelled_at", "reason"], record)
        return record

    # -- what is looked at ----------------------------------------------------------------------------------------

    def answered(self, kind: str, record: Record) -> Record:
        """A record as it is answered, without the times that the vendor adds."""
        whole = {name: value for name, value in record.items() if name != "reason"}
        if kind == "orders":
            del whole["customer"]
        if kind == "customers":
            paid = [order for order in self.held["orders"] if order["customer"] is record and order["status"] == "paid"]
            times = sorted(order["paid_at"] or instant(order["made"].isoformat()) for order in paid)
            whole["ltv"] = format(sum((Decimal(order["amount"]) for order in paid), Decimal("0.00")), "f")
            whole["order_count"] = len(paid)
            whole["first_payment_at"], whole["last_payment_at"] = (times[0], times[-1]) if times else (None, None)
        whole.pop("made", None)
        return whole

    # -- an item --------------------------------------------------------------------------------------------------

    def _said(self, kind: str, sent: Any, place: str, *, alone: bool) -> Record:
        """What an item says, as it is kept."""
        if not isinstance(sent, dict):
            if alone:
                raise Failed(*(f"{name} 欄位為必填" for name in [*REQUIRED[kind], "customer_email"]))
            raise Failed(f"{place} 格式不正確")
        known = [*FIELDS[kind], *(CUSTOMER_OF_AN_ORDER if kind == "orders" else [KEY[kind]])]
        given = cleaned(sent, known, self.readings)
        missing = [f"{name} 欄位為必填" for name in REQUIRED[kind] if name not in given]
        by_email = alone or self.readings["order.customer-named"] == "email"
        if kind == "orders" and "customer_email" not in given and (by_email or "customer_id" not in given):
            missing.append("customer_email 欄位為必填")
        wrong = self._wrong(kind, given)
        if missing or wrong:
            raise Failed(*(missing or wrong))
        return {name: kept(name, value, self.readings) for name, value in given.items()}

    def _wrong(self, kind: str, given: Record) -> list[str]:
        return [f"{name} 格式不正確" for name, value in given.items() if not right(kind, name, value, self.readings)]

    def _conflicting(self, kind: str, said: Record) -> Record | None:
        if kind == "customers":
            return self._customer("email", said["email"])
        if kind == "events":
            return None
        alike = [record for record in self.held[kind] if record[KEY[kind]] == said[KEY[kind]]]
        if kind == "subscriptions":
            running = [record for record in alike if record["status"] != "cancelled"]
            one = self.readings["subscription.one-per-customer"] == "one"
            alike = running or (alike if one else [])
        return alike[0] if alike else None

    def _create(self, kind: str, said: Record, *, alone: bool) -> Record:
        record: Record = {name: said.get(name) for name in FIELDS[kind]}
        if kind == "orders":
            owner = self._owner(said, alone=alone)
            record |= {"status": said.get("status", "pending"), "currency": said.get("currency", "TWD")}
            record |= {"customer": owner, "customer_email": owner["email"], "customer_name": owner["name"]}
        elif kind == "subscriptions":
            if not self._customer("id", said["customer_id"]):
                raise Failed("customer_id 不存在")
            record |= {"status": "active", "cancelled_at": None, "reason": None}
        elif kind == "events":
            known = self._customer("email", said["customer_email"])
            if known is None:
                raise Failed("customer_email 不存在")
            record |= {"customer_id": known["id"], "old_plan": None, "old_amount": None, "new_amount": None}
        self._hold(kind, record)
        if kind == "subscriptions" and alone:
            self._event(record, "created", None, record, record["started_at"])
        return record

    def _only(self, kind: str, said: Record) -> Record:
        if self._conflicting(kind, said):
            raise Failed(f"{KEY[kind]} 已存在")
        return self._create(kind, said, alone=True)

    def _update(self, kind: str, sent: Record, said: Record, record: Record) -> Record:
        owner = self._owner(said, alone=False) if kind == "orders" else None
        names = [name for name in FIELDS[kind] if name != KEY[kind]]
        given = {name: said[name] for name in names if name in said and said[name] != {}}
        if kind != "orders" and self.readings["batch.update-non-empty"] == "overwrite":
            record.update({name: None for name in names if name not in given and record[name] not in (None, {})})
        else:
            self.silent += self._emptied(sent, names, record)
        if "metadata" in given and self.readings["batch.metadata"] == "merge":
            given["metadata"] = {**(record["metadata"] or {}), **given["metadata"]}
        record.update(given)
        if owner:
            record |= {"customer": owner, "customer_email": owner["email"], "customer_name": owner["name"]}
        return record

    def _taken(self, kind: str, writes: list[Write]) -> Counter[int]:
        """What updates took from records that were there, by the place of the last item that did."""
        taken: Counter[int] = Counter()
        for record in {id(record): record for record, *_ in writes}.values():
            updates = [(place, write[1]) for place, write in enumerate(writes) if write[0] is record]
            updates = [(place, sent) for place, sent in updates if writes[place][4] == "updated"]
            if updates:
                emptied, keys = self._removed(kind, record, [sent for _, sent in updates])
                taken[updates[-1][0]] += emptied
                if keys:
                    taken[[place for place, sent in updates if sent.get("metadata")][-1]] += 1
        return taken

    def _removed(self, kind: str, record: Record, sent: list[Any]) -> tuple[int, bool]:
        """What updates took from a record without naming it: how many fields, and whether keys of its metadata."""
        before = self._before[kind].get(record["id"], {})
        had = {name for name in FIELDS[kind] if before.get(name) not in (None, "", {}, [])}
        emptied = {name for name in had if record[name] in (None, {}) and not any(name in one for one in sent)}
        if "metadata" not in had - emptied:
            return len(emptied), False
        named = {key for one in sent for key in one.get("metadata") or {}} | set(record["metadata"] or {})
        keys = {key for key, value in before["metadata"].items() if value not in (None, "", {}, [])}
        return len(emptied), bool(record["metadata"] and keys - named)

    def _owner(self, said: Record, *, alone: bool) -> Record:
        owner = self._customer("email", said["customer_email"]) if "customer_email" in said else None
        if owner is None and not alone:
            owner = self._customer("id", said.get("customer_id"))
            makes = self.readings["order.customer-known"] == "create-customer" and "customer_email" in said
            if owner is None and not makes:
                raise Failed("customer_id 不存在")
        if owner is None:
            owner = dict.fromkeys(FIELDS["customers"])
            owner |= {"email": said["customer_email"], "name": said.get("customer_name")}
            self._hold("customers", owner)
            self._log("customers", "created", owner)
        return owner

    def _customer(self, name: str, value: Any) -> Record | None:
        exact = name == "email" and self.readings["item.email-match"] == "exact"
        alike = (one for one in self.held["customers"] if same(name, value, one[name]))
        return next((one for one in alike if not exact or one[name] == value), None)

    def _hold(self, kind: str, record: Record) -> None:
        self.held[kind].append(record)
        record["id"] = len(self.held[kind])
        record["made"] = self.now

    def _event(self, of: Record, event_type: str, before: Record | None, after: Record | None, at: str) -> None:
        old, new = (side["mrr"] if side else None for side in (before, after))
        record = {
            "customer_id": of["customer_id"],
            "event_type": event_type,
            "occurred_at": at,
            "old_amount": old,
            "new_amount": new,
            "amount_change": format(Decimal(new or "0.00") - Decimal(old or "0.00"), "f"),
            "old_plan": before["plan_name"] if before else None,
            "new_plan": after["plan_name"] if after else None,
        }
        self._hold("events", record)
        self._log("events", "created", record)

    def _log(self, kind: str, action: str, record: Record) -> None:
        self.activity[f"{NOUN[kind]}.{action}", record["id"]] += 1

    def _subscription(self, number: int, sent: Record, known: list[str]) -> tuple[Record, Record]:
        record = next((one for one in self.held["subscriptions"] if one["id"] == number), None)
        given = cleaned(sent, known, self.readings)
        wrong = self._wrong("subscriptions", given)
        if record is None or wrong:
            self.outcomes["refused"] += 1
            raise Failed(*(wrong if record else ()))
        return record, {name: kept(name, value, self.readings) for name, value in given.items()}

    def _replayed(self, sent: Any, first: Record, answer: Record, unread: Any) -> Record:
        known = [*FIELDS["orders"], *CUSTOMER_OF_AN_ORDER]
        if not isinstance(sent, dict):
            self.outcomes["skipped"] += 1
            self.silent += not (isinstance(unread, dict) and says_all(first, unread))
            return answer
        now, then = (
            {name: kept(name, value, self.readings) for name, value in cleaned(one, known, self.readings).items()}
            for one in (sent, first)
        )
        order = next((one for one in self.held["orders"] if one["order_no"] == now.get("order_no")), None)
        differing = [name for name, value in now.items() if not same(name, value, then.get(name))]
        if differing and self.readings["order.idempotency-other-body"] == "refuse":
            self.outcomes["refused"] += 1
            raise Failed(status=409)
        self.outcomes["skipped"] += 1
        if order:
            differing = [name for name in differing if name in self._otherwise("orders", now, order)]
        if differing:
            self.silent += 1
        else:
            self._unknown_keys("orders", sent, known, {**answer, **first})
        return answer

    # -- what is lost ---------------------------------------------------------------------------------------------

    def _otherwise(self, kind: str, said: Record, record: Record) -> list[str]:
        """The fields of an item that a record does not hold so."""
        if kind == "events":
            return []
        whole = {**record, "customer_id": record["customer"]["id"]} if kind == "orders" else record
        return [name for name, value in said.items() if not same(name, value, whole.get(name))]

    def _passed_over(self, kind: str, sent: Record, said: Record, record: Record) -> None:
        """The values of a stored item that are held nowhere and that no answer reports."""
        known = [*FIELDS[kind], *(CUSTOMER_OF_AN_ORDER if kind == "orders" else [KEY[kind]])]
        self._unknown_keys(kind, sent, known, record)
        self.silent += rounded(sent, said)
        if kind == "orders":
            owner = record["customer"]
            self.silent += "customer_email" in said and not same("email", said["customer_email"], owner["email"])
            self.silent += "customer_id" in said and said["customer_id"] != owner["id"]
            self.silent += "customer_name" in said and said["customer_name"] != owner["name"]

    def _unknown_keys(self, kind: str, sent: Record, known: list[str], record: Record) -> None:
        """Keys that nobody knows, unless what they say is held anyway."""
        whole = self.answered(kind, record) if "made" in record else record
        for name, value in sent.items():
            if name not in known and value is not None:
                self.silent += whole.get(name) != value

    def _emptied(self, sent: Record, names: list[str], record: Record) -> int:
        """How many fields were sent empty, and are held."""
        return sum(
            (blank(sent.get(name)) or sent.get(name) in ({}, [])) and record[name] not in (None, {}) for name in names
        )

    def _identifier(self, kind: str, sent: Any) -> str | None:
        value = cleaned(sent, [KEY[kind]], self.readings).get(KEY[kind]) if isinstance(sent, dict) else None
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
