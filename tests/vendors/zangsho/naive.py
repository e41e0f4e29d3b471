"""Zangsho as somebody would write it down who has read the page and knows nothing of the mock.

Plain lists, every search a scan, no contract, no rule, none of the mock's code. It answers what the vendor would,
holds what it would hold, and counts the losses that no answer told of. https://developers.zangsho.com/guides/data-import
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Record = dict[str, Any]

REQUIRED = {
    "customers": ["email"],
    "orders": ["order_no", "amount"],
    "subscriptions": ["customer_id", "mrr", "billing_cycle", "started_at", "current_period_start"],
    "events": ["customer_email", "event_type", "amount_change", "occurred_at"],
}
FIELDS = {
    "customers": ["email", "name", "phone", "external_id", "metadata"],
    "orders": ["order_no", "amount", "currency", "status", "billing_cycle", "paid_at", "metadata"],
    "subscriptions": ["customer_id", "plan_name", "mrr", "billing_cycle", "started_at", "current_period_start"],
    "events": ["event_type", "amount_change", "occurred_at", "new_plan"],
}
CUSTOMER_OF_AN_ORDER = ["customer_email", "customer_id", "customer_name"]
KEY = {"customers": "email", "orders": "order_no", "subscriptions": "customer_id", "events": "customer_email"}
REASON = {"customers": "duplicate_email", "orders": "duplicate_order_no", "subscriptions": "duplicate_subscription"}
NOUN = {"customers": "customer", "orders": "order", "subscriptions": "subscription", "events": "subscription_event"}
LISTS = {
    "status": ["pending", "paid", "failed", "refunded", "cancelled"],
    "event_type": ["created", "upgrade", "downgrade", "cancel", "reactivated"],
    "billing_cycle": ["monthly", "quarterly", "semi-annual", "yearly"],
}
AMOUNTS, NUMBERS, OBJECTS = ["amount", "mrr", "amount_change"], ["customer_id"], ["metadata"]
EMAILS = ["email", "customer_email"]
INSTANTS = ["paid_at", "started_at", "current_period_start", "occurred_at", "cancelled_at"]


class Failed(Exception):
    """An item that is not stored; the texts that may be given for it."""

    def __init__(self, *texts: str) -> None:
        super().__init__(*texts)
        self.texts = texts


class Naive:
    """A merchant at Zangsho. `fates` and `silent` are what a true ledger says of all calls so far."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.held: dict[str, list[Record]] = {"customers": [], "orders": [], "subscriptions": [], "events": []}
        self.activity: Counter[tuple[str, int]] = Counter()
        self.keys: dict[str, tuple[datetime, Record, Record]] = {}
        self.fates: Counter[str] = Counter()
        self.silent = 0

    # -- calls ----------------------------------------------------------------------------------------------------

    def batch(self, kind: str, items: list[Any], on_conflict: str) -> tuple[dict[str, list[Record]], list[Failed]]:
        """The four lists of the answer, and why what failed did."""
        lists: dict[str, list[Record]] = {"created": [], "updated": [], "skipped": [], "failed": []}
        failures: list[Failed] = []
        writes: list[tuple[Record, Record, list[str], str, int]] = []
        for index, sent in enumerate(items):
            before = self.silent
            named = {"index": index, "identifier": self._identifier(kind, sent)}
            try:
                said = self._said(kind, sent, f"{kind}.{index}", alone=False)
                old = self._conflicting(kind, said)
                if old and on_conflict == "skip":
                    self.fates["skipped"] += 1
                    lists["skipped"].append({**named, "reason": REASON[kind]})
                    continue
                record = self._update(kind, sent, said, old) if old else self._create(kind, said, alone=False)
            except Failed as failed:
                self.fates["refused"] += 1
                failures.append(failed)
                lists["failed"].append({**named, "reason": "validation_error"})
                continue
            self._passed_over(kind, sent, said, record)
            never, passed_over = self._otherwise(kind, said, record), self.silent - before
            writes.append((record, said, never, "updated" if old else "kept", passed_over))
            lists["updated" if old else "created"].append({**named, "id": record["id"]})
            self._log(kind, "updated" if old else "created", record)
        for place, (record, said, never, fate, passed_over) in enumerate(writes):
            later = any(other is record for other, *_ in writes[place + 1 :])
            gone = later and [name for name in self._otherwise(kind, said, record) if name not in never]
            self.fates["overwritten" if gone else fate] += 1
            self.silent += 1 - passed_over if gone else 0  # one item, one loss
        return lists, failures

    def create(self, kind: str, sent: Any, key: str = "") -> Record:
        """The record that was created, or the one that the key stands for; Failed where it is refused."""
        first = self.keys.get(key) if key else None
        if first and (self.now - first[0]).total_seconds() < 24 * 60 * 60:
            return self._replayed(sent, first[1], first[2])
        try:
            said = self._said(kind, sent, "", alone=True)
            record = self._only(kind, said)
        except Failed:
            self.fates["refused"] += 1
            raise
        self._passed_over(kind, sent, said, record)
        self._log(kind, "created", record)
        self.fates["kept"] += 1
        if key:
            self.keys[key] = (self.now, sent, self.answered(kind, record))
        return record

    def change(self, number: int, sent: Record) -> Record:
        """A changed subscription; Failed without a text where it is not there."""
        record, said = self._subscription(number, sent, ["plan_name", "mrr", "billing_cycle", "current_period_start"])
        before = dict(record)
        record.update(said)
        self.silent += self._emptied(sent, ["plan_name", "mrr", "billing_cycle", "current_period_start"], before)
        self._strangers("subscriptions", sent, ["plan_name", "mrr", "billing_cycle", "current_period_start"], record)
        self._log("subscriptions", "updated", record)
        was, now = Decimal(before["mrr"]), Decimal(record["mrr"])
        if was != now:
            self._event(record, "upgrade" if now > was else "downgrade", before, record, instant(self.now.isoformat()))
        self.fates["updated"] += 1
        return record

    def cancel(self, number: int, sent: Record) -> Record:
        """A cancelled subscription."""
        record, said = self._subscription(number, sent, ["cancelled_at", "reason"])
        if record["status"] == "cancelled":
            self.fates["skipped"] += 1
            if any(record[name] != value for name, value in said.items()):
                self.silent += 1  # the whole of it, what nobody knows included
                return record
        else:
            at = said.get("cancelled_at", instant(self.now.isoformat()))
            record.update(status="cancelled", cancelled_at=at, reason=said.get("reason"))
            self._log("subscriptions", "cancelled", record)
            self._event(record, "cancel", record, None, at)
            self.fates["updated"] += 1
        self._strangers("subscriptions", sent, ["cancelled_at", "reason"], record)
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
        given = cleaned(sent, known)
        missing = [f"{name} 欄位為必填" for name in REQUIRED[kind] if name not in given]
        if kind == "orders" and "customer_email" not in given and (alone or "customer_id" not in given):
            missing.append("customer_email 欄位為必填")
        wrong = [f"{name} 格式不正確" for name, value in given.items() if not right(kind, name, value)]
        if missing or wrong:
            raise Failed(*(missing or wrong))
        return {name: kept(name, value) for name, value in given.items()}

    def _conflicting(self, kind: str, said: Record) -> Record | None:
        for record in self.held[kind]:
            if kind == "customers" and same("email", said["email"], record["email"]):
                return record
            if kind == "orders" and record["order_no"] == said["order_no"]:
                return record
            if kind == "subscriptions" and record["customer_id"] == said["customer_id"]:
                return record
        return None

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
        self.silent += self._emptied(sent, names, record)
        record.update({name: said[name] for name in names if name in said and said[name] != {}})
        if owner:
            record |= {"customer": owner, "customer_email": owner["email"], "customer_name": owner["name"]}
        return record

    def _owner(self, said: Record, *, alone: bool) -> Record:
        owner = self._customer("email", said["customer_email"]) if "customer_email" in said else None
        if owner is None and not alone:
            owner = self._customer("id", said.get("customer_id"))
            if owner is None:
                raise Failed("customer_id 不存在")
        if owner is None:
            owner = dict.fromkeys(FIELDS["customers"])
            owner |= {"email": said["customer_email"], "name": said.get("customer_name")}
            self._hold("customers", owner)
            self._log("customers", "created", owner)
        return owner

    def _customer(self, name: str, value: Any) -> Record | None:
        return next((one for one in self.held["customers"] if same(name, value, one[name])), None)

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
        given = cleaned(sent, known)
        wrong = [f"{name} 格式不正確" for name, value in given.items() if not right("subscriptions", name, value)]
        if record is None or wrong:
            self.fates["refused"] += 1
            raise Failed(*(wrong if record else ()))
        return record, {name: kept(name, value) for name, value in given.items()}

    def _replayed(self, sent: Any, first: Record, answer: Record) -> Record:
        self.fates["skipped"] += 1
        known = [*FIELDS["orders"], *CUSTOMER_OF_AN_ORDER]
        if not isinstance(sent, dict):
            self.silent += 1
            return answer
        now, then = ({name: kept(name, value) for name, value in cleaned(one, known).items()} for one in (sent, first))
        order = next((one for one in self.held["orders"] if one["order_no"] == now.get("order_no")), None)
        differing = [name for name, value in now.items() if not same(name, value, then.get(name))]
        if order:
            differing = [name for name in differing if name in self._otherwise("orders", now, order)]
        if differing:
            self.silent += 1
        else:
            self._strangers("orders", sent, known, {**answer, **first})
        return answer

    # -- what is lost ---------------------------------------------------------------------------------------------

    def _otherwise(self, kind: str, said: Record, record: Record) -> list[str]:
        """The fields of an item that a record does not hold so."""
        if kind == "events":
            return []
        whole = {**record, "customer_id": record["customer"]["id"]} if kind == "orders" else record
        return [name for name, value in said.items() if not same(name, value, whole.get(name))]

    def _passed_over(self, kind: str, sent: Record, said: Record, record: Record) -> None:
        """What of an item that was stored is held nowhere, and no answer tells of it."""
        known = [*FIELDS[kind], *(CUSTOMER_OF_AN_ORDER if kind == "orders" else [KEY[kind]])]
        self._strangers(kind, sent, known, record)
        if kind == "orders":
            owner = record["customer"]
            self.silent += "customer_email" in said and not same("email", said["customer_email"], owner["email"])
            self.silent += "customer_id" in said and said["customer_id"] != owner["id"]
            self.silent += "customer_name" in said and said["customer_name"] != owner["name"]

    def _strangers(self, kind: str, sent: Record, known: list[str], record: Record) -> None:
        """Keys that nobody knows, unless what they say is held anyway."""
        whole = self.answered(kind, record) if "made" in record else record
        for name, value in sent.items():
            if name not in known and value is not None:
                self.silent += whole.get(name) != value

    def _emptied(self, sent: Record, names: list[str], record: Record) -> int:
        """How many fields were sent empty, and are held."""
        return sum((blank(sent.get(name)) or sent.get(name) == {}) and record[name] not in (None, {}) for name in names)

    def _identifier(self, kind: str, sent: Any) -> str | None:
        value = cleaned(sent, [KEY[kind]]).get(KEY[kind]) if isinstance(sent, dict) else None
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def cleaned(sent: Record, known: list[str]) -> Record:
    """The fields that are known and say something."""
    trimmed = {
        name: value.strip() if name in EMAILS and isinstance(value, str) else value for name, value in sent.items()
    }
    if trimmed.get("metadata") == []:  # an empty object, as PHP writes it
        del trimmed["metadata"]
    return {name: value for name, value in trimmed.items() if name in known and value is not None and not blank(value)}


