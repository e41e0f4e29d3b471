"""The declaration of a vendor's webhooks in its part of the kit: which calls send webhooks of which records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Announcement:
    """A call that makes the vendor send a webhook of a record: the kind of the record, and its key field."""

    kind: str
    key: str
    operation: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of a vendor.

    `story` returns the calls for the records of one name; a record that others refer to is first. A payload has
    its event's name under `event` and the record under `data`. `signed` says where the vendor's page documents a
    signature; without it, a receiver need not check one.
    """

    story: Callable[[str], Sequence[Announcement]]
    event: str = "event"
    data: str = "data"
    signed: str = ""
