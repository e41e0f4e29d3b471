"""FANSHIP as somebody would write it down who has read the page and knows nothing of the mock.

Plain lists and dictionaries, no contract, no rule, none of the mock's code. It holds what the vendor would hold, and
counts what became of every line. https://docs.fanship.jp/integration-api-v1/upload_purchases.html
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from tests.vendors.fanship.naive_parts import has_mark, is_far, is_file, keys_gone

Document = dict[str, Any]
JST = timezone(timedelta(hours=9))
TEXTS = {"transaction_id", "store_id", "member_id", "order_status", "item_name"}
WHOLE_NUMBERS = {"quantity", "jan_code"}
NUMBERS = {"market_price", "tax", "packaging_price"}
KNOWN = {"id", "order_date", "property", "promotion_id"} | TEXTS | WHOLE_NUMBERS | NUMBERS
INGESTED_AT = time(5)


Key = tuple[str, str, Any]
"""A key of a line that comes to nothing: why, where, and what it says."""


@dataclass
class Line:
    """A line of a file: what is taken of it, and the keys that come to nothing. Wrong dates may be taken for null."""

    document: Document
    keys: list[Key] = field(default_factory=list)
    is_misdated: bool = False


@dataclass
class Upload:
    """A file that was accepted. `lost` is how much of it is not held, as far as is known by now."""

    kind: str
    day: str
    reception: date
    lines: list[Line]
    is_reported: bool
    status: str = "waiting"
    winner: Upload | None = None
    skipped: list[Line] = field(default_factory=list)
    lost: int = 0


class Naive:
    """An account at FANSHIP. `outcomes` and `silent` are what a true ledger says of all uploads so far."""

    def __init__(self, now: datetime, readings: Mapping[str, str]) -> None:
        self.now = now
        self.readings = readings
        self.purchases: list[tuple[str, Document]] = []
        self.members: dict[str, Document] = {}
        self._decided: Counter[str] = Counter()
        self._gone = 0
        self._uploads: list[Upload] = []

    def _reads(self, rule: str, choice: str) -> bool:
        return self.readings[rule] == choice

    # -- what is sent -----------------------------------------------------------------------------------------------

    def upload(self, day: str, lines: list[str], part: Mapping[str, str | None]) -> bool:
        """Purchases of a business day; whether the answer is a success."""
        is_far_away = _is_day(day) and is_far(day, self.now.astimezone(JST).date())
        is_taken = _is_day(day) and not (is_far_away and self._reads("path.far-business-day", "refuse"))
        return self._file("purchases", day, lines, part, is_taken=is_taken)

    def upload_members(self, lines: list[str], part: Mapping[str, str | None]) -> bool:
        """The list of members; whether the answer is a success."""
        return self._file("members", "", lines, part, is_taken=True)

    def _file(self, kind: str, day: str, lines: list[str], part: Mapping[str, str | None], *, is_taken: bool) -> bool:
        unmarked = [lines[0].removeprefix("\ufeff"), *lines[1:]] if has_mark(lines) else lines
        read = [(_member if kind == "members" else _purchase)(line) for line in unmarked if line.strip()]
        right = [each for each in read if each is not None and not self._is_wrong(each)]
        is_broken = len(right) < len(read)
        keeps_good = self._reads("upload.all-or-nothing", "good-lines-kept") and right
        is_empty = not read and self._reads("upload.empty-file", "refuse")
        if not is_taken or not is_file(part, lines, self.readings) or is_empty or (is_broken and not keeps_good):
            self._decided["refused"] += max(len(read), 1)
            return False
        self._decided["refused"] += len(read) - len(right)
        self._receive(Upload(kind, day, self._today, right, is_broken))
        return not is_broken

    def _is_wrong(self, line: Line) -> bool:
        price = line.document.get("packaging_price")
        is_fraction = isinstance(price, float) and price != int(price)
        refuses_fractions = self._reads("record.fractional-packaging-price", "refused")
        misdated = line.is_misdated and not self._reads("record.date-time", "null-on-mismatch")
        is_half = "\\ud83d" in json.dumps(line.document)
        refuses_halves = self._reads("record.half-character", "refuse")
        return misdated or (is_fraction and refuses_fractions) or (is_half and refuses_halves)

    @property
    def _today(self) -> date:
        now = self.now.astimezone(JST)
        is_of_yesterday = now.time() < INGESTED_AT and self._reads("ingestion.reception-day", "until-ingestion")
        return now.date() - timedelta(days=1) if is_of_yesterday else now.date()

    def _receive(self, new: Upload) -> None:
        earlier = [old for old in self._uploads if self._is_of_its_day(old, new)]
        self._decided["overwritten"] += len(new.lines) - len(self._counted(new))
        for old in earlier:
            if old.status == "waiting":
                self._decided["overwritten"] += len(self._counted(old))
            old.status, old.winner = "superseded", new
        self._uploads.append(new)
        self._judge(new.reception, self._after_morning(new.reception))

    def _is_of_its_day(self, old: Upload, new: Upload) -> bool:
        same_day = old.day == new.day or self._reads("upload.last-of-day-wins", "one-upload-per-reception-day")
        return old.status != "ingested" and (old.kind, old.reception) == (new.kind, new.reception) and same_day

    def _counted(self, upload: Upload) -> list[Line]:
        """The lines that count: of each id the last one."""
        if upload.kind == "purchases" and self._reads("upload.repeated-id", "both-kept"):
            return upload.lines
        last = {line.document["id"]: line for line in upload.lines}
        return [line for line in upload.lines if last[line.document["id"]] is line]

    def _candidates(self, upload: Upload) -> list[Document]:
        return [line.document for line in self._counted(upload)]

    def _after_morning(self, reception: date) -> list[tuple[str, Document]]:
        """What is held once all that was received until the end of a day is taken in."""
        held = self.purchases
        for upload in sorted(self._uploads, key=lambda each: each.reception):
            if upload.kind == "purchases" and upload.status == "waiting" and upload.reception <= reception:
                held = self._with(held, upload)
        return held

    def _judge(self, reception: date, held: list[tuple[str, Document]]) -> None:
        """Of the uploads of a day what neither the one in their place says, nor is held in the end, is lost."""
        for upload in self._uploads:
            if upload.reception == reception:
                candidates = self._candidates(upload.winner or upload)
                if upload.kind == "purchases":
                    candidates += [document for _, document in held]
                upload.lost = self._lost_of(upload, candidates)

    def _lost_of(self, upload: Upload, candidates: list[Document]) -> int:
        lost = 0
        for line in upload.lines:
            same_id = [document for document in candidates if document["id"] == line.document["id"]]
            is_skipped = any(line is skipped for skipped in upload.skipped)
            if is_skipped or not any(same(line.document, document) for document in same_id):
                lost += 1
            else:
                lost += sum(not self._says_again(upload.winner, line, key) for key in self._keys(line))
        return lost

    def _keys(self, line: Line) -> list[Key]:
        promotion = line.document.get("promotion_id")
        if promotion not in (None, [], {}) and self._reads("record.promotion-id", "ignored"):
            return [*line.keys, ("promotion", "/promotion_id", promotion)]
        return line.keys

    def _says_again(self, winner: Upload | None, line: Line, key: Key) -> bool:
        return winner is not None and any(
            key[:2] == other[:2] and _equal(key[2], other[2])
            for again in self._counted(winner)
            if again.document["id"] == line.document["id"]
            for other in self._keys(again)
        )

    # -- time ---------------------------------------------------------------------------------------------------------

    def wait(self, hours: int) -> None:
        """Let time go by: what was received before a day's end is taken in early the next morning."""
        self.now += timedelta(hours=hours)
        for reception in sorted({upload.reception for upload in self._uploads if upload.status == "waiting"}):
            if datetime.combine(reception + timedelta(days=1), INGESTED_AT, JST) <= self.now:
                uploads = [upload for upload in self._uploads if upload.reception == reception]
                for upload in uploads:
                    if upload.status == "waiting":
                        (self._replace_members if upload.kind == "members" else self._add)(upload)
                self._judge(reception, self.purchases)
                for upload in uploads:
                    upload.status = "ingested"

    def _with(self, held: list[tuple[str, Document]], upload: Upload) -> list[tuple[str, Document]]:
        """What is held once an upload is taken in."""
        lines = self._candidates(upload)
        if self._reads("ingestion.accumulates", "full-replacement"):
            held = []
        if self._reads("ingestion.no-change", "replace-day"):
            held = [each for each in held if each[0] != upload.day]
        taken, dropped = list[tuple[str, Document]](), set[str]()
        for document in lines:
            known = [each for _, each in held if each["id"] == document["id"]]
            is_new = not any(same(document, each) and same(each, document) for each in known)
            if known and is_new and self._reads("ingestion.no-change", "replace-held"):
                dropped.add(document["id"])
        for document in lines:
            is_known = any(each["id"] == document["id"] for _, each in held)
            if not is_known or document["id"] in dropped or self._reads("ingestion.no-change", "both-kept"):
                taken.append((upload.day, document))
        return [each for each in held if each[1]["id"] not in dropped] + taken

    def _add(self, upload: Upload) -> None:
        before = self.purchases
        held = [each for _, each in before]
        self.purchases = self._with(before, upload)
        sent = self._candidates(upload)
        ids = {document["id"] for document in sent}
        replaced = set[str]()
        if self._reads("ingestion.accumulates", "full-replacement"):
            self._leave([each for _, each in before if not any(same(each, document) for document in sent)])
            before = []
        elif self._reads("ingestion.no-change", "replace-day"):
            of_day = {document["id"] for day, document in before if day == upload.day}
            self._leave([each for day, each in before if day == upload.day and each["id"] not in ids])
            before = [each for each in before if each[0] != upload.day]
            replaced = of_day
        if self._reads("ingestion.accumulates", "accumulate"):
            left = [each for _, each in self.purchases]
            self._forget([each for each in held if not any(each is other for other in left)], sent)
        for line in self._counted(upload):
            known = [each for _, each in before if each["id"] == line.document["id"]]
            is_taken = any(each is line.document for _, each in self.purchases)
            if not is_taken:
                self._decided["skipped"] += 1
                if not any(same(line.document, each) for each in known):
                    upload.skipped.append(line)
            else:
                is_update = line.document["id"] in replaced or (
                    known and self._reads("ingestion.no-change", "replace-held")
                )
                self._decided["updated" if is_update else "kept"] += 1

    def _leave(self, gone: list[Document]) -> None:
        self._decided["kept"] -= len(gone)
        self._decided["overwritten"] += len(gone)
        self._gone += sum(not self._is_reported(document) for document in gone)

    def _forget(self, replaced: list[Document], sent: list[Document]) -> None:
        """Count the fields of replaced purchases that no new line of their ids names."""
        for each in replaced:
            new = [document for document in sent if document["id"] == each["id"]]
            names = [name for name, value in each.items() if value not in (None, "", [], {})]
            if self._reads("record.promotion-id", "ignored"):
                names = [name for name in names if name != "promotion_id"]
            if new and not self._is_reported(each):
                self._gone += sum(not any(name in document for document in new) for name in names)

    def _is_reported(self, document: Document) -> bool:
        """Whether the upload that a document came with was answered with an error."""
        return any(line.document is document for each in self._uploads if each.is_reported for line in each.lines)

    def _replace_members(self, upload: Upload) -> None:
        documents = {line.document["id"]: line.document for line in upload.lines}
        for name in documents:
            self._decided["updated" if name in self.members else "kept"] += 1
        self._leave([each for name, each in self.members.items() if name not in documents])
        for name, each in self.members.items():
            if name in documents and not self._is_reported(each):
                self._gone += keys_gone(each, documents[name])
        self.members = documents

    @property
    def silent(self) -> int:
        """The losses that no answer reported."""
        return self._gone + sum(upload.lost for upload in self._uploads if not upload.is_reported)

    @property
    def outcomes(self) -> Counter[str]:
        """The outcomes, those of lines that wait among them."""
        pending = sum(len(self._counted(upload)) for upload in self._uploads if upload.status == "waiting")
        return +(self._decided + Counter(pending=pending))


