"""The forward proxy by itself: whom it leads where, and that bytes, ends and resets pass as they are."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from mockservers.core.errors import ServerUnavailable
from mockservers.web.proxy import Proxy, Upstream
from mockservers.web.tls import Authority

HOST = "api.zangsho.com"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CONNECT = f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode()
Serve = Callable[[socket.socket], None]


def answer(client: socket.socket) -> None:
    """Reply to every head."""
    heard = b""
    while chunk := client.recv(65536):
        heard += chunk
        while b"\r\n\r\n" in heard:
            heard = heard.partition(b"\r\n\r\n")[2]
            client.sendall(REPLY)


class Upstreams:
    """A server at a port of its own. `heard` is all that came."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listening.getsockname()
        self.heard: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listening.accept()[0]
                threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            self.heard.append(client.recv(65536, socket.MSG_PEEK))
            self._serve(client)

    def close(self) -> None:
        with suppress(OSError):  # a thread in accept() keeps a socket that is only closed
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@dataclass
class Stage:
    """A proxy, what is behind it, and the authority to trust."""

    proxy: Proxy
    upstream: Upstreams
    authority: Authority

    def connect(self, port: int | None = None) -> socket.socket:
        return socket.create_connection(("127.0.0.1", port or self.proxy.port), timeout=5)

    def say(self, head: bytes) -> bytes:
        """Send bytes, and return the whole answer."""
        with self.connect() as client:
            client.sendall(head)
            return _all(client)

    @contextmanager
    def tunnel(self, port: int | None = None) -> Iterator[ssl.SSLSocket]:
        """A client under TLS, through CONNECT or, with a port, straight."""
        context = ssl.create_default_context(cadata=self.authority.pem.decode())
        raw = self.connect(port)
        with raw:
            if port is None:
                raw.sendall(CONNECT)
                assert raw.recv(65536).startswith(b"HTTP/1.1 200 ")
            with context.wrap_socket(raw, server_hostname=HOST) as client:
                yield client


def _all(client: socket.socket) -> bytes:
    got = b""
    while chunk := client.recv(65536):
        got += chunk
    return got


def _all_below_tls(client: ssl.SSLSocket) -> None:
    """Before 3.11.9 and 3.12.3 Python's ssl took a reset for an end."""
    while socket.socket.recv(client, 65536):
        pass


@contextmanager
def staged(serve: Serve = answer, https_port: int | None = 0) -> Iterator[Stage]:
    upstream, authority = Upstreams(serve), Authority([HOST])
    where = Upstream(upstream.address, upstream.address)
    proxy = Proxy(where, {HOST}, authority.context(), https_port=https_port)
    proxy.start()
    try:
        yield Stage(proxy, upstream, authority)
    finally:
        proxy.stop()
        upstream.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as made:
        yield made


# -- whom it leads where ----------------------------------------------------------------------------------------------


