"""Tests that freeze or move time for the code under test: the fixtures, and the server behind them, do not notice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import requests
import time_machine
from freezegun import freeze_time

from mockservers.core.values import real_time
from mockservers.testing.server import MockServer
from mockservers.testing.vendor_tenants import FanshipTenant

PAST, FUTURE = datetime(2001, 2, 3, 4, 5, tzinfo=UTC), datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
WAYS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "as it is": nullcontext,
    "freezegun, past": lambda: freeze_time(PAST),
    "freezegun, future": lambda: freeze_time(FUTURE),
    "freezegun, past, ticking": lambda: freeze_time(PAST, tick=True),
    "time-machine, past": lambda: time_machine.travel(PAST, tick=False),
    "time-machine, future": lambda: time_machine.travel(FUTURE, tick=True),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
IDLE = 0.7
"""Longer than the server waits between two looks at its connections."""


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with_threads = MockServer().start()
    assert with_threads.url
    yield with_threads
    with_threads.stop()


def upload(tenant: FanshipTenant, by: requests.Session, number: int) -> requests.Response:
    return by.post(
        f"{tenant.url}/v1/2nd/purchases/20251101/_all",
        headers={"Authorization": f"Bearer {tenant.token}"},
        files={"filename": ("day.ndjson", b'{"id":"p-%d"}\n' % number, "application/x-ndjson")},
        timeout=5,
    )


@each_way
def test_a_server_uses_the_real_clocks(way: Callable[[], AbstractContextManager[object]]) -> None:
    before, since = datetime.now(UTC), real_time.monotonic()
    with way():
        assert abs(real_time.now() - before) < timedelta(seconds=30)
        assert abs(real_time.wall() - before.timestamp()) < 30
        time.sleep(0.02)
        assert 0.01 < real_time.monotonic() - since < 30


@each_way
def test_a_tenants_clock_is_frozen_and_moved_as_usual(
    server: MockServer, way: Callable[[], AbstractContextManager[object]]
) -> None:
    with server.tenant("fanship") as usual:
        noon = usual.clock.now
    with way(), requests.Session() as session, server.tenant("fanship") as fanship:
        assert fanship.clock.now == noon
        assert upload(fanship, session, 1).json() == {"status": "OK"}
        (job,) = fanship.clock.to_next("ingest")
        assert job["at"] == (noon + timedelta(hours=17)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert [purchase["id"] for purchase in fanship.state["purchases"]] == ["p-1"]
        assert [exchange["at"] for exchange in fanship.journal] == [noon.strftime("%Y-%m-%dT%H:%M:%SZ")]


@each_way
@pytest.mark.expect_loss("fanship.upload.last-of-day-wins")
def test_connections_survive_jumps_of_the_patched_time(
    server: MockServer, way: Callable[[], AbstractContextManager[object]]
) -> None:
    """One is opened before, used within and used after; another is opened within."""
    with requests.Session() as session, server.tenant("fanship", now="2026-01-15T03:00:00Z") as fanship:
        upload(fanship, session, 1)
        before = port(session)
        with way():
            time.sleep(IDLE)
            answer = upload(fanship, session, 2)
            with requests.Session() as another:
                upload(fanship, another, 3)
                within = port(another)
                time.sleep(IDLE)
                upload(fanship, another, 4)
                assert port(another) == within
        time.sleep(IDLE)
        upload(fanship, session, 5)
        assert port(session) == before
        sent_at = parsedate_to_datetime(answer.headers["Date"])
        assert abs(sent_at - datetime.now(UTC)) < timedelta(seconds=30)
        fanship.clock.to_next("ingest")
        assert [purchase["id"] for purchase in fanship.state["purchases"]] == ["p-5"]
        assert fanship.ledger.items == {"sent": 5, "overwritten": 4, "kept": 1}


def port(session: requests.Session) -> int:
    """Our side of the session's one connection: another number where the server has closed the one before."""
    pools = session.adapters["http://"].poolmanager.pools  # type: ignore[attr-defined]
    (key,) = pools.keys()
    connection = pools[key].pool.queue[-1]
    return int(connection.sock.getsockname()[1])


@each_way
def test_a_rate_is_measured_by_real_pauses(
    server: MockServer, way: Callable[[], AbstractContextManager[object]]
) -> None:
    with way(), requests.Session() as session, server.tenant("omnisegment") as omnisegment:
        omnisegment.limits.mode = "enforce"
        body = {**omnisegment.credentials, "data": {"member_sn": "1", "email": "chen.meili@example.com"}}
        url = f"{omnisegment.url}/ma_audience/import-audience/"

        def send(calls: int) -> list[int]:
            return [session.post(url, json=body, timeout=5).status_code for _ in range(calls)]

        assert send(11) == [200] * 10 + [429]
        omnisegment.clock.advance("PT1S")
        assert send(10) == [200] * 10
        time.sleep(1)
        assert send(10) == [200] * 10
        assert omnisegment.ledger.items == {"sent": 31, "refused": 1, "kept": 1, "updated": 29}


@each_way
def test_webhooks_are_sent_and_retried_while_time_is_frozen(
    server: MockServer, way: Callable[[], AbstractContextManager[object]]
) -> None:
    statuses = [500, 200]

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(statuses.pop(0))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as receiver, server.tenant("zangsho") as zangsho, way():
        Thread(target=receiver.serve_forever, daemon=True).start()
        zangsho.webhooks.to(f"http://127.0.0.1:{receiver.server_port}/")
        requests.post(
            f"{zangsho.url}/v1/customers",
            headers={"Authorization": f"Bearer {zangsho.token}"},
            json={"email": "chen.meili@example.com"},
            timeout=5,
        ).raise_for_status()
        until = real_time.monotonic() + 20
        while (done := zangsho.webhooks.deliveries[0])["state"] != "delivered":
            assert real_time.monotonic() < until, done
            time.sleep(0.05)
        assert [attempt["status"] for attempt in done["attempts"]] == [500, 200]
        assert abs(datetime.fromisoformat(done["attempts"][0]["at"]) - real_time.now()) < timedelta(seconds=30)
        receiver.shutdown()
