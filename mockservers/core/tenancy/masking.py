"""Masking of credentials in exports: only the first four characters and the length of each remain."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

SHOWN = 4
_ESCAPE = re.compile(r"\\.?")
_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token"}
)
_NAMES = frozenset({"api_key", "apikey", "token", "access_token", "secret", "password"})


def masked(value: str) -> str:
    """Return a masked credential: `mock...(36 characters)`; without the characters if it is short."""
    return f"{value[:SHOWN] if len(value) > 2 * SHOWN else ''}...({len(value)} characters)"


class Mask:
    """Masks a tenant's credentials, and any value at a place for credentials, such as the keys in `names`."""

    def __init__(self, credentials: Mapping[str, str], names: Iterable[str] = ()) -> None:
        named = _NAMES | {name.lower() for name in (*credentials, *names)}
        either = "|".join(re.escape(name) for name in sorted(named))
        self._names = re.compile(either, re.IGNORECASE)
        # a shortened text may end inside a credential
        self._in_json = re.compile(rf'("(?:{either})"\s*:\s*")((?:[^"\\]|\\.)*)(?="|\\?\Z)', re.IGNORECASE)
        self._in_form = re.compile(rf'((?:\A|&)(?:{either})=)([^&\s"]+)', re.IGNORECASE)
        self._in_text = {form: masked(value) for value in credentials.values() for form in _forms(value)}

    def text(self, text: str) -> str:
        """Mask a body or another text. JSON stays valid."""
        # without escape sequences, which the mask could cut in half
        text = self._in_json.sub(lambda match: match[1] + masked(_ESCAPE.sub("", match[2])), text)
        text = self._in_form.sub(lambda match: match[1] + masked(match[2]), text)
        for value, mask in self._in_text.items():
            text = text.replace(value, mask)
        return text

    def body(self, body: bytes) -> bytes:
        """Mask a body of any bytes."""
        return self.text(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Mask the values of headers."""
        return [(name, self.header(name, value)) for name, value in headers]

    def call(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """Mask a call of the admin API: its path, and its request and response if it has them."""
        hidden = {**call, "path": self.target(call["path"])}
        for side in {"request", "response"} & call.keys():
            message = call[side]
            hidden[side] = {
                **message,
                "headers": dict(self.headers(message["headers"].items())),
                "body": self.text(message["body"]),
            }
        if "request" in hidden:
            hidden["request"]["path"] = hidden["path"]
        return hidden

    def header(self, name: str, value: str) -> str:
        """Mask the value of a header."""
        name = name.lower()
        if name not in _HEADERS and not self._names.fullmatch(name.removeprefix("x-").replace("-", "_")):
            return self.text(value)
        scheme, space, word = value.partition(" ")
        if name.endswith("authorization") and space:
            return f"{scheme} {masked(_password(word) if scheme.lower() == 'basic' else word)}"
        return masked(value)

    def target(self, target: str) -> str:
        """Mask the path and query of a URL."""
        path, mark, query = target.partition("?")
        return self.text(path) + mark + "&".join(map(self._pair, query.split("&")))

    def _pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        if equals and self._names.fullmatch(unquote_plus(name)):
            return f"{name}={quote(masked(unquote_plus(value)))}"
        return self.text(pair)


def _forms(value: str) -> tuple[str, ...]:
    """Return a credential unchanged and percent-encoded."""
    return tuple({value, quote(value, safe="")})


def _password(word: str) -> str:
    """Return the password of Basic credentials, in which vendors expect the key."""
    try:
        return base64.b64decode(word, validate=True).decode().partition(":")[2] or word
    except (binascii.Error, UnicodeDecodeError):
        return word
