"""The run of one example: a fresh tenant, the exports to it, and their results."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from types import TracebackType
from typing import Any, Self

from mockservers.core.errors import MockserversError, UsageError
from mockservers.core.values.clock import moment, text
from mockservers.testing.conformance.comparison import Comparison, Projection
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.target import OutOfTime
from mockservers.testing.conformance.timeouts import limited
from mockservers.testing.orders import Customer, Order, Subscription
from mockservers.testing.server import current
from mockservers.testing.vendor_tenants import tenant_class

Item = Order | Customer | Subscription
Send = Callable[[Any, Sequence[Any]], Iterable[str] | None]
"""The user's method that sends records. It returns None or the ids of those that failed, or raises."""

NOW = "2026-01-15T03:00:00Z"
"""The start time of an example: noon in Japan, later than all generated orders."""

NIGHT = "2026-01-14T16:30:00Z"
"""Half past one at night in Japan, when UTC has another date."""

CALLS_AT_LEAST = 60
CALLS_AN_ORDER = 20
"""Maximum calls of an export. Six attempts with one or two calls each are allowed."""

SECONDS_AN_ORDER = 0.05
"""How much longer than `Exporter.time_limit` a large number of orders may take."""

ENDLESS = "the exporter made call after call until it was turned away"

_NAMES_SHOWN = 10
"""Maximum names in a message, because a thousand orders may have failed."""

_JOBS_MOST = 1_000
"""Maximum rounds of jobs, because a vendor's jobs may plan other jobs forever."""

_names = (f"conformance-{token_hex(4)}-{number}" for number in itertools.count(1))
"""Ids of tenants. A server may be shared with other test processes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an export: the exception that it raised, or the ids of the orders that it reports as failed.

    `unknown` are reported ids that no order has.
    """

    raised: BaseException | None = None
    failed: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    @property
    def claims_all(self) -> bool:
        """Whether the exporter reports success for all orders."""
        return self.raised is None and not self.failed and not self.unknown

    @property
    def stopped(self) -> bool:
        """Whether it was stopped at its time limit."""
        return isinstance(self.raised, OutOfTime)

    def notices(self, order_id: str) -> bool:
        """Whether the exporter reports that this order did not arrive."""
        return self.raised is not None or order_id in self.failed

    def __str__(self) -> str:
        if self.raised is not None:
            return f"the exporter raised {type(self.raised).__name__}: {self.raised}"
        if self.claims_all:
            return "the exporter reported no failure"
        said = f"the exporter said that these failed: {_listed(self.failed | self.unknown)}"
        return f"{said}; no order was given it by the id {_listed(self.unknown)}" if self.unknown else said


def _listed(names: frozenset[str]) -> str:
    """The first names, and the number of the others."""
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(sorted(names)[:_NAMES_SHOWN]) + more


def real_seconds(exporter: Exporter[Any], orders: Sequence[Item]) -> float:
    """The real seconds that an export of these records may take."""
    return exporter.time_limit + SECONDS_AN_ORDER * len(orders)


