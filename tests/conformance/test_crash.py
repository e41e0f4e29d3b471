"""Exporters that are killed at each call: what they leave behind, and what the nights after make of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from mockservers.clients import zangsho
from mockservers.core.errors import UsageError
from mockservers.testing.conformance import Target, Zangsho, run
from mockservers.testing.conformance.call_proxy import CallProxy, Stage
from mockservers.testing.conformance.crash_points import searched
from mockservers.testing.conformance.interruption import Point
from mockservers.testing.conformance.kept_folder import KeptFolder
from mockservers.testing.conformance.programs import Script
from mockservers.testing.orders import Order
from mockservers.testing.server import MockServer
from tests.conformance.mutants.crashes import nightly
from tests.conformance.mutants.mutant import of_what_changed

MANY_FILES = 1_100
LINUX = sys.platform == "linux"


def points_of(message: str, verdict: str) -> list[str]:
    """The lines of a message on the points of a verdict, spaces made one."""
    lines = [" ".join(line.split()) for line in message.splitlines() if line.startswith("  ")]
    return [line for line in lines if line.startswith(f"{verdict} killed ")]


@pytest.mark.thorough
@pytest.mark.parametrize(("vendor", "points"), [("zangsho", 16), ("fanship", 8)])
def test_a_right_program_delivers_exactly_once_at_every_crash_point(vendor: str, points: int) -> None:
    report = nightly(vendor, "right")

    assert report.holds, str(report)
    assert report.verdicts == {"crash: exactly once": points if LINUX else points * 3 // 4}


def test_a_mark_that_moves_early_loses_the_order_at_each_call_that_was_not_processed() -> None:
    report = nightly("zangsho", "mark-early")

    # What it does on an answer is to mark the next order, and that is lost too.
    answered = {1: "importCustomers", 2: "importOrders", 3: "importOrders"}
    assert points_of(report.results[0].message, "lost") == [
        line
        for call, name in answered.items()
        for line in (
            f"lost killed after the answer to call {call} ({name}), at its next call or its end: O-{call}",
            f"lost killed at call {call + 1} (importOrders), before the vendor's work: O-{call}",
        )
    ]


@pytest.mark.thorough
@pytest.mark.skipif(not LINUX, reason="the first write to a file is found on Linux alone")
def test_a_mark_that_is_written_in_place_is_damaged_by_a_crash_and_stops_every_later_run() -> None:
    report = nightly("zangsho", "not-renamed")

    message = report.results[0].message
    assert points_of(message, "stuck for ever") == [
        f"stuck for ever killed as it wrote to a file for the first time after the answer to call {call} (importOrders)"
        f"{lacking}"
        for call, lacking in ((2, ": O-2, O-3, O-4"), (3, ": O-3, O-4"), (4, ": O-4"))
    ]
    assert "json.decoder.JSONDecodeError" in message


def test_an_exporter_in_this_process_is_interrupted_at_the_same_calls_with_a_note() -> None:
    assert run("zangsho", zangsho.export, profile="quick", only=["crash"]).verdicts == {"crash: exactly once": 6}

    report = run("zangsho", of_what_changed(zangsho.export), profile="quick", only=["crash"])
    message = report.results[0].message
    assert "lost            killed at call 2 (importOrders), before the vendor's work: O-3" in message
    assert "The exporter runs in this process" in message


@pytest.mark.thorough
def test_the_thorough_profile_tries_pairs_of_crashes_on_two_nights() -> None:
    right = run("zangsho", zangsho.export, profile="thorough", only=["crash"])
    assert right.verdicts == {"crash: exactly once": 6 + 6 * 6}

    # After an early mark the second night makes no call at which it could be killed.
    wrong = run("zangsho", of_what_changed(zangsho.export), profile="thorough", only=["crash"])
    assert wrong.verdicts == {"crash: lost": 4, "crash: exactly once": 2, "crash: not reached": 36}


CHILD = """
    import json, os, pathlib, subprocess, sys, urllib.request
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open({pids!r}, "a") as pids:
        pids.write(str(child.pid) + "\\n")
    url, token = os.environ["MOCKSERVERS_URL"], os.environ["MOCKSERVERS_TOKEN"]
    urllib.request.urlopen(urllib.request.Request(
        url + "/v1/customers", headers={{"Authorization": "Bearer " + token}}
    )).read()
    child.wait()
