"""HTTPS at the vendors' own addresses: authority, certificate, HTTPS port and proxy of one server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mockservers.web.environment import Trust, environment
from mockservers.web.http_server.server import authority, local
from mockservers.web.proxy import Proxy, Upstream
from mockservers.web.tls import Authority

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def secured(application: WSGIApplication) -> WSGIApplication:
    """Wrap an application behind a listener that has terminated TLS: its URL scheme is https."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.url_scheme"] = "https"
        return application(environ, start_response)

    return answer


def https_listeners_before(server: tuple[str, int], hosts: Iterable[str]) -> HttpsListeners:
    """Listeners of this process in front of a server that serves plain HTTP. They terminate TLS."""
    return HttpsListeners(Upstream(server, server), set(hosts), https_port=0)


class HttpsListeners:
    """The HTTPS port and the proxy of the server at `upstream`, for the names in `hosts`.

    Without a `directory` the authority is temporary: its key stays in memory, and `stop` removes its certificates. With
    one, it is kept there.
    """

    def __init__(
        self,
        upstream: Upstream,
        hosts: Collection[str],
        *,
        host: str = "127.0.0.1",
        proxy_port: int = 0,
        https_port: int | None = None,
        directory: Path | None = None,
    ) -> None:
        self._hosts = hosts
        self._temporary = None if directory else TemporaryDirectory(prefix="mockservers-")
        place = directory or Path(self._temporary.name)  # type: ignore[union-attr] # without a directory, it is set
        authority = Authority.kept(place, hosts) if directory else Authority(hosts)
        self.trust = Trust.written(place, authority.pem)
        self._pem = authority.pem
        self._proxy = Proxy(upstream, hosts, authority.context(), host=host, port=proxy_port, https_port=https_port)
        self._host = local(host)

    def start(self) -> None:
        """Open the ports. ServerUnavailable if a port cannot be bound."""
        self._proxy.start()

    def stop(self) -> None:
        """Close the ports, and remove a temporary authority."""
        self._proxy.stop()
        if self._temporary:
            self._temporary.cleanup()

    @property
    def is_alive(self) -> bool:
        """Whether it accepts clients."""
        return self._proxy.is_alive

    @property
    def proxy(self) -> str:
        """The proxy's `http://host:port`."""
        return f"http://{authority(self._host, self._proxy.port)}"

    @property
    def https_port(self) -> int | None:
        """The port that speaks TLS from the first byte, if there is one."""
        return self._proxy.https_port

    @property
    def refused(self) -> Counter[str]:
        """Counts of requests for other hosts: {"host:port": times}."""
        return self._proxy.refused

    def environment(self) -> dict[str, str | None]:
        """Variables to set (None: unset) for a program that uses the mocks. See `mockservers.web.environment`."""
        return environment((self._host, self._proxy.port), self.trust)

    @property
    def hosts(self) -> Collection[str]:
        """The vendors' host names that they serve."""
        return self._hosts

    def to_dict(self) -> dict[str, Any]:
        """As JSON: {"proxy_port", "https_port", "ca", "refused"}; `ca` is the certificate to trust."""
        return {
            "proxy_port": self._proxy.port,
            "https_port": self._proxy.https_port,
            "ca": self._pem.decode(),
            "refused": dict(self.refused),
        }
