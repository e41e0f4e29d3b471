"""JUnit XML of a run of the kit: every count, whatever way it ends, and XML whatever the program printed."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockservers.cli import cli
from mockservers.cli.conformity_junit import JunitCase, junit, junit_of_a_broken_run
from mockservers.core.errors import UsageError

HELD, BROKEN, KNOWN = (
    JunitCase("conformance.complete", 1.0),
    JunitCase("conformance.order", 2.0, "failure", "conformance.order: too early\n  missing    order O-1"),
    JunitCase("conformance.crash", 0.5, "skipped", "known"),
)


def counts(document: bytes) -> dict[str, str]:
    return {name: value for name, value in ET.fromstring(document).attrib.items() if name != "name"}


def test_each_kind_of_result_is_counted() -> None:
    found = counts(junit("zangsho", "zangsho", [HELD, BROKEN, KNOWN]))

    assert found == {"tests": "3", "failures": "1", "errors": "0", "skipped": "1", "time": "3.500"}


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UsageError("it hangs"), "it hangs"),
        (KeyboardInterrupt(), "The run was interrupted."),
        (SystemExit(143), "The run was interrupted."),
    ],
)
def test_a_run_that_is_aborted_reports_its_results_and_an_error(
    tmp_path: Path, error: BaseException, message: str
) -> None:
    file = tmp_path / "junit.xml"

    with pytest.raises(type(error)), junit_of_a_broken_run(file, "zangsho", "zangsho", lambda: [HELD, BROKEN]):
        raise error

    assert counts(file.read_bytes()) | {"time": ""} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
        "time": "",
    }
    (found,) = ET.parse(file).getroot().iter("error")
    assert found.get("message") == message


def test_a_completed_run_is_written_only_by_its_report(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"

    with junit_of_a_broken_run(file, "zangsho", "zangsho", lambda: [HELD]):
        pass

    assert not file.exists()


def test_a_program_that_cannot_be_tried_is_an_error_whatever_it_printed(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    colours = r"import sys; sys.stderr.write('\x1b[31mno \x00 way\x1b[0m'); sys.exit(3)"
    options = ["zangsho", "--profile", "quick", "--junit", str(file), "--env"]

    ended = CliRunner().invoke(cli, ["conform", *options, "--", sys.executable, "-c", colours])

    assert isinstance(ended.exception, UsageError)
    assert counts(file.read_bytes())["errors"] == "1"
    assert "no \ufffd way" in (ET.parse(file).getroot().findtext("testcase/error") or "")
