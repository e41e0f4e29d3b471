"""A listener goes on whatever the system refuses it and logs that; `/__admin/health` sees one that has ended."""

from __future__ import annotations

import errno
import http.client
import logging
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from mockservers.cli.descriptor_limit import raise_descriptor_limit
from mockservers.web.bootstrap import MockApp, Serving
from mockservers.web.http_server.server import Server
from mockservers.web.limited_log import LimitedLog
from tests.hostile.serving import Served, soon


def app(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(app).start()
    yield made
    made.stop()


def status(server: Server) -> int:
    connection = http.client.HTTPConnection(*server.address, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


class Failing:
    """A listening socket whose next accepts fail."""

    def __init__(self, inner: socket.socket, errors: list[OSError]) -> None:
        self._inner, self.errors = inner, errors

    def accept(self) -> tuple[socket.socket, Any]:
        if self.errors:
            raise self.errors.pop(0)
        return self._inner.accept()

    def fileno(self) -> int:
        return self._inner.fileno()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def test_a_failed_accept_is_retried_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    server = Server(app).start()
    dispatcher: Any = server._dispatcher
    failing = Failing(dispatcher._listener, [OSError(errno.EMFILE, "Too many open files")] * 3)
    dispatcher._done(dispatcher._mute)
    dispatcher._listener = failing
    with caplog.at_level(logging.WARNING, "mockservers"):
        dispatcher._done(lambda: dispatcher._selector.register(failing, 1))
        assert status(server) == 200
    server.stop()
    assert failing.errors == []
    assert [record.getMessage() for record in caplog.records] == [
        "A connection cannot be accepted: [Errno 24] Too many open files. Idle ones are closed."
    ]


def test_a_worker_that_cannot_be_started_is_not_counted(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The client is disconnected, the next one is answered, and nothing is left over."""
    workers: Any = server._workers
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "mockservers-worker":
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING, "mockservers"):
        patched.setattr(threading.Thread, "start", refuse)
        for _ in range(3):
            with pytest.raises((OSError, http.client.HTTPException)):
                status(server)
    assert (workers._in_progress, len(workers._workers)) == (0, 0)
    assert len(caplog.records) == 1
    assert status(server) == 200


def test_a_fault_is_delivered_by_the_worker_where_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    with MockApp(Serving(vendors=["zangsho"])) as mock_app:
        mock_app.control.put_faults("demo-zangsho", {"faults": [{"effect": "delay", "delay": "PT0.01S"}]})
        start = threading.Thread.start

        def refuse(thread: threading.Thread) -> None:
            if thread.name == "mockservers-fault":
                raise RuntimeError("can't start new thread")
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", refuse)
        connection = http.client.HTTPConnection(*mock_app.server.address, timeout=5)
        connection.request("GET", "/zangsho/v1/orders/1", headers={"Authorization": "Bearer 1|demo-zangsho-token"})
        assert connection.getresponse().status == 404
        connection.close()


def test_health_names_a_listener_that_has_stopped_accepting() -> None:
    with MockApp(Serving(vendors=["zangsho"])) as mock_app:
        client = Client(mock_app.gateway)
        assert client.get("/__admin/health").status_code == 200
        dispatcher: Any = mock_app.server._dispatcher
        dispatcher._stopped = True
        dispatcher._wake()
        assert soon(lambda: not mock_app.server.is_alive)
        response = client.get("/__admin/health")
        assert response.status_code == 503
        assert "http" in response.get_json()["detail"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="limits the server from outside")
def test_a_proxy_out_of_file_descriptors_answers_once_some_are_free(tmp_path: Path) -> None:
    options = ("--tls", "--https-port", "0", "--proxy-port", "0", "--tls-dir", str(tmp_path / "tls"))
    with Served(tmp_path / "spool", *options, limits={resource.RLIMIT_NOFILE: 100}) as served:
        port = served.client.tls()["proxy_port"]
        with ExitStack() as stack:
            for _ in range(200):
                stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(b"CONNECT api.zangsho.com:443 HTTP/1.1\r\nHost: api.zangsho.com:443\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        assert served.client.health()["status"] == "ok"
        _, said, _ = served.end()
    assert said.count("A client cannot be accepted") == 1


def test_the_soft_limit_of_descriptors_is_raised_to_the_hard_one_and_never_lowered() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, before[0]), before[1]))
        raise_descriptor_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= min(before[0], 65_536)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_log_has_one_line_per_kind_and_minute_and_counts_the_rest(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    moments = iter([0.0, 1.0, 59.0, 61.0, 61.0])
    monkeypatch.setattr("mockservers.web.limited_log.real_time.monotonic", lambda: next(moments))
    limited = LimitedLog()
    with caplog.at_level(logging.WARNING, "mockservers"):
        for _ in range(4):
            limited.warning("accept", "no %s", "descriptor")
        limited.warning("worker", "no thread")
    assert [record.getMessage() for record in caplog.records] == [
        "no descriptor",
        "no descriptor (2 times more since the last such line)",
        "no thread",
    ]
