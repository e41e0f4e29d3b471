"""The calls of this process's tests to a server, and which of them have been judged.

A test is charged with the losses of the calls that were sent while it ran, and not with those of earlier tests. The
evidence is the ledgers after all planned jobs have run, so a later test that moves the clock adds nothing to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any, Protocol

from mockservers.core.accounting.evidence import UNAUTHENTICATED, Account, Controls, Evidence, account
from mockservers.core.accounting.verdict import Policy, judge, met
from mockservers.core.errors import ServerUnavailable, UsageError
from mockservers.core.value import replace
from mockservers.reports.call_line import permalink
from mockservers.reports.verdict import text
from mockservers.testing import report_collector
from mockservers.testing.expectations import advice
from mockservers.testing.running_test import running

_watched: list[Watch] = []

_PAGES = 5
"""Maximum number of calls of a tenant whose pages a failure names."""


class Watched(Controls, Protocol):
    """The admin calls that a verdict and the last calls need."""

    def journal(self, name: str, *, after: int = 0) -> dict[str, Any]: ...


class Watch:
    """The calls of this process to one server.

    `own`: this process started the server, so all tenants count. Otherwise only those count that `opened` names.
    `alone`: no other process calls the server, so calls that reach no tenant are from this process. `page` is the
    address of the server's page, if the server keeps running after this process.
    """

    def __init__(self, controls: Watched, *, own: bool, alone: bool = True, page: str = "") -> None:
        self._controls, self._own, self._alone, self._page = controls, own, alone, page
        self._kept: set[str] = set()
        self._opened: dict[str, str] = {}
        self._closed: dict[str, Account] = {}
        self._accepted: dict[str, list[str]] = {}
        self._tests: dict[str, list[tuple[int, str]]] = {}
        self._before: dict[str, Evidence] = {}
        self._acknowledged = self._judged = self._seen = Evidence()
        self._calls_of_any_process = self._judged_calls_of_any_process = Evidence()
        self.stopped = self._vanished = False

    # -- the server's part --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Judge the calls from now on. Earlier calls belong to no test."""
        self.look()
        self._judged, self._judged_calls_of_any_process = self._seen, self._calls_of_any_process
        _watched.append(self)

    def stop(self) -> None:
        """The server has stopped. Its calls are still to be judged."""
        self.stopped = True

    def server_ends(self) -> None:
        """The server is about to end. Keep its ledgers until they are judged."""
        with suppress(ServerUnavailable):
            for tenant in list(self._opened):
                self.closing(tenant)
            self.look()
        self._opened.clear()
        self._vanished = self.stopped = True

    def opened(self, tenant: str, vendor: str) -> None:
        """Note a tenant that this process has created."""
        self._opened[tenant] = vendor
        if not running().test or self not in _watched:  # then nothing else records the earlier calls
            self._before[tenant] = self._calls((), ())

    def closing(self, tenant: str) -> None:
        """A tenant is about to be deleted. Keep its ledger until it is judged."""
        vendor = self._opened.pop(tenant, None)
        self._before.pop(tenant, None)
        if vendor is not None and self in _watched:
            self._closed[tenant] = account(self._controls, tenant, vendor, self._accepted.get(tenant, ()))
            if report_collector.wanted():
                report_collector.collect_calls(self._controls, self._closed[tenant], self._judged_calls(tenant))

    def keeps(self, tenant: str) -> bool:
        """Whether a tenant stays on the server, because a failure named the pages of its calls."""
        return tenant in self._kept

    # -- the tenant's part --------------------------------------------------------------------------------------

    def accept(self, tenant: str, rules: Iterable[str]) -> None:
        """Findings of a tenant under these rules are expected until the running test ends."""
        self._accepted.setdefault(tenant, []).extend(rules)

    def of(self, tenant: str, vendor: str) -> Evidence:
        """The evidence of the running test: of a tenant, and of calls to its vendor that reached no tenant."""
        evidence = self._of(tenant, vendor).since(self._judged)
        return evidence.since(self._before[tenant]) if tenant in self._before else evidence

    def acknowledge(self, tenant: str, vendor: str) -> None:
        """Do not report this evidence again at the end of the test, because it has been reported."""
        self._acknowledged = self._acknowledged.updated(self._of(tenant, vendor))

    def acknowledge_calls(self) -> None:
        """Do not report the calls so far that reached no tenant: other code judges them."""
        self._acknowledged = self._acknowledged.updated(self._calls((), ()))

    def test_of(self, tenant: str, exchange: int) -> str:
        """The test that sent an exchange of a tenant; empty outside of tests."""
        for last, test in self._tests.get(tenant, ()):
            if exchange <= last:
                return test
        return running().test

    def _of(self, tenant: str, vendor: str) -> Evidence:
        own_account = account(self._controls, tenant, vendor, self._accepted.get(tenant, ()))
        tenants = {*self._closed, *(name for name, _ in self._tenants())}
        return self._calls((), tenants).of([own_account], tenants)

    def last_calls(self) -> list[str]:
        """The last calls of the running test, with their answers."""
        from mockservers.testing.last_calls import last_calls, last_unauthenticated

        lines: list[str] = []
        for tenant, vendor in self._tenants():
            calls = last_calls(self._controls, tenant, vendor, self._judged_calls(tenant), self._page)
            if calls and self._page:
                self._kept.add(tenant)
            lines += calls
        if self._alone:
            last_by_vendor: dict[str, int] = {}
            for call in self._judged.unauthenticated:
                last_by_vendor[call["vendor"]] = max(last_by_vendor.get(call["vendor"], 0), int(call["exchange"]))
            lines += last_unauthenticated(self._controls, last_by_vendor)
        return lines

    def pages_of_losses(self) -> list[str]:
        """The pages of the running test's calls that lost something, if the server keeps running."""
        pages: list[str] = []
        for seen_account in self._seen.accounts if self._page else ():
            after = self._judged_calls(seen_account.tenant)
            numbers = {int(each["exchange"]) for each in seen_account.ledger["findings"] if each["loses"]}
            for number in sorted(number for number in numbers if number > after)[:_PAGES]:
                call = {"vendor": seen_account.vendor, "tenant": seen_account.tenant, "exchange": number}
                pages.append(self._page + permalink(call))
                self._kept.add(seen_account.tenant)
        return pages

    def _judged_calls(self, tenant: str) -> int:
        """The last exchange of a tenant that has been judged."""
        judged = self._tests.get(tenant)
        return judged[-1][0] if judged else 0

    # -- the plugin's part --------------------------------------------------------------------------------------

    @property
    def used(self) -> bool:
        """Whether this process has tenants, or had some since the last verdict."""
        return bool(self._opened or self._closed)

    def look(self) -> None:
        """Read the evidence from the server, or, if it has ended, the evidence that was kept."""
        if self._vanished:
            self._seen = replace(self._seen, accounts=tuple(self._closed.values()))
            return
        live_accounts = [
            found_account for name, vendor in self._tenants() if (found_account := self._account(name, vendor))
        ]
        accounts = (*self._closed.values(), *live_accounts)
        self._seen = self._calls(accounts, {each.tenant for each in accounts})
        if not self._alone:
            calls = self._controls.unauthenticated()["calls"]
            self._calls_of_any_process = Evidence((), tuple(self._controls.unmatched()), tuple(calls))

    def evidence(self, *, acknowledged: bool) -> Evidence:
        """The evidence of the running test up to the last `look`, with or without the acknowledged part."""
        return self._seen.since(self._judged if acknowledged else self._judged.updated(self._acknowledged))

    def calls_of_any_process(self) -> Evidence:
        """Calls that reached no tenant while the test ran, from any process that shares the server."""
        return self._calls_of_any_process.since(self._judged_calls_of_any_process)

    def report_calls(self) -> None:
        """Collect the calls of the tenants that existed at the last `look`, for the report of the run."""
        for each in self._seen.accounts:
            if each.tenant not in self._closed:
                report_collector.collect_calls(self._controls, each, self._judged_calls(each.tenant))

    def settle(self) -> None:
        """The evidence of the last `look` has been judged. Later evidence belongs to the test that runs then."""
        live = tuple(each for each in self._seen.accounts if each.tenant not in self._closed)
        self._closed.clear()
        self._judged, self._acknowledged = replace(self._seen, accounts=live), Evidence()
        self._judged_calls_of_any_process = self._calls_of_any_process
        for each in live:
            self._tests.setdefault(each.tenant, []).append((int(each.ledger["exchanges"]), running().test))

    def end(self) -> None:
        """The running test ends: forget the rules that it accepted."""
        self._accepted.clear()
        for tenant in set(self._tests) - {each.tenant for each in self._judged.accounts}:
            del self._tests[tenant]

    def _account(self, tenant: str, vendor: str) -> Account | None:
        try:
            return account(self._controls, tenant, vendor, self._accepted.get(tenant, ()))
        except UsageError:  # it was deleted
            self._opened.pop(tenant, None)
            return None

    def _tenants(self) -> Iterator[tuple[str, str]]:
        if self._own:
            yield from ((tenant["id"], tenant["vendor"]) for tenant in self._controls.tenants())
        else:
            yield from list(self._opened.items())

    def _calls(self, accounts: Iterable[Account], tenants: Collection[str]) -> Evidence:
        """Accounts and the calls of this process. On a shared server, only calls of its tenants count."""
        counted_tenants = {*tenants, UNAUTHENTICATED} if self._alone else tenants
        unmatched = [call for call in self._controls.unmatched() if self._own or call["tenant"] in counted_tenants]
        unauthenticated = self._controls.unauthenticated()["calls"]
        unauthenticated = [call for call in unauthenticated if self._alone or call.get("once_of") in tenants]
        return Evidence(tuple(accounts), tuple(unmatched), tuple(unauthenticated))


