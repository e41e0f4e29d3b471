"""Documents that a user seeds, checked by what the contract says of them before anything is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract import Contract
from mockservers.core.errors import UsageError
from mockservers.core.vendor import Collection


def check_seeds(collections: Mapping[str, Collection], state: Any, contract: Contract) -> None:
    """Raise UsageError for the first document that its collection cannot hold; the store finds other mistakes."""
    for name, documents in state.items() if isinstance(state, Mapping) else ():
        problem = collections[name].problem if name in collections else None
        if problem is None or not isinstance(documents, list):
            continue
        for index, document in enumerate(documents):
            found = problem(document, contract) if isinstance(document, dict) else ""
            if found:
                raise UsageError(f"Document {index} of {name!r} cannot be held: {found}")
