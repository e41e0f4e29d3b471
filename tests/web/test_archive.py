"""A journal as an HTTP Archive: every entry can be sent again, and credentials are masked unless they are asked for."""

from __future__ import annotations

import base64
import http.client
import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mockservers.core.accounting.journal import BODY_KEPT
from mockservers.core.values import real_time
from mockservers.web.bootstrap import MockApp, Serving
from tests.asking import VENDORS, contract
from tests.listeners.passing import NOW, Asked, cases


@pytest.fixture(scope="module")
def served() -> Iterator[MockApp]:
    made = MockApp(Serving(demo=False))
    made.start()
    yield made
    made.stop()


class Account:
    """A tenant behind a socket, what is sent to it, and what its archive has of it."""

    def __init__(self, served: MockApp, vendor: str, state: Mapping[str, Any] | None = None) -> None:
        self.vendor, self._url, self.control = vendor, served.server.url, served.control
        spec = {"vendor": vendor, "frozen": True, "now": NOW, "state": dict(state or {})}
        made = self.control.create_tenant(spec)
        self.id, self.credentials = made["id"], made["credentials"]
        self.control.put_limits(self.id, {"mode": "off"})
        self.control.checkpoint(self.id, {"name": "start"})

    def send(self, method: str, path: str, headers: Mapping[str, str], body: Any = b"", by: str = "") -> None:
        """Send to the vendor's prefix, or, `by` a host name, to that."""
        connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=10)
        named = {**headers, "Host": by} if by else headers
        connection.request(method, path if by else f"/{self.vendor}{path}", body, named)
        connection.getresponse().read()
        connection.close()

    def archive(self, query: str = "?secrets=1") -> dict[str, Any]:
        answer = requests.get(f"{self._url}/__admin/tenants/{self.id}/journal.har{query}", timeout=10)
        log: dict[str, Any] = answer.json()["log"]
        return log

    def entries(self, query: str = "?secrets=1") -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.archive(query)["entries"]
        return entries

    def replayed(self) -> list[tuple[dict[str, Any], tuple[int, bytes]]]:
        """The entries, each with the answer that sending it again gives, oldest first, on the rewound tenant."""
        entries = self.entries()
        self.control.rewind(self.id, "start")
        return [(entry, again(entry["request"])) for entry in entries]


def again(request: Mapping[str, Any]) -> tuple[int, bytes]:
    """Send a request of an archive as it stands, with a client that adds nothing of its own."""
    url = urlsplit(request["url"])
    connection = http.client.HTTPConnection(url.netloc, timeout=10)
    target = url.path + (f"?{url.query}" if url.query else "")
    connection.putrequest(request["method"], target, skip_host=True, skip_accept_encoding=True)
    for header in request["headers"]:
        connection.putheader(header["name"], header["value"])
    connection.endheaders(decoded(request.get("postData", {})))
    answer = connection.getresponse()
    heard = answer.status, answer.read()
    connection.close()
    return heard


def decoded(content: Mapping[str, Any]) -> bytes:
    text = content.get("text", "")
    return base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()


def answered(entry: Mapping[str, Any]) -> tuple[int, bytes]:
    return entry["response"]["status"], decoded(entry["response"]["content"])


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_entry_sent_again_gets_the_recorded_answer(served: MockApp, vendor: str) -> None:
    """The page's examples, one request for each refusal, and odd ones: by the vendor's prefix and by its own name."""
    for name, state, calls in cases(vendor):
        account = Account(served, vendor, state)
        for number, request in enumerate(calls):
            asked = Asked.of(request, account.credentials)
            by = contract(vendor).hosts[0] if contract(vendor).hosts and number % 2 else ""
            account.send(asked.method, asked.path, asked.headers, asked.body, by)
        for entry, heard in account.replayed():
            if "cannot be sent again" not in entry["comment"]:
                status, body = answered(entry)
                assert heard == (status, b"" if entry["request"]["method"] == "HEAD" else body), name
        served.control.delete_tenant(account.id)


def fanship(served: MockApp) -> Account:
    return Account(served, "fanship")


