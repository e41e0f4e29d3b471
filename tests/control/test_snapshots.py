"""One list of what a tenant is: by it a tenant is rewound and exported, so that neither leaves a part out."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from mockservers.core.accounting.finding import Finding
from mockservers.core.accounting.ledger import Delivered, Ledger
from mockservers.core.admin.control import Control
from mockservers.core.exchange.decision import Decision, Mended, Outcome
from mockservers.core.tenancy.export import WRITTEN
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.snapshot import STAYS, Snapshot
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.json_text import dumps, loads
from mockservers.vendors import vendor as about_vendor
from tests.asking import NOW, VENDORS, Asking, contract
from tests.pages import held
from tests.sending import Sending
from tests.traffic import sendings

PLANS: list[list[dict[str, Any]]] = [
    [],
    [{"effect": "lost-response", "rate": 0.5}, {"effect": "reset", "nth": 4, "count": 2}],
    [{"effect": "lost-response", "nth": 2}, {"effect": "garbage-body", "nth": 5}],
    [{"effect": "unavailable", "rate": 0.3, "count": 2, "work": True}, {"effect": "reset", "nth": 6}],
]
Step = Sending | int
"""A call, or hours that pass."""


def steps(vendor: str) -> st.SearchStrategy[list[Step]]:
    return st.lists(st.one_of(sendings(vendor), sendings(vendor), st.integers(1, 30)), max_size=4)


def test_every_field_is_exported_and_rewound_or_left_with_a_reason() -> None:
    names = {field.name for field in fields(Snapshot)}
    restored = {name for name in names if f"snapshot.{name}" in inspect.getsource(Tenant.restore)}
    assert set(WRITTEN) == names
    assert restored | set(STAYS) == names
    assert not restored & set(STAYS)


def moved(asking: Asking) -> Asking:
    """The same tenant on another server, exported to a file and imported."""
    name = asking.mock.vendor.name
    exported = Control({name: asking.mock}).export(asking.tenant.id, secrets=True)
    there = Control({name: Mock(about_vendor(name), contract(name))})
    made = Asking(name)
    made.mock = there.mocks[name]
    made.tenant = there.tenant(there.import_tenant(loads(dumps(exported)).value)["id"])
    made.credentials = made.tenant.credentials
    return made


def walked(asking: Asking, walk: list[Step]) -> list[Any]:
    """The replies to the calls, as far as they were sent. Calls without credentials are numbered by the server."""
    replies: list[Any] = []
    for step in walk:
        if isinstance(step, int):
            replies.append(asking.tenant.advance(timedelta(hours=step)))
        else:
            answer = asking.mock.handle(step.about, step.path, step.by(asking.credentials))
            known = answer.tenant == asking.tenant.id
            replies.append((answer.exchange if known else None, answer.reply, answer.fault))
    return replies


def found_after(tenant: Tenant, before: int) -> list[dict[str, Any]]:
    """The findings that came after a number of others.

    Not of what an upload drives out of what is held: whose lines those were, only the account left behind knows.
    """
    found = [finding.to_dict(tenant.contract) for finding in tenant.ledger.findings[before:]]
    return [each for each in found if each["rule"] not in DRIVEN_OUT]


FOUND_AS = ("exchange", "rule", "count", "loses")
DRIVEN_OUT = (
    "fanship.members.full-replacement",
    "fanship.members.omitted-keys",
    "fanship.ingestion.accumulates",
    "fanship.ingestion.no-change",
)


@pytest.mark.parametrize("vendor", VENDORS)
@given(data=st.data())
@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
def test_an_imported_tenant_answers_and_finds_what_the_exported_one_would(vendor: str, data: st.DataObject) -> None:
    stays = Asking(vendor)
    stays.tenant.replace_state(held(vendor))
    stays.tenant.faults.plan({"faults": data.draw(st.sampled_from(PLANS)), "seed": data.draw(st.integers(0, 3))})
    walked(stays, data.draw(steps(vendor)))
    goes = moved(stays)
    before, last = len(stays.tenant.ledger.findings), stays.tenant.last
    known = {(each.exchange, each.rule, each.count, each.loses) for each in stays.tenant.ledger.findings}
    walk = [*data.draw(steps(vendor)), 48]
    assert walked(goes, walk) == walked(stays, walk)
    found = [found_after(goes.tenant, 0), found_after(stays.tenant, before)]
    # What is found again, as it was, is one finding with the first where that is known. And only the account left
    # behind knows which keys of an earlier call are no loss of their own any more, now that their item is lost.
    new = [
        [
            each
            for each in one
            if tuple(map(each.get, FOUND_AS)) not in known and (each["loses"] or each["exchange"] > last)
        ]
        for one in found
    ]
    assert new[0] == new[1]
    assert goes.state == stays.state
    assert goes.tenant.faults.plan_now.exported() == stays.tenant.faults.plan_now.exported()


# -- single cases -----------------------------------------------------------------------------------------------------


def upload(asking: Asking, day: str, lines: bytes) -> None:
    headers = {"Authorization": f"Bearer {asking.credentials['token']}"}
    asking.ask("uploadPurchases", path={"yyyymmdd": day}, file=lines, headers=headers)


@pytest.mark.parametrize("effect", ["", "lost-response", "garbage-body"])
def test_a_loss_of_what_was_pending_is_silent_by_what_its_reply_reported(effect: str) -> None:
    """If this fails, an import invents a silent loss, or hides one."""
    stays = Asking("fanship")
    if effect:
        stays.tenant.faults.plan({"faults": [{"effect": effect, "nth": 1}]})
    upload(stays, "20260115", b'{"id":"1"}\n{"id":"2"}\n')
    goes = moved(stays)
    for asking in (stays, goes):
        upload(asking, "20260115", b'{"id":"3"}\n')
        asking.advance(days=1)
    assert goes.silent == stays.silent == (0 if effect == "lost-response" else 2)
    assert goes.items == {"sent": 1, "kept": 1}
    assert goes.state["purchases"] == [{"id": "3"}]


def test_a_purchase_of_an_unknown_member_is_noted_by_an_imported_tenant_too() -> None:
    stays = Asking("fanship")
    upload(stays, "20260115", b'{"id":"1","member_id":"nobody"}\n')
    goes = moved(stays)
    headers = {"Authorization": f"Bearer {goes.credentials['token']}"}
    for asking in (stays, goes):
        asking.ask("uploadMembers", file=b'{"id":"somebody"}\n', headers=headers)
        asking.advance(days=1)
        orphans = [each for each in asking.ledger["findings"] if each["rule"] == "fanship.record.orphan"]
        assert [(each["exchange"], each["where"]) for each in orphans] == [(1, ["line 1 /member_id"])]


def test_items_of_the_exported_account_do_not_change_the_new_one() -> None:
    stays = Asking("fanship")
    upload(stays, "20260114", b'{"id":"1"}\n{"id":"2"}\n{"id":"3"}\n')
    goes = moved(stays)
    upload(goes, "20260113", b'{"id":"1","quantity":2}\n')
    goes.advance(days=1)
    assert goes.items["sent"] == sum(count for name, count in goes.items.items() if name != "sent") == 1


PURCHASES = [b'{"id":"%d","quantity":%d}\n' % (number, quantity) for number in range(3) for quantity in (1, 2)]
DAY = st.lists(
    st.tuples(st.lists(st.sampled_from(PURCHASES), unique=True), st.sampled_from(["", "lost-response"])), max_size=4
)


@given(before=DAY, after=DAY)
@settings(max_examples=60, deadline=None)
@example(before=[(PURCHASES[:3], ""), (PURCHASES[:1], "")], after=[(PURCHASES[:3], "")])
@example(
    before=[(PURCHASES[:1], "lost-response"), (PURCHASES[2:3], ""), (PURCHASES[:1], "")], after=[(PURCHASES[2:3], "")]
)
def test_a_day_of_uploads_ends_alike_wherever_an_export_interrupts_it(before: Any, after: Any) -> None:
    """Uploads of one day, some with a lost answer: a later one takes losses back, or loses what was said again."""
    stays = Asking("fanship")

    def upload_all(asking: Asking, uploads: Any) -> None:
        for lines, effect in uploads:
            asking.tenant.faults.plan({"faults": [{"effect": effect}] if effect else []})
            upload(asking, "20260115", b"".join(lines))

    upload_all(stays, before)
    goes = moved(stays)
    settled = settled_findings(stays.tenant, last=not after)
    for asking in (stays, goes):
        upload_all(asking, after)
        asking.advance(days=1)
    there = [each for each in stays.tenant.ledger.findings if id(each) not in settled]
    assert standing(goes.tenant, goes.tenant.ledger.findings) == standing(stays.tenant, there)
    assert goes.state == stays.state


def settled_findings(tenant: Tenant, *, last: bool) -> set[int]:
    """The findings that no later upload states anew, by identity: all of them after the day's `last` one."""
    provisional = {id(each) for losses in tenant.ledger.snapshot().provisional.values() for each in losses}
    return {id(each) for each in tenant.ledger.findings} - (set() if last else provisional)


