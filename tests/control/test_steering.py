"""Faults, limits and checkpoints in the hands of a test: in its own process, and on a server elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from mockservers.client import Client, NotFound
from mockservers.core.errors import Conflict, UnknownName, UsageError
from mockservers.testing.server import MockServer, RemoteServer
from mockservers.testing.vendor_tenants import ZangshoTenant
from mockservers.web.bootstrap import MockApp


@pytest.fixture(scope="module", params=["here", "elsewhere"])
def server(request: pytest.FixtureRequest, served: MockApp) -> Iterator[MockServer | RemoteServer]:
    """The same tests for both: what a fixture does must not depend on where the server runs."""
    if request.param == "elsewhere":
        yield RemoteServer(served.server.url)
        return
    made = MockServer("steered-")
    yield made
    made.stop()


@pytest.fixture
def zangsho(server: MockServer | RemoteServer) -> Iterator[ZangshoTenant]:
    tenant = server.tenant("zangsho", now="2026-01-15T03:00:00Z")
    yield tenant
    tenant.close()


def create(tenant: ZangshoTenant, email: str = "a@x.tw") -> int:
    headers = {"Authorization": f"Bearer {tenant.token}"}
    return requests.post(f"{tenant.url}/v1/customers", json={"email": email}, headers=headers, timeout=5).status_code


def test_a_fault_is_planned_met_and_accounted_for(zangsho: ZangshoTenant) -> None:
    zangsho.faults.plan("unavailable", operation="createCustomer", nth=2)
    zangsho.faults.plan("delay", delay=timedelta(milliseconds=10), jitter="PT0.01S", nth=3)
    assert [create(zangsho, f"{name}@x.tw") for name in "abc"] == [201, 503, 201]
    assert [(planned["matched"], planned["fired"]) for planned in zangsho.faults.planned] == [(3, 1), (3, 1)]
    assert [(fired["exchange"], fired["fault"]) for fired in zangsho.faults.fired] == [(2, "unavailable"), (3, "delay")]
    assert zangsho.faults.planned[1]["delay"] == "PT0.01S"
    zangsho.check()
    zangsho.faults.clear()
    assert zangsho.faults.planned == []


def test_faults_are_replaced_all_or_none(zangsho: ZangshoTenant) -> None:
    zangsho.faults.replace([{"effect": "reset"}, {"effect": "delay", "delay": timedelta(minutes=1)}], seed=4)
    before = zangsho.faults.planned
    assert [planned["effect"] for planned in before] == ["reset", "delay"]
    with pytest.raises(UsageError, match=r"/faults/1/nht: unknown key\. Did you mean 'nth'\?"):
        zangsho.faults.replace([{"effect": "reset"}, {"effect": "reset", "nht": 2}])
    with pytest.raises(UsageError, match="Unknown effect 'boom'"):
        zangsho.faults.plan("boom")
    assert zangsho.faults.planned == before


def test_check_fails_for_a_planned_fault_that_never_fired(zangsho: ZangshoTenant) -> None:
    zangsho.faults.plan("reset", nth=3)
    zangsho.faults.plan("unavailable", operation="createOrder", count=2)
    zangsho.faults.plan("hang-up", rate=0.000001)
    create(zangsho)
    with pytest.raises(AssertionError) as caught:
        zangsho.check()
    assert str(caught.value).splitlines() == [
        "Planned for Zangsho, and never fired:",
        "  reset, nth 3  (1 call met it)",
        "  unavailable, operation createOrder, count 2  (no calls met it)",
    ]
    zangsho.check("never")


def test_a_test_can_enforce_a_limit(zangsho: ZangshoTenant) -> None:
    assert zangsho.limits.mode == "observe"
    (declared,) = zangsho.limits.declared
    assert (declared["limit"], declared["per"], declared["rule"]) == (120, "PT1M", "zangsho.request.rate")
    zangsho.limits.mode = "enforce"
    headers = {"Authorization": f"Bearer {zangsho.token}"}
    with requests.Session() as session:
        statuses = [session.get(f"{zangsho.url}/v1/orders", headers=headers, timeout=5).status_code for _ in range(121)]
    assert statuses == [200] * 120 + [429]
    with pytest.raises(UsageError, match='/mode: must be one of "observe", "enforce", "off", not "strict"'):
        zangsho.limits.mode = "strict"


def test_a_checkpoint_lists_changes_and_is_rewound_to(zangsho: ZangshoTenant) -> None:
    create(zangsho, "a@x.tw")
    before = zangsho.checkpoint()
    assert before.name == "checkpoint-1"
    create(zangsho, "b@x.tw")
    zangsho.clock.advance("P1D")
    assert [customer["email"] for customer in before.changes["customers"]["added"]] == ["b@x.tw"]
    assert before.rewind() == 1
    assert [customer["email"] for customer in zangsho.state["customers"]] == ["a@x.tw"]
    assert zangsho.clock.now.isoformat() == "2026-01-15T03:00:00+00:00"
    assert zangsho.ledger.items == {"sent": 1, "kept": 1}
    assert [exchange["rewound"] for exchange in zangsho.journal] == [False, True]
    with pytest.raises(Conflict):
        zangsho.checkpoint("checkpoint-1")
    before.delete()
    with pytest.raises((UnknownName, NotFound), match=r"Unknown checkpoint 'checkpoint-1'\. Available: none\."):
        before.rewind()


def test_one_export_can_be_imported_many_times(server: MockServer | RemoteServer, zangsho: ZangshoTenant) -> None:
    create(zangsho, "a@x.tw")
    exported = zangsho.export()
    with server.import_tenant(exported) as first, server.import_tenant(exported) as second:
        assert len({each.id for each in (first, second, zangsho)}) == 3
        assert len({each.credentials["token"] for each in (first, second, zangsho)}) == 3
        assert first.state["customers"] == second.state["customers"] == zangsho.state["customers"]
        assert isinstance(first, ZangshoTenant)
        assert create(first, "b@x.tw") == 201
        assert len(first.state["customers"]) == 2
        assert len(second.state["customers"]) == 1
        assert first.ledger.items == {"sent": 1, "kept": 1}


def test_answers_over_http_equal_those_in_process(served: MockApp) -> None:
    client = Client(served.server.url)
    name = client.create_tenant({"vendor": "omnisegment"})["id"]
    there, here = client, served.control
    pairs: list[tuple[Any, Any]] = [
        (there.add_fault(name, {"effect": "reset", "rate": 0.5}), here.faults(name)),
        (there.put_faults(name, {"faults": [{"effect": "garbage"}], "seed": 9}), here.faults(name)),
        (there.put_limits(name, {"mode": "off"}), here.limits(name)),
        ([there.checkpoint(name, {"name": "名 with spaces?"})], here.checkpoints(name)),
        (there.changes(name, "名 with spaces?"), here.changes(name, "名 with spaces?")),
        (there.rewind(name, "名 with spaces?")["rewound"], 0),
    ]
    for found, known in pairs:
        assert found == known
    assert there.checkpoints(name) == here.checkpoints(name)
    there.delete_faults(name)
    assert there.faults(name) == here.faults(name) == {"planned": [], "fired": [], "seed": 9}
    exported = there.export(name)
    there.delete_tenant(name)
    assert there.import_tenant(exported)["id"] == name
    moment = {"now": "the clock runs on"}
    assert there.export(name, secrets=True) | moment == here.export(name, secrets=True) | moment
    assert there.limits(name)["mode"] == "off"
    there.delete_tenant(name)


def test_a_remote_server_can_be_made_to_refuse_connections() -> None:
    made = MockServer()
    client = Client(made.url)
    assert client.refuse_connections({"for": "PT0S"})["until"] > "2026"
    made.refuse_connections("PT0.2S")
    with pytest.raises(requests.ConnectionError):
        requests.get(made.url, timeout=5)
    made.stop()


def test_a_test_whose_planned_fault_never_fired_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import requests

        def test_forgotten(zangsho):
            zangsho.faults.plan("unavailable", operation="importCustomers", nth=2)

        def test_met(zangsho):
            zangsho.faults.plan("unavailable")
            headers = {"Authorization": f"Bearer {zangsho.token}"}
            assert requests.get(f"{zangsho.url}/v1/orders", headers=headers, timeout=5).status_code == 503
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["Planned for Zangsho, and never fired:", "  unavailable, operation importCustomers, nth 2  (no calls met it)"]
    )
