"""What a client receives of an answer with a fault, and whether it can see that it is not the whole answer."""

from __future__ import annotations

import http.client
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.exchange.decision import Reply
from mockservers.core.faults.kinds import (
    EFFECTS,
    FaultKind,
    Garbage,
    GarbageBody,
    Refusal,
    ResetMidBody,
    Truncated,
    broken,
    delivered,
)
from mockservers.core.faults.wire_script import wire_script
from mockservers.core.value import replace

NOISE = b"\xff" + bytes(range(64))
REPLIES = st.builds(
    Reply, st.sampled_from([200, 201, 202, 204, 304, 400, 422, 503]), st.just(()), st.binary(max_size=40)
)
SIZES = st.none() | st.integers(0, 50)


def with_bytes(kind: FaultKind) -> st.SearchStrategy[FaultKind]:
    if isinstance(kind, Truncated | ResetMidBody):
        return SIZES.map(lambda size: replace(kind, size=size))
    return st.just(replace(kind, noise=NOISE) if isinstance(kind, Garbage | GarbageBody) else kind)


KINDS = st.sampled_from([Refusal(), *EFFECTS.values()]).flatmap(with_bytes)


class _Socket:
    """What `http.client` reads an answer from: bytes that were sent, then the end of the connection."""

    def __init__(self, sent: bytes) -> None:
        self._sent = sent

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self._sent)


def heard(kind: FaultKind, reply: Reply) -> tuple[int, bytes, bool]:
    """Status and body as a client has them, and whether status line, framing or a reset revealed that more was due."""
    body = reply.body if broken(kind) else delivered(kind, reply).body
    script = wire_script(kind, 0.0, f"{reply.status} X", reply.headers, body)
    sent = b"".join(data for _, data in script.steps)
    answer = http.client.HTTPResponse(_Socket(sent))  # type: ignore[arg-type]
    try:
        answer.begin()
    except (http.client.HTTPException, OSError):
        return 0, sent if isinstance(kind, Garbage) else b"", True
    try:
        return answer.status, answer.read(), script.reset
    except http.client.IncompleteRead as short:
        return answer.status, short.partial, True


@given(kind=KINDS, reply=REPLIES)
def test_the_reply_that_the_ledger_judges_is_the_one_that_the_client_receives(kind: FaultKind, reply: Reply) -> None:
    """If this fails, the ledger judges by an answer that no client received."""
    status, body, seen_broken = heard(kind, reply)
    expected = delivered(kind, reply)
    assert (expected.status, expected.body) == (status, body)
    assert broken(kind) == seen_broken


@pytest.mark.parametrize("body", [b"", b"x", b'{"status":"OK"}'])
def test_a_garbled_body_is_never_json(body: bytes) -> None:
    received = delivered(GarbageBody(NOISE), Reply(200, (), body))
    with pytest.raises(ValueError, match="codec can't decode"):
        json.loads(received.body)


def test_every_effect_belongs_to_one_kind() -> None:
    assert {name: kind.effect for name, kind in EFFECTS.items()} == {name: name for name in EFFECTS}
    assert len({type(kind) for kind in EFFECTS.values()}) == len(EFFECTS) == 11
