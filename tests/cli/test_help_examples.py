"""Every command line that `--help` shows does what it says: each is run as it stands, in a folder with its files.

A port is a free one, the address of a server is that of the one that runs here, and the kit tries one property.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mockservers.cli import cli
from tests.conformance.receiving import receiving
from tests.elsewhere import Elsewhere, elsewhere
from tests.namespaces import can_isolate
from tests.overlays import edited, put

ROOT = Path(__file__).parents[2]
FILES = {
    "purchases.ndjson": '{"id":"1","item_name":"商品A"}\n',
    "acme.yaml": (ROOT / "tests/packaging/shop.openapi.yaml").read_text("utf-8"),
    "orders.json": (ROOT / "fixtures/shops/shopify.json").read_text("utf-8"),
    "customers.json": '{"customers": [{"email": "a@example.com", "name": "A"}]}',
}
NEXT_MORNING = "/rules/fanship.ingestion.next-morning"
PROGRAMS = {
    "mockservers": f'exec "{sys.executable}" -m mockservers "$@"\n',
    "npm": "echo tested with npm and $1\ncurl -s -o sent.json -H 'Authorization: Bearer 1|demo-zangsho-token' "
    '-H \'Content-Type: application/json\' -d \'{"customers": [{"email": "a@example.com"}, {"email": "a"}]}\' '
    '"$MOCKSERVERS_URL/zangsho/v1/customers/batch"\n',
    "pytest": "echo tested with pytest\n",
    "gradlew": "echo tested with gradle and $1\n",
}

EXPECTED: dict[str, tuple[int, str]] = {
    "mockservers serve": (0, r"mockservers ready on http://127\.0\.0\.1:\d+"),
    "mockservers serve --port 0": (0, r"mockservers ready on http://127\.0\.0\.1:\d+"),
    "mockservers serve --open --reading zangsho.order.customer-known=create-customer": (0, "mockservers ready on"),
    "mockservers serve --log json": (0, "mockservers ready on"),
    "mockservers serve --tls": (0, "https: port"),
    'eval "$(mockservers env)"': (0, ""),
    "mockservers run -- npm test": (0, "tested with npm and test"),
    "mockservers run --fail-on silent -- ./gradlew test": (1, "(?s)tested with gradle and test.*Nothing arrived"),
    "mockservers run --isolate --reach 5432 -- pytest": (0, "tested with pytest"),
    "mockservers explain fanship purchases.ndjson --path day=20251101": (0, "1 item sent: 1 kept"),
    """echo '{"orders": [{"order_no": "A-1"}]}' | mockservers explain zangsho -""": (1, "zangsho.order.required"),
    "mockservers explain zangsho customers.json --operation importCustomers": (0, "1 item sent: 1 kept"),
    "mockservers rules": (0, "zangsho.batch.most-items"),
    "mockservers rules fanship": (0, "fanship.upload.last-of-day-wins"),
    "mockservers rules fanship --json": (0, '"rule": "fanship.upload.last-of-day-wins"'),
    "mockservers rules fanship --contracts contracts": (0, "ingested at 06:30"),
    "mockservers errors zangsho": (0, "curl .* http://127.0.0.1:8080/zangsho/"),
    "mockservers errors fanship --url http://127.0.0.1:9000": (0, "curl .* http://127.0.0.1:9000/fanship/"),
    "mockservers errors zangsho --contracts contracts": (0, "too-many-requests  420"),
    "mockservers init zangsho": (0, "Written: tests/test_zangsho.py"),
    "mockservers init zangsho fanship --for shell --ci gitlab": (0, "Written: .gitlab-ci.yml"),
    "mockservers init --for vitest --ci none --directory shop": (0, "Written: shop/tests/zangsho.test.ts"),
    "mockservers models zangsho --python > zangsho_models.py": (0, ""),
    "mockservers models zangsho --ts > zangsho-models.ts": (0, ""),
    "mockservers ledger --tenant demo-fanship": (0, r"FANSHIP \(demo-fanship\)"),
    "mockservers ledger --follow": (130, "Following http"),
    "mockservers ledger --url http://mockservers:8080 --fail-on silent --junit ledger.xml": (1, "Nothing arrived"),
    "mockservers ledger --sarif ledger.sarif": (0, r"FANSHIP \(demo-fanship\)"),
    'mockservers ledger --fail-on lost --at-least 50 --expect "zangsho.auth.*"': (
        1,
        "at least 50 items? had to arrive",
    ),
    "mockservers report": (0, "Written: mockservers-report.html"),
    "mockservers report --output losses.html --fail-on silent --github": (1, "::error title=nothing-arrived::"),
    "mockservers coverage": (0, ""),
    "mockservers coverage --url http://mockservers:8080 --format html > coverage.html": (0, ""),
    "mockservers coverage --tenant demo-zangsho --fail-under 60": (1, "less than 60 %"),
    "mockservers coverage --called createCustomer --called importOrders": (1, "Never called: "),
    "mockservers mcp": (0, ""),
    "mockservers mcp --url http://mockservers:8080": (0, ""),
    "mockservers overlay zangsho openapi.yaml": (0, "Written: contracts/zangsho/openapi.yaml"),
    "mockservers overlay fanship rules.yaml errors.yaml --directory own": (0, "Next: edit, then mockservers serve"),
    "mockservers new-vendor acme --openapi acme.yaml": (0, "acme-mock: Shop"),
    "mockservers new-vendor acme --openapi acme.yaml --directory own-acme": (0, "own-acme: Shop"),
    "mockservers mutate -- npm test": (0, "killed 0 of 1 mutant"),
    'mockservers mutate --only "zangsho.*" --fail-under 80 -- npm test': (1, "less than 80 %"),
    'mockservers mutate --only "zangsho * drops *" --junit mutants.xml -- npm test': (0, "killed 0 of 1 mutant"),
    "mockservers conform zangsho -- node export.mjs": (0, "1 of 1 properties hold"),
    "mockservers conform zangsho --also customers --also subscribe -- node export.mjs": (0, "1 of 1 properties hold"),
    "mockservers conform fanship --env --profile quick -- ./export.sh": (0, "1 of 1 properties hold"),
    "mockservers conform zangsho --orders orders.json -- node export.mjs": (0, "1 of 1 properties hold"),
    "mockservers conform fanship --env --keep state/ --only crash -- ./export.sh": (0, "1 of 1 properties hold"),
    "mockservers conform zangsho --url http://mockservers:8080 -- node export.mjs": (0, "1 of 1 properties hold"),
    'mockservers conform zangsho-webhooks --read-back "cat held.json" -- http://127.0.0.1:3000/webhooks': (
        0,
        "2 of 2 properties hold",
    ),
}
"""Example -> exit status, and what it prints."""

QUICK = ("mockservers explain", "mockservers init", "mockservers rules")
"""What begins examples that start no server. The others run with all tests."""

COMMANDS: dict[str, click.Command] = {"": cli, **cli.commands}


def help_of(name: str) -> str:
    shown = CliRunner().invoke(cli, [*([name] if name else []), "--help"], prog_name="mockservers", terminal_width=110)
    assert shown.exit_code == 0
    return shown.output


def examples(text: str) -> list[str]:
    """The lines below `Examples:`, up to the next empty line."""
    found = re.search(r"^  Examples?:\n((?:    .+\n)+)", text, re.MULTILINE)
    return [line.strip() for line in found[1].splitlines()] if found else []


def environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVERS_")}
    return {**clean, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with elsewhere(guarded=False) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files and programs that examples name."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    for name, script in PROGRAMS.items():
        (tmp_path / name).write_text(f"#!/usr/bin/env bash\n{script}")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "state").mkdir()
    (tmp_path / "contracts").mkdir()
    edited(tmp_path / "contracts", "fanship", "rules.yaml", put(f"{NEXT_MORNING}/values/hour", "06:30"))
    edited(tmp_path / "contracts", "zangsho", "errors.yaml", put("/refusals/too-many-requests/status", 420))
    shutil.copy(ROOT / "fixtures/clients/node/zangsho.mjs", tmp_path / "export.mjs")
    shutil.copy(ROOT / "fixtures/clients/shell/fanship.sh", tmp_path / "export.sh")
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_help_prints_each_example_on_its_own_line(name: str) -> None:
    text = help_of(name)
    assert "\\b" not in text
    assert (name == "healthcheck") is not bool(examples(text))
    for example in examples(text):
        assert re.search(r"\bmockservers\b", example), f"{name} --help shows two examples as one: {example}"


def test_exactly_the_examples_of_help_are_run() -> None:
    assert {example for name in COMMANDS for example in examples(help_of(name))} == EXPECTED.keys()


@pytest.mark.parametrize(
    "example",
    [pytest.param(example, marks=[] if example.startswith(QUICK) else pytest.mark.thorough) for example in EXPECTED],
)
def test_an_example_of_help_does_what_it_says(example: str, folder: Path, there: Elsewhere) -> None:
    if "--isolate" in example and not can_isolate():
        pytest.skip("this machine lets nobody make namespaces")
    status, said = EXPECTED[example]
    env = environment() | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "MOCKSERVERS_TLS_DIR": str(folder)}
    env |= {f"MOCKSERVERS_{name}": "0" for name in ("PORT", "HTTPS_PORT", "PROXY_PORT")}
    if "mockservers run" not in example:
        env["MOCKSERVERS_URL"] = there.url
    command = example.replace("http://mockservers:8080", there.url).replace(
        " -- node", " --profile quick --only conformance.nothing-silent -- node"
    )
    command = command.replace("mutate -- npm", 'mutate --only "zangsho * drops *" -- npm')
    command = command.replace("quick -- ./", "quick --only conformance.nothing-silent -- ./")
    if example.startswith("mockservers errors zangsho"):
        del env["MOCKSERVERS_URL"]  # it is the default that is shown
    if example.startswith("mockservers mcp"):
        command += " < /dev/null"  # its client has nothing to ask
    stack = ExitStack()
    if "-webhooks" in example:
        url = stack.enter_context(receiving(folder / "held.json"))
        command = command.replace("http://127.0.0.1:3000/webhooks", url)
        command = command.replace(" --read", " --only webhooks.good --only webhooks.duplicate --read")
    if "--follow" in example:
        command = f"timeout --preserve-status -s INT 5 {command}"
    if example.startswith("mockservers serve"):
        out, ended = served(command, env, folder)
    else:
        with stack:
            done = subprocess.run(
                ["bash", "-c", command], capture_output=True, text=True, check=False, env=env, cwd=folder, timeout=120
            )
        out, ended = done.stdout + done.stderr, done.returncode
    assert (ended, bool(re.search(said, out))) == (status, True), out
    for file in re.findall(r"(?:> |--junit |--sarif )(\S+)", example):
        assert (folder / file).stat().st_size > 0


def served(command: str, env: dict[str, str], cwd: Path) -> tuple[str, int]:
    """What a server prints until it is ready, and its status when it is asked to end."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, cwd=cwd
    ) as process:
        assert process.stdout
        printed = ""
        for line in process.stdout:
            printed += line
            if "ready on" in line:
                break
        process.send_signal(signal.SIGTERM)
        return printed + process.communicate(timeout=30)[0], process.returncode
