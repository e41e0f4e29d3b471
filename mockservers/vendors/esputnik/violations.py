"""How a schema violation is described: in a finding, and in the vendor's answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.core.contract.violation_words import in_words
from mockservers.core.deciding.draft import Draft
from mockservers.core.values.equality import At
from mockservers.core.values.json_text import pointer


def problem_of(violation: Violation) -> str:
    """The problem of a value, for a finding."""
    describe = _PROBLEMS.get(violation.keyword)
    return describe(violation.expected) if describe else in_words(violation.keyword, violation.expected)


def refuse_item(draft: Draft, rule: str, at: At, violation: Violation) -> None:
    """Refuse the item of a list that is at `at`, its index last, for a violation.

    The finding's key is the field, equal for all elements of a list within the item.
    """
    field = ".".join("[]" if isinstance(token, int) else token for token in violation.at)
    place = pointer(*at, *violation.at)
    draft.outcome(
        "refused", rule, item=int(at[-1]), at=place, key=field, field=field or "it", problem=problem_of(violation)
    )


def _matches_no_branch(branches: list[dict[str, Any]]) -> str:
    """The problem of a value that is none of several: it lacks what one of them requires, or it has another type."""
    names = [name for branch in branches for name in branch.get("required", ())]
    if names:
        return f"has none of {', '.join(names)}"
    return _wrong_type([branch["type"] for branch in branches if "type" in branch])


def _wrong_type(types: str | list[str]) -> str:
    return f"is not of the type {' or '.join(types) if isinstance(types, list) else types}"


_PROBLEMS: dict[str, Callable[[Any], str]] = {
    "required": lambda _: "is missing",
    "anyOf": _matches_no_branch,
    "type": _wrong_type,
}


def vendor_message(draft: Draft, violation: Violation) -> str:
    """The vendor's sentence about a violation."""
    if not violation.field:
        return draft.contract.message("body")
    return draft.contract.message("missing" if violation.keyword == "required" else "wrong", field=violation.field)
