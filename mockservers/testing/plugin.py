"""The pytest plugin: a fresh tenant of each vendor, and a verdict that fails a test on silent losses.

It imports only pytest and the standard library. The first fixture imports the rest, also what judges a test.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from mockservers.core.accounting.levels import LEVELS
from mockservers.core.accounting.mutant import tests_mutant
from mockservers.core.errors import UsageError
from mockservers.testing.frozen_now_plugin import MomentPlugin
from mockservers.testing.frozen_now_plugin import add_options as add_moment_options
from mockservers.testing.mutation_options import add_mutation_options, configure_mutation
from mockservers.testing.proxies import bypass_proxies
from mockservers.testing.running_test import Running, begin, end
from mockservers.testing.vendor_fixtures import vendor_fixtures
from mockservers.vendors import vendor_names

if TYPE_CHECKING:
    from mockservers.testing.https import MockHttps
    from mockservers.testing.server import MockServer, RemoteServer
    from mockservers.testing.vendor_tenants import EsputnikTenant, FanshipTenant, OmnisegmentTenant, ZangshoTenant


_MARK = "expect_loss"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("mockservers", "mock servers of vendors' APIs")
    group.addoption(
        "--mockservers-fail-on",
        choices=LEVELS,
        help="what fails a test: silent losses (default), also reported losses, also values at risk, or nothing",
    )
    add_moment_options(parser, group)
    group.addoption(
        "--mockservers-coverage",
        nargs="?",
        const="text",
        metavar="text|json:FILE|html:FILE",
        help="print which operations the tests called and which rules they exercised, or write it to a file",
    )
    group.addoption(
        "--mockservers-coverage-fail-under",
        type=float,
        metavar="PERCENT",
        help="fail the run if fewer rules were exercised, of the vendors that received a call",
    )
    group.addoption(
        "--mockservers-report",
        metavar="FILE",
        help="write the verdict, losses, calls and coverage of the run as one HTML file",
    )
    group.addoption(
        "--mockservers-sarif",
        metavar="FILE",
        help="write the losses of the run as SARIF, for code scanning and editors",
    )
    group.addoption(
        "--mockservers-audit",
        action="store_true",
        default=None,
        help="check the mock itself: fail if a sent value is neither held nor named by a finding",
    )
    add_mutation_options(group)
    for name in _SETTINGS:
        parser.addini(f"mockservers_{name}", f"the default of --mockservers-{name.replace('_', '-')}")


def _setting(config: pytest.Config, name: str) -> Any:
    """The value of an option from the command line, otherwise from the ini file, otherwise the default."""
    from_command_line = config.getoption(f"mockservers_{name}")
    if from_command_line is not None:
        return from_command_line
    from_ini = str(config.getini(f"mockservers_{name}")).strip()
    default, read = _SETTINGS[name]
    if not from_ini:
        return default
    try:
        return read(from_ini)
    except ValueError as wrong:
        raise pytest.UsageError(f"mockservers_{name} = {from_ini} in {config.inipath}: {wrong}") from None


def _level(level: str) -> str:
    if level not in LEVELS:
        raise ValueError(f"unknown level {level!r}. Available: {', '.join(LEVELS)}.")
    return level


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"{text!r} is not a boolean. Write true or false.")
    return text.lower() == "true"


_SETTINGS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "fail_on": ("silent", _level),
    "audit": (False, _flag),
    "coverage": (None, str),
    "coverage_fail_under": (None, float),
    "report": (None, str),
    "sarif": (None, str),
}


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the plugins of the options that were given."""
    config.addinivalue_line(
        "markers",
        f"{_MARK}(rule, ..., strict=False): the losses that the test is about, by rule id or pattern; strict ones "
        "must come",
    )
    config.pluginmanager.register(MomentPlugin(config), "mockservers-now")
    other_vendors = (name for name in vendor_names() if name not in globals())
    config.pluginmanager.register(vendor_fixtures(other_vendors), "mockservers-vendors")
    _setting(config, "fail_on"), _setting(config, "audit")  # a wrong one stops the run here
    configure_mutation(config)
    url = os.environ.get("MOCKSERVERS_URL")
    if url and (hasattr(config, "workerinput") or getattr(config.option, "dist", "no") != "no"):
        from mockservers.testing.shared_server_plugin import SharedServerPlugin

        config.pluginmanager.register(SharedServerPlugin(url, _level_of(config)), "mockservers-shared-server")
    coverage = _setting(config, "coverage"), _setting(config, "coverage_fail_under")
    files = _setting(config, "report"), _setting(config, "sarif")
    if files != (None, None):
        from mockservers.testing.report_plugin import ReportPlugin

        config.pluginmanager.register(ReportPlugin(*files), "mockservers-report")
    if (*coverage, *files) != (None, None, None, None):
        from mockservers.testing.coverage_plugin import CoveragePlugin

        config.pluginmanager.register(CoveragePlugin(*coverage), "mockservers-coverage")


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config) -> Iterator[MockServer | RemoteServer]:
    """The server of this test process. `mock_server.tenant("fanship")` creates a tenant, in a fixture of any scope.

    If MOCKSERVERS_URL is set, it is the server at that address, for example a container.
    """
    from mockservers.testing.server import MockServer, RemoteServer

    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    label = f"{worker}-" if worker else ""
    url = os.environ.get("MOCKSERVERS_URL")
    with bypass_proxies(url):
        server = RemoteServer(url, label) if url else MockServer(label, audit=_setting(pytestconfig, "audit"))
        yield server.start()
        server.stop()


