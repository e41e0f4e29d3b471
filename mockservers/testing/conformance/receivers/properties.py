"""The properties of a receiver: after every kind of delivery, it holds the record exactly once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from mockservers.core.values import real_time
from mockservers.testing.conformance.receivers.announced import Webhook
from mockservers.testing.conformance.receivers.trial import Run

BURST = 30
"""Webhooks at the same time."""
_STALE = timedelta(hours=1)
_EXTRA = {"mockservers_extra": {"added": ["by a later version of the vendor"]}}


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its id, its sentence, and its test. A `signed` property needs a secret."""

    id: str
    says: str
    tries: Callable[[Run], None]
    signed: bool = False


def _good(trial: Run) -> None:
    for webhook in trial.story():
        trial.deliver(webhook)


def _duplicate(trial: Run) -> None:
    for webhook in trial.story():
        first, again = trial.deliver(webhook), trial.deliver(webhook, "the second time")
        if trial.subject.holdings is None and first.taken and again.taken and first != again:
            trial.wrong.append(
                f"{webhook} is answered {first} at first, and {again} the second time: whether that is one record "
                "cannot be seen. Fix: answer the same, or give --read-back."
            )
    *parents, last = trial.story()
    for webhook in parents:
        trial.deliver(webhook)
    for reply in trial.receiver.together([last, last]):
        if not reply.taken:  # the receiver may refuse one of the two; the vendor then sends it again
            trial.deliver(last, "after two at the same time")


def _late(trial: Run) -> None:
    announcer = trial.subject.announcer
    late = announcer.story(announcer.now - timedelta(days=1))
    trial.owed += late
    for webhook in (*trial.story(), *late):
        trial.deliver(webhook, "a day late" if webhook in late else "")


def _out_of_order(trial: Run) -> None:
    for webhook in reversed([*trial.story(), *trial.story()]):
        trial.deliver(webhook, "before those that come before it")


def _retried(trial: Run) -> None:
    for cut in (False, True):
        for webhook in trial.story():
            trial.receiver.abandon(webhook, cut=cut)
            trial.deliver(webhook, "again, half of it had come before" if cut else "again, nobody heard the answer")


def _unknown_event(trial: Run) -> None:
    known = trial.subject.announcer.story()[-1]
    event = f"{known.event}_unheard_of"
    payload = {**known.payload, trial.subject.announcer.declared.event: event}
    unknown = replace(known.with_payload(payload, "unknown"), event=event)
    trial.forbidden.append(unknown)
    trial.seen(unknown, trial.receiver.attempt(unknown), "no receiver knows it")
    _good(trial)


def _extra_keys(trial: Run) -> None:
    data = trial.subject.announcer.declared.data
    for webhook in trial.story():
        payload: Mapping[str, Any] = webhook.payload
        trial.deliver(
            webhook.with_payload({**payload, data: {**payload[data], **_EXTRA}, **_EXTRA}, "extra"), "more keys"
        )


def _burst(trial: Run) -> None:
    stories = [trial.story() for _ in range(BURST)]
    for webhook in (each for story in stories for each in story[:-1]):
        trial.deliver(webhook)
    last = [story[-1] for story in stories]
    replies = trial.receiver.together(last)
    missed = [(webhook, reply) for webhook, reply in zip(last, replies, strict=True) if not reply.taken]
    trial.delivered += len(last)
    if missed:
        trial.wrong.append(
            f"{len(missed)} of {BURST} webhooks at the same time were not taken, the first: {missed[0][1]}"
        )
    for webhook, _ in missed:
        trial.deliver(webhook, "again, after the burst")


def _forged(trial: Run) -> None:
    receiver, now = trial.receiver, real_time.now()
    forgeries: Mapping[str, Callable[[Webhook, Webhook], dict[str, str]]] = {
        "no signature": lambda _webhook, _other: {},
        "the signature of another body": lambda webhook, other: receiver.signature(webhook, now, signed=other),
        "a signature an hour old": lambda webhook, _other: receiver.signature(webhook, now - _STALE),
    }
    for how, headers in forgeries.items():
        *parents, webhook = trial.subject.announcer.story()
        trial.forbidden.append(webhook)
        reply = receiver.attempt(webhook, headers(webhook, parents[0] if parents else webhook))
        trial.delivered += 1
        if reply.taken:
            trial.wrong.append(f"{webhook} with {how} is answered: {reply}")
    _good(trial)


PROPERTIES = {
    each.id: each
    for each in (
        Property("webhooks.good", "a webhook is answered 2xx in time, and its record held once", _good),
        Property(
            "webhooks.duplicate", "a webhook that comes twice, one after the other or at once, counts once", _duplicate
        ),
        Property("webhooks.late", "a webhook that is a day old is held", _late),
        Property("webhooks.out-of-order", "a record may be announced before the one that it belongs to", _out_of_order),
        Property("webhooks.retried", "a webhook that comes again after a lost answer counts once", _retried),
        Property(
            "webhooks.unknown-event",
            "an event that it does not know is answered 2xx, and nothing of it held",
            _unknown_event,
        ),
        Property("webhooks.extra-keys", "keys that it does not know change nothing", _extra_keys),
        Property("webhooks.burst", f"{BURST} webhooks at the same time are answered in time", _burst),
        Property(
            "webhooks.forged", "a webhook whose signature is missing, wrong or old is refused", _forged, signed=True
        ),
    )
}
"""By id, in the order of the tests."""
