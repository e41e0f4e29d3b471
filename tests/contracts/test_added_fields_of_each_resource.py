"""A field that an overlay adds to a resource is in its stored document, and in the replies to reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.json_text import loads, value_at
from mockservers.vendors import load_contract, vendor
from tests.asking import NOW
from tests.contracts.added_fields import ADDED, ROWS, SCHEMAS, Row
from tests.overlays import edited, put
from tests.sending import Sending

TEXT = {"type": "string"}


class Obeying:
    """A tenant of a vendor whose contract has the field in some schemas."""

    def __init__(self, directory: Path, name: str, file: str, *schemas: str, **readings: str) -> None:
        def edit(document: Any) -> None:
            for schema in schemas:
                put(f"{schema}/properties/gift", TEXT)(document)

        self.contract = load_contract(name, edited(directory, name, file, edit))
        self.mock = Mock(vendor(name), self.contract)
        named = {name.replace("_", "."): choice for name, choice in readings.items()}
        self.tenant: Tenant = self.mock.create(now=NOW, frozen=True, readings=named)
        self.tenant.limits.set_mode("off")
        self.audit = self.tenant.audit = Audit(self.contract)

    def answer(self, call: Sending) -> bytes:
        """The body of the answer to a call, which succeeds."""
        operation = self.contract.operations[call.operation]
        reply = self.mock.handle(operation, call.path, call.by(self.tenant.credentials)).reply
        assert reply.status < 300, reply.body
        return reply.body


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_field_added_to_a_resource_is_in_state_and_reply(tmp_path: Path, row: Row) -> None:
    read = [f"{SCHEMAS}/{row.read_schema}"] if row.read_schema else []
    obeying = Obeying(tmp_path, row.vendor, row.file, row.schema, *read)

    for call in (*row.first, row.call):
        obeying.answer(call)
    obeying.tenant.advance_to(NOW.replace(day=NOW.day + 2))

    assert value_at(obeying.tenant.state(), f"{row.at}/gift") == ADDED["gift"]
    assert "gift" not in str(obeying.tenant.ledger.to_dict()["findings"])
    assert obeying.audit.to_list() == []
    if row.read is not None:
        assert value_at(loads(obeying.answer(row.read)).value, f"{row.answered}/gift") == ADDED["gift"]


def test_a_mapping_that_is_sent_again_keeps_a_field_that_it_omits(tmp_path: Path) -> None:
    obeying = Obeying(tmp_path, "omnisegment", "openapi.yaml", f"{SCHEMAS}/AudienceMapping")
    mapping = {"source_id": "s", "source_system": "web", "mapping_key": "line_id", "line_id": "1"}
    again = {"source_id": "s", "source_system": "web", "mapping_key": "member_sn", "member_sn": "2"}
    for body in ({**mapping, **ADDED}, again):
        obeying.answer(Sending("omnisegment", "createAudienceMapping", json=body))
    assert obeying.tenant.state()["source_ids"] == [{**again, **ADDED}]


def test_an_event_that_is_sent_again_with_another_value_loses_it(tmp_path: Path) -> None:
    readings = {"esputnik_event_repeated": "dropped"}
    obeying = Obeying(tmp_path, "esputnik", "openapi.yaml", f"{SCHEMAS}/Event", **readings)
    for gift in ("茶", "茶", "杯"):
        body = {"eventTypeKey": "seen", "keyValue": "k", "gift": gift}
        obeying.answer(Sending("esputnik", "registerEvent", json=body))
    assert obeying.tenant.ledger.items == {"sent": 3, "kept": 1, "skipped": 2}
    assert obeying.tenant.ledger.silent == 1
