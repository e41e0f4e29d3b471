"""Protects the admin API and the page against web pages: any site can send requests to a server on loopback.

A page cannot choose some headers of its browser: `Host` has the name of a rebound DNS record, `Origin` and
`Sec-Fetch-Site` have the origin of the page (https://www.w3.org/TR/fetch-metadata/).
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


_OTHER_SITES = ("cross-site", "same-site")
"""Values of Sec-Fetch-Site for a page that this server did not send; `same-site` is another port of this machine."""


class Refused(NamedTuple):
    """Why a request is refused, with the members of a problem document: the status, its name, and the fix."""

    title: str
    status: int
    detail: str


class BrowserGuard:
    """Refuses requests that only a web page of another site would send.

    `hosts` are allowed in addition to IP addresses and localhost; None allows every host, for a server with a token.
    """

    def __init__(self, hosts: Collection[str] | None = ()) -> None:
        self._hosts = None if hosts is None else {host.lower() for host in hosts}

    def refusal(self, environ: WSGIEnvironment, *, links: bool = False) -> Refused | None:
        """Return why a request is refused; None if it is not. With `links`, another site may link to pages."""
        host: str = environ.get("HTTP_HOST", "").lower()
        if not self._is_allowed(host):
            return Refused(
                "Forbidden",
                403,
                f"The host {host[:200]!r} is not known to be this machine. Fix: use 127.0.0.1 or localhost, or start "
                f"the server with --allow-host {host.partition(':')[0][:200]}.",
            )
        origin: str = environ.get("HTTP_ORIGIN", "").lower()
        foreign = bool(origin) and origin.partition("://")[2] != host
        linked = links and environ["REQUEST_METHOD"] in ("GET", "HEAD")
        if foreign or (not linked and environ.get("HTTP_SEC_FETCH_SITE", "").lower() in _OTHER_SITES):
            return Refused(
                "Forbidden",
                403,
                f"A web page of another site ({origin[:200] or 'unnamed'}) sent this. Fix: send it from a program, or "
                "open the address in the browser yourself.",
            )
        return None

    def _is_allowed(self, host: str) -> bool:
        if self._hosts is None or not host:  # only HTTP/1.0 has no Host, and no browser uses it
            return True
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name == "localhost" or name.endswith(".localhost") or name in self._hosts or _is_ip(name)


def body_refusal(environ: WSGIEnvironment) -> Refused | None:
    """Return why a body is refused that is not declared as JSON: a form of any web page can send other types."""
    if environ.get("CONTENT_LENGTH", "0") == "0" and "HTTP_TRANSFER_ENCODING" not in environ:
        return None
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type == "application/json" or media_type.endswith("+json"):
        return None
    return Refused(
        "Unsupported Media Type",
        415,
        f"The body must be JSON, not {media_type[:200] or 'no type'!r}. Fix: send Content-Type: application/json.",
    )


def _is_ip(name: str) -> bool:
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
