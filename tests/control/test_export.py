"""A tenant as one file, and a tenant from one: in another process it holds the same, and does the same."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.core.admin.control import Control
from mockservers.core.errors import Conflict, UnknownName, UsageError
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.clock import text
from mockservers.vendors import vendor
from tests.asking import NOW, Asking, contract

JOB = {"job": "ingest", "at": "2026-01-16T00:00:00Z", "exchange": 1, "payload": {}}
UPLOAD = {"upload": "1", "collection": "purchases", "lines": [[1, {"id": "1"}]], "items": 1}
LINES = b'{"id":"1","quantity":2,"orderDate":"?"}\n{"id":"2","promotion_id":"p"}\n'


def control() -> Control:
    """A server of its own."""
    return Control({name: Mock(vendor(name), contract(name)) for name in ("fanship", "omnisegment", "zangsho")})


def fanship() -> Asking:
    """A tenant with purchases held, uploads that wait, members, a reading and a fault."""
    asking = Asking("fanship", purchases=[{"id": "0", "item_name": "商品"}], members=[{"id": "m"}])
    asking.tenant.set_readings({"fanship.ingestion.accumulates": "full-replacement"})
    upload(asking, "20260114", LINES)
    upload(asking, "20260115", b'\n{"id":"9"}\n')
    asking.tenant.faults.plan({"faults": [{"effect": "reset", "nth": 5}], "seed": 3})
    return asking


def upload(asking: Asking, day: str, lines: bytes) -> None:
    headers = {"Authorization": f"Bearer {asking.credentials['token']}"}
    asking.ask("uploadPurchases", path={"yyyymmdd": day}, file=lines, headers=headers)


def own(asking: Asking) -> Control:
    return Control({asking.mock.vendor.name: asking.mock})


def carried(exported: dict[str, Any], **changed: Any) -> Tenant:
    """The tenant that another server creates from an export that was written to a file."""
    there = control()
    made = there.import_tenant({**json.loads(json.dumps(exported)), **changed})
    return there.tenant(made["id"])


def elsewhere(asking: Asking) -> Asking:
    """The same, on another server."""
    there, made = control(), Asking(asking.mock.vendor.name)
    name = there.import_tenant(own(asking).export(asking.tenant.id, secrets=True))["id"]
    made.mock, made.tenant, made.credentials = (
        there.mocks[made.mock.vendor.name],
        there.tenant(name),
        asking.credentials,
    )
    return made


def test_an_imported_tenant_has_the_state_of_the_exported_one_and_an_empty_account() -> None:
    asking = fanship()
    exported = own(asking).export(asking.tenant.id, secrets=True)
    tenant = carried(exported)
    assert tenant.state() == asking.state
    assert tenant.credentials == asking.credentials
    assert (tenant.clock.now(), tenant.clock.frozen) == (NOW, True)
    assert tenant.readings == asking.tenant.readings
    assert tenant.due == asking.tenant.due
    assert [dict(planned.fault.spec) for planned in tenant.faults.plan_now.planned] == [{"effect": "reset", "nth": 5}]
    assert tenant.limits.mode == "off"
    assert (tenant.ledger.to_dict()["items"], len(tenant.journal)) == ({"sent": 0}, 0)


def test_waiting_uploads_are_ingested_by_the_imported_tenant_as_by_the_exported_one() -> None:
    asking = fanship()
    tenant = carried(own(asking).export(asking.tenant.id, secrets=True))
    before = asking.silent
    asking.advance(days=1)
    tenant.advance(timedelta(days=1))
    assert tenant.state() == asking.state
    assert tenant.ledger.silent == asking.silent - before


def test_an_imported_line_is_recognised_when_it_is_sent_again() -> None:
    asking = fanship()
    asking.advance(days=1)
    again = elsewhere(asking)
    again.tenant.set_readings({"fanship.ingestion.accumulates": "accumulate"})
    upload(again, "20260116", b'{"id":"9"}\n{"id":"8"}\n')
    again.advance(days=1)
    assert again.items == {"sent": 2, "skipped": 1, "kept": 1}
    assert again.silent == 0


def test_an_import_continues_the_exchange_numbers_of_the_export() -> None:
    asking = fanship()
    again = elsewhere(asking)
    upload(again, "20260115", b'{"id":"7"}\n')
    assert [held["upload"] for held in again.state["uploads"]] == ["1", "2", "3"]
    assert [exchange.id for exchange in again.tenant.journal] == [3]


@given(
    customers=st.lists(
        st.fixed_dictionaries(
            {"email": st.emails(domains=st.just("x.tw"))},
            optional={"name": st.text(max_size=5), "metadata": st.just({"tags": ["a"]})},
        ),
        max_size=4,
        unique_by=lambda customer: str(customer["email"]).lower(),
    ),
    hours=st.integers(0, 50),
)
@settings(max_examples=20)
def test_the_export_of_an_imported_tenant_equals_the_original_export(
    customers: list[dict[str, Any]], hours: int
) -> None:
    asking = Asking("zangsho", customers=customers)
    asking.advance(hours=hours)
    exported = own(asking).export(asking.tenant.id, secrets=True)
    there = control()
    assert there.export(there.import_tenant(exported)["id"], secrets=True) == exported


def test_an_export_can_be_imported_by_another_process() -> None:
    """Hashes of texts differ from process to process: none of them may be in the file."""
    program = (
        "import json, sys; from tests.control.test_export import carried; from datetime import timedelta\n"
        "tenant = carried(json.load(sys.stdin)); tenant.advance(timedelta(days=1))\n"
        "print(json.dumps(tenant.state()))"
    )
    asking = fanship()
    exported = own(asking).export(asking.tenant.id, secrets=True)
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(exported), capture_output=True, text=True, check=True
    )
    asking.advance(days=1)
    assert json.loads(done.stdout) == asking.state


def test_the_id_and_credentials_of_an_import_are_given_or_generated() -> None:
    exported = own(asking := fanship()).export(asking.tenant.id, secrets=True)
    there = control()
    first = there.import_tenant(exported)
    second = there.import_tenant({**exported, "id": "second", "credentials": {"token": "another-token"}})
    third = there.import_tenant({key: exported[key] for key in exported.keys() - {"id", "credentials"}})
    assert (first["id"], first["credentials"]) == (exported["id"], exported["credentials"])
    assert (second["id"], second["credentials"]) == ("second", {"token": "another-token"})
    assert third["credentials"] != exported["credentials"]
    with pytest.raises(Conflict):
        there.import_tenant(exported)
    with pytest.raises(Conflict):
        there.import_tenant({**exported, "id": "fourth"})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"format": "other"}, '/format: must be "mockservers.tenant/1", not "other".'),
        ({"vendor": "nobody"}, "Unknown vendor 'nobody'."),
        ({"now": "yesterday"}, "/now: must be an RFC 3339 date-time with an offset"),
        ({"readings": {"fanship.no.rule": "x"}}, "'fanship.no.rule'"),
        ({"state": {"orders": []}}, "Unknown collection 'orders'."),
        ({"state": {"purchases": [1]}}, "/state/purchases/0: must be a JSON object, not 1."),
        ({"state": None}, "/state: must be a JSON object, not null."),
        ({"jobs": [{**JOB, "job": "dance"}]}, "This is not an export of a tenant: KeyError('dance')"),
        ({"jobs": [{**JOB, "at": "x"}]}, "/jobs/0/at: must be an RFC 3339 date-time"),
        ({"uploads": [{**UPLOAD, "collection": "nowhere"}]}, "This is not an export of a tenant: KeyError('nowhere')"),
        ({"uploads": [{**UPLOAD, "lines": [["x", {}]]}]}, "/uploads/0/lines/0/0: must be an integer"),
        ({"serials": {"nowhere": 1}}, "This is not an export of a tenant: KeyError('nowhere')"),
        ({"faults": {"faults": [{"effect": "dance"}]}}, "Unknown effect 'dance'."),
        ({"limits": {"mode": "strict"}}, '/limits/mode: must be one of "observe", "enforce", "off", not "strict".'),
        ({"exchange": "many"}, "/exchange: must be an integer"),
        ({"unknown": 1}, "/unknown: unknown key."),
        ({"credentials": {"tid": "x"}}, "Credentials of fanship are token"),
    ],
)
def test_an_invalid_export_creates_no_tenant(changed: dict[str, Any], said: str) -> None:
    asking = fanship()
    exported = own(asking).export(asking.tenant.id, secrets=True)
    there = control()
    with pytest.raises(UsageError) as caught:
        there.import_tenant({**exported, **changed})
    assert said in str(caught.value)
    assert there.tenants() == []


def test_an_export_without_secrets_is_imported_with_new_credentials() -> None:
    asking, secret = fanship(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    there, here = control(), own(asking)
    here.put_webhooks(asking.tenant.id, {"url": "http://127.0.0.1:9/hook", "secret": secret})
    exported = here.export(asking.tenant.id)
    whole = here.export(asking.tenant.id, secrets=True)
    for value in (*asking.credentials.values(), secret):
        assert value in json.dumps(whole)
        assert value not in json.dumps(exported)
    made = there.import_tenant(exported)
    assert made["credentials"].keys() == asking.credentials.keys()
    assert made["credentials"] != asking.credentials
    webhooks = there.webhooks(made["id"])
    assert (webhooks["url"], webhooks["signed"]) == ("http://127.0.0.1:9/hook", False)


def test_an_export_is_plain_json_that_states_its_format() -> None:
    asking = fanship()
    exported = own(asking).export(asking.tenant.id, secrets=True)
    assert exported["format"] == "mockservers.tenant/1"
    assert exported["now"] == text(NOW)
    (first, second) = exported["uploads"]
    assert first == {
        "upload": "1",
        "collection": "purchases",
        "lines": [[1, {"id": "1", "quantity": 2}], [2, {"id": "2", "promotion_id": "p"}]],
        "items": 2,
    }
    assert second["lines"] == [[2, {"id": "9"}]]
    with pytest.raises(UnknownName):
        own(asking).export("nobody")
