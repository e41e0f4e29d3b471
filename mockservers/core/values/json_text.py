"""JSON text to values and back. It never raises anything but NotJson, and numbers are exact.

orjson parses the common case in microseconds. Writing the value back, or a scan of the raw bytes, detects four cases
that orjson does not report. The standard library's parser handles those:

- a repeated key (the last value wins, as with every vendor's parser, and the loss is recorded);
- an integer beyond 64 bits (orjson makes it a float);
- a number that no double holds exactly (it becomes a Decimal: see values/numbers.py);
- text that orjson refuses and most parsers accept (a lone surrogate).

`NaN`, `Infinity`, numbers too large for a double, and nesting beyond 200 levels are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import orjson

from mockservers.core.value import Struct
from mockservers.core.values.numbers import may_exceed_a_double, parsed_float
from mockservers.core.values.other_formats import other_format

_ESCAPED_COLON = b"\\u003"
DEEPEST = 200
"""The most levels of nested lists and objects."""

_SPACES = b" \t\n\r"
_POSITION = re.compile(r"[0-9]{1,9}")


class NotJson(ValueError):
    """The bytes are not a JSON text. `str()` is the reason in one line."""


class TooDeep(NotJson):
    """The bytes may be a JSON text, but its nesting exceeds DEEPEST."""

    def __init__(self) -> None:
        super().__init__(f"nested deeper than {DEEPEST} levels")


class JsonText(Struct):
    """A parsed JSON text. `duplicates` holds (pointer, lost value) for each repeated key."""

    value: Any
    duplicates: tuple[tuple[str, Any], ...] = ()


def loads(raw: bytes) -> JsonText:
    """Parse UTF-8 JSON. Raises NotJson, never anything else."""
    try:
        value = orjson.loads(raw)
        written = orjson.dumps(value)
    except orjson.JSONDecodeError as refusal:
        reason = str(refusal)  # orjson says that memory is short if a text ends within about 190 open lists
        return _loads_slowly(raw, "" if "allocate" in reason else reason)
    except orjson.JSONEncodeError:
        return _loads_slowly(raw, "")
    if written == raw and _is_flat(raw):
        return JsonText(value)
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _is_too_deep(value):
        raise TooDeep
    return _loads_slowly(raw, "") if may_say_more(raw, written) else JsonText(value)


def reloads(raw: bytes) -> Any:
    """Parse the output of `dumps`. It has no repeated key, so only numbers need care."""
    if not may_exceed_a_double(raw):
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass
    return _loads_slowly(raw, "", bounded=False).value


def _is_flat(raw: bytes) -> bool:
    """Whether a text has one object at most and no list. Searching for one byte is far cheaper than counting it."""
    return b"[" not in raw and raw.find(b"{", 1) < 0


def may_say_more(raw: bytes, written: bytes) -> bool:
    """Whether a text may say more than its parsed value, which is `written` back: a repeated key, a longer number."""
    return not _is_the_same(raw, written) and _may_hide_something(raw, written)


def _is_the_same(raw: bytes, written: bytes) -> bool:
    """Whether two texts differ only in white space. If so, all their numbers and keys are the same."""
    if written == raw:
        return True
    compact = raw.translate(None, _SPACES)
    return compact == written or compact == written.translate(None, _SPACES)


def _is_too_deep(value: Any) -> bool:
    """Whether the nesting exceeds DEEPEST. Works level by level, without recursion."""
    level = [value]
    for _ in range(DEEPEST):
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
        if not level:
            return False
    return True


def _may_hide_something(raw: bytes, written: bytes) -> bool:
    """Whether the parsed value may lack something of a text that differs from `written`."""
    return may_exceed_a_double(raw) or _may_repeat_a_key(raw, written)


def _may_repeat_a_key(raw: bytes, written: bytes) -> bool:
    """Whether a key may be repeated: each key has one colon, and strings keep theirs."""
    return (b"\\" in raw and _ESCAPED_COLON in raw) or raw.count(b":") != written.count(b":")


def flat_objects(texts: Sequence[bytes]) -> list[dict[str, Any]] | None:
    """Parse texts that are compact, flat objects, one each; None if one of them may be anything else.

    Each text has a brace at its start and no other. Without that check, two invalid texts could form a valid one when
    joined.
    """
    if {text.rfind(b"{") for text in texts} != {0}:
        return None
    joined = b"[" + b",".join(texts) + b"]"
    try:
        objects: list[dict[str, Any]] = orjson.loads(joined)
        written = orjson.dumps(objects)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    return objects if written == joined and len(objects) == len(texts) and joined.rfind(b"[") == 0 else None


class _Pairs(list[tuple[str, Any]]):
    """An object with a repeated key, before it becomes a dict."""


def _loads_slowly(raw: bytes, reason: str, *, bounded: bool = True) -> JsonText:
    """Parse with the standard library. If `bounded`, refuse numbers beyond the range of doubles."""

    def refuse(constant: str) -> Any:
        raise NotJson(f"{constant} is not JSON")

    def number(text: str) -> float | Decimal:
        try:
            return parsed_float(text)
        except OverflowError:
            if not bounded:
                return Decimal(text)
            raise NotJson(f"the number {text[:40]} is beyond the range of a double") from None

    def pairs(items: list[tuple[str, Any]]) -> Any:
        parsed = dict(items)
        return parsed if len(parsed) == len(items) else _Pairs(items)

    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_constant=refuse, parse_float=number, object_pairs_hook=pairs)
        duplicates: list[tuple[str, Any]] = []
        return JsonText(_settle(value, "", duplicates, 0), tuple(duplicates))
    except NotJson:
        raise
    except UnicodeDecodeError as error:
        raise NotJson(other_format(raw) or f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise TooDeep from None
    except ValueError as error:
        raise NotJson(reason or str(error)) from None


def _settle(value: Any, at: str, duplicates: list[tuple[str, Any]], depth: int) -> Any:
    """Turn pairs into dicts, and record repeated keys."""
    if depth == DEEPEST and isinstance(value, dict | list):
        raise TooDeep
    if isinstance(value, _Pairs):
        parsed: dict[str, Any] = {}
        for key, item in value:
            pointer = f"{at}/{escape(key)}"
            settled = _settle(item, pointer, duplicates, depth + 1)
            if key in parsed:
                duplicates.append((pointer, parsed[key]))
            parsed[key] = settled
        return parsed
    if isinstance(value, dict):
        return {key: _settle(item, f"{at}/{escape(key)}", duplicates, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_settle(item, f"{at}/{index}", duplicates, depth + 1) for index, item in enumerate(value)]
    return value


def dumps(value: Any) -> bytes:
    """Return compact JSON, with non-ASCII unescaped and keys in their order.

    The standard library writes the values that orjson cannot: integers beyond 64 bits, lone surrogates (escaped).
    """
    try:
        return orjson.dumps(value, default=_exact_number)
    except TypeError:
        return _dumps_slowly(value)


def _exact_number(value: Any) -> Any:
    """Write a number that no double holds, for orjson."""
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
    """Escape one token of a JSON pointer (RFC 6901)."""
    if "~" in token or "/" in token:
        return token.replace("~", "~0").replace("/", "~1")
    return token


def pointer(*tokens: str | int) -> str:
    """Return the JSON pointer of some tokens: `pointer("orders", 9, "email")` is `/orders/9/email`."""
    return "".join([f"/{escape(str(token))}" for token in tokens])


def tokens_of(place: str) -> list[str]:
    """Return the tokens of a JSON pointer, unescaped."""
    return [token.replace("~1", "/").replace("~0", "~") for token in place.split("/")[1:]]


def position(token: str | int) -> int | None:
    """Return the list index that a token names; None if it can only be a key."""
    return int(token) if isinstance(token, int) or _POSITION.fullmatch(token) else None


def value_at(value: Any, place: str) -> Any:
    """Return the value at a JSON pointer; None if there is none, as the lost value of a repeated key may be deeper."""
    for token in tokens_of(place):
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and (at := position(token)) is not None and at < len(value):
            value = value[at]
        else:
            return None
    return value
