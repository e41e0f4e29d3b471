"""Whatever many clients send at once, the server stays below 300 MB, and answers others meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockservers.core.errors import InsufficientStorage
from mockservers.core.state.spool import Spooled
from mockservers.web.memory_budget import MemoryBudget, MemoryFull, TooCostly, cost_of, cost_of_lines
from tests.hostile.serving import Served

CLIENTS = 64
MEGABYTE = 1024 * 1024
MOST = 300.0
KEPT = 32.0
"""Megabytes that the journal and the ledger may keep of them; two arenas that are not trimmed keep more."""
KEPT_OF = {"keys that nobody knows": 128.0, "a state to put": 48.0}
"""A ledger keeps 10,000 findings of these keys, a thousand a call, each in a block with others that are free. The
values of a state of 30 MB lie in many blocks, too, few of which become wholly free: 900 such calls keep 90 MB."""
OMNISEGMENT = "/omnisegment/api/import-purchase-data/"
ESPUTNIK = "/esputnik/api/v1/event"
ADMIN = "/__admin/tenants/demo-zangsho/state"

CUSTOMERS = "/zangsho/v1/customers"
KEY = b"Authorization: Bearer 1|demo-zangsho-token\r\n"

ORDER = b'{"transaction_id":"T1","email":"a@a.example","items":[{"sku":"a","price":12.5}],"note":"hello"},'
BODIES: dict[str, tuple[str, bytes]] = {
    "orders of nobody": (OMNISEGMENT, b"[" + ORDER * (9 * MEGABYTE // len(ORDER)) + b"{}]"),
    "lists in a list": (OMNISEGMENT, b"[" + b"[]," * (3 * MEGABYTE) + b"[]]"),
    "one text": (OMNISEGMENT, b'"' + b"x" * (9 * MEGABYTE) + b'"'),
    "a body for a key that nobody has": (ESPUTNIK, b"[" + ORDER * (15 * MEGABYTE // len(ORDER)) + b"{}]"),
    "a state to put": (ADMIN, b"[" + ORDER * (30 * MEGABYTE // len(ORDER)) + b"{}]"),
    "keys that nobody knows": (
        CUSTOMERS,
        b'{"email":"a@a.tw","name":"a"' + b"".join(b',"key%d":%d' % (n, n) for n in range(200_000)) + b"}",
    ),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("memory") / "spool") as made:
        yield made


def at_once(work: Callable[[], None], clients: int) -> None:
    running = [threading.Thread(target=work) for _ in range(clients)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at the server from /proc")
@pytest.mark.parametrize("case", BODIES)
def test_large_bodies_of_many_clients_at_once_fit_into_memory(served: Served, case: str) -> None:
    path, body = BODIES[case]
    method = "PUT" if path == ADMIN else "POST"
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n"
    ).encode()
    head += (KEY if path == CUSTOMERS else b"") + b"\r\n"
    statuses: list[int] = []

    def send() -> None:
        with socket.create_connection(("127.0.0.1", served.port), timeout=300) as connection:
            connection.sendall(head)
            connection.sendall(body)
            statuses.append(int(connection.recv(65536).split()[1]))

    before = served.resident
    served.forget_peak()
    at_once(send, CLIENTS)
    assert len(statuses) == CLIENTS
    assert set(statuses) <= {201, 400, 401, 403, 413, 422, 503}
    assert served.peak < MOST
    assert served.resident - before < KEPT_OF.get(case, KEPT), "what the bodies took is returned"
    assert served.client.health()["status"] == "ok"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at the server from /proc")
def test_an_invalid_content_length_is_refused_before_the_body(served: Served) -> None:
    idle = served.resident
    served.forget_peak()
    head = f"POST {OMNISEGMENT} HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
    assert served.peak - idle < 16


def test_a_client_without_credentials_is_answered_before_its_body_is_read(served: Served) -> None:
    """Where credentials stand in a header. `Expect` shows it: the client never hears that it may go on."""
    head = f"POST {ESPUTNIK} HTTP/1.1\r\nHost: a\r\nContent-Length: {10 * MEGABYTE}\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")


# -- the budget by itself ---------------------------------------------------------------------------------------------


def test_a_body_waits_for_space_for_a_limited_time() -> None:
    budget = MemoryBudget(most=100, wait=5.0)
    budget.reserve(60)
    threading.Timer(0.05, budget.release, (60,)).start()
    budget.reserve(100)
    impatient = MemoryBudget(most=100, wait=0.01)
    impatient.reserve(60)
    began = time.monotonic()
    with pytest.raises(MemoryFull, match="Other requests use the memory"):
        impatient.reserve(60)
    assert time.monotonic() - began < 5.0
    impatient.reserve(40)


def test_a_body_that_exceeds_the_whole_memory_budget_is_refused() -> None:
    with pytest.raises(TooCostly):
        MemoryBudget(most=100).reserve(101)
    assert issubclass(MemoryFull, InsufficientStorage)


def test_the_cost_of_a_body_grows_with_its_values() -> None:
    text, lists = Spooled.of(b'"' + b"x" * 98 + b'"'), Spooled.of(b"[" + b"[]," * 33)
    assert cost_of(text) == 300
    assert cost_of(lists) > 4_000


def test_the_cost_of_a_file_grows_with_its_lines() -> None:
    few, many = Spooled.of(b"x" * 9_999 + b"\n"), Spooled.of(b"{}\n" * 3_000)
    assert cost_of_lines(many) == 3_000 * cost_of_lines(few)
