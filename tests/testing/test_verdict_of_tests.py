"""What fails a test that uses the fixtures: every tenant and call that it touched, and no other test's."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from mockservers.web.bootstrap import MockApp, Serving
from tests.testing.projects import UNKNOWN_KEY, run, sections


@pytest.fixture(params=["in this process", "elsewhere"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the server of the test is: the verdict is the same."""
    if request.param == "in this process":
        yield
        return
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # of these tests: theirs has the server to itself
    with MockApp(Serving(demo=False)) as mock_app:
        monkeypatch.setenv("MOCKSERVERS_URL", mock_app.server.url)
        yield


TOUCHED = {
    "a tenant without with": (
        't = mock_server.tenant("zangsho"); lose(t)',
        "*Lost: Zangsho does not store what follows*",
    ),
    "the same, closed": ('t = mock_server.tenant("zangsho"); lose(t); t.close()', "*phoneNumber*"),
    "a tenant of another vendor": (
        't = mock_server.tenant("fanship"); upload(t, \'{"id":"1","x":1}\')',
        "*Lost: FANSHIP does not store what follows*",
    ),
    "a tenant by import": (
        't = mock_server.import_tenant(mock_server.tenant("zangsho").export()); lose(t)',
        "*Lost: Zangsho does not store what follows*",
    ),
    "a wrong token": (
        'assert send(mock_server.tenant("zangsho"), "wrong-token-1") == 401',
        "*#1 POST /v1/customers*unknown credentials: no tenant has token 'wron?' (13 characters)*zangsho.auth.token*",
    ),
    "no token": ('assert send(mock_server.tenant("zangsho"), "") == 401', "*no credentials: the request has no token*"),
    "another scheme": (
        """requests.get(mock_server.tenant("zangsho").url + "/v1/customers", auth=("a", "b"), timeout=5)""",
        "*malformed credentials: no token can be read from the header Authorization*",
    ),
    "the page's placeholder": (
        'assert send(mock_server.tenant("zangsho"), "YOUR_API_TOKEN") == 401',
        "*'YOUR_API_TOKEN' is the placeholder of the vendor's page*",
    ),
    "a token that is revoked": (
        't = mock_server.tenant("zangsho"); mock_server.control.revoke(t.id); send(t)',
        "*the credentials of tenant zangsho-* are revoked*",
    ),
    "a token of a tenant that is gone": (
        't = mock_server.tenant("zangsho"); t.close(); send(t)',
        "*these were the credentials of tenant zangsho-*, which is deleted*",
    ),
    "a wrong path": (
        'send(mock_server.tenant("zangsho"), path="/v1/costumers")',
        "*POST /v1/costumers*unmatched*answered 404*zangsho.request.routes*",
    ),
    "a wrong path and a wrong token": (
        'send(mock_server.tenant("zangsho"), "wrong-token-1", path="/v1/costumers")',
        "*Unmatched: Zangsho has no such operation: 1 call.",
    ),
    "a fault that never fired": (
        'mock_server.tenant("zangsho").faults.plan("reset", nth=3)',
        "*reset, nth 3  (no calls met it)",
    ),
    "a loss that only tomorrow's ingestion shows": (
        """t = mock_server.tenant("fanship"); upload(t, '{"id":"1","member_id":"nobody"}'); upload(t, '{"id":"2"}')""",
        "*overwritten*fanship.upload.last-of-day-wins*",
    ),
}


@pytest.mark.usefixtures("place")
def test_a_test_is_judged_by_everything_that_it_touches(pytester: pytest.Pytester) -> None:
    """Every test is charged only with its own: between two of them one does nothing and passes."""
    tests = (
        f"def test_{number}(mock_server):\n    {act}\n\ndef test_innocent_{number}(mock_server):\n    pass\n\n"
        for number, (act, _) in enumerate(TOUCHED.values())
    )
    result = run(pytester, "\n".join(tests))
    result.assert_outcomes(failed=len(TOUCHED), passed=len(TOUCHED))
    said = sections(result)
    for number, (name, (_, says)) in enumerate(TOUCHED.items()):
        assert any(fnmatchcase(line, says) for line in said[f"test_{number}"].splitlines()), (name, said)


