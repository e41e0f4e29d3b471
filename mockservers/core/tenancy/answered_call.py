"""A call that was answered, as those hear of it who watch a server: its log, its page, `ledger --follow`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockservers.core.accounting.call_summary import summary
from mockservers.core.accounting.finding import Finding
from mockservers.core.accounting.journal import Exchange
from mockservers.core.contract.contract import Contract
from mockservers.core.tenancy.masking import Mask
from mockservers.core.tenancy.unmatched import instead
from mockservers.core.value_class import value_class


@value_class
class AnsweredCall:
    """One exchange, its findings, and why its credentials select no tenant, where that is so.

    `began` is when it came, in seconds since 1970, whatever the tenant's clock says. `to_dict` takes the time.
    """

    contract: Contract
    tenant: str
    credentials: Mapping[str, str]
    exchange: Exchange
    findings: tuple[Finding, ...] = ()
    why: str = ""

    @property
    def began(self) -> float:
        """When it came, in real seconds since 1970."""
        return self.exchange.began

    def to_dict(self) -> dict[str, Any]:
        """As `summary` has it, credentials masked."""
        entry, path = self.exchange, self.exchange.path
        if not self.findings:  # its bodies say nothing that a summary shows
            exchange = entry.head()
            exchange["request"]["path"] = self._mask.target(path) if "?" in path or self.why else path
            return self._reasoned(summary(self.contract.vendor, self.tenant, exchange, (), self.why))
        exchange = entry.to_dict()
        exchange["request"]["path"] = self._mask.target(path)
        found = [each.to_dict(self.contract) for each in self.findings]
        about = summary(self.contract.vendor, self.tenant, exchange, found, self.why)
        for loss in about["losses"]:
            loss["value"] = self._mask.text(loss["value"]) if loss["value"] else loss["value"]
        return self._reasoned(about)

    def _reasoned(self, about: dict[str, Any]) -> dict[str, Any]:
        """A summary that says of an unmatched call what the vendor has instead."""
        if about["reached"] == "unmatched":
            about["why"] = instead(self.contract, self.exchange.method, self.exchange.path)
        return about

    @property
    def _mask(self) -> Mask:
        return _mask(tuple(self.credentials.items()), tuple(each.name for each in self.contract.credentials))


@lru_cache(maxsize=256)
def _mask(credentials: tuple[tuple[str, str], ...], names: tuple[str, ...]) -> Mask:
    return Mask(dict(credentials), names)