# -- a line -----------------------------------------------------------------------------------------------------------


def _purchase(line: str) -> Line | None:
    """A purchase without keys that nobody knows, and these; None for one that breaks the schema but for its date."""
    pairs = _pairs(line)
    document = dict(pairs or ())
    if pairs is None or not _is_right(document):
        return None
    keys = [("unknown", name, value) for name, value in document.items() if name not in KNOWN and value is not None]
    for at, (name, value) in enumerate(pairs):
        later = [other for known, other in pairs[at + 1 :] if known == name]
        if later and value is not None and not _within(said({name: value}), said({name: document[name]})):
            keys.append(("repeated", name, value))
    known = {name: value for name, value in document.items() if name in KNOWN}
    is_misdated = known.get("order_date") is not None and _instant(known["order_date"]) is None
    if is_misdated:
        keys.append(("date", "/order_date", known.pop("order_date")))
    return Line(known, keys, is_misdated)


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
        return isinstance(value, str)
    if name == "property":
        return isinstance(value, list) and len(value) <= 100 and all(map(_is_pair, value))
    return True


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry[name], str) for name in ("key", "value") if name in entry)


def _member(line: str) -> Line | None:
    pairs = _pairs(line)
    document = dict(pairs or ())
    is_right = pairs is not None and isinstance(document.get("id"), str) and document["id"]
    return Line(document) if is_right else None


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
    """What a document says: null is nothing, and a moment is the same in whatever zone it is written."""
    return {
        name: _instant(value) or value if name == "order_date" else value
        for name, value in document.items()
        if value is not None
    }


def same(one: Document, other: Document | None) -> bool:
    """Whether a document says nothing that another one does not say."""
    return other is not None and _within(said(one), said(other))


def _within(one: Any, other: Any) -> bool:
    if one is None:
        return True
    if isinstance(one, dict):
        known = other if isinstance(other, dict) else {}
        return all(_within(item, known.get(name)) for name, item in one.items())
    if isinstance(one, list):
        rest = iter(other if isinstance(other, list) else [])
        return all(any(_within(item, each) for each in rest) for item in one if not _within(item, None))
    return _equal(one, other)


def _equal(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
