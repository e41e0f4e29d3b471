"""FANSHIP as somebody would write it down who has read the page and knows nothing of the mock.

Plain lists and dictionaries, no contract, no rule, none of the mock's code. It holds what the vendor would hold, and
counts what became of every line. https://docs.fanship.jp/integration-api-v1/upload_purchases.html
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

Document = dict[str, Any]
JST = timezone(timedelta(hours=9))
TEXTS = {"transaction_id", "store_id", "member_id", "order_status", "item_name"}
WHOLE_NUMBERS = {"quantity", "jan_code"}
NUMBERS = {"market_price", "tax"}
KNOWN = {"id", "order_date", "property", "promotion_id"} | TEXTS | WHOLE_NUMBERS | NUMBERS
INGESTED_AT = time(5)


@dataclass
class Upload:
    """A file that was accepted and waits. `documents` are its lines by id, the last of each."""

    received: datetime
    documents: dict[str, Document] = field(default_factory=dict)


class Naive:
    """An account at FANSHIP. `fates` and `silent` are what a true ledger says of all uploads so far."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.purchases: dict[str, Document] = {}
        self.members: dict[str, Document] = {}
        self.fates: Counter[str] = Counter()
        self.silent = 0
        self._waiting: dict[tuple[date, str], Upload] = {}

    # -- what is sent -----------------------------------------------------------------------------------------------

    def upload(self, day: str, lines: list[str]) -> int:
        """Purchases of a business day; the status of the answer."""
        read = [_purchase(line) for line in lines if line.strip()]
        right = [each for each in read if each is not None]
        if not _is_day(day) or len(right) < len(read):
            self.fates["refused"] += len(read) or 1
            return 400
        self.silent += sum(lost for _, lost in right)
        self._receive(day, [document for document, _ in right])
        return 200

    def upload_members(self, lines: list[str]) -> int:
        """The list of members; the status of the answer."""
        read = [_member(line) for line in lines if line.strip()]
        right = [each for each in read if each is not None]
        if len(right) < len(read):
            self.fates["refused"] += len(read)
            return 400
        self._receive("members", right)
        return 200

    def _receive(self, name: str, documents: list[Document]) -> None:
        reception = self.now.astimezone(JST).date()
        new = Upload(self.now, {document["id"]: document for document in documents})
        for document in documents:
            if document is not new.documents[document["id"]]:
                self.fates["overwritten"] += 1
                self.silent += not same(document, new.documents[document["id"]])
        # Of the day's earlier upload nothing is taken in: lost is what this one does not say again.
        for document in self._waiting.pop((reception, name), Upload(self.now)).documents.values():
            self.fates["overwritten"] += 1
            self.silent += not same(document, new.documents.get(document["id"]))
        self._waiting[reception, name] = new

    # -- time ---------------------------------------------------------------------------------------------------------

    def wait(self, hours: int) -> None:
        """Let time go by: what was received before a day's end is taken in early the next morning."""
        self.now += timedelta(hours=hours)
        for (reception, name), upload in sorted(
            self._waiting.items(), key=lambda entry: (entry[0][0], entry[1].received)
        ):
            morning = datetime.combine(reception + timedelta(days=1), INGESTED_AT, JST)
            if morning <= self.now:
                del self._waiting[reception, name]
                (self._replace_members if name == "members" else self._add)(upload.documents)

    def _add(self, documents: dict[str, Document]) -> None:
        for name, document in documents.items():
            if name in self.purchases:
                self.fates["skipped"] += 1
                self.silent += not same(document, self.purchases[name])
            else:
                self.fates["kept"] += 1
                self.purchases[name] = document

    def _replace_members(self, documents: dict[str, Document]) -> None:
        for name in documents:
            self.fates["updated" if name in self.members else "kept"] += 1
        gone = [name for name in self.members if name not in documents]
        self.fates["kept"] -= len(gone)
        self.fates["overwritten"] += len(gone)
        self.silent += len(gone)
        self.members = documents

    @property
    def sent(self) -> Counter[str]:
        """The fates, those of lines that wait among them."""
        pending = sum(len(upload.documents) for upload in self._waiting.values())
        return +(self.fates + Counter(pending=pending))


# -- a line -----------------------------------------------------------------------------------------------------------


def _purchase(line: str) -> tuple[Document, int] | None:
    """A purchase without keys that nobody knows, and how much of it is lost; None for one that breaks the schema."""
    pairs = _pairs(line)
    document = dict(pairs or ())
    if pairs is None or not _is_right(document):
        return None
    lost = sum(value is not None for name, value in document.items() if name not in KNOWN)
    for at, (name, value) in enumerate(pairs):
        later = [other for known, other in pairs[at + 1 :] if known == name]
        lost += bool(later) and not _equal(value, document[name])
    return {name: value for name, value in document.items() if name in KNOWN}, lost


def _is_right(document: Document) -> bool:
    if not isinstance(document.get("id"), str) or not document["id"]:
        return False
    return all(_is_of_its_type(name, value) for name, value in document.items() if value is not None)


def _is_of_its_type(name: str, value: Any) -> bool:
    if name in TEXTS:
        return isinstance(value, str)
    if name in WHOLE_NUMBERS | NUMBERS:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and (name in NUMBERS or value == int(value))
    if name == "order_date":
        return _instant(value) is not None
    if name == "property":
        return isinstance(value, list) and len(value) <= 100 and all(map(_is_pair, value))
    return True


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry[name], str) for name in ("key", "value") if name in entry)


def _member(line: str) -> Document | None:
    pairs = _pairs(line)
    document = dict(pairs or ())
    return document if pairs is not None and isinstance(document.get("id"), str) and document["id"] else None


def _pairs(line: str) -> list[tuple[str, Any]] | None:
    try:
        found = json.loads(line, object_pairs_hook=_Pairs)
    except ValueError:
        return None
    return [(name, _plain(value)) for name, value in found] if isinstance(found, _Pairs) else None


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON, its keys as often as they stand there."""


def _plain(value: Any) -> Any:
    if isinstance(value, _Pairs):
        return {name: _plain(item) for name, item in value}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _instant(text: Any) -> datetime | None:
    if not isinstance(text, str) or "T" not in text.upper():
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("20260115") and bool(datetime.strptime(text, "%Y%m%d"))  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return False


def said(document: Document) -> Document:
    """What a document says: null is nothing, and a moment is the same wherever it is told from."""
    return {
        name: _instant(value) or value if name == "order_date" else value
        for name, value in document.items()
        if value is not None
    }


def same(one: Document, other: Document | None) -> bool:
    """Whether two documents say the same."""
    return other is not None and _equal(said(one), said(other))


def _equal(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
