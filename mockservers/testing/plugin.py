"""The pytest plugin: a fresh tenant of each vendor, and a test that fails when something was lost in silence.

Imports pytest and the standard library alone: what is heavy waits for the first fixture.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from mockservers.core.accounting.mutant import tests_mutant
from mockservers.core.accounting.verdict import LEVELS, Policy
from mockservers.core.errors import UsageError
from mockservers.testing.expectations import Running, of_marks, run
from mockservers.testing.frozen_now_plugin import MomentPlugin
from mockservers.testing.frozen_now_plugin import add_options as add_moment_options
from mockservers.testing.judging import complaints, end, last_calls_of_test
from mockservers.testing.mutation_options import add_mutation_options, configure_mutation
from mockservers.testing.proxies import past_proxies
from mockservers.testing.vendor_fixtures import vendor_fixtures
from mockservers.vendors import vendor_names

if TYPE_CHECKING:
    from mockservers.testing.https import MockHttps
    from mockservers.testing.server import MockServer, RemoteServer
    from mockservers.testing.vendor_tenants import EsputnikTenant, FanshipTenant, OmnisegmentTenant, ZangshoTenant


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("mockservers", "mock servers of vendors' APIs")
    group.addoption(
        "--mockservers-fail-on",
        choices=LEVELS,
        help="what fails a test: silent losses (default), reported losses too, those under another reading too, or "
        "nothing",
    )
    add_moment_options(parser, group)
    group.addoption(
        "--mockservers-coverage",
        nargs="?",
        const="text",
        metavar="text|json:FILE|html:FILE",
        help="say which rules of the vendors the tests have exercised, and which never; in a file where one is named",
    )
    group.addoption(
        "--mockservers-coverage-fail-under",
        type=float,
        metavar="PERCENT",
        help="fail the run when less of the rules was exercised, of the vendors that something was sent to",
    )
    group.addoption(
        "--mockservers-report",
        metavar="FILE",
        help="write verdict, losses, calls and coverage of the run as one HTML file",
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
        help="hold the mock itself to account: fail where what was sent is neither held nor named by a finding",
    )
    add_mutation_options(group)
    for name in _SETTINGS:
        parser.addini(f"mockservers_{name}", f"the same as --mockservers-{name.replace('_', '-')}, which wins")


def _setting(config: pytest.Config, name: str) -> Any:
    """The value of an option, of the ini file where the command line does not give it, or the default."""
    given = config.getoption(f"mockservers_{name}")
    if given is not None:
        return given
    written = str(config.getini(f"mockservers_{name}")).strip()
    default, read = _SETTINGS[name]
    if not written:
        return default
    try:
        return read(written)
    except ValueError as wrong:
        raise pytest.UsageError(f"mockservers_{name} = {written} in {config.inipath}: {wrong}") from None


def _level(written: str) -> str:
    if written not in LEVELS:
        raise ValueError(f"unknown level {written!r}. Available: {', '.join(LEVELS)}.")
    return written


def _flag(written: str) -> bool:
    if written.lower() not in ("true", "false"):
        raise ValueError(f"{written!r} is not a boolean. Write true or false.")
    return written.lower() == "true"


_SETTINGS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "fail_on": ("silent", _level),
    "audit": (False, _flag),
    "coverage": (None, str),
    "coverage_fail_under": (None, float),
    "report": (None, str),
    "sarif": (None, str),
}


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and what sums up coverage where that is wanted."""
    config.addinivalue_line(
        "markers",
        "expect_loss(rule, ..., strict=False): the losses that the test is about, by rule id or pattern; strict ones "
        "must come",
    )
    config.pluginmanager.register(MomentPlugin(config), "mockservers-now")
    others = (name for name in vendor_names() if name not in globals())
    config.pluginmanager.register(vendor_fixtures(others), "mockservers-vendors")
    _setting(config, "fail_on"), _setting(config, "audit")  # a wrong one stops the run here
    configure_mutation(config)
    asked = _setting(config, "coverage"), _setting(config, "coverage_fail_under")
    files = _setting(config, "report"), _setting(config, "sarif")
    if files != (None, None):
        from mockservers.testing.report_plugin import ReportPlugin

        config.pluginmanager.register(ReportPlugin(*files), "mockservers-report")
    if (*asked, *files) != (None, None, None, None):
        from mockservers.testing.coverage_plugin import CoveragePlugin

        config.pluginmanager.register(CoveragePlugin(*asked), "mockservers-coverage")


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config) -> Iterator[MockServer | RemoteServer]:
    """The server of this test process. `mock_server.tenant("fanship")` makes a tenant of any scope.

    With MOCKSERVERS_URL set it is the server there: the same tests run against a container.
    """
    from mockservers.testing.server import MockServer, RemoteServer

    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    label = f"{worker}-" if worker else ""
    url = os.environ.get("MOCKSERVERS_URL")
    with past_proxies(url):
        server = RemoteServer(url, label) if url else MockServer(label, audit=_setting(pytestconfig, "audit"))
        yield server.start()
        server.stop()


