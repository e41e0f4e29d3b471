"""What a fault lets out of an answer, and whether the client can see that it is not the whole one."""

from __future__ import annotations

import http.client
import io
import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.exchange.decision import Reply
from mockservers.core.faults.wire_script import How, WireScript
from mockservers.web.fault_delivery import score

NOISE = b"\xff" + bytes(range(64))
REPLIES = st.builds(
    Reply, st.sampled_from([200, 201, 202, 204, 304, 400, 422, 503]), st.just(()), st.binary(max_size=40)
)
PERFORMANCES = st.builds(
    WireScript,
    st.just("any"),
    st.sampled_from(get_args(How)),
    size=st.none() | st.integers(0, 50),
    noise=st.just(NOISE),
)


class _Socket:
    """What `http.client` reads an answer from: bytes that were sent, then the end of the connection."""

    def __init__(self, sent: bytes) -> None:
        self._sent = sent

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self._sent)


def heard(performance: WireScript, reply: Reply) -> tuple[int, bytes, bool]:
    """Status and body as a client has them, and whether status line, framing or a reset showed it that more was due."""
    played = score(performance, f"{reply.status} X", reply.headers, performance.delivered(reply).body
                   if performance.how == "garbled" else reply.body)  # fmt: skip
    sent = b"".join(data for _, data in played.steps)
    answer = http.client.HTTPResponse(_Socket(sent))  # type: ignore[arg-type]
    try:
        answer.begin()
    except (http.client.HTTPException, OSError):
        return 0, sent if performance.how == "noise" else b"", True
    try:
        return answer.status, answer.read(), played.reset
    except http.client.IncompleteRead as short:
        return answer.status, short.partial, True


@given(performance=PERFORMANCES, reply=REPLIES)
def test_what_is_accounted_as_delivered_is_what_a_client_hears(performance: WireScript, reply: Reply) -> None:
    """If this fails, the ledger judges by an answer that nobody got."""
    status, body, shown = heard(performance, reply)
    delivered = performance.delivered(reply)
    assert (delivered.status, delivered.body) == (status, body)
    assert performance.breaks == shown


@pytest.mark.parametrize("body", [b"", b"x", b'{"status":"OK"}'])
def test_no_garbled_body_is_json(body: bytes) -> None:
    delivered = WireScript("garbage-body", "garbled", noise=NOISE).delivered(Reply(200, (), body))
    with pytest.raises(ValueError, match="codec can't decode"):
        json.loads(delivered.body)
