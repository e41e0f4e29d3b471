"""What is wrong with something that was sent: the field, the vendor's text for it, and the rule that it breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Violation
from mockservers.core.exchange.decision import Reply
from mockservers.core.values.json_text import dumps

_FIELDS = "zangsho.item.fields"
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why something is not stored. `values` fill the rule's sentence."""

    name: str
    text: str
    rule: str
    values: Mapping[str, Any] = field(default_factory=dict)


def problem(contract: Contract, message: str, rule_id: str, name: str, /, **values: Any) -> Problem:
    """A problem with the text of that name; the rule's sentence has the values, too."""
    text = contract.message(message, field=name, **values)
    return Problem(name, text, rule_id, {"problem": text, **values})


def invalid(contract: Contract, rule_id: str, name: str, /, **values: Any) -> Problem:
    """A value that is not what its field takes."""
    return problem(contract, "invalid", rule_id, name, **values)


def broken(contract: Contract, violation: Violation, base: int = 0) -> Problem:
    """A violation of the schema, its field named from below the first `base` tokens of its place."""
    rule_id = contract.ground_rule(violation) or _FIELDS
    name = ".".join(str(token) for token in violation.at[base:])
    match violation.keyword:
        case "anyOf" if not name:  # of several fields one has to be there
            fields = [each["required"][0] for each in violation.expected]
            wrong = next((field for field in fields if field in violation.value), None)
            if wrong is not None:
                wanted = "an integer" if wrong == "customer_id" else "text"
                return wrong_type(contract, wrong, violation.value[wrong], wanted)
            return problem(contract, "required", rule_id, fields[0])
        case "required" | "minItems":
            return problem(contract, "required", rule_id, name)
        case "maxItems":
            return problem(contract, "too-many", rule_id, name, limit=violation.expected, sent=len(violation.value))
        case _:
            return invalid(contract, rule_id, name, cause=_cause(name, violation))


def wrong_type(contract: Contract, name: str, given: Any, wanted: str) -> Problem:
    """A value that is not what the reference has its field take."""
    return invalid(contract, _FIELDS, name, cause=f"{name} is {shown(given)}, not {wanted}")


def _cause(name: str, violation: Violation) -> str:
    """What is wrong with a value, in a sentence of ours with the value in it."""
    match violation.keyword:
        case "type":
            wanted = violation.expected if isinstance(violation.expected, list) else [violation.expected]
            wish = " or ".join(each for each in wanted if each != "null")
        case "enum":
            wish = "one of " + ", ".join(str(each) for each in violation.expected if each is not None)
        case "format":
            wish = f"of the format {violation.expected}"
        case "pattern":
            wish = f"of the form {violation.expected}"
        case _:
            wish = f"what `{violation.keyword}` of the reference's schema has"
    return f"{name} is {shown(violation.value)}, not {wish}"


def shown(value: Any) -> str:
    """A value as JSON, short enough for a sentence."""
    written = dumps(value).decode("utf-8", "replace")
    return written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…"


def first(problems: Sequence[Problem], violations: Sequence[Violation]) -> Problem:
    """The one that is told where only one can be: what is missing comes before what is wrong."""
    pairs = zip(problems, violations, strict=True)
    return min(pairs, key=lambda pair: pair[1].keyword not in ("required", "anyOf") or pair[0].rule == _FIELDS)[0]


def refused(contract: Contract, problems: Sequence[Problem]) -> Reply:
    """The refusal of a whole request: the texts by field, and the first of them as the message.

    Rule: `zangsho.request.validation-error`.
    """
    errors: dict[str, list[str]] = {}
    for found in problems:
        errors.setdefault(found.name, []).append(found.text)
    return contract.refusal("invalid", message=problems[0].text, errors=errors)
