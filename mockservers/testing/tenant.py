"""A tenant in the hands of a test: where to send, what came, what became of it, and its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self

from mockservers.core import clock as clocks
from mockservers.core import report
from mockservers.core.errors import UsageError
from mockservers.testing import covering
from mockservers.testing.allowing import current
from mockservers.testing.steering import Checkpoint, Faults, Limits, Steers


class Controls(Steers, Protocol):
    """The calls of `mockservers.core.control.Control` that a tenant needs."""

    def state(self, name: str) -> dict[str, list[dict[str, Any]]]: ...
    def put_state(self, name: str, state: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]: ...
    def journal(self, name: str, filters: Mapping[str, str] | None = None) -> dict[str, Any]: ...
    def ledger(self, name: str, *, silent_only: bool = False) -> dict[str, Any]: ...
    def clock(self, name: str) -> dict[str, Any]: ...
    def move_clock(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]: ...
    def readings(self, name: str) -> dict[str, str]: ...
    def put_readings(self, name: str, readings: Mapping[str, Any]) -> dict[str, str]: ...
    def webhooks(self, name: str) -> dict[str, Any]: ...
    def put_webhooks(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]: ...
    def unmatched(self) -> list[dict[str, Any]]: ...
    def coverage(self, name: str) -> dict[str, Any]: ...
    def delete_tenant(self, name: str) -> None: ...


class State(MutableMapping[str, list[dict[str, Any]]]):
    """What the vendor holds: `state["orders"]` is a list of documents, and may be set."""

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
    """What became of every item sent, as it stands when asked."""

    def __init__(self, controls: Controls, name: str) -> None:
        self._controls, self._name = controls, name

    @property
    def items(self) -> dict[str, int]:
        """{"sent": 5, "kept": 3, "dropped": 2}."""
        counts: dict[str, int] = self._controls.ledger(self._name)["items"]
        return counts

    @property
    def silent(self) -> int:
        """How much was lost without a reply that said so."""
        return int(self._controls.ledger(self._name)["silent"])

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Everything to know about what was sent, besides that it was kept."""
        found: list[dict[str, Any]] = self._controls.ledger(self._name)["findings"]
        return found

    def __repr__(self) -> str:
        ledger = self._controls.ledger(self._name)
        return "\n".join([report.items(ledger), *report.rows(ledger["findings"])])


