"""What a client built on `requests` does by itself is the same when it is intercepted as over a socket.

Retries, cookies, time-outs of all forms, answers that drip, break or are streamed, `Retry-After`: each script below is
run on both, and what it saw, what was raised down to the cause, and the journal are held equal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry, Timeout

import mockservers
from mockservers.testing.server import MockServer
from mockservers.testing.vendor_tenants import ZangshoTenant

CUSTOMER = {"email": "a@shop.tw", "name": "王小明"}
Run = Callable[[requests.Session, str, ZangshoTenant], Any]


def post(session: requests.Session, url: str, **about: Any) -> requests.Response:
    return session.post(f"{url}/v1/customers", **{"json": CUSTOMER, "timeout": 5, **about})


def retrying(session: requests.Session, **about: Any) -> requests.Session:
    adapter = HTTPAdapter(max_retries=Retry(3, allowed_methods=None, backoff_factor=0, **about))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def causes(error: BaseException | None) -> list[str]:
    """The kinds of an exception and of what it was made from."""
    kinds = []
    while error is not None:
        kinds.append(type(error).__name__)
        inner = getattr(error, "reason", None) or next((arg for arg in error.args if isinstance(arg, Exception)), None)
        error = inner if isinstance(inner, BaseException) else None
    return kinds


def lost_response_and_retries(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("lost-response", count=2)
    return post(retrying(session), url).status_code


def every_answer_lost(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("lost-response")
    return post(retrying(session), url).status_code


def no_retries_by_default(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("lost-response", nth=1)
    return post(session, url).status_code


def reset_and_retries(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("reset", count=1)
    return post(retrying(session, read=1), url).status_code


def statuses_that_are_retried(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("unavailable", count=2)
    return post(retrying(session, status_forcelist=[503]), url).status_code


def statuses_that_stay(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("unavailable")
    return post(retrying(session, status_forcelist=[503], raise_on_status=False), url).status_code


def statuses_that_stay_and_raise(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("unavailable")
    return post(retrying(session, status_forcelist=[503]), url).status_code


def retry_after_is_waited_for(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("reply", status=429, headers={"Retry-After": "1"}, count=1)
    began = time.monotonic()
    status = post(retrying(session), url).status_code
    return status, 1 <= time.monotonic() - began < 3


def retry_after_without_retries_is_not(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("reply", status=429, headers={"Retry-After": "2"}, count=1)
    began = time.monotonic()
    return post(session, url).status_code, time.monotonic() - began < 1


def cookies(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("reply", status=200, headers={"Set-Cookie": "session=abc; Path=/"}, nth=1, work=True)
    first = post(session, url)
    post(session, url)
    sent = [exchange["request"]["headers"].get("cookie") for exchange in tenant.journal]
    return dict(first.cookies), dict(session.cookies), sent


def redirects(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("reply", status=302, headers={"Location": "orders"}, nth=1, work=True)
    answer = post(session, url)
    return answer.status_code, [one.status_code for one in answer.history], answer.request.method


def late(timeout: Any) -> Run:
    def run(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
        tenant.faults.plan("delay", delay="PT0.4S")
        return post(session, url, timeout=timeout).status_code

    return run


def late_and_retries(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("delay", delay="PT1S", count=1)
    return post(retrying(session), url, timeout=0.3).status_code


def drip_within_the_time_out(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    """A time-out is about one read: an answer that drips may take longer altogether."""
    tenant.faults.plan("drip", bytes=40, every="PT0.1S")
    began = time.monotonic()
    answer = post(session, url, timeout=0.4)
    return answer.json()["data"]["email"], time.monotonic() - began > 0.4


def drip_too_slow(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("drip", bytes=40, every="PT0.5S")
    return post(session, url, timeout=0.2).status_code


def drip_as_a_stream(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("drip", bytes=40, every="PT0.1S")
    began = time.monotonic()
    answer = post(session, url, stream=True)
    first = next(answer.iter_content(10))
    early = time.monotonic() - began < 0.35
    rest = b"".join(answer.iter_content(50))
    return early, len(first), (first + rest)[:8], time.monotonic() - began > 0.4


def broken(effect: str, **about: Any) -> Run:
    """The status comes, the body does not: that is seen where it is read."""

    def run(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
        tenant.faults.plan(effect, **about)
        answer = post(session, url, stream=True)
        got = b""
        try:
            for piece in answer.iter_content(5):
                got += piece
        except requests.RequestException as error:
            return answer.status_code, got, causes(error)
        return answer.status_code, got if effect != "garbage-body" else len(got)

    return run


def raised(effect: str, **about: Any) -> Run:
    def run(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
        tenant.faults.plan(effect, **about)
        answer = post(session, url, timeout=0.3)
        return answer.status_code, len(answer.content)

    return run


def a_session_goes_on_after_a_break(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("truncated", nth=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        post(session, url)
    return [post(session, url).status_code for _ in range(2)]


def hooks_and_elapsed(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    tenant.faults.plan("delay", delay="PT0.2S")
    seen: list[int] = []
    answer = post(session, url, hooks={"response": lambda one, **_: seen.append(one.status_code)})
    return seen, 0.2 <= answer.elapsed.total_seconds() < 2, answer.raw.version, answer.ok


def an_adapter_of_its_own(session: requests.Session, url: str, tenant: ZangshoTenant) -> Any:
    class Impatient(HTTPAdapter):
        def send(self, *args: Any, **kwargs: Any) -> requests.Response:
            return super().send(*args, **{**kwargs, "timeout": 0.2})

        def add_headers(self, request: requests.PreparedRequest, **_: Any) -> None:
            request.headers["X-Added"] = "yes"

    session.mount("https://", Impatient())
    session.mount("http://", Impatient())
    first = post(session, url, timeout=None).status_code
    tenant.faults.plan("delay", delay="PT1S")
    with pytest.raises(requests.ReadTimeout):
        post(session, url, timeout=None)
    return first, [exchange["request"]["headers"].get("x-added") for exchange in tenant.journal]


def a_body_in_chunks(session: requests.Session, url: str, _: ZangshoTenant) -> Any:
    body = iter([b'{"email":', b'"b@shop.tw"}'])
    answer = post(session, url, json=None, data=body, headers={"Content-Type": "application/json"})
    return answer.status_code, answer.json()["data"]["email"]


SCRIPTS: dict[str, Run] = {
    **{run.__name__: run for run in (
        lost_response_and_retries, every_answer_lost, no_retries_by_default, reset_and_retries,
        statuses_that_are_retried, statuses_that_stay, statuses_that_stay_and_raise, retry_after_is_waited_for,
        retry_after_without_retries_is_not, cookies, redirects, late_and_retries, drip_within_the_time_out,
        drip_too_slow, drip_as_a_stream, a_session_goes_on_after_a_break, hooks_and_elapsed, an_adapter_of_its_own,
        a_body_in_chunks,
    )},
    "late, a number": late(0.1), "late, a pair": late((3, 0.1)), "late, half a pair": late((None, 0.1)),
    "late, an object": late(Timeout(connect=3, read=0.1)), "late, a total": late(Timeout(total=0.15)),
    "late, in time": late(Timeout(connect=0.1, read=3)), "late, a pair in time": late((0.1, None)),
    "late, none": late(None),
    "broken truncated": broken("truncated"), "broken truncated at once": broken("truncated", bytes=0),
    "broken reset-mid-body": broken("reset-mid-body", bytes=7), "garbage-body": broken("garbage-body"),
    "raised truncated": raised("truncated"), "raised reset-mid-body": raised("reset-mid-body"),
    **{f"raised {effect}": raised(effect)
       for effect in ("garbage", "lost-response", "hang-up", "reset", "time-out", "garbage-body")},
}  # fmt: skip


def seen(tenant: ZangshoTenant, url: str, run: Run) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {tenant.token}"
        try:
            found = run(session, url, tenant)
        except requests.RequestException as error:
            found = causes(error)
    exchanges = [(one["request"]["body"], one["response"]["status"], one["fault"]) for one in tenant.journal]
    return found, [one for one in exchanges if one[2] != "garbage-body"], tenant.ledger.items


@pytest.fixture
def twice(mock_server: MockServer) -> Iterator[tuple[ZangshoTenant, ZangshoTenant]]:
    tenants = [mock_server.tenant("zangsho", now="2026-01-15T03:00:00Z") for _ in range(2)]
    for tenant in tenants:
        tenant.limits.mode = "off"
    yield tenants[0], tenants[1]
    for tenant in tenants:
        tenant.close()


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_client_behaves_intercepted_as_it_does_over_a_socket(
    twice: tuple[ZangshoTenant, ZangshoTenant], script: str
) -> None:
    over_a_socket = seen(twice[0], twice[0].url, SCRIPTS[script])
    with mockservers.intercept():
        intercepted = seen(twice[1], "https://api.zangsho.com", SCRIPTS[script])
    assert intercepted == over_a_socket
