"""Checks of seeded documents against the contract, before any is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.schema_errors import MOST, sentences, unknown
from mockservers.core.contract.validation import Shape, Violation
from mockservers.core.deciding.document_keys import DocumentsOf, unknown_keys
from mockservers.core.deciding.vendor import Collection
from mockservers.core.deciding.view import View
from mockservers.core.errors import InvalidDocuments, RequestError, UsageError
from mockservers.core.values.equality import equal
from mockservers.core.values.json_text import pointer


def check_seeds(collections: Mapping[str, Collection], state: Any, contract: Contract, held: DocumentsOf) -> None:
    """Raise UsageError for the first document that is invalid in its collection. The store checks the rest.

    InvalidDocuments lists all invalid keys, or else all invalid values, with their places in the state. `held` returns
    the documents of a collection that the state does not have.
    """
    if isinstance(state, Mapping):
        _check_keys(collections, state, contract, lambda name: state[name] if name in state else held(name))
        _check_values(collections, state, contract)
    for name, documents in state.items() if isinstance(state, Mapping) else ():
        problem = collections[name].problem if name in collections else None
        if problem is None or not isinstance(documents, list):
            continue
        for index, document in enumerate(documents):
            problem_text = problem(document, contract) if isinstance(document, dict) else ""
            if problem_text:
                raise UsageError(f"Document {index} of {name!r} cannot be held: {problem_text}")


def _check_keys(
    collections: Mapping[str, Collection], state: Mapping[str, Any], contract: Contract, held: DocumentsOf
) -> None:
    errors: list[RequestError] = []
    for name, documents in state.items():
        keys = collections[name].keys if name in collections else None
        if keys is not None and isinstance(documents, list):
            for at, known in unknown_keys(Shape(items=keys(contract, held)), documents, (name,)):
                errors.append(RequestError(*unknown("key", str(at[-1]), known), pointer(*at)))
                if len(errors) == MOST:
                    raise InvalidDocuments(errors)
    if errors:
        raise InvalidDocuments(errors)


def _check_values(collections: Mapping[str, Collection], state: Mapping[str, Any], contract: Contract) -> None:
    """Check the values of documents, key by key. Null is allowed for a key without a value."""
    errors: list[RequestError] = []
    for name, documents in state.items():
        schemas = collections[name].schemas if name in collections else ()
        for index, document in enumerate(documents if isinstance(documents, list) and schemas else ()):
            for violation in _violations(document, contract, schemas) if isinstance(document, dict) else ():
                schema = contract.resolve(violation.ground.rpartition("/")[0])
                for at, detail, fix in sentences(violation, schema):
                    errors.append(RequestError(detail, fix, pointer(name, index, *at)))
            if len(errors) >= MOST:
                raise InvalidDocuments(errors[:MOST])
    if errors:
        raise InvalidDocuments(errors)


def _violations(document: dict[str, Any], contract: Contract, schemas: Sequence[str]) -> list[Violation]:
    """Return the violations of each key by the schema that accepts it best, among the schemas that know the key."""
    by_key: dict[str | int, list[list[Violation]]] = {}
    for schema in schemas:
        validator = contract.validator(schema)
        if validator.valid(document):
            return []
        violations = [each for each in validator.violations(document) if _is_of_a_value(each, document)]
        for key in {*validator.shape.properties, *(each.at[0] for each in violations)}:
            by_key.setdefault(key, []).append([each for each in violations if each.at[0] == key])
    return [each for key in document for each in min(by_key.get(key, [[]]), key=len)]


def _is_of_a_value(violation: Violation, document: Mapping[str, Any]) -> bool:
    """Whether a violation concerns the value of a key, rather than a missing key, a null, or a key of the vendor's."""
    if violation.keyword == "additionalProperties" and len(violation.at) == 1:
        return False  # the keys are checked before the values
    return bool(violation.at) and document.get(str(violation.at[0])) is not None


def names_derived(collections: Mapping[str, Collection], state: Any) -> bool:
    """Whether the state has documents for a derived collection."""
    return isinstance(state, Mapping) and any(name in collections and collections[name].derived for name in state)


def check_derived(collections: Mapping[str, Collection], state: Mapping[str, Any], view: View) -> None:
    """Raise UsageError if a derived collection differs from the documents that were seeded into it.

    An empty list is allowed for a derived collection that is also stored: it shows its defaults then.
    """
    for name, documents in state.items():
        derived, stored = collections[name].derived, collections[name].stored
        if derived is not None and not (stored and documents == []) and not equal(derived(view), documents):
            raise UsageError(
                f"The documents of {name!r} cannot be held: the collection is derived, and would show others. "
                f"Fix: leave {name} out, or give it as the state shows it."
            )
