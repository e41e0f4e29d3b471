"""What GitHub shows of a run: annotations and the summary of a job, which nothing that was sent can forge."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers.core.errors import UsageError
from mockservers.reports.github import add_summary, markdown, workflow_commands
from mockservers.web.bootstrap import MockApp
from tests.reports.running import report

PAYLOAD = "</style><script>alert(1)</script>|`*\n::error::forged"


def customer(number: int, **fields: str) -> dict[str, str]:
    return {"email": f"{number}@example.com", "name": "陳美麗", **fields}


def test_a_loss_is_an_annotation_that_sent_data_cannot_forge(mock_app: MockApp) -> None:
    run = report(mock_app, customer(1, **{PAYLOAD: "1"}))
    (line,) = workflow_commands(run.evidence, run.verdict)
    assert line.startswith("::error title=zangsho.request.unknown-key::Zangsho: ")
    assert "\n" not in line


def test_equal_losses_are_one_annotation_with_their_count(mock_app: MockApp) -> None:
    run = report(mock_app, *(customer(number, phoneNumber="1") for number in range(3)), customer(9, birth="1"))
    first, second = workflow_commands(run.evidence, run.verdict)
    assert "phoneNumber is not a field" in first
    assert "(3 times). Rename phoneNumber to phone." in first
    assert "birth is not a field" in second


def test_an_expected_loss_is_not_an_annotation(mock_app: MockApp) -> None:
    run = report(mock_app, customer(1, phoneNumber="1"), expected=("zangsho.request.*",))
    assert workflow_commands(run.evidence, run.verdict) == []


def test_a_loss_whose_test_is_known_is_annotated_at_the_test(mock_app: MockApp) -> None:
    run = report(mock_app, customer(1, phoneNumber="1"))
    run.evidence.accounts[0].ledger["findings"][0].update(test="tests/test_a,b.py::test_one", line=7)
    (line,) = workflow_commands(run.evidence, run.verdict)
    assert line.startswith("::error file=tests/test_a%2Cb.py,line=7,title=zangsho.request.unknown-key::")


def test_the_summary_of_a_job_is_a_table_that_sent_data_cannot_break(mock_app: MockApp) -> None:
    text = markdown(report(mock_app, customer(1, **{PAYLOAD: "1"})).verdict)
    rows = [line for line in text.splitlines() if line.startswith("| #")]
    assert len(rows) == 1
    assert rows[0].count("|") == 5
    assert "<" not in text


def test_a_summary_is_appended_to_those_of_other_steps(mock_app: MockApp, tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("### others\n")
    add_summary(report(mock_app, customer(1)).verdict, {"GITHUB_STEP_SUMMARY": str(file)})
    assert file.read_text() == "### others\n### mockservers: nothing fails\n\n1 items arrived.\n"
    with pytest.raises(UsageError, match=r"GITHUB_STEP_SUMMARY: /nope/x cannot be written: .*Fix: "):
        add_summary(report(mock_app).verdict, {"GITHUB_STEP_SUMMARY": "/nope/x"})


def test_an_overlong_key_is_cut(mock_app: MockApp) -> None:
    run = report(mock_app, customer(1, **{"鍵" * 1000: "1"}))
    said = [*workflow_commands(run.evidence, run.verdict), *markdown(run.verdict).splitlines()]
    shown = [line for line in said if "鍵" in line]
    assert [f"{'鍵' * 79}… is not a field of the vendor" in line for line in shown] == [True, True]
    assert [line for line in shown if "鍵" * 80 in line] == []
