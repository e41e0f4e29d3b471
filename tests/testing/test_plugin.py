"""The pytest plugin, as a project that has mockservers installed sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mockservers.web.bootstrap import MockApp, Serving

UPLOAD = """
import requests

def upload(fanship, day, text):
    return requests.post(
        f"{fanship.url}/v1/2nd/purchases/{day}/_all",
        files={"filename": ("purchases.ndjson", text, "application/x-ndjson")},
        headers={"Authorization": f"Bearer {fanship.token}"},
        timeout=5,
    )
"""


def run(pytester: pytest.Pytester, body: str, *options: str) -> pytest.RunResult:
    """Run the body as a test module of a project of its own."""
    pytester.makepyfile(UPLOAD + body)
    return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)


def test_a_test_that_loses_nothing_passes(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_it(fanship):
    assert upload(fanship, "20251101", '{"id":"1"}\\n').json() == {"status": "OK"}
    assert fanship.ledger.items == {"sent": 1, "pending": 1}
    (job,) = fanship.clock.to_next("ingest")
    assert job["job"] == "ingest"
    assert fanship.state["purchases"] == [{"id": "1"}]
    assert [exchange["response"]["status"] for exchange in fanship.journal] == [200]
""",
    )
    result.assert_outcomes(passed=1)


def test_a_test_that_loses_silently_fails_and_says_what_why_and_the_fix(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_it(fanship):
    upload(fanship, "20251101", '{"id":"1"}\\n{"id":"2"}\\n')
    upload(fanship, "20251101", '{"id":"3","orderDate":"2025-11-01"}\\n')
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*Lost: FANSHIP does not store what follows, and no answer said so (3 items sent, 1 stored).",
            "*#1 line 1, line 2*overwritten*fanship.upload.last-of-day-wins*(documented)",
            "*#2 line 1 /orderDate*ignored*fanship.record.unknown-key*(documented)",
            '*Expected? Mark the test: @pytest.mark.expect_loss("fanship.upload.last-of-day-wins")',
        ]
    )


