"""What a contract says beside a type, shows or answers has to be of that type: otherwise it stops the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.errors import ContractError
from mockservers.vendors import load_contract
from tests.contracts.test_added_fields import sent
from tests.overlays import edited, put
from tests.sending import Sending

UPLOAD = "/paths/~1v1~12nd~1purchases~1{yyyymmdd}~1_all/post"
REFUSAL = "/refusals/bad-request"

MISTAKES: list[tuple[str, Callable[[Any], Any], str, str, str]] = [
    # file, edit, pointer, reason, fix
    (
        "openapi.yaml",
        put("/components/schemas/Accepted/properties/status", {"type": "string", "maxItems": 3}),
        "/components/schemas/Accepted/properties/status/maxItems",
        "maxItems applies to array, but the type is string",
        "Fix: add array to the type, or take it out",
    ),
    (
        "openapi.yaml",
        put("/components/schemas/Accepted/properties/status", {"type": "string", "enum": ["OK", None]}),
        "/components/schemas/Accepted/properties/status/enum/1",
        "null applies to null, but the type is string",
        "Fix: add null to the type, or take it out",
    ),
    (
        "openapi.yaml",
        put(f"{UPLOAD}/parameters/0/schema/default", 7),
        f"{UPLOAD}/parameters/0/schema/default",
        "the default 7 applies to number, but the type is string",
        "Fix: add number to the type, or take it out",
    ),
    (
        "openapi.yaml",
        put(f"{UPLOAD}/responses/200/content/application~1json/example", "yes"),
        f"{UPLOAD}/responses/200/content/application~1json/example",
        'the response schema does not accept it: "yes" is not of type "object"',
        "Fix: correct it, or openapi.yaml#",
    ),
    (
        "openapi.yaml",
        put("/components/schemas/Accepted/properties/status", {"type": "string", "examples": ["OK", 7]}),
        "/components/schemas/Accepted/properties/status/examples/1",
        '7 is not of type "string"',
        "Fix: correct it, or openapi.yaml#",
    ),
    (
        "errors.yaml",
        put(f"{REFUSAL}/body", ["NG"]),
        f"{REFUSAL}/body",
        'the response schema does not accept it: ["NG"] is not of type "object"',
        "Fix: correct it, or openapi.yaml#/components/responses/Refused",
    ),
]


@pytest.mark.parametrize(("file", "edit", "pointer", "reason", "fix"), MISTAKES)
def test_a_value_of_another_type_stops_the_start(
    tmp_path: Path, file: str, edit: Callable[[Any], Any], pointer: str, reason: str, fix: str
) -> None:
    with pytest.raises(ContractError) as stop:
        load_contract("fanship", edited(tmp_path, "fanship", file, edit))
    wrong = stop.value
    assert (wrong.file, wrong.pointer) == (f"fanship/{file}", pointer)
    assert reason in wrong.reason
    assert wrong.fix.startswith(fix)


def test_an_overlay_may_narrow_an_enum_below_what_examples_show(tmp_path: Path) -> None:
    edit = put("/components/schemas/OrderStatus/enum", ["pending"])
    obeyed = load_contract("zangsho", edited(tmp_path, "zangsho", "openapi.yaml", edit))
    assert obeyed.validator("#/components/schemas/OrderStatus").valid("paid") is False


def test_a_list_of_fewer_items_than_a_batch_needs_is_refused(tmp_path: Path) -> None:
    edit = put("/components/schemas/AudienceBatch/properties/data/minItems", 2)
    obeyed = load_contract("omnisegment", edited(tmp_path, "omnisegment", "openapi.yaml", edit))
    one = Sending("omnisegment", "batchImportAudience", json={"data": [{"member_sn": "1"}]})
    two = Sending("omnisegment", "batchImportAudience", json={"data": [{"member_sn": "1"}, {"member_sn": "2"}]})
    refusal, tenant = sent(obeyed, one)
    assert (refusal.reply.status, tenant.ledger.to_dict()["items"]["refused"]) == (400, 1)
    success, tenant = sent(obeyed, two)
    assert (success.reply.status, tenant.ledger.to_dict()["items"]["kept"]) == (200, 2)
