"""Where the clocks of a run's tenants are frozen: no test passes at ten and fails at six."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mockservers
from mockservers.testing.frozen_now import TestRun, frozen_at, within
from mockservers.testing.server import MockServer, RemoteServer
from mockservers.vendors import load_contract
from tests.asking import VENDORS

JAPAN = timezone(timedelta(hours=9))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
OTHER = "2024-02-29T23:59:00+09:00"


@given(moments, st.sampled_from(VENDORS))
def test_clocks_are_frozen_at_noon_of_the_first_day_of_the_run_in_the_vendors_zone(at: datetime, name: str) -> None:
    zone = load_contract(name).zone
    with within(TestRun(at)):
        noon = frozen_at(zone)
    assert noon.astimezone(zone).time() == time(12)
    assert noon.astimezone(zone).date() == at.astimezone(zone).date()


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 27, 15, 30, tzinfo=UTC),  # 00:30 in Japan
        datetime(2026, 11, 27, 19, 59, 59, tzinfo=UTC),  # just before FANSHIP takes in what it received
        datetime(2026, 11, 27, 20, 0, 1, tzinfo=UTC),
        datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC),
        datetime(2024, 2, 29, 3, 0, tzinfo=UTC),
    ],
)
def test_every_method_that_creates_a_tenant_freezes_it_at_the_same_time(name: str, at: datetime) -> None:
    here = MockServer.current()
    there = RemoteServer(here.url)
    with within(TestRun(at)):
        noon = frozen_at(here.contracts[name].zone)
        with here.tenant(name) as tenant, there.tenant(name) as remote, mockservers.intercept(server=here) as mocks:
            assert tenant.clock.now == remote.clock.now == mocks.tenant(name).clock.now == noon
        with here.tenant(name, now=OTHER) as other:
            assert other.clock.now == datetime.fromisoformat(OTHER)
        with here.tenant(name, now=datetime.fromisoformat(OTHER)) as other:
            assert other.clock.now == datetime.fromisoformat(OTHER)


def test_the_zones_are_those_of_the_vendors_rules() -> None:
    zones = {name: load_contract(name).zone.utcoffset(None) for name in VENDORS}
    hours = {"omnisegment": 8, "fanship": 9, "esputnik": 2, "zangsho": 8}
    assert zones == {name: timedelta(hours=ahead) for name, ahead in hours.items()}


# -- as a project sees it -------------------------------------------------------------------------------------------

MARKED = f"""
import pytest

OTHER = "{OTHER}"

def text(tenant):
    return tenant.clock.now.astimezone(__import__("zoneinfo").ZoneInfo("Asia/Tokyo")).isoformat()

@pytest.fixture(scope="module")
def whole(mock_server):
    with mock_server.tenant("fanship") as tenant:
        yield tenant

@pytest.mark.mockservers_now(OTHER)
def test_marked(fanship, mock_server, whole):
    assert text(fanship) == OTHER
    with mock_server.tenant("fanship") as another:
        assert text(another) == OTHER
    assert whole.clock.now.hour == 3, "a fixture of the module's is not that test's"

@pytest.mark.mockservers_now("2026-01-15T03:00:00Z")
class TestMarked:
    def test_by_its_class(self, fanship):
        assert text(fanship) == "2026-01-15T12:00:00+09:00"

    @pytest.mark.mockservers_now(OTHER)
    def test_by_itself(self, fanship):
        assert text(fanship) == OTHER

def test_unmarked(fanship, whole):
    assert "T12:00:00+09:00" in text(fanship)
    assert fanship.clock.now == whole.clock.now
"""


def run(pytester: pytest.Pytester, body: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(body)
    return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "workers"])
def test_a_marker_chooses_another_time(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    run(pytester, MARKED, *options).assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("chosen_by", "workers"), [("ini", ("-n", "2")), ("option", ("-n", "2")), ("option over ini", ())]
)
def test_the_ini_option_and_the_option_choose_it_for_a_whole_run(
    pytester: pytest.Pytester, chosen_by: str, workers: tuple[str, ...]
) -> None:
    if "ini" in chosen_by:
        moment = OTHER if chosen_by == "ini" else "2000-01-01T00:00:00Z"
        pytester.makeini(f"[pytest]\nmockservers_now = {moment}\n")
    options = (f"--mockservers-now={OTHER}",) if "option" in chosen_by else ()
    body = f"""
import datetime, mockservers, pytest

OTHER = datetime.datetime.fromisoformat("{OTHER}")

def test_it(fanship, mock_server):
    with mock_server.tenant("zangsho", now="2026-01-15T03:00:00Z") as own, mockservers.intercept() as mocks:
        assert mocks.esputnik.clock.now == fanship.clock.now == OTHER
        assert own.clock.now.year == 2026

@pytest.mark.mockservers_now("2026-01-15T03:00:00Z")
def test_marked(fanship):
    assert fanship.clock.now.year == 2026
"""
    run(pytester, body, *options, *workers).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ('"2026-01-15"', "'2026-01-15' is not a moment. Give RFC 3339 with an offset"),
        ("", "it takes one argument, not 0"),
        ('"2026-01-15T03:00:00Z", 5', "it takes one argument, not 2"),
        ("datetime.datetime(2026, 1, 15)", "'2026-01-15T00:00:00' is not a moment"),
    ],
)
def test_a_marker_without_a_valid_time_is_an_error_of_its_test(
    pytester: pytest.Pytester, marker: str, says: str
) -> None:
    body = f"import datetime, pytest\n@pytest.mark.mockservers_now({marker})\ndef test_it(fanship): pass\n"
    result = run(pytester, body)
    result.assert_outcomes(errors=1)
    assert f"@pytest.mark.mockservers_now: {says}" in result.stdout.str()


def test_an_ini_option_without_a_valid_time_stops_the_run(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmockservers_now = noon\n")
    result = run(pytester, "def test_it(): pass\n")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "mockservers_now: 'noon' is not a moment. Give RFC 3339 with an offset" in result.stderr.str()


def test_workers_use_the_day_on_which_the_run_started(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makeconftest("""
import datetime, os
from mockservers.testing import frozen_now

if "PYTEST_XDIST_WORKER" not in os.environ:
    frozen_now._runs[0] = frozen_now.TestRun(datetime.datetime(2024, 2, 29, 3, tzinfo=datetime.timezone.utc))
""")
    body = "def test_it(fanship):\n    assert fanship.clock.now.isoformat() == '2024-02-29T03:00:00+00:00'\n"
    run(pytester, body, "-n", "1").assert_outcomes(passed=1)
