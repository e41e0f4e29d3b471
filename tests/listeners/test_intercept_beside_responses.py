"""`intercept` beside the user's own `responses` mocks: theirs first, in any nesting, and nothing leaves the process."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
import requests
import responses
from responses import RequestsMock
from responses.registries import OrderedRegistry

import mockservers
from mockservers.testing.intercept import Mocks

SHOP = "https://shop.example/orders"
VENDOR = "https://api.zangsho.com/v1/customers"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, mock_server: Any) -> None:
    """Fail the test if a name is resolved or a connection is opened."""

    def no(*_: Any, **__: Any) -> Any:
        raise AssertionError("something leaves the process")

    monkeypatch.setattr(socket, "getaddrinfo", no)
    monkeypatch.setattr(socket.socket, "connect", no)


def users(**about: Any) -> Callable[[], AbstractContextManager[Any]]:
    """A user's own mock of his shop, and of one path of a vendor."""

    def made() -> RequestsMock:
        mock = RequestsMock(assert_all_requests_are_fired=False, **about)
        mock.add(responses.GET, SHOP, json={"orders": []})
        mock.add(responses.GET, f"{VENDOR}/mine", json={"mine": True})
        return mock

    return made


def others() -> RequestsMock:
    mock = RequestsMock(assert_all_requests_are_fired=False)
    mock.add(responses.GET, "https://other.example/", body="other")
    return mock


NESTINGS: dict[str, list[Callable[[], AbstractContextManager[Any]]]] = {
    "alone": [mockservers.intercept],
    "outside": [users(), mockservers.intercept],
    "inside": [mockservers.intercept, users()],
    "around, with another inside": [users(), mockservers.intercept, others],
    "inside, with another around": [others, mockservers.intercept, users()],
    "two outside": [users(), others, mockservers.intercept],
    "two inside": [mockservers.intercept, others, users()],
    "between two intercepts": [mockservers.intercept, users(), mockservers.intercept],
    "within two intercepts": [mockservers.intercept, mockservers.intercept, users()],
}


@pytest.fixture(params=NESTINGS)
def nested(request: pytest.FixtureRequest) -> Iterator[tuple[str, Mocks, ExitStack]]:
    with ExitStack() as stack:
        entered = [stack.enter_context(make()) for make in NESTINGS[request.param]]
        yield request.param, next(one for one in entered if isinstance(one, Mocks)), stack


def test_mocks_of_the_user_come_first_then_the_vendors_and_other_hosts_are_refused(nested: Any) -> None:
    name, mocks, stack = nested
    headers = {"Authorization": f"Bearer {mocks.zangsho.token}"}
    posted = requests.post(VENDOR, json={"email": "a@shop.tw"}, headers=headers, timeout=9)
    assert (posted.status_code, len(mocks.zangsho.state["customers"])) == (201, 1)
    if name != "alone":
        assert requests.get(SHOP, timeout=9).json() == {"orders": []}
        assert requests.get(f"{VENDOR}/mine", headers=headers, timeout=9).json() == {"mine": True}
    if "another" in name or "two" in name.split()[0]:
        assert requests.get("https://other.example/", timeout=9).text == "other"
    with pytest.raises(requests.ConnectionError, match="Connection refused by Responses"):
        requests.get("https://elsewhere.example/", timeout=9)
    assert [exchange["operation"] for exchange in mocks.zangsho.journal] == ["createCustomer"]
    stack.close()
    with pytest.raises((AssertionError, requests.ConnectionError)):
        requests.get(VENDOR, timeout=9)


@pytest.mark.parametrize("outside", [True, False])
def test_the_decorator_and_the_default_mock_compose_with_intercept(*, outside: bool) -> None:
    @responses.activate
    def around() -> None:
        responses.add(responses.GET, SHOP, json={"orders": []})
        with mockservers.intercept() as mocks:
            both(mocks)

    @responses.activate
    def within(mocks: Mocks) -> None:
        responses.add(responses.GET, SHOP, json={"orders": []})
        both(mocks)

    def both(mocks: Mocks) -> None:
        headers = {"Authorization": f"Bearer {mocks.zangsho.token}"}
        assert requests.get(SHOP, timeout=9).json() == {"orders": []}
        assert requests.get(VENDOR, headers=headers, timeout=9).status_code == 200
        assert responses.assert_call_count(SHOP, 1)

    if outside:
        around()
    else:
        with mockservers.intercept() as mocks:
            within(mocks)


def test_a_mock_of_the_user_that_was_never_called_fails_as_usual() -> None:

    def asks_a_vendor_alone() -> None:
        with mockservers.intercept() as mocks, RequestsMock() as mock:
            mock.add(responses.GET, SHOP)
            requests.get(VENDOR, headers={"Authorization": f"Bearer {mocks.zangsho.token}"}, timeout=9)

    with pytest.raises(AssertionError, match="Not all requests have been executed"):
        asks_a_vendor_alone()


def test_calls_to_a_vendor_consume_nothing_from_an_ordered_registry() -> None:
    with RequestsMock(registry=OrderedRegistry) as mock, mockservers.intercept() as mocks:
        for number in range(2):
            mock.add(responses.GET, SHOP, body=str(number))
        headers = {"Authorization": f"Bearer {mocks.zangsho.token}"}
        for number in range(2):
            assert requests.get(VENDOR, headers=headers, timeout=9).json()["data"] == []
            assert requests.get(SHOP, timeout=9).text == str(number)


@pytest.mark.parametrize("inside", [True, False])
def test_a_vendors_host_is_never_passed_through(*, inside: bool) -> None:
    mock = RequestsMock(assert_all_requests_are_fired=False)
    mock.add_passthru("https://api.zangsho.com")
    mock.add(responses.PassthroughResponse(responses.GET, VENDOR))
    with ExitStack() as stack:
        if not inside:
            stack.enter_context(mock)
        mocks = stack.enter_context(mockservers.intercept())
        if inside:
            stack.enter_context(mock)
        headers = {"Authorization": f"Bearer {mocks.zangsho.token}"}
        assert requests.get(VENDOR, headers=headers, timeout=9).status_code == 200
        assert [call["operation"] for call in mocks.zangsho.journal] == ["listCustomers"]


def test_a_session_does_not_reuse_its_connection_to_the_real_vendor() -> None:
    """A session that was answered within the block has no connection to the mock after it."""
    with requests.Session() as session:
        with mockservers.intercept() as mocks:
            headers = {"Authorization": f"Bearer {mocks.zangsho.token}"}
            assert session.get(VENDOR, headers=headers, timeout=9).status_code == 200
        with pytest.raises(AssertionError, match="leaves the process"):
            session.get(VENDOR, headers=headers, timeout=9)


def test_a_proxy_from_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with mockservers.intercept() as mocks:
        headers = {"Authorization": f"Bearer {mocks.zangsho.token}"}
        assert requests.get(VENDOR, headers=headers, timeout=9).status_code == 200
        assert [call["operation"] for call in mocks.zangsho.journal] == ["listCustomers"]