def test_an_expected_loss_is_accepted(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import pytest

from mockservers.web.bootstrap import MockApp, Serving

@pytest.mark.expect_loss("fanship.record.unknown-key")
def test_it(fanship):
    upload(fanship, "20251101", '{"id":"2","orderDate":"2025-11-01"}\\n')
    assert fanship.ledger.silent == 1
""",
    )
    result.assert_outcomes(passed=1)


def test_a_failing_test_shows_the_ledger_beside_its_own_failure(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_it(fanship):
    upload(fanship, "20251101", '{"id":"2","orderDate":"2025-11-01"}\\n')
    assert fanship.state["purchases"]
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*assert fanship.state*", "*Captured mockservers*", "*Lost: FANSHIP does not store what follows*"]
    )


def test_a_loss_in_a_later_teardown_is_an_error(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import pytest

from mockservers.web.bootstrap import MockApp, Serving

@pytest.fixture
def exporter(fanship):
    yield
    upload(fanship, "20251101", '{"id":"2","orderDate":"2025-11-01"}\\n')

def test_it(exporter):
    pass
""",
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*Lost: FANSHIP does not store what follows*"])


def test_a_call_to_an_unknown_operation_fails_the_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_it(fanship):
    headers = {"Authorization": f"Bearer {fanship.token}"}
    assert requests.post(f"{fanship.url}/v1/purchases", headers=headers, timeout=5).status_code == 404
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*FANSHIP has no such operation: 1 call.", "*POST /v1/purchases*answered 404*"])


@pytest.mark.parametrize(("fail_on", "outcome"), [("silent", "passed"), ("at-risk", "failed"), ("never", "passed")])
def test_the_level_that_fails_a_test_can_be_chosen(pytester: pytest.Pytester, fail_on: str, outcome: str) -> None:
    result = run(
        pytester,
        """
def test_it(fanship):
    upload(fanship, "20251101", '{"id":"1","promotion_id":["a"]}\\n')
""",
        f"--mockservers-fail-on={fail_on}",
    )
    result.assert_outcomes(**{outcome: 1})


def test_a_tenant_of_any_scope_checks_itself_as_a_context_manager(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import pytest

from mockservers.web.bootstrap import MockApp, Serving

def test_it(mock_server):
    with pytest.raises(AssertionError, match="fanship.record.unknown-key"):
        with mock_server.tenant("fanship", now="2026-01-15T12:00:00+09:00") as fanship:
            upload(fanship, "20251101", '{"id":"1","x":1}\\n')
            fanship.clock.to("2026-01-16T05:00:00+09:00")
            assert len(fanship.state["purchases"]) == 1

def test_state_and_readings_can_be_set(fanship):
    fanship.state["members"] = [{"id": "a"}]
    fanship.readings["fanship.reply.success"] = "no-content"
    assert upload(fanship, "20251101", '{"id":"1"}\\n').status_code == 204
    assert [member["id"] for member in fanship.state["members"]] == ["a"]
""",
    )
    result.assert_outcomes(passed=2)


def test_workers_and_tests_never_see_each_other(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import pytest

from mockservers.web.bootstrap import MockApp, Serving

@pytest.mark.parametrize("number", range(24))
def test_it(fanship, number):
    upload(fanship, "20251101", '{"id":"%d"}\\n' % number)
    fanship.clock.to_next("ingest")
    assert fanship.state["purchases"] == [{"id": str(number)}]
""",
        "-n",
        "2",
    )
    result.assert_outcomes(passed=24)


def test_a_run_without_fixtures_imports_only_the_plugin() -> None:
    code = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import mockservers.testing.plugin\n"
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['mockservers']"


def test_a_run_that_uses_no_fixture_does_not_import_what_judges_a_test(tmp_path: Path) -> None:
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\n\n"
        "def test_plain():\n"
        "    pass\n\n\n"
        "def test_after_it():\n"
        "    ours = {name for name in sys.modules if name.startswith('mockservers.')}\n"
        "    assert 'mockservers.testing.plugin' in ours\n"
        "    assert not ours & {'mockservers.testing.judging', 'mockservers.core.accounting.verdict'}\n"
    )
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_the_same_tests_run_against_a_remote_server(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With MOCKSERVERS_URL set no server is started. The tenant of a test that passed goes, that of a failure stays."""
    with MockApp(Serving(demo=False)) as mock_app:
        monkeypatch.setenv("MOCKSERVERS_URL", mock_app.server.url)
        result = run(
            pytester,
            """
def test_right(fanship):
    upload(fanship, "20251101", '{"id":"1"}\\n')
    fanship.clock.to_next("ingest")
    assert fanship.state["purchases"] == [{"id": "1"}]
    assert not fanship.webhooks.deliveries

def test_wrong(fanship):
    upload(fanship, "20251101", '{"id":"1","x":1}\\n')
""",
            "-n",
            "2",
        )
        result.assert_outcomes(passed=1, failed=1)
        (left,) = mock_app.control.tenants()
        assert f"{mock_app.server.url}/calls/fanship/{left['id']}/1" in result.stdout.str()
        assert mock_app.mocks["fanship"].unauthenticated.last == 0


def test_the_proxy_settings_of_urllib_end_with_the_test(pytester: pytest.Pytester) -> None:
    """Before `mock_https` it leads to the mocks, after it to wherever it led before: here to the server itself."""
    result = run(
        pytester,
        """
import urllib.request

def health(mock_server):
    with urllib.request.urlopen(f"{mock_server.url}/__admin/health", timeout=5) as answer:
        return answer.status

def test_before(mock_server):
    assert health(mock_server) == 200

def test_within(mock_https, zangsho):
    headers = {"Authorization": f"Bearer {zangsho.token}"}
    asked = urllib.request.Request(f"{mock_https.url('zangsho')}/v1/customers", headers=headers)
    with urllib.request.urlopen(asked, timeout=5) as answer:
        assert answer.status == 200

def test_after(mock_server):
    assert health(mock_server) == 200
""",
    )
    result.assert_outcomes(passed=3)


def test_a_failed_test_shows_its_last_calls_with_their_answers(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_it(fanship):
    upload(fanship, "20251101", '{"id":"1","orderDate":"2025-11-01"}\\n')
    requests.post(f"{fanship.url}/v1/2nd/members/_all", headers={"Authorization": "Bearer nobody"}, timeout=5)
    assert fanship.state["purchases"] == [{"id": "1"}]
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*mockservers, last calls*",
            '*#1 POST /v1/2nd/purchases/20251101/_all 200  1 pending · SILENT 1 orderDate "2025-11-01" (did you mean *',
            '*answered: {"status":"OK"}',
            "*POST /v1/2nd/members/_all 401  unauthenticated: *",
            "*answered: *",
        ]
    )
