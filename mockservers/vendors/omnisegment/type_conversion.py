"""Values of a wrong JSON type: refused, or converted if that is the reading."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from mockservers.core.contract.validation import Validator, Violation
from mockservers.core.contract.violation_words import type_of
from mockservers.core.values.formats import is_decimal
from mockservers.core.values.json_text import dumps
from mockservers.core.values.numbers import is_number
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.values import amount, exact

_LONGEST_NUMBER = 100
NOTHING = object()
"""A value that is not stored."""


def as_type(violation: Violation) -> Any:
    """Convert a value of a wrong JSON type: a number to text, or a numeric text to a number.

    NOTHING if that is impossible: true, lists and objects have no such form.
    """
    types = [violation.expected] if isinstance(violation.expected, str) else violation.expected
    if violation.keyword != "type":
        return NOTHING
    if is_number(violation.value) and "string" in types:
        return dumps(violation.value).decode()
    text = violation.value
    if not isinstance(text, str) or len(text) > _LONGEST_NUMBER or not is_decimal(text):
        return NOTHING
    value = amount(exact(text))
    return value if "number" in types or ("integer" in types and isinstance(value, int)) else NOTHING


def convert_value(item: Item, reading: str, violation: Violation, *under: str | int, **more: Any) -> Any:
    """Convert a value of a wrong type if the rule's reading says so; otherwise return NOTHING. `more` fills `why`.

    A value whose own rule has a reading is left to that reading.
    """
    value, rule_id = as_type(violation), item.draft.contract.ground_rule(violation)
    own = item.draft.contract.rule(rule_id).reading if rule_id not in ("", reading) else None
    if value is NOTHING or own is not None or item.draft.reading(reading) == "refuse":
        return NOTHING
    name = ".".join(str(token) for token in (*under, *violation.at))
    problem = f"{name} is {type_of(violation.value)}, and is kept as {type_of(value)}"
    values = {"field": name, "given": violation.value, "problem": problem, **more}
    item.note_if_stored("coerced", rule_id, *under, *violation.at, **values)
    return value


def convert_types(item: Item, reading: str, validator: Validator, document: Any) -> Any:
    """Return a document with its values of a wrong type converted, if the rule's reading says so."""
    converted = document
    for violation in [] if validator.valid(document) else validator.violations(document):
        value = convert_value(item, reading, violation)
        if value is not NOTHING:
            converted = deepcopy(document) if converted is document else converted
            put_at(converted, violation.at, value)
    return converted


def put_at(document: Any, at: Sequence[str | int], value: Any) -> None:
    """Put a value at a place of a document, in place."""
    for token in at[:-1]:
        document = document[token]
    document[at[-1]] = value