def blank(value: Any) -> bool:
    """Whether a value is a text of nothing but white space."""
    return isinstance(value, str) and not value.strip()


def right(kind: str, name: str, value: Any) -> bool:  # noqa: PLR0911 - a table, said in words
    """Whether a field is of its type and form."""
    if name in AMOUNTS:
        return isinstance(value, str | int) and not isinstance(value, bool) and number(value) is not None
    if name in NUMBERS:
        return isinstance(value, int) and not isinstance(value, bool)
    if name in OBJECTS:
        return isinstance(value, dict)
    if not isinstance(value, str):
        return False
    if name in EMAILS:
        return "@" in value
    if name in INSTANTS:
        return value[:1] == "2"
    if name == "currency":
        return len(value) == len("TWD") and value.isupper()
    return value in LISTS[name] if name in LISTS and (name, kind) != ("billing_cycle", "orders") else True


def number(value: str | int) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def instant(value: str) -> str:
    return datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def kept(name: str, value: Any) -> Any:
    """A value as it is kept; one that cannot be kept stays as it is."""
    if name in AMOUNTS and right("", name, value):
        return format(Decimal(value).quantize(Decimal("0.01")), "f")
    return instant(value) if name in INSTANTS and right("", name, value) else value


def same(name: str, one: Any, other: Any) -> bool:
    """Whether what one value says, as it is kept, the other says, too."""
    if name in OBJECTS:
        said = {key: value for key, value in (one or {}).items() if value is not None}
        return all(
            key in (other or {}) and type(other[key]) is type(value) and other[key] == value
            for key, value in said.items()
        )
    if name in EMAILS and isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return type(one) is type(other) and bool(one == other)
