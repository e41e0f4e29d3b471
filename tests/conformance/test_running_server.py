"""The kit against a server in a process of its own: the same verdicts and messages as in this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mockservers.cli import cli
from mockservers.clients import fanship, zangsho
from mockservers.testing.conformance import Report, Target, ZangshoTarget, run
from mockservers.testing.orders import Order
from mockservers.testing.server import MockServer, RemoteServer
from tests.conformance.mutants.zangsho import exporter, right
from tests.elsewhere import Elsewhere, elsewhere

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
SUITE = """
from mockservers.clients import zangsho
from mockservers.testing.conformance import Zangsho

class TestRight(Zangsho):
    def export(self, target, orders):
        return zangsho.export(target, orders)

class TestWrong(Zangsho):
    def export(self, target, orders):
        return zangsho.export(target, orders[1:])
"""
DOES_NOTHING = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"type": "done", "id": json.loads(line)["id"]}), flush=True)
"""


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    with elsewhere() as server:
        yield server


@contextmanager
def used(server: MockServer | RemoteServer) -> Iterator[None]:
    """The kit's server, for as long as the block lasts."""
    server.start()
    try:
        yield
    finally:
        server.stop()


def test_a_right_exporter_holds_all_properties_and_leaves_no_tenant(there: Elsewhere) -> None:
    before = there.client.deleted()
    with used(there):
        report = run("zangsho", zangsho.export, profile="quick", seed=1)

    assert report.holds, str(report)
    after = there.client.deleted()
    assert after["tenants"] - before["tenants"] > 50
    assert after["sent"] - before["sent"] > 100
    assert [tenant["id"] for tenant in there.client.tenants() if tenant["id"].startswith("conformance-")] == []


def test_days_that_the_vendor_ingests_at_night_arrive(there: Elsewhere) -> None:
    with used(there):
        report = run("fanship", fanship.export, profile="quick", seed=1, only=["complete", "days"])

    assert report.holds, str(report)


def without_status(order: Order) -> dict[str, Any]:
    return {name: value for name, value in right(order).items() if name != "status"}


def misspelt(order: Order) -> dict[str, Any]:
    return {**right(order), "customerEmail": order.customer.email}


def never_ends(target: ZangshoTarget, orders: Sequence[Order]) -> Iterable[str]:
    """Tries until it works, without a pause."""
    failed: Iterable[str] = [order.id for order in orders]
    while failed:
        try:
            failed = exporter()(target, orders) or ()
        except Exception:  # noqa: BLE001 - as such exporters do
            continue
    return ()


WRONG: list[tuple[str, Callable[..., Iterable[str] | None]]] = [
    ("complete", exporter(without_status)),
    ("nothing-silent", exporter(misspelt)),
    ("order", lambda target, orders: exporter()(target, orders[:1])),
    ("limits", lambda target, orders: exporter()(target, orders[:100])),
]


@pytest.mark.parametrize(("name", "export"), WRONG, ids=[name for name, _ in WRONG])
def test_a_wrong_exporter_gets_the_same_message_as_in_process(
    name: str, export: Callable[..., Iterable[str] | None], there: Elsewhere
) -> None:
    def tried(server: MockServer | RemoteServer) -> Report:
        with used(server):
            return run("zangsho", export, profile="quick", seed=3, only=[name], shrink=False)

    here, remote = tried(MockServer()), tried(there)

    assert not here.holds
    assert remote.results[0].message == here.results[0].message
    assert remote.results[0].case == here.results[0].case


def test_an_endless_export_is_ended_on_a_running_server_too(there: Elsewhere) -> None:
    with used(there):
        report = run("zangsho", never_ends, profile="quick", seed=1, only=["outage"], shrink=False)

    assert "The exporter did not end" in report.results[0].message


def test_suites_of_pytest_run_against_the_server_of_the_environment(
    there: Elsewhere, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(SUITE)
    monkeypatch.setenv("MOCKSERVERS_URL", there.url)
    monkeypatch.setenv("MOCKSERVERS_ADMIN_TOKEN", there.token or "")
    monkeypatch.setenv("MOCKSERVERS_CONFORMANCE_PROFILE", "quick")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    before = there.client.deleted()["tenants"]

    ended = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", "-k", "complete or faults")

    ended.assert_outcomes(passed=2, failed=2)
    assert "missing    order O-1" in ended.stdout.str()
    assert there.client.deleted()["tenants"] > before


def conform(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["conform", *arguments])


def test_conform_tries_a_program_against_a_server_by_its_url(there: Elsewhere, tmp_path: Path) -> None:
    client = str(ROOT / "fixtures" / "clients" / "python" / "esputnik_httpx.py")
    options = ("--profile", "quick", "--seed", "1", "--only", "complete", "--only", "limits")
    before = there.client.deleted()["sent"]
    ended = conform(
        "esputnik", *options, "--url", there.url, "--admin-token", str(there.token), "--", sys.executable, client
    )

    assert ended.exit_code == 0, ended.output
    assert "2 of 2 properties hold (seed 1)." in ended.output
    assert there.client.deleted()["sent"] - before > 100


def test_conform_says_the_same_of_a_wrong_program_at_either_server(there: Elsewhere, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(DOES_NOTHING, "utf-8")
    options = ("zangsho", "--profile", "quick", "--seed", "3", "--only", "complete")
    command = ("--", sys.executable, str(tmp_path / "program.py"))
    here = conform(*options, *command)
    remote = conform(*options, "--url", there.url, "--admin-token", str(there.token), *command)

    assert (here.exit_code, remote.exit_code) == (1, 1)
    assert "missing    order" in here.stdout
    assert remote.stdout == here.stdout


def test_a_program_without_the_protocol_moves_the_clock_of_a_server_with_a_token(
    there: Elsewhere, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import json, os, urllib.request\n"
        'headers = {"Authorization": "Bearer " + os.environ["MOCKSERVERS_ADMIN_TOKEN"]}\n'
        'headers["Content-Type"] = "application/json"\n'
        'asked = urllib.request.Request(os.environ["MOCKSERVERS_CLOCK"], b\'{"advance": "P1D"}\', headers)\n'
        'now = json.load(urllib.request.urlopen(asked))["now"]\n'
        f'open({str(tmp_path / "now")!r}, "w").write(now)\n',
        "utf-8",
    )
    options = ("--env", "--profile", "quick", "--seed", "1", "--only", "complete")
    conform(
        "zangsho", *options, "--url", there.url, "--admin-token", str(there.token), "--", sys.executable, str(program)
    )

    assert (tmp_path / "now").read_text().startswith("2026-01-16T03:00:")


def test_a_missing_server_is_named() -> None:
    ended = conform("zangsho", "--url", "http://127.0.0.1:9", "--", sys.executable, os.devnull)

    assert "Nothing answers at http://127.0.0.1:9" in str(ended.exception)


def test_a_target_has_the_address_of_its_server(there: Elsewhere) -> None:
    seen: list[str] = []

    def export(target: Target, orders: Sequence[Order]) -> None:
        seen.append(target.url)

    with used(there):
        run("zangsho", export, profile="quick", seed=1, only=["complete"], shrink=False)
    assert set(seen) == {f"{there.url}/zangsho"}
