"""The rules of a vendor's behaviour, from its rules.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.core.contract.placeholders import fill, sentence
from mockservers.core.contract.provenance import RULE_PARTS, Parts, Provenance, parts, weaker
from mockservers.core.errors import ContractError
from mockservers.core.value import Value


class Reading(Value):
    """A question that the vendor's pages leave open: its choices, the default, and which a client can handle."""

    default: str
    choices: Mapping[str, str]
    recoverable: Mapping[str, bool]


class Rule(Value):
    """A rule of behaviour. `says` is the rule, `why` the sentence of a finding, `source` the page and its words.

    `fix` says how to avoid a loss by it. `earlier_value`: it loses a value that a later value of the same key replaces.
    `any_value`: it ignores a key with any value.
    """

    id: str
    says: str
    why: str
    provenance_of: Parts
    refs: tuple[str, ...]
    source: Mapping[str, str]
    reason: str
    values: Mapping[str, Any]
    covers: tuple[str, ...]
    reading: Reading | None
    forms: tuple[Mapping[str, Any], ...] = ()
    repeats: bool = False
    fix: str = ""
    earlier_value: bool = False
    any_value: bool = False

    @property
    def provenance(self) -> Provenance:
        """The weaker word of condition and consequence."""
        return weaker(self.provenance_of)

    @property
    def template(self) -> str:
        """The sentence of a finding, with placeholders."""
        return self.why or self.says

    def sentence(self, values: Mapping[str, Any]) -> str:
        """Return the sentence, filled with the rule's own values and those of a finding."""
        return sentence(self.template, {**self.values, **values})


def rule_of(name: str, spec: Mapping[str, Any], values: Mapping[str, Any], file: str) -> Rule:
    """Return a rule of a file, with these resolved values. ContractError if it names an unknown value or choice."""
    return Rule(
        id=name,
        says=sentence(spec["says"], values),
        why=spec.get("why", ""),
        provenance_of=parts(spec["provenance"], RULE_PARTS),
        refs=tuple(spec.get("refs", ())),
        source=spec.get("source", {}),
        reason=sentence(spec.get("reason", ""), values),
        values=values,
        covers=tuple(spec.get("covers", ())),
        reading=_reading(name, spec["reading"], values, file) if "reading" in spec else None,
        forms=_forms(name, spec.get("forms", ()), values, file),
        repeats=spec.get("repeats", False),
        fix=spec.get("fix", ""),
        earlier_value=spec.get("earlier-value", False),
        any_value=spec.get("any-value", False),
    )


def _forms(
    rule: str, specs: Sequence[Mapping[str, Any]], values: Mapping[str, Any], file: str
) -> tuple[Mapping[str, Any], ...]:
    for index, spec in enumerate(specs):
        if "value" in spec and spec["value"] not in values:
            place, choices = f"/rules/{rule}/forms/{index}/value", ", ".join(values) or "none"
            raise ContractError(file, place, f"{spec['value']!r} is not a value of the rule", f"Available: {choices}.")
    return tuple(specs)


def _reading(rule: str, spec: Mapping[str, Any], values: Mapping[str, Any], file: str) -> Reading:
    default, choices = spec["default"], spec["choices"]
    if default not in choices:
        raise ContractError(
            file,
            f"/rules/{rule}/reading/default",
            f"{default!r} is not one of the choices",
            f"Fix: choose one of: {', '.join(choices)}.",
        )
    return Reading(
        default,
        {choice: fill(spec_of_choice["says"], values) for choice, spec_of_choice in choices.items()},
        {choice: spec_of_choice["recoverable"] for choice, spec_of_choice in choices.items()},
    )
