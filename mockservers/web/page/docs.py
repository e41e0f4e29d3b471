"""The contract of a vendor as a page: its operations with their fields, answers and rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from mockservers.core.admin.control import Control
from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.contract.provenance import label
from mockservers.reports.operation_coverage import tried
from mockservers.web.page.examples import example_of
from mockservers.web.page.schema_rows import Row, resolved, row, rows


def add(app: flask.Flask, control: Control) -> None:
    """Add the screens."""

    @app.get("/docs")
    def all_docs() -> str:
        return flask.render_template("docs_list.html", mocks=control.mocks)

    @app.get("/docs/<vendor>")
    def docs(vendor: str) -> str:
        contract = control.mock(vendor).contract
        operations = [_about(contract, each) for each in contract.operations.values()]
        (report,) = (each for each in control.coverage()["vendors"] if each["vendor"] == contract.vendor)
        beside = {rule.id for each in operations for rule, _ in each["rules"]}
        return flask.render_template(
            "docs.html",
            contract=contract,
            info=contract.openapi.get("info", {}),
            operations=operations,
            tried={each["operation"]: (each["calls"], tried(each, report)) for each in report["operations"]},
            others=[(rule, label(rule.provenance_of)) for rule in contract.rules.values() if rule.id not in beside],
        )


def _about(contract: Contract, operation: Operation) -> dict[str, Any]:
    spec = operation.spec
    content = resolved(contract, spec.get("requestBody", {})).get("content", {})
    nothing: tuple[str, Mapping[str, Any]] = ("", {})
    media, body = next(iter(content.items()), nothing)
    answers = [_answer(contract, status, each) for status, each in spec.get("responses", {}).items()]
    named = [contract.rules[name] for name in spec.get("x-rules", ()) if name in contract.rules]
    return {
        "operation": operation,
        "parameters": [_parameter(contract, each) for each in spec.get("parameters", ())],
        "media": media,
        "fields": _body_rows(contract, operation, resolved(contract, body.get("schema", {}))),
        "example": example_of(contract, operation).body,
        "answers": [each for each in answers if each[0] < "400"],
        "refusals": [each for each in answers if each[0] >= "400"],
        "rules": [(rule, label(rule.provenance_of)) for rule in named],
    }


def _parameter(contract: Contract, declared: Any) -> tuple[str, Row]:
    schema_or_response = resolved(contract, declared)
    required = bool(schema_or_response.get("required"))
    schema = schema_or_response.get("schema", {})
    return schema_or_response["in"], row(
        contract, schema_or_response["name"], schema, str(schema_or_response.get("description", "")), required=required
    )


def _body_rows(contract: Contract, operation: Operation, schema: Any) -> list[Row]:
    """Return the fields of a body, or of a line of an uploaded file."""
    if not operation.upload:
        return rows(contract, schema)
    part = resolved(contract, schema.get("properties", {}).get(operation.upload, {}))
    return rows(contract, part.get("x-oai-itemSchema") or part.get("contentSchema") or {})


def _answer(contract: Contract, status: str, declared: Any) -> tuple[str, str, list[Row]]:
    response = resolved(contract, declared)
    content: Mapping[str, Any] = next(iter(response.get("content", {}).values()), {})
    return status, str(response.get("description", "")), rows(contract, content.get("schema", {}))
