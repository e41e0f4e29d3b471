"""What a verdict is based on: the accounts of tenants, and the calls that reached none, from here or over HTTP.

Two moments of the same server can be subtracted, which leaves what a test or a run did between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from mockservers.core.errors import UsageError

Json = Mapping[str, Any]

UNAUTHENTICATED = "unauthenticated"
"""What stands in for a tenant's id in calls whose credentials select none."""


class Controls(Protocol):
    """What is asked of `mockservers.core.admin.control.Control`, or of the client of a server elsewhere."""

    def tenants(self) -> list[dict[str, Any]]: ...
    def ledger(self, name: str, *, silent: bool = False, settled: bool = False) -> dict[str, Any]: ...
    def faults(self, name: str) -> dict[str, Any]: ...
    def unmatched(self) -> list[dict[str, Any]]: ...
    def unauthenticated(self) -> dict[str, Any]: ...
    def deleted(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Account:
    """One tenant: its ledger once everything planned has run, and the faults that never fired.

    `accepted` are patterns of rule ids whose findings are expected of this tenant.
    """

    tenant: str
    vendor: str
    ledger: Json
    unfired: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The vendor's name as it writes it."""
        return str(self.ledger["vendor_title"])

    def since(self, before: Account) -> Account:
        """What was added after an earlier moment."""
        items, earlier = self.ledger["items"], before.ledger["items"]
        ledger = {
            **self.ledger,
            "items": {name: max(0, count - earlier.get(name, 0)) for name, count in items.items()},
            "findings": _added(counting(self.ledger), counting(before.ledger)),
            "silent": max(0, self.ledger["silent"] - before.ledger["silent"]),
            "at_risk": max(0, self.ledger["at_risk"] - before.ledger["at_risk"]),
        }
        if "unaccounted" in self.ledger:
            ledger["unaccounted"] = self.ledger["unaccounted"][len(before.ledger.get("unaccounted", ())) :]
        known = Counter(_planned(each) for each in before.unfired)
        unfired = tuple(each for each in self.unfired if not _taken(known, _planned(each)))
        return replace(self, ledger=ledger, unfired=unfired)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Accounts, calls that matched no operation, calls that were not authenticated, and items of deleted tenants."""

    accounts: tuple[Account, ...] = ()
    unmatched: tuple[Json, ...] = ()
    unauthenticated: tuple[Json, ...] = ()
    deleted_sent: int = 0

    def since(self, before: Evidence) -> Evidence:
        """What was added after an earlier moment."""
        earlier = {account.tenant: account for account in before.accounts}
        return Evidence(
            tuple(each.since(earlier[each.tenant]) if each.tenant in earlier else each for each in self.accounts),
            _later(self.unmatched, before.unmatched),
            _later(self.unauthenticated, before.unauthenticated),
            self.deleted_sent - before.deleted_sent,
        )

    def updated(self, later: Evidence) -> Evidence:
        """The same, where the later moment knows a tenant or a call as of then."""
        newer = {account.tenant: account for account in later.accounts}
        kept = [account for account in self.accounts if account.tenant not in newer]
        return Evidence(
            (*kept, *newer.values()),
            (*self.unmatched, *_later(later.unmatched, self.unmatched)),
            (*self.unauthenticated, *_later(later.unauthenticated, self.unauthenticated)),
            max(self.deleted_sent, later.deleted_sent),
        )

    def of(self, accounts: Iterable[Account], known: Collection[str]) -> Evidence:
        """What concerns these accounts: their calls, and those to their vendors that are nobody's and may be theirs.

        Not theirs are the calls of another `known` tenant, and those with credentials that were another's.
        """
        chosen = {account.tenant: account for account in accounts}
        vendors = {account.vendor for account in chosen.values()}
        others = set(known) - set(chosen)
        return Evidence(
            tuple(chosen.values()),
            tuple(call for call in self.unmatched if call["vendor"] in vendors and call["tenant"] not in others),
            tuple(
                call
                for call in self.unauthenticated
                if call["vendor"] in vendors and call.get("once_of", "") in ("", *chosen)
            ),
        )

    @property
    def without_tenant(self) -> tuple[Json, ...]:
        """The unauthenticated calls to an operation. Those to no operation are among the unmatched ones."""
        return tuple(call for call in self.unauthenticated if call["operation"])

    @property
    def sent(self) -> int:
        """How many items reached a tenant, of those that are deleted too."""
        return self.deleted_sent + sum(int(account.ledger["items"].get("sent", 0)) for account in self.accounts)


def gather(controls: Controls, named: Collection[str] = ()) -> Evidence:
    """All there is to know of a server, or of the tenants that are named. Raises for a name that no tenant has."""
    known = controls.tenants()
    for name in sorted(set(named) - {tenant["id"] for tenant in known}):
        controls.ledger(name)  # raises, and says which names there are
    chosen = [tenant for tenant in known if not named or tenant["id"] in named]
    accounts = [found for tenant in chosen if (found := _account(controls, tenant, named))]
    whole = Evidence(
        tuple(accounts),
        tuple(controls.unmatched()),
        tuple(controls.unauthenticated()["calls"]),
        0 if named else int(controls.deleted()["sent"]),
    )
    return whole.of(accounts, {tenant["id"] for tenant in known}) if named else whole


def _account(controls: Controls, tenant: Json, named: Collection[str]) -> Account | None:
    """A tenant's account; None when nobody named it and it is gone by now, as those of running tests go."""
    try:
        return account(controls, tenant["id"], tenant["vendor"])
    except UsageError:
        if tenant["id"] in named:
            raise
        return None


def account(controls: Controls, tenant: str, vendor: str, accepted: Iterable[str] = ()) -> Account:
    """The account of a tenant as it stands. UnknownName or NotFound when it is gone."""
    ledger = controls.ledger(tenant, settled=True)
    return Account(tenant, vendor, ledger, tuple(unfired(controls.faults(tenant)["planned"])), tuple(accepted))


def unfired(planned: Iterable[Json]) -> list[str]:
    """Faults that never happened, a line each. Where a rate decides, one matching call is enough."""
    return [
        f"{_described(each)}  ({_calls(each['matched'])})"
        for each in planned
        if not each["fired"] and not ("rate" in each and each["matched"])
    ]


def counting(ledger: Json) -> list[Json]:
    """The findings that count: those that a rewind or a later upload took back do not."""
    return [each for each in ledger["findings"] if not each.get("rewound") and not each.get("mended")]


def _added(findings: Iterable[Json], before: Iterable[Json]) -> list[Json]:
    known: Counter[tuple[Any, ...]] = Counter()
    for finding in before:
        known[_identity(finding)] += finding["count"]
    added: list[Json] = []
    for finding in findings:
        same = _identity(finding)
        old = min(known[same], finding["count"])
        known[same] -= old
        if finding["count"] > old:
            added.append({**finding, "count": finding["count"] - old})
    return added


def _identity(finding: Json) -> tuple[Any, ...]:
    return (
        *(finding[name] for name in ("exchange", "rule", "outcome", "loses", "silent", "at")),
        tuple(finding["where"]),
    )


def _later(calls: Iterable[Json], before: Iterable[Json]) -> tuple[Json, ...]:
    known = {_number(call) for call in before}
    return tuple(call for call in calls if _number(call) not in known)


def _number(call: Json) -> tuple[Any, ...]:
    return call["vendor"], call["tenant"], call["exchange"]


def _planned(line: str) -> str:
    """What was planned, without how many calls it has matched by now."""
    return line.partition("  (")[0]


def _taken(known: Counter[str], name: str) -> bool:
    known[name] -= 1
    return known[name] >= 0


def _described(planned: Json) -> str:
    about = {key: value for key, value in planned.items() if key in ("operation", "nth", "count", "rate")}
    return ", ".join([str(planned["effect"]), *(f"{key} {value}" for key, value in about.items())])


def _calls(matched: int) -> str:
    return f"{matched or 'no'} call{'s' * (matched != 1)} met it"
