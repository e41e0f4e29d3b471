"""What a test did, seen by the watch on its server: a server that is gone, and what somebody else judges."""

from __future__ import annotations

from werkzeug.test import Client as Caller

from mockservers.client import Client
from mockservers.core.accounting.verdict import Policy, judge
from mockservers.reports.verdict import text
from mockservers.testing import judging
from mockservers.testing.judging import Watch
from mockservers.web.bootstrap import MockApp, Serving


def test_a_used_server_that_has_ended_is_reported_as_not_judged() -> None:
    mock_app = MockApp(Serving(vendors=("zangsho",), demo=False))
    mock_app.start()
    watch = Watch(Client(mock_app.server.url), own=False)
    watch.look()
    mock_app.server.stop()
    assert judging._looked(watch) == ""
    watch._opened["shop"] = "zangsho"
    assert judging._looked(watch).startswith("Not judged: ")


def test_calls_that_other_code_judges_are_charged_to_no_test() -> None:
    mock_app = MockApp(Serving(vendors=("zangsho",), demo=False))
    watch = Watch(mock_app.control, own=True)
    caller = Caller(mock_app.gateway)
    caller.post("/zangsho/v1/customers", json={"email": "a@x.tw"})
    watch.acknowledge_calls()
    caller.post("/zangsho/v1/costumers", json={})
    watch.look()
    said = text(judge(watch.evidence(acknowledged=False), Policy()))
    assert "Unauthenticated" not in said
    assert "POST /v1/costumers" in said
    assert "Unauthenticated" in text(judge(watch.evidence(acknowledged=True), Policy()))
