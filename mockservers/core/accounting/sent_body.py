"""A body as it was sent, decoded: JSON, the parts of a multipart body, lines of JSON; and the value at a place.

Works on the JSON of a journal, from any server. An incomplete body is decoded as far as possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from mockservers.core.value import Value, field, replace
from mockservers.core.values.json_text import JsonText, NotJson, loads, pointer, position, tokens_of

Form = Literal["json", "lines", "text", "empty"]
_LINE = re.compile(r"line (\d+)\s*(/.*)?", re.DOTALL)
MISSING = object()
"""What `value_at` returns if there is no value."""


class Sent(Value):
    """A body, or one part of it. `value` is the JSON value, the list of lines as (text, value), or the text.

    `earlier` has the replaced values of repeated keys, by the place of the key.
    """

    form: Form
    value: Any
    name: str = ""
    filename: str | None = None
    content_type: str = ""
    earlier: Mapping[str, list[Any]] = field(default_factory=dict)


def decoded(message: Mapping[str, Any]) -> list[Sent]:
    """Decode a request or response of a journal into its parts; one without a name if the body is not multipart."""
    body: str = message["body"]
    kind = next((value for name, value in message["headers"].items() if name.lower() == "content-type"), "")
    if kind.lower().startswith("multipart/"):
        parts = list(_parts(kind, body))
        if parts:
            return parts
    return [_decoded(body, kind)]


def value_at(parts: list[Sent], place: str) -> Any:
    """Return the value at a finding's place (`/orders/0/email`, `line 3 /name`), also in JSON text; else MISSING."""
    in_line = _LINE.fullmatch(place)
    if in_line:
        lines: list[Any] = next((part.value for part in parts if part.form == "lines"), [])
        number = int(in_line[1])
        if number > len(lines):
            return MISSING
        text, value = lines[number - 1]
        return _walked(value, in_line[2] or "") if value is not MISSING else text
    for part in parts:
        if part.form == "json" and (place == "" or place.startswith("/")):
            return _walked(part.value, place)
        if part.form == "lines" and len(part.value) == 1 and place.startswith("/"):
            return _walked(part.value[0][1], place)
    return MISSING


def earlier_value_at(parts: list[Sent], place: str) -> Any:
    """Return the first value of a repeated key at a finding's place; MISSING if there is none."""
    for part in parts:
        if place in part.earlier:
            return part.earlier[place][0]
    return MISSING


def inner_json(value: Any) -> Any:
    """Return the object or list in a JSON text; MISSING for any other value."""
    inner = _inner(value)
    return MISSING if inner is None else inner.value


def _inner(value: Any) -> JsonText | None:
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return _json(value)
    return None


def _earlier(text: JsonText | None, at: str = "") -> dict[str, list[Any]]:
    """Return the replaced values of repeated keys by place, also in JSON within texts."""
    by_place: dict[str, list[Any]] = {}
    if text is not None:
        for place, value in (*((at + place, value) for place, value in text.duplicates), *_in_texts(text.value, at)):
            by_place.setdefault(place, []).append(value)
    return by_place


def _in_texts(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        pairs: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            if isinstance(item, dict | list | str):
                yield from _in_texts(item, at + pointer(key))
    else:
        for place, values in _earlier(_inner(value), at).items():
            yield from ((place, each) for each in values)


def _walked(value: Any, place: str) -> Any:
    for token in tokens_of(place):
        inner = inner_json(value)
        value = value if inner is MISSING else inner
        index = position(token)
        if isinstance(value, list) and index is not None and index < len(value):
            value = value[index]
        elif isinstance(value, dict) and token in value:
            value = value[token]
        else:
            return MISSING
    return value


def _parts(content_type: str, body: str) -> Iterator[Sent]:
    from email import message_from_bytes  # noqa: PLC0415 - slow to import, and only for multipart bodies
    from email.policy import HTTP  # noqa: PLC0415 - as above

    raw = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace") + body.encode("utf-8", "replace")
    message = message_from_bytes(raw, policy=HTTP)
    if message.is_multipart():
        for part in message.iter_parts():
            content = part.get_payload(decode=True)
            text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
            kind = part.get_content_type() if "content-type" in part else ""
            sent = _decoded(text, kind, lines=part.get_filename() is not None)
            name = str(part.get_param("name", "", "content-disposition"))
            yield replace(sent, name=name, filename=part.get_filename(), content_type=kind)


def _decoded(text: str, content_type: str, *, lines: bool = False) -> Sent:
    if not text.strip():
        return Sent("empty", "", content_type=content_type)
    if lines or "ndjson" in content_type or "jsonl" in content_type:
        return _lines(text, content_type)
    value = _json(text)
    if value is None:
        return Sent("text", text, content_type=content_type)
    return Sent("json", value.value, content_type=content_type, earlier=_earlier(value))


def _lines(text: str, content_type: str) -> Sent:
    lines = [(line, _json(line)) for line in text.splitlines()]
    earlier: dict[str, list[Any]] = {}
    for number, (_, value) in enumerate(lines, 1):
        earlier |= _earlier(value, f"line {number} ")
    values = [(line, MISSING if value is None else value.value) for line, value in lines]
    return Sent("lines", values, content_type=content_type, earlier=earlier)


def _json(text: str) -> JsonText | None:
    try:
        return loads(text.encode("utf-8", "surrogatepass"))
    except NotJson:
        return None
