"""The run of one property: the webhooks that it delivered, and the defects that it found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mockservers.core.errors import UsageError
from mockservers.testing.conformance.receivers.announced import Announcer, Webhook
from mockservers.testing.conformance.receivers.delivering import Receiver, Reply
from mockservers.testing.conformance.receivers.fields import Listed
from mockservers.testing.conformance.receivers.holdings import Holdings, Records

_SHOWN = 3


@dataclass(slots=True)
class Subject:
    """A receiver under test. `kinds` are the kinds of records that it holds; None until that is known."""

    announcer: Announcer
    receiver: Receiver
    holdings: Holdings | None
    kinds: frozenset[str] | None = None
    listed: Listed = field(default_factory=Listed)

    def learn_kinds(self, webhooks: Sequence[Webhook]) -> None:
        """Find with simple webhooks which kinds and fields the receiver lists. UsageError if it lists none."""
        if self.holdings is None:
            return
        held = self.holdings.settled(lambda held: all(each.key in held for each in webhooks))
        self.kinds = frozenset(each.kind for each in webhooks if each.key in held)
        self.listed.learn(webhooks, held)
        if not self.kinds:
            listed = ", ".join(f"{each.field} {each.key}" for each in webhooks)
            raise UsageError(
                f"--read-back lists none of the records of the first webhooks: {listed}. Fix: print the records that "
                "the receiver took, each with that field, or the values alone."
            )


@dataclass(slots=True)
class Run:
    """The run of one property: the webhooks that must be held, those that must not, and the defects."""

    subject: Subject
    owed: list[Webhook] = field(default_factory=list)
    forbidden: list[Webhook] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    delivered: int = 0

    @property
    def receiver(self) -> Receiver:
        """The user's receiver."""
        return self.subject.receiver

    def story(self) -> list[Webhook]:
        """Webhooks of new records, which the receiver must hold from now on."""
        made = self.subject.announcer.story()
        self.owed += made
        return made

    def deliver(self, webhook: Webhook, how: str = "") -> Reply:
        """Deliver a webhook as the vendor does. A reply that is not 2xx is wrong; `how` says how it was delivered."""
        return self.seen(webhook, self.receiver.deliver(webhook), how)

    def seen(self, webhook: Webhook, reply: Reply, how: str = "") -> Reply:
        """Record a reply, which is a defect unless it is 2xx."""
        self.delivered += 1
        if not reply.taken:
            self.wrong.append(f"{webhook}{how and f' ({how})'} is answered: {reply}")
        return reply

    def judge(self) -> list[str]:
        """The defects of the replies and of what the receiver holds."""
        holdings = self.subject.holdings
        if holdings is None:
            return self.wrong
        owed = [each for each in self.owed if self.subject.kinds is None or each.kind in self.subject.kinds]
        held = holdings.settled(lambda held: not any(self._compared(owed, held)))
        return [*self.wrong, *self._compared(owed, held)]

    def _compared(self, owed: Sequence[Webhook], held: Records) -> Iterable[str]:
        self.subject.listed.learn(owed, held)
        yield from _counted(owed, self.forbidden, held)
        yield from _some("held otherwise than announced", self.subject.listed.differences(owed, held))


def _counted(owed: Sequence[Webhook], forbidden: Sequence[Webhook], held: Records) -> Iterable[str]:
    times = {each.key: len(held.get(each.key, ())) for each in (*owed, *forbidden)}
    yield from _some("lost", [f"{each.field} {each.key}" for each in owed if not times[each.key]])
    twice = [f"{each.field} {each.key} ({times[each.key]} times)" for each in owed if times[each.key] > 1]
    yield from _some("held more than once", twice)
    yield from _some("held, and must not be", [f"{each.field} {each.key}" for each in forbidden if times[each.key]])


def _some(word: str, keys: Sequence[str]) -> Iterable[str]:
    """The first keys of a kind of defect in one line, if there are any."""
    if keys:
        more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
        yield f"{word}: {', '.join(keys[:_SHOWN])}{more}"
