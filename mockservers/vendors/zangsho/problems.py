"""Why an item is refused: the field, the vendor's text, and the violated rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Violation
from mockservers.core.contract.violation_words import in_words, types_in_words
from mockservers.core.value import Value, field
from mockservers.core.values.json_text import dumps

_FIELDS = "zangsho.item.fields"
_LONGEST_EXCERPT = 60


class Problem(Value):
    """One reason why an item is not stored. `name` is the field; `values` fill the rule's sentence."""

    name: str
    text: str
    rule: str
    values: Mapping[str, Any] = field(default_factory=dict)


def problem(contract: Contract, message: str, rule_id: str, name: str, /, **values: Any) -> Problem:
    """Return a problem of a field. `message` names the vendor's text in errors.yaml."""
    text = contract.message(message, field=name, **values)
    return Problem(name, text, rule_id, {"problem": text, **values})


def _invalid_value(contract: Contract, rule_id: str, name: str, value: Any, wrong: str) -> Problem:
    """Return the problem of a value that its field does not accept. `wrong` is the rest of a sentence on the field."""
    text = contract.message("invalid", field=name)
    kind, _, last = name.rpartition(".")
    field = f"an item of {kind}" if last.isdecimal() else name
    values = {"field": field, "problem": wrong, "given": _excerpt(value)}
    return Problem(name, text, rule_id, values)


def invalid(contract: Contract, rule_id: str, name: str, /, **values: Any) -> Problem:
    """Return the problem of a value that its field does not accept."""
    return problem(contract, "invalid", rule_id, name, **values)


def wrong_type(contract: Contract, name: str, value: Any, expected: str) -> Problem:
    """Return the problem of a value of the wrong type."""
    return _invalid_value(contract, _FIELDS, name, value, f"is not {expected}")


def violated(contract: Contract, violation: Violation, base: int = 0) -> Problem:
    """Return the problem of a schema violation. Its field is named without the first `base` tokens of its place."""
    name = ".".join(str(token) for token in violation.at[base:])
    is_empty_list = name == "metadata" and violation.value == []  # only a reading leaves it to the schema
    rule_id = "zangsho.item.metadata-list" if is_empty_list else contract.ground_rule(violation) or _FIELDS
    match violation.keyword:
        case "anyOf" if not name:  # one of several fields is required
            fields = [choice["required"][0] for choice in violation.expected]
            wrong = next((field for field in fields if field in violation.value), None)
            if wrong is not None:
                expected = "an integer" if wrong == "customer_id" else "text"
                return wrong_type(contract, wrong, violation.value[wrong], expected)
            return problem(contract, "required", rule_id, fields[0])
        case "required" | "minItems":
            return problem(contract, "required", rule_id, name)
        case "maxItems":
            return problem(contract, "too-many", rule_id, name, limit=violation.expected, sent=len(violation.value))
        case _:
            return _invalid_value(contract, rule_id, name, violation.value, _wrong(contract, violation))


def worst(problems: Sequence[Problem], violations: Sequence[Violation], missing: Problem | None = None) -> Problem:
    """Return the problem to report if only one can be reported: a missing field comes before an invalid one.

    `missing` is a field that a reading requires, but not the schema.
    """
    pairs = zip(problems, violations, strict=True)
    first, violation = min(pairs, key=lambda pair: not _is_missing(*pair))
    return first if missing is None or _is_missing(first, violation) else missing


def _is_missing(problem: Problem, violation: Violation) -> bool:
    return violation.keyword in ("required", "anyOf") and problem.rule != _FIELDS


def _wrong(contract: Contract, violation: Violation) -> str:
    """Return what is wrong with a value, as the rest of a sentence."""
    match violation.keyword:
        case "type":
            return f"is not {types_in_words(violation.expected)}"
        case "anyOf":
            branches = [
                contract.resolve(branch["$ref"]) if "$ref" in branch else branch for branch in violation.expected
            ]
            listed = [value for branch in branches for value in branch.get("enum", ())]
            return in_words("enum", listed) if listed else in_words("anyOf", violation.expected)
        case keyword:
            return in_words(keyword, violation.expected)


def _excerpt(value: Any) -> str:
    """Return a value as JSON, short enough for a sentence."""
    written = dumps(value).decode("utf-8", "replace")
    return written if len(written) <= _LONGEST_EXCERPT else f"{written[:_LONGEST_EXCERPT]}…"
