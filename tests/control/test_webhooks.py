"""Webhooks as they arrive: after the reply, in order, again when they are refused, listed with what came of them."""

from __future__ import annotations

import http.server
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from mockservers.core.errors import UsageError
from mockservers.web.bootstrap import MockApp, Serving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver:
    """A server that notes what it is sent, and answers with the statuses given, the last of them for ever."""

    def __init__(self) -> None:
        self.got: list[tuple[float, dict[str, str], bytes]] = []
        self.answers = [204]
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((time.monotonic(), {k.lower(): v for k, v in self.headers.items()}, body))
                status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing to say."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def emails(self) -> list[str]:
        return [json.loads(body)["data"]["email"] for _, _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="module")
def mock_app() -> Iterator[MockApp]:
    made = MockApp(Serving(vendors=("zangsho",), demo=False))
    made.start()
    yield made
    made.stop()


class Shop:
    """A Zangsho tenant whose single creates send webhooks."""

    def __init__(self, mock_app: MockApp, **webhooks: Any) -> None:
        self.control = mock_app.control
        tenant = self.control.create_tenant({"vendor": "zangsho"})
        self.id = tenant["id"]
        self._url = f"{mock_app.server.url}/zangsho/v1"
        self._headers = {"Authorization": f"Bearer {tenant['credentials']['token']}"}
        if webhooks:
            self.control.put_webhooks(self.id, webhooks)

    def create(self, email: str) -> None:
        answer = requests.post(f"{self._url}/customers", json={"email": email}, headers=self._headers, timeout=5)
        assert answer.status_code == 201

    def batch(self, *emails: str) -> None:
        customers = [{"email": email} for email in emails]
        answer = requests.post(
            f"{self._url}/customers/batch", json={"customers": customers}, headers=self._headers, timeout=5
        )
        assert answer.status_code == 200

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.control.webhooks(self.id)["deliveries"]
        return listed


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "nothing came in ten seconds"
        time.sleep(0.005)


def test_single_creates_send_webhooks_in_order(mock_app: MockApp, receiver: Receiver) -> None:
    shop = Shop(mock_app, url=receiver.url)
    emails = [f"客戶{n}@example.com" for n in range(10)]
    for email in emails:
        shop.create(email)
    wait_until(lambda: all(delivery["state"] == "delivered" for delivery in shop.deliveries))
    assert receiver.emails == emails
    assert [delivery["attempts"][0]["status"] for delivery in shop.deliveries] == [204] * 10


def test_batches_send_none(mock_app: MockApp, receiver: Receiver) -> None:
    """zangsho.batch.no-webhook."""
    shop = Shop(mock_app, url=receiver.url)
    shop.batch("a@example.com", "b@example.com")
    shop.create("c@example.com")
    wait_until(lambda: len(receiver.got) == 1)
    assert receiver.emails == ["c@example.com"]


def test_a_refused_webhook_is_retried_before_the_next(mock_app: MockApp, receiver: Receiver) -> None:
    receiver.answers = [500, 301, 204]
    shop = Shop(mock_app, url=receiver.url)
    shop.create("a@example.com")
    shop.create("b@example.com")
    wait_until(lambda: len(receiver.got) == 4)
    assert receiver.emails == ["a@example.com"] * 3 + ["b@example.com"]
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 2
    first = shop.deliveries[0]
    assert [attempt["status"] for attempt in first["attempts"]] == [500, 301, 204]


def test_an_unreachable_receiver_is_reported(mock_app: MockApp, receiver: Receiver) -> None:
    receiver.close()
    shop = Shop(mock_app, url=receiver.url)
    shop.create("a@example.com")
    wait_until(lambda: shop.deliveries[0]["state"] == "failed")
    assert len(shop.deliveries[0]["attempts"]) == 4
    assert "error" in shop.deliveries[0]["attempts"][0]


def test_a_receiver_that_speaks_no_http_does_not_block_the_next_webhook(mock_app: MockApp, receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nonsense:

        def babble() -> None:
            while True:
                try:
                    connection, _ = nonsense.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"220 mail.example.com ESMTP\r\n")
                    connection.recv(65_536)

        threading.Thread(target=babble, daemon=True).start()
        shop = Shop(mock_app, url=f"http://127.0.0.1:{nonsense.getsockname()[1]}/")
        shop.create("a@example.com")
        wait_until(lambda: shop.deliveries[0]["state"] == "failed")
    assert "220 mail" in shop.deliveries[0]["attempts"][0]["error"]
    shop.control.put_webhooks(shop.id, {"url": receiver.url})
    shop.create("b@example.com")
    wait_until(lambda: shop.deliveries[1]["state"] == "delivered")


def test_without_an_address_webhooks_are_kept_as_unsent(mock_app: MockApp) -> None:
    shop = Shop(mock_app)
    shop.create("a@example.com")
    (delivery,) = shop.deliveries
    assert (delivery["state"], delivery["attempts"]) == ("unsent", [])


def test_a_webhook_is_sent_again_to_the_current_address(mock_app: MockApp, receiver: Receiver) -> None:
    shop = Shop(mock_app)
    shop.create("a@example.com")
    tenant = mock_app.control.tenant(shop.id)
    (unsent,) = shop.deliveries
    with pytest.raises(UsageError, match="Fix: set the URL"):
        tenant.outbox.resend(unsent["id"])
    with pytest.raises(UsageError, match="msg_nobody_1"):
        tenant.outbox.resend("msg_nobody_1")
    shop.control.put_webhooks(shop.id, {"url": receiver.url})
    tenant.outbox.resend(unsent["id"])
    with pytest.raises(UsageError, match="waits to be sent"):
        tenant.outbox.resend(unsent["id"])
    shop.create("b@example.com")  # its reply has all sent that waits
    wait_until(lambda: len(receiver.got) == 2)
    assert receiver.emails == ["a@example.com", "b@example.com"]
    wait_until(lambda: [each["state"] for each in shop.deliveries] == ["delivered"] * 2)


def test_duplicates_and_delays_of_webhooks_can_be_configured(mock_app: MockApp, receiver: Receiver) -> None:
    shop = Shop(mock_app, url=receiver.url, duplicates=2, delay="PT1.5S")
    began = time.monotonic()
    shop.create("a@example.com")
    assert time.monotonic() - began < 1.5
    wait_until(lambda: len(receiver.got) == 3)
    assert receiver.got[0][0] - began >= 1.5
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1


def test_signatures_follow_standard_webhooks(mock_app: MockApp, receiver: Receiver) -> None:
    from standardwebhooks import Webhook

    shop = Shop(mock_app, url=receiver.url, secret=SECRET)
    shop.create("a@example.com")
    wait_until(lambda: len(receiver.got) == 1)
    _, headers, body = receiver.got[0]
    assert Webhook(SECRET).verify(body, headers)["data"]["email"] == "a@example.com"
    assert "secret" not in json.dumps(mock_app.control.webhooks(shop.id))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"url": "ftp://example.com"},
        {"url": "http://"},
        {"url": 1},
        {"url": "http://127.0.0.1:1", "times": 2},
        {"url": "http://127.0.0.1:1", "duplicates": -1},
        {"url": "http://127.0.0.1:1", "duplicates": True},
        {"url": "http://127.0.0.1:1", "delay": "soon"},
        {"url": "http://127.0.0.1:1", "secret": 7},
    ],
)
def test_an_invalid_address_is_refused(mock_app: MockApp, given: dict[str, Any]) -> None:
    shop = Shop(mock_app)
    with pytest.raises(UsageError):
        mock_app.control.put_webhooks(shop.id, given)
