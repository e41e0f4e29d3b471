"""A recorded call, before it is written as code to paste. Slots replace its credentials.

A slot is the name of a credential between two characters of Unicode's private use area.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from mockservers.core.accounting.journal import Exchange
from mockservers.core.tenancy.masking import Mask, masked
from mockservers.core.value import Value, field
from mockservers.core.values.json_text import NotJson, dumps, loads

_OPEN, _CLOSE = "\ue000", "\ue001"
_SLOT = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_LEFT_OUT = frozenset(
    {"host", "content-length", "connection", "accept", "accept-encoding", "user-agent", "expect", "transfer-encoding"}
)


class Check(Value):
    """The documents of a call in a collection: the values of one field, or their number if `key` is empty."""

    key: str
    values: Sequence[Any]


class Expectation(Value):
    """The result of a call to a fresh account. `state` and `readings` make it decide as the account that answered it.

    `jobs` run afterwards, and `held` are the documents that it then has of the call, by collection.
    """

    state: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
    jobs: Sequence[str] = ()
    held: Mapping[str, Check] = field(default_factory=dict)


_NOTHING = Expectation()


class Sample(Value):
    """A call: target, headers, and `user` ("any:KEY") of HTTP Basic, with slots. A body that is not text is bytes."""

    vendor: str
    method: str
    target: str
    headers: Mapping[str, str]
    user: str
    body: str | bytes
    expected: Expectation

    @property
    def json(self) -> Any:
        """The body as a value that can be written as a literal; None if a literal would change the body."""
        if not isinstance(self.body, str) or "json" not in self.headers.get("content-type", ""):
            return None
        try:
            parsed = loads(self.body.encode("utf-8", "surrogatepass"))
            value = json.loads(self.body)
            same = dumps(loads(json.dumps(value).encode()).value) == dumps(parsed.value)
        except (NotJson, ValueError):
            return None
        return value if same and not parsed.duplicates and isinstance(value, dict | list) and _plain(value) else None


def sample_of(
    vendor: str,
    exchange: Exchange,
    credentials: Mapping[str, str],
    mask: Mask | None,
    expected: Expectation = _NOTHING,
) -> Sample:
    """A recorded call. Each of these credentials becomes a slot. `mask` masks other texts that look like one."""
    headers = {name: value for name, value in exchange.headers if name not in _LEFT_OUT}
    user = _basic(headers.get("authorization", ""))
    if user:
        del headers["authorization"]
    hidden = partial(_hidden, credentials)
    try:
        body: str | bytes = hidden(exchange.body.decode("utf-8"), mask.text if mask else None)
    except UnicodeDecodeError:
        body = exchange.body if mask is None else mask.body(exchange.body)
    return Sample(
        vendor,
        exchange.method,
        hidden(exchange.target, mask.target if mask else None),
        {name: hidden(value, partial(mask.header, name) if mask else None) for name, value in headers.items()},
        hidden(user, _masked_user if mask else None),
        body,
        expected,
    )


def _hidden(credentials: Mapping[str, str], text: str, mask: Callable[[str], str] | None) -> str:
    """A text with slots. If it has none, it is masked, because it has other credentials."""
    with_slots = slotted(text, credentials)
    return with_slots if mask is None or _SLOT.search(with_slots) else mask(with_slots)


def _masked_user(user: str) -> str:
    name, _, password = user.partition(":")
    return f"{name}:{masked(password)}" if user else ""


def slotted(text: str, credentials: Mapping[str, str]) -> str:
    """A text in which each credential is a slot. Text that already looks like a slot is removed."""
    text = _SLOT.sub("", text)
    for name, value in sorted(credentials.items(), key=lambda pair: -len(pair[1])):
        for form in dict.fromkeys((value, quote(value, safe=""))):
            text = text.replace(form, f"{_OPEN}{name}{_CLOSE}") if form else text
    return text


def pieces(text: str) -> list[tuple[str, str]]:
    """A text with slots as (text, name of the next slot). The last has no slot."""
    parts = _SLOT.split(text)
    return [(parts[at], parts[at + 1] if at + 1 < len(parts) else "") for at in range(0, len(parts), 2)]


def slot_of(text: Any) -> str:
    """The name of the slot, if the text is exactly one slot; otherwise empty."""
    match = _SLOT.fullmatch(text) if isinstance(text, str) else None
    return match[1] if match else ""


def _basic(authorization: str) -> str:
    """`user:password` of HTTP Basic; empty for other values."""
    scheme, _, word = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(word.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _plain(value: Any) -> bool:
    """Whether Python and JavaScript have a literal for a value: whole slots, exact numbers, no unusual keys."""
    if isinstance(value, dict):
        return all(key != "__proto__" and not _SLOT.search(key) and _plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_plain, value))
    if isinstance(value, int):
        return abs(value) < 2**53
    return not isinstance(value, str) or not _SLOT.search(value) or bool(slot_of(value))
