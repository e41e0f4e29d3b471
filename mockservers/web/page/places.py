"""All places of a finding in the body, since a finding keeps only the first ones.

A finding has at most five places, and a count. If the number of places with the same form in the body equals the count,
those are its places; otherwise the others are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockservers.core.accounting.sent_body import MISSING, Sent, inner_json
from mockservers.core.values.json_text import pointer, tokens_of

_LINE = re.compile(r"line \d+\s*(/.*)?", re.DOTALL)
_ANY = "*"


def all_places(finding: Mapping[str, Any], parts: Sequence[Sent]) -> list[str]:
    """Return all places, or only those in the finding if the others are unknown."""
    known: list[str] = finding["where"]
    if finding["count"] <= len(known) or not known:
        return known
    forms = {_form(place) for place in known}
    if len(forms) != 1:
        return known
    in_line, tokens = forms.pop()
    places = list(_in_lines(parts, tokens) if in_line else _in_value(parts, tokens))
    for chosen in (places, [each for each in places if each[1] is not None]):
        if len(chosen) == finding["count"]:
            return [place for place, _ in chosen]
    return known


def _form(place: str) -> tuple[bool, tuple[str, ...]]:
    in_line = _LINE.fullmatch(place)
    path = (in_line[1] or "") if in_line else place
    return in_line is not None, tuple(_ANY if token.isdecimal() else token for token in tokens_of(path))


def _in_lines(parts: Sequence[Sent], tokens: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for part in parts:
        for number, (_, value) in enumerate(part.value if part.form == "lines" else (), 1):
            if value is not MISSING:
                for path, value_there in _walk(value, tokens, ""):
                    yield f"line {number} {path}".strip(), value_there


def _in_value(parts: Sequence[Sent], tokens: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for part in parts:
        if part.form == "json":
            yield from _walk(part.value, tokens, "")


def _walk(value: Any, tokens: tuple[str, ...], path: str) -> Iterator[tuple[str, Any]]:
    """Yield the places below a value that match the tokens, with their values."""
    if not tokens:
        yield path, value
        return
    inner = inner_json(value)
    value = value if inner is MISSING else inner
    first, *rest = tokens
    if isinstance(value, list) and first == _ANY:
        for index, item in enumerate(value):
            yield from _walk(item, tuple(rest), path + pointer(index))
    elif isinstance(value, dict):
        for name in [key for key in value if key.isdecimal()] if first == _ANY else [first]:
            if name in value:
                yield from _walk(value[name], tuple(rest), path + pointer(name))
