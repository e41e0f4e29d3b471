"""Checkpoints: a moment kept, what changed since, and the way back; while journal and ledger remember all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.core.admin.control import Control
from mockservers.core.errors import Conflict, UnknownName, UsageError
from mockservers.core.tenancy import checkpoints
from mockservers.core.values.clock import text
from tests.asking import Asking
from tests.control.shop import GOOD

DAYS = ("20260114", "20260115")


class Account:
    """A FANSHIP tenant in process, with pending uploads, ingestions, random numbers and readings."""

    def __init__(self) -> None:
        self.asking = Asking("fanship", purchases=[{"id": "0", "quantity": 1}], members=[{"id": "m"}])
        self.tenant = self.asking.tenant

    def upload(self, day: str, *ids: str, quantity: int = 1, **more: Any) -> None:
        lines = (json.dumps({"id": name, "quantity": quantity, "member_id": "m", **more}) for name in ids)
        self.asking.ask(
            "uploadPurchases",
            path={"yyyymmdd": day},
            file="\n".join(lines).encode(),
            headers={"Authorization": f"Bearer {self.asking.credentials['token']}"},
        )

    def snapshot(self) -> dict[str, Any]:
        """Everything that a rewind restores."""
        tenant = self.tenant
        return {
            "state": tenant.state(),
            "now": text(tenant.clock.now()),
            "due": tenant.due,
            "readings": tenant.readings,
            "rng": tenant.faults.rng.getstate(),
            "items": dict(+tenant.ledger.items),
            "silent": tenant.ledger.silent,
            "at_risk": tenant.ledger.at_risk,
        }


STEPS: dict[str, Callable[[Account, int], Any]] = {
    "upload": lambda account, n: account.upload(DAYS[n % 2], *(str(at) for at in range(n % 5)), quantity=n % 3),
    "upload with a loss": lambda account, n: account.upload(DAYS[n % 2], str(n), orderDate="x"),
    "a bad upload": lambda account, n: account.upload("20260230", str(n)),
    "night": lambda account, n: account.asking.advance(days=1),
    "an hour": lambda account, n: account.asking.advance(hours=n % 7),
    "rng": lambda account, n: account.tenant.faults.rng.random(),
    "reading": lambda account, n: account.tenant.set_readings(
        {"fanship.ingestion.accumulates": ("full-replacement", "accumulate")[n % 2]}
    ),
    "state": lambda account, n: account.tenant.replace_state({"purchases": [{"id": str(n)}]}),
}
WALKS = st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9)), max_size=8)


def walk(account: Account, steps: list[tuple[str, int]]) -> None:
    for step, number in steps:
        STEPS[step](account, number)


@given(before=WALKS, after=WALKS, again=WALKS)
@settings(max_examples=40)
def test_a_checkpoint_can_be_restored_twice(
    before: list[tuple[str, int]], after: list[tuple[str, int]], again: list[tuple[str, int]]
) -> None:
    account = Account()
    walk(account, before)
    checkpoints.take(account.tenant, "here")
    kept = account.snapshot()
    for steps in (after, again):
        walk(account, steps)
        checkpoints.rewind(account.tenant, "here")
        assert account.snapshot() == kept
        assert all(not any(found.values()) for found in checkpoints.changes_since(account.tenant, "here").values())


@given(before=WALKS, wrong=WALKS, after=WALKS)
@settings(max_examples=25)
def test_a_rewound_tenant_behaves_as_if_the_calls_after_the_checkpoint_had_never_been_made(
    before: list[tuple[str, int]], wrong: list[tuple[str, int]], after: list[tuple[str, int]]
) -> None:
    """If this fails, something of a tenant is not part of a checkpoint."""
    straight, winding = Account(), Account()
    walk(straight, before)
    walk(winding, before)
    checkpoints.take(winding.tenant, "here")
    walk(winding, wrong)
    checkpoints.rewind(winding.tenant, "here")
    walk(straight, after)
    walk(winding, after)
    plain, wound = straight.snapshot(), winding.snapshot()
    for snapshot in (plain, wound):  # exchanges keep their numbers, and uploads are named by them
        for upload in snapshot["state"]["uploads"]:
            del upload["upload"]
        snapshot["due"] = [(job.name, job.due) for job in snapshot["due"]]
    assert wound == plain


def test_exchanges_after_a_checkpoint_are_marked_and_no_longer_count() -> None:
    account = Account()
    account.upload(DAYS[0], "1", "2")
    checkpoints.take(account.tenant, "here")
    account.upload(DAYS[1], "3", orderDate="lost in silence")
    account.upload(DAYS[0], "4")
    assert account.asking.silent == 3
    assert checkpoints.rewind(account.tenant, "here") == 2
    ledger = account.asking.ledger
    assert (ledger["silent"], ledger["items"]) == (0, {"sent": 2, "pending": 2})
    assert [exchange.rewound for exchange in account.tenant.journal] == [False, True, True]
    lost = [found for found in ledger["findings"] if found["loses"]]
    assert [(found["exchange"], found["rewound"], found["silent"]) for found in lost] == [
        (2, True, False),
        (1, True, False),
    ]
    account.upload(DAYS[0], "5", orderDate="lost again")
    assert [exchange.id for exchange in account.tenant.journal] == [1, 2, 3, 4], "numbers are not given out again"
    assert account.asking.silent == 3
    assert checkpoints.rewind(account.tenant, "here") == 1


def test_rewound_pending_items_are_resolved_again() -> None:
    account = Account()
    account.upload(DAYS[0], "1", "2")
    checkpoints.take(account.tenant, "evening")
    account.asking.advance(days=1)
    assert account.asking.items == {"sent": 2, "kept": 2}
    checkpoints.rewind(account.tenant, "evening")
    assert account.asking.items == {"sent": 2, "pending": 2}
    assert [job.name for job in account.tenant.due] == ["ingest"]
    account.upload(DAYS[0], "3")
    account.asking.advance(days=1)
    assert account.asking.items == {"sent": 3, "overwritten": 2, "kept": 1}
    assert account.asking.silent == 2
    assert [document["id"] for document in account.asking.state["purchases"]] == ["0", "3"]


def test_pending_losses_that_a_broken_answer_reported_are_reported_again_after_a_rewind() -> None:
    account = Account()
    account.tenant.faults.plan({"faults": [{"effect": "lost-response", "count": 1}]})
    account.upload(DAYS[0], "1", "2")
    checkpoints.take(account.tenant, "here")
    for _ in range(2):
        account.upload(DAYS[0], "3")
        assert account.asking.items == {"sent": 3, "overwritten": 2, "pending": 1}
        assert account.asking.silent == 0
        checkpoints.rewind(account.tenant, "here")


def test_a_rewind_resets_the_numbers_that_the_vendor_assigns() -> None:
    asking = Asking("zangsho")
    headers = {"Authorization": f"Bearer {asking.credentials['token']}", "Content-Type": "application/json"}
    checkpoints.take(asking.tenant, "here")
    replies = []
    for _ in range(2):
        replies.append(asking.ask("importCustomers", GOOD, headers=headers).reply.body)
        checkpoints.rewind(asking.tenant, "here")
    assert replies[0] == replies[1]


def test_a_rewind_to_the_earlier_of_two_checkpoints_deletes_the_later() -> None:
    account = Account()
    checkpoints.take(account.tenant, "first")
    account.upload(DAYS[0], "1")
    checkpoints.take(account.tenant, "second")
    checkpoints.rewind(account.tenant, "second")
    checkpoints.rewind(account.tenant, "first")
    assert list(account.tenant.checkpoints) == ["first"]
    with pytest.raises(UnknownName, match=r"Unknown checkpoint 'second'. Available: first."):
        checkpoints.rewind(account.tenant, "second")


def test_a_running_clock_continues_from_the_time_of_the_checkpoint() -> None:
    tenant = Asking("fanship").mock.create()
    checkpoints.take(tenant, "here")
    tenant.advance(timedelta(days=400))
    checkpoints.rewind(tenant, "here")
    assert timedelta(0) <= tenant.clock.now() - tenant.checkpoints["here"].now < timedelta(seconds=5)


def test_random_numbers_repeat_after_a_rewind() -> None:
    account = Account()
    account.tenant.faults.plan({"faults": [{"effect": "unavailable", "rate": 0.5}], "seed": 11})
    checkpoints.take(account.tenant, "here")

    def met() -> list[int]:
        began = len(account.tenant.journal)
        for number in range(12):
            account.upload(DAYS[0], str(number))
        return [exchange.reply.status for exchange in list(account.tenant.journal)[began:]]

    first = met()
    checkpoints.rewind(account.tenant, "here")
    assert met() == first
    assert set(first) == {200, 503}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "must have at least 1 character"),
        ("a/b", '"a/b" is not allowed. Fix: Up to 100 characters, and no slash'),
        ("x" * 101, "must have at most 100 characters"),
        (None, "must be a string"),
        (1, "must be a string"),
    ],
)
def test_the_name_of_a_checkpoint_is_a_short_text_without_a_slash(name: Any, said: str) -> None:
    asking = Asking("fanship")
    control = Control({"fanship": asking.mock})
    with pytest.raises(UsageError, match=f"/name: {said}"):
        control.checkpoint(asking.tenant.id, {"name": name})


def test_names_of_checkpoints_are_unique_and_their_number_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = Account().tenant
    monkeypatch.setattr(checkpoints, "MOST", 2)
    checkpoints.take(tenant, "a")
    with pytest.raises(Conflict, match=r"There is a checkpoint 'a' already. Choose another name, or delete it first."):
        checkpoints.take(tenant, "a")
    checkpoints.take(tenant, "b")
    with pytest.raises(Conflict, match=r"There are 2 checkpoints already. Delete some first."):
        checkpoints.take(tenant, "c")
    checkpoints.delete(tenant, "a")
    checkpoints.take(tenant, "c")
    assert list(tenant.checkpoints) == ["b", "c"]


# -- changes --------------------------------------------------------------------------------------------------------


def test_changes_list_added_removed_and_changed_documents_by_collection() -> None:
    customers = [{"email": "a@x.tw", "name": "甲"}, {"email": "b@x.tw", "name": "乙"}]
    asking = Asking("zangsho", customers=customers)
    held = {customer["email"]: customer for customer in asking.state["customers"]}
    checkpoints.take(asking.tenant, "here")
    kept = [held["a@x.tw"] | {"name": "丙"}, {"id": 9, "email": "c@x.tw", "name": "丁"}]
    asking.tenant.replace_state({"customers": kept})
    changes = checkpoints.changes_since(asking.tenant, "here")
    assert set(changes) == set(asking.state)
    found = changes.pop("customers")
    assert [customer["email"] for customer in found["added"]] == ["c@x.tw"]
    assert found["removed"] == [held["b@x.tw"]]
    assert found["changed"] == [{"before": held["a@x.tw"], "after": asking.state["customers"][0]}]
    assert all(other == {"added": [], "removed": [], "changed": []} for other in changes.values())


def test_changes_of_spooled_lines_are_documents() -> None:
    account = Account()
    checkpoints.take(account.tenant, "here")
    account.tenant.replace_state({"purchases": [{"id": "0", "quantity": 2}, {"id": "1"}], "members": []})
    changes = checkpoints.changes_since(account.tenant, "here")
    assert changes["purchases"] == {
        "added": [{"id": "1"}],
        "removed": [],
        "changed": [{"before": {"id": "0", "quantity": 1}, "after": {"id": "0", "quantity": 2}}],
    }
    assert changes["members"] == {"added": [], "removed": [{"id": "m"}], "changed": []}


def test_a_document_that_was_added_and_removed_is_not_a_change() -> None:
    account = Account()
    checkpoints.take(account.tenant, "here")
    account.tenant.replace_state({"purchases": []})
    account.tenant.replace_state({"purchases": [{"id": "0", "quantity": 1}]})
    assert not any(checkpoints.changes_since(account.tenant, "here")["purchases"].values())
