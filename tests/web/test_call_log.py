"""The log of a server: one line a call, which says what became of what was sent, and never harms who reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from mockservers.client import Client
from mockservers.core.tenancy.totals import Totals
from mockservers.web.bootstrap import MockApp, Serving
from mockservers.web.call_log import WAITING, CallLog, LogForm

ROOT = Path(__file__).parents[2]
TOKEN = {"Authorization": "Bearer 1|demo-zangsho-token"}
KEYS = [
    "began", "vendor", "tenant", "exchange", "at", "operation", "method", "path", "status", "took_ms", "items",
    "losses", "fault", "reached", "why",
]  # fmt: skip
"""Those that docs/log.md lists."""


@contextmanager
def logged(form: LogForm = "text", *, colour: bool = False) -> Iterator[tuple[MockApp, list[str]]]:
    """A server, and the lines of its calls; all are there once the server has stopped. The last line of all adds up."""
    written: list[str] = []
    with MockApp(Serving()) as mock_app:
        log = CallLog(written.append, form, lambda: "http://mocks", colour=colour)
        mock_app.log_to(log)
        log.start()
        lines: list[str] = []
        yield mock_app, lines
    *calls, last = "".join(written).splitlines()
    assert "ended" in last
    lines += calls


def post(mock_app: MockApp, path: str, body: Any, **headers: str) -> requests.Response:
    return requests.post(f"{mock_app.server.url}/{path}", json=body, headers=headers, timeout=10)


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds, at most 20 seconds."""
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_a_log_line_names_the_tenant_the_operation_and_the_outcome() -> None:
    with logged() as (mock_app, lines):
        post(mock_app, "zangsho/v1/customers", {"email": "a@example.com", "name": "王小明"}, **TOKEN)
    (line,) = lines
    assert line.split(" ", 1)[1] == "zangsho demo-zangsho #1 POST /v1/customers 201  1 kept"


def test_equal_losses_are_grouped_with_a_count_the_value_and_the_nearest_known_key() -> None:
    customers = [{"email": f"{name}@example.com", "name": name, "phoneNumber": "0912"} for name in "abc"]
    with logged() as (mock_app, lines):
        post(mock_app, "zangsho/v1/customers/batch", {"customers": customers}, **TOKEN)
    (line,) = lines
    assert '3 kept · SILENT 3 phoneNumber "0912" (did you mean phone?) [zangsho.request.unknown-key]' in line
    assert line.endswith("  http://mocks/calls/zangsho/demo-zangsho/1")


def test_a_lost_value_is_shown_from_a_line_of_an_upload_and_from_json_within_text() -> None:
    with logged() as (mock_app, lines):
        requests.post(
            f"{mock_app.server.url}/fanship/v1/2nd/purchases/20251101/_all",
            files={"filename": ("p", '{"id":"1"}\n{"id":"2","orderDate":"2025-11-01"}\n', "application/x-ndjson")},
            headers={"Authorization": "Bearer demo-fanship-token"},
            timeout=10,
        )
    (line,) = lines
    assert '2 pending · SILENT 1 orderDate "2025-11-01" (did you mean order_date?)' in line


def test_an_unauthenticated_call_is_logged_with_the_reason() -> None:
    with logged() as (mock_app, lines):
        post(mock_app, "zangsho/v1/customers", {"email": "a@example.com"}, Authorization="Bearer YOUR_API_TOKEN")
        post(mock_app, "zangsho/v1/customer", {"email": "a@example.com"}, **TOKEN)
    unauthenticated, unmatched = lines
    assert "401  unauthenticated: token 'YOUR_API_TOKEN' is the placeholder of the vendor's page" in unauthenticated
    assert "404  unmatched: the vendor has no such operation" in unmatched


