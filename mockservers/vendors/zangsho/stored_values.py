"""Values as Zangsho stores them: amounts with two decimal places, instants in UTC; or why one is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.decision import NoteKind
from mockservers.core.value import Struct
from mockservers.core.values.formats import decimal
from mockservers.core.values.instants import instant
from mockservers.core.values.rfc3339 import is_date_time
from mockservers.core.values.surrogates import has_surrogate
from mockservers.core.values.zones import ahead
from mockservers.vendors.zangsho.problems import Problem, invalid, wrong_type
from mockservers.vendors.zangsho.values import INSTANT, UTC, FieldFormats

PLAIN_UTC = "[0-9-]{10}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
"""A pattern of instants that are stored as they are sent, if they are valid."""

_PLAIN_UTC = re.compile(PLAIN_UTC)


class StoredValues(Struct):
    """The fields of an item as they are stored.

    `notes` (kind, rule, field, values of the rule's sentence) are filed once the item is stored.
    """

    fields: dict[str, Any]
    notes: tuple[tuple[NoteKind, str, str, dict[str, Any]], ...] = ()


def stored_values(draft: Draft, formats: FieldFormats, stated: Mapping[str, Any]) -> StoredValues | Problem:
    """Return the stated fields as they are stored; or the first value that is refused."""
    half_character = _half_character(draft, stated)
    if half_character is not None:
        return half_character
    values = StoredValues(dict(stated))
    for name, value in stated.items():
        if name in formats.amounts:
            stored = _amount(draft, values, name, value)
        elif name in formats.instants:
            stored = _instant(draft, values, name, value)
        else:
            continue
        if isinstance(stored, Problem):
            return stored
        values.fields[name] = stored
    return values


def _half_character(draft: Draft, stated: Mapping[str, Any]) -> Problem | None:
    """Return the first field with a lone surrogate, if a reading refuses such a text."""
    for name, value in stated.items():
        if value.__class__ is str and value.isascii():
            continue  # most values, without the cost of a call
        if has_surrogate(value) and draft.reading("zangsho.item.half-character") == "refuse":
            return invalid(draft.contract, "zangsho.item.half-character", name)
    return None


def _amount(draft: Draft, values: StoredValues, name: str, value: str | float) -> str | Problem:
    """Return an amount as a decimal text, with at least as many decimal places as the samples."""
    places: int = draft.value("zangsho.amount.places", "places")
    if isinstance(value, str) and value[-places - 1 : -places] == "." and value[0] != "-":
        return value
    exact = decimal(value)
    if exact is None:
        return wrong_type(draft.contract, name, value, "a decimal")
    if not isinstance(value, str) and draft.reading("zangsho.amount.number") == "refuse":
        return invalid(draft.contract, "zangsho.amount.number", name, kept="nothing")
    if (
        exact < 0
        and name in draft.value("zangsho.amount.negative", "fields")
        and draft.reading("zangsho.amount.negative") == "refuse"
    ):
        return invalid(draft.contract, "zangsho.amount.negative", name)
    amount = _with_places(draft, values, name, exact, places)
    if not isinstance(value, str) and not isinstance(amount, Problem):
        values.notes += (("coerced", "zangsho.amount.number", name, {"kept": amount}),)
    return amount


def _with_places(draft: Draft, values: StoredValues, name: str, exact: Decimal, places: int) -> str | Problem:
    whole, _, fraction = format(exact, "f").partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > places:
        choice = draft.reading("zangsho.amount.places")
        if choice == "refuse":
            return invalid(draft.contract, "zangsho.amount.places", name, kept="nothing")
        if choice == "round":
            context = Context(prec=len(whole) + len(fraction) + 1, rounding=ROUND_HALF_UP)
            rounded = format(exact.quantize(Decimal(1).scaleb(-places), context=context), "f")
            values.notes += (("truncated", "zangsho.amount.places", name, {"kept": rounded}),)
            return rounded
    return f"{whole}.{fraction.ljust(places, '0')}" if places else whole


def _instant(draft: Draft, values: StoredValues, name: str, value: str) -> str | Problem:
    """Return an instant in UTC, ending in Z."""
    if _PLAIN_UTC.fullmatch(value):
        return value
    parsed = instant(value, INSTANT)
    has_zone = parsed is not None and parsed.zoned
    if parsed is not None and not has_zone:
        choice = draft.reading("zangsho.instant.without-zone")
        if choice == "refuse":
            return invalid(draft.contract, "zangsho.instant.without-zone", name, kept="nothing")
        zone = draft.value("zangsho.instant.without-zone", "zones")[choice]
        parsed = parsed.taken_at(ahead(zone, parsed))
    if has_zone and not is_date_time(value) and draft.reading("zangsho.instant.form") == "refuse":
        return invalid(draft.contract, "zangsho.instant.form", name)
    written = None if parsed is None else parsed.written_at(UTC)
    if written is None:
        return wrong_type(draft.contract, name, value, "a moment that the calendar has")
    stored = f"{written}Z"
    if not has_zone:
        values.notes += (("coerced", "zangsho.instant.without-zone", name, {"kept": stored}),)
    return stored
