"""The losses and risks that count in an evidence, silent losses first. Every report shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.accounting.call_summary import loss_of
from mockservers.core.accounting.evidence import Account, Evidence, counting
from mockservers.core.accounting.verdict import expected
from mockservers.core.value import Value

KINDS = ("silent", "lost", "at-risk")
"""The kinds of losses, in the order of the reports."""


class Loss(Value):
    """A finding that loses something, or would under another reading. `kind` is one of `KINDS`.

    `expected`: the test or the gate accepts it.
    """

    account: Account
    kind: str
    finding: Mapping[str, Any]
    expected: bool

    @property
    def test(self) -> str:
        """The node id of the test that sent it; empty if it is unknown, or no test sent it."""
        return self.finding.get("test") or ""

    @property
    def file(self) -> tuple[str, int]:
        """The test's file, and its line from 1 on; 0 if the line is unknown."""
        return self.test.partition("::")[0], int(self.finding.get("line") or 0)


def losses(evidence: Evidence) -> list[Loss]:
    """The losses of all accounts, except those that a rewind or a later upload took back."""
    unsorted = [
        Loss(account, kind, finding, expected(finding["rule"], account.accepted))
        for account in evidence.accounts
        for finding in counting(account.ledger)
        if (kind := loss_of(finding))
    ]
    return sorted(unsorted, key=lambda each: (each.expected, KINDS.index(each.kind)))
