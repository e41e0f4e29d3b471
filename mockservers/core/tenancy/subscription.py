"""Where a tenant's webhooks go, and what is done to them on the way; validated when it is set.

Signing is the convention of Standard Webhooks (https://www.standardwebhooks.com): the secret is base64, after `whsec_`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address
from typing import Any

from mockservers.core.errors import UsageError
from mockservers.core.values import clock
from mockservers.core.values.json_objects import at

DUPLICATES_MAX = 100
PORT_MAX = 65_535
DELAY_MAX = timedelta(hours=1)

_KEYS = frozenset({"url", "secret", "delay", "duplicates"})
_URL = re.compile(
    r"https?://(?:\[([0-9a-f:.]+)\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(?:[/?#][!-~]*)?", re.ASCII | re.IGNORECASE
)
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where webhooks go; nowhere when `url` is empty.

    `secret` signs them. As faults, each is held back by `delay` (real time) and sent `duplicates` more times.
    """

    url: str = ""
    secret: str = ""
    delay: timedelta = timedelta()
    duplicates: int = 0

    @classmethod
    def of(cls, given: Any) -> Subscription:
        """From {"url"} and optionally "secret", "delay", "duplicates"; a url of null ends it. UsageError otherwise."""
        if not isinstance(given, Mapping) or "url" not in given or set(given) - _KEYS:
            raise UsageError(
                f'Webhooks take {{"url": "http://…" or null}} and optionally {", ".join(sorted(_KEYS - {"url"}))}.'
            )
        duplicates = given.get("duplicates", 0)
        if isinstance(duplicates, bool) or not isinstance(duplicates, int) or not 0 <= duplicates <= DUPLICATES_MAX:
            raise UsageError(f"/duplicates: duplicates is a whole number from 0 to {DUPLICATES_MAX}.")
        delay = at("delay", clock.duration, given.get("delay", "PT0S"))
        if delay > DELAY_MAX:
            raise UsageError(
                f"/delay: delay is real time that a test waits: an hour (PT1H) at most, not {given['delay']!r}."
            )
        return cls(at("url", _url, given["url"]), at("secret", _secret, given.get("secret")), delay, duplicates)

    @property
    def key(self) -> bytes:
        """The bytes that sign; none where there is no secret."""
        return _key(self.secret)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without the secret."""
        return {
            "url": self.url or None,
            "signed": bool(self.secret),
            "delay": clock.length(self.delay),
            "duplicates": self.duplicates,
        }

    def exported(self) -> dict[str, Any]:
        """As JSON that `of` reads."""
        described = self.to_dict()
        del described["signed"]
        return {**described, "secret": self.secret or None}


def _url(given: Any) -> str:
    if given is None:
        return ""
    match = _URL.fullmatch(given) if isinstance(given, str) else None
    if match and 0 < int(match[2] or 80) <= PORT_MAX and (match[1] is None or _is_ipv6(match[1])):
        return match[0]
    shown = repr(given)[:_SHOWN] if isinstance(given, str) else type(given).__name__
    raise UsageError(f"{shown} is no address for webhooks. Give http://HOST:PORT/PATH or https://…, percent-encoded.")


def _is_ipv6(address: str) -> bool:
    try:
        return bool(IPv6Address(address))
    except ValueError:
        return False


def _secret(given: Any) -> str:
    if given is None:
        return ""
    if isinstance(given, str) and _key(given):
        return given
    raise UsageError("secret is no secret of Standard Webhooks. Give whsec_ and the base64 of the key.")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return b""
