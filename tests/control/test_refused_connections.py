"""A server that refuses connections for a while: nobody listens, and the port stays ours."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from mockservers.core.admin.control import Control
from mockservers.core.errors import UsageError
from mockservers.web.bootstrap import MockApp, Serving
from tests.control.shop import Shop


@pytest.fixture
def own() -> Iterator[MockApp]:
    made = MockApp(Serving(vendors=("zangsho",), demo=False))
    made.start()
    yield made
    made.stop()


def test_new_connections_are_refused_for_the_given_time_and_old_ones_stay(own: MockApp) -> None:
    shop = Shop(own)
    connection = shop.connect()
    assert shop.send(on=connection).status == 200
    began = time.monotonic()
    own.control.refuse_connections({"for": "PT0.4S"})
    assert isinstance(shop.send().error, ConnectionRefusedError)
    assert shop.send(on=connection).status == 200
    connection.close()
    while shop.send().error:
        time.sleep(0.01)
    assert 0.35 < time.monotonic() - began < 3
    assert shop.send().status == 200
    assert shop.items["sent"] == 8


def test_connections_can_be_refused_repeatedly(own: MockApp) -> None:
    shop = Shop(own)
    for _ in range(3):
        own.control.refuse_connections({"for": "PT30S"})
        own.control.refuse_connections({"for": "PT0.05S"})
        assert isinstance(shop.send().error, ConnectionRefusedError)
        time.sleep(0.2)
        assert shop.send().status == 200
    assert shop.ledger["items"] == {"sent": 6, "kept": 2, "skipped": 4}


def test_a_server_that_refuses_still_stops_at_once() -> None:
    made = MockApp(Serving(vendors=("zangsho",), demo=False))
    made.start()
    made.control.refuse_connections({"for": "PT10M"})
    began = time.monotonic()
    made.stop()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, '/for: is required. Fix: add it, for example "PT2S".'),
        ({"for": "PT2S", "and": 1}, "/and: unknown key. Fix: remove it. Available: for."),
        ({"for": "2s"}, '/for: must be an ISO 8601 duration, not "2s".'),
        ({"for": "PT11M"}, "for ten minutes (PT10M) at most, not for 'PT11M'."),
        ([], "the body: must be a JSON object, not []."),
    ],
)
def test_an_invalid_duration_refuses_no_connection(own: MockApp, given: object, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        own.control.refuse_connections(given)  # type: ignore[arg-type]
    assert said in str(caught.value)
    assert Shop(own).send().status == 200


def test_refusing_without_a_listener_is_an_error() -> None:
    with pytest.raises(UsageError, match="This process has no listener"):
        Control({}).refuse_connections({"for": "PT1S"})


def test_a_refusing_port_stays_reserved(own: MockApp) -> None:
    own.control.refuse_connections({"for": "PT10S"})
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="Address already in use"):
            other.bind(own.server.address)
