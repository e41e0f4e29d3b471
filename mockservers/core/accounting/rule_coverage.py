"""Coverage: the operations of a contract that a test suite called, and the rules that it exercised.

A call or job exercises a rule if an outcome or a note names it, if it is the rule of the refusal in the answer, or if
the decision reads its choice of readings. Rules that describe every answer leave no such trace: they are listed, but
not counted. A limit on a list also has the longest list that was sent. Every call that reaches a tenant counts for its
operation, with any answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.contract.rules import Rule
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, Reply

_LIST = "openapi.yaml#/components/schemas/([^/]+)/properties/([^/]+)/maxItems"


@lru_cache(maxsize=64)
def limited_lists(contract: Contract) -> dict[str, dict[str, tuple[str, int]]]:
    """Return, by operation, the keys of its body whose lists a rule limits: {key: (rule, most items)}."""
    by_operation: dict[str, dict[str, tuple[str, int]]] = {}
    for rule in contract.rules.values():
        for place in rule.covers:
            if match := re.fullmatch(_LIST, place):
                schema, key = match.groups()
                for operation in contract.operations.values():
                    if _body_schema(operation) == f"#/components/schemas/{schema}":
                        limit: int = contract.resolve(place)
                        by_operation.setdefault(operation.id, {})[key] = (rule.id, limit)
    return by_operation


def _body_schema(operation: Operation) -> str:
    content: Mapping[str, Any] = operation.spec.get("requestBody", {}).get("content", {})
    return str(content.get("application/json", {}).get("schema", {}).get("$ref", ""))


class RuleCoverage:
    """Counts of calls and jobs by rule, of calls by operation, and the longest list by rule.

    Not thread-safe: callers hold the tenant's lock.
    """

    __slots__ = ("_calls", "_longest", "_times")

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._times: Counter[str] = Counter()
        self._longest: dict[str, int] = {}

    def note(self, decision: Decision, view: View | None = None) -> None:
        """Count the rules of a decision, and of its view if there is one."""
        names = view.asked.copy() if view else set()
        for outcome in decision.outcomes:
            names.add(outcome.rule)
        for note in decision.notes:
            names.add(note.rule)
        if decision.reply:
            names.add(decision.reply.rule)
        names.discard("")  # an outcome without a rule, or a reply that is no refusal
        for name in names:
            self._times[name] += 1

    def note_reply(self, reply: Reply) -> None:
        """Count the rule by which a reply refuses."""
        if reply.rule:
            self._times[reply.rule] += 1

    def note_call(self, call: Call, contract: Contract) -> None:
        """Count the operation of a call, and record the length of its limited lists."""
        self._calls[call.operation] += 1
        for key, (rule, _) in limited_lists(contract).get(call.operation, {}).items():
            body = call.json
            sent = body.get(key) if isinstance(body, dict) else None
            if isinstance(sent, list):
                self._longest[rule] = max(len(sent), self._longest.get(rule, 0))

    def add(self, other: RuleCoverage, *, calls: bool = True) -> None:
        """Add the counts of another, with or without its calls of operations."""
        self._times.update(other._times)
        if calls:
            self._calls.update(other._calls)
        for rule, length in list(other._longest.items()):
            self._longest[rule] = max(length, self._longest.get(rule, 0))

    def to_dict(self, contract: Contract) -> dict[str, Any]:
        """{"vendor", "vendor_title", "rules", "exercised", "of", "traceless", "operations"}.

        "rules" and "exercised" are counts; "of" has an object for each counted rule, "traceless" is [ids]. "operations"
        has an object for each operation: with its calls, and the counted rules of its `x-rules`.
        """
        limits = dict(pair for lists in limited_lists(contract).values() for pair in lists.values())
        refusing = {refusal.rule for refusal in contract.refusals.values()}
        traced = [rule for rule in contract.rules.values() if rule.why or rule.reading or rule.id in refusing]
        of = [self._shown(rule, limits) for rule in traced]
        return {
            "vendor": contract.vendor,
            "vendor_title": contract.title,
            "rules": len(of),
            "exercised": sum(1 for row in of if row["times"]),
            "of": of,
            "traceless": sorted(contract.rules.keys() - {rule.id for rule in traced}),
            "operations": [self._called(operation, traced) for operation in contract.operations.values()],
        }

    def _called(self, operation: Operation, traced: Collection[Rule]) -> dict[str, Any]:
        listed = operation.spec.get("x-rules", ())
        return {
            "operation": operation.id,
            "method": operation.method,
            "path": operation.path,
            "calls": self._calls[operation.id],
            "rules": [rule.id for rule in traced if rule.id in listed],
        }

    def _shown(self, rule: Rule, limits: Mapping[str, int]) -> dict[str, Any]:
        row = {
            "rule": rule.id,
            "says": rule.says,
            "provenance": rule.provenance,
            "provenance_of": dict(rule.provenance_of),
            "source": rule.source.get("url"),
            "times": self._times[rule.id],
        }
        if rule.id not in limits:
            return row
        return {**row, "limit": limits[rule.id], "longest": self._longest.get(rule.id, 0)}