@pytest.fixture
def omnisegment(mock_server: MockServer | RemoteServer) -> Iterator[OmnisegmentTenant]:
    """A fresh OmniSegment tenant: `url`, `tid`, `api_key`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    with past_proxies(mock_server.url), closing(mock_server.tenant("omnisegment")) as tenant:
        yield tenant


@pytest.fixture
def fanship(mock_server: MockServer | RemoteServer) -> Iterator[FanshipTenant]:
    """A fresh FANSHIP tenant: `url`, `token`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    with past_proxies(mock_server.url), closing(mock_server.tenant("fanship")) as tenant:
        yield tenant


@pytest.fixture
def esputnik(mock_server: MockServer | RemoteServer) -> Iterator[EsputnikTenant]:
    """A fresh eSputnik tenant: `url`, `api_key`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    with past_proxies(mock_server.url), closing(mock_server.tenant("esputnik")) as tenant:
        yield tenant


@pytest.fixture
def zangsho(mock_server: MockServer | RemoteServer) -> Iterator[ZangshoTenant]:
    """A fresh Zangsho tenant: `url`, `token`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    with past_proxies(mock_server.url), closing(mock_server.tenant("zangsho")) as tenant:
        yield tenant


@pytest.fixture
def mock_https(mock_server: MockServer | RemoteServer, monkeypatch: pytest.MonkeyPatch) -> MockHttps:
    """The vendors' own https addresses, answered by `mock_server`: `url("zangsho")`, `proxy`, `ca`, `bundle`, `env`.

    For as long as the test runs `os.environ` leads there the clients that read it, and those that they start.
    """
    https = mock_server.https
    for name, value in https.variables.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    # urllib keeps the proxies of its first call while the process runs: neither those from before, nor ours after.
    monkeypatch.setattr("urllib.request._opener", None)
    return https


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Read what the test expects. A retry of it begins here, too."""
    _begin(item)
    try:
        return (yield)
    except BaseException:
        _show_beside(item, "setup")
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that passed while something was lost; tell of it beside the failure of one that failed."""
    try:
        result = yield
    except BaseException:
        _show_beside(item, "call")
        raise
    if said := complaints(required=True):
        pytest.fail(said, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the teardown for what came after the test itself."""
    try:
        try:
            result = yield
        except BaseException:
            _show_beside(item, "teardown")
            raise
        if said := complaints(required=False):
            pytest.fail(said, pytrace=False)
    finally:
        end()
        run(None)
    return result


def _begin(item: pytest.Item) -> None:
    try:
        accepted, required = of_marks((mark.args, mark.kwargs) for mark in item.iter_markers("expect_loss"))
    except UsageError as wrong:
        pytest.fail(str(wrong), pytrace=False)
    level = "never" if tests_mutant() else _setting(item.config, "fail_on")
    policy = Policy(level, accepted, required)
    # A mark on a method of unittest's is read by pytest alone, and unittest may run it, too.
    markable = isinstance(item, pytest.Function) and not _is_of_unittest(getattr(item, "cls", None))
    run(Running(item.nodeid, policy, markable, (item.location[1] or 0) + 1))


def _is_of_unittest(case: object) -> bool:
    """Whether a class is a test case of unittest, which is imported wherever there is one."""
    unittest = sys.modules.get("unittest")
    return unittest is not None and isinstance(case, type) and issubclass(case, unittest.TestCase)


_KEEP = (
    "The server ends with the run. To see what became of each key: --mockservers-report=FILE, or a server elsewhere."
)
"""Said beside the last calls of a test whose pages nobody can open any more."""


def _show_beside(item: pytest.Item, when: str) -> None:
    calls = last_calls_of_test()  # before they are judged: what is judged is no longer the test's
    if said := complaints(required=False):
        item.add_report_section(when, "mockservers", said)
    if calls:
        report = _setting(item.config, "report")
        more = f"Each call of the run will be in {report}." if report else _KEEP
        calls = calls if os.environ.get("MOCKSERVERS_URL") else f"{calls}\n{more}"
        item.add_report_section(when, "mockservers, last calls", calls)
