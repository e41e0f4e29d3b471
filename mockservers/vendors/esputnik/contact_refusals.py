"""Well-formed contact requests that are refused: too many channels, or the same request within a minute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import moment, text
from mockservers.core.values.json_text import dumps
from mockservers.vendors.esputnik.channels import excess_channels
from mockservers.vendors.esputnik.replies import refuse

_RECENT, _FORGOTTEN = "recent_requests", "forgotten_requests"


def refuse_excess_channels(draft: Draft, call: Call, sent: Mapping[str, Any], at: str = "") -> Decision | None:
    """Refuse a contact that has too many channels of one type."""
    excess = excess_channels(draft, sent)
    if excess is None:
        return None
    channel_type, count = excess
    reply = {"most": draft.value("esputnik.contact.two-channels", "most"), "type": channel_type}
    rule_id = "esputnik.contact.two-channels"
    place = f"{at}/channels"
    return refuse(draft, call, "channels-limit", rule_id, place, reply=reply, type=channel_type, given=count)


def refuse_repeated(draft: Draft, call: Call, path_value: str) -> Decision | None:
    """Refuse a request that was sent within the last seconds; remember any other.

    The time is over by the tenant's clock or the real one, since the tenant's may be frozen. `path_value` is the
    contact in the path.
    """
    digest = sha256(dumps([call.operation, path_value, call.json])).hexdigest()
    seconds = timedelta(seconds=draft.value("esputnik.contact.repeated", "seconds"))
    since, arrived_since = draft.now - seconds, call.arrived_at - seconds
    earlier = draft.get(_RECENT, digest)
    if earlier is not None and _is_after(earlier["at"], since) and _is_after(earlier["arrived"], arrived_since):
        return refuse(draft, call, "repeated", "esputnik.contact.repeated")
    _forget(draft, since)
    draft.put(_RECENT, {"request": digest, "number": draft.next_id(_RECENT), **_times(draft, call)})
    return None


def _times(draft: Draft, call: Call) -> dict[str, str]:
    return {"at": text(draft.now), "arrived": text(call.arrived_at)}


def _is_after(at: str, since: datetime) -> bool:
    return moment(at) > since


def _forget(draft: Draft, since: datetime) -> None:
    """Forget up to two outdated requests, oldest first: more than a call adds, and without a scan."""
    oldest, last = draft.view.serial(_FORGOTTEN) + 1, draft.view.serial(_RECENT)
    for number in range(oldest, min(oldest + 2, last + 1)):
        request = draft.first(_RECENT, "number", str(number))
        if request is not None and _is_after(request["at"], since):
            return
        if request is not None:
            draft.delete(_RECENT, request["request"])
        draft.next_id(_FORGOTTEN)
