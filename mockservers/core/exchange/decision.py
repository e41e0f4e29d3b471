"""What a vendor decides: a reply, effects, an outcome for each item that was sent, and notes.

A Decision is a value. Nothing in it has happened yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from mockservers.core.exchange.call import Job
from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spooled_lines import Lines
from mockservers.core.value_class import value_class

OutcomeKind = Literal["kept", "updated", "skipped", "refused", "dropped", "overwritten", "pending"]
NoteKind = Literal["ignored", "dropped", "truncated", "coerced", "overwritten", "noted", "at-risk"]

BODILESS = (204, 304)
"""Statuses of replies that never have a body (RFC 9110, 6.4.1)."""

FURTHER_KEYS = "(further keys)"
"""The key of a note that counts ignored keys beyond those that are named one by one. Its places are those of all."""

FURTHER_PROBLEMS = "(further problems)"
"""What a sentence has in place of a problem beyond those that are named one by one."""

KEYS_NAMED = 1_000
"""Ignored keys that are named one by one: of a decision, and of a file."""


@value_class
class Reply:
    """A response, true to the vendor. Header names as the vendor writes them; `body` in bytes.

    `rule` is the one by which it refuses; empty where it does not.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    rule: str = field(default="", compare=False)


@value_class
class Put:
    """Hold this document under this key."""

    collection: str
    key: str
    document: Mapping[str, Any]


@value_class
class Delete:
    """Hold nothing under this key any more."""

    collection: str
    key: str


@value_class
class Serial:
    """The last number given out for a collection."""

    collection: str
    last: int


@value_class
class Receive:
    """Keep the lines of a digested upload at hand under a name, not yet in the collection that they are meant for."""

    upload: str
    digest: Digest
    collection: str


@value_class
class Ingest:
    """Move chosen lines of a received upload into a spooled collection.

    `taken` are the positions of the lines that go in, in the digest's order. `replace` empties the collection first;
    `drop` are the identities (`Digest.ids`) that leave it first, `drop_label` the label of others that do;
    `label` is that of the lines that go in.
    """

    collection: str
    upload: str
    taken: Sequence[int]
    replace: bool = False
    drop: frozenset[int] = frozenset()
    label: str = ""
    drop_label: str | None = None

    def into(self, lines: Lines, digest: Digest) -> Lines:
        """The lines of the collection once the chosen ones of the digest are in it."""
        kept = Lines() if self.replace else lines
        if self.drop_label is not None:
            kept = kept.without_label(self.drop_label)
        kept = kept.without(self.drop) if self.drop else kept
        return kept.with_taken(digest, self.taken, upload=self.upload, label=self.label)


@value_class
class Forget:
    """Let go of a received upload's lines; nothing will read them again."""

    upload: str


@value_class
class Schedule:
    """Do this job when the tenant's clock gets there."""

    job: Job


@value_class
class Emit:
    """Send this webhook after the reply."""

    event: str
    payload: Mapping[str, Any]


Effect = Put | Delete | Serial | Receive | Ingest | Forget | Schedule | Emit


@value_class
class Statement:
    """What a vendor says of an item, a key, a value or the request: an `Outcome` or a `Note`.

    `item` is the item's index in its own call; `items` are the indexes where `count` speaks of several, empty where
    they are not known. `at` are the first places, as JSON pointers or `line 3`. `of` is the exchange whose items these
    are, 0 for the call being decided. `differs` says, for skipped and overwritten, whether the content is not in what
    is held. A loss that is `provisional` may be taken back by a later decision (`Decision.mended`). `key` splits
    findings of one rule, and so does a value named `problem`. `values` fill the rule's `why`.
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


@value_class
class Outcome(Statement):
    """What became of an item, or of `count` items with one outcome. `was` is the outcome that this one replaces."""

    kind: OutcomeKind
    was: OutcomeKind | None = None


@value_class
class Note(Statement):
    """Something to know about a key, a value or the request."""

    kind: NoteKind


@value_class
class Mended:
    """All provisional losses of an exchange under a rule are taken back: what they spoke of is held after all."""

    of: int
    rule: str


@value_class
class Decision:
    """The whole of what a vendor decides on one call or job. A job's `reply` is None.

    `mended` comes before `outcomes` and `notes`: they state anew what is still lost.
    """

    reply: Reply | None
    effects: tuple[Effect, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    notes: tuple[Note, ...] = ()
    mended: tuple[Mended, ...] = ()
