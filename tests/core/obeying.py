"""A vendor that decides as its caller says, so that the core is tested without a real vendor's rules in between.

A body is `{"outcomes": […], "notes": […], "status": 200, "reply": …, "jobs": […], "fork": {choice: {…}}}`; a
job's payload has the same form. `fork` consults the one reading there is, and goes on with what stands under the choice
in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.shared_rules import REFUSED_WHOLE
from mockservers.core.deciding.vendor import Collection, Vendor, by
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job, Request
from mockservers.core.exchange.decision import Decision, Mended, Note, Outcome, Put, Reply, Schedule
from mockservers.core.tenancy.mock import Mock, Settings
from mockservers.core.tenancy.tenant import Answer, Tenant
from mockservers.core.values.clock import Clock, moment
from mockservers.core.values.json_text import dumps

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
RULE, OTHER_RULE, FORK = "toy.item.rule", "toy.item.other-rule", "toy.item.fork"


def _operation(name: str, reports: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "operationId": name,
        "x-reports": reports,
        "requestBody": {},
        "responses": {"200": {"description": "As asked."}},
    }


OPENAPI = {
    "servers": [{"url": "/v1"}],
    "paths": {
        "/plain": {"post": _operation("plain", [])},
        "/by-index": {"post": _operation("byIndex", [{"path": "failed[*].index"}])},
        "/by-echo": {"post": _operation("byEcho", [{"path": "failed[*]", "names": "orders[*]", "without": ["error"]}])},
        "/in-order": {"post": _operation("inOrder", [{"path": "results[*].status", "unless": ["ok"]}])},
    },
}
ABOUT = {
    "title": "Toy",
    "pages": ["https://toy.example"],
    "hosts": [{"name": "toy.example"}],
    "credentials": {
        "token": {"pattern": "[a-z0-9-]{4,}", "placeholders": ["your-token"], "template": "mock-{number}-{hex24}"}
    },
    "demo": {"credentials": {"token": "demo-toy"}, "call": {"operation": "plain", "json": {}}},
}
CHOICES = {
    "lenient": {"says": "it is kept", "recoverable": True},
    "strict": {"says": "it is lost", "recoverable": True},
    "odd": {"says": "who knows", "recoverable": False},
}
RULES = {
    RULE: {"says": "A rule.", "why": "item {item_name} of {count} under {key}: {limit}", "provenance": "documented"}
    | {"source": {"url": "https://toy.example", "section": "One", "words": "an item"}, "values": {"limit": 7}},
    OTHER_RULE: {"says": "Another rule.", "provenance": "assumed", "reason": "Somebody said so."},
    FORK: {"says": "A fork.", "provenance": "assumed", "reason": "The pages are silent."}
    | {"reading": {"default": "lenient", "choices": CHOICES}},
}
_REFUSAL = {"rule": OTHER_RULE, "provenance": "assumed"}
REFUSALS = {"unauthorized": {"status": 401, **_REFUSAL}, "not-found": {"status": 404, **_REFUSAL}}
CONTRACT = Contract(
    "toy",
    {
        "vendor.yaml": ABOUT,
        "openapi.yaml": OPENAPI,
        "rules.yaml": {"numbers": [], "rules": RULES},
        "errors.yaml": {"refusals": REFUSALS},
    },
    {REFUSED_WHOLE: {"says": "Nothing of it was taken.", "provenance": "assumed", "reason": "It is how we count."}},
)


def decide(call: Call, view: View) -> Decision:
    return _obey(call.json, view)


def decide_job(job: Job, view: View) -> Decision:
    decision = _obey(job.payload, view)
    number = str(view.count("seen"))
    seen = Put("seen", number, {"id": number, "job": job.payload.get("is"), "now": str(view.now)})
    return Decision(None, (*decision.effects, seen), decision.outcomes, decision.notes, decision.mended)


def _obey(asked: Mapping[str, Any], view: View) -> Decision:
    if "fork" in asked:
        asked = {**asked, **asked["fork"].get(view.reading(FORK), {})}
    reply = Reply(asked.get("status", 200), (), dumps(asked["reply"]) if "reply" in asked else b"")
    jobs = (Job("later", moment(job["due"]), job.get("call", 1), job) for job in asked.get("jobs", ()))
    return Decision(
        reply,
        tuple(Schedule(job) for job in jobs),
        tuple(Outcome(**_found(outcome)) for outcome in asked.get("outcomes", ())),
        tuple(Note(**_found(note)) for note in asked.get("notes", ())),
        tuple(Mended(mended["of"], mended.get("rule", RULE)) for mended in asked.get("mended", ())),
    )


def _found(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"rule": RULE, **spec, "at": tuple(spec.get("at", ()))}


VENDOR = Vendor(
    name="toy",
    contract_folder=Path(),  # the contract is made below
    collections={"seen": Collection(key=by("id"))},
    operations=dict.fromkeys(("plain", "byIndex", "byEcho", "inOrder"), decide),
    jobs={"later": decide_job},
    credentials=lambda call, _: {"token": call.headers["token"]} if "token" in call.headers else None,
    unauthenticated=lambda _call, view: Decision(view.contract.refusal("unauthorized")),
)


def toy(settings: Settings | None = None) -> Mock:
    """A mock of the obedient vendor."""
    return Mock(VENDOR, CONTRACT, settings)


class Driver:
    """One tenant of it, at noon, with `say` to have it decide something."""

    def __init__(self, **tenant: Any) -> None:
        self.tenant = Tenant("t", VENDOR, CONTRACT, {}, clock=Clock(NOON, frozen=True), **tenant)

    def say(self, operation: str = "plain", **asked: Any) -> Answer:
        """Have it decide what is asked."""
        request = Request("POST", f"/v1/{operation}", body=dumps(asked))
        return self.tenant.exchange(toy().call(operation, {}, request), request)

    @property
    def ledger(self) -> dict[str, Any]:
        return self.tenant.ledger.to_dict()

    @property
    def seen(self) -> list[dict[str, Any]]:
        """What jobs have seen: which one it was, and the time it was given."""
        return self.tenant.state()["seen"]
