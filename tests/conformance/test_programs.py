"""Programs in any language: the protocol, the mode without one, and what the command line makes of both."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from mockservers.cli import cli, conforming
from mockservers.core.errors import UsageError
from mockservers.testing.conformance import Target, Zangsho
from mockservers.testing.conformance.edge_cases import edge_orders
from mockservers.testing.conformance.examples import long_book
from mockservers.testing.conformance.programs import Worker, schema
from mockservers.testing.conformance.target import OutOfTime
from mockservers.testing.server import MockServer
from tests.ending_signals import heard

pytestmark = pytest.mark.thorough

CLIENTS = Path(__file__).parents[2] / "fixtures" / "clients"


@pytest.fixture(autouse=True)
def _one_server_for_all(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command starts its own and stops it; reading the contracts once is enough here."""

    class Shared:
        def start(self) -> Shared:
            return self

        def stop(self) -> None:
            pass

    monkeypatch.setattr(conforming, "MockServer", Shared)
    monkeypatch.setenv("HTTP_TIMEOUT", "2")  # the clients' own, in seconds: a call that is never answered costs it


def conform(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["conform", *arguments])


def counts(junit: Path) -> dict[str, str | None]:
    root = ET.parse(junit).getroot()
    return {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")}


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


def test_a_program_that_does_nothing_fails_with_the_options_that_repeat_it(tmp_path: Path) -> None:
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
    assert "Repeat: --seed 3 --only conformance.complete" in ended.output
    root = ET.parse(tmp_path / "j.xml").getroot()
    assert counts(tmp_path / "j.xml") == {"tests": "1", "failures": "1", "errors": "0", "skipped": "0"}
    assert float(root.get("time", "")) > 0
    failures = root.findall("testcase/failure")
    assert [each.get("message", "").partition(":")[0] for each in failures] == ["conformance.complete"]


def test_a_property_known_to_fail_is_expected_until_it_passes(tmp_path: Path) -> None:
    known = tmp_path / "known"
    known.write_text("conformance.complete  # it is a stub\n", "utf-8")
    client = program(tmp_path, ANSWERS_AT_ONCE)
    options = ("zangsho", "--profile", "quick", "--seed", "3", "--known-failing", str(known))

    assert conform(*options, "--only", "complete", "--", sys.executable, client).exit_code == 0

    known.write_text("conformance.outage\n", "utf-8")
    right = str(CLIENTS / "python" / "esputnik_httpx.py")
    ended = conform("esputnik", *options[1:], "--only", "outage", "--", sys.executable, right)
    assert ended.exit_code == 1
    assert "Fix: remove it from that file" in ended.output


def test_the_report_comes_as_json_with_the_failing_example(tmp_path: Path) -> None:
    options = ("zangsho", "--profile", "quick", "--seed", "3", "--only", "complete", "--json")
    ended = conform(*options, "--", sys.executable, program(tmp_path, ANSWERS_AT_ONCE))

    report = json.loads(ended.stdout)
    assert report["holds"] is False
    assert len(report["results"][0]["example"]["orders"]) == 1


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("print('hello', flush=True)", "standard output is only for the protocol"),
        ('print(\'{"type": "perhaps"}\', flush=True)', "is not of the protocol"),
    ],
)
def test_a_program_that_does_not_speak_the_protocol_is_unusable(tmp_path: Path, source: str, says: str) -> None:
    ended = conform("zangsho", "--profile", "quick", "--", sys.executable, program(tmp_path, source))

    assert isinstance(ended.exception, UsageError)
    assert says in str(ended.exception)


def test_a_missing_command_is_unusable() -> None:
    ended = conform("zangsho", "--", "/nowhere/exporter")

    assert isinstance(ended.exception, UsageError)
    assert "/nowhere/exporter cannot be run" in str(ended.exception)


def test_a_program_that_exits_at_once_is_unusable_and_its_last_output_is_shown(tmp_path: Path) -> None:
    source = "import sys; sys.stdin.readline(); sys.exit('no such table: orders')"
    ended = conform(
        "zangsho", "--profile", "quick", "--only", "complete", "--", sys.executable, program(tmp_path, source)
    )

    assert isinstance(ended.exception, UsageError)
    assert "the program ended with status 1" in str(ended.exception)
    assert "no such table: orders" in str(ended.exception)


@pytest.mark.parametrize("options", [(), ("--env",)], ids=["protocol", "env"])
def test_a_missing_script_is_unusable(tmp_path: Path, options: tuple[str, ...]) -> None:
    ended = conform("zangsho", *options, "--profile", "quick", "--", sys.executable, str(tmp_path / "nowhere.py"))

    assert isinstance(ended.exception, UsageError)
    assert "failed before it made a call" in str(ended.exception)
    assert "nowhere.py" in str(ended.exception)


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (r"b'\xff\xfe\n'", r"is not UTF-8: b'\xff\xfe\n'"),
        ("b'3 orders exported'", "but it has: '3 orders exported'. Fix:"),
    ],
)
def test_the_output_of_a_program_that_never_read_its_input_is_shown(
    server: MockServer, tmp_path: Path, printed: str, said: str
) -> None:
    source = f"import sys; sys.stdout.buffer.write({printed})"
    orders = long_book(edge_orders(Zangsho())[0], 300)  # more than fits into a pipe that nobody reads
    with Worker([sys.executable, program(tmp_path, source)]) as worker, pytest.raises(UsageError) as ended:
        worker.export(Target(server.tenant("zangsho")), orders)
    assert said in str(ended.value)


