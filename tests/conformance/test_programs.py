"""Programs in any language: the protocol, the mode without one, and what the command line makes of both."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from mockservers.cli import cli, conforming
from mockservers.core.errors import UsageError
from mockservers.testing.conformance.programs import schema
from mockservers.testing.server import MockServer

CLIENTS = Path(__file__).parents[2] / "fixtures" / "clients"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    made = MockServer().start()
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def _one_server_for_all(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command starts its own and stops it; reading the contracts once is enough here."""

    class Shared:
        def start(self) -> Shared:
            return self

        def stop(self) -> None:
            pass

    monkeypatch.setattr(conforming, "MockServer", Shared)


def conform(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["conform", *arguments])


def program(folder: Path, source: str) -> str:
    path = folder / "program.py"
    path.write_text(textwrap.dedent(source), "utf-8")
    return str(path)


ANSWERS_AT_ONCE = """
    import json, sys
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps({"type": "done", "id": asked["id"]}), flush=True)
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_the_node_client_holds_all_properties() -> None:
    options = ("--profile", "quick", "--seed", "1", "--also", "customers", "--also", "refund")
    ended = conform("zangsho", *options, "--", "node", str(CLIENTS / "node" / "zangsho.mjs"))

    assert ended.exit_code == 0, ended.output
    assert "10 of 10 properties hold (seed 1)." in ended.output


def test_the_httpx_client_holds_all_properties() -> None:
    client = str(CLIENTS / "python" / "esputnik_httpx.py")
    ended = conform("esputnik", "--profile", "quick", "--seed", "1", "--", sys.executable, client)

    assert ended.exit_code == 0, ended.output


@pytest.mark.skipif(shutil.which("jq") is None or shutil.which("curl") is None, reason="there is no curl or no jq")
def test_the_shell_client_holds_what_it_is_asked_for() -> None:
    client = str(CLIENTS / "shell" / "fanship.sh")
    only = ("--only", "limits", "--only", "updates")
    ended = conform("fanship", "--env", "--profile", "quick", "--seed", "1", *only, "--", client)

    assert ended.exit_code == 0, ended.output


def test_a_program_that_does_nothing_is_told_so_and_how_to_see_it_again(tmp_path: Path) -> None:
    arguments = (
        "zangsho",
        "--profile",
        "quick",
        "--seed",
        "3",
        "--only",
        "complete",
        "--junit",
        str(tmp_path / "j.xml"),
    )
    ended = conform(*arguments, "--", sys.executable, program(tmp_path, ANSWERS_AT_ONCE))

    assert ended.exit_code == 1
    assert "missing    order" in ended.output
    assert "Again: --seed 3 --only conformance.complete" in ended.output
    failures = ET.parse(tmp_path / "j.xml").getroot().findall("testcase/failure")
    assert [each.get("message", "").partition(":")[0] for each in failures] == ["conformance.complete"]


def test_what_is_known_to_fail_is_no_surprise_until_it_holds(tmp_path: Path) -> None:
    known = tmp_path / "known"
    known.write_text("conformance.complete  # it is a stub\n", "utf-8")
    client = program(tmp_path, ANSWERS_AT_ONCE)
    options = ("zangsho", "--profile", "quick", "--seed", "3", "--known-failing", str(known))

    assert conform(*options, "--only", "complete", "--", sys.executable, client).exit_code == 0

    known.write_text("conformance.outage\n", "utf-8")
    right = str(CLIENTS / "python" / "esputnik_httpx.py")
    ended = conform("esputnik", *options[1:], "--only", "outage", "--", sys.executable, right)
    assert ended.exit_code == 1
    assert "Take it off the list" in ended.output


def test_the_report_comes_as_json_with_the_failing_example(tmp_path: Path) -> None:
    options = ("zangsho", "--profile", "quick", "--seed", "3", "--only", "complete", "--json")
    ended = conform(*options, "--", sys.executable, program(tmp_path, ANSWERS_AT_ONCE))

    report = json.loads(ended.stdout)
    assert report["holds"] is False
    assert len(report["results"][0]["example"]["orders"]) == 1


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("print('hello', flush=True)", "standard output is for the protocol alone"),
        ('print(\'{"type": "perhaps"}\', flush=True)', "is not of the protocol"),
    ],
)
def test_a_program_that_does_not_speak_the_protocol_is_not_usable(tmp_path: Path, source: str, says: str) -> None:
    ended = conform("zangsho", "--profile", "quick", "--", sys.executable, program(tmp_path, source))

    assert isinstance(ended.exception, UsageError)
    assert says in str(ended.exception)


def test_a_command_that_is_not_there_is_not_usable() -> None:
    ended = conform("zangsho", "--", "/nowhere/exporter")

    assert isinstance(ended.exception, UsageError)
    assert "/nowhere/exporter cannot be run" in str(ended.exception)


def test_a_program_that_dies_has_its_last_words_told(tmp_path: Path) -> None:
    source = "import sys; sys.stdin.readline(); sys.exit('no such table: orders')"
    ended = conform(
        "zangsho", "--profile", "quick", "--only", "complete", "--", sys.executable, program(tmp_path, source)
    )

    assert ended.exit_code == 1
    assert "the program ended with status 1" in ended.output
    assert "no such table: orders" in ended.output


EVERYTHING = ("--also", "customers", "--also", "refund", "--also", "subscribe")
TASKS = {"export", "customers", "refund", "subscribe"}


def test_what_the_kit_says_is_as_its_schema_has_it(tmp_path: Path) -> None:
    heard = tmp_path / "heard.jsonl"
    client = program(
        tmp_path,
        f"""
        import json, sys
        for line in sys.stdin:
            open({str(heard)!r}, "a", encoding="utf-8").write(line)
            print(json.dumps({{"type": "done", "id": json.loads(line)["id"]}}), flush=True)
        """,
    )
    conform("zangsho", "--profile", "quick", "--seed", "1", *EVERYTHING, "--", sys.executable, client)

    said = [json.loads(line) for line in heard.read_text("utf-8").splitlines()]
    # A refund is asked for once the export holds, which it never does here.
    assert {each["type"] for each in said} == TASKS - {"refund"}
    for each in [*said, {**said[0], "type": "refund"}]:
        assert list(Draft202012Validator(schema()).iter_errors(each)) == []


def test_a_program_without_a_protocol_finds_its_task_and_a_file_in_variables(
    tmp_path: Path, server: MockServer
) -> None:
    client = program(
        tmp_path,
        f"""
        import json, os, pathlib
        task = os.environ["MOCKSERVERS_TASK"]
        kind = {{"customers": "CUSTOMERS", "subscribe": "SUBSCRIPTIONS"}}.get(task, "ORDERS")
        things = json.loads(pathlib.Path(os.environ["MOCKSERVERS_" + kind]).read_text("utf-8"))
        pathlib.Path({str(tmp_path)!r}, task).write_text(json.dumps(things))
        """,
    )
    only = [word for name in ("complete", "customers", "subscriptions") for word in ("--only", name)]
    conform("zangsho", "--env", "--profile", "quick", "--seed", "1", *EVERYTHING, *only, "--", sys.executable, client)

    assert json.loads((tmp_path / "customers").read_text())[0]["external_id"]
    assert json.loads((tmp_path / "subscribe").read_text())[0]["customer"]["external_id"]
    assert json.loads((tmp_path / "export").read_text())[0]["lines"]
