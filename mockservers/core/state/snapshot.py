"""The content of a store at one moment."""

from __future__ import annotations

from collections.abc import Mapping

from mockservers.core.exchange.decision import Receive
from mockservers.core.state.spooled_lines import Lines
from mockservers.core.value import Value

Keys = str | dict[str, None]
"""The keys under one index value: a single key, in most cases, or several."""


class StoreSnapshot(Value):
    """Documents as bytes by collection and key, their indexes, serial numbers, lines, and waiting uploads."""

    documents: Mapping[str, dict[str, bytes]]
    indexes: Mapping[tuple[str, str], dict[str, Keys]]
    serials: Mapping[str, int]
    lines: Mapping[str, Lines]
    received: Mapping[str, Receive]

    def copy(self) -> StoreSnapshot:
        """Return a copy. Documents, lines and uploads are immutable, so only their containers are copied."""
        return StoreSnapshot(
            {name: dict(documents) for name, documents in self.documents.items()},
            {
                name: {value: keys if isinstance(keys, str) else dict(keys) for value, keys in index.items()}
                for name, index in self.indexes.items()
            },
            dict(self.serials),
            dict(self.lines),
            dict(self.received),
        )