def test_output_that_is_not_utf_8_is_shown_as_bytes(tmp_path: Path) -> None:
    source = r"import sys; sys.stdout.buffer.write(b'\xff\xfe\n'); sys.stdout.flush(); sys.stdin.read()"
    ended = conform("zangsho", "--profile", "quick", "--", sys.executable, program(tmp_path, source))

    assert isinstance(ended.exception, UsageError)
    assert r"is not UTF-8: b'\xff\xfe\n'" in str(ended.exception)


LINGERS = """
    import subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    open({file!r}, "w").write(str(child.pid))
    child.wait()
"""


def is_gone(file: Path) -> bool:
    """Whether the process whose number a file has ends within half a minute, or waits for whoever adopted it."""
    status, ends = Path("/proc", file.read_text(), "stat"), time.monotonic() + 30
    while status.exists() and status.read_text().rpartition(")")[2].split()[0] not in "ZX":
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no process groups")
@pytest.mark.parametrize("options", [(), ("--env",)], ids=["protocol", "env"])
def test_a_program_that_exceeds_its_time_limit_is_ended_with_all_its_children(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    file = tmp_path / "pid"
    client = program(tmp_path, LINGERS.format(file=str(file)))
    ended = conform("zangsho", *options, "--time-limit", "3", "--profile", "quick", "--", sys.executable, client)

    assert isinstance(ended.exception, UsageError)
    assert "did not end, after 0 calls: the program took more than 3" in str(ended.exception)
    assert is_gone(file)


FLOODS = """
    import json
    while True:
        print(json.dumps({"type": "done", "id": 0}), flush=True)
"""


def test_a_program_that_prints_endlessly_exceeds_its_time_limit(tmp_path: Path, server: MockServer) -> None:
    began = time.monotonic()
    with Worker([sys.executable, program(tmp_path, FLOODS)], time_limit=1.0) as worker, pytest.raises(OutOfTime):
        worker.export(Target(server.tenant("zangsho")), [])
    assert time.monotonic() - began < 10


HANGS_LATER = """
    import json, sys, time
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["id"] > 1:
            time.sleep(600)
        print(json.dumps({"type": "done", "id": asked["id"]}), flush=True)
"""

REFUSED = """
    import json, sys, urllib.error, urllib.request
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            url, token = asked["url"] + "/v1/orders/batch", asked["credentials"]["token"]
            urllib.request.urlopen(urllib.request.Request(url, b"{}", {"Authorization": "Bearer " + token}))
        except urllib.error.HTTPError as error:
            print(json.dumps({"type": "error", "id": asked["id"], "message": str(error)}), flush=True)
"""


def test_a_program_none_of_whose_calls_succeeded_is_unusable(tmp_path: Path) -> None:
    ended = conform("zangsho", "--profile", "quick", "--", sys.executable, program(tmp_path, REFUSED))

    assert isinstance(ended.exception, UsageError)
    assert "every call was refused (422): HTTP Error 422" in str(ended.exception)


def test_a_program_that_hangs_costs_its_time_limit_once_per_property(tmp_path: Path) -> None:
    started = time.monotonic()
    options = ("--time-limit", "3", "--profile", "quick", "--only", "complete")
    ended = conform("zangsho", *options, "--", sys.executable, program(tmp_path, HANGS_LATER))

    assert ended.exit_code == 1
    assert "the exporter raised OutOfTime: the program took more than 3" in ended.output
    assert time.monotonic() - started < 3 * 3, "it was tried again and again"


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no process groups")
@pytest.mark.parametrize("number", heard(signal.SIGTERM, signal.SIGINT))
def test_a_command_that_is_terminated_ends_the_program_too(tmp_path: Path, number: signal.Signals) -> None:
    file, junit = tmp_path / "pid", tmp_path / "junit.xml"
    client = program(tmp_path, LINGERS.format(file=str(file)))
    command_line = ["conform", "zangsho", "--junit", str(junit), "--", sys.executable, client]
    asked = [sys.executable, "-m", "mockservers", *command_line]
    with subprocess.Popen(asked, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as command:
        while not (file.exists() and file.read_text()):
            assert command.poll() is None
            time.sleep(0.05)
        command.send_signal(number)
        assert command.wait(30) == 128 + number
    assert is_gone(file)
    assert counts(junit) == {"tests": "1", "failures": "0", "errors": "1", "skipped": "0"}


EVERYTHING = ("--also", "customers", "--also", "refund", "--also", "subscribe")
TASKS = {"export", "customers", "refund", "subscribe"}


def test_the_messages_of_the_kit_match_their_schema(tmp_path: Path) -> None:
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


def test_a_program_without_the_protocol_reads_its_task_and_a_file_name_from_variables(
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
