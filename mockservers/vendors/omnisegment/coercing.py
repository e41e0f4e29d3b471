"""Values of a wrong JSON type: refused, or converted where that is the reading."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from mockservers.core.contract.validation import Validator, Violation
from mockservers.core.values.formats import is_decimal
from mockservers.core.values.json_text import dumps
from mockservers.core.values.numbers import is_number
from mockservers.vendors.omnisegment.holding import amount, exact
from mockservers.vendors.omnisegment.item import Item

_LONGEST_NUMBER = 100
NOTHING = object()
"""A value that is not held."""


def as_type(found: Violation) -> Any:
    """A value of a wrong JSON type as the type that is asked for: a number as text, text as the number that it states.

    NOTHING where it is none: true, lists and objects have no such form.
    """
    wanted = [found.expected] if isinstance(found.expected, str) else found.expected
    if found.keyword != "type":
        return NOTHING
    if is_number(found.value) and "string" in wanted:
        return dumps(found.value).decode()
    if not isinstance(found.value, str) or len(found.value) > _LONGEST_NUMBER or not is_decimal(found.value):
        return NOTHING
    value = amount(exact(found.value))
    return value if "number" in wanted or ("integer" in wanted and isinstance(value, int)) else NOTHING


def coerced(item: Item, reading: str, found: Violation, *under: str | int) -> Any:
    """What is held of a value of a wrong type, where the rule's reading has it converted; NOTHING otherwise."""
    value = as_type(found)
    if value is NOTHING or item.draft.reading(reading) == "refuse":
        return NOTHING
    rule_id = item.draft.contract.ground_rule(found)
    name = ".".join(str(token) for token in (*under, *found.at))
    problem = f"{name} is {type(found.value).__name__} and is held as {type(value).__name__}"
    values = {"field": name, "given": found.value, "problem": problem, "type": type(value).__name__}
    item.note_if_held("coerced", rule_id, *under, *found.at, **values)
    return value


def coerce(item: Item, reading: str, validator: Validator, document: Any) -> Any:
    """The document, its values of a wrong type converted where the rule's reading says so."""
    changed = document
    for found in [] if validator.valid(document) else validator.violations(document):
        value = coerced(item, reading, found)
        if value is not NOTHING:
            changed = deepcopy(document) if changed is document else changed
            put_at(changed, found.at, value)
    return changed


def put_at(document: Any, at: Sequence[str | int], value: Any) -> None:
    """Put a value at a place of a document, which is changed."""
    for token in at[:-1]:
        document = document[token]
    document[at[-1]] = value
