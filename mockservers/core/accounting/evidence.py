"""The input of a verdict: the accounts of tenants, and the calls that reached none, of this process or over HTTP.

The difference of two moments of a server is the evidence of a test or run between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from mockservers.core.errors import UsageError
from mockservers.core.value import Value, replace

Json = Mapping[str, Any]

UNAUTHENTICATED = "unauthenticated"
"""Replaces the tenant's id of calls whose credentials select none."""


class Controls(Protocol):
    """The required methods of `mockservers.core.admin.control.Control`, or of a client of another server."""

    def tenants(self) -> list[dict[str, Any]]: ...
    def ledger(self, name: str, *, silent: bool = False, settled: bool = False) -> dict[str, Any]: ...
    def faults(self, name: str) -> dict[str, Any]: ...
    def unmatched(self) -> list[dict[str, Any]]: ...
    def unauthenticated(self) -> dict[str, Any]: ...
    def deleted(self) -> dict[str, Any]: ...


class Account(Value):
    """One tenant: its ledger after all planned jobs, and the faults that never fired.

    `accepted` are patterns of rule ids whose findings are expected of this tenant.
    """

    tenant: str
    vendor: str
    ledger: Json
    unfired: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The vendor's name in its own spelling."""
        return str(self.ledger["vendor_title"])

    def since(self, before: Account) -> Account:
        """Return what was added after an earlier moment."""
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
        unfired = tuple(each for each in self.unfired if not _is_known(known, _planned(each)))
        return replace(self, ledger=ledger, unfired=unfired)


class Evidence(Value):
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
        """Return the same evidence, with the tenants and calls of a later moment updated or added."""
        newer = {account.tenant: account for account in later.accounts}
        kept = [account for account in self.accounts if account.tenant not in newer]
        return Evidence(
            (*kept, *newer.values()),
            (*self.unmatched, *_later(later.unmatched, self.unmatched)),
            (*self.unauthenticated, *_later(later.unauthenticated, self.unauthenticated)),
            max(self.deleted_sent, later.deleted_sent),
        )

    def of(self, accounts: Iterable[Account], known: Collection[str]) -> Evidence:
        """Return the evidence of these accounts: their calls, and calls to their vendors that reached no tenant.

        Calls of another `known` tenant, or with the former credentials of another tenant, are excluded.
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
        """The number of items that reached a tenant, including deleted tenants."""
        return self.deleted_sent + sum(int(account.ledger["items"].get("sent", 0)) for account in self.accounts)


def gather(controls: Controls, named: Collection[str] = ()) -> Evidence:
    """Collect the evidence of a server, or of the named tenants. Raises for a name that no tenant has."""
    known = controls.tenants()
    for name in sorted(set(named) - {tenant["id"] for tenant in known}):
        controls.ledger(name)  # raises, and lists the existing names
    chosen = [tenant for tenant in known if not named or tenant["id"] in named]
    accounts = [each_account for tenant in chosen if (each_account := _account(controls, tenant, named))]
    whole = Evidence(
        tuple(accounts),
        tuple(controls.unmatched()),
        tuple(controls.unauthenticated()["calls"]),
        0 if named else int(controls.deleted()["sent"]),
    )
    return whole.of(accounts, {tenant["id"] for tenant in known}) if named else whole


def _account(controls: Controls, tenant: Json, named: Collection[str]) -> Account | None:
    """Return a tenant's account; None if it was not named and was deleted meanwhile, as those of running tests are."""
    try:
        return account(controls, tenant["id"], tenant["vendor"])
    except UsageError:
        if tenant["id"] in named:
            raise
        return None


def account(controls: Controls, tenant: str, vendor: str, accepted: Iterable[str] = ()) -> Account:
    """Return the present account of a tenant. UnknownName or NotFound if it was deleted."""
    ledger = controls.ledger(tenant, settled=True)
    return Account(tenant, vendor, ledger, tuple(unfired(controls.faults(tenant)["planned"])), tuple(accepted))


def unfired(planned: Iterable[Json]) -> list[str]:
    """Return a line for each fault that never fired. A fault with a rate counts as fired after one matching call."""
    return [
        f"{_described(each)}  ({_calls(each['matched'])})"
        for each in planned
        if not each["fired"] and not ("rate" in each and each["matched"])
    ]


def counting(ledger: Json) -> list[Json]:
    """Return the findings that count: those that a rewind or a later upload withdrew do not."""
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
    """Return the planned fault of a line, without the number of matched calls."""
    return line.partition("  (")[0]


def _is_known(known: Counter[str], name: str) -> bool:
    known[name] -= 1
    return known[name] >= 0


def _described(planned: Json) -> str:
    parameters = {key: value for key, value in planned.items() if key in ("operation", "nth", "count", "rate")}
    return ", ".join([str(planned["effect"]), *(f"{key} {value}" for key, value in parameters.items())])


def _calls(matched: int) -> str:
    return f"{matched or 'no'} call{'s' * (matched != 1)} met it"
