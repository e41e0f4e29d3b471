"""A tenant of a test: its address and credentials, its state, ledger, journal and clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self

from mockservers.core.accounting.evidence import Controls as Asked
from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.verdict import Policy, Verdict, judge
from mockservers.core.errors import UsageError
from mockservers.core.values import clock as clocks
from mockservers.reports import text as report
from mockservers.reports.verdict import text
from mockservers.testing import coverage_collector, report_collector
from mockservers.testing.expectations import advice, known
from mockservers.testing.judging import Watch
from mockservers.testing.running_test import running
from mockservers.testing.steering import Checkpoint, Faults, Limits, Steers


class Controls(Steers, Asked, Protocol):
    """The calls of `mockservers.core.admin.control.Control` that a tenant needs."""

    def state(self, name: str) -> dict[str, list[dict[str, Any]]]: ...
    def put_state(self, name: str, state: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]: ...
    def journal(self, name: str) -> dict[str, Any]: ...
    def clock(self, name: str) -> dict[str, Any]: ...
    def move_clock(self, name: str, move: Mapping[str, Any]) -> dict[str, Any]: ...
    def readings(self, name: str) -> dict[str, str]: ...
    def put_readings(self, name: str, readings: Mapping[str, Any]) -> dict[str, str]: ...
    def webhooks(self, name: str) -> dict[str, Any]: ...
    def put_webhooks(self, name: str, target: Mapping[str, Any]) -> dict[str, Any]: ...
    def resend(self, name: str, exchange: int) -> dict[str, Any]: ...
    def resend_webhook(self, name: str, webhook: str) -> dict[str, Any]: ...
    def coverage(self, name: str) -> dict[str, Any]: ...
    def delete_tenant(self, name: str) -> None: ...


class State(MutableMapping[str, list[dict[str, Any]]]):
    """The documents that the vendor holds: `state["orders"]` is a list, and you can set it."""

    def __init__(self, controls: Controls, name: str) -> None:
        self._controls, self._name = controls, name

    def __getitem__(self, collection: str) -> list[dict[str, Any]]:
        return self._controls.state(self._name)[collection]

    def __setitem__(self, collection: str, documents: Sequence[Mapping[str, Any]]) -> None:
        self._controls.put_state(self._name, {collection: list(documents)})

    def __delitem__(self, collection: str) -> None:
        self[collection] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self._controls.state(self._name))

    def __len__(self) -> int:
        return len(self._controls.state(self._name))

    def __repr__(self) -> str:
        return repr(self._controls.state(self._name))


class Ledger:
    """The outcomes of all items that were sent. Each attribute reads the current ledger."""

    def __init__(self, controls: Controls, name: str, watch: Watch | None = None) -> None:
        self._controls, self._name, self._watch = controls, name, watch

    @property
    def items(self) -> dict[str, int]:
        """{"sent": 5, "kept": 3, "dropped": 2}."""
        counts: dict[str, int] = self._controls.ledger(self._name)["items"]
        return counts

    @property
    def silent(self) -> int:
        """The number of losses that no reply reported."""
        return int(self._controls.ledger(self._name)["silent"])

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings, each with the `test` that sent the call."""
        listed: list[dict[str, Any]] = self._controls.ledger(self._name)["findings"]
        return [{**finding, "test": _test(self._watch, self._name, finding["exchange"])} for finding in listed]

    def __repr__(self) -> str:
        ledger = self._controls.ledger(self._name)
        return "\n".join([report.items(ledger), *report.rows(ledger["findings"])])


class Clock:
    """The tenant's clock. It is frozen: only its methods move it.

    Each method returns the jobs that ran: [{"job", "at", "exchange"}]. A job runs at the time for which it is planned.
    """

    def __init__(self, controls: Controls, name: str) -> None:
        self._controls, self._name = controls, name

    @property
    def now(self) -> datetime:
        """The vendor's time."""
        return clocks.moment(self._controls.clock(self._name)["now"])

    @property
    def due(self) -> list[dict[str, Any]]:
        """The planned jobs of the vendor: [{"job", "at", "exchange"}], soonest first."""
        planned: list[dict[str, Any]] = self._controls.clock(self._name)["due"]
        return planned

    def to_next(self, job: str) -> list[dict[str, Any]]:
        """Move to the next job with this name, such as `"ingest"`. UsageError if none is planned."""
        return self._move({"to_next": job})

    def run_due(self) -> list[dict[str, Any]]:
        """Run the jobs that are due, without moving the clock."""
        return self._move({"run_due": True})

    def advance(self, by: str | timedelta | None = None, **length: float) -> list[dict[str, Any]]:
        """Advance by `"P1D"`, a timedelta, or `days=1`."""
        span = timedelta(**length) if by is None else clocks.duration(by)
        if span < timedelta():
            raise UsageError(f"The clock cannot go back by {-span}. Fix: rewind to a checkpoint.")
        return self._move({"advance": clocks.length(span)})

    def to(self, moment: str | datetime) -> list[dict[str, Any]]:
        """Move to a later time: RFC 3339 text or an aware datetime."""
        return self._move({"to": moment if isinstance(moment, str) else moment.isoformat()})

    def _move(self, move: Mapping[str, Any]) -> list[dict[str, Any]]:
        fired: list[dict[str, Any]] = self._controls.move_clock(self._name, move)["fired"]
        return fired


