"""Files and variables of a user: what nothing reads, or cannot be read or written, stops a command before its work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from mockservers.cli import cli
from mockservers.cli.options import FILE_TO_WRITE
from tests.asking import VENDORS

ROOT = Path(__file__).parents[2]


def run(
    *words: str, cwd: Path, stdout: int | None = subprocess.PIPE, **variables: Any
) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVERS_")}
    return subprocess.run(
        [sys.executable, "-m", "mockservers", *words],
        env={**clean, "PYTHONPATH": str(ROOT), **variables},
        cwd=cwd,
        stdout=stdout,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
        timeout=60,
    )


def is_one_line(done: subprocess.CompletedProcess[str], *said: str) -> bool:
    """Whether a command ended with 2, printed nothing, and said these things on one line."""
    lines = done.stderr.splitlines()
    return (done.returncode, done.stdout, len(lines)) == (2, "", 1) and all(each in lines[0] for each in said)


# -- variables and settings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["rules"], ["explain", "fanship", "-"], ["ledger"]])
def test_a_misspelt_variable_stops_every_command_and_the_nearest_one_is_named(
    tmp_path: Path, command: list[str]
) -> None:
    done = run(*command, cwd=tmp_path, MOCKSERVERS_PROT="1")
    assert is_one_line(done, "MOCKSERVERS_PROT", "Did you mean 'MOCKSERVERS_PORT'?", "Fix:"), done.stderr


@pytest.mark.parametrize(
    "name",
    ["MOCKSERVERS_URL", "MOCKSERVERS_ORDERS", "MOCKSERVERS_SERVICE_HOST", "MOCKSERVERS_PORT_8080_TCP_ADDR"],
)
def test_variables_of_other_programs_are_accepted(tmp_path: Path, name: str) -> None:
    assert run("rules", "fanship", cwd=tmp_path, stdout=subprocess.PIPE, **{name: "http://127.0.0.1:1"}).returncode == 0


def test_a_wrong_value_is_blamed_on_the_place_it_came_from(tmp_path: Path) -> None:
    by_variable = run("serve", cwd=tmp_path, MOCKSERVERS_PORT="x")
    by_flag = run("serve", "--port", "x", cwd=tmp_path)
    (tmp_path / "mockservers.toml").write_text('port = "x"')
    by_file = run("serve", cwd=tmp_path)
    assert "Invalid value for the environment variable MOCKSERVERS_PORT" in by_variable.stderr
    assert "Invalid value for '--port'" in by_flag.stderr
    assert "Invalid value for 'port' in mockservers.toml" in by_file.stderr
    assert [done.returncode for done in (by_variable, by_flag, by_file)] == [2, 2, 2]


def test_an_address_of_another_machine_is_blamed_on_the_host_option(tmp_path: Path) -> None:
    for host in ("10.9.9.9", "no-such-host.invalid"):
        done = run("serve", "--host", host, "--port", "0", cwd=tmp_path)
        assert is_one_line(done, f"{host} is not an address of this machine", "--host"), done.stderr
        assert "--port" not in done.stderr


# -- outputs ----------------------------------------------------------------------------------------------------------

OUTPUTS = [
    (name, option.opts[0])
    for name, command in cli.commands.items()
    for option in command.params
    if option.type is FILE_TO_WRITE
]
WORDS = {"ledger": [], "report": [], "conform": ["zangsho", "--", "true"], "mutate": ["--", "true"]}


def test_every_option_that_names_an_output_has_the_type_that_is_checked() -> None:
    assert {name for name, _ in OUTPUTS} == WORDS.keys()
    for command in cli.commands.values():
        for option in command.params:
            kind = option.type
            if isinstance(kind, click.Path) and kind is not FILE_TO_WRITE:
                assert kind.exists or not kind.file_okay, option.opts


@pytest.mark.parametrize("file", ["/nope/x.xml", ".", "file/x.xml"])
@pytest.mark.parametrize(("command", "option"), OUTPUTS)
def test_an_output_that_cannot_be_written_is_reported_before_the_work(
    tmp_path: Path, command: str, option: str, file: str
) -> None:
    (tmp_path / "file").write_text("")
    done = run(command, option, file, *WORDS[command], cwd=tmp_path, MOCKSERVERS_URL="http://127.0.0.1:1")
    assert done.returncode == 2
    assert option in done.stderr
    assert "No mockservers server answers" not in done.stderr
    assert "Traceback" not in done.stderr
    assert file == "." or is_one_line(done, option, f"{file} cannot be written", "Fix:")


def test_checking_an_output_leaves_it_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "kept.xml").write_text("kept")
    for file in ("kept.xml", "new.xml"):
        assert run("ledger", "--junit", file, cwd=tmp_path, MOCKSERVERS_URL="http://127.0.0.1:1").returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["kept.xml"]
    assert (tmp_path / "kept.xml").read_text() == "kept"


def test_a_full_standard_output_is_reported_in_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = run("rules", cwd=tmp_path, stdout=full.fileno())
    assert (done.returncode, done.stderr) == (
        2,
        "mockservers: Cannot write standard output: No space left on device.\n",
    )


def test_a_reader_that_closes_early_is_not_an_error(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    done = run("rules", cwd=tmp_path, stdout=writes)
    os.close(writes)
    assert done.stderr == ""


@pytest.mark.parametrize("option", ["--spool-dir", "--tls-dir"])
def test_a_folder_that_cannot_be_created_is_reported_in_one_line(tmp_path: Path, option: str) -> None:
    (tmp_path / "file").write_text("")
    done = run("serve", "--port", "0", "--tls", "--proxy-port", "0", option, "file/below", cwd=tmp_path)
    assert is_one_line(done, "file/below", option), done.stderr


# -- seeds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "/vendor: is required"),
        ("[]", "must be a JSON object, not []"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"vendor": []}', "/vendor: must be a string, not []"),
        ('{"vendor": "zangshu"}', "Did you mean 'zangsho'?"),
        ('{"vendor": "zangsho", "credentials": {"token": 5}}', "/credentials/token: must be a string, not 5"),
        ('{"vendor": "zangsho", "credentials": {"tokne": "abc"}}', "tokne"),
        ('{"vendor": "zangsho", "credentials": 0}', "/credentials: must be a JSON object, not 0"),
        ('{"vendor": "zangsho", "readings": {"zangsho.batch.status": 1}}', "/readings/zangsho.batch.status"),
        ('{"vendor": "zangsho", "state": {"customers": {}}}', "/state/customers: must be a list, not {}"),
        ('{"vendor": "zangsho", "state": {"customers": [5]}}', "/state/customers/0: must be a JSON object, not 5"),
        ('{"vendor": "zangsho", "stat": {}}', "/stat: unknown key. Did you mean 'state'?"),
        ('{"vendor": "zangsho", "id": "demo-zangsho"}', "There is a tenant 'demo-zangsho' already"),
        (
            '{"format": "mockservers.tenant/1", "vendor": "zangsho", "now": 5, "state": {}}',
            "/now: must be a string, not 5",
        ),
        ('{"format": 1}', '/format: must be "mockservers.tenant/1", not 1'),
    ],
)
def test_an_invalid_seed_is_reported_in_one_line_with_its_file_and_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "shop.json").write_text(text)
    done = run("serve", "--port", "0", "--seed", "seeds", cwd=tmp_path)
    assert is_one_line(done, "seeds/shop.json", said), done.stderr


def test_a_folder_without_seeds_is_reported_with_the_files_that_it_has(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "shop.jsn").write_text("{}")
    done = run("serve", "--port", "0", "--seed", "seeds", cwd=tmp_path)
    assert is_one_line(done, "there is no *.json in seeds", "It has shop.jsn", "Fix:"), done.stderr


def test_a_misspelt_contract_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "mine" / "zangsho").mkdir(parents=True)
    (tmp_path / "mine" / "zangsho" / "opanapi.yaml").write_text("{}")
    for command in (["serve", "--port", "0"], ["explain", "fanship", "-", "--path", "day=20251101"]):
        done = run(*command, "--contracts", "mine", cwd=tmp_path)
        assert is_one_line(done, "mine/zangsho/opanapi.yaml", "Did you mean 'openapi.yaml'?"), done.stderr


# -- the package ------------------------------------------------------------------------------------------------------


def test_a_contract_loads_in_any_order_of_imports(tmp_path: Path) -> None:
    program = "from mockservers.vendors import load_contract; print(load_contract('{}').vendor)"
    for vendor in VENDORS:
        done = subprocess.run(
            [sys.executable, "-c", program.format(vendor)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert (done.returncode, done.stdout) == (0, f"{vendor}\n"), done.stderr
