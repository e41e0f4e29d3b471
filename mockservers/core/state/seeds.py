"""Documents that a user seeds, checked by what the contract says of them before anything is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.schema_errors import MOST, unknown
from mockservers.core.contract.validation import Shape
from mockservers.core.deciding.document_keys import DocumentsOf, unknown_keys
from mockservers.core.deciding.vendor import Collection
from mockservers.core.deciding.view import View
from mockservers.core.errors import RequestError, UnknownKeys, UsageError
from mockservers.core.values.equality import equal
from mockservers.core.values.json_text import pointer


def check_seeds(collections: Mapping[str, Collection], state: Any, contract: Contract, held: DocumentsOf) -> None:
    """Raise UsageError for the first document that its collection cannot hold; the store finds other mistakes.

    UnknownKeys names all keys that no document of a collection has, by their places in the state. `held` gives the
    documents of the collections that the state does not name.
    """
    if isinstance(state, Mapping):
        _check_keys(collections, state, contract, lambda name: state[name] if name in state else held(name))
    for name, documents in state.items() if isinstance(state, Mapping) else ():
        problem = collections[name].problem if name in collections else None
        if problem is None or not isinstance(documents, list):
            continue
        for index, document in enumerate(documents):
            found = problem(document, contract) if isinstance(document, dict) else ""
            if found:
                raise UsageError(f"Document {index} of {name!r} cannot be held: {found}")


def _check_keys(
    collections: Mapping[str, Collection], state: Mapping[str, Any], contract: Contract, held: DocumentsOf
) -> None:
    found: list[RequestError] = []
    for name, documents in state.items():
        keys = collections[name].keys if name in collections else None
        if keys is not None and isinstance(documents, list):
            for at, known in unknown_keys(Shape(items=keys(contract, held)), documents, (name,)):
                found.append(RequestError(*unknown("key", str(at[-1]), known), pointer(*at)))
                if len(found) == MOST:
                    raise UnknownKeys(found)
    if found:
        raise UnknownKeys(found)


def names_derived(collections: Mapping[str, Collection], state: Any) -> bool:
    """Whether documents are given for a collection that is derived."""
    return isinstance(state, Mapping) and any(name in collections and collections[name].derived for name in state)


def check_derived(collections: Mapping[str, Collection], state: Mapping[str, Any], view: View) -> None:
    """Raise UsageError where a derived collection shows other documents than those that were put into it.

    One that is stored besides shows its defaults where it is emptied.
    """
    for name, documents in state.items():
        derived, stored = collections[name].derived, collections[name].stored
        if derived is not None and not (stored and documents == []) and not equal(derived(view), documents):
            raise UsageError(
                f"The documents of {name!r} cannot be held: the collection is derived, and would show others. "
                f"Fix: leave {name} out, or give it as the state shows it."
            )
