"""A server that ends before the run does, as a container does: what was sent to it is judged all the same."""

from __future__ import annotations

import pytest

TESTS = """
import pytest, requests
from mockservers.testing.server import RemoteServer
from mockservers.web.bootstrap import MockApp, Serving

@pytest.fixture(scope="module")
def mocks():
    with MockApp(Serving(demo=False)) as app:
        server = RemoteServer(app.server.url).start()
        yield server
        server.leave()

def send(zangsho, key):
    headers = {"Authorization": f"Bearer {zangsho.token}"}
    requests.post(f"{zangsho.url}/v1/customers", headers=headers, json={"email": "a@example.com", key: "0912"})

def test_a_tenant_is_left_open(mocks):
    send(mocks.tenant("zangsho"), "phone")

def test_something_is_sent_at_the_very_end(mocks, request):
    zangsho = mocks.tenant("zangsho")
    request.addfinalizer(lambda: send(zangsho, KEY))
"""


@pytest.fixture(autouse=True)
def no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOCKSERVERS_URL", raising=False)


def test_tenants_that_are_left_open_do_not_fail_a_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"KEY = 'phone'\n{TESTS}")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_a_loss_in_the_last_call_is_judged_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"KEY = 'phoneNumber'\n{TESTS}")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-rN")  # in CI, a summary repeats the message
    result.assert_outcomes(passed=2, errors=1)
    assert result.stdout.str().count("Lost: Zangsho does not store what follows") == 1
