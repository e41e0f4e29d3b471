"""A run as one report: all that there is to know of it in one file, what was sent shown as text."""

from __future__ import annotations

import re

from mockservers.core.value import replace
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
    assert re.search(r"<code>createCustomer</code> POST <code>/v1/customers</code> 1 call, \d of its 2 rules", page)


def test_a_report_is_one_file_without_scripts_and_escapes_what_was_sent(mock_app: MockApp) -> None:
    page = html(report(mock_app, {"email": "a@example.com", "name": "a", PAYLOAD: PAYLOAD})).decode()
    assert "<script" not in page
    assert re.findall(r"""(?:src|<link[^>]*href)=["']?\S+""", page) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_run_without_a_loss_says_so(mock_app: MockApp) -> None:
    assert "Nothing fails" in html(report(mock_app, {"email": "a@example.com", "name": "a"})).decode()


def test_a_loss_links_its_call_in_the_report(mock_app: MockApp) -> None:
    known, late = {"email": "a@example.com", "name": "a"}, {"email": "b@example.com", "name": "b", "late": "1"}
    page = html(report(mock_app, known, late)).decode()
    (anchor,) = re.findall(r'<a href="#([^"]+)">call #2</a> <code>/late</code>', page)
    (row,) = re.findall(rf'<tr role="row" id="{anchor}">(.*?)</tr>', page)
    assert "late" in row
    assert "demo-zangsho <small>#2</small>" in row
    assert page.count(f'id="{anchor}"') == 1


def test_a_loss_names_a_call_that_is_not_shown_without_a_link(mock_app: MockApp) -> None:
    whole = report(mock_app, {"email": "a@example.com", "name": "a", "late": "1"})
    page = html(replace(whole, calls=(), calls_left=1)).decode()
    assert "call #1 <code>/late</code>" in page
    assert "1 more calls are not shown" in page


def test_a_report_says_so_if_its_losses_fail_nothing(mock_app: MockApp) -> None:
    lost = {"email": "a@example.com", "name": "a", "late": "1"}
    assert "The losses below fail nothing" not in html(report(mock_app, lost)).decode()
    expected = html(report(mock_app, expected=("zangsho.request.unknown-key",))).decode()
    assert "The losses below fail nothing" in expected


def test_an_overlong_key_is_cut_in_sentences(mock_app: MockApp) -> None:
    page = html(report(mock_app, {"email": "a@example.com", "name": "a", "k" * 1000: "1"})).decode()
    _, losses = page.split("<h2>Losses</h2>")
    assert "k" * 81 not in losses
    assert f"{'k' * 79}… is not a field of the vendor" in losses
