"""The verdict: what fails a test, a gate or a report, computed only from the evidence.

pytest, `MockTenant.check`, `mockservers ledger`, `mockservers run`, JUnit and `Client.verdict` all call `judge`, and
differ only in how they show its result.

    silent            content was lost, and no reply reported it
    lost              content was lost, and the reply reported it          from level `lost` on
    at-risk           held, but lost under another reading of the pages    from level `at-risk` on
    unmatched         a call matched no operation of its vendor
    unauthenticated   a call's credentials select no tenant
    unaccounted       under an audit: a sent value is neither held nor named, a defect of the mock
    unfired           a planned fault never fired
    not-lost          a required loss did not occur
    nothing-arrived   fewer items were sent than required
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from mockservers.core.accounting.evidence import Account, Evidence, counting
from mockservers.core.accounting.finding_groups import Row, grouped, held
from mockservers.core.accounting.levels import LEVELS
from mockservers.core.errors import UnknownName
from mockservers.core.value import Value
from mockservers.core.values.plurals import counted

Kind = Literal[
    "silent",
    "lost",
    "at-risk",
    "unmatched",
    "unauthenticated",
    "unaccounted",
    "unfired",
    "not-lost",
    "nothing-arrived",
]
_FAILS: Mapping[str, tuple[Kind, ...]] = {
    "silent": ("silent",),
    "lost": ("silent", "lost"),
    "at-risk": ("silent", "lost", "at-risk"),
    "never": (),
}


class Policy(Value):
    """What fails. `expected` are patterns of accepted rule ids, `required` those of rules that must have findings.

    `at_least` items must have arrived, and at least one at `each` of these tenants. UnknownName for an unknown level.
    """

    level: str = "silent"
    expected: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    at_least: int = 0
    each: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise UnknownName("level of failing", self.level, LEVELS)


class Failure(Value):
    """One failure: its kind, a heading, the rows of its table, lines after the table, and a count.

    `tenant` is empty if no tenant was reached, `vendor` if it concerns all of them.
    """

    kind: Kind
    heading: str
    vendor: str = ""
    tenant: str = ""
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    count: int = 0

    @property
    def rule(self) -> str:
        """The first rule that it names, for an expectation; empty if there is none."""
        return next((row.rule for row in self.rows if row.rule), "")


class Verdict(Value):
    """The failures, in the order of the report, and the number of items that reached a tenant."""

    failures: tuple[Failure, ...] = ()
    sent: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.failures)


def judge(evidence: Evidence, policy: Policy) -> Verdict:
    """Return the verdict on the evidence."""
    failures: list[Failure] = []
    if policy.level != "never":
        for account in evidence.accounts:
            failures += _losses(account, policy)
        failures += _unmatched(evidence, policy)
        failures += _unauthenticated(evidence, policy)
        failures += [_unaccounted(account) for account in evidence.accounts if account.ledger.get("unaccounted")]
        failures += [_unfired(account) for account in evidence.accounts if account.unfired]
        failures += [_not_lost(pattern) for pattern in policy.required if not met(evidence, pattern)]
    return Verdict((*failures, *_nothing_arrived(evidence, policy)), evidence.sent)


def met(evidence: Evidence, pattern: str) -> bool:
    """Whether there is a loss, a risk or a refused call by a rule that matches the pattern."""
    rules = [
        finding["rule"]
        for account in evidence.accounts
        for finding in counting(account.ledger)
        if finding["loses"] or finding["outcome"] == "at-risk"
    ]
    rules += [call["rule"] for call in (*evidence.unmatched, *evidence.unauthenticated)]
    return any(fnmatchcase(rule, pattern) for rule in rules)


def expected(rule: str, patterns: Iterable[str]) -> bool:
    """Whether a rule matches one of the ids or patterns: `zangsho.*`."""
    return any(fnmatchcase(rule, pattern) for pattern in patterns)


# -- losses -----------------------------------------------------------------------------------------------------------


def _losses(account: Account, policy: Policy) -> list[Failure]:
    patterns = (*policy.expected, *account.accepted)
    counted_findings = counting(account.ledger)
    failures: list[Failure] = []
    for kind in _FAILS[policy.level]:
        findings = [each for each in counted_findings if _kind(each) == kind]
        left = [each for each in findings if not expected(each["rule"], patterns)]
        evicted = _evicted(account.ledger, kind, findings)
        if left or evicted:
            failures.append(_loss(kind, account, left, evicted))
    return failures


def _kind(finding: Mapping[str, Any]) -> Kind | None:
    if finding["loses"]:
        return "silent" if finding["silent"] else "lost"
    return "at-risk" if finding["outcome"] == "at-risk" else None


def _evicted(ledger: Mapping[str, Any], kind: Kind, findings: Iterable[Mapping[str, Any]]) -> int:
    """Return the number of losses or risks in the ledger's counts whose findings were evicted."""
    figure = {"silent": "silent", "at-risk": "at_risk"}.get(kind)
    if figure is None:
        return 0
    return max(0, int(ledger[figure]) - sum(int(each["count"]) for each in findings))