class Clock:
    """The tenant's time. It is frozen until it is moved.

    Whatever moves it gives the jobs that were done on the way: [{"job", "at", "exchange"}], each done at its own time.
    """

    def __init__(self, controls: Controls, name: str) -> None:
        self._controls, self._name = controls, name

    @property
    def now(self) -> datetime:
        """The moment it is for the vendor."""
        return clocks.moment(self._controls.clock(self._name)["now"])

    @property
    def due(self) -> list[dict[str, Any]]:
        """What the vendor has planned: [{"job", "at", "exchange"}], soonest first."""
        planned: list[dict[str, Any]] = self._controls.clock(self._name)["due"]
        return planned

    def to_next(self, job: str) -> list[dict[str, Any]]:
        """Move to when the next job of that name is due: `"ingest"`. UsageError when none is planned."""
        return self._move({"to_next": job})

    def run_due(self) -> list[dict[str, Any]]:
        """Do what is due by now, without a move."""
        return self._move({"run_due": True})

    def advance(self, by: str | timedelta | None = None, **length: float) -> list[dict[str, Any]]:
        """Move on by `"P1D"`, a timedelta, or `days=1`."""
        span = timedelta(**length) if by is None else clocks.duration(by)
        if span < timedelta():
            raise UsageError(f"The clock cannot go back, by {-span}. Rewind a checkpoint instead.")
        return self._move({"advance": clocks.length(span)})

    def to(self, moment: str | datetime) -> list[dict[str, Any]]:
        """Move to a later moment: RFC 3339 text or an aware datetime."""
        return self._move({"to": moment if isinstance(moment, str) else moment.isoformat()})

    def _move(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        fired: list[dict[str, Any]] = self._controls.move_clock(self._name, asked)["fired"]
        return fired


class Readings(MutableMapping[str, str]):
    """How the forks are read that the vendor's pages leave open: {rule: choice}."""

    def __init__(self, controls: Controls, name: str) -> None:
        self._controls, self._name = controls, name

    def __getitem__(self, rule: str) -> str:
        return self._controls.readings(self._name)[rule]

    def __setitem__(self, rule: str, choice: str) -> None:
        self._controls.put_readings(self._name, {rule: choice})

    def __delitem__(self, rule: str) -> None:
        raise TypeError("A reading cannot be taken away. Set it to another choice.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._controls.readings(self._name))

    def __len__(self) -> int:
        return len(self._controls.readings(self._name))


class Webhooks:
    """What the vendor sends by itself: where to, and what came of it."""

    def __init__(self, controls: Controls, name: str) -> None:
        self._controls, self._name = controls, name

    def to(self, url: str | None, **given: Any) -> None:
        """Send to `url` from now on (None: nowhere), with `secret`, `delay` and `duplicates` if wanted."""
        self._controls.put_webhooks(self._name, {"url": url, **given})

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """[{"id", "event", "exchange", "url", "state", "attempts", "body"}], oldest first."""
        listed: list[dict[str, Any]] = self._controls.webhooks(self._name)["deliveries"]
        return listed


class MockTenant:
    """A fresh account with a vendor.

    `url` stands for the vendor's scheme and host; `credentials` are what the client must send, each an attribute too
    (`token`, `tid`, `api_key`). `state`, `journal`, `ledger`, `clock`, `readings`, `faults`, `limits` and `webhooks`
    show and set the rest; `checkpoint` keeps a moment to go back to.
    """

    def __init__(self, controls: Controls, tenant: Mapping[str, Any], url: str) -> None:
        self._controls = controls
        self.id: str = tenant["id"]
        self.vendor: str = tenant["vendor"]
        self.credentials: dict[str, str] = dict(tenant["credentials"])
        self.url = url
        self.state = State(controls, self.id)
        self.ledger = Ledger(controls, self.id)
        self.clock = Clock(controls, self.id)
        self.readings = Readings(controls, self.id)
        self.faults = Faults(controls, self.id)
        self.limits = Limits(controls, self.id)
        self.webhooks = Webhooks(controls, self.id)

    def __getattr__(self, name: str) -> str:
        credentials: dict[str, str] = self.__dict__.get("credentials", {})
        if name in credentials:
            return credentials[name]
        known = ", ".join(credentials)
        raise AttributeError(
            f"A tenant of {self.__dict__.get('vendor')} has no {name!r}. Its credentials are: {known}."
        )

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The exchanges so far, oldest first."""
        exchanges: list[dict[str, Any]] = self._controls.journal(self.id)["exchanges"]
        return exchanges

    @property
    def unmatched(self) -> list[dict[str, Any]]:
        """Calls with this tenant's credentials that matched no operation of the vendor."""
        return [call for call in self._controls.unmatched() if call["tenant"] == self.id]

    def checkpoint(self, name: str = "") -> Checkpoint:
        """Keep this moment: `changes` since then, `rewind` to it. A name is made up when not given."""
        given = {"name": name} if name else {}
        return Checkpoint(self._controls, self.id, str(self._controls.checkpoint(self.id, given)["name"]))

    def export(self) -> dict[str, Any]:
        """The tenant as one JSON document, for `mock_server.import_tenant`: what it holds, not what was done to it."""
        return self._controls.export(self.id)

    def complaints(self, fail_on: str = "silent", expected: Sequence[str] = ()) -> str:
        """What is wrong with how this tenant was treated, as text; empty when nothing is.

        `fail_on`: `silent` losses, unmatched calls and planned faults that never fired, `at-risk` ones too, or `never`.
        Losses under an `expected` rule are no complaint.
        """
        if fail_on == "never":
            return ""
        ledger = self._controls.ledger(self.id)
        said: list[str] = []
        silent = [found for found in ledger["findings"] if found["silent"] and found["rule"] not in expected]
        evicted = ledger["silent"] - sum(found["count"] for found in ledger["findings"] if found["silent"])
        if silent or evicted:
            said.append(report.lost(self.vendor, ledger, silent))
            if evicted:
                said.append(f"  and {evicted} more, whose findings made room for newer ones")
            if silent:
                said.append(f'Expected? Mark the test: @pytest.mark.expect_loss("{silent[0]["rule"]}")')
        risky = [
            found
            for found in ledger["findings"]
            if found["outcome"] == "at-risk" and not found["rewound"] and found["rule"] not in expected
        ]
        if fail_on == "at-risk" and risky:
            said += [f"At risk with {report.title(self.vendor)}:", *report.rows(risky)]
        strays = self.unmatched
        if strays:
            said.append(f"{report.title(self.vendor)} has no such operation:")
            said += [
                f"  #{call['exchange']} {call['method']} {call['path']}  answered {call['status']}" for call in strays
            ]
        unfired = self.faults.unfired
        if unfired:
            said += [f"Planned for {report.title(self.vendor)}, and never fired:", *(f"  {fault}" for fault in unfired)]
        return "\n".join(said)

    def check(self, fail_on: str | None = None, expected: Sequence[str] = ()) -> None:
        """AssertionError when there is a complaint; what the running test allows is none."""
        __tracebackhide__ = True
        allowed = current()
        said = self.complaints(fail_on or allowed.fail_on, [*allowed.expected, *expected])
        if said:
            raise AssertionError(said)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if kind is None:
                self.check()
        finally:
            self.close()

    def close(self) -> None:
        """Forget the tenant; what it exercised of the vendor's rules is kept where that is wanted."""
        if covering.wanted():
            covering.collect(self._controls.coverage(self.id)["vendors"])
        self._controls.delete_tenant(self.id)

    def __repr__(self) -> str:
        return f"<MockTenant {self.id} at {self.url}>"