def test_an_unmatched_call_is_logged_with_the_nearest_operation() -> None:
    with logged() as (mock_app, lines):
        post(mock_app, "zangsho/v1/costumers", {}, **TOKEN)
        requests.delete(f"{mock_app.server.url}/zangsho/v1/customers/batch", headers=TOKEN, timeout=10)
        requests.delete(f"{mock_app.server.url}/zangsho/v1/orders/A-1?x=1", headers=TOKEN, timeout=10)
        post(mock_app, "zangsho/nothing-is-like-it", {}, **TOKEN)
    said = [line.partition("no such operation")[2].partition("  http")[0] for line in lines]
    assert said == ["; nearest: GET, POST /v1/customers", "; the path takes GET, POST", "; the path takes GET", ""]


def test_sent_data_cannot_colour_the_terminal_or_forge_a_line() -> None:
    hostile = "x\x1b[2J\r\n09:00:00 zangsho demo \u202e"
    with logged() as (mock_app, lines):
        post(mock_app, "zangsho/v1/customers", {"email": "a@example.com", "name": "a", "phoneNumber": hostile}, **TOKEN)
        requests.get(f"{mock_app.server.url}/zangsho/v1/%1b%5b31m%0a", headers=TOKEN, timeout=10)
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
    assert "/v1/\\x1b[31m\\n" in lines[1]


def test_credentials_are_masked() -> None:
    with logged("json") as (mock_app, lines):
        requests.get(f"{mock_app.server.url}/zangsho/v1/orders?token=1%7Cdemo-zangsho-token", timeout=10)
    assert "demo-zangsho-token" not in "".join(lines)


def test_json_lines_have_the_documented_keys() -> None:
    with logged("json") as (mock_app, lines):
        post(mock_app, "zangsho/v1/customers", {"email": "a@example.com", "name": "a", "phoneNumber": "1"}, **TOKEN)
        post(mock_app, "zangsho/v1/customers", {"email": "b@example.com", "name": "b"}, **TOKEN)
    calls = list(map(json.loads, lines))
    assert [list(call) for call in calls] == [KEYS, KEYS]
    assert [call["items"] for call in calls] == [{"kept": 1}, {"kept": 1}]
    assert [loss["nearest"] for loss in calls[0]["losses"]] == ["phone"]
    documented = (ROOT / "docs" / "log.md").read_text("utf-8")
    assert [key for key in (*KEYS, *calls[0]["losses"][0]) if f"`{key}`" not in documented] == []


def test_a_log_on_a_terminal_is_coloured() -> None:
    with logged(colour=True) as (mock_app, lines):
        post(mock_app, "zangsho/v1/customers", {"email": "a@example.com", "name": "a", "phoneNumber": "1"}, **TOKEN)
    assert "\x1b[32m201\x1b[0m" in lines[0]
    assert "\x1b[1;31mSILENT 1\x1b[0m" in lines[0]


def test_a_reader_that_never_reads_delays_no_call() -> None:
    held = threading.Event()
    with MockApp(Serving(vendors=("zangsho",))) as mock_app:
        log = CallLog(lambda _: held.wait(), "text", lambda: "")
        mock_app.log_to(log)
        log.start()
        url = f"{mock_app.server.url}/zangsho/v1/orders"
        with requests.Session() as session:
            answered = [session.get(url, headers=TOKEN, timeout=10).status_code for _ in range(50)]
        assert answered == [200] * 50
        held.set()


def test_lines_that_could_not_be_written_in_time_are_counted() -> None:
    written: list[str] = []
    released = threading.Event()

    def write(text: str) -> None:
        released.wait(10)
        written.append(text)

    with MockApp(Serving(vendors=("zangsho",))) as mock_app:
        calls: list[Any] = []
        mock_app.mocks["zangsho"].watchers.append(calls.append)
        requests.get(f"{mock_app.server.url}/zangsho/v1/orders", headers=TOKEN, timeout=10)
        log = CallLog(write, "text", lambda: "")
        log.start()
        for _ in range(WAITING + 7):
            log.add(calls[0])
        released.set()
        until(lambda: _counted(written) == WAITING + 7)
        log.stop(Totals())
    assert any("calls are not shown" in text for text in written)