def _loss(kind: Kind, account: Account, findings: Sequence[Mapping[str, Any]], evicted: int) -> Failure:
    ledger, name = account.ledger, account.title
    sent, pending = int(ledger["items"].get("sent", 0)), int(ledger["items"].get("pending", 0))
    counts = f"{counted(sent, 'item')} sent, {held(ledger)} stored" + (f", {pending} pending" if pending else "")
    headings = {
        "silent": f"Lost: {name} does not store what follows, and no answer said so ({counts}).",
        "lost": f"Lost, and reported: {name} does not store what follows, and its answers said so ({counts}).",
        "at-risk": f"At risk: {name} would not store what follows under another reading of its pages ({counts}).",
    }
    return Failure(
        kind,
        headings[kind],
        account.vendor,
        account.tenant,
        tuple(grouped(findings)),
        tuple(_notes(ledger, findings, evicted)),
        sum(int(each["count"]) for each in findings) + evicted,
    )


def _notes(ledger: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], evicted: int) -> Iterable[str]:
    if evicted:
        yield f"  and {evicted} more, whose findings were evicted by newer ones"
    now = str(ledger.get("now", ""))
    later = sorted(str(each["at"]) for each in findings if now and _moment(str(each["at"])) > _moment(now))
    if later:
        yield f"  (of which {len(later)} will come with the jobs that are planned, the last at {later[-1]})"


def _moment(text: str) -> str:
    """Return RFC 3339 text with milliseconds, so that it can be compared as text."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<3}"


# -- calls ------------------------------------------------------------------------------------------------------------


def _unmatched(evidence: Evidence, policy: Policy) -> list[Failure]:
    calls = [call for call in evidence.unmatched if not call.get("rewound")]
    return [
        Failure(
            "unmatched",
            f"Unmatched: {group[0]['vendor_title']} has no such operation: {counted(len(group), 'call')}.",
            vendor,
            rows=_rows(group, "unmatched"),
            count=len(group),
        )
        for vendor, group in _by_vendor(calls, evidence, policy)
    ]


def _unauthenticated(evidence: Evidence, policy: Policy) -> list[Failure]:
    return [
        Failure(
            "unauthenticated",
            f"Unauthenticated: {counted(len(group), 'call')} to {group[0]['vendor_title']} "
            f"{'is' if len(group) == 1 else 'are'} no tenant's, as the credentials select none.",
            vendor,
            rows=_rows(group, "unauthenticated"),
            notes=("  Fix: give the client the credentials of its tenant.",),
            count=len(group),
        )
        for vendor, group in _by_vendor(evidence.without_tenant, evidence, policy)
    ]


def _by_vendor(
    calls: Iterable[Mapping[str, Any]], evidence: Evidence, policy: Policy
) -> Iterable[tuple[str, list[Mapping[str, Any]]]]:
    accepted = [pattern for account in evidence.accounts for pattern in account.accepted]
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for call in calls:
        if not expected(call["rule"], (*policy.expected, *accepted)):
            groups.setdefault(call["vendor"], []).append(call)
    return groups.items()


def _rows(calls: Iterable[Mapping[str, Any]], kind: str) -> tuple[Row, ...]:
    return tuple(
        grouped(
            {
                "exchange": 0,  # each tenant counts its own
                "where": [f"#{call['exchange']} {call['method']} {call['path']}"],
                "outcome": kind,
                "why": f"answered {call['status']}" + (f", {call['why']}" if call.get("why") else ""),
                "rule": call["rule"],
                "count": 1,
            }
            for call in calls
        )
    )


# -- the rest ---------------------------------------------------------------------------------------------------------


def _unaccounted(account: Account) -> Failure:
    values = account.ledger["unaccounted"]
    return Failure(
        "unaccounted",
        f"Unaccounted: the mock of {account.title} neither holds nor reports these values, a defect of the mock.",
        account.vendor,
        account.tenant,
        notes=tuple(f"  #{each['exchange']} {each['operation']} {each['where']}  {each['value']!r}" for each in values),
        count=len(values),
    )


def _unfired(account: Account) -> Failure:
    return Failure(
        "unfired",
        f"Planned for {account.title}, and never fired:",
        account.vendor,
        account.tenant,
        notes=tuple(f"  {line}" for line in account.unfired),
        count=len(account.unfired),
    )


def _not_lost(pattern: str) -> Failure:
    return Failure(
        "not-lost",
        f"Expected a loss by {pattern}, but none occurred.",
        pattern.partition(".")[0],
        notes=("  Fix: remove the expectation, or send what the vendor loses by that rule.",),
        count=1,
    )


def _nothing_arrived(evidence: Evidence, policy: Policy) -> Iterable[Failure]:
    fix = "  Fix: point the client at the server, with the credentials of a tenant that it has."
    for account in evidence.accounts:
        if account.tenant in policy.each and not account.ledger["items"].get("sent", 0):
            yield Failure(
                "nothing-arrived",
                f"Nothing arrived: no item was sent to {account.title} ({account.tenant}).",
                account.vendor,
                account.tenant,
                notes=(fix,),
            )
    if evidence.sent < policy.at_least:
        least = counted(policy.at_least, "item")
        missing = "Nothing arrived: no item was" if not evidence.sent else f"Too little arrived: {evidence.sent} of"
        heading = f"{missing} sent to any tenant" if not evidence.sent else f"{missing} {least}"
        yield Failure("nothing-arrived", f"{heading}; at least {least} had to arrive.", notes=(fix,))
