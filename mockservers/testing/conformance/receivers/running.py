"""All properties of a receiver, as a report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.values import real_time
from mockservers.testing.conformance.receivers.announced import Announcer
from mockservers.testing.conformance.receivers.declared import Announcement, Webhooks
from mockservers.testing.conformance.receivers.delivering import DELIVERY, Receiver, Sign
from mockservers.testing.conformance.receivers.holdings import Holdings
from mockservers.testing.conformance.receivers.properties import PROPERTIES, Property
from mockservers.testing.conformance.receivers.trial import Run, Subject
from mockservers.testing.conformance.vendors import suite, suite_names
from mockservers.testing.server import MockServer, RemoteServer

SETTLE = 5.0
"""Real seconds in which a receiver must store a webhook that it has answered 2xx."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a property. It holds if `wrong` is empty."""

    id: str
    wrong: tuple[str, ...]
    webhooks: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "property": self.id,
            "holds": self.holds,
            "webhooks": self.webhooks,
            "seconds": round(self.seconds, 3),
            "wrong": list(self.wrong),
        }


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """The results of a receiver. `notes` say how it was judged, and with which schedule."""

    vendor: str
    results: tuple[Checked, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        holds = all(result.holds for result in self.results)
        results = [result.to_dict() for result in self.results]
        return {"vendor": self.vendor, "holds": holds, "results": results, "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class Asked:
    """What to test: a vendor's webhooks at a URL, judged by a command or only by replies, some properties or all."""

    vendor: str
    url: str
    read_back: str | None = None
    only: Collection[str] = ()
    time_limit: float = 30.0
    sign: Sign | None = None


def receivers_of() -> list[str]:
    """The vendors whose part of the kit declares webhooks."""
    return [name for name in suite_names() if suite(name).webhooks is not None]


def run_receiver(asked: Asked, server: MockServer | RemoteServer, watch: Callable[[Checked], None]) -> ReceiverReport:
    """Test a receiver. UsageError if it does not answer, or accepts no simple webhook."""
    declared = suite(asked.vendor).webhooks
    if declared is None:
        known = ", ".join(f"{name}-webhooks" for name in receivers_of())
        raise UsageError(f"The kit declares no webhooks of {asked.vendor}. Available: {known}.")
    properties = _chosen(asked, declared)
    announcer = Announcer(server, asked.vendor, declared)
    receiver = Receiver(asked.url, server.contracts[asked.vendor], asked.sign)
    subject = Subject(announcer, receiver, _holdings(asked, announcer))
    _smoke(subject)
    results = []
    for each in properties:
        checked = _tried(each, subject)
        watch(checked)
        results.append(checked)
    return ReceiverReport(asked.vendor, tuple(results), tuple(_notes(subject, declared, server)))


def _chosen(asked: Asked, declared: Webhooks) -> list[Property]:
    only = [name if name in PROPERTIES else f"webhooks.{name}" for name in asked.only]
    for name in only:
        if name not in PROPERTIES:
            raise UnknownName("property", name.removeprefix("webhooks."), PROPERTIES)
    if asked.sign is None and (declared.signed or "webhooks.forged" in only):
        raise UsageError("webhooks.forged needs a secret. Fix: give --webhook-secret, as the receiver has it.")
    wanted = [each for each in PROPERTIES.values() if not only or each.id in only]
    return [each for each in wanted if asked.sign is not None or not each.signed]


def _holdings(asked: Asked, announcer: Announcer) -> Holdings | None:
    if asked.read_back is None:
        return None
    fields = [each.key for each in reversed(announcer.declared.story("any"))]
    return Holdings(asked.read_back, fields, asked.time_limit, SETTLE)


def _smoke(subject: Subject) -> None:
    webhooks = subject.announcer.story()
    replies = [subject.receiver.attempt(webhook) for webhook in webhooks]
    if not any(reply.taken for reply in replies):
        raise UsageError(
            f"The receiver at {subject.receiver.url} takes no webhook: {webhooks[0]} is answered: {replies[0]}. "
            "Fix: start it, and give the URL that takes the vendor's webhooks."
        )
    subject.learn_kinds(webhooks)


def _tried(each: Property, subject: Subject) -> Checked:
    began, trial = real_time.monotonic(), Run(subject)
    each.tries(trial)
    wrong = tuple(trial.judge())
    return Checked(each.id, wrong, trial.delivered, real_time.monotonic() - began)


def _notes(subject: Subject, declared: Webhooks, server: MockServer | RemoteServer) -> Sequence[str]:
    rule = server.contracts[subject.announcer.vendor].rule(DELIVERY)
    waits = ", ".join(f"{wait:g}" for wait in subject.receiver.waits)
    schedule = f"time-out {subject.receiver.time_out:g} s, again after {waits} s ({DELIVERY}, {rule.provenance})"
    if subject.kinds is None:
        judged = "by replies alone: what is held was not looked at. Give --read-back to see records lost or doubled"
    else:
        kinds = [each.kind for each in declared.story("any")]
        absent = [kind for kind in kinds if kind not in subject.kinds]
        compared = [_compared(each, subject) for each in declared.story("any") if each.kind in subject.kinds]
        judged = f"by what --read-back lists: {'; '.join(compared)}"
        judged += f"; {', '.join(absent)} it does not list" if absent else ""
    return [f"Judged {judged}.", f"Deliveries: {schedule}."]


def _compared(announcement: Announcement, subject: Subject) -> str:
    names = subject.listed.names.get(announcement.kind, ())
    fields = [name for name in announcement.body if name in names]
    return f"{announcement.kind} by {', '.join(fields or [announcement.key])}"