def _counted(written: list[str]) -> int:
    """How many calls a log has written, or said that it has not."""
    lines = "".join(written).splitlines()
    notices = [int(line.split()[0]) for line in lines if "calls are not shown" in line]
    return len(lines) - len(notices) + sum(notices)


def test_a_log_whose_reader_has_gone_stops_and_the_server_continues() -> None:
    written: list[str] = []

    def write(text: str) -> None:
        written.append(text)
        raise BrokenPipeError

    with MockApp(Serving(vendors=("zangsho",))) as mock_app:
        log = CallLog(write, "text", lambda: "")
        mock_app.log_to(log)
        log.start()
        url = f"{mock_app.server.url}/zangsho/v1/orders"
        assert requests.get(url, headers=TOKEN, timeout=10).status_code == 200
        until(lambda: len(written) == 1)
        assert [requests.get(url, headers=TOKEN, timeout=10).status_code for _ in range(3)] == [200] * 3
    assert len(written) == 1


# -- the events -------------------------------------------------------------------------------------------------------


def test_every_listener_gets_an_event_for_each_call() -> None:
    heard: list[dict[str, Any]] = []
    with MockApp(Serving()) as mock_app:
        client = Client(mock_app.server.url)
        listening = threading.Thread(target=lambda: heard.extend(client.events()), daemon=True)
        listening.start()
        until(lambda: bool(mock_app.feed.listeners))
        post(mock_app, "zangsho/v1/customers", {"email": "a@example.com", "name": "a"}, **TOKEN)
        post(mock_app, "esputnik/api/v1/event", {}, Authorization="Basic YTpi")
        until(lambda: len(heard) == 2)  # a server that stops sends no more events
    listening.join(10)
    assert [(call["vendor"], call["status"], call["items"]) for call in heard] == [
        ("zangsho", 201, {"kept": 1}),
        ("esputnik", 401, {"refused": 1}),
    ]


def test_a_listener_that_disconnects_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockservers.web.call_feed.BEAT", 0.05)
    with MockApp(Serving(vendors=("zangsho",))) as mock_app:
        answer = requests.get(f"{mock_app.server.url}/__admin/events", stream=True, timeout=10)
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        until(lambda: bool(mock_app.feed.listeners))
        answer.close()
        until(lambda: not mock_app.feed.listeners)


def test_serve_logs_each_call_and_ledger_follows_them(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MOCKSERVERS_LOG": "json"}
    command = [sys.executable, "-m", "mockservers.cli"]
    serving = subprocess.Popen(
        [*command, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    )
    assert serving.stdout
    url = next(line.split()[-1] for line in serving.stdout if "mockservers ready on" in line)
    following = subprocess.Popen(
        [*command, "ledger", "--follow", "--url", url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    try:
        assert following.stdout
        assert following.stderr
        assert following.stderr.readline().startswith("Following")
        seen = threading.Event()

        def send() -> None:
            while not seen.wait(0.1):  # until the stream is open
                requests.get(f"{url}/zangsho/v1/orders", headers=TOKEN, timeout=10)

        sending = threading.Thread(target=send)
        sending.start()
        line = following.stdout.readline()
        seen.set()
        sending.join()
        logged_call = json.loads(serving.stdout.readline())
    finally:
        serving.terminate()
        serving.wait(10)
        status = following.wait(10)
        serving.stdout.close()
        following.communicate()
    assert "zangsho demo-zangsho #" in line
    assert "GET /v1/orders 200  no items" in line
    assert (logged_call["operation"], logged_call["status"]) == ("listOrders", 200)
    assert status == 0


def test_an_overlong_key_is_cut() -> None:
    with logged() as (mock_app, lines):
        post(mock_app, "zangsho/v1/customers", {"email": "a@x.tw", "name": "a", "ключ" * 250: "так"}, **TOKEN)
    assert f'SILENT 1 {"ключ" * 29}клю… "так" [zangsho.request.unknown-key]' in lines[0]
