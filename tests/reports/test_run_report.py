"""A run as one report: all that there is to know of it in one file, what was sent shown as text."""

from __future__ import annotations

import re

from mockservers.reports.run_report import html
from mockservers.web.bootstrap import MockApp
from tests.reports.running import report

PAYLOAD = "</style><script>alert(1)</script>|`*\n::error::forged"


def test_a_report_has_verdict_losses_calls_and_coverage(mock_app: MockApp) -> None:
    page = html(report(mock_app, {"email": "a@example.com", "name": "王小明", "phoneNumber": "1"})).decode()
    assert "Lost: Zangsho does not store what follows, and no answer said so (1 item sent, 1 stored)." in page
    assert "Rename phoneNumber to phone." in page
    assert "POST /v1/customers" in page
    assert re.search(r"Zangsho: 1 of \d+ operations, \d+ of \d+ rules", page)
    assert re.search(r"<code>createCustomer</code> POST <code>/v1/customers</code> 1 call, \d of 2 rules beside", page)


def test_a_report_is_one_file_without_scripts_and_escapes_what_was_sent(mock_app: MockApp) -> None:
    page = html(report(mock_app, {"email": "a@example.com", "name": "a", PAYLOAD: PAYLOAD})).decode()
    assert "<script" not in page
    assert re.findall(r"""(?:src|<link[^>]*href)=["']?\S+""", page) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_run_without_a_loss_says_so(mock_app: MockApp) -> None:
    assert "Nothing fails" in html(report(mock_app, {"email": "a@example.com", "name": "a"})).decode()
