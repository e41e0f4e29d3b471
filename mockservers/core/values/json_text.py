"""JSON text to values and back: total, exact, and quick where it can be.

orjson does the common case in microseconds. Four things it would pass over in silence are seen by writing the value
back or by a scan of the raw bytes, and only then the standard library's parser takes over:

- a key given twice (the last one wins, as with every vendor's parser, and the loss can be reported);
- an integer beyond 64 bits (orjson makes it a float);
- a number that no double holds exactly (it becomes a Decimal: see values/numbers.py);
- text that orjson refuses and most parsers take (a lone surrogate).

`NaN`, `Infinity`, numbers too large for a double, and nesting beyond 200 levels are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import orjson

from mockservers.core.values.numbers import may_exceed_a_double, parsed_float

_ESCAPED_COLON = b"\\u003"
DEEPEST = 200
"""Levels of lists and objects in each other."""

_SPACES = b" \t\n\r"
_POSITION = re.compile(r"[0-9]{1,9}")


class NotJson(ValueError):
    """The bytes are not a JSON text; `str()` of it is the reason in one line."""


class TooDeep(NotJson):
    """The bytes may be a JSON text; it is nested deeper than is read."""

    def __init__(self) -> None:
        super().__init__(f"nested deeper than {DEEPEST} levels")


@dataclass(slots=True)
class JsonText:
    """A parsed JSON text. `duplicates` holds (pointer, value that lost) for each key given more than once."""

    value: Any
    duplicates: tuple[tuple[str, Any], ...] = ()


def loads(raw: bytes) -> JsonText:
    """Parse UTF-8 JSON. Raises NotJson, never anything else."""
    try:
        value = orjson.loads(raw)
        written = orjson.dumps(value)
    except orjson.JSONDecodeError as refusal:
        reason = str(refusal)  # orjson says that it lacks memory where a text ends within some 190 lists
        return _loads_slowly(raw, "" if "allocate" in reason else reason)
    except orjson.JSONEncodeError:
        return _loads_slowly(raw, "")
    if written == raw and _is_flat(raw):
        return JsonText(value)
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _is_too_deep(value):
        raise TooDeep
    return _loads_slowly(raw, "") if may_say_more(raw, written) else JsonText(value)


def reloads(raw: bytes) -> Any:
    """What `dumps` wrote, which has no key twice: nothing but a number can be less than its text says."""
    if not may_exceed_a_double(raw):
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass
    return _loads_slowly(raw, "", bounded=False).value


def _is_flat(raw: bytes) -> bool:
    """Whether nothing is nested in an object. Looking for one byte is far cheaper than counting it."""
    return b"[" not in raw and raw.find(b"{", 1) < 0


def may_say_more(raw: bytes, written: bytes) -> bool:
    """Whether a text may say more than what was parsed from it and then `written`: a key twice, a longer number."""
    return not _is_the_same(raw, written) and _may_hide_something(raw, written)


def _is_the_same(raw: bytes, written: bytes) -> bool:
    """Whether two texts differ by spaces alone: then their numbers and keys are the same, one by one."""
    if written == raw:
        return True
    compact = raw.translate(None, _SPACES)
    return compact == written or compact == written.translate(None, _SPACES)


def _is_too_deep(value: Any) -> bool:
    """Whether lists and objects stand in each other beyond what is read. Level by level: nothing recurses."""
    level = [value]
    for _ in range(DEEPEST):
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
        if not level:
            return False
    return True


def _may_hide_something(raw: bytes, written: bytes) -> bool:
    """Whether a value may be less than a text says that is not written back as it was."""
    return may_exceed_a_double(raw) or _may_repeat_a_key(raw, written)


def _may_repeat_a_key(raw: bytes, written: bytes) -> bool:
    """Whether a key may have been dropped: each key carries one colon, and strings keep theirs."""
    return (b"\\" in raw and _ESCAPED_COLON in raw) or raw.count(b":") != written.count(b":")


def flat_objects(texts: Sequence[bytes]) -> list[dict[str, Any]] | None:
    """The objects that texts state, one each, where all are compact and nest nothing; None where one may be otherwise.

    A brace in front of each text and none in it rules out a text that is no object until its neighbours are read.
    """
    if {text.rfind(b"{") for text in texts} != {0}:
        return None
    joined = b"[" + b",".join(texts) + b"]"
    try:
        found: list[dict[str, Any]] = orjson.loads(joined)
        written = orjson.dumps(found)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    return found if written == joined and len(found) == len(texts) and joined.rfind(b"[") == 0 else None


class _Pairs(list[tuple[str, Any]]):
    """An object that has a key twice, on its way to a dict."""


def _loads_slowly(raw: bytes, reason: str, *, bounded: bool = True) -> JsonText:
    """Parse with the standard library. Numbers beyond all doubles are refused, unless they are our own (`bounded`)."""

    def refuse(constant: str) -> Any:
        raise NotJson(f"{constant} is not JSON")

    def number(text: str) -> float | Decimal:
        try:
            return parsed_float(text)
        except OverflowError:
            if not bounded:
                return Decimal(text)
            raise NotJson(f"number {text[:40]} is out of range") from None

    def pairs(items: list[tuple[str, Any]]) -> Any:
        made = dict(items)
        return made if len(made) == len(items) else _Pairs(items)

    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_constant=refuse, parse_float=number, object_pairs_hook=pairs)
        duplicates: list[tuple[str, Any]] = []
        return JsonText(_settle(value, "", duplicates, 0), tuple(duplicates))
    except NotJson:
        raise
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise TooDeep from None
    except ValueError as error:
        raise NotJson(reason or str(error)) from None


def _settle(value: Any, at: str, duplicates: list[tuple[str, Any]], depth: int) -> Any:
    """Turn pairs into dicts, noting where a key was given twice."""
    if depth == DEEPEST and isinstance(value, dict | list):
        raise TooDeep
    if isinstance(value, _Pairs):
        made: dict[str, Any] = {}
        for key, item in value:
            pointer = f"{at}/{escape(key)}"
            settled = _settle(item, pointer, duplicates, depth + 1)
            if key in made:
                duplicates.append((pointer, made[key]))
            made[key] = settled
        return made
    if isinstance(value, dict):
        return {key: _settle(item, f"{at}/{escape(key)}", duplicates, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_settle(item, f"{at}/{index}", duplicates, depth + 1) for index, item in enumerate(value)]
    return value


def dumps(value: Any) -> bytes:
    """Compact JSON, non-ASCII as it is, keys in their order.

    What orjson cannot write goes to the standard library: integers beyond 64 bits, lone surrogates (escaped).
    """
    try:
        return orjson.dumps(value, default=_as_it_came)
    except TypeError:
        return _dumps_slowly(value)


def _as_it_came(value: Any) -> Any:
    """A number that no double holds, for orjson."""
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value).encode())
    raise TypeError


def _dumps_slowly(value: Any) -> bytes:
    try:
        return _written(value, ascii_only=False).encode("utf-8")
    except UnicodeEncodeError:
        return _written(value, ascii_only=True).encode("ascii")


def _written(value: Any, *, ascii_only: bool) -> str:
    write = partial(_written, ascii_only=ascii_only)
    if isinstance(value, dict):
        return "{" + ",".join(f"{write(key)}:{write(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(write, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=ascii_only, allow_nan=False)


def escape(token: str) -> str:
    """One token of a JSON pointer (RFC 6901)."""
    if "~" in token or "/" in token:
        return token.replace("~", "~0").replace("/", "~1")
    return token


def pointer(*tokens: str | int) -> str:
    """A JSON pointer from its tokens: `pointer("orders", 9, "email")` is `/orders/9/email`."""
    return "".join([f"/{escape(str(token))}" for token in tokens])


def tokens_of(place: str) -> list[str]:
    """The tokens of a JSON pointer, as they are."""
    return [token.replace("~1", "/").replace("~0", "~") for token in place.split("/")[1:]]


def position(token: str | int) -> int | None:
    """The place in a list that a token names; None for one that names a key. Keys may look like anything."""
    return int(token) if isinstance(token, int) or _POSITION.fullmatch(token) else None


def value_at(value: Any, place: str) -> Any:
    """What stands at a JSON pointer; None where nothing does. Of a key given twice, what lost may have been deeper."""
    for token in tokens_of(place):
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and (at := position(token)) is not None and at < len(value):
            value = value[at]
        else:
            return None
    return value
