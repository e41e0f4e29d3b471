"""Vendor mutants one by one: what each changes in a decision, from which facts they are derived, and their score."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Decision, Put, Reply, Schedule
from mockservers.core.value import replace
from mockservers.core.values.json_text import dumps, loads
from mockservers.testing.mutation.altering import altered
from mockservers.testing.mutation.facts import Fact
from mockservers.testing.mutation.mutants import Mutant, mutants
from mockservers.testing.mutation.runs import Result
from mockservers.testing.mutation.score import percent, text
from mockservers.testing.mutation.transforms import TRANSFORMS
from mockservers.web.bootstrap import MockApp, Serving
from tests.asking import contract

# -- transforms -------------------------------------------------------------------------------------------------------

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
DECISION = Decision(
    Reply(200, (), dumps({"data": {"created": 1, "results": [{"id": 1}, {"id": 2}]}})),
    (
        Put("orders", "A-1", {"order_no": "A-1", "amount": "1.00"}),
        Put("orders", "A-2", {"order_no": "A-2", "amount": "2.00"}),
        Put("customers", "1", {"email": "a@example.com"}),
        Schedule(Job("later", NOON, 1)),
    ),
)


def wrong(kind: str, target: str, decision: Decision = DECISION, step: str = "importOrders") -> Decision:
    return TRANSFORMS[kind](decision, step, target, contract("zangsho"))


def test_the_last_document_of_a_collection_is_dropped() -> None:
    assert wrong("drops", "orders") == replace(DECISION, effects=(DECISION.effects[0], *DECISION.effects[2:]))


def test_a_field_of_a_collections_documents_is_emptied() -> None:
    documents = [effect.document for effect in wrong("forgets", "orders.amount").effects if isinstance(effect, Put)]
    assert documents == [
        {"order_no": "A-1", "amount": ""},
        {"order_no": "A-2", "amount": ""},
        {"email": "a@example.com"},
    ]
    lines = Decision(None, (Put("orders", "A-1", {"order_no": "A-1", "items": [1]}),))
    assert wrong("forgets", "orders.items", lines).effects == (Put("orders", "A-1", {"order_no": "A-1", "items": []}),)


def test_a_job_is_planned_a_day_later() -> None:
    (planned,) = [effect.job for effect in wrong("late", "later").effects if isinstance(effect, Schedule)]
    assert planned == Job("later", NOON + timedelta(days=1), 1)


def test_a_refusal_is_answered_as_success() -> None:
    refused = Decision(Reply(422, (), b"{}", "zangsho.batch.most-items"))
    assert wrong("accepts", "zangsho.batch.most-items", refused).reply == contract("zangsho").success("importOrders")
    assert wrong("accepts", "zangsho.auth.token", refused) is refused


@pytest.mark.parametrize(
    ("kind", "pointer", "body"),
    [
        ("reply-without", "/data/created", {"data": {"results": [{"id": 1}, {"id": 2}]}}),
        ("reply-null", "/data/results/*/id", {"data": {"created": 1, "results": [{"id": None}, {"id": None}]}}),
        ("reply-renamed", "/data", {"data_": {"created": 1, "results": [{"id": 1}, {"id": 2}]}}),
    ],
)
def test_a_field_of_the_reply_is_wrong(kind: str, pointer: str, body: Any) -> None:
    reply = wrong(kind, pointer).reply
    assert reply is not None
    assert loads(reply.body).value == body
    assert DECISION.reply is not None
    assert loads(DECISION.reply.body).value != body


@pytest.mark.parametrize("kind", sorted(TRANSFORMS))
def test_a_mutant_changes_nothing_but_its_target(kind: str) -> None:
    assert wrong(kind, "/nothing.of-this") == DECISION


# -- from facts to mutants --------------------------------------------------------------------------------------------


def test_each_fact_has_its_mutants_and_stored_collections_name_the_rules_of_their_losses() -> None:
    facts = {
        Fact("zangsho", "importOrders", "stores", "orders"): ["a", "b"],
        Fact("zangsho", "importOrders", "loses", "zangsho.request.unknown-key"): ["a"],
        Fact("zangsho", "importOrders", "fills", "zangsho.batch.most-items"): ["c"],
        Fact("zangsho", "importOrders", "reads", "zangsho.batch.status"): ["a"],
    }
    found = mutants(facts, {"zangsho": contract("zangsho")})
    assert {mutant.id: tests for mutant, tests in found.items()} == {
        "zangsho importOrders drops orders": ("a", "b"),
        "zangsho limit zangsho.batch.most-items+1": ("c",),
        "zangsho limit zangsho.batch.most-items-1": ("c",),
        "zangsho reading zangsho.batch.status=all-failed-422": ("a",),
    }
    assert next(iter(found)).rules == ("zangsho.request.unknown-key",)


def test_a_mutant_is_read_back_from_json() -> None:
    mutant = Mutant("zangsho", "drops", "importOrders", "orders", ("zangsho.request.unknown-key",))
    assert Mutant.of_dict({**mutant.to_dict(), "rules": list(mutant.rules)}) == mutant


def test_a_reading_other_than_the_default_has_the_default_as_its_mutant() -> None:
    facts = {Fact("zangsho", "importOrders", "reads", "zangsho.batch.status"): ["a"]}
    chosen_readings = {"zangsho.batch.status": "all-failed-422"}
    (mutant,) = mutants(facts, {"zangsho": contract("zangsho")}, chosen_readings)
    assert mutant.target == f"zangsho.batch.status={contract('zangsho').reading('zangsho.batch.status').default}"


def result_of(verdict: Any) -> Result:
    return Result(Mutant("zangsho", "drops", "importOrders", "orders"), ("test_a",), verdict, "no such option")


@pytest.mark.parametrize(
    ("verdicts", "share"), [((), 100), (("killed", "timed out"), 100), (("killed", "survived", "not run"), 50)]
)
def test_the_score_counts_only_mutants_that_ran(verdicts: tuple[str, ...], share: float) -> None:
    assert percent([result_of(verdict) for verdict in verdicts]) == share


def test_a_failed_mutant_run_is_named_with_its_output() -> None:
    assert text([result_of("not run")]).endswith("not run: zangsho importOrders drops orders: no such option")


# -- what a server of a mutant is given -------------------------------------------------------------------------------


@pytest.mark.parametrize(("off", "limit"), [("+1", 101), ("-1", 99)])
def test_a_limit_mutant_changes_the_contract_by_one(tmp_path: Path, off: str, limit: int) -> None:
    mutant = Mutant("zangsho", "limit", "", f"zangsho.batch.most-items{off}")
    files = altered(mutant, contract("zangsho"), tmp_path).contracts
    server = MockApp(Serving(demo=False, contracts=files))
    tenant = server.mocks["zangsho"].create()
    statuses = [batch(server, tenant.credentials["token"], size) for size in (limit, limit + 1)]
    assert statuses == [200, 422]


def test_a_reading_mutant_applies_to_new_tenants() -> None:
    mutant = Mutant("zangsho", "reading", "", "zangsho.batch.status=all-failed-422")
    assert altered(mutant, contract("zangsho"), Path()).readings == {"zangsho.batch.status": "all-failed-422"}


def test_an_altered_vendor_is_wrong_in_one_decision_and_still_answers(tmp_path: Path) -> None:
    mutant = Mutant("zangsho", "drops", "importCustomers", "customers")
    about = altered(mutant, contract("zangsho"), tmp_path)
    server = MockApp(Serving(demo=False, alter=about.alter))
    tenant = server.mocks["zangsho"].create()
    assert batch(server, tenant.credentials["token"], 3) == 200
    assert [held["email"] for held in tenant.state()["customers"]] == ["0@example.com", "1@example.com"]


def batch(server: MockApp, token: str, size: int) -> int:
    """The status of a batch of so many customers."""
    customers = [{"email": f"{number}@example.com"} for number in range(size)]
    headers = {"Authorization": f"Bearer {token}"}
    response = Client(server.gateway).post(
        "/zangsho/v1/customers/batch", json={"customers": customers}, headers=headers
    )
    return response.status_code
