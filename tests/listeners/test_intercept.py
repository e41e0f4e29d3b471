"""`mockservers.intercept`: what `requests` sends to the vendors is answered in this process."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

import mockservers
from mockservers.core.errors import UnknownName
from mockservers.testing.intercept import Mocks
from mockservers.testing.server import MockServer
from mockservers.testing.vendor_tenants import FanshipTenant, ZangshoTenant

LINE = b'{"id":"1","order_date":"2025-11-01T12:00:00+09:00"}\n'
FILE = {"files": {"filename": ("blob", LINE, "application/x-ndjson")}}
BY_HAND = {"Content-Type": "multipart/form-data; boundary=b"}
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="filename"; filename="x"\r\n'
    b"Content-Type: application/x-ndjson\r\n\r\n" + LINE + b"\r\n--b--\r\n"
)


@pytest.fixture
def mocks() -> Iterator[Mocks]:
    with mockservers.intercept() as mocks:
        yield mocks


def bearer(tenant: FanshipTenant | ZangshoTenant) -> dict[str, str]:
    return {"Authorization": f"Bearer {tenant.token}"}


def add_customer(tenant: ZangshoTenant, email: str, session: Any = requests) -> requests.Response:
    body = {"email": email, "name": "王小明"}
    answer: requests.Response = session.post(f"{tenant.url}/v1/customers", headers=bearer(tenant), json=body, timeout=9)
    return answer


def upload(tenant: FanshipTenant, **body: Any) -> requests.Response:
    headers = bearer(tenant) | body.pop("headers", {})
    return requests.post(f"{tenant.url}/v1/2nd/purchases/20251101/_all", headers=headers, timeout=9, **body)


# -- whom it answers --------------------------------------------------------------------------------------------------


def test_the_tenants_answer_at_the_vendors_own_addresses(mocks: Mocks) -> None:
    tenants = [mocks.omnisegment, mocks.esputnik, mocks.zangsho, mocks.fanship]
    assert [tenant.url for tenant in tenants] == [
        "https://api.omnisegment.com", "https://esputnik.com", "https://api.zangsho.com", "https://fanship.example",
    ]  # fmt: skip
    assert mocks.zangsho is mocks.zangsho
    assert mocks.tenant("zangsho").credentials["token"] != mocks.zangsho.token


def test_an_intercepted_answer_equals_the_vendors(mocks: Mocks) -> None:
    answer = add_customer(mocks.zangsho, "a@example.com")
    assert (answer.status_code, answer.reason) == (201, "CREATED")
    assert answer.headers["Content-Type"] == "application/json"
    assert mocks.zangsho.state["customers"][0]["name"] == "王小明"
    assert mocks.zangsho.journal[0]["request"]["headers"]["host"] == "api.zangsho.com"


@pytest.mark.parametrize("host", ["yespo.io", "api.yespo.io", "esputnik.com.ua", "ESPUTNIK.com", "esputnik.com:443"])
def test_all_host_names_of_a_vendor_are_answered(mocks: Mocks, host: str) -> None:
    answer = requests.get(f"https://{host}/api/v1/account/info", auth=("any", mocks.esputnik.api_key), timeout=9)
    assert (answer.status_code, answer.json()["userEmail"]) == (200, "shop@example.com")
    assert [call["operation"] for call in mocks.esputnik.journal] == ["getAccountInfo"]


@pytest.mark.expect_loss("zangsho.request.routes", strict=True)
def test_every_other_path_is_the_vendors_404(mocks: Mocks) -> None:
    answer = requests.patch("https://api.zangsho.com/v2/nothing", timeout=9)
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


def test_a_call_that_matches_no_operation_ends_the_block() -> None:
    with (
        pytest.raises(AssertionError, match=r"no such operation: 1 call\.\n  #1 PATCH /v2/x"),
        mockservers.intercept() as mocks,
    ):
        requests.patch("https://api.zangsho.com/v2/x", headers=bearer(mocks.zangsho), timeout=9)


def test_fanship_answers_at_a_host_of_the_users_own() -> None:
    with mockservers.intercept(fanship="push.shop.example") as mocks:
        assert mocks.fanship.url == "https://push.shop.example"
        assert upload(mocks.fanship, **FILE).json() == {"status": "OK"}


@pytest.mark.parametrize(
    "url", ["https://example.com/", "https://api.zangsho.com:8443/v1/customers", "ftp://yespo.io/"]
)
def test_other_hosts_are_refused(mocks: Mocks, url: str) -> None:
    with pytest.raises(requests.RequestException, match=r"Connection refused by Responses|No connection adapters"):
        requests.get(url, timeout=9)


def test_passed_through_requests_are_sent_as_usual(mock_server: MockServer) -> None:
    with mockservers.intercept(passthrough=[mock_server.url]):
        assert requests.get(f"{mock_server.url}/__admin/health", timeout=9).json()["status"] == "ok"


def test_after_the_block_nothing_is_answered(mock_server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with mockservers.intercept() as mocks:
        assert add_customer(mocks.zangsho, "a@example.com").status_code == 201
        token = mocks.zangsho.token
    with pytest.raises(requests.exceptions.ProxyError):
        requests.get("https://api.zangsho.com/v1/customers", headers={"Authorization": f"Bearer {token}"}, timeout=9)


def test_an_unknown_vendor_is_named(mocks: Mocks) -> None:
    with pytest.raises(UnknownName, match="Unknown vendor 'shopify'"):
        mocks.tenant("shopify")


# -- what it takes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        FILE,
        {"files": {"filename": ("blob", io.BytesIO(LINE), "application/x-ndjson")}},
        {"data": FORM, "headers": BY_HAND},
        {"data": FORM.decode(), "headers": BY_HAND},
        {"data": io.BytesIO(FORM), "headers": BY_HAND},
        {"data": iter([FORM[:50], FORM[50:]]), "headers": BY_HAND},
    ],
    ids=["multipart", "multipart of a file", "bytes", "text", "file", "generator"],
)
def test_bodies_of_every_kind_arrive(mocks: Mocks, body: dict[str, Any]) -> None:
    assert upload(mocks.fanship, **body).status_code == 200
    asked = mocks.fanship.journal[0]["request"]
    assert LINE.decode() in asked["body"]
    assert asked["body_size"] == len(asked["body"])
    assert mocks.fanship.ledger.items == {"sent": 1, "pending": 1}


def test_sessions_created_before_the_block_are_answered() -> None:
    with requests.Session() as session, mockservers.intercept() as mocks:
        assert add_customer(mocks.zangsho, "a@example.com", session).status_code == 201
        assert [customer["email"] for customer in mocks.zangsho.state["customers"]] == ["a@example.com"]


def test_requests_of_other_threads_are_answered(mocks: Mocks) -> None:
    zangsho = mocks.zangsho
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda n: add_customer(zangsho, f"{n}@example.com").status_code, range(40))
        assert list(answers) == [201] * 40
    assert len(zangsho.state["customers"]) == 40


def test_a_head_request_is_answered_without_a_body(mocks: Mocks) -> None:
    answer = requests.head("https://api.zangsho.com/v1/customers", headers=bearer(mocks.zangsho), timeout=9)
    assert answer.content == b""
    mocks.zangsho.state["customers"] = []


def test_a_streamed_answer_is_read_in_pieces(mocks: Mocks) -> None:
    add_customer(mocks.zangsho, "a@example.com")
    url = "https://api.zangsho.com/v1/customers"
    with requests.get(url, headers=bearer(mocks.zangsho), stream=True, timeout=9) as answer:
        pieces = list(answer.iter_content(7))
    assert (len(pieces[0]), b"".join(pieces)[:9]) == (7, b'{"data":[')


# -- what it finds ----------------------------------------------------------------------------------------------------


def misspell(tenant: ZangshoTenant) -> None:
    body = {"email": "a@example.com", "name": "a", "phoneNumber": "0912"}
    requests.post(f"{tenant.url}/v1/customers", headers=bearer(tenant), json=body, timeout=9)


def test_a_silent_loss_ends_the_block_with_what_was_lost() -> None:
    with (
        pytest.raises(AssertionError, match=r"(?s)Lost: Zangsho does not store what follows.*phoneNumber"),
        mockservers.intercept() as mocks,
    ):
        misspell(mocks.zangsho)


@pytest.mark.expect_loss("zangsho.request.unknown-key")
def test_an_expected_loss_does_not_fail_the_test(mocks: Mocks) -> None:
    misspell(mocks.zangsho)
    assert mocks.zangsho.ledger.silent == 1


@pytest.mark.expect_loss("zangsho.request.unknown-key", strict=True)
def test_a_loss_does_not_hide_an_error_of_the_block() -> None:
    def fail_after_a_loss() -> None:
        with mockservers.intercept() as mocks:
            misspell(mocks.zangsho)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_a_loss()


def test_tenants_are_gone_after_the_block(mock_server: MockServer) -> None:
    with mockservers.intercept() as mocks:
        name = mocks.tenant("zangsho").id
        assert name in [tenant["id"] for tenant in mock_server.control.tenants()]
    assert name not in [tenant["id"] for tenant in mock_server.control.tenants()]


def test_intercept_knows_the_tenants_of_the_fixtures(zangsho: ZangshoTenant) -> None:
    body = {"email": "a@example.com", "name": "王小明"}
    with mockservers.intercept():
        requests.post("https://api.zangsho.com/v1/customers", headers=bearer(zangsho), json=body, timeout=9)
    requests.post(f"{zangsho.url}/v1/customers", headers=bearer(zangsho), json={**body, "email": "b@b.co"}, timeout=9)
    assert [customer["email"] for customer in zangsho.state["customers"]] == ["a@example.com", "b@b.co"]


# -- what it costs ----------------------------------------------------------------------------------------------------


def test_importing_mockservers_loads_nothing_and_intercepting_opens_no_socket(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, mockservers\n"
        "assert [name for name in sys.modules if name.startswith('mockservers')] == ['mockservers']\n"
        "import requests, socket\n"
        "def no(*_, **__): raise SystemExit('a socket')\n"
        "socket.socket.bind = socket.socket.connect = no\n"
        "with mockservers.intercept() as mocks:\n"
        "    headers = {'Authorization': 'Bearer ' + mocks.zangsho.token}\n"
        "    url = 'https://api.zangsho.com/v1/customers'\n"
        "    assert requests.get(url, headers=headers, timeout=9).status_code == 200\n"
        "assert 'pytest' not in sys.modules\n"
        "assert 'trustme' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, script], cwd=Path(mockservers.__file__).parents[1], env={"PYTHONPATH": "."},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