class Run:
    """A tenant for one example, which is deleted at the end."""

    def __init__(
        self,
        exporter: Exporter[Any],
        *,
        readings: Mapping[str, str] | None = None,
        known: Sequence[Order] = (),
        state: Mapping[str, Any] | None = None,
        now: str = NOW,
    ) -> None:
        server = current()
        control = self._control = server.control
        self._watch = server.watch
        self.readings = dict(readings or {})
        somebody = [order for order in known if order.customer.identified]
        if state is None:
            state = exporter.known([order.customer for order in somebody]) if exporter.customers_known else {}
        spec = {
            "vendor": exporter.vendor,
            "id": next(_names),
            "now": text(exporter.begins(moment(now))),
            "readings": self.readings,
            "state": state,
        }
        # The clock is not frozen: pauses in real time count like those on the target's clock.
        made = control.create_tenant(spec)
        self.tenant = tenant_class(exporter.vendor)(control, made, f"{server.url}/{exporter.vendor}")
        self.target = exporter.target_class(self.tenant, self._too_much)
        self._last_call = self.calls_allowed = self._exports = 0
        self._suite = exporter
        if exporter.kept is not None:
            exporter.kept.restore()
        if exporter.process is not None and (exporter.kept is not None or exporter.can("reset")):
            exporter.process.forget()
        exporter.reset(self.target)
        self.held, self.contract = exporter.held, exporter.contract

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.tenant.close()
        self._watch.acknowledge_calls()  # the kit judges these calls, not the test that runs it

    def _too_much(self) -> bool:
        return self.calls > self._last_call

    def _look(self) -> None:
        # After too many calls, every call is refused, which ends most loops.
        if self._too_much():
            self._control.revoke(self.tenant.id)

    def export(self, orders: Sequence[Item], send: Send | None = None) -> Outcome:
        """Export the orders, with a limited number of calls. Each export is an hour after the one before.

        `send` is another method of the user, for other records. Its default is the exporter's `export`.
        """
        if self._exports:
            self.tenant.clock.advance(hours=1)
        self._exports += 1
        asked: Send = send or self._suite.export
        seconds = real_seconds(self._suite, orders)
        if self._suite.progress is not None:
            self._suite.progress.exported()
        self.calls_allowed = CALLS_AT_LEAST + CALLS_AN_ORDER * len(orders)
        self._last_call = self.calls + self.calls_allowed
        try:
            with limited(self._look, seconds):
                failed = asked(self.target, list(orders))
        except MockserversError:
            raise  # a mistake of the kit's user, not of the exporter
        except (Exception, OutOfTime) as error:  # noqa: BLE001 - whatever it raises, the exporter noticed
            if self._revoked:
                return Outcome(raised=OutOfTime(f"{ENDLESS}; then {error!r}"))
            # An OutOfTime of `limited` has no message, because it is raised in this thread by another one.
            overdue = isinstance(error, OutOfTime) and not str(error)
            return Outcome(raised=OutOfTime(f"the export took more than {seconds:g} s") if overdue else error)
        if self._revoked:
            return Outcome(raised=OutOfTime(ENDLESS))
        return _outcome_of(failed, {order.id for order in orders})

    def settle(self) -> None:
        """Advance the vendor's clock until all planned jobs have run."""
        clock = self.tenant.clock
        for _ in range(_JOBS_MOST):
            due = clock.due
            if not due:
                return
            with suppress(UsageError):  # a late call of the exporter may have run it meanwhile
                clock.to_next(due[-1]["job"])

    def compare(self, orders: Iterable[Any], by: Projection | None = None) -> Comparison:
        """Compare what is held with what was exported: orders, or other records with their projection."""
        if by is not None:
            return by.compared(orders, self.tenant.state)
        return self._suite.compared(orders, self.tenant.state)

    def plan(self, *faults: Mapping[str, Any]) -> None:
        """Plan these faults instead of the earlier ones."""
        self.tenant.faults.replace(faults)

    @property
    def fired(self) -> int:
        """The number of planned faults that fired."""
        return len(self.tenant.faults.fired)

    @property
    def disturbed(self) -> set[int]:
        """The numbers of the calls on which a planned fault fired."""
        return {exchange["id"] for exchange in self.exchanges if exchange["fault"]}

    @property
    def calls(self) -> int:
        """The number of calls that reached the tenant."""
        return int(self._control.get_tenant(self.tenant.id)["exchanges"])

    @property
    def _revoked(self) -> bool:
        return bool(self._control.get_tenant(self.tenant.id)["revoked"])

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        """All calls, oldest first."""
        return self.tenant.journal

    @property
    def rules(self) -> set[str]:
        """The rules that decisions applied, or whose reading they consulted."""
        (about,) = self._control.coverage(self.tenant.id)["vendors"]
        return {rule["rule"] for rule in about["of"] if rule["times"]}

    @property
    def ledger(self) -> dict[str, Any]:
        """The outcome of every item: {"items", "silent", "findings", …}."""
        return self._control.ledger(self.tenant.id)


def _outcome_of(failed: object, known: set[str]) -> Outcome:
    if failed is None:
        return Outcome()
    if isinstance(failed, str | bytes) or not isinstance(failed, Iterable):
        raise UsageError(f"export must return None or the ids of the orders that failed, not {failed!r}.")
    named = frozenset(map(str, failed))
    return Outcome(failed=named & known, unknown=named - known)