class Readings(MutableMapping[str, str]):
    """The readings of the vendor's rules: {rule: choice}."""

    def __init__(self, controls: Controls, name: str) -> None:
        self._controls, self._name = controls, name

    def __getitem__(self, rule: str) -> str:
        return self._controls.readings(self._name)[rule]

    def __setitem__(self, rule: str, choice: str) -> None:
        self._controls.put_readings(self._name, {rule: choice})

    def __delitem__(self, rule: str) -> None:
        raise TypeError("A reading cannot be deleted. Fix: set it to another choice.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._controls.readings(self._name))

    def __len__(self) -> int:
        return len(self._controls.readings(self._name))


class Webhooks:
    """The webhooks that the vendor sends: their receiver and their deliveries."""

    def __init__(self, controls: Controls, name: str) -> None:
        self._controls, self._name = controls, name

    def to(self, url: str | None, **options: Any) -> None:
        """Send webhooks to `url` from now on (None: send none), optionally with `secret`, `delay` and `duplicates`."""
        self._controls.put_webhooks(self._name, {"url": url, **options})

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """[{"id", "event", "exchange", "url", "state", "attempts", "body"}], oldest first."""
        listed: list[dict[str, Any]] = self._controls.webhooks(self._name)["deliveries"]
        return listed

    def resend(self, webhook: str) -> None:
        """Send the webhook with this "id" again, to the receiver that is set now."""
        self._controls.resend_webhook(self._name, webhook)


class MockTenant:
    """A fresh account with a vendor. Each built-in vendor has a subclass with a property for each credential.

    `url` replaces the vendor's scheme and host; `credentials` are what the client must send. `state`, `journal`,
    `ledger`, `clock`, `readings`, `faults`, `limits` and `webhooks` show and set the rest. `checkpoint` saves the
    state, so that you can rewind to it.
    """

    def __init__(self, controls: Controls, tenant: Mapping[str, Any], url: str, watch: Watch | None = None) -> None:
        self._controls, self._watch, self._closed = controls, watch, False
        self._accepted: list[str] = []
        self.id: str = tenant["id"]
        self.vendor: str = tenant["vendor"]
        self.credentials: dict[str, str] = dict(tenant["credentials"])
        self.url = url
        self.state = State(controls, self.id)
        self.ledger = Ledger(controls, self.id, watch)
        self.clock = Clock(controls, self.id)
        self.readings = Readings(controls, self.id)
        self.faults = Faults(controls, self.id)
        self.limits = Limits(controls, self.id)
        self.webhooks = Webhooks(controls, self.id)

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The exchanges so far, oldest first, each with the `test` that sent it."""
        exchanges: list[dict[str, Any]] = self._controls.journal(self.id)["exchanges"]
        return [{**exchange, "test": _test(self._watch, self.id, exchange["id"])} for exchange in exchanges]

    def resend(self, exchange: int) -> dict[str, Any]:
        """Send the call of an exchange again, byte for byte, like a client that got no answer.

        Return the new call, with the keys of a log line: "exchange", "status", "items", "losses" and others.
        """
        return self._controls.resend(self.id, exchange)

    @property
    def unmatched(self) -> list[dict[str, Any]]:
        """Calls with this tenant's credentials that matched no operation of the vendor."""
        return [call for call in self._controls.unmatched() if call["tenant"] == self.id]

    def checkpoint(self, name: str = "") -> Checkpoint:
        """Save the state: `changes` since then, `rewind` to it. Without a `name`, one is generated."""
        request = {"name": name} if name else {}
        return Checkpoint(self._controls, self.id, str(self._controls.checkpoint(self.id, request)["name"]))

    def export(self, *, secrets: bool = False) -> dict[str, Any]:
        """The tenant as one JSON document for `mock_server.import_tenant`, without its journal and ledger.

        With `secrets`, it has the credentials and the secret that signs webhooks, too.
        """
        return self._controls.export(self.id, secrets=secrets)

    def expect_loss(self, *rules: str) -> None:
        """Accept findings under these rules, or patterns such as `zangsho.*`, until the end of the test.

        For tests that cannot have a mark. UsageError for a rule that no vendor has.
        """
        accepted = known(rules)
        self._accepted += accepted
        if self._watch:
            self._watch.accept(self.id, accepted)

    def verdict(self, fail_on: str | None = None, expected: Sequence[str] = ()) -> Verdict:
        """The failures of this tenant, and of calls to its vendor that reached no tenant, in the running test.

        `fail_on` is `silent`, `lost`, `at-risk` or `never`; its default is that of the running test. `expected` are
        accepted rules, in addition to those of the test.
        """
        policy = running().policy
        accepted = (*policy.expected, *self._accepted, *known(expected))
        evidence = self._watch.of(self.id, self.vendor) if self._watch else gather(self._controls, [self.id])
        return judge(evidence, Policy(fail_on or policy.level, accepted))

    def check(self, fail_on: str | None = None, expected: Sequence[str] = ()) -> None:
        """Raise AssertionError if the verdict fails."""
        __tracebackhide__ = True
        verdict = self.verdict(fail_on, expected)
        if self._watch:
            self._watch.acknowledge(self.id, self.vendor)
        if verdict.failed:
            if report_collector.wanted():
                report_collector.collect_failures(verdict)
            raise AssertionError("\n".join(part for part in (text(verdict), advice(verdict)) if part))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if kind is None:
                self.check()
        finally:
            self.close()

    def close(self) -> None:
        """Delete the tenant. A coverage or report of the run keeps its part."""
        if self._closed:
            return
        self._closed = True
        if self._watch:
            self._watch.closing(self.id)
        if coverage_collector.wanted():
            coverage_collector.collect(self._controls.coverage(self.id)["vendors"])
        if not (self._watch and self._watch.keeps(self.id)):
            self._controls.delete_tenant(self.id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} at {self.url}>"


def _test(watch: Watch | None, tenant: str, exchange: int) -> str | None:
    return (watch.test_of(tenant, exchange) if watch else running().test) or None
