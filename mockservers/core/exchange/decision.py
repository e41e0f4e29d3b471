"""A vendor's decision: a reply, effects, an outcome for each item that was sent, and notes.

A Decision is a value: the tenant applies its effects later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mockservers.core.exchange.call import Job
from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spooled_lines import Lines
from mockservers.core.value import Value, field

OutcomeKind = Literal["kept", "updated", "skipped", "refused", "dropped", "overwritten", "pending"]
NoteKind = Literal["ignored", "dropped", "truncated", "coerced", "overwritten", "noted", "at-risk"]

BODILESS = (204, 304)
"""Statuses of replies that never have a body (RFC 9110, 6.4.1)."""

FURTHER_KEYS = "(further keys)"
"""The key of a note that counts ignored keys without their own note. Its places are those of all of them."""

FURTHER_PROBLEMS = "(further problems)"
"""Replaces a problem in a sentence when too many problems have been named."""

KEYS_NAMED = 1_000
"""The most ignored keys of one decision or file that get a note each."""


class Reply(Value):
    """A response of the vendor. Header names are in the vendor's letter case; `body` is bytes.

    `rule` is the rule by which the vendor refuses; empty if it does not. The client does not see it, so replies are
    equal without regard to it.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    rule: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reply) and self._seen == other._seen

    def __hash__(self) -> int:
        return hash(self._seen)

    @property
    def _seen(self) -> tuple[object, ...]:
        return self.status, self.headers, self.body


class Put(Value):
    """Store this document under this key."""

    collection: str
    key: str
    document: Mapping[str, Any]


class Delete(Value):
    """Delete the document under this key."""

    collection: str
    key: str


class Serial(Value):
    """Set the last serial number of a collection."""

    collection: str
    last: int


class Receive(Value):
    """Keep the lines of a digested upload under a name, before they go into their collection."""

    upload: str
    digest: Digest
    collection: str


class Ingest(Value):
    """Copy chosen lines of a received upload into a spooled collection.

    `taken` are the positions of the chosen lines, in the digest's order. First, `replace` removes all lines of the
    collection, `drop` those with these identities (`Digest.ids`), and `drop_label` those with this label. `label` is
    the label of the new lines.
    """

    collection: str
    upload: str
    taken: Sequence[int]
    replace: bool = False
    drop: frozenset[int] = frozenset()
    label: str = ""
    drop_label: str | None = None

    def into(self, lines: Lines, digest: Digest) -> Lines:
        """Return the lines of the collection together with the chosen lines of the digest."""
        kept = Lines() if self.replace else lines
        if self.drop_label is not None:
            kept = kept.without_label(self.drop_label)
        kept = kept.without(self.drop) if self.drop else kept
        return kept.with_taken(digest, self.taken, upload=self.upload, label=self.label)


class Forget(Value):
    """Discard a received upload's lines."""

    upload: str


class Schedule(Value):
    """Run this job when the tenant's clock reaches its due time."""

    job: Job


class Emit(Value):
    """Send this webhook after the reply."""

    event: str
    payload: Mapping[str, Any]


Effect = Put | Delete | Serial | Receive | Ingest | Forget | Schedule | Emit


class Statement(Value):
    """A statement of the vendor on an item, a key, a value or the request: an `Outcome` or a `Note`.

    `item` is the item's index in its call. If `count` is more than 1, `items` are the indexes, empty if unknown. `at`
    are the first places, as JSON pointers or `line 3`. `of` is the exchange of the items, 0 for the call being decided.
    `differs` says whether a skipped or overwritten item has content that the vendor does not hold. A later decision may
    withdraw a `provisional` loss (`Decision.mended`). Statements with different `key`s, or different values of
    `problem`, are separate findings. `values` fill the rule's `why`.
    """

    kind: str
    rule: str = ""
    item: int | None = None
    at: tuple[str, ...] = ()
    count: int = 1
    of: int = 0
    differs: bool = True
    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    items: Sequence[int] = ()
    provisional: bool = False


class Outcome(Statement):
    """The outcome of an item, or of `count` items with one outcome. `was` is the outcome that this one replaces."""

    kind: OutcomeKind
    was: OutcomeKind | None = None


class Note(Statement):
    """A note on a key, a value or the request."""

    kind: NoteKind


class Mended(Value):
    """Withdraws all provisional losses of an exchange under a rule: the vendor holds their content after all."""

    of: int
    rule: str


class Decision(Value):
    """A vendor's whole decision on one call or job. A job's `reply` is None.

    `mended` applies before `outcomes` and `notes`, which state again the losses that remain.
    """

    reply: Reply | None
    effects: tuple[Effect, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    notes: tuple[Note, ...] = ()
    mended: tuple[Mended, ...] = ()
