"""A company's proxy in the environment: calls to the mock server on this machine bypass it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PROXIES = ("http_proxy", "all_proxy")
_NO_PROXY = ("no_proxy", "NO_PROXY")


@contextmanager
def bypass_proxies(url: str | None = None) -> Iterator[None]:
    """If a proxy is set, add loopback and the host of `url` to NO_PROXY. Restored at the end, unless changed."""
    originals = {name: os.environ.get(name) for name in _NO_PROXY}
    changes = _changed(urlsplit(url or "").hostname) if _has_proxy() else {}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in changes.items():
            if os.environ.get(name) == value:
                earlier = originals[name]
                if earlier is None:
                    del os.environ[name]
                else:
                    os.environ[name] = earlier


def _has_proxy() -> bool:
    return any(os.environ.get(name) or os.environ.get(name.upper()) for name in _PROXIES)


def _changed(host: str | None) -> dict[str, str]:
    """The variables to change. Clients read one spelling or the other, and prefer lower case if both are set."""
    current = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [part.strip() for part in current.split(",") if part.strip()]
    if "*" in hosts:
        return {}
    new_hosts = dict.fromkeys([*hosts, *_LOOPBACK, *([host] if host else [])])
    value = ",".join(new_hosts)
    return {name: value for name in _NO_PROXY if os.environ.get(name) != value}
