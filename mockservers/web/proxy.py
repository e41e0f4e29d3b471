"""The HTTPS listener, and a forward proxy that sends clients of the vendors' hosts to it and refuses every other host.

    CONNECT api.zangsho.com:443              TLS ends here, under a certificate for the name; the bytes go to the server
    GET http://api.zangsho.com/… (absolute)  goes to the server
    any other host or port                     403, and listed in `refused`
    TLS straight to the HTTPS port           as after CONNECT, for clients that find the vendor by DNS or hosts file

One thread serves all clients, so a silent client costs only a socket.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Container
from urllib.parse import urlsplit

import h11

from mockservers.core.errors import ServerUnavailable
from mockservers.core.value import Value
from mockservers.web.accept_loop import AcceptLoop, Handle
from mockservers.web.http_server.server import cannot_listen
from mockservers.web.relay import Side, relay

HEAD_SECONDS = 30
"""Seconds that a client may take to send the head of its request."""

HEAD_MAX = 64 * 1024
"""The most bytes of a request's head."""

REFUSED_KEPT = 1_000
"""The most refused hosts that are counted."""

_PORTS = {"http": 80, "https": 443}
_HOP_BY_HOP = (b"host", b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization")
_WHY = (
    "{host}:{port} is refused. This proxy only forwards to the mocked vendors, so that no test reaches a real host. "
    "Fix: list services of this machine in NO_PROXY."
)


class Upstream(Value):
    """Addresses of the server: `plain` for clients without TLS, `secure` for clients with TLS. Both speak HTTP."""

    plain: tuple[str, int]
    secure: tuple[str, int]


class Proxy:
    """Forwards clients to a server. `hosts` are the vendors' names, `context` has a certificate for them.

    `refused` counts requests for other hosts, by "host:port". With an `https_port` (0: any free one) there is a second
    socket, which speaks TLS from the first byte.
    """

    def __init__(
        self,
        upstream: Upstream,
        hosts: Container[str],
        context: ssl.SSLContext,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        https_port: int | None = None,
    ) -> None:
        self._upstream, self._hosts, self._context = upstream, hosts, context
        self.refused: Counter[str] = Counter()
        self.host, self.port, self.https_port = host, port, https_port
        self._accepting = AcceptLoop("mockservers-proxy")

    def start(self) -> None:
        """Start a thread that serves. ServerUnavailable if a port cannot be bound."""
        try:
            self.port = self._open(self.port, self._proxied)
            if self.https_port is not None:
                self.https_port = self._open(self.https_port, self._secured)
        except ServerUnavailable:
            self._accepting.stop()
            raise
        self._accepting.start()

    def stop(self) -> None:
        """Close all connections. Returns after all sockets are closed."""
        self._accepting.stop()

    @property
    def is_alive(self) -> bool:
        """Whether clients are accepted."""
        return self._accepting.is_alive

    def _open(self, port: int, handle: Handle) -> int:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            listening = socket.create_server((self.host, port), family=family, backlog=512)
        except OSError as error:
            raise cannot_listen(self.host, port, error, "port") from None
        self._accepting.add(listening, handle)
        return int(listening.getsockname()[1])

    # -- one client ---------------------------------------------------------------------------------------------

    async def _secured(self, client: socket.socket) -> None:
        async with await Side.connected(*self._upstream.secure) as server:
            await _join(client, server, self._context)

    async def _proxied(self, client: socket.socket) -> None:
        client_protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_MAX)
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                request = await _head(client, client_protocol)
            host, port, target = _destination(request)
        except (h11.RemoteProtocolError, ValueError) as error:
            await _refuse(client, client_protocol, 400, f"This is a forward proxy. {error}")
            return
        if host not in self._hosts or port not in _PORTS.values():
            self._note(f"{host}:{port}")
            await _refuse(client, client_protocol, 403, _WHY.format(host=host, port=port))
            return
        secure = port == _PORTS["https"]
        try:
            server = await Side.connected(*(self._upstream.secure if secure else self._upstream.plain))
        except OSError as error:
            await _refuse(client, client_protocol, 502, f"The server for {host} does not answer: {error}")
            return
        async with server:
            if request.method == b"CONNECT":
                await _agree(client, client_protocol)
                await _join(client, server, self._context if secure else None)
            else:
                server.writer.write(_origin_form(request, host, target) + client_protocol.trailing_data[0])
                await _join(client, server, None)

    def _note(self, destination: str) -> None:
        if destination in self.refused or len(self.refused) < REFUSED_KEPT:
            self.refused[destination] += 1


async def _head(client: socket.socket, client_protocol: h11.Connection) -> h11.Request:
    loop = asyncio.get_running_loop()
    while True:
        event = client_protocol.next_event()
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            raise ConnectionAbortedError("the client sent no request")
        client_protocol.receive_data(await loop.sock_recv(client, HEAD_MAX))


def _destination(request: h11.Request) -> tuple[str, int, str]:
    """Return host, port and target of a request to a proxy. ValueError for any other request."""
    text = request.target.decode("ascii")
    parts = urlsplit(f"//{text}" if request.method == b"CONNECT" else text)
    scheme = parts.scheme or "https"
    if not parts.hostname or scheme not in _PORTS:
        raise ValueError(f"{text[:200]} names no host. Ask for http://HOST/… or CONNECT HOST:443.")
    target = text.partition("://")[2].partition("/")[2]
    return parts.hostname.rstrip("."), parts.port or _PORTS[scheme], f"/{target}"


def _origin_form(request: h11.Request, host: str, target: str) -> bytes:
    """Return the head of a request in origin form, with `Connection: close`: the next one may have another host."""
    forwarded = [(name, value) for name, value in request.headers.raw_items() if name.lower() not in _HOP_BY_HOP]
    headers = [(b"Host", host.encode()), *forwarded, (b"Connection", b"close")]
    sent = h11.Connection(h11.CLIENT).send(h11.Request(method=request.method, target=target, headers=headers))
    return sent or b""


async def _agree(client: socket.socket, client_protocol: h11.Connection) -> None:
    """Accept a CONNECT. The caller relays all further bytes."""
    agreed = client_protocol.send(h11.Response(status_code=200, reason=b"Connection established", headers=[]))
    await asyncio.get_running_loop().sock_sendall(client, agreed or b"")


async def _refuse(client: socket.socket, client_protocol: h11.Connection, status: int, reason: str) -> None:
    loop = asyncio.get_running_loop()
    body = f"mockservers: {reason}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    head = client_protocol.send(h11.Response(status_code=status, reason=b"Refused", headers=headers))
    await loop.sock_sendall(client, (head or b"") + body)
    client.shutdown(socket.SHUT_WR)
    async with asyncio.timeout(
        1
    ):  # read the remaining bytes: the kernel resets a connection that is closed with unread bytes
        while await loop.sock_recv(client, HEAD_MAX):
            pass


async def _join(client: socket.socket, server: Side, context: ssl.SSLContext | None) -> None:
    async with await Side.accepted(client, context) as side:
        await relay(side, server)
