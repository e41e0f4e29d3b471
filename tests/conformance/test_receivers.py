"""Webhook receivers, right ones and ones that are wrong in one way, in Python and Node.js."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Collection
from pathlib import Path

import pytest

from mockservers.core.errors import UsageError
from mockservers.testing.conformance.receivers import running
from mockservers.testing.conformance.receivers.properties import PROPERTIES
from mockservers.testing.conformance.receivers.running import Asked, ReceiverReport, run_receiver
from mockservers.testing.server import MockServer
from mockservers.web.webhook_sender import signer
from tests.conformance.receiving import receiving

ROOT = Path(__file__).parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
QUICK = [name for name in PROPERTIES if name not in ("webhooks.burst", "webhooks.forged")]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return immediately: these receivers store a webhook before they answer."""
    monkeypatch.setattr(running, "SETTLE", 1.0)


def read_back(file: Path) -> str:
    return shlex.join(["cat", str(file)])


def broken(report: ReceiverReport) -> set[str]:
    return {result.id for result in report.results if not result.holds}


def tried(
    server: MockServer,
    tmp_path: Path,
    wrong: str,
    language: str = "py",
    only: Collection[str] = (),
    *,
    signed: bool = False,
) -> ReceiverReport:
    file = tmp_path / "held"
    with receiving(file, wrong, language) as url:
        sign = signer(SECRET).sign if signed else None
        return run_receiver(Asked("zangsho", url, read_back(file), only, sign=sign), server, lambda _: None)


@pytest.mark.parametrize("language", ["py", "mjs"])
def test_a_right_receiver_holds_all_properties(server: MockServer, tmp_path: Path, language: str) -> None:
    report = tried(server, tmp_path, "", language)
    assert [result.wrong for result in report.results] == [()] * 8
    compared = {"py": "customers by email, name, phone; orders by order_no, customer_email, amount, currency, status"}
    fields = compared.get(language, "customers by email; orders by order_no")
    assert report.notes[0] == f"Judged by what --read-back lists: {fields}."


def test_an_amount_may_be_held_as_a_number_and_extra_fields_are_allowed(server: MockServer, tmp_path: Path) -> None:
    report = tried(server, tmp_path, "columns", "py", QUICK)
    assert broken(report) == set()
    assert report.notes[0].endswith("; orders by order_no, amount.")


def test_a_field_that_differs_from_its_webhook_is_named(server: MockServer, tmp_path: Path) -> None:
    (amounts,) = tried(server, tmp_path, "whole-amounts", "py", ["webhooks.good"]).results[0].wrong
    (stubs,) = tried(server, tmp_path, "stub-stays", "py", ["webhooks.out-of-order"]).results[0].wrong
    assert amounts.startswith("held otherwise than announced: order_no KIT-")
    assert amounts.endswith(': amount is "1234", announced: "1234.50"')
    assert ': name is missing, announced: "陳美麗"' in stubs


@pytest.mark.parametrize(
    ("wrong", "language", "properties"),
    [
        ("doubles", "py", {"duplicate", "retried"}),
        ("doubles", "mjs", {"duplicate", "retried"}),
        ("needs-customer", "py", {"out-of-order"}),
        ("needs-customer", "mjs", {"out-of-order"}),
        ("unknown-is-500", "py", {"unknown-event"}),
        ("unknown-is-500", "mjs", {"unknown-event"}),
        pytest.param("refuses-again", "mjs", {"duplicate", "retried"}, marks=pytest.mark.thorough),
        pytest.param("strict-keys", "py", {"extra-keys"}, marks=pytest.mark.thorough),
        ("drops-late", "py", {"late"}),
        ("stub-stays", "py", {"out-of-order"}),
    ],
)
def test_a_wrong_receiver_breaks_the_properties_that_it_is_wrong_about(
    server: MockServer, tmp_path: Path, wrong: str, language: str, properties: set[str]
) -> None:
    report = tried(server, tmp_path, wrong, language, QUICK)
    assert broken(report) == {f"webhooks.{name}" for name in properties}, report


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["py", "mjs"])
def test_a_receiver_that_blocks_answers_too_late_in_a_burst(server: MockServer, tmp_path: Path, language: str) -> None:
    report = tried(server, tmp_path, "blocks", language, ["webhooks.burst"])
    assert broken(report) == {"webhooks.burst"}
    assert (
        "of 30 webhooks at the same time were not taken, the first: no answer within 5 s" in report.results[0].wrong[0]
    )