def standing(tenant: Tenant, findings: list[Finding]) -> list[str]:
    """Findings that nothing took back, in an order and without the moment: one stated anew has both of its first."""
    found = [each.to_dict(tenant.contract) for each in findings if each.rule not in DRIVEN_OUT and not each.mended]
    return sorted(dumps({**each, "at": None}).decode() for each in found)


@pytest.mark.parametrize("reported", [True, False])
def test_a_provisional_loss_is_restated_as_its_reply_reported_it(*, reported: bool) -> None:
    rule = "fanship.upload.last-of-day-wins"
    loss = Outcome("overwritten", rule, of=1, provisional=True)
    stays = Ledger(contract("fanship"))
    stays.file(1, Decision(None, outcomes=(Outcome("pending"),)), Delivered(everything=reported), NOW)
    stays.file(2, Decision(None, outcomes=(loss,)), Delivered(), NOW)
    goes = Ledger(contract("fanship"))
    goes.load(loads(dumps(stays.snapshot().exported())).value, 2, NOW)
    again = Decision(None, mended=(Mended(1, rule),), outcomes=(loss,))
    assert [found.reported for found in goes.file(3, again, Delivered(), NOW)] == [reported]
    assert (goes.silent, stays.silent) == (not reported, not reported)
    goes.file(4, Decision(None, mended=(Mended(1, rule),)), Delivered(), NOW)
    assert goes.silent == 0


