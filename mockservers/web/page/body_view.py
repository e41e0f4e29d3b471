"""A body as lines of JSON. Each key has a mark: kept, ignored, changed, lost or at risk.

If an item is lost whole, `cause` is the place of the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mockservers.core.accounting.call_summary import loss_of
from mockservers.core.accounting.sent_body import MISSING, Sent, inner_json
from mockservers.core.value import Value
from mockservers.core.values.json_text import dumps, pointer, tokens_of

LINES_SHOWN = 1_500
"""The most lines of a body that are shown."""

_WHOLE = frozenset({"refused", "dropped", "skipped", "overwritten"})
_LINE = re.compile(r"line (\d+)\s*(/.*)?", re.DOTALL)


class Line(Value):
    """A line: its depth, its key with a colon, its text, its mark, the place, and the reason of the mark.

    `own`: the mark starts here, and is not inherited.
    """

    depth: int
    key: str
    text: str
    mark: str = ""
    place: str = ""
    why: str = ""
    own: bool = False


class Marks:
    """The marks of the places of one body. `items` is the contract's pattern of an item: `/customers/*`.

    The earlier values of a repeated key have separate marks.
    """

    def __init__(self, findings: Iterable[Mapping[str, Any]], items: str, *, kept: bool) -> None:
        self._at: dict[str, tuple[str, str]] = {}
        self._earlier: dict[str, tuple[str, str]] = {}
        self._default = "kept" if kept else ""
        depth = len(tokens_of(items))
        for finding in findings:
            mark = mark_of(finding)
            if finding["earlier_value"]:
                self._earlier |= {place.strip(): (mark, finding["why"]) for place in finding["where"] if mark}
                continue
            for place in (finding["where"] or [""]) if mark else ():
                whole = finding["outcome"] in _WHOLE and finding["loses"]
                item = _item_of(place, depth) if whole else place.strip()
                self._put(place, "cause" if item != place.strip() else mark, finding["why"])
                self._put(item, mark, finding["why"])

    def _put(self, place: str, mark: str, why: str) -> None:
        self._at.setdefault(place.strip(), (mark, why))

    def at(self, place: str, inherited: tuple[str, str]) -> tuple[str, str]:
        """Return the mark and its reason at a place, or the inherited ones."""
        return self._at.get(place) or inherited

    def of_earlier(self, place: str, inherited: tuple[str, str]) -> tuple[str, str]:
        """Return the mark and its reason of an earlier value of a repeated key."""
        return self._earlier.get(place) or inherited

    def begins(self, place: str) -> bool:
        """Whether a finding names this place."""
        return place in self._at

    @property
    def outermost(self) -> tuple[str, str]:
        """The mark and its reason without a finding."""
        return self._at.get("") or (self._default, "")


def mark_of(finding: Mapping[str, Any]) -> str:
    """Return the mark of a finding; empty for a mended or rewound one, and for one without a mark."""
    loss = loss_of(finding)
    if loss == "at-risk":
        return "at-risk"
    if loss:
        return "ignored" if finding["outcome"] == "ignored" else "lost"
    return "changed" if finding["outcome"] in ("coerced", "truncated") else ""


def lines_of(sent: Sent, marks: Marks) -> tuple[list[Line], int]:
    """Return the shown lines of a part, and the number of further lines."""
    shown: list[Line] = []
    left = 0
    for line in _part(sent, marks):
        if len(shown) < LINES_SHOWN:
            shown.append(line)
        else:
            left += 1
            if left > LINES_SHOWN * 10:  # enough lines: the rest is not counted
                break
    return shown, left


def _part(sent: Sent, marks: Marks) -> Iterator[Line]:
    if sent.form == "json":
        yield from _Body(marks, sent.earlier).value("", sent.value, "", 0, marks.outermost)
    elif sent.form == "lines":
        single = len(sent.value) == 1
        for number, (text, value) in enumerate(sent.value, 1):
            place = f"line {number}"
            mark = marks.at(place, marks.outermost)
            if value is MISSING:
                yield Line(0, f"{number} ", text, mark[0], place, mark[1], marks.begins(place))
            else:
                yield from _Body(marks, sent.earlier).record(number, value, place, mark, single=single)
    elif sent.form == "text":
        mark = marks.outermost
        for text in str(sent.value).splitlines():
            yield Line(0, "", text, mark[0], "", mark[1])


class _Body(Value):
    """A body being converted to lines: its marks, and the earlier values of repeated keys by place."""

    marks: Marks
    earlier: Mapping[str, list[Any]]

    def record(self, number: int, value: Any, place: str, mark: tuple[str, str], *, single: bool) -> Iterator[Line]:
        """Yield a line of an upload: as one line if its keys have no marks, else key by key."""
        keys = list(value) if isinstance(value, dict) else []
        at = [f"{place} {pointer(key)}" for key in keys]
        if single or any(self.marks.at(each, mark) != mark or each in self.earlier for each in at):
            yield from self.value(f"{number} ", value, f"{place} ", 0, mark)
        else:
            text = dumps(value).decode("utf-8", "replace")
            yield Line(0, f"{number} ", text, mark[0], place, mark[1], self.marks.begins(place))

    def value(
        self, key: str, value: Any, place: str, depth: int, inherited: tuple[str, str], end: str = ""
    ) -> Iterator[Line]:
        """Yield the lines of a value."""
        mark, why = found = self.marks.at(place.strip(), inherited)
        own = self.marks.begins(place.strip())
        inner = inner_json(value)
        if inner is not MISSING:  # JSON within text
            yield Line(depth, key, "JSON in a text:", mark, place, why, own)
            yield from self.value("", inner, place, depth + 1, found, end)
        elif isinstance(value, dict | list) and value:
            opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
            pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
            yield Line(depth, key, opening, mark, place, why, own)
            for index, (name, item) in enumerate(pairs):
                shown = f"{dumps(name).decode('utf-8', 'replace')}: " if isinstance(value, dict) else ""
                comma = "," if index < len(pairs) - 1 else ""
                yield from self._earlier_values(shown, place + pointer(name), depth + 1, found)
                yield from self.value(shown, item, place + pointer(name), depth + 1, found, comma)
            yield Line(depth, "", closing + end, mark)
        else:
            text = dumps(value).decode("utf-8", "replace") + end
            yield Line(depth, key, text, mark, place, why, own)

    def _earlier_values(self, key: str, place: str, depth: int, inherited: tuple[str, str]) -> Iterator[Line]:
        mark, why = self.marks.of_earlier(place, inherited)
        for value in self.earlier.get(place, ()):
            text = dumps(value).decode("utf-8", "replace") + ","
            yield Line(depth, key, text, mark, place, why, own=bool(why))


def _item_of(place: str, depth: int) -> str:
    """Return the item that contains a place."""
    in_line = _LINE.fullmatch(place)
    if in_line:
        return f"line {in_line[1]}"
    return pointer(*tokens_of(place)[:depth]) if place.startswith("/") else ""
