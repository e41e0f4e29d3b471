"""What a vendor's part of the kit says about its webhooks: which calls announce which records, and where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Announcement:
    """A call that makes the vendor announce a record of a kind, and the field of it that says which one it is."""

    kind: str
    key: str
    operation: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of a vendor.

    `story` gives the calls that announce the records of one name: those that others refer to come first. A payload has
    its event's name under `event` and the record under `data`. `signed` says where the vendor's page documents a
    signature; without it a receiver cannot be expected to check one.
    """

    story: Callable[[str], Sequence[Announcement]]
    event: str = "event"
    data: str = "data"
    signed: str = ""
