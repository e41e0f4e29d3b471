"""The pytest plugin: a fresh tenant of each vendor, and a test that fails when something was lost in silence.

Imports pytest and the standard library alone: what is heavy waits for the first fixture.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from mockservers.testing.allowing import Allowance, allowing
from mockservers.testing.moment_plugin import MomentPlugin
from mockservers.testing.moment_plugin import add_options as add_moment_options

if TYPE_CHECKING:
    from mockservers.testing.https import MockHttps
    from mockservers.testing.server import MockServer, RemoteServer
    from mockservers.testing.tenant import MockTenant

_TENANTS = pytest.StashKey["list[MockTenant]"]()
_SAID = pytest.StashKey[list[str]]()
_FAIL_ON = ("silent", "at-risk", "never")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("mockservers", "mock servers of OmniSegment, FANSHIP, eSputnik and Zangsho")
    group.addoption(
        "--mockservers-fail-on",
        choices=_FAIL_ON,
        default="silent",
        help="what fails a test that uses a tenant: silent loss (default), loss under another reading too, or nothing",
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


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and what sums up coverage where that is wanted."""
    config.addinivalue_line("markers", "expect_loss(rule, ...): the silent losses by rule that the test is about")
    config.pluginmanager.register(MomentPlugin(config), "mockservers-now")
    asked = config.getoption("--mockservers-coverage"), config.getoption("--mockservers-coverage-fail-under")
    if asked != (None, None):
        from mockservers.testing.summing import Summing

        config.pluginmanager.register(Summing(*asked), "mockservers-coverage")


@pytest.fixture(scope="session")
def mock_server() -> Iterator[MockServer | RemoteServer]:
    """The server of this test process. `mock_server.tenant("fanship")` makes a tenant of any scope.

    With MOCKSERVERS_URL set it is the server there: the same tests run against a container.
    """
    from mockservers.testing.server import MockServer, RemoteServer

    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    label = f"{worker}-" if worker else ""
    url = os.environ.get("MOCKSERVERS_URL")
    server = RemoteServer(url, label).start() if url else MockServer(label).start()
    yield server
    server.stop()


@pytest.fixture
def omnisegment(request: pytest.FixtureRequest, mock_server: MockServer | RemoteServer) -> Iterator[MockTenant]:
    """A fresh OmniSegment tenant: `url`, `tid`, `api_key`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    yield from _tenant("omnisegment", request, mock_server)


@pytest.fixture
def fanship(request: pytest.FixtureRequest, mock_server: MockServer | RemoteServer) -> Iterator[MockTenant]:
    """A fresh FANSHIP tenant: `url`, `token`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    yield from _tenant("fanship", request, mock_server)


@pytest.fixture
def esputnik(request: pytest.FixtureRequest, mock_server: MockServer | RemoteServer) -> Iterator[MockTenant]:
    """A fresh eSputnik tenant: `url`, `api_key`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    yield from _tenant("esputnik", request, mock_server)


@pytest.fixture
def zangsho(request: pytest.FixtureRequest, mock_server: MockServer | RemoteServer) -> Iterator[MockTenant]:
    """A fresh Zangsho tenant: `url`, `token`, `state`, `journal`, `ledger`, `clock`, `readings`."""
    yield from _tenant("zangsho", request, mock_server)


def _tenant(vendor: str, request: pytest.FixtureRequest, server: MockServer | RemoteServer) -> Iterator[MockTenant]:
    tenant = server.tenant(vendor)
    item: pytest.Item = request.node
    item.stash.setdefault(_TENANTS, []).append(tenant)
    yield tenant
    said = _complaints(item, tenant)
    tenant.close()
    if said and said not in item.stash.get(_SAID, []):
        pytest.fail(said, pytrace=False)


@pytest.fixture
def mock_https(mock_server: MockServer | RemoteServer, monkeypatch: pytest.MonkeyPatch) -> MockHttps:
    """The vendors' own https addresses, answered by `mock_server`: `url("zangsho")`, `proxy`, `ca`, `bundle`, `env`.

    For as long as the test runs `os.environ` leads there the clients that read it, and those that they start.
    """
    doors = mock_server.https
    for name, value in doors.variables.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    # urllib keeps the proxies of its first call while the process runs: neither those from before, nor ours after.
    monkeypatch.setattr("urllib.request._opener", None)
    return doors


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let tenants that check themselves know what this test allows."""
    with allowing(Allowance(item.config.getoption("--mockservers-fail-on"), tuple(_expected(item)))):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that passed while something was lost; tell of it beside the failure of one that failed."""
    try:
        result = yield
    except BaseException:
        for text in _said(item):
            item.add_report_section("call", "mockservers", text)
        raise
    said = _said(item)
    if said:
        pytest.fail("\n".join(said), pytrace=False)
    return result


def _said(item: pytest.Item) -> list[str]:
    """What there is to complain about; kept, so that the teardown says only what is new."""
    said = [text for tenant in item.stash.get(_TENANTS, []) if (text := _complaints(item, tenant))]
    item.stash[_SAID] = said
    return said


def _complaints(item: pytest.Item, tenant: MockTenant) -> str:
    return tenant.complaints(item.config.getoption("--mockservers-fail-on"), _expected(item))


def _expected(item: pytest.Item) -> list[str]:
    return [rule for mark in item.iter_markers("expect_loss") for rule in mark.args]
