"""What an audit must not call unaccounted: a line replaced by a later line that says the same and is lost itself."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.value import replace
from tests.vendors.fanship.fanship_tenant import FanshipTenant

LAST_WINS, REPEATED = "fanship.upload.last-of-day-wins", "fanship.upload.repeated-id"
NO_CHANGE = "fanship.ingestion.no-change"
HELD, OTHER, MORE = {"id": "a", "tax": 1}, {"id": "a", "tax": 2}, {"id": "a", "tax": 2, "quantity": 3}
B = {"id": "b", "tax": 2}

Uploads = list[tuple[str, list[Any]]]


FULL = "fanship.ingestion.accumulates"


@pytest.mark.rule(FULL, NO_CHANGE)
@pytest.mark.parametrize("reading", [{FULL: "full-replacement"}, {NO_CHANGE: "replace-held"}])
def test_a_held_purchase_that_the_next_upload_replaces_is_accounted_for(reading: dict[str, str]) -> None:
    fanship, unaccounted = audited(
        [("14", [HELD, OTHER]), ("15", [{"id": "a"}])], tenant=FanshipTenant(readings=reading)
    )
    assert [purchase["id"] for purchase in fanship.state["purchases"]] == ["a"]
    assert unaccounted == []


def audited(*mornings: Uploads, tenant: FanshipTenant | None = None) -> tuple[FanshipTenant, list[tuple[int, str]]]:
    """A tenant under an audit after the uploads of some days, and what is unaccounted: (exchange, place)."""
    fanship = tenant or FanshipTenant()
    audit = fanship.tenant.audit = Audit(fanship.mock.contract)
    for uploads in mornings:
        for day, lines in uploads:
            fanship.upload(f"202601{day}", *lines)
        fanship.next_morning()
    return fanship, [(each.exchange, each.place) for each in audit.found]


@pytest.mark.rule(LAST_WINS, REPEATED, NO_CHANGE)
@pytest.mark.parametrize(
    ("late", "silent"),
    [
        ([("14", [OTHER, OTHER])], 1),
        ([("14", [OTHER, MORE])], 1),
        ([("14", [MORE, OTHER])], 2),
        ([("14", [{**OTHER, "zz": 1}, OTHER])], 2),
        ([("14", [OTHER]), ("14", [OTHER])], 1),
        ([("14", [OTHER]), ("14", [OTHER, B])], 1),
        ([("14", [OTHER, B]), ("14", [B, MORE])], 1),
        ([("14", [OTHER]), ("14", [OTHER]), ("15", [B])], 1),
        ([("15", [B]), ("14", [OTHER]), ("14", [OTHER])], 1),
        ([("14", [OTHER]), ("15", [OTHER]), ("14", [OTHER])], 2),
        ([("14", [OTHER]), ("14", [HELD])], 1),
    ],
)
def test_a_line_that_a_later_line_repeats_is_accounted_for_by_the_later_one(late: Uploads, silent: int) -> None:
    fanship, unaccounted = audited([("14", [HELD])], late)
    assert fanship.silent == silent
    assert unaccounted == []


@pytest.mark.rule(LAST_WINS)
@pytest.mark.parametrize("later", [[B], [{"id": "b", "tax": 1}], [{"id": "a"}], [{**OTHER, "id": "c"}], []])
def test_a_line_that_is_called_replaced_but_is_not_repeated_is_unaccounted(later: list[Any]) -> None:
    fanship = FanshipTenant()
    decide = fanship.tenant.vendor.operations["uploadPurchases"]

    def without_losses(call: Call, view: View) -> Decision:
        decision = decide(call, view)
        outcomes = tuple(
            replace(outcome, differs=False) if outcome.kind == "overwritten" else outcome
            for outcome in decision.outcomes
        )
        return replace(decision, outcomes=outcomes)

    operations = {**fanship.tenant.vendor.operations, "uploadPurchases": without_losses}
    fanship.tenant.vendor = replace(fanship.tenant.vendor, operations=operations)
    _, unaccounted = audited([("14", [HELD]), ("14", later)], tenant=fanship)
    assert 1 in {exchange for exchange, _ in unaccounted}
