"""Many at once: ten thousand tenants, sixty-four threads on one of them and on many, a journal that is full."""

from __future__ import annotations

import statistics
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.serving import FULL, Caller, Served, bearer, pipelined, purchases, upload

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at the server from /proc")

TENANTS = 10_000
BLOCK = 1_000
USED = 1 if FULL else 4
KILOBYTES_PER_TENANT = 24
THREADS = 64
ROUNDS = 100 if FULL else 6
JOURNAL = 100
CUSTOMERS = "/zangsho/v1/customers/batch"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("load") / "spool", "--journal-max", str(JOURNAL)) as made:
        yield made


def at_once(work: Callable[[int], None], threads: int = THREADS) -> None:
    """Run this number of threads, and raise the first of their exceptions."""
    failed: list[BaseException] = []
    start = threading.Barrier(threads)

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        except Exception as error:  # noqa: BLE001 - raised below
            failed.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failed:
        raise failed[0]


def unsent(ledger: Mapping[str, Any]) -> int:
    """The items sent minus their outcomes, which is always 0."""
    items = Counter(ledger["items"])
    return 2 * items["sent"] - items.total()


# -- tenants ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_ten_thousand_tenants_are_created_and_used(served: Served) -> None:
    """The last is created as fast as the first, they are isolated, and each takes little memory."""
    made: list[dict[str, Any]] = []
    spent: list[float] = []
    before = served.resident
    for _ in range(TENANTS // BLOCK):
        started = served.spent
        answers = pipelined(served.port, [("POST", "/__admin/tenants", {"vendor": "zangsho"}, {})] * BLOCK)
        spent.append(served.spent - started)
        assert {status for status, _ in answers} == {201}
        fresh = [tenant for _, tenant in answers]
        made += fresh
        calls = [("POST", CUSTOMERS, {"customers": [customer(tenant)]}, bearer(tenant)) for tenant in fresh[::USED]]
        assert all(answer["data"]["created"] == 1 for _, answer in pipelined(served.port, calls))
    kilobytes = (served.resident - before) * 1024 / TENANTS
    first, last = spent[0] / BLOCK, statistics.median(spent[-3:]) / BLOCK
    print(f"{TENANTS} tenants: {kilobytes:.1f} KB each; made in {first * 1e3:.2f} ms, at last in {last * 1e3:.2f} ms")
    assert kilobytes < KILOBYTES_PER_TENANT
    assert last < 2 * first
    assert len({tenant["credentials"]["token"] for tenant in made}) == TENANTS
    for tenant in made[:: TENANTS // 25]:
        held = served.client.state(tenant["id"])["customers"]
        assert [one["name"] for one in held] == [tenant["id"]]
        assert served.client.ledger(tenant["id"])["items"] == {"sent": 1, "kept": 1}
    assert len(served.client.tenants()) >= TENANTS
    assert served.client.delete_tenants() >= TENANTS
    calls = [("POST", CUSTOMERS, {"customers": [customer(tenant)]}, bearer(tenant)) for tenant in made[::BLOCK]]
    assert {status for status, _ in pipelined(served.port, calls)} == {401}


def customer(tenant: Mapping[str, Any]) -> dict[str, str]:
    return {"email": "a@a.example", "name": tenant["id"]}


def test_at_most_tenants_max_tenants_are_created(tmp_path: Path) -> None:
    """Created or opened on first use: the one beyond the limit is refused, the others stay."""
    with Served(tmp_path / "spool", "--open", "--tenants-max", "20") as served, Caller(served.port) as caller:
        for number in range(40):
            status, _ = caller.ask("GET", "/zangsho/v1/orders/1", headers={"Authorization": f"Bearer 1|token-{number}"})
            assert status == (404 if number < 19 else 401), "one is the demo tenant"
        assert caller.ask("POST", "/__admin/tenants", {"vendor": "zangsho"})[0] == 409
        assert caller.ask("POST", "/__admin/tenants", {"vendor": "fanship"})[0] == 201
        assert caller.ask("GET", "/zangsho/v1/orders/1", headers={"Authorization": "Bearer 1|token-0"})[0] == 404


# -- threads ----------------------------------------------------------------------------------------------------------


def test_sixty_four_threads_on_one_tenant_lose_no_item(served: Served) -> None:
    """Each call: two customers of its own, one that all send with a name of their own, one odd key, one that fails."""
    tenant = served.client.create_tenant({"vendor": "zangsho"})
    reports: list[dict[str, Any]] = []

    def work(number: int) -> None:
        with Caller(served.port) as caller:
            for turn in range(ROUNDS):
                name = f"{number}-{turn}"
                customers = [
                    {"email": f"a{name}@a.example", "name": name},
                    {"email": "all@a.example", "name": name},
                    {"email": f"b{name}@a.example", "name": name, "nmae": name},
                    {"name": name},
                ]
                answer = caller.call("POST", CUSTOMERS, {"customers": customers, "on_conflict": "skip"}, bearer(tenant))
                reports.append(answer["data"])

    at_once(work)
    calls = THREADS * ROUNDS
    reported = Counter[str]()
    for report in reports:
        reported.update({key: report[key] for key in ("total", "created", "skipped", "failed")})
    assert reported == {"total": 4 * calls, "created": 2 * calls + 1, "skipped": calls - 1, "failed": calls}
    ids = [one["id"] for report in reports for one in report["results"]["created"]]
    held = served.client.state(tenant["id"])["customers"]
    assert sorted(ids) == sorted(customer["id"] for customer in held) == list(range(1, 2 * calls + 2))
    ledger = served.client.ledger(tenant["id"])
    assert ledger["items"] == {"sent": 4 * calls, "kept": 2 * calls + 1, "skipped": calls - 1, "refused": calls}
    assert ledger["silent"] == calls
    journal = served.client.journal(tenant["id"])
    assert journal["evicted"] == calls - JOURNAL
    assert [exchange["id"] for exchange in journal["exchanges"]] == list(range(calls - JOURNAL + 1, calls + 1))


def test_many_threads_upload_and_move_the_clock_of_one_tenant(served: Served) -> None:
    """Uploads replace each other while other threads read and move the clock; each line has one outcome."""
    tenant = served.client.create_tenant({"vendor": "fanship", "frozen": True})
    name, token = tenant["id"], tenant["credentials"]["token"]
    most = 16

    def work(number: int) -> None:
        for turn in range(2):
            since = (number * 2 + turn) * 1_000
            assert upload(served.port, token, purchases(1_000, since=since))[0] == 200
            assert unsent(served.client.ledger(name)) == 0
            if number % 4 == 0:
                served.client.move_clock(name, {"advance": "P1D"})

    at_once(work, most)
    while served.client.clock(name)["due"]:
        served.client.move_clock(name, {"to_next": "ingest"})
    ledger = served.client.ledger(name)
    assert unsent(ledger) == 0
    assert ledger["items"]["sent"] == most * 2 * 1_000
    assert ledger["items"].get("pending", 0) == 0
    assert len(served.client.state(name)["purchases"]) == ledger["items"]["kept"]
    assert ledger["silent"] == ledger["items"].get("overwritten", 0)


def test_sixty_four_threads_with_their_own_tenants_are_isolated(served: Served) -> None:
    def work(number: int) -> None:
        with Caller(served.port) as caller:
            zangsho = caller.call("POST", "/__admin/tenants", {"vendor": "zangsho"})
            fanship = caller.call("POST", "/__admin/tenants", {"vendor": "fanship"})
            customers = [{"email": f"{item}@a.example", "name": f"of {number}"} for item in range(number + 1)]
            caller.call("POST", CUSTOMERS, {"customers": customers}, bearer(zangsho))
            assert upload(served.port, fanship["credentials"]["token"], purchases(number + 1))[0] == 200
            held = caller.call("GET", f"/__admin/tenants/{zangsho['id']}/state")["customers"]
            assert {customer["name"] for customer in held} == {f"of {number}"}
            ledgers = [
                caller.call("GET", f"/__admin/tenants/{made['id']}/ledger")["items"] for made in (zangsho, fanship)
            ]
            assert ledgers == [{"sent": number + 1, "kept": number + 1}, {"sent": number + 1, "pending": number + 1}]
            assert caller.ask("DELETE", f"/__admin/tenants/{zangsho['id']}")[0] == 204
            assert caller.ask("DELETE", f"/__admin/tenants/{fanship['id']}")[0] == 204

    before = len(served.client.tenants())
    at_once(work)
    assert len(served.client.tenants()) == before


def test_sixty_four_threads_with_one_new_key_open_one_tenant(tmp_path: Path) -> None:
    with Served(tmp_path / "spool", "--open") as served:
        token = {"Authorization": "Bearer 1|opened-by-many"}

        def work(number: int) -> None:
            with Caller(served.port) as caller:
                customers = [{"email": f"{number}@a.example", "name": "a"}]
                caller.call("POST", CUSTOMERS, {"customers": customers}, token)

        at_once(work)
        opened = [tenant["id"] for tenant in served.client.tenants() if not tenant["id"].startswith("demo-")]
        assert len(opened) == 1
        assert served.client.ledger(opened[0])["items"] == {"sent": THREADS, "kept": THREADS}


# -- the journal is full ----------------------------------------------------------------------------------------------


def test_a_full_journal_counts_evicted_entries_and_keeps_the_silent_figure(served: Served) -> None:
    tenant = served.client.create_tenant({"vendor": "zangsho"})
    calls = 3 * JOURNAL
    with Caller(served.port) as caller:
        for number in range(calls):
            customers = [{"email": f"{number}@a.example", "name": "a", "nmae": "b"}]
            caller.call("POST", CUSTOMERS, {"customers": customers}, bearer(tenant))
    journal = served.client.journal(tenant["id"])
    assert (len(journal["exchanges"]), journal["evicted"]) == (JOURNAL, calls - JOURNAL)
    assert journal["exchanges"][-1]["id"] == calls
    ledger = served.client.ledger(tenant["id"])
    silent = [found for found in ledger["findings"] if found["silent"]]
    assert (ledger["silent"], ledger["evicted"], len(silent)) == (calls, 0, calls)


@pytest.mark.slow
def test_a_full_ledger_counts_evicted_findings_and_keeps_the_silent_figure(served: Served) -> None:
    """More findings than are kept: an odd key of its own in each of a hundred customers of each call."""
    tenant = served.client.create_tenant({"vendor": "zangsho"})
    calls, most = 120, 10_000
    with Caller(served.port) as caller:
        for number in range(calls):
            customers = [
                {"email": f"{number}-{item}@a.example", "name": "a", f"odd{number}{item}": 1} for item in range(100)
            ]
            caller.call("POST", CUSTOMERS, {"customers": customers}, bearer(tenant))
    ledger = served.client.ledger(tenant["id"])
    assert (ledger["silent"], len(ledger["findings"]), ledger["evicted"]) == (calls * 100, most, calls * 100 - most)


@pytest.mark.slow
def test_long_use_of_one_tenant_takes_bounded_memory(tmp_path: Path) -> None:
    """Unauthenticated and unmatched calls, the same imported again: what is counted and not held grows nothing."""
    with Served(tmp_path / "spool", "--journal-max", str(JOURNAL)) as served:
        tenant = served.client.create_tenant({"vendor": "zangsho"})
        customers = [{"email": f"{item}@a.example", "name": "a" * 200} for item in range(100)]
        body = {"customers": customers, "on_conflict": "skip"}
        calls = [
            ("POST", CUSTOMERS, body, bearer(tenant)),
            ("POST", CUSTOMERS, body, {"Authorization": "Bearer nobody"}),
            ("POST", "/zangsho/v1/nowhere", body, bearer(tenant)),
        ]
        pipelined(served.port, calls[2:] * 1_000)
        pipelined(served.port, calls * (JOURNAL + 20))
        before = served.resident
        times = 2_000 if FULL else 300
        pipelined(served.port, calls * times)
        print(f"{served.resident - before:.1f} MB more after {3 * times} calls of 25 KB")
        assert served.resident - before < 3