"""


@pytest.mark.skipif(not LINUX, reason="it looks into /proc")
def test_a_killed_program_is_killed_with_all_its_children(tmp_path: Path) -> None:
    source = textwrap.dedent(CHILD.format(pids=str(tmp_path / "pids")))
    program = Script([sys.executable, "-c", source], 30)
    with MockServer.current().tenant("zangsho") as tenant:
        base = tenant.url.rpartition("/")[0]
        with CallProxy(base) as proxy:

            def killed(call: int, stage: Stage) -> bool:
                program.kill()
                return False

            proxy.watch(killed)
            target = Target(tenant)
            target.url = f"{proxy.url}/zangsho"
            with pytest.raises(Exception, match=f"status {-signal.SIGKILL}"):
                program.do("export", target, [])
        assert tenant.journal == []
    for pid in (tmp_path / "pids").read_text().split():
        ends = time.monotonic() + 30
        while is_alive(pid):
            assert time.monotonic() < ends
            time.sleep(0.05)


def is_alive(pid: str) -> bool:
    """Whether a process is there, and not only waits for whoever adopted it."""
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_call_is_observed_before_it_is_processed_afterwards_and_when_it_is_answered() -> None:
    with MockServer.current().tenant("zangsho") as tenant:
        seen: list[tuple[int, Stage, int]] = []

        def look(call: int, stage: Stage) -> bool:
            seen.append((call, stage, len(tenant.journal)))
            return True

        with CallProxy(tenant.url.rpartition("/")[0]) as proxy, requests.Session() as session:
            proxy.watch(look)
            session.headers["Authorization"] = f"Bearer {tenant.credentials['token']}"
            for _ in range(2):
                assert session.get(f"{proxy.url}/zangsho/v1/customers", timeout=10).status_code == 200
    assert seen == [
        (1, "before", 0),
        (1, "after", 1),
        (1, "answered", 1),
        (2, "before", 1),
        (2, "after", 2),
        (2, "answered", 2),
    ]


@dataclass(frozen=True, slots=True)
class Judged:
    point: Point
    verdict: str


@pytest.mark.parametrize("border", [1, 137, 500, 999, 1000])
def test_the_call_at_which_the_verdict_changes_is_found_by_search(border: int) -> None:
    points = [Point(call, moment) for call in range(1, 1001) for moment in ("before", "after")]
    found = searched(points, lambda point: Judged(point, "lost" if point.call >= border else "exactly once"))

    for moment in ("before", "after"):
        lost = [each.point.call for each in found if each.point.moment == moment and each.verdict == "lost"]
        assert lost[0] == border
    assert len(found) < 200


def test_a_kept_folder_is_restored_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "marks").mkdir()
    (tmp_path / "marks" / "kept").write_text("first")
    with KeptFolder(tmp_path) as kept:
        (tmp_path / "marks" / "kept").write_text("second")
        (tmp_path / "more").write_text("")
        kept.restore()
        assert (tmp_path / "marks" / "kept").read_text() == "first"
        (tmp_path / "marks" / "kept").unlink()
    assert [path.name for path in tmp_path.rglob("*")] == ["marks", "kept"]


def test_a_folder_that_contains_the_working_directory_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    with pytest.raises(UsageError, match="contains the working directory"):
        KeptFolder(tmp_path)


class Remembers(Zangsho):
    """An exporter that remembers orders by their id alone, as one does that has one account in its life."""

    __test__ = False
    sent: set[str] = set()  # noqa: RUF012 - it outlives every example, which is the point

    def export(self, target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        new = [order for order in orders if order.id not in self.sent]
        self.sent.update(order.id for order in orders)
        return zangsho.export(target, new)


def test_each_example_is_a_new_account_and_an_exporter_that_remembers_is_reset_for_it() -> None:
    class Reset(Remembers):
        def reset(self, target: Target) -> None:
            self.sent.clear()

    class Unreset(Remembers):
        pass

    for suite, holds in ((Unreset, False), (Reset, True)):
        suite.profile = "quick"
        Remembers.sent.clear()
        report = run(suite, suite.export.__get__(suite()), profile="quick", seed=1, only=["complete"], shrink=False)
        assert report.holds is holds


def conform(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mockservers", "conform", "zangsho", "--env", "--profile", "quick", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))


def test_a_command_that_resets_the_program_is_run_before_each_example(tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = conform(
        "--reset", f"sh -c 'echo reset >> {log}'", "--only", "complete", "--", "sh", "-c", f"echo export >> {log}"
    )

    assert done.returncode == 1, done.stderr  # it exports nothing
    lines = log.read_text().split()
    assert set(lines[::2]) == {"reset"}
    assert set(lines[1::2]) == {"export"}


def test_a_command_that_does_not_reset_the_program_is_not_usable(tmp_path: Path) -> None:
    done = conform("--reset", "sh -c 'echo no such table >&2; exit 3'", "--only", "complete", "--", "true")

    assert done.returncode == 2
    assert "--reset: the program ended with status 3\nno such table\n" in done.stderr


@pytest.mark.skipif(not LINUX, reason="other systems allow a process fewer files")
def test_the_proxy_serves_a_process_that_has_more_than_a_thousand_files_open() -> None:
    if os.sysconf("SC_OPEN_MAX") < 2 * MANY_FILES:
        pytest.skip("this system allows a process fewer files")
    server = MockServer().start()
    try:
        with ExitStack() as files, CallProxy(server.url) as proxy:
            for _ in range(MANY_FILES):
                files.enter_context(Path(os.devnull).open("rb"))
            assert requests.get(f"{proxy.url}/__admin/health", timeout=9).status_code == 200
    finally:
        server.stop()
