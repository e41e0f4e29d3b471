"""The law of conservation, checked for each call to a tenant: `mockservers serve --audit`."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from mockservers.core.accounting.conservation import Account, Documents, Unaccounted, held_items, unaccounted
from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.call import Body, Call, Json, Request
from mockservers.core.exchange.decision import Decision, Put

KEPT = 1_000

_log = logging.getLogger("mockservers")


class Audit:
    """The accounts of one tenant's open exchanges. Not thread-safe: callers hold the tenant's lock."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._open: dict[int, Account] = {}
        self._puts: dict[int, dict[str, dict[str, Any]]] = {}
        self._closed: deque[Account] = deque(maxlen=KEPT)
        self._sent: deque[tuple[int, str, Any]] = deque(maxlen=KEPT)
        self._may_repeat = any(rule.repeats for rule in contract.rules.values())
        self.found: deque[Unaccounted] = deque(maxlen=KEPT)
        self.count = 0

    def exchange(
        self,
        call: Call,
        request: Request,
        decisions: Iterable[Decision],
        state: Callable[[], Documents],
        *,
        refused: bool,
    ) -> None:
        """Record a call and its decisions. `refused`: by an error, or by a fault that prevents its processing."""
        self._open[call.id] = Account(call, request.parts or (), refused=refused)
        self.decided(call.id, decisions, state)
        if self._may_repeat and isinstance(call.body, Json) and not refused:
            self._sent.append((call.id, call.operation, call.body.value))
        while len(self._open) > KEPT:
            self._forget(next(iter(self._open)))

    def decided(self, exchange: int, decisions: Iterable[Decision], state: Callable[[], Documents]) -> None:
        """Record the decisions of a call or a job, and close the accounts without pending items."""
        touched = {exchange}
        for decision in decisions:
            for outcome in decision.outcomes:
                account = self._open.get(outcome.of or exchange)
                if account:
                    account.outcomes.append(outcome)
                    touched.add(outcome.of)
            for note in decision.notes:
                account = self._open.get(note.of or exchange)
                if account:
                    account.notes.append(note)
            self._lay(exchange, decision)
        self._close(touched, state)

    def forget(self) -> None:
        """Forget the accounts, after a checkpoint was restored."""
        self._open.clear()
        self._puts.clear()
        self._closed.clear()

    def to_list(self) -> list[dict[str, Any]]:
        """Return them as JSON."""
        return [each.to_dict() for each in self.found]

    def _lay(self, exchange: int, decision: Decision) -> None:
        puts = self._puts.setdefault(exchange, {})
        for effect in decision.effects:
            if isinstance(effect, Put):
                puts.setdefault(effect.collection, {})[effect.key] = effect.document

    def _close(self, touched: Iterable[int], state: Callable[[], Documents]) -> None:
        all_clear = not any(account.pending for account in self._open.values())
        waiting = [number for number, account in self._open.items() if account.provisional] if all_clear else []
        for number in sorted({*touched, *waiting}):
            account = self._open.get(number)
            if account is None or account.pending:
                continue
            if account.provisional and not all_clear:
                account.held |= held_items(account, self._contract, state())
                continue
            documents = {name: list(held.values()) for name, held in self._puts.get(number, {}).items()}
            earlier, later = self._sent_before(account.call), self._sent_since(account.call)
            missing = unaccounted(account, self._contract, documents, earlier, later)
            if missing:
                missing = unaccounted(account, self._contract, state(), earlier, later)
            for each in missing:
                _log.warning(
                    "%s: %r at %s is neither held nor named by a finding", each.operation, each.value, each.place
                )
            self.found.extend(missing)
            self.count += len(missing)
            self._closed.append(account)
            self._forget(number)
        if not any(account.provisional for account in self._open.values()):
            self._closed.clear()

    def _sent_before(self, call: Call) -> list[Any]:
        return [body for number, operation, body in self._sent if operation == call.operation and number < call.id]

    def _sent_since(self, call: Call) -> list[Body | None]:
        """Return the bodies of later calls of the same operation, of open and recently closed accounts."""
        accounts = [*self._closed, *self._open.values()]
        return [
            account.call.body
            for account in accounts
            if account.call.operation == call.operation and account.call.id > call.id and not account.refused
        ]

    def _forget(self, number: int) -> None:
        self._open.pop(number, None)
        self._puts.pop(number, None)
