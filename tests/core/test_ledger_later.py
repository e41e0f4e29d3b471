"""What later decisions change in the account: losses are withdrawn or restated, and each risk is counted once."""

from __future__ import annotations

import pytest

from mockservers.core.accounting import ledger
from mockservers.core.accounting.ledger import Delivered, Ledger
from mockservers.core.exchange.decision import Decision, Note
from tests.asking import NOW, contract
from tests.core.obeying import NOON, Driver


@pytest.mark.parametrize(("status", "silent"), [(200, 2), (400, 0)])
def test_a_later_outcome_of_an_item_is_reported_if_its_own_reply_reported_everything(status: int, silent: int) -> None:
    driver = Driver()
    dropped = {"kind": "dropped", "of": 1, "was": "pending", "count": 2}
    driver.say(
        status=status,
        outcomes=[{"kind": "pending", "count": 2}],
        jobs=[{"due": "2026-01-15T13:00:00Z", "outcomes": [dropped]}],
    )
    driver.say(status=400)
    driver.tenant.advance_to(NOON.replace(hour=13))
    assert driver.ledger["silent"] == silent
    assert [found["exchange"] for found in driver.ledger["findings"] if found["outcome"] == "dropped"] == [1]
    assert driver.ledger["items"] == {"sent": 3, "refused": 1, "dropped": 2}


def test_a_lost_key_is_not_a_second_loss_of_a_lost_item() -> None:
    driver = Driver()
    driver.say(
        outcomes=[{"kind": "dropped", "item": 0}, {"kind": "kept", "item": 1}],
        notes=[{"kind": "ignored", "item": item, "key": "x", "at": [f"/{item}/x"]} for item in (0, 1)],
    )
    assert driver.ledger["silent"] == 2
    assert [found["where"] for found in driver.ledger["findings"] if found["silent"]] == [[], ["/1/x"]]


def test_the_loss_of_a_key_is_withdrawn_when_its_item_is_lost_later() -> None:
    driver = Driver()
    keys = [{"kind": "ignored", "item": item, "key": "x", "at": [f"/{item}/x"]} for item in (0, 1)]
    of_the_request = {"kind": "ignored", "key": "y", "at": ["/y"]}
    resolved = [
        {"kind": "dropped", "item": 0, "of": 1, "was": "pending"},
        {"kind": "kept", "item": 1, "of": 1, "was": "pending"},
    ]
    driver.say(
        outcomes=[{"kind": "pending", "item": 0}, {"kind": "pending", "item": 1}],
        notes=[*keys, of_the_request],
        jobs=[{"due": "2026-01-15T13:00:00Z", "outcomes": resolved}],
    )
    assert driver.ledger["silent"] == 3
    driver.tenant.advance_to(NOON.replace(hour=13))
    assert driver.ledger["silent"] == 3  # one item, one key of the other, one of the request


def test_a_provisional_loss_is_withdrawn_and_restated() -> None:
    driver = Driver()
    driver.say(outcomes=[{"kind": "pending", "count": 3}])
    driver.say(
        outcomes=[
            {"kind": "overwritten", "of": 1, "was": "pending", "items": [0, 1, 2], "provisional": True, "count": 3}
        ]
    )
    assert driver.ledger["silent"] == 3
    mark = driver.tenant.ledger.snapshot()
    again = {"kind": "overwritten", "of": 1, "was": "overwritten", "provisional": True}
    driver.say(
        mended=[{"of": 1}],
        outcomes=[{**again, "items": [1], "count": 1}, {**again, "items": [0, 2], "count": 2, "differs": False}],
    )
    assert driver.ledger["silent"] == 1
    assert driver.ledger["items"] == {"sent": 3, "overwritten": 3}
    assert [(found["count"], found["mended"], found["silent"]) for found in driver.ledger["findings"]] == [
        (3, True, False),
        (1, False, True),
        (2, False, False),
    ]
    driver.tenant.ledger.rewind(mark)
    assert driver.ledger["silent"] == 3
    assert [found["silent"] for found in driver.ledger["findings"]] == [True, False, False]


def test_a_restated_loss_stays_reported() -> None:
    driver = Driver()
    driver.say(status=503, outcomes=[{"kind": "pending"}])
    again = {"kind": "overwritten", "of": 1, "provisional": True}
    driver.say(outcomes=[{**again, "was": "pending"}])
    driver.say(mended=[{"of": 1}], outcomes=[{**again, "was": "overwritten"}])
    assert driver.ledger["silent"] == 0
    assert [(found["reported"], found["mended"]) for found in driver.ledger["findings"]] == [(True, False)]


def at_risk(of: int, count: int = 1, choice: str = "full-replacement") -> Decision:
    note = Note("at-risk", "fanship.ingestion.accumulates", at=("line 1",), count=count, of=of, key=choice)
    return Decision(None, notes=(note,))


def test_the_risk_of_an_earlier_call_is_counted_once_at_its_maximum() -> None:
    account = Ledger(contract("fanship"))
    for exchange, count in ((2, 2), (3, 1), (4, 3)):
        account.file(exchange, at_risk(1, count), Delivered(), NOW)
    assert [(found.exchange, found.count) for found in account.findings] == [(1, 3)]
    account.file(5, at_risk(1, choice="other"), Delivered(), NOW)
    account.file(5, at_risk(2), Delivered(), NOW)
    assert (account.at_risk, len(account.findings)) == (5, 3)


def test_a_rewound_risk_is_found_again() -> None:
    account = Ledger(contract("fanship"))
    before = account.snapshot()
    account.file(2, at_risk(1), Delivered(), NOW)
    account.rewind(before)
    assert account.at_risk == 0
    account.file(3, at_risk(1), Delivered(), NOW)
    assert (account.at_risk, [found.rewound for found in account.findings]) == (1, [True, False])


def test_risks_of_earlier_calls_are_forgotten_with_their_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, a server that runs for long keeps each risk for ever."""
    monkeypatch.setattr(ledger, "FINDINGS_KEPT", 5)
    account = Ledger(contract("fanship"))
    for earlier in range(1, 51):
        account.file(100, at_risk(earlier), Delivered(), NOW)
    assert (account.at_risk, account.evicted, len(account._risks)) == (50, 45, 5)
    account.file(101, at_risk(50), Delivered(), NOW)
    assert (account.at_risk, len(account.findings)) == (50, 5)
