"""Which rules of a contract were exercised, and which never: what a test suite has tried of a vendor.

A rule is exercised by a call or job when a outcome or a note names it, when it is the rule of the refusal that was
answered, or when it leaves a choice of readings that was asked for. Rules that none of this can show, since they say
what every answer is like, leave no trace: they are listed, and not counted. For a limit on a list there is also the
longest list that was sent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockservers.core.accounting.loss import findings
from mockservers.core.contract.contract import Contract, Operation, Rule
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, Reply

_LIST = "openapi.yaml#/components/schemas/([^/]+)/properties/([^/]+)/maxItems"


@lru_cache(maxsize=64)
def limited_lists(contract: Contract) -> dict[str, dict[str, tuple[str, int]]]:
    """By operation the keys of its body whose lists a rule limits: {key: (rule, most items)}."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for rule in contract.rules.values():
        for place in rule.covers:
            if match := re.fullmatch(_LIST, place):
                schema, key = match.groups()
                for operation in contract.operations.values():
                    if _body_schema(operation) == f"#/components/schemas/{schema}":
                        limit: int = contract.resolve(place)
                        found.setdefault(operation.id, {})[key] = (rule.id, limit)
    return found


def _body_schema(operation: Operation) -> str:
    content: Mapping[str, Any] = operation.spec.get("requestBody", {}).get("content", {})
    return str(content.get("application/json", {}).get("schema", {}).get("$ref", ""))


class RuleCoverage:
    """Counts of calls and jobs by rule, and the longest list by rule. Not locked: the tenant's lock is around it."""

    __slots__ = ("_longest", "_times")

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()
        self._longest: dict[str, int] = {}

    def note(self, decision: Decision, view: View | None = None) -> None:
        """A decision, and the view that it was made with where one was looked at."""
        names = set(view.consulted) if view else set()
        names.update(found.rule for found in findings(decision))
        if decision.reply:
            names.add(decision.reply.rule)
        names.discard("")  # a outcome that follows no rule in particular, a reply that refuses nothing
        for name in names:
            self._times[name] += 1

    def note_reply(self, reply: Reply) -> None:
        """The rule by which a reply refuses."""
        if reply.rule:
            self._times[reply.rule] += 1

    def note_lists(self, call: Call, contract: Contract) -> None:
        """The lists of a call, where a rule limits their length."""
        for key, (rule, _) in limited_lists(contract).get(call.operation, {}).items():
            body = call.json
            sent = body.get(key) if isinstance(body, dict) else None
            if isinstance(sent, list):
                self._longest[rule] = max(len(sent), self._longest.get(rule, 0))

    def add(self, other: RuleCoverage) -> None:
        """Take in what another has counted."""
        self._times.update(other._times)
        for rule, length in list(other._longest.items()):
            self._longest[rule] = max(length, self._longest.get(rule, 0))

    def to_dict(self, contract: Contract) -> dict[str, Any]:
        """{"vendor", "vendor_title", "rules", "exercised", "of", "traceless"}.

        "rules" is how many there are, "exercised" how many of them; "of" has an object each, "traceless" is [ids].
        """
        limits = dict(pair for lists in limited_lists(contract).values() for pair in lists.values())
        refusing = {refusal.rule for refusal in contract.refusals.values()}
        traced = [rule for rule in contract.rules.values() if rule.why or rule.reading or rule.id in refusing]
        of = [self._shown(rule, limits) for rule in traced]
        return {
            "vendor": contract.vendor,
            "vendor_title": contract.title,
            "rules": len(of),
            "exercised": sum(1 for about in of if about["times"]),
            "of": of,
            "traceless": sorted(contract.rules.keys() - {rule.id for rule in traced}),
        }

    def _shown(self, rule: Rule, limits: Mapping[str, int]) -> dict[str, Any]:
        about = {
            "rule": rule.id,
            "says": rule.says,
            "provenance": rule.provenance,
            "provenance_of": dict(rule.provenance_of),
            "source": rule.source.get("url"),
            "times": self._times[rule.id],
        }
        if rule.id not in limits:
            return about
        return {**about, "limit": limits[rule.id], "longest": self._longest.get(rule.id, 0)}
