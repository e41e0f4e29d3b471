"""Losses as SARIF 2.1.0: by the standard's schema, with the place of each, and nothing that what was sent can break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import requests
from jsonschema import Draft4Validator

from mockservers.reports.sarif import sarif
from mockservers.web.bootstrap import MockApp
from tests.reports.running import report

SCHEMA = Draft4Validator(json.loads(Path(__file__).with_name("sarif-2.1.0.schema.json").read_text()))
CUSTOMER = {"email": "a@example.com", "name": "王小明", "phoneNumber": "1"}


def run_of(mock_app: MockApp, *customers: dict[str, str], expected: tuple[str, ...] = ()) -> dict[str, Any]:
    made = report(mock_app, *customers, expected=expected)
    log = json.loads(sarif(made.evidence, made.verdict, made.coverage, version="1.2", url="http://127.0.0.1:8080"))
    assert [error.message for error in SCHEMA.iter_errors(log)] == []
    (run,) = log["runs"]
    found: dict[str, Any] = run
    return found


def test_a_loss_is_a_result_with_its_rule_its_call_and_its_place(mock_app: MockApp) -> None:
    run = run_of(mock_app, CUSTOMER)
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (result["ruleId"], rule["id"], result["level"]) == (*["zangsho.request.unknown-key"] * 2, "error")
    assert rule["shortDescription"]["text"].startswith("A key that ")
    assert "Rename phoneNumber to phone." in result["message"]["text"]
    (location,) = result["locations"]
    artifact = location["physicalLocation"]["artifactLocation"]
    assert run["originalUriBaseIds"][artifact["uriBaseId"]]["uri"] + artifact["uri"] == (
        "http://127.0.0.1:8080/calls/zangsho/demo-zangsho/1"
    )
    assert location["logicalLocations"] == [{"fullyQualifiedName": "/phoneNumber", "kind": "property"}]


def test_a_loss_whose_test_is_known_is_in_the_tests_file(mock_app: MockApp) -> None:
    made = report(mock_app, CUSTOMER)
    made.evidence.accounts[0].ledger["findings"][0].update(test="tests/test_a.py::test_one", line=7)
    log = json.loads(sarif(made.evidence, made.verdict, made.coverage, version="1.2"))
    assert [error.message for error in SCHEMA.iter_errors(log)] == []
    (place,) = log["runs"][0]["results"][0]["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "tests/test_a.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }


def test_the_same_loss_has_the_same_fingerprint_and_another_has_another(mock_app: MockApp) -> None:
    others = [
        {"email": "b@example.com", "name": "b", "phoneNumber": "2"},
        {"email": "c@example.com", "name": "c", "x": "1"},
    ]
    prints = [result["partialFingerprints"]["loss/v1"] for result in run_of(mock_app, CUSTOMER, *others)["results"]]
    assert prints[0] == prints[1] != prints[2]


def test_a_loss_that_is_expected_is_suppressed(mock_app: MockApp) -> None:
    (result,) = run_of(mock_app, CUSTOMER, expected=("zangsho.request.*",))["results"]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted"}]


def test_a_failure_without_a_loss_is_a_result(mock_app: MockApp) -> None:
    requests.get(f"{mock_app.server.url}/zangsho/v1/orders", headers={"Authorization": "Bearer nobody"}, timeout=10)
    (result,) = run_of(mock_app)["results"]
    assert (result["ruleId"], result["level"]) == ("unauthenticated", "error")
    assert "is no tenant's" in result["message"]["text"]


def test_any_key_and_value_is_escaped_text(mock_app: MockApp) -> None:
    payload = '"}]</script>\u2028\x00\ud800 {placeholder} [link](javascript:1)'
    (result,) = run_of(mock_app, {**CUSTOMER, "phoneNumber": "x", "email": "z@example.com", payload: payload})[
        "results"
    ][1:]
    assert "{placeholder}" in result["message"]["text"]
