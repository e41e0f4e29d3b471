"""ファイルアップロード形式 on the wire: the one part that is the file, and whatever else a request may carry.

https://docs.fanship.jp/integration-api-v1/upload_purchases.html
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from mockservers.web.apps import app_of
from tests.vendors.fanship.fanship_tenant import FanshipTenant

PART = "fanship.upload.part-named-filename"
NDJSON = "application/x-ndjson"
LINE = b'{"id":"1"}\n'
Part = tuple[str, str | None, bytes]


def file(content: bytes = LINE, name: str = "filename") -> Part:
    """A part that is a file of JSON lines."""
    return name, "p.json", content


def field(name: str, text: str = "text") -> Part:
    """A plain field."""
    return name, None, text.encode()


def body(*parts: Part) -> bytes:
    """A multipart body; its boundary is b."""
    written = b""
    for name, filename, content in parts:
        more = f'; filename="{filename}"\r\nContent-Type: application/x-ndjson' if filename else ""
        written += f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"
    return written + b"--b--\r\n"


WHOLE = body(file())


def post(fanship: FanshipTenant, data: bytes, content_type: str = "multipart/form-data; boundary=b") -> TestResponse:
    headers = {"Authorization": f"Bearer {fanship.credentials['token']}"}
    path = "/v1/2nd/purchases/20260115/_all"
    return app_of(fanship.mock).test_client().post(path, headers=headers, data=data, content_type=content_type)


@pytest.mark.rule(PART, "fanship.upload.other-part")
@pytest.mark.parametrize(
    ("data", "content_type", "why"),
    [
        (body(file(), file(name="file2")), None, "there is a second file, in the part file2"),
        (body(file(), file()), None, "2 parts are named filename"),
        (body(file(), field("filename")), None, "2 parts are named filename"),
        (body(file(name="file")), None, "no part named filename (parts: file)"),
        (body(field("filename")), None, "is a plain field, not a file"),
        (body(field("note")), None, "no part named filename (parts: note)"),
        (LINE, NDJSON, "the body is not multipart/form-data"),
        (b"", NDJSON, "the body is not multipart/form-data"),
        (WHOLE, "multipart/form-data; boundary=other", "the boundary other of the Content-Type is not in the body"),
        (WHOLE, "multipart/form-data", "the Content-Type names no boundary"),
        (WHOLE[:-20], "multipart/form-data; boundary=b", "the body ends before the boundary that closes it"),
        (b"--b--\r\n", "multipart/form-data; boundary=b", "no part named filename (parts: none)"),
    ],
)
def test_a_body_that_is_not_one_file_is_one_refused_item_with_its_cause(
    data: bytes, content_type: str | None, why: str
) -> None:
    fanship = FanshipTenant()
    response = post(fanship, data, content_type or "multipart/form-data; boundary=b")
    assert (response.status_code, response.data) == (400, b'{"status":"NG"}')
    assert fanship.items == {"sent": 1, "refused": 1}
    (finding,) = [finding for finding in fanship.ledger["findings"] if finding["outcome"] == "refused"]
    assert finding["rule"] == PART
    assert why in finding["why"]
    assert fanship.silent == 0
    fanship.next_morning()
    assert fanship.purchase_ids == []


@pytest.mark.rule("fanship.upload.other-part")
def test_a_form_field_beside_the_file_is_ignored_and_filed_like_an_unknown_key() -> None:
    fanship = FanshipTenant()
    assert post(fanship, body(field("note"), file(), field("メモ"))).status_code == 200
    ignored = {finding["where"][0] for finding in fanship.ledger["findings"] if finding["rule"].endswith("other-part")}
    assert ignored == {"part note", "part メモ"}
    assert fanship.silent == 2
    fanship.next_morning()
    assert fanship.purchase_ids == ["1"]


@pytest.mark.rule("fanship.upload.other-part")
def test_an_empty_form_field_loses_nothing() -> None:
    fanship = FanshipTenant()
    assert post(fanship, body(field("note", ""), file())).status_code == 200
    assert (fanship.silent, fanship.rules("ignored")) == (0, {"fanship.upload.other-part"})


@pytest.mark.rule("fanship.upload.all-or-nothing")
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (gzip.compress(LINE, mtime=0), "is compressed with gzip"),
        ('{"id":"1"}\n'.encode("utf-16"), "is UTF-16"),
        (b"PK\x03\x04" + LINE, "is a ZIP archive"),
        (b'{"id":"\xff"}\n', "not UTF-8"),
        (b'{"id":"1"}\x0b\n', "is not JSON"),
        (b'[{"id":"1"}]\n', "violates `type`"),
    ],
    ids=["gzip", "UTF-16", "ZIP", "Latin-1", "a control character", "a list"],
)
def test_a_file_that_is_not_json_lines_is_refused_as_such(content: bytes, why: str) -> None:
    fanship = FanshipTenant()
    assert post(fanship, body(file(content))).status_code == 400
    (finding,) = [finding for finding in fanship.ledger["findings"] if finding["outcome"] == "refused"]
    assert why in finding["why"]
    assert fanship.items["refused"] == fanship.items["sent"] > 0


@pytest.mark.rule("fanship.upload.byte-order-mark")
def test_a_byte_order_mark_is_refused_unless_the_reading_accepts_it() -> None:
    marked = b"\xef\xbb\xbf" + LINE + b'{"id":"2"}\n'
    fanship = FanshipTenant()
    assert post(fanship, body(file(marked))).status_code == 400
    assert fanship.items == {"sent": 2, "refused": 2}
    assert "fanship.upload.byte-order-mark" in fanship.rules("refused")
    lenient = FanshipTenant(readings={"fanship.upload.byte-order-mark": "ignore"})
    assert post(lenient, body(file(marked))).status_code == 200
    lenient.next_morning()
    assert lenient.state["purchases"] == [{"id": "1"}, {"id": "2"}]


def test_the_sample_of_the_page_has_594_bytes_and_three_lines() -> None:
    """fanship.upload.blank-lines: the Content-Length of the sample is the size of its file."""
    example = json.loads(Path("contracts/fanship/examples/sample-upload.json").read_text(encoding="utf-8"))
    content = example["request"]["file"]["text"].encode()
    assert len(content) == 594
    fanship = FanshipTenant()
    for text in (content, content + b"\n", content.replace(b"\n", b"\r\n"), content.replace(b"\n", b"\n \t\r\n\n")):
        assert post(fanship, body(file(text))).status_code == 200
    fanship.next_morning()
    assert fanship.items == {"sent": 12, "overwritten": 9, "kept": 3}
    assert fanship.silent == 0


# -- a line that is too long ------------------------------------------------------------------------------------------

LIMIT = 8_388_608


def padded(line: bytes, size: int) -> bytes:
    return line + b" " * (size - len(line))


@pytest.mark.rule("fanship.upload.no-size-limit")
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT])
def test_a_line_of_the_limit_is_one_line(size: int, end: bytes) -> None:
    fanship = FanshipTenant()
    assert post(fanship, body(file(b'{"id":"0"}\n' + padded(b'{"id":"1"}', size) + end))).status_code == 200
    fanship.next_morning()
    assert fanship.state["purchases"] == [{"id": "0"}, {"id": "1"}]
    assert fanship.items == {"sent": 2, "kept": 2}


@pytest.mark.rule("fanship.upload.no-size-limit")
@pytest.mark.parametrize(
    "long",
    [
        padded(b'{"id":"a"}', LIMIT) + b'{"id":"b"}\n',
        padded(b'{"id":"a"}', LIMIT + 1) + b"\n",
        padded(b'{"id":"a"}', LIMIT + 1) + b"\r\n",
        padded(b'{"id":"a"}', 2 * LIMIT + 3) + b'{"id":"b"}\n',
        b" " * LIMIT + b'{"id":"a"}\n',
    ],
    ids=["two documents", "a byte too many", "with CR LF", "several times too long", "white space first"],
)
def test_a_line_over_the_limit_is_one_refused_item_and_lines_behind_it_keep_their_numbers(long: bytes) -> None:
    fanship = FanshipTenant()
    assert post(fanship, body(file(b'{"id":"0"}\n\n' + long + b'{"id":"2"}\n{"id":3}\n'))).status_code == 400
    where = {finding["rule"]: finding["where"] for finding in fanship.ledger["findings"]}
    assert where["fanship.upload.no-size-limit"] == ["line 3"]
    assert where["fanship.record.schema"] == ["line 5 /id"]
    assert fanship.items == {"sent": 4, "refused": 4}
    (refused,) = [finding["why"] for finding in fanship.ledger["findings"] if finding["outcome"] == "refused"]
    assert refused == f"the file is refused: line 3 is longer than {LIMIT} bytes"
    fanship.next_morning()
    assert fanship.state["purchases"] == []


@pytest.mark.rule("fanship.upload.no-size-limit", "fanship.upload.all-or-nothing")
def test_under_another_reading_valid_lines_are_kept_beside_one_that_is_too_long() -> None:
    fanship = FanshipTenant(readings={"fanship.upload.all-or-nothing": "good-lines-kept"})
    long = padded(b'{"id":"a"}', LIMIT) + b'{"id":"b"}\n'
    assert post(fanship, body(file(b'{"id":"0"}\n' + long + b'{"id":"2"}\n'))).status_code == 400
    fanship.next_morning()
    assert fanship.state["purchases"] == [{"id": "0"}, {"id": "2"}]
    assert fanship.items == {"sent": 3, "refused": 1, "kept": 2}


FORKS = [
    ("fanship.upload.empty-filename", {"filename": ""}),
    ("fanship.upload.part-charset", {"content_type": "application/x-ndjson; charset=Shift_JIS"}),
    ("fanship.upload.part-charset", {"content_type": 'application/x-ndjson;x=1;charset="utf-16"'}),
]


@pytest.mark.rule("fanship.upload.empty-filename", "fanship.upload.part-charset")
@pytest.mark.parametrize(("rule", "part"), FORKS)
def test_an_unusual_part_is_accepted_and_at_risk(rule: str, part: dict[str, str]) -> None:
    fanship = FanshipTenant()
    fanship.upload("20260115", {"id": "1", "item_name": "商品"}, **part)
    assert fanship.rules("at-risk") == {rule}
    assert fanship.ledger["at_risk"] == 1
    fanship.next_morning()
    assert [each["item_name"] for each in fanship.state["purchases"]] == ["商品"]
    assert fanship.silent == 0
    strict = FanshipTenant(readings={rule: "refuse"})
    assert strict.upload("20260115", {"id": "1"}, {"id": "2"}, **part).reply.status == 400
    assert strict.items == {"sent": 2, "refused": 2}
    assert strict.rules("refused") == {rule}


@pytest.mark.rule("fanship.upload.part-charset")
@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_the_charset_utf_8_is_not_at_risk(charset: str) -> None:
    fanship = FanshipTenant(readings={"fanship.upload.part-charset": "refuse"})
    fanship.upload("20260115", {"id": "1"}, content_type=f"application/x-ndjson; charset={charset}")
    assert fanship.items == {"sent": 1, "pending": 1}
    assert fanship.rules() == set()
