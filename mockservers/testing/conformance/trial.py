"""One example: a fresh tenant, the exporter let loose on it, and what came of that."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from mockservers.core.errors import MockserversError, UsageError
from mockservers.core.tenancy.tenant import Tenant
from mockservers.testing.conformance.comparison import Comparison, Projection, compare
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.target import OutOfTime, Target
from mockservers.testing.conformance.timeouts import limited
from mockservers.testing.orders import Customer, Order, Subscription
from mockservers.testing.server import MockServer
from mockservers.testing.vendor_tenants import tenant_class

Item = Order | Customer | Subscription
Send = Callable[[Target, Sequence[Any]], Iterable[str] | None]
"""How a user's code is asked to send: it gives None, or the ids of what failed, or raises."""

NOW = "2026-01-15T03:00:00Z"
"""When every trial begins: noon in Japan, after all orders that are drawn."""

CALLS_AT_LEAST = 60
CALLS_AN_ORDER = 20
"""What an export may take. Six attempts, each with a call or two, are well within it."""

SECONDS_AN_ORDER = 0.05
"""What a long book may take more than `Exporter.time_limit` says."""

ENDLESS = "the exporter made call after call until it was turned away"

_JOBS_MOST = 1_000
"""A vendor whose jobs plan further ones without end is left at that."""

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an export ended: what it raised, or the ids of the orders that it says failed.

    `unknown` are ids that it gave, and that are of no order it was asked for.
    """

    raised: BaseException | None = None
    failed: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    @property
    def claims_all(self) -> bool:
        """Whether the exporter says that all went well."""
        return self.raised is None and not self.failed and not self.unknown

    @property
    def stopped(self) -> bool:
        """Whether it came to no end by itself."""
        return isinstance(self.raised, OutOfTime)

    def notices(self, order_id: str) -> bool:
        """Whether the exporter knows that this order did not arrive."""
        return self.raised is not None or order_id in self.failed

    def __str__(self) -> str:
        if self.raised is not None:
            return f"the exporter raised {type(self.raised).__name__}: {self.raised}"
        if self.unknown:
            return (
                f"the exporter said that these failed, of which no order was given: {', '.join(sorted(self.unknown))}"
            )
        if self.failed:
            return f"the exporter said that these failed: {', '.join(sorted(self.failed))}"
        return "it said nothing"


class Run:
    """A tenant for one example. Closed, it is gone with all that it held."""

    def __init__(
        self,
        exporter: Exporter,
        *,
        readings: Mapping[str, str] | None = None,
        known: Sequence[Order] = (),
        state: Mapping[str, Any] | None = None,
    ) -> None:
        server = MockServer.current()
        control = self._control = server.mock_app.control
        self._watch = server.watch
        self.readings = dict(readings or {})
        somebody = [order for order in known if order.customer.external_id]
        if state is None:
            state = exporter.known(somebody) if exporter.customers_known else {}
        spec = {
            "vendor": exporter.vendor,
            "id": f"conformance-{next(_numbers)}",
            "now": NOW,
            "readings": self.readings,
            "state": state,
        }
        # The clock runs on: pauses in real time count as those on the target's clock do.
        made = control.create_tenant(spec)
        self.tenant = tenant_class(exporter.vendor)(control, made, f"{server.url}/{exporter.vendor}")
        self.core: Tenant = control.tenant(self.tenant.id)
        self.target = Target(self.tenant, self._too_much)
        self._last_call = self.calls_allowed = self._exports = 0
        self._suite = exporter
        self.rests_on = exporter.rests_on

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.tenant.close()
        self._watch.acknowledge_calls()  # what they say of the exporter is the exporter's to judge

    def _too_much(self) -> bool:
        return self.core.last > self._last_call

    def _look(self) -> None:
        # Whoever calls without end, and without a pause, is turned away for good: that ends most loops.
        if self._too_much():
            self.core.revoked = True

    def export(self, orders: Sequence[Item], send: Send | None = None) -> Outcome:
        """Have the orders exported, in a bounded number of calls. One export comes an hour after the one before.

        `send` is the exporter's export unless it is another of its user's methods, for what that sends.
        """
        if self._exports:
            self.tenant.clock.advance(hours=1)
        self._exports += 1
        asked: Send = send or self._suite.export
        self.calls_allowed = CALLS_AT_LEAST + CALLS_AN_ORDER * len(orders)
        self._last_call = self.core.last + self.calls_allowed
        try:
            with limited(self._look, self._suite.time_limit + SECONDS_AN_ORDER * len(orders)):
                told = asked(self.target, list(orders))
        except MockserversError:
            raise  # of whoever uses the kit, not of the exporter
        except (Exception, OutOfTime) as error:  # noqa: BLE001 - whatever it raises, the exporter noticed
            return Outcome(raised=OutOfTime(f"{ENDLESS}; then {error!r}") if self.core.revoked else error)
        if self.core.revoked:
            return Outcome(raised=OutOfTime(ENDLESS))
        return _told(told, {order.id for order in orders})

    def settle(self) -> None:
        """Let time go by until the vendor has done all that it planned."""
        with self.core.lock:
            for _ in range(_JOBS_MOST):
                due = self.core.due
                if not due:
                    return
                self.core.advance_to_next(due[-1].name)

    def compare(self, orders: Iterable[Any], by: Projection | None = None) -> Comparison:
        """What is held, beside what was asked for: of orders, or of what else has a projection."""
        exporter = self._suite
        if by is not None:
            return compare(map(by.expected, orders), by.held(self.tenant.state), by.key, by.must)
        expected = [fields for order in orders for fields in exporter.expected(order)]
        held = [exporter.held(document) for document in self.tenant.state[exporter.collection]]
        return compare(expected, held, exporter.key, exporter.must)

    def plan(self, *faults: Mapping[str, Any]) -> None:
        """Plan these faults in place of those before."""
        with self.core.lock:
            self.core.faults.plan({"faults": [dict(each) for each in faults]})

    @property
    def fired(self) -> int:
        """How many planned faults were met."""
        return len(self.core.faults.to_dict()["fired"])

    @property
    def disturbed(self) -> set[int]:
        """The calls that met a planned fault, by number."""
        return {exchange["id"] for exchange in self.exchanges if exchange["fault"]}

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        """All calls, oldest first."""
        return self.tenant.journal

    @property
    def ledger(self) -> dict[str, Any]:
        """What became of every item: {"items", "silent", "findings", …}."""
        return self._control.ledger(self.tenant.id)


def _told(told: object, known: set[str]) -> Outcome:
    if told is None:
        return Outcome()
    if isinstance(told, str | bytes) or not isinstance(told, Iterable):
        raise UsageError(f"export gives None or the ids of the orders that failed, not {told!r}.")
    named = frozenset(map(str, told))
    return Outcome(failed=named & known, unknown=named - known)
