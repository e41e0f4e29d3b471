"""A contract that is wrong stops the start, and says which file, where in it, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.errors import ContractError
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import load_contract, vendor
from tests.overlays import cut, edited, overlay, put

UPLOAD = "/paths/~1v1~12nd~1purchases~1{yyyymmdd}~1_all/post"
RULE = "/rules/fanship.record.property-limit"
FORK = "/rules/fanship.record.date-time"
REFUSAL = "/refusals/bad-request"
UNKNOWN_RULE = {"says": "?", "provenance": "assumed", "reason": "?"}

CHOICES = {name: {"says": "?", "recoverable": True} for name in ("a", "b")}
COPIED = {"status": 400, "rule": "fanship.record.property-limit", "provenance": "assumed"}

MISTAKES: list[tuple[str, Callable[[Any], Any], str, str, str]] = [
    # file, edit, pointer, reason, fix
    ("openapi.yaml", lambda _: [], "", 'is not of type "object"', "See contracts/schema/openapi.schema.json"),
    ("openapi.yaml", cut("/paths"), "", '"paths" is a required property', "See contracts/schema"),
    ("openapi.yaml", put("/servers", []), "/servers", "less than 1 item", "See contracts/schema"),
    ("openapi.yaml", put("/servers/0/url", "fanship"), "/servers/0/url", "does not match", "See contracts/schema"),
    ("openapi.yaml", cut(f"{UPLOAD}/operationId"), UPLOAD, "operationId", "See contracts/schema"),
    ("openapi.yaml", put(f"{UPLOAD}/x-reports", [{"path": "a..b"}]), f"{UPLOAD}/x-reports/0/path", "match", "See"),
    (
        "openapi.yaml",
        put(f"{UPLOAD}/x-reports", [{"names": "a"}]),
        f"{UPLOAD}/x-reports/0",
        "path",
        "See contracts/schema",
    ),
    ("openapi.yaml", put("/x-max-body", "8 MB"), "/x-max-body", "integer", "See contracts/schema"),
    ("openapi.yaml", put("/x-trailing-slash", False), "/x-trailing-slash", "tolerated", "See contracts/schema"),
    (
        "openapi.yaml",
        put(f"{UPLOAD}/operationId", "uploadMembers"),
        "/paths/~1v1~12nd~1members~1_all/post/operationId",
        "it is not unique",
        "Fix: give each operation its own",
    ),
    (
        "openapi.yaml",
        put(f"{UPLOAD}/x-rules", ["fanship.a.b"]),
        f"{UPLOAD}/x-rules/0",
        "there is no rule 'fanship.a.b'",
        "Fix: name a rule of rules.yaml",
    ),
    (
        "openapi.yaml",
        put(f"{UPLOAD}/security", [{"basic": []}]),
        f"{UPLOAD}/security/0/basic",
        "there is no scheme 'basic'",
        "Fix: declare it below components/securitySchemes, or name one of: bearer",
    ),
    (
        "openapi.yaml",
        put("/components/securitySchemes/bearer", {"type": "apiKey", "in": "header"}),
        "/components/securitySchemes/bearer",
        '"name" is a required property',
        "See contracts/schema",
    ),
    (
        "openapi.yaml",
        put("/x-order-import", "upload"),
        "/x-order-import",
        "there is no operation 'upload'",
        "Fix: choose one of: uploadMembers, uploadPurchases",
    ),
    (
        "openapi.yaml",
        put(f"{UPLOAD}/parameters/0/schema/format", "day"),
        f"{UPLOAD}/parameters/0/schema/format",
        "unknown format 'day'",
        "Fix: use one of: date, date-time",
    ),
    (
        "openapi.yaml",
        put("/components/schemas/Accepted/properties/example", {"format": "day"}),
        "/components/schemas/Accepted/properties/example/format",
        "unknown format 'day'",
        "Fix: use one of: date, date-time",
    ),
    (
        "openapi.yaml",
        put("/components/schemas/Accepted/properties/status/type", "text"),
        "/components/schemas/Accepted/properties/status/type",
        "it is not a valid schema",
        "Fix: correct the keyword",
    ),
    (
        "openapi.yaml",
        put(f"{UPLOAD}/requestBody/content/multipart~1form-data/schema/type", 7),
        f"{UPLOAD}/requestBody/content/multipart~1form-data/schema/type",
        "it is not a valid schema",
        "Fix: correct the keyword",
    ),
    (
        "openapi.yaml",
        put("/components/schemas/Accepted/required", "status"),
        "/components/schemas/Accepted/required",
        "it is not a valid schema",
        "Fix: correct the keyword",
    ),
    (
        "openapi.yaml",
        put("/components/schemas/Accepted/properties/status", {"pattern": "("}),
        "/components/schemas/Accepted/properties/status/pattern",
        "'(' is not a regular expression",
        "Fix: use the syntax of ECMA-262",
    ),
    (
        "openapi.yaml",
        put("/components/responses/Refused/content/application~1json/schema/$ref", "#/components/schemas/Gone"),
        "/components/responses/Refused/content/application~1json/schema/$ref",
        "unresolved $ref #/components/schemas/Gone",
        "Fix: refer to a place that the contract has",
    ),
    (
        "openapi.yaml",
        put("/components/schemas/Member/$ref", "memb.schema.json"),
        "/components/schemas/Member/$ref",
        "unresolved $ref memb.schema.json",
        "Fix: refer to a place that the contract has",
    ),
    (
        "purchase.schema.json",
        put("/properties/order_date/format", "rfc3339"),
        "/properties/order_date/format",
        "unknown format 'rfc3339'",
        "Fix: use one of: date, date-time",
    ),
    (
        "purchase.schema.json",
        put("/properties/property/maxItems", "100"),
        "/properties/property/maxItems",
        "it is not a valid schema",
        "Fix: correct the keyword",
    ),
    ("rules.yaml", cut("/rules"), "", '"rules" is a required property', "See contracts/schema/rules.schema.json"),
    ("rules.yaml", put(f"{RULE}/note", "x"), RULE, "note", "See contracts/schema/rules.schema.json"),
    ("rules.yaml", put(f"{RULE}/provenance", "guessed"), f"{RULE}/provenance", "guessed", "See contracts/schema"),
    ("rules.yaml", cut(f"{RULE}/source"), RULE, '"source" is a required property', "See contracts/schema"),
    ("rules.yaml", put("/rules/fanship.a", UNKNOWN_RULE), "/rules", "does not match", "See contracts/schema"),
    ("rules.yaml", put("/numbers", ["FAN-01", "FAN-01"]), "/numbers", "non-unique", "See contracts/schema"),
    ("rules.yaml", cut(RULE), RULE, "the rule is missing, and the mock uses it", "Fix: put it back"),
    (
        "rules.yaml",
        put("/rules/fanship.a.b", UNKNOWN_RULE),
        "/rules/fanship.a.b",
        "rule is not implemented",
        "Did you mean 'fanship.path.only-all'? Fix: correct it, or take it out",
    ),
    (
        "rules.yaml",
        put(f"{RULE}/values/limit/$ref", "purchase.schema.json#/properties/gone"),
        f"{RULE}/values/limit",
        "unresolved $ref purchase.schema.json#/properties/gone",
        "Fix: refer to a place that the contract has",
    ),
    (
        "rules.yaml",
        put(f"{RULE}/covers/0", "purchase.schema.json#/properties/gone"),
        f"{RULE}/covers/0",
        "unresolved $ref purchase.schema.json#/properties/gone",
        "Fix: refer to a place that the contract has",
    ),
    (
        "rules.yaml",
        put(f"{RULE}/covers/0", "gone.json#"),
        f"{RULE}/covers/0",
        "unresolved $ref",
        "Fix: refer to a place",
    ),
    (
        "openapi.yaml",
        put("/components/schemas/Refusal/properties/status", {"$ref": "errors.yaml#/refusals/not-found/status"}),
        "/components/schemas/Refusal/properties/status/$ref",
        "is another file",
        "Fix: put the schema into components/schemas",
    ),
    (
        "rules.yaml",
        put(f"{RULE}/forms", [{"sent": "/*", "as": "directive", "value": "gone"}]),
        f"{RULE}/forms/0/value",
        "'gone' is not a value of the rule",
        "Available: ",
    ),
    (
        "rules.yaml",
        put(f"{FORK}/reading/default", "neither"),
        f"{FORK}/reading/default",
        "'neither' is not one of the choices",
        "Fix: choose one of: asserted, null-on-mismatch",
    ),
    ("rules.yaml", cut(f"{FORK}/reading/choices/asserted"), f"{FORK}/reading/choices", "less than 2", "See contracts"),
    ("rules.yaml", cut(f"{RULE}/values/limit"), f"{RULE}/values/limit", "the mock depends on it", "Fix: put it back"),
    ("errors.yaml", cut("/refusals"), "", '"refusals" is a required property', "See contracts/schema/errors"),
    ("errors.yaml", put(f"{REFUSAL}/status", 42), f"{REFUSAL}/status", "42 is less than", "See contracts/schema"),
    (
        "errors.yaml",
        cut("/refusals/too-large"),
        "/refusals/too-large",
        "the refusal is missing",
        "Fix: put it back",
    ),
    ("errors.yaml", cut(REFUSAL), REFUSAL, "it is missing, and the mock depends on it", "Fix: put it back"),
    (
        "errors.yaml",
        put(f"{REFUSAL}/headers", {"X-Why": "日本"}),
        f"{REFUSAL}/headers/X-Why",
        "'日本' cannot be sent in a header",
        "Fix: take printable latin-1",
    ),
    (
        "errors.yaml",
        put(f"{REFUSAL}/headers", {"X-Why": "a\r\nX-Other: b"}),
        f"{REFUSAL}/headers/X-Why",
        "cannot be sent in a header",
        "Fix: take printable latin-1",
    ),
    (
        "errors.yaml",
        put(f"{REFUSAL}/headers", {"content-Length": 3}),
        f"{REFUSAL}/headers/content-Length",
        "frames the response",
        "Fix: leave it out",
    ),
    (
        "errors.yaml",
        put(f"{REFUSAL}/headers", {"X Why": "a"}),
        f"{REFUSAL}/headers/X Why",
        "'X Why' is not the name of a header",
        "Fix: take letters",
    ),
    (
        "errors.yaml",
        put("/refusals/bad-requst", COPIED),
        "/refusals/bad-requst",
        "the mock does not know",
        "Did you",
    ),
    (
        "openapi.yaml",
        put("/x-max-bdy", 5),
        "/x-max-bdy",
        "'x-max-bdy' is not a keyword here",
        "Did you mean 'x-max-body'",
    ),
    ("openapi.yaml", put(f"{UPLOAD}/x-rule", []), f"{UPLOAD}/x-rule", "is not a keyword", "Did you mean 'x-rules'"),
    (
        "openapi.yaml",
        put(f"{UPLOAD}/parameters/0/requried", True),
        f"{UPLOAD}/parameters/0/requried",
        "'requried' is not a keyword here, and nothing reads it",
        "Did you mean 'required'?",
    ),
    (
        "purchase.schema.json",
        put("/properties/property/maxItmes", 5),
        "/properties/property/maxItmes",
        "'maxItmes' is not a keyword here, and nothing reads it",
        "Did you mean 'maxItems'?",
    ),
    (
        "openapi.yaml",
        put("/components/schemas/Accepted/additionalProperites", False),
        "/components/schemas/Accepted/additionalProperites",
        "is not a keyword here",
        "Did you mean 'additionalProperties'?",
    ),
    ("rules.yaml", put(f"{RULE}/refs", ["FAN-99"]), f"{RULE}/refs/0", "/numbers has no 'FAN-99'", "Did you mean"),
    (
        "rules.yaml",
        put(f"{RULE}/reading", {"default": "a", "choices": CHOICES}),
        f"{RULE}/reading",
        "the mock does not use this reading",
        "Fix: take it out",
    ),
    ("errors.yaml", put(f"{REFUSAL}/rule", "a.b.c"), f"{REFUSAL}/rule", "there is no rule 'a.b.c'", "Fix: name a rule"),
]


@pytest.mark.parametrize(("file", "edit", "pointer", "reason", "fix"), MISTAKES)
def test_a_mistake_stops_the_start_with_file_place_reason_and_fix(
    tmp_path: Path, file: str, edit: Callable[[Any], Any], pointer: str, reason: str, fix: str
) -> None:
    with pytest.raises(ContractError) as stopped:
        load_contract("fanship", edited(tmp_path, "fanship", file, edit))
    wrong = stopped.value
    assert (wrong.file, wrong.pointer) == (f"fanship/{file}", pointer)
    assert reason in wrong.reason
    assert wrong.fix.startswith(fix)
    assert str(wrong).startswith(f"{wrong.file}#{wrong.pointer}: " if wrong.pointer else f"{wrong.file}: ")
    assert str(wrong).endswith(f": {wrong.reason}. {wrong.fix}")


@pytest.mark.parametrize(
    ("file", "edit", "pointer"),
    [
        (
            "openapi.yaml",
            cut("/paths/~1subscriptions~1batch"),
            "/paths/~1subscriptions~1batch/post/operationId",
        ),
        (
            "vendor.yaml",
            put("/demo/examples/createCustomer/after", {"operation": "?", "answer": {}}),
            "/demo/examples/createCustomer/after/operation",
        ),
        (
            "openapi.yaml",
            cut("/paths/~1subscriptions~1batch/post/responses/200"),
            "/paths/~1subscriptions~1batch/post/responses/200",
        ),
        ("openapi.yaml", cut("/paths/~1orders~1batch/post/responses/422"), "/paths/~1orders~1batch/post/responses/422"),
        ("openapi.yaml", put("/components/schemas", {}), "/"),
        ("errors.yaml", lambda found: found["messages"].clear(), "/messages/"),
        (
            "rules.yaml",
            put("/rules/zangsho.batch.status/reading/choices/other", {"says": "?", "recoverable": True}),
            "/rules/zangsho.batch.status/reading/choices/other",
        ),
    ],
)
def test_a_copied_contract_that_lacks_a_name_the_mock_uses_stops_the_start(
    tmp_path: Path, file: str, edit: Callable[[Any], Any], pointer: str
) -> None:
    with pytest.raises(ContractError) as stopped:
        load_contract("zangsho", edited(tmp_path, "zangsho", file, edit))
    assert stopped.value.pointer.startswith(pointer)


def test_an_operation_that_is_not_implemented_stops_the_start(tmp_path: Path) -> None:
    def another(openapi: Any) -> None:
        openapi["paths"]["/v3/all"] = {"get": {"operationId": "listAll", "responses": {"200": {"description": "All."}}}}

    with pytest.raises(ContractError, match=r"openapi\.yaml#/paths/~1v3~1all/get: nothing in the mock answers listAll"):
        Mock(vendor("fanship"), load_contract("fanship", edited(tmp_path, "fanship", "openapi.yaml", another)))


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("rules.yaml", "a: [1", "cannot be read"),
        ("rules.yaml", "a: 1\na: 2\n", "key 'a' is repeated"),
        ("rules.yaml", "a: !!python/object:os.system {}", "could not determine a constructor"),
        ("rules.yaml", "a: &x [*x]", "cannot be read"),
        ("rules.yaml", "{a: 1}: 1", "is not a string: quote it"),
        ("rules.yaml", "200: 1", "key 200 is not a string: quote it"),
        ("rules.yaml", "[" * 5_000, "cannot be read"),
        ("purchase.schema.json", "{", "cannot be read"),
        ("purchase.schema.json", '{"a": {"b": 1, "b": 2}}', "key /a/b is repeated"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path, file: str, text: str, reason: str) -> None:
    directory = overlay(tmp_path, "fanship", file, text)
    with pytest.raises(ContractError, match=reason) as stopped:
        load_contract("fanship", directory)
    assert stopped.value.file == str(directory / "fanship" / file)
    assert stopped.value.fix
    assert "unicode string" not in str(stopped.value)


@pytest.mark.parametrize(
    ("file", "text", "place", "line"),
    [
        ("rules.yaml", "a: 1\na: 2\n", "/a", 2),
        ("rules.yaml", "rules:\n  x:\n    - a: 1\n    - b/c: {d: 1, d: 2}\n", "/rules/x/1/b~1c/d", 4),
        ("errors.yaml", "refusals:\n  409: {}\n", "/refusals/409", 2),
        ("purchase.schema.json", '{"a": {"b": 1, "b": 2}}', "/a/b", None),
    ],
)
def test_a_key_that_is_repeated_or_not_text_is_reported_with_its_place(
    tmp_path: Path, file: str, text: str, place: str, line: int | None
) -> None:
    with pytest.raises(ContractError) as stopped:
        load_contract("fanship", overlay(tmp_path, "fanship", file, text))
    assert stopped.value.pointer == place
    assert line is None or f"(line {line})" in stopped.value.reason
    assert stopped.value.fix.startswith("Fix: ")


def test_bytes_that_are_not_text_stop_the_start(tmp_path: Path) -> None:
    directory = overlay(tmp_path, "fanship", "rules.yaml", "")
    (directory / "fanship" / "rules.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ContractError, match="cannot be read"):
        load_contract("fanship", directory)
