"""What a fault can do to a call, by name: a refusal of the contract, or one of the effects below.

| effect | the client sees | the vendor's work |
|---|---|---|
| a refusal's name | the vendor's refusal, `values` in its placeholders | not done, unless `work` |
| reply | `status`, `headers`, `body` as given | not done, unless `work` |
| delay | the vendor's answer, late | done |
| drip | the vendor's answer, `bytes` at a time, `every` so often | done |
| truncated | a part of the answer (`bytes` of its body), then the end of the connection | done |
| reset-mid-body | a part of the answer, then a TCP reset | done |
| garbage | bytes that are no HTTP, then the end of the connection | done |
| garbage-body | the answer's status and headers, with a body that nobody can read | done |
| lost-response | the end of the connection, without an answer | done |
| hang-up | the same | not done, unless `work` |
| reset | a TCP reset, without an answer | not done, unless `work` |
| time-out | nothing for `delay`, then the end of the connection | not done, unless `work` |

Every effect takes `delay` and `jitter`: real time before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockservers.core.faults.wire_script import How

TIME_OUT = "PT60S"
"""How long a time-out lasts when nobody says: longer than clients wait."""

DRIP_EVERY = "PT0.05S"
DRIP_BYTES = 1
GARBAGE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect by its nature. `works`: whether the vendor does its work; `takes` are its own parameters."""

    how: How
    works: bool
    takes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


_CHOICE = frozenset({"work"})

REFUSAL = Effect("whole", works=False, takes=_CHOICE | {"values"})

EFFECTS: Mapping[str, Effect] = {
    "reply": Effect("whole", works=False, takes=_CHOICE | {"status", "headers", "body"}, needs=frozenset({"status"})),
    "delay": Effect("whole", works=True, needs=frozenset({"delay"})),
    "drip": Effect("drip", works=True, takes=frozenset({"bytes", "every"})),
    "truncated": Effect("cut", works=True, takes=frozenset({"bytes"})),
    "reset-mid-body": Effect("cut-reset", works=True, takes=frozenset({"bytes"})),
    "garbage": Effect("noise", works=True),
    "garbage-body": Effect("garbled", works=True),
    "lost-response": Effect("hang-up", works=True),
    "hang-up": Effect("hang-up", works=False, takes=_CHOICE),
    "reset": Effect("reset", works=False, takes=_CHOICE),
    "time-out": Effect("hang-up", works=False, takes=_CHOICE),
}