def test_signatures_are_tried_with_a_secret(server: MockServer, tmp_path: Path) -> None:
    only = ["webhooks.good", "webhooks.forged"]
    assert broken(tried(server, tmp_path, "signed", "py", only, signed=True)) == set()
    report = tried(server, tmp_path, "", "py", only, signed=True)
    assert broken(report) == {"webhooks.forged"}
    assert [line.partition(" with ")[2].partition(" is ")[0] for line in report.results[1].wrong[:3]] == [
        "no signature",
        "the signature of another body",
        "a signature an hour old",
    ]


def test_lost_records_and_duplicates_are_named(server: MockServer, tmp_path: Path) -> None:
    (twice,) = tried(server, tmp_path, "doubles", "py", ["webhooks.retried"]).results[0].wrong
    (lost,) = tried(server, tmp_path, "needs-customer", "py", ["webhooks.out-of-order"]).results[0].wrong
    assert twice.startswith("held more than once: email ")
    assert "(2 times)" in twice
    assert lost.startswith("lost: order_no KIT-")


@pytest.mark.thorough
def test_without_a_read_back_replies_are_judged_and_the_report_says_so(server: MockServer, tmp_path: Path) -> None:
    with receiving(tmp_path / "held", "doubles") as url:
        report = run_receiver(Asked("zangsho", url, only=["webhooks.duplicate"]), server, lambda _: None)
    assert broken(report) == set()
    assert report.notes[0].startswith("Judged by replies alone: what is held was not looked at.")
    with receiving(tmp_path / "held", "refuses-again", "mjs") as url:
        report = run_receiver(Asked("zangsho", url, only=["webhooks.duplicate"]), server, lambda _: None)
    assert "(the second time) is answered: 409" in report.results[0].wrong[0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked("zangsho", "http://127.0.0.1:1/"), "takes no webhook"),
        (Asked("zangsho", "node receiver.mjs"), "not the address of a receiver"),
        (Asked("fanship", "http://127.0.0.1:1/"), "Available: zangsho-webhooks."),
        (Asked("zangsho", "http://127.0.0.1:1/", only=["webhooks.forged"]), "Fix: give --webhook-secret"),
        (Asked("zangsho", "http://127.0.0.1:1/", only=["webhooks.goood"]), "webhooks.good"),
        (Asked("zangsho", "http://127.0.0.1:1/", only=["forged"]), "Fix: give --webhook-secret"),
    ],
)
def test_properties_that_cannot_be_tried_are_reported(server: MockServer, asked: Asked, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace(".", r"\.")):
        run_receiver(asked, server, lambda _: None)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo []", "lists none of the records"),
        ("echo {", "is not JSON"),
        ("false", "ended with status 1"),
        ("", "empty"),
    ],
)
def test_a_read_back_that_reads_nothing_is_an_error(
    server: MockServer, tmp_path: Path, command: str, said: str
) -> None:
    with receiving(tmp_path / "held", "") as url, pytest.raises(UsageError, match=said):
        run_receiver(Asked("zangsho", url, command), server, lambda _: None)


def conform(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVERS_")}
    return subprocess.run(
        [sys.executable, "-m", "mockservers", "conform", *words],
        env={**clean, "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_command_reports_in_every_format(tmp_path: Path) -> None:
    with receiving(tmp_path / "held", "unknown-is-500") as url:
        words = ["--read-back", "cat held", "--only", "webhooks.unknown-event", "--only", "webhooks.good"]
        done = conform("zangsho-webhooks", *words, "--junit", "webhooks.xml", "--json", "--", url, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert [(result["property"], result["holds"]) for result in report["results"]] == [
        ("webhooks.good", True),
        ("webhooks.unknown-event", False),
    ]
    root = ET.parse(tmp_path / "webhooks.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    assert "BROKEN  webhooks.unknown-event  (3 webhooks," in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["zangsho-webhooks", "--env", "--", "http://127.0.0.1:1"], "--env is only for an exporter"),
        (["zangsho", "--read-back", "true", "--", "true"], "--read-back is only for a webhook receiver"),
        (["zangsho-webhooks", "--", "node", "receiver.mjs"], "takes the URL of one receiver"),
    ],
)
def test_options_of_exporters_and_of_receivers_cannot_be_mixed(tmp_path: Path, words: list[str], said: str) -> None:
    done = conform(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
