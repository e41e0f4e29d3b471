"""What a broken property says: what is wrong, on which of the vendor's rules that rests, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.core.contract.contract import Contract, Rule
from mockservers.core.contract.provenance import label
from mockservers.testing.conformance.comparison import Comparison
from mockservers.testing.conformance.trial import Outcome, Run
from mockservers.vendors import vendor_title

RULES_SHOWN = 4
_TELLING = ("refused", "dropped", "overwritten", "skipped", "ignored", "truncated", "at-risk", "noted")


class PropertyFailure(AssertionError):
    """A property that the exporter does not hold."""


def breach(
    trial: Run, property_id: str, what: str, lines: Iterable[str], mend: str, rules: Sequence[str] = ()
) -> PropertyFailure:
    """A Breach with everything that a reader needs. `rules` are those that the property is about."""
    contract = trial.core.contract
    rules = (*trial.readings, *rules)
    said = [f"{property_id}: {what}", *(f"  {line}" for line in lines)]
    said += [f"  under  {_reading(contract, rule, choice)}" for rule, choice in trial.readings.items()]
    said += [
        f"  why  {line}"
        for line in _grounds(contract, trial.ledger["findings"], rules) or _grounds(contract, (), trial.rests_on)
    ]
    return PropertyFailure("\n".join([*said, f"  do   {mend}"]))


def _reading(contract: Contract, rule: str, choice: str) -> str:
    """A reading that is not the default, in words."""
    reading = contract.rules[rule].reading
    return f"the reading {choice} of {rule}" + (f": {reading.choices[choice]}" if reading else "")


def wrongly_held(trial: Run, outcome: Outcome, found: Comparison) -> list[str]:
    """What is held otherwise than asked for, and what the exporter made of it."""
    vendor = vendor_title(trial.tenant.vendor)
    return [*found.lines(), f"{vendor} answered {_answers(trial)}; {outcome}"]


def _answers(trial: Run) -> str:
    counts: dict[str, int] = {}
    for exchange in trial.exchanges:
        status = str(exchange["response"]["status"] or "nothing")
        counts[status] = counts.get(status, 0) + 1
    return ", ".join(f"{status} ({count})" for status, count in counts.items()) or "no call, for there was none"


def _grounds(contract: Contract, findings: Sequence[Mapping[str, Any]], rules: Sequence[str]) -> list[str]:
    """The rules that the findings name, those that lose first, each with its page; else the rules given."""
    told: dict[str, str] = {}
    ordered = sorted(
        findings,
        key=lambda found: (not found["loses"], _TELLING.index(found["outcome"]) if found["outcome"] in _TELLING else 9),
    )
    for found in ordered:
        if found["rule"] in contract.rules:
            told.setdefault(found["rule"], f"{found['outcome']}: {found['why']}")
    for name in rules:
        told.setdefault(
            name, contract.rules[name].sentence({}) if not contract.rules[name].why else contract.rules[name].says
        )
    return [
        f"{sentence}\n       {reference(contract.rules[name])}" for name, sentence in list(told.items())[:RULES_SHOWN]
    ]


def reference(rule: Rule) -> str:
    """Where a rule is written: its id, provenance, page and section."""
    page = rule.source.get("url", "")
    section = rule.source.get("section", "")
    return f"{rule.id} ({label(rule.provenance_of)}{': ' + page if page else ''}{', ' + section if section else ''})"
