"""What a webhook's target may be, and attempts that go wrong: each is listed, and none keeps back the next."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from mockservers.core.errors import UsageError
from mockservers.core.tenancy import checkpoints
from mockservers.core.tenancy.outbox import Outbox
from mockservers.core.tenancy.subscription import Subscription
from mockservers.web import webhook_sender as webhooks
from mockservers.web.bootstrap import MockApp
from mockservers.web.webhook_sender import WebhookSender
from tests.control.shop import Shop
from tests.control.test_webhooks import Receiver, wait_until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
QUICK = {"time_out": "PT0.3S", "retries": ["PT0.02S"]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


URLS: tuple[Any, ...] = (
    "http://[::1", "http://[::1]x/", "http://[::g]/", "http://h:99999/", "http://h:0/", "http://h:x/", "http://h\n/",
    "http://h/a b", "http://h/甲", "http://", "http:///p", "ftp://h/", "h:80", "", "http://user:word@h/", False, 0, [],
)  # fmt: skip
SECRETS: tuple[Any, ...] = (
    "whsec_!!", "whsec_", "", "whsec_abc", "whsec_a===", "whsec_MfKQ9r8G!KYq", "whsec_甲", 0, False, [], 7,
)  # fmt: skip
DELAYS: tuple[Any, ...] = ("soon", "P100000D", "PT61M", None, 0, "PT" + "9" * 400 + "S")
DUPLICATES: tuple[Any, ...] = (-1, 101, True, None, "1", 1.5, 10**400)


def refused(served: MockApp, given: dict[str, Any]) -> None:
    """Set a target, and check that it is refused and the old one stays."""
    shop = Shop(served)
    before = shop.control.put_webhooks(shop.id, {"url": "http://h/", "secret": SECRET})
    with pytest.raises(UsageError):
        shop.control.put_webhooks(shop.id, given)
    assert shop.control.webhooks(shop.id) == before


@pytest.mark.parametrize("url", URLS)
def test_an_address_that_no_webhook_can_be_sent_to_is_refused_when_it_is_set(served: MockApp, url: Any) -> None:
    refused(served, {"url": url})


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_that_cannot_sign_is_refused_when_it_is_set(served: MockApp, secret: Any) -> None:
    refused(served, {"url": "http://h/", "secret": secret})


@pytest.mark.parametrize("delay", DELAYS)
def test_an_invalid_delay_is_refused(served: MockApp, delay: Any) -> None:
    refused(served, {"url": "http://h/", "delay": delay})


@pytest.mark.parametrize("number", range(len(DUPLICATES)))
def test_duplicates_must_be_an_integer_up_to_100(served: MockApp, number: int) -> None:
    refused(served, {"url": "http://h/", "duplicates": DUPLICATES[number]})


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"url": "http://[::1"}, 422),
        ({"url": "http://h/", "secret": "whsec_!!"}, 400),
        ({"url": "http://h/", "secret": "whsec_abc"}, 422),
    ],
)
def test_the_admin_api_refuses_a_wrong_target_with_a_problem_document(
    served: MockApp, given: dict[str, Any], status: int
) -> None:
    shop = Shop(served)
    answer = requests.put(f"{served.server.url}/__admin/tenants/{shop.id}/webhooks", json=given, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert "Fix: " in answer.json()["detail"]
    assert shop.control.webhooks(shop.id)["url"] is None


@pytest.mark.parametrize("given", [
    {"url": None}, {"url": "http://h"}, {"url": "https://h:8443/a?b=%20"}, {"url": "http://[::1]:80/"},
    {"url": "http://h/", "secret": SECRET, "delay": "PT1H", "duplicates": 100}, {"url": "http://h/", "secret": None},
])  # fmt: skip
def test_a_valid_subscription_is_described_and_exported(given: dict[str, Any]) -> None:
    target = Subscription.of(given)
    assert Subscription.of(target.exported()) == target
    assert SECRET not in str(target.to_dict())


# -- attempts -------------------------------------------------------------------------------------------------------


@contextmanager
def listening(answer: Any) -> Iterator[str]:
    """A receiver that treats each connection as the test says."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"://127.0.0.1:{server.getsockname()[1]}/"
        server.shutdown(socket.SHUT_RDWR)


def drip(connection: socket.socket, what: bytes = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000) -> None:
    with connection:
        for at in range(len(what)):
            try:
                connection.sendall(what[at : at + 1])
            except OSError:
                return
            time.sleep(0.05)


def drip_before_tls(connection: socket.socket) -> None:
    drip(connection, b"\x16\x03\x03\x40\x00" + b"\x02" * 1_000)


def say_continue(connection: socket.socket) -> None:
    with connection:
        while True:
            try:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            except OSError:
                return
            time.sleep(0.01)


def never_read(connection: socket.socket) -> None:
    time.sleep(3)
    connection.close()