def test_a_vendors_host_is_forwarded_to_the_server_with_a_certificate_for_its_name(stage: Stage) -> None:
    with stage.tunnel() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536) == REPLY
        client.sendall(b"GET /again HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536) == REPLY
        assert dict(client.getpeercert() or {})["subjectAltName"][0] == ("DNS", HOST)
        assert client.version() == "TLSv1.3"


def test_the_https_port_starts_tls_immediately(stage: Stage) -> None:
    with stage.tunnel(stage.proxy.https_port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536) == REPLY


@pytest.mark.parametrize(
    "head",
    [
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
        b"CONNECT api.zangsho.com:8443 HTTP/1.1\r\nHost: api.zangsho.com\r\n\r\n",
        b"CONNECT api.zangsho.com.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT [::1]:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://example.com/x HTTP/1.1\r\nHost: api.zangsho.com\r\n\r\n",
        b"POST http://example.com/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
def test_other_hosts_are_refused_and_listed(stage: Stage, head: bytes) -> None:
    said = stage.say(head)
    assert said.startswith(b"HTTP/1.1 403 ")
    assert b"no test reaches a real host" in said
    assert sum(stage.proxy.refused.values()) == 1
    assert not stage.upstream.heard


def test_refused_hosts_are_counted_by_host_and_port(stage: Stage) -> None:
    for _ in range(3):
        stage.say(b"CONNECT Example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")
    stage.say(b"GET http://example.com HTTP/1.1\r\nHost: x\r\n\r\n")
    assert stage.proxy.refused == {"example.com:443": 3, "example.com:80": 1}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_request_in_absolute_form_is_answered(stage: Stage, scheme: str) -> None:
    head = f"GET {scheme}://{HOST}/v1/a?b=c HTTP/1.1\r\nHost: {HOST}\r\nProxy-Connection: keep-alive\r\nX: y\r\n\r\n"
    with stage.connect() as client:
        client.sendall(head.encode())
        assert client.recv(65536) == REPLY
    assert stage.upstream.heard == [
        f"GET /v1/a?b=c HTTP/1.1\r\nHost: {HOST}\r\nX: y\r\nConnection: close\r\n\r\n".encode()
    ]


def test_a_tunnel_to_port_80_is_unencrypted(stage: Stage) -> None:
    with stage.connect() as client:
        client.sendall(f"CONNECT {HOST}:80 HTTP/1.0\r\n\r\n".encode())
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536) == REPLY


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: api.zangsho.com\r\n\r\n",
        b"GET ftp://api.zangsho.com/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT api.zangsho.com:https HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT : HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and so on\r\n\r\n",
        b"GET http://api.zangsho.com/ HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    ],
    ids=["origin form", "other scheme", "port in words", "no host", "TLS", "flood of headers"],
)
def test_a_malformed_proxy_request_gets_a_400(stage: Stage, head: bytes) -> None:
    with stage.connect() as client:
        with suppress(OSError):
            client.sendall(head)
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_an_unreachable_server_gives_a_502(stage: Stage) -> None:
    stage.upstream.close()
    assert stage.say(CONNECT).startswith(b"HTTP/1.1 502 ")


# -- bytes as they are ------------------------------------------------------------------------------------------------


def echo(client: socket.socket) -> None:
    while chunk := client.recv(65536):
        client.sendall(chunk)


def test_megabytes_pass_both_ways_unchanged() -> None:
    sent = bytes(range(256)) * 16_384
    with staged(echo) as stage, stage.tunnel() as client:
        writing = threading.Thread(target=client.sendall, args=(sent,))
        writing.start()
        got = b""
        while len(got) < len(sent):
            got += client.recv(65536)
        writing.join()
    assert got == sent


def test_a_half_closed_client_of_the_proxy_still_gets_its_answer() -> None:
    def after_the_end(client: socket.socket) -> None:
        heard = _all(client)
        client.sendall(str(len(heard)).encode())

    with staged(after_the_end) as stage, stage.connect() as client:
        client.sendall(f"CONNECT {HOST}:80 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        client.recv(65536)
        client.sendall(b"12345")
        client.shutdown(socket.SHUT_WR)
        assert _all(client) == b"5"


def cut(client: socket.socket) -> None:
    client.recv(65536)
    client.sendall(REPLY[:-1])


def reset(client: socket.socket) -> None:
    client.recv(65536)
    client.sendall(REPLY[:-1])
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("straight", [False, True], ids=["by proxy", "by port"])
def test_a_truncated_answer_is_passed_on_truncated(straight: bool) -> None:
    with staged(cut) as stage, stage.tunnel(stage.proxy.https_port if straight else None) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert _all(client) == REPLY[:-1]


@pytest.mark.parametrize("straight", [False, True], ids=["by proxy", "by port"])
def test_a_reset_by_the_server_resets_the_client(straight: bool) -> None:
    with staged(reset) as stage, stage.tunnel(stage.proxy.https_port if straight else None) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            _all_below_tls(client)


def test_a_reset_by_the_client_resets_the_server() -> None:
    broken = threading.Event()

    def wait_for_it(client: socket.socket) -> None:
        try:
            _all(client)
        except ConnectionResetError:
            broken.set()

    with staged(wait_for_it) as stage, stage.connect() as client:
        client.sendall(f"CONNECT {HOST}:80 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        client.recv(65536)
        client.sendall(b"half a requ")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        assert broken.wait(5)


# -- clients that behave badly ----------------------------------------------------------------------------------------


def test_silent_clients_block_no_others(stage: Stage) -> None:
    silent = [stage.connect(port) for port in (stage.proxy.port, stage.proxy.https_port) for _ in range(100)]
    with stage.tunnel() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536) == REPLY
    for one in silent:
        one.close()


def test_a_client_that_distrusts_the_certificate_does_not_affect_others(stage: Stage) -> None:
    with stage.connect(stage.proxy.https_port) as raw, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(raw, server_hostname=HOST)
    with stage.connect(stage.proxy.https_port) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with suppress(ConnectionResetError):
            assert b"HTTP" not in _all(raw)
    with stage.tunnel() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536) == REPLY


# -- its life ---------------------------------------------------------------------------------------------------------


def test_the_proxy_stops_at_once_with_open_connections(stage: Stage) -> None:
    with stage.tunnel() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(65536)
        stage.proxy.stop()
        with suppress(OSError):
            assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        stage.connect()


def test_a_port_in_use_is_an_error(stage: Stage) -> None:
    where = Upstream(stage.upstream.address, stage.upstream.address)
    context = stage.authority.context()
    for proxy in (
        Proxy(where, {HOST}, context, port=stage.proxy.port),
        Proxy(where, {HOST}, context, https_port=stage.proxy.port),
    ):
        with pytest.raises(ServerUnavailable, match="cannot be served"):
            proxy.start()
