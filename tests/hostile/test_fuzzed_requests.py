"""Requests that nobody would write: a few hundred; `python -m tests.hostile.fuzzing` sends as many as you like."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from mockservers.web.bootstrap import MockApp, Serving
from mockservers.web.http_server import body
from tests.hostile.fuzzing import Uploads, breach_of_head, fuzz

CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
HEADS = {
    "a request in place of trailers": CHUNKED + b"2\r\n{}\r\n0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a trailer without a name": CHUNKED + b"0\r\n: a\r\n\r\n",
    "a folded trailer": CHUNKED + b"0\r\nA: b\r\n c\r\n\r\n",
    "a trailer with NUL": CHUNKED + b"0\r\nA: \0\r\n\r\n",
    "right trailers": CHUNKED + b"0\r\nA: b\r\nC:\r\n\r\n" + CHUNKED + b"0\r\n\r\n",
}
FORMS = {
    "a file without a name": b'--b\r\nContent-Disposition: attachment; filename="a"\r\n\r\n{}\r\n--b--\r\n',
    "a field without a name": b"--b\r\nContent-Disposition: form-data\r\n\r\n{}\r\n--b--\r\n",
    "an empty disposition": b"--b\r\nContent-Disposition: \r\n\r\n{}\r\n--b--\r\n",
}


@pytest.fixture
def uploads() -> Iterator[Uploads]:
    with MockApp(Serving(vendors=["fanship"], demo=False)) as mock_app:
        yield Uploads(mock_app)


@pytest.mark.parametrize("case", HEADS)
def test_a_head_that_was_once_misread_is_read_as_by_h11(case: str) -> None:
    assert breach_of_head(HEADS[case]) == ""


@pytest.mark.parametrize("case", FORMS)
def test_an_upload_that_once_caused_an_internal_error_is_handled(uploads: Uploads, case: str) -> None:
    assert uploads.breach(FORMS[case]) == ""


def test_fuzzed_requests_break_no_law() -> None:
    """The same ones each time. If this fails, put the bytes into a table above."""
    report = fuzz(lambda report: report.forms < 150, seed=20251101)
    assert report.breaches == []
    assert report.lines > 250, "it does not come far into the server"


def test_the_fuzzer_notices_a_server_that_reads_a_request_as_trailers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "_TRAILER", re.compile(b".*\r\n"))
    assert "and refused by h11" in breach_of_head(HEADS["a request in place of trailers"])
