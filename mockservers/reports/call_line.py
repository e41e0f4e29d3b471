"""A call as one line, from the JSON of a summary: time, vendor, tenant, request, status, and the outcomes of its items.

    11:02:08 zangsho demo-zangsho #17 POST /v1/customers/batch 200  2 kept · SILENT 1 phoneNumber "0923456789" [rule]
    11:02:09 zangsho demo-zangsho #18 POST /v1/customers/batch 422  1 refused · LOST 1 refused: the body is … [rule]

Control characters in a request are escaped, so that they do not reach the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from mockservers.core.values.plurals import counted
from mockservers.core.values.printable import printable, shortened

_WIDEST = 120
_COLOURS = {"silent": "1;31", "lost": "31", "at-risk": "33", "good": "32", "bad": "31", "dim": "2"}
_LOSSES = {"silent": "SILENT", "lost": "LOST", "at-risk": "AT RISK"}


def call_line(call: Mapping[str, Any], began: float | None = None, *, url: str = "", colour: bool = False) -> str:
    """The line of a call. `began` is its real time, in seconds since 1970; without it, the line has the tenant's time.

    `url` is the address of the server: with it, a line that names a loss ends in the address of the call's page.
    """
    moment = str(call["at"])
    if began is not None:
        moment = _time_of_day(int(began))
    status = _painted(str(call["status"] or "---"), "good" if 200 <= call["status"] < 400 else "bad", colour)
    head = f"{_painted(moment, 'dim', colour)} {call['vendor']} {printable(call['tenant'])} #{call['exchange']}"
    path = printable(shortened(str(call["path"]), _WIDEST))
    line = f"{head} {printable(call['method'])} {path} {status}  {_outcomes(call, colour=colour)}"
    troubled = call["losses"] or call["reached"] != "tenant"
    return f"{line}  {_painted(url + permalink(call), 'dim', colour)}" if url and troubled else line


def last_line(totals: Mapping[str, int], ended: float, *, colour: bool = False) -> str:
    """The last line of a server: `11:02:08 mockservers ended: 12 calls, 30 items, 2 silent losses`.

    `totals` are those of `mockservers.core.tenancy.totals`, `ended` is in seconds since 1970. The line has pending
    items, and calls that reached no tenant or no operation, only if there are any.
    """
    silent = counted(totals["silent"], "silent loss")
    parts = [counted(totals["calls"], "call"), counted(totals["sent"], "item")]
    parts.append(_painted(silent, "silent" if totals["silent"] else "good", colour))
    if totals["pending"]:
        parts.append(f"{counted(totals['pending'], 'item')} pending")
    parts += [counted(totals[name], f"{name} call") for name in ("unauthenticated", "unmatched") if totals[name]]
    return f"{_painted(_time_of_day(int(ended)), 'dim', colour)} mockservers ended: {', '.join(parts)}"


@lru_cache(maxsize=8)
def _time_of_day(began: int) -> str:
    return datetime.fromtimestamp(began, UTC).astimezone().strftime("%H:%M:%S")


def permalink(call: Mapping[str, Any]) -> str:
    """The path of a call's page."""
    names = (call["vendor"], call["tenant"], str(call["exchange"]))
    return "/calls/" + "/".join(quote(name, safe="") for name in names)


def _outcomes(call: Mapping[str, Any], *, colour: bool) -> str:
    """`1 kept · SILENT 1 phoneNumber`."""
    parts = []
    if call["reached"] == "unauthenticated":
        parts.append(_painted(f"unauthenticated: {printable(call['why'])}", "bad", colour))
    elif call["reached"] == "unmatched":
        reason = f"; {printable(call['why'])}" if call["why"] else ""
        parts.append(_painted(f"unmatched: the vendor has no such operation{reason}", "bad", colour))
    items = ", ".join(f"{count} {outcome}" for outcome, count in call["items"].items())
    parts += [items] if items else []
    if call["reached"] == "tenant":
        parts += [_loss(loss, call, colour=colour) for loss in call["losses"]]
    if call["fault"]:
        parts.append(f"fault {printable(call['fault'])}")
    return " · ".join(parts) or "no items"


def _loss(loss: Mapping[str, Any], call: Mapping[str, Any], *, colour: bool) -> str:
    earlier_call = "" if loss["exchange"] == call["exchange"] else f" of #{loss['exchange']}"
    head = _painted(f"{_LOSSES[loss['loss']]} {loss['count']}", loss["loss"], colour)
    subject = loss["key"] or (f"{loss['outcome']} {loss['place']}".strip())
    at_the_key = not loss["key"] or loss["place"].endswith(f"/{loss['key']}")
    value = f" {printable(loss['value'])}" if at_the_key and loss["value"] is not None else ""
    reason = f": {printable(shortened(loss['why'], _WIDEST))}" if loss["outcome"] == "refused" else ""
    return f"{head}{earlier_call} {printable(shortened(subject, _WIDEST))}{value}{hint(loss)}{reason} [{loss['rule']}]"


def hint(loss: Mapping[str, Any]) -> str:
    """` (did you mean order_date?)`; empty if no known key is similar."""
    return f" (did you mean {printable(str(loss['nearest']))}?)" if loss.get("nearest") else ""


def _painted(text: str, kind: str, colour: bool) -> str:
    return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if colour else text
