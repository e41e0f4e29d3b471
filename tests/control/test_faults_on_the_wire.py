"""Every effect as a real client meets it over a real socket."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mockservers.core.faults.kinds import EFFECTS
from mockservers.core.values.json_text import dumps
from mockservers.web.bootstrap import MockApp, Serving
from tests.control.shop import GOOD, Heard, Shop
from tests.control.test_webhooks import Receiver, wait_until


def kind(heard: Heard) -> str:
    return type(heard.error).__name__ if heard.error else str(heard.status)


MET: list[tuple[dict[str, Any], str, int]] = [
    ({"effect": "unavailable"}, "503", 0),
    ({"effect": "too-many-requests"}, "429", 0),
    ({"effect": "unavailable", "work": True}, "503", 2),
    ({"effect": "reply", "status": 502, "body": "<html>Bad Gateway</html>"}, "502", 0),
    ({"effect": "delay", "delay": "PT0.1S"}, "200", 2),
    ({"effect": "drip", "bytes": 60, "every": "PT0.01S"}, "200", 2),
    ({"effect": "reset"}, "ConnectionResetError", 0),
    ({"effect": "reset", "work": True}, "ConnectionResetError", 2),
    ({"effect": "hang-up"}, "RemoteDisconnected", 0),
    ({"effect": "lost-response"}, "RemoteDisconnected", 2),
    ({"effect": "time-out", "delay": "PT0.1S"}, "RemoteDisconnected", 0),
    ({"effect": "time-out"}, "TimeoutError", 0),
    ({"effect": "time-out", "work": True}, "TimeoutError", 2),
    ({"effect": "truncated"}, "IncompleteRead", 2),
    ({"effect": "truncated", "bytes": 0}, "IncompleteRead", 2),
    ({"effect": "reset-mid-body", "bytes": 7}, "ConnectionResetError", 2),
    ({"effect": "garbage"}, "BadStatusLine", 2),
    ({"effect": "garbage-body"}, "200", 2),
]
"""A fault, what the client meets, and how many of the two customers are held afterwards."""


@pytest.mark.parametrize(
    ("fault", "met", "held"),
    MET,
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_what_a_client_sees_of_a_fault_and_whether_the_work_was_done(
    shop: Shop, fault: dict[str, Any], met: str, held: int
) -> None:
    shop.plan({**fault, "count": 1})
    assert kind(shop.send(time_out=0.4 if met == "TimeoutError" else 10)) == met
    assert len(shop.customers) == held
    assert shop.control.faults(shop.id)["fired"] == [
        {"exchange": 1, "fault": fault["effect"], "at": shop.journal[0]["at"]}
    ]
    assert kind(shop.send()) == "200"


def test_every_effect_is_in_the_table() -> None:
    assert {fault["effect"] for fault, _, _ in MET} >= set(EFFECTS)


def test_a_reply_fault_has_the_given_status_headers_and_body(shop: Shop) -> None:
    headers = {"Retry-After": 7, "Content-Type": "text/html"}
    shop.plan(
        {"effect": "reply", "status": 520, "headers": headers, "body": "甲", "nth": 1},
        {"effect": "reply", "status": 200, "body": {"ok": False, "名": [1]}, "nth": 2},
    )
    first, second = shop.send(), shop.send()
    assert (first.status, first.body, first.headers["Retry-After"]) == (520, "甲".encode(), "7")
    assert (second.status, second.body, second.headers["Content-Type"]) == (
        200,
        '{"ok":false,"名":[1]}'.encode(),
        "application/json",
    )


def test_a_refusal_fault_fills_its_placeholders_with_the_given_values(shop: Shop) -> None:
    shop.plan({"effect": "invalid", "values": {"message": "email 已存在", "field": "email"}})
    heard = shop.send()
    assert heard.status == 422
    assert "email 已存在" in heard.body.decode()


def test_a_delayed_answer_is_the_vendors_own_to_the_byte(shop: Shop) -> None:
    plain = shop.send().json
    shop.control.put_state(shop.id, {"customers": []})
    shop.plan({"effect": "delay", "delay": "PT0.15S"})
    late = shop.send()
    assert late.json == plain
    assert 0.15 <= late.seconds < 2
    assert late.headers["Content-Type"] == "application/json"


def test_jitter_only_ever_lengthens_a_delay(shop: Shop) -> None:
    shop.plan({"effect": "delay", "delay": "PT0.05S", "jitter": "PT0.1S"})
    waits = [shop.send().seconds for _ in range(4)]
    assert all(0.05 <= wait < 1 for wait in waits)
    assert max(waits) - min(waits) > 0.01


def test_a_truncated_answer_declares_its_full_length_and_sends_a_part(shop: Shop) -> None:
    whole = shop.send().body
    shop.control.put_state(shop.id, {"customers": []})
    shop.plan({"effect": "truncated", "bytes": 12})
    error = shop.send().error
    assert isinstance(error, http.client.IncompleteRead)
    assert error.partial == whole[:12]
    assert len(error.partial) + (error.expected or 0) == len(whole)


def test_a_truncated_answer_is_never_complete_whatever_length_is_asked_for(shop: Shop) -> None:
    shop.plan({"effect": "truncated", "bytes": 1_000_000})
    error = shop.send().error
    assert isinstance(error, http.client.IncompleteRead)
    assert error.expected == 1


def test_the_truncation_of_an_answer_without_a_body_is_detectable(served: MockApp) -> None:
    event = {"eventTypeKey": "seen", "params": [{"name": "email", "value": "a@b.ua"}]}
    tenant = served.control.create_tenant({"vendor": "esputnik"})
    connection = http.client.HTTPConnection(*served.server.address, timeout=5)
    word = base64.b64encode(f"any:{tenant['credentials']['api_key']}".encode()).decode()
    headers = {"Authorization": f"Basic {word}", "Content-Type": "application/json", "Prefer": "mock-fault=truncated"}
    connection.request("POST", "/esputnik/api/v1/event", json.dumps(event), headers)
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()
    connection.close()


def test_a_dripping_answer_arrives_in_pieces_and_complete(shop: Shop) -> None:
    shop.plan({"effect": "drip", "bytes": 100, "every": "PT0.05S"})
    heard = shop.send()
    pieces = -(-len(heard.body) // 100)
    assert heard.json["data"]["created"] == 2
    assert heard.seconds >= pieces * 0.05


def test_an_error_reply_after_processing_makes_a_retry_skip_its_items(shop: Shop) -> None:
    shop.plan({"effect": "unavailable", "work": True, "count": 1})
    assert shop.send().status == 503
    again = shop.send()
    assert again.json["data"]["skipped"] == 2
    assert shop.ledger["silent"] == 0


def test_a_request_may_ask_for_a_fault_on_itself_only(shop: Shop) -> None:
    shop.plan({"effect": "unavailable", "nth": 1})
    assert kind(shop.send(prefer="mock-fault=reset")) == "ConnectionResetError"
    assert kind(shop.send(prefer="respond-async, mock-fault=truncated; bytes=3; delay=PT0.1S")) == "IncompleteRead"
    assert kind(shop.send(prefer='mock-fault="too-many-requests"')) == "429"
    assert shop.control.faults(shop.id)["planned"][0]["matched"] == 0
    assert kind(shop.send()) == "503"


def test_a_plain_refusal_leaves_the_connection_open(shop: Shop) -> None:
    shop.plan({"effect": "unavailable", "count": 1})
    connection = shop.connect()
    assert kind(shop.send(on=connection)) == "503"
    before = connection.sock
    assert kind(shop.send(on=connection)) == "200"
    assert connection.sock is before
    connection.close()


def test_a_half_closed_client_still_gets_its_late_answer(served: MockApp, shop: Shop) -> None:
    shop.plan({"effect": "delay", "delay": "PT0.2S"})
    body = dumps(GOOD)
    head = (
        f"POST /zangsho/v1/customers/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shop.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(served.server.address, timeout=5) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_a_fault_without_an_answer_ends_when_its_client_disconnects(served: MockApp) -> None:
    """If this fails, every client that times out leaves a thread behind for as long as the fault lasts."""
    shop = Shop(served)
    shop.plan({"effect": "time-out", "delay": "PT1H"})
    shop.send(time_out=0.1)
    deadline = time.monotonic() + 8
    while any(thread.name == "mockservers-fault" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_slow_fault_blocks_no_other_call_and_no_other_tenant(served: MockApp, shop: Shop) -> None:
    """If this fails, a fault is sent under the tenant's lock, or holds a worker that others wait for."""
    other, slow = Shop(served), 80
    shop.plan({"effect": "time-out", "delay": "PT3S", "count": slow})
    with ThreadPoolExecutor(slow) as clients:
        sent = [clients.submit(shop.send, time_out=1.5) for _ in range(slow)]
        while len(shop.journal) < slow:
            time.sleep(0.01)
        began = time.monotonic()
        assert kind(other.send()) == "200"
        assert kind(shop.send()) == "200"
        assert shop.items["sent"] == 2 * (slow + 1)
        assert time.monotonic() - began < 1
        assert {kind(client.result()) for client in sent} == {"TimeoutError"}