def test_pending_items_are_judged_on_a_copy(pytester: pytest.Pytester) -> None:
    """The tenant is as it was: what the test and its teardown see has not moved."""
    result = run(
        pytester,
        """
@pytest.fixture(scope="module")
def shop(mock_server):
    return mock_server.tenant("fanship", now="2026-01-15T12:00:00+09:00")

def test_one(shop):
    assert upload(shop, '{"id":"1"}') == 200

def test_two(shop):
    assert shop.clock.now.isoformat() == "2026-01-15T03:00:00+00:00"
    assert shop.ledger.items == {"sent": 1, "pending": 1}
    assert len(shop.clock.due) == 1
    assert shop.state["purchases"] == []
    assert len(shop.clock.advance("P1D")) == 1
    assert shop.state["purchases"] == [{"id": "1"}]
""",
    )
    result.assert_outcomes(passed=2)


# -- whose loss it is -------------------------------------------------------------------------------------------------

SHARED = """
@pytest.fixture(scope="{scope}")
def {name}(mock_server):
    {make}
"""
MADE = {
    "returned": 'return mock_server.tenant("zangsho")',
    "with": 'with mock_server.tenant("zangsho") as made:\n        yield made',
    "closed": 'made = mock_server.tenant("zangsho")\n    yield made\n    made.close()',
}
OF_A_CLASS = """
class Test_{name}:
    def test_loser(self, {name}):
        lose({name})

    @pytest.mark.expect_loss("zangsho.request.unknown-key")
    def test_innocent(self, {name}):
        send({name}, email="b@x.tw")

    def test_last(self, {name}):
        losses = [found for found in {name}.ledger.findings if found["loses"]]
        assert [found["test"].rpartition("::")[2] for found in losses] == ["test_loser"]
        tests = [exchange["test"].rpartition("::")[2] for exchange in {name}.journal]
        assert tests == ["test_loser", "test_innocent"]
"""


@pytest.mark.usefixtures("place")
def test_a_loss_is_charged_to_the_test_that_sent_it(pytester: pytest.Pytester) -> None:
    named = {
        f"{scope}_{name}": (scope, make) for scope in ("session", "module", "class") for name, make in MADE.items()
    }
    body = [SHARED.format(name=name, scope=scope, make=make) for name, (scope, make) in named.items()]
    result = run(pytester, "\n".join([*body, *(OF_A_CLASS.format(name=name) for name in named)]))
    result.assert_outcomes(passed=2 * len(named), failed=len(named))
    said = sections(result)
    assert list(said) == [f"Test_{name}.test_loser" for name in named]
    assert all("Lost: Zangsho does not store what follows" in text for text in said.values())


def test_a_marker_accepts_only_the_loss_of_its_own_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        SHARED.format(name="shop", scope="module", make=MADE["returned"])
        + f"""
@pytest.mark.expect_loss("{UNKNOWN_KEY}", strict=True)
def test_one(shop):
    lose(shop)

@pytest.mark.expect_loss("{UNKNOWN_KEY}", strict=True)
def test_two(shop):
    send(shop)

def test_three(shop):
    send(shop)
""",
        "-v",
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*::test_two FAILED*", f"*Expected a loss by {UNKNOWN_KEY}, but none occurred.*"])


def test_a_job_is_not_charged_to_the_later_test_that_runs_it(pytester: pytest.Pytester) -> None:
    """A loss in a later job is charged to the test that sent the item, an overwritten item to whoever overwrote it."""
    result = run(
        pytester,
        """
@pytest.fixture(scope="module")
def shop(mock_server):
    return mock_server.tenant("fanship", now="2026-01-15T12:00:00+09:00")

def test_one_loses_by_night(shop):
    upload(shop, '{"id":"1","x":1}')

def test_two_moves_the_clock(shop):
    shop.clock.advance("P1D")

def test_three_sends(shop):
    upload(shop, '{"id":"2"}')

def test_four_overwrites_what_three_sent(shop):
    upload(shop, '{"id":"9"}')
""",
        "-v",
    )
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*test_one_loses_by_night FAILED*", "*test_four_overwrites_what_three_sent FAILED*"])


@pytest.mark.usefixtures("place")
def test_a_rewound_loss_does_not_fail_a_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_it(zangsho):
    before = zangsho.checkpoint()
    lose(zangsho)
    send(zangsho, path="/v1/costumers")
    before.rewind()
""",
        "--mockservers-fail-on=at-risk",
    )
    result.assert_outcomes(passed=1)


def test_a_loss_that_a_test_checks_itself_is_not_reported_twice(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        f"""
def test_it(zangsho, mock_server):
    lose(zangsho)
    for _ in range(2):
        with pytest.raises(AssertionError, match="{UNKNOWN_KEY}"):
            zangsho.check()
    with pytest.raises(AssertionError, match="{UNKNOWN_KEY}"), mock_server.tenant("zangsho") as other:
        lose(other)