def complaints(*, required: bool) -> str:
    """The failures of the running test on all servers, as text; empty if there are none.

    `required`: a required loss that did not occur is a failure, too. Each failure is reported only once.
    """
    policy = running().policy
    unjudged = [problem for watch in _watched if (problem := _looked(watch))]
    new_evidence = _evidence(acknowledged=False)
    verdict = judge(new_evidence, Policy(policy.level, policy.expected))
    if required and policy.required:
        full_verdict = judge(_evidence(acknowledged=True), replace(policy, required=_own_required(policy)))
        absent = tuple(failure for failure in full_verdict.failures if failure.kind == "not-lost")
        verdict = type(verdict)((*verdict.failures, *absent), verdict.sent)
    pages = [page for watch in _watched for page in watch.pages_of_losses()] if verdict.failed else []
    if report_collector.wanted():
        for watch in _watched:
            watch.report_calls()
        report_collector.collect_verdict(_evidence(acknowledged=True), verdict)
    for watch in _watched:
        watch.settle()
    links = [f"See it: {page}" for page in pages]
    return "\n".join(part for part in (text(verdict), *links, advice(verdict), *unjudged) if part)


def _own_required(policy: Policy) -> tuple[str, ...]:
    """The required losses, without those that a call caused which reached no tenant and may be another process's."""
    calls_of_any_process = [watch.calls_of_any_process() for watch in _watched]
    return tuple(pattern for pattern in policy.required if not any(met(each, pattern) for each in calls_of_any_process))


def last_calls_of_test() -> str:
    """The last calls of the running test to all servers; empty if it sent none."""
    lines: list[str] = []
    for watch in _watched:
        with suppress(ServerUnavailable):
            lines += watch.last_calls()
    return "\n".join(lines)


def _looked(watch: Watch) -> str:
    """Why a server that the test used does not answer; empty if it answers."""
    try:
        watch.look()
    except ServerUnavailable as error:
        return f"Not judged: {error}" if watch.used else ""
    return ""


def forget_test() -> None:
    """The running test has ended."""
    for watch in _watched:
        watch.end()
    _watched[:] = [watch for watch in _watched if not watch.stopped]


def _evidence(*, acknowledged: bool) -> Evidence:
    every = [watch.evidence(acknowledged=acknowledged) for watch in _watched]
    return Evidence(
        tuple(account for each in every for account in each.accounts),
        tuple(call for each in every for call in each.unmatched),
        tuple(call for each in every for call in each.unauthenticated),
    )
