"""The message of a property that does not hold: what is wrong, the vendor's rules behind it, and the fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.provenance import label
from mockservers.core.contract.rules import Rule
from mockservers.core.values.plurals import counted
from mockservers.testing.conformance.comparison import Comparison
from mockservers.testing.conformance.journal_evidence import calls_that_name, evidence
from mockservers.testing.conformance.trial import Outcome, Run
from mockservers.vendors import vendor_title

RULES_SHOWN = 4
NAMES_LOOKED_FOR = 20
"""Maximum lines, because one cause may make a thousand orders wrong."""

_OUTCOMES = ("refused", "dropped", "overwritten", "skipped", "ignored", "truncated", "at-risk", "noted")


NO_CALL = "Send the orders to target.url with the account's credentials. No call with them came."
RAISED_FIRST = "Find out why the exporter raised before its first call with the account's credentials."
ENDLESS_WAIT = "End every export: give every call a time-out, and every loop a limit. Then raise."
NAMED_ALTHOUGH_HELD = "Return only the ids of orders that did not arrive. Everything that can be held is held."
SUCCESS = "Take every status from 200 to 299 for success, with or without a body."


class PropertyFailure(AssertionError):
    """A property does not hold for the exporter."""


def breach(
    trial: Run,
    property_id: str,
    what: str,
    lines: Iterable[str],
    fix: str,
    rules: Sequence[str] = (),
    about: Comparison | None = None,
) -> PropertyFailure:
    """A PropertyFailure with a complete message.

    `rules` are those by which calls were too fast or too large. `about` are the records that are held wrongly: a
    finding without a loss counts as a reason only if its call named one of them.
    """
    contract = trial.contract
    findings = trial.ledger["findings"]
    if about is not None:
        calls = calls_that_name(trial.exchanges, sorted(about.wrong)[:NAMES_LOOKED_FOR])
        findings = [found for found in findings if found["loses"] or found["exchange"] in calls]
    grounds = _grounds(findings, contract)
    said = [f"{property_id}: {what}", *(f"  {line}" for line in lines)]
    said += [f"  under  {_reading(contract, rule, choice)}" for rule, choice in trial.readings.items()]
    said += [f"  why  {line}" for line in grounds.values()]
    said += [f"  by   {_measure(contract.rules[rule])}" for rule in rules if rule not in grounds]
    return PropertyFailure("\n".join([*said, f"  do   {fix}"]))


def _reading(contract: Contract, rule: str, choice: str) -> str:
    """A reading that is not the default, in words."""
    reading = contract.rules[rule].reading
    return f"the reading {choice} of {rule}" + (f": {reading.choices[choice]}" if reading else "")


def wrongly_held(trial: Run, outcome: Outcome, found: Comparison) -> list[str]:
    """The differences from what is expected, the vendor's answers, and what the exporter reported."""
    vendor = vendor_title(trial.tenant.vendor)
    shown = evidence(trial.exchanges, found, trial.held)
    return [*found.lines(), *shown, f"{vendor} {_answers(trial)}", str(outcome)]


def advice(trial: Run, outcome: Outcome, found: Comparison, fix: str) -> str:
    """The fix for what happened: `fix`, unless the export ended before it could send what is wrong or lacking."""
    if outcome.stopped:
        return waited_for(trial) or ENDLESS_WAIT
    if not trial.exchanges:
        return RAISED_FIRST if outcome.raised else NO_CALL
    if outcome.raised is None:
        return fix if not found.right else NAMED_ALTHOUGH_HELD
    failed = [status for status in _statuses(trial) if not 200 <= status < 300]
    if found.right and not failed:
        return f"Everything is held. {SUCCESS}"
    return fix if failed else f"The exporter raised after an answer of success. {SUCCESS}"


def _statuses(trial: Run) -> list[int]:
    """The statuses of the vendor's answers. 0: there was none."""
    return [int(exchange["response"]["status"] or 0) for exchange in trial.exchanges]


def _answers(trial: Run) -> str:
    """The statuses of the vendor's answers, and the number of items that they reported as not taken."""
    if not trial.exchanges:
        return "was sent no call"
    counts: dict[str, int] = {}
    for exchange in trial.exchanges:
        status = str(exchange["response"]["status"] or "nothing")
        counts[status] = counts.get(status, 0) + 1
    statuses = ", ".join(f"{status}" if count == 1 else f"{status} ({count} times)" for status, count in counts.items())
    reported = sum(found["count"] for found in trial.ledger["findings"] if found["loses"] and found["reported"])
    return f"answered {statuses}" + (f", and reported {counted(reported, 'item')} as not taken" if reported else "")


def _grounds(findings: Sequence[Mapping[str, Any]], contract: Contract) -> dict[str, str]:
    """The rules of the findings, losses first, each with its outcome and its page."""
    ordered = sorted(
        findings,
        key=lambda found: (
            not found["loses"],
            _OUTCOMES.index(found["outcome"]) if found["outcome"] in _OUTCOMES else len(_OUTCOMES),
        ),
    )
    grounds: dict[str, str] = {}
    for found in ordered:
        if found["rule"] in contract.rules and len(grounds) < RULES_SHOWN:
            sentence = f"{found['outcome']}: {found['why']}"
            grounds.setdefault(found["rule"], f"{sentence}\n       {reference(contract.rules[found['rule']])}")
    return grounds


def _measure(rule: Rule) -> str:
    """A rule about limits that made no finding."""
    return f"{rule.says if rule.why else rule.sentence({})}\n       {reference(rule)}"


def reference(rule: Rule) -> str:
    """The reference of a rule: its id, provenance, page and section."""
    page = rule.source.get("url", "")
    section = rule.source.get("section", "")
    return f"{rule.id} ({label(rule.provenance_of)}{': ' + page if page else ''}{', ' + section if section else ''})"


def waited_for(trial: Run) -> str:
    """The fix if the last answer asked the exporter to wait; `curl --retry`, for example, waits in real time."""
    headers = trial.exchanges[-1]["response"]["headers"] if trial.exchanges else {}
    waits = [value for name, value in headers.items() if name.lower() == "retry-after"]
    if not waits:
        return ""
    return (
        f"Its last answer says Retry-After: {waits[-1]}. Wait on the vendor's clock, or give more time (--time-limit)."
    )
