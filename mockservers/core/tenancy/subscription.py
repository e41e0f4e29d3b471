"""The target of a tenant's webhooks, with their faults. It is validated when it is set.

Signatures follow Standard Webhooks (https://www.standardwebhooks.com): the secret is base64, after `whsec_`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv6Address
from typing import Any

from mockservers.core.errors import UsageError
from mockservers.core.value import Value
from mockservers.core.values import clock

PORT_MAX = 65_535
DELAY_MAX = timedelta(hours=1)

_URL = re.compile(
    r"https?://(?:\[([0-9a-f:.]+)\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(?:[/?#][!-~]*)?", re.ASCII | re.IGNORECASE
)
_SHOWN = 200


class Subscription(Value):
    """The target of webhooks. Without a `url`, none are sent.

    `secret` signs them. As faults, `delay` delays each (in real time), and each is sent `duplicates` more times.
    """

    url: str = ""
    secret: str = ""
    delay: timedelta = timedelta()
    duplicates: int = 0

    @classmethod
    def of(cls, target: Mapping[str, Any]) -> Subscription:
        """Create it from an object of the admin API's schema `WebhookTarget`. UsageError if it cannot be used."""
        delay = clock.duration(target.get("delay", "PT0S"))
        if delay > DELAY_MAX:
            raise UsageError(
                f"/delay: real time that a test waits: an hour (PT1H) at most, not {target['delay'][:_SHOWN]!r}."
            )
        return cls(_url(target["url"]), _secret(target.get("secret")), delay, int(target.get("duplicates", 0)))

    @property
    def key(self) -> bytes:
        """The bytes of the signing key; empty without a secret."""
        return _key(self.secret)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON, without the secret."""
        return {
            "url": self.url or None,
            "signed": bool(self.secret),
            "delay": clock.length(self.delay),
            "duplicates": self.duplicates,
        }

    def exported(self) -> dict[str, Any]:
        """Return it as JSON for `of`."""
        described = self.to_dict()
        del described["signed"]
        return {**described, "secret": self.secret or None}


def _url(url: str | None) -> str:
    if url is None:
        return ""
    match = _URL.fullmatch(url)
    if match and 0 < int(match[2] or 80) <= PORT_MAX and (match[1] is None or _is_ipv6(match[1])):
        return match[0]
    raise UsageError(
        f"/url: {url[:_SHOWN]!r} is not a webhook address. Fix: give http(s)://HOST:PORT/PATH, percent-encoded."
    )


def _is_ipv6(address: str) -> bool:
    try:
        return bool(IPv6Address(address))
    except ValueError:
        return False


def _secret(secret: str | None) -> str:
    if secret is None:
        return ""
    if _key(secret):
        return secret
    raise UsageError("/secret: not a secret of Standard Webhooks. Fix: give whsec_ and the base64 of the key.")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return b""
