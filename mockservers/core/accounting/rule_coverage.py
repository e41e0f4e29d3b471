"""Which operations of a contract were called, which rules were exercised: what a test suite has tried of a vendor.

A rule is exercised by a call or job when an outcome or a note names it, when it is the rule of the refusal that was
answered, or when it leaves a choice of readings that was asked for. Rules that none of this can show, since they say
what every answer is like, leave no trace: they are listed, and not counted. For a limit on a list there is also the
longest list that was sent. An operation is called by a call that reaches a tenant, whatever its answer.
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
    """Counts of calls and jobs by rule, of calls by operation, and the longest list by rule.

    Not locked: the tenant's lock is around it.
    """

    __slots__ = ("_calls", "_longest", "_times")

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._times: Counter[str] = Counter()
        self._longest: dict[str, int] = {}

    def note(self, decision: Decision, view: View | None = None) -> None:
        """A decision, and the view that it was made with where one was looked at."""
        names = view.asked.copy() if view else set()
        for outcome in decision.outcomes:
            names.add(outcome.rule)
        for note in decision.notes:
            names.add(note.rule)
        if decision.reply:
            names.add(decision.reply.rule)
        names.discard("")  # an outcome may follow no rule in particular, and a reply refuse nothing
        for name in names:
            self._times[name] += 1

    def note_reply(self, reply: Reply) -> None:
        """The rule by which a reply refuses."""
        if reply.rule:
            self._times[reply.rule] += 1

    def note_call(self, call: Call, contract: Contract) -> None:
        """The operation of a call, and its lists where a rule limits their length."""
        self._calls[call.operation] += 1
        for key, (rule, _) in limited_lists(contract).get(call.operation, {}).items():
            body = call.json
            sent = body.get(key) if isinstance(body, dict) else None
            if isinstance(sent, list):
                self._longest[rule] = max(len(sent), self._longest.get(rule, 0))

    def add(self, other: RuleCoverage, *, calls: bool = True) -> None:
        """Take in what another has counted, with or without its calls of operations."""
        self._times.update(other._times)
        if calls:
            self._calls.update(other._calls)
        for rule, length in list(other._longest.items()):
            self._longest[rule] = max(length, self._longest.get(rule, 0))

    def to_dict(self, contract: Contract) -> dict[str, Any]:
        """{"vendor", "vendor_title", "rules", "exercised", "of", "traceless", "operations"}.

        "rules" is how many there are, "exercised" how many of them; "of" has an object each, "traceless" is [ids].
        "operations" has an object for each operation: with its calls, and the counted rules that stand beside it.
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
            "operations": [self._called(operation, traced) for operation in contract.operations.values()],
        }

    def _called(self, operation: Operation, traced: Collection[Rule]) -> dict[str, Any]:
        beside = operation.spec.get("x-rules", ())
        return {
            "operation": operation.id,
            "method": operation.method,
            "path": operation.path,
            "calls": self._calls[operation.id],
            "rules": [rule.id for rule in traced if rule.id in beside],
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