@pytest.mark.parametrize("effect", ["lost-response", "delay"])
def test_webhooks_are_sent_even_if_the_answer_is_lost_or_late(served: MockApp, effect: str) -> None:
    receiver, shop = Receiver(), Shop(served)
    shop.control.put_webhooks(shop.id, {"url": receiver.url})
    shop.send({"email": "a@shop.tw"}, path="/v1/customers", prefer=f"mock-fault={effect}; delay=PT0.05S")
    wait_until(lambda: bool(receiver.got))
    receiver.close()
    assert receiver.emails == ["a@shop.tw"]


def test_a_server_that_stops_does_not_wait_for_its_faults() -> None:
    made = MockApp(Serving(vendors=("zangsho",), demo=False))
    made.start()
    shop = Shop(made)
    shop.plan({"effect": "delay", "delay": "PT30S"}, {"effect": "drip", "every": "PT30S"})
    with ThreadPoolExecutor(2) as clients:
        sent = [clients.submit(shop.send) for _ in range(2)]
        while len(shop.journal) < 2:
            time.sleep(0.01)
        began = time.monotonic()
        made.stop()
        assert time.monotonic() - began < 2
        assert all(isinstance(client.result().error, OSError | http.client.HTTPException) for client in sent)
        assert time.monotonic() - began < 3