def test_accepted(zangsho):
    lose(zangsho)
    zangsho.check(expected=["zangsho.request.*"])
""",
    )
    result.assert_outcomes(passed=2)


# -- what is expected -------------------------------------------------------------------------------------------------

WRONG_MARKS = {
    "no argument": ("expect_loss()", "*expect_loss names no rule. Fix: @pytest.mark.expect_loss(*"),
    "no call": ("expect_loss", "*expect_loss names no rule.*"),
    "misspelt": (
        'expect_loss("zangsho.request.unknown-kee")',
        "*Unknown rule 'zangsho.request.unknown-kee'. Nearest: zangsho.request.unknown-key*",
    ),
    "a second one misspelt": (
        'expect_loss("zangsho.auth.token", "zangsho.auth.tokem")',
        "*Nearest: zangsho.auth.token*",
    ),
    "a pattern of nothing": ('expect_loss("zangshoo.*")', "*Unknown rule 'zangshoo.*'*"),
    "no text": ("expect_loss(3)", "*A rule is named by its id, a text, not by 3.*"),
    "an unknown option": ('expect_loss("zangsho.*", stict=True)', "*expect_loss has no option 'stict'*strict*"),
    "an option that is none": ('expect_loss("zangsho.*", strict="yes")', "*must be True or False, not 'yes'*"),
}


def test_a_wrong_marker_is_an_error(pytester: pytest.Pytester) -> None:
    tests = (
        f"@pytest.mark.{mark}\ndef test_{number}():\n    pass\n"
        for number, (mark, _) in enumerate(WRONG_MARKS.values())
    )
    result = run(pytester, "\n".join(tests))
    result.assert_outcomes(errors=len(WRONG_MARKS))
    said = sections(result)
    for number, (name, (_, says)) in enumerate(WRONG_MARKS.items()):
        assert fnmatchcase(said[f"test_{number}"].replace("\n", " "), says), (name, said)


def test_a_loss_is_expected_by_its_rule_or_a_pattern_of_it(pytester: pytest.Pytester) -> None:
    marks = [f'"{UNKNOWN_KEY}"', '"zangsho.*"', '"*.unknown-key"', f'"zangsho.auth.*", "{UNKNOWN_KEY}"']
    tests = (
        f"@pytest.mark.expect_loss({mark})\ndef test_{number}(zangsho):\n    lose(zangsho)\n"
        for number, mark in enumerate(marks)
    )
    run(pytester, "\n".join(tests)).assert_outcomes(passed=len(marks))


def test_a_refused_call_is_expected_by_its_rule(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.mark.expect_loss("zangsho.auth.token", "zangsho.request.routes", strict=True)
def test_it(zangsho):
    assert send(zangsho, "wrong") == 401
    assert send(zangsho, path="/v1/x") == 404
""",
    )
    result.assert_outcomes(passed=1)


def test_a_unittest_failure_suggests_a_fix_without_a_marker(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        f"""
import unittest
from mockservers.testing.server import MockServer

class TestShop(unittest.TestCase):
    def test_lost(self):
        lose(MockServer.current().tenant("zangsho"))

    def test_accepted(self):
        tenant = MockServer.current().tenant("zangsho")
        tenant.expect_loss("{UNKNOWN_KEY}")
        lose(tenant)

def test_by_function(zangsho):
    lose(zangsho)
""",
    )
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            f'Expected? Say so before the end of the test: tenant.expect_loss("{UNKNOWN_KEY}")',
            f'Expected? Mark the test: @pytest.mark.expect_loss("{UNKNOWN_KEY}")',
        ]
    )


def test_a_tenant_of_a_remote_server_is_not_charged_with_earlier_calls(pytester: pytest.Pytester) -> None:
    tests = """
from mockservers.testing.server import RemoteServer

@pytest.mark.expect_loss("zangsho.request.routes")
def test_one(mock_server):
    requests.get(mock_server.url + "/zangsho/v2/nothing", timeout=5)

def test_two(mock_server):
    with RemoteServer(mock_server.url).tenant("zangsho") as tenant:
        assert send(tenant) == 201
"""
    run(pytester, tests).assert_outcomes(passed=2)