def sent(outbox: Outbox, url: str, *, times: int = 1, body: str = "") -> list[dict[str, Any]]:
    """The listed deliveries of a sender that gives up quickly, once all have ended."""
    outbox.subscription = Subscription.of({"url": url})
    for number in range(times):
        outbox.add("mock.customer.created", {"number": number, "body": body}, number)
    WebhookSender(QUICK).collect(outbox)
    wait_until(lambda: all(one["state"] != "waiting" for one in outbox.to_dict()["deliveries"]))
    deliveries: list[dict[str, Any]] = outbox.to_dict()["deliveries"]
    return deliveries


@pytest.mark.parametrize(
    ("scheme", "answer", "body"),
    [
        ("http", drip, ""),
        ("https", drip_before_tls, ""),
        ("http", say_continue, ""),
        ("http", never_read, "x" * 20_000_000),
    ],
)
def test_an_attempt_has_one_deadline_for_all_its_phases(scheme: str, answer: Any, body: str) -> None:
    """If this fails, a receiver that sends a byte now and then holds all that the tenant has to send."""
    with listening(answer) as place:
        began = time.monotonic()
        (delivery,) = sent(Outbox("t"), scheme + place, body=body)
        assert time.monotonic() - began < 2
    assert delivery["state"] == "failed"
    assert [attempt["error"] for attempt in delivery["attempts"]] == ["no answer within 0.3 s"] * 2


@pytest.mark.parametrize("error", [OSError("x"), ValueError(), RuntimeError("no thread"), ssl.SSLError(), KeyError("k"),
                                   UnicodeError(), MemoryError(), RecursionError()])  # fmt: skip
def test_a_failed_attempt_is_listed_and_the_next_webhook_is_sent(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver, error: Exception
) -> None:
    signed, outbox = webhooks._signature, Outbox("t")

    def failing(delivery: Any) -> dict[str, str]:
        if delivery.number <= 2:
            raise error
        return signed(delivery)

    monkeypatch.setattr(webhooks, "_signature", failing)
    first, second, third = sent(outbox, receiver.url, times=3)
    assert (first["state"], second["state"], third["state"]) == ("failed", "failed", "delivered")
    assert [attempt["error"] for attempt in first["attempts"]] == [str(error) or type(error).__name__] * 2
    assert [attempt["status"] for attempt in third["attempts"]] == [204]


def test_a_sender_that_cannot_start_is_started_by_the_next_reply(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    outbox, sender = Outbox("t"), WebhookSender(QUICK)
    outbox.subscription = Subscription.of({"url": receiver.url})
    outbox.add("mock.customer.created", {}, 1)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", _no_thread)
        sender.collect(outbox)
    sender.collect(outbox)
    wait_until(lambda: outbox.to_dict()["deliveries"][0]["state"] == "delivered")


def _no_thread(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


# -- withdrawn ------------------------------------------------------------------------------------------------------


def test_a_webhook_that_waits_while_its_customer_is_rewound_is_withdrawn(served: MockApp, receiver: Receiver) -> None:
    shop = Shop(served)
    shop.control.put_webhooks(shop.id, {"url": receiver.url})
    shop.send({"email": "kept@shop.tw"}, path="/v1/customers")
    wait_until(lambda: receiver.emails == ["kept@shop.tw"])
    checkpoints.take(shop.tenant, "here")
    shop.control.put_webhooks(shop.id, {"url": receiver.url, "delay": "PT0.3S"})
    for name in "ab":
        shop.send({"email": f"{name}@shop.tw"}, path="/v1/customers")
    shop.control.rewind(shop.id, "here")
    shop.control.put_webhooks(shop.id, {"url": receiver.url})
    shop.send({"email": "after@shop.tw"}, path="/v1/customers")
    wait_until(lambda: len(receiver.got) == 2)
    time.sleep(0.4)
    assert receiver.emails == ["kept@shop.tw", "after@shop.tw"]
    states = [delivery["state"] for delivery in shop.control.webhooks(shop.id)["deliveries"]]
    assert states == ["delivered", "withdrawn", "withdrawn", "delivered"]


@pytest.mark.parametrize("alone", [True, False])
def test_a_deleted_tenant_sends_no_further_webhook(served: MockApp, receiver: Receiver, *, alone: bool) -> None:
    shop = Shop(served)
    outbox = shop.tenant.outbox
    receiver.answers = [500]
    shop.control.put_webhooks(shop.id, {"url": receiver.url})
    for name in "ab":
        shop.send({"email": f"{name}@shop.tw"}, path="/v1/customers")
    wait_until(lambda: bool(receiver.got))
    shop.control.delete_tenant(shop.id) if alone else shop.control.delete_tenants()
    met = len(receiver.got)
    outbox.add("mock.customer.created", {}, 9)
    time.sleep(1.5)
    assert len(receiver.got) <= met + 1, "one may have been on its way"
    assert [one["state"] for one in outbox.to_dict()["deliveries"]] == ["withdrawn", "withdrawn", "unsent"]