def upload(body: Any, boundary: str, token: str, **more: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={boundary}", **more}
    return {"method": "POST", "path": "/v1/2nd/purchases/20260114/_all", "headers": headers, "body": body}


LINE = b'{"id":"p-1","item_name":"\xe8\x8c\xb6","quantity":1}\n'
HEAD = b'Content-Disposition: form-data; name="filename"; filename="day.ndjson"\r\nContent-Type: application/x-ndjson'
BODIES: dict[str, bytes] = {
    "plain": b"--b\r\n" + HEAD + b"\r\n\r\n" + LINE + b"\r\n--b--\r\n",
    "with a preamble, an epilogue and odd headers": b"before\r\n--b \r\nX-Odd: 1\r\n" + HEAD + b"\r\n\r\n" + LINE
    + b"\r\n--b--\r\nafter\xff",
    "with a field, an empty part and bytes that are no text":
    b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n\xff\xfe\r\n--b\r\n' + HEAD + b"\r\n\r\n" + LINE
    + b'\r\n--b\r\nContent-Disposition: form-data; name="e"\r\n\r\n\r\n--b--',
    "cut off": b"--b\r\n" + HEAD + b"\r\n\r\n" + LINE,
    "no multipart": b"\x00\x01 no parts",
    "empty": b"",
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("boundary", ["b", "another", ""])
def test_an_upload_is_archived_as_it_was_on_the_wire(served: MockApp, name: str, boundary: str) -> None:
    account, body = fanship(served), BODIES[name]
    account.send(**upload(body, boundary, account.credentials["token"]))
    ((entry, heard),) = account.replayed()
    assert decoded(entry["request"].get("postData", {})) == body
    assert entry["request"]["bodySize"] == len(body)
    assert heard == answered(entry)


def test_an_upload_in_chunks_can_be_sent_again(served: MockApp) -> None:
    account, body = fanship(served), BODIES["plain"]
    account.send(**upload(iter([body[:7], body[7:]]), "b", account.credentials["token"]))
    ((entry, heard),) = account.replayed()
    assert decoded(entry["request"]["postData"]) == body
    assert heard == answered(entry)
    assert heard[0] == 200


@pytest.mark.parametrize("size", [BODY_KEPT, BODY_KEPT + 1, 3 * BODY_KEPT])
@pytest.mark.parametrize("vendor", ["fanship", "zangsho"])
def test_a_body_larger_than_the_journal_keeps_is_omitted_and_its_entry_says_so(
    served: MockApp, vendor: str, size: int
) -> None:
    account = Account(served, vendor)
    if vendor == "fanship":
        frame = len(BODIES["plain"]) - len(LINE)
        line = b'{"id":"p-1"}' + b" " * (size - frame - 13) + b"\n"
        asked = upload(BODIES["plain"].replace(LINE, line), "b", account.credentials["token"])
    else:
        headers = {"Authorization": f"Bearer {account.credentials['token']}", "Content-Type": "application/json"}
        body = b'{"email":"a@shop.tw"' + b" " * (size - 21) + b"}"
        asked = {"method": "POST", "path": "/v1/customers", "headers": headers, "body": body}
    assert len(asked["body"]) == size
    account.send(**asked)
    (entry,) = account.entries()
    whole = size <= BODY_KEPT
    assert entry["request"]["bodySize"] == size
    assert ("text" in entry["request"]["postData"]) is whole
    assert ("cannot be sent again: of the body of" in entry["comment"]) is not whole
    if whole:
        assert account.replayed()[0][1] == answered(entry)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe{}", b"\xed\xa0\x80", '{"email":"帳@x.tw"}'.encode("utf-16"), b"\x1f\x8b\x08\x00"]
)
def test_a_body_of_any_bytes_can_be_sent_again(served: MockApp, body: bytes) -> None:
    account = Account(served, "zangsho")
    account.send("POST", "/v1/customers", {"Authorization": f"Bearer {account.credentials['token']}",
                                           "Content-Type": "application/json"}, body)  # fmt: skip
    ((entry, heard),) = account.replayed()
    assert decoded(entry["request"]["postData"]) == body
    assert heard == answered(entry)


TARGETS = [
    "/v1/orders?page=1&page=2&x", "/v1/orders?x", "/v1/orders?x=&=y&&", "/v1/orders?q=%E5%B8%B3+a%20b&r=a%26b%3D",
    "/v1/orders?q=%ff&r=%zz", "/v1/orders?a=1;b=2", "/v1/nowhere/a%2Fb%3Fc?d=/?", "/v1/%E5%B8%B3%FF/%25%32%46",
    "/v1/nowhere;v=1", "/v1/%6Frders", "/v1/orders?q='\"<>",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("by", ["", "api.zangsho.com"])
def test_path_and_query_are_shown_and_archived_as_they_were_sent(served: MockApp, target: str, by: str) -> None:
    account = Account(served, "zangsho")
    account.send("GET", target, {"Authorization": f"Bearer {account.credentials['token']}"}, by=by)
    ((entry, heard),) = account.replayed()
    asked = target.replace('"', "%22").replace("<", "%3C").replace(">", "%3E")
    assert entry["request"]["url"] == f"{served.server.url}/zangsho{asked}".replace("/v1/%6Frders", "/v1/orders")
    assert heard == answered(entry)
    exchange, _ = account.control.journal(account.id)["exchanges"]
    assert exchange["request"]["path"].endswith("?" + asked.partition("?")[2] if "?" in asked else "")


def test_an_entry_has_its_time_of_arrival_and_its_duration(served: MockApp) -> None:
    account, before = Account(served, "zangsho"), real_time.now() - timedelta(milliseconds=20)
    for _ in range(2):
        account.send("GET", "/v1/orders?page=1", {"Authorization": f"Bearer {account.credentials['token']}"})
        time.sleep(0.05)
    first, second = account.entries()
    began = [datetime.fromisoformat(entry["startedDateTime"]) for entry in (first, second)]
    assert before <= began[0] <= began[1] - timedelta(milliseconds=40) <= real_time.now()
    assert all(0 <= entry["time"] < 5_000 for entry in (first, second))
    assert first["time"] == sum(first["timings"][name] for name in ("send", "wait", "receive"))


def test_a_planned_delay_is_part_of_the_duration(served: MockApp) -> None:
    account = Account(served, "zangsho")
    account.control.put_faults(account.id, {"faults": [{"effect": "delay", "delay": "PT0.2S"}]})
    account.send("GET", "/v1/orders", {"Authorization": f"Bearer {account.credentials['token']}"})
    (entry,) = account.entries()
    assert 200 <= entry["time"] < 5_000
    assert "with the fault delay" in entry["comment"]


# -- credentials ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", VENDORS)
def test_credentials_are_masked_everywhere(served: MockApp, vendor: str) -> None:
    for _, state, calls in cases(vendor):
        account = Account(served, vendor, state)
        for request in calls:
            asked = Asked.of(request, account.credentials)
            account.send(asked.method, asked.path, asked.headers, asked.body)
        masked = json.dumps(account.archive(""))
        for value in account.credentials.values():
            assert value not in masked
            assert base64.b64encode(f"any:{value}".encode()).decode() not in masked
        served.control.delete_tenant(account.id)


def test_a_masked_credential_keeps_its_first_four_characters_and_its_length(served: MockApp) -> None:
    account = Account(served, "omnisegment")
    wrong = {**account.credentials, "api_key": "an-old-key-of-somebody", "data": []}
    body = json.dumps(
        {"tid": account.credentials["tid"], "api_key": account.credentials["api_key"], "data": [], "x": wrong}
    )
    headers = {"Content-Type": "application/json", "Cookie": "session=abcdefgh", "X-Api-Key": "another-secret"}
    account.send("POST", "/api/import-purchase-data/?api_key=key-in-the-query&x=1", headers, body)
    (entry,) = account.entries("")
    text = json.dumps(entry)
    for secret in ("an-old-key-of-somebody", "session=abcdefgh", "another-secret", "key-in-the-query"):
        assert secret not in text
        assert f"{secret[:4]}...({len(secret)} characters)" in text.replace("%28", "(").replace("%29", ")").replace(
            "%20", " "
        )
    sent = json.loads(entry["request"]["postData"]["text"])
    key = account.credentials["api_key"]
    assert sent["api_key"] == f"{key[:4]}...({len(key)} characters)"
    assert "?secrets=1" in account.archive("")["comment"]
    assert "comment" not in account.archive("?secrets=1")
