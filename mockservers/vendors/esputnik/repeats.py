"""The same request for a contact twice within a minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import moment, text
from mockservers.core.values.json_text import dumps
from mockservers.vendors.esputnik.parsing import refused

_RECENT, _FORGOTTEN = "recent_requests", "forgotten_requests"


def repeated(draft: Draft, call: Call, about: str) -> Decision | None:
    """The refusal of a request that came within the last seconds; any other is remembered for as long.

    The seconds are over when they are by the tenant's clock or by the real one, which runs where the tenant's stands.
    `about` is what the path names.
    """
    digest = sha256(dumps([call.operation, about, call.json])).hexdigest()
    seconds = timedelta(seconds=draft.value("esputnik.contact.repeated", "seconds"))
    since, arrived_since = draft.now - seconds, call.arrived_at - seconds
    before = draft.get(_RECENT, digest)
    if before is not None and _after(before["at"], since) and _after(before["arrived"], arrived_since):
        return refused(draft, call, "repeated", "esputnik.contact.repeated")
    _forget(draft, since)
    draft.put(_RECENT, {"request": digest, "number": draft.next_id(_RECENT), **_moments(draft, call)})
    return None


def _moments(draft: Draft, call: Call) -> dict[str, str]:
    return {"at": text(draft.now), "arrived": text(call.arrived_at)}


def _after(at: str, since: datetime) -> bool:
    return moment(at) > since


def _forget(draft: Draft, since: datetime) -> None:
    """Forget up to two requests that are too long ago, oldest first: more than come in, and never a scan."""
    oldest, last = draft.view.serial(_FORGOTTEN) + 1, draft.view.serial(_RECENT)
    for number in range(oldest, min(oldest + 2, last + 1)):
        old = draft.first(_RECENT, "number", str(number))
        if old is not None and _after(old["at"], since):
            return
        if old is not None:
            draft.delete(_RECENT, old["request"])
        draft.next_id(_FORGOTTEN)