@pytest.fixture
def omnisegment(mock_server: MockServer | RemoteServer) -> Iterator[OmnisegmentTenant]:
    """A fresh OmniSegment tenant: `url`, `tid`, `api_key`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    with bypass_proxies(mock_server.url), closing(mock_server.tenant("omnisegment")) as tenant:
        yield tenant


@pytest.fixture
def fanship(mock_server: MockServer | RemoteServer) -> Iterator[FanshipTenant]:
    """A fresh FANSHIP tenant: `url`, `token`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    with bypass_proxies(mock_server.url), closing(mock_server.tenant("fanship")) as tenant:
        yield tenant


@pytest.fixture
def esputnik(mock_server: MockServer | RemoteServer) -> Iterator[EsputnikTenant]:
    """A fresh eSputnik tenant: `url`, `api_key`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    with bypass_proxies(mock_server.url), closing(mock_server.tenant("esputnik")) as tenant:
        yield tenant


@pytest.fixture
def zangsho(mock_server: MockServer | RemoteServer) -> Iterator[ZangshoTenant]:
    """A fresh Zangsho tenant: `url`, `token`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    with bypass_proxies(mock_server.url), closing(mock_server.tenant("zangsho")) as tenant:
        yield tenant


@pytest.fixture
def mock_https(mock_server: MockServer | RemoteServer, monkeypatch: pytest.MonkeyPatch) -> MockHttps:
    """The vendors' own https addresses, answered by `mock_server`: `url("zangsho")`, `proxy`, `ca`, `bundle`, `env`.

    While the test runs, `os.environ` has the variables that make clients, and programs that they start, use it.
    """
    https = mock_server.https
    for name, value in https.variables.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    # urllib keeps the proxies of its first call as long as the process runs. This makes it read them again.
    monkeypatch.setattr("urllib.request._opener", None)
    return https


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Read which losses the test expects. A retry of a test starts here, too."""
    _begin(item)
    try:
        return (yield)
    except BaseException:
        _add_sections(item, "setup")
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that passed although something was lost. For a test that failed, add the losses to its report."""
    try:
        result = yield
    except BaseException:
        _add_sections(item, "call")
        raise
    if message := _complaints(item, required=True):
        pytest.fail(message, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the teardown on losses after the test itself."""
    try:
        try:
            result = yield
        except BaseException:
            _add_sections(item, "teardown")
            raise
        if message := _complaints(item, required=False):
            pytest.fail(message, pytrace=False)
    finally:
        if _is_judged(item):
            from mockservers.testing.judging import forget_test

            forget_test()
        end()
    return result


def _begin(item: pytest.Item) -> None:
    marks = list(item.iter_markers(_MARK))
    describe = cache(lambda: _described(item, marks))
    try:
        if marks:
            describe()
    except UsageError as wrong:
        pytest.fail(str(wrong), pytrace=False)
    begin(describe)


def _described(item: pytest.Item, marks: list[pytest.Mark]) -> Running:
    from mockservers.core.accounting.verdict import Policy
    from mockservers.testing.expectations import of_marks

    accepted, required = of_marks((mark.args, mark.kwargs) for mark in marks)
    policy = Policy(_level_of(item.config), accepted, required)
    # unittest can run the methods of its classes, too, and does not read marks.
    markable = isinstance(item, pytest.Function) and not _is_of_unittest(getattr(item, "cls", None))
    return Running(item.nodeid, policy, markable, (item.location[1] or 0) + 1)


def _is_judged(item: pytest.Item) -> bool:
    """Whether a test may have a verdict: the process has had a server, or the test requires a loss."""
    return "mockservers.testing.judging" in sys.modules or item.get_closest_marker(_MARK) is not None


def _complaints(item: pytest.Item, *, required: bool) -> str:
    if not _is_judged(item):
        return ""
    from mockservers.testing.judging import complaints

    return complaints(required=required)


def _level_of(config: pytest.Config) -> str:
    """What fails a test. On a mutant nothing does."""
    level: str = "never" if tests_mutant() else _setting(config, "fail_on")
    return level


def _is_of_unittest(case: object) -> bool:
    """Whether a class is a test case of unittest. If unittest is not imported, no class is."""
    unittest = sys.modules.get("unittest")
    return unittest is not None and isinstance(case, type) and issubclass(case, unittest.TestCase)


_KEEP = (
    "The server ends with the run. To see what became of each key, use --mockservers-report=FILE or a running server."
)
"""A hint below the last calls of a test: the pages of the calls are gone when the run has ended."""


def _add_sections(item: pytest.Item, when: str) -> None:
    if not _is_judged(item):
        return
    from mockservers.testing.judging import complaints, last_calls_of_test

    calls = last_calls_of_test()  # before the verdict, after which these calls no longer belong to the test
    if message := complaints(required=False):
        item.add_report_section(when, "mockservers", message)
    if calls:
        report = _setting(item.config, "report")
        hint = f"Each call of the run will be in {report}." if report else _KEEP
        calls = calls if os.environ.get("MOCKSERVERS_URL") else f"{calls}\n{hint}"
        item.add_report_section(when, "mockservers, last calls", calls)