def test_a_partly_fired_fault_continues_where_it_was() -> None:
    stays = Asking("zangsho")
    stays.tenant.faults.plan(
        {"faults": [{"effect": "unavailable", "nth": 2, "count": 2}, {"effect": "reset", "operation": "listCustomers"}]}
    )
    headers = {"Authorization": f"Bearer {stays.credentials['token']}"}
    met = [stays.ask("listOrders", headers=headers).reply.status for _ in range(2)]
    goes = moved(stays)
    after = [[asking.ask("listOrders", headers=headers).reply.status for _ in range(2)] for asking in (stays, goes)]
    assert met == [200, 503]
    assert after == [[503, 200], [503, 200]]
    assert goes.tenant.faults.to_dict()["planned"] == stays.tenant.faults.to_dict()["planned"]


def test_webhook_settings_and_a_revocation_are_exported() -> None:
    stays = Asking("zangsho")
    control = Control({"zangsho": stays.mock})
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    control.put_webhooks(stays.tenant.id, {"url": "http://h/", "secret": secret, "delay": "PT0.25S", "duplicates": 2})
    stays.tenant.outbox.add("mock.order.created", {}, 1)
    control.revoke(stays.tenant.id)
    goes = moved(stays)
    assert goes.tenant.outbox.subscription == stays.tenant.outbox.subscription
    assert goes.tenant.revoked
    goes.tenant.outbox.add("mock.order.created", {}, 2)
    names = [one["id"] for asking in (stays, goes) for one in asking.tenant.outbox.to_dict()["deliveries"]]
    assert len(set(names)) == 2, "a receiver knows a webhook by its id"
