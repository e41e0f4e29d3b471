"""What a contract does: its answers to the corpus, what tenants then hold and account for, and what it offers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mockservers.core.accounting.audit import Audit
from mockservers.core.accounting.conservation import declared_forms
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.loading import data_directory
from mockservers.core.errors import UsageError
from mockservers.core.faults.rate_limits import declared
from mockservers.core.tenancy.mock import Mock, Settings
from mockservers.vendors import vendor
from mockservers.web.apps import app_of
from mockservers.web.seeds import seed_demo
from tests.asking import NOW
from tests.contracts.corpus import Chunk
from tests.contracts.custom_fields import also_held
from tests.pages import held


def start(name: str, obeyed: Contract, *, app: bool = True) -> None:
    """Do what a server does with a contract before it answers. `app`: build its web application, too."""
    mock = Mock(vendor(name), obeyed)
    seed_demo(mock)
    if app:
        app_of(mock)


def offer(obeyed: Contract) -> str:
    """What the harness reads outside decisions: routes, hosts, limits, readings, refusals as planned faults."""
    openapi = obeyed.openapi
    schemes = openapi.get("components", {}).get("securitySchemes", {})
    offer = [
        {
            op.id: (op.method, op.path, op.upload, op.items, op.spec.get("security"))
            for op in obeyed.operations.values()
        },
        {op.id: [repr(report) for report in op.reports] for op in obeyed.operations.values()},
        {op.id: [each.get("x-name") for each in op.spec.get("parameters", ())] for op in obeyed.operations.values()},
        (obeyed.title, obeyed.hosts, obeyed.origin, str(obeyed.zone)),
        [(each.name, each.pattern.pattern, sorted(each.placeholders), each.template) for each in obeyed.credentials],
        repr(obeyed.demo),
        (openapi.get("security"), {name: {**spec, "description": ""} for name, spec in schemes.items()}),
        [openapi.get(name) for name in ("x-order-import", "x-max-body", "x-trailing-slash")],
        repr(declared(obeyed)),
        {name: repr(rule.reading) for name, rule in obeyed.rules.items()},
        {name: (rule.provenance_of, rule.repeats) for name, rule in obeyed.rules.items()},
        [repr(form) for form in declared_forms(obeyed)],
        {name: (repr(obeyed.refusal(name)), refusal.provenance_of) for name, refusal in obeyed.refusals.items()},
        obeyed.messages,
    ]
    return json.dumps(offer, ensure_ascii=False, default=repr)


def replayed(name: str, obeyed: Contract, chunk: Chunk) -> Iterator[str]:
    """The answers to a chunk, one by one, and at last what its tenant holds and accounts for."""
    mock = Mock(vendor(name), obeyed, Settings())
    readings = {name: choice for name, choice in chunk.readings.items() if _can_choose(obeyed, name, choice)}
    tenant = mock.create(credentials=obeyed.demo.credentials, readings=readings, now=NOW, frozen=True)
    tenant.limits.set_mode("off")
    if chunk.known:
        try:
            tenant.replace_state(_known(name))
        except UsageError as error:
            yield f"the state is refused: {error}"
            return
    audit = tenant.audit = Audit(obeyed)
    for sending in chunk.requests:
        operation = obeyed.operations.get(sending.operation)
        if operation is None:
            yield "no such operation"
            continue
        answer = mock.handle(operation, sending.path, sending.by(tenant.credentials))
        yield f"{answer.reply.status} {answer.reply.headers} {answer.reply.body!r}"
    tenant.advance_to(NOW.replace(day=NOW.day + 2))
    yield json.dumps([tenant.state(), tenant.ledger.to_dict(), audit.to_list()], ensure_ascii=False, default=repr)


def _known(name: str) -> dict[str, Any]:
    """What the vendor's examples need, and of a collection in which that is nothing, what the vendor's fixture has.

    With it is what the requests that were made by hand need.
    """
    fixture = json.loads((data_directory("fixtures") / name / "state.json").read_text("utf-8"))
    known = {**fixture, **{collection: documents for collection, documents in held(name).items() if documents}}
    more = {collection: [*known.get(collection, ()), *documents] for collection, documents in also_held(name).items()}
    return {**known, **more}


def _can_choose(obeyed: Contract, name: str, choice: str) -> bool:
    """Whether a contract still has this choice of a reading."""
    reading = obeyed.rules[name].reading if name in obeyed.rules else None
    return reading is not None and choice in reading.choices
