"""An answered call, for the watchers of a server: its log, its page, and `ledger --follow`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockservers.core.accounting.call_summary import summary
from mockservers.core.accounting.finding import Finding
from mockservers.core.accounting.journal import Exchange
from mockservers.core.contract.contract import Contract
from mockservers.core.tenancy.masking import Mask
from mockservers.core.tenancy.unmatched import alternatives
from mockservers.core.value import Value


class AnsweredCall(Value):
    """One exchange and its findings. `why` says why its credentials select no tenant; empty if they select one.

    `to_dict` is slow, so it runs only for watchers.
    """

    contract: Contract
    tenant: str
    credentials: Mapping[str, str]
    exchange: Exchange
    findings: tuple[Finding, ...] = ()
    why: str = ""

    @property
    def began(self) -> float:
        """The real time of its arrival, in seconds since 1970."""
        return self.exchange.began

    def to_dict(self) -> dict[str, Any]:
        """Return the result of `summary`, with masked credentials."""
        recorded, path = self.exchange, self.exchange.path
        if not self.findings:  # the summary needs no bodies
            exchange = recorded.head()
            exchange["request"]["path"] = self._mask.target(path) if "?" in path or self.why else path
            return self._reasoned(summary(self.contract.vendor, self.tenant, exchange, (), self.why))
        exchange = recorded.to_dict()
        exchange["request"]["path"] = self._mask.target(path)
        findings = [each.to_dict(self.contract) for each in self.findings]
        call_summary = summary(self.contract.vendor, self.tenant, exchange, findings, self.why)
        for loss in call_summary["losses"]:
            loss["value"] = self._mask.text(loss["value"]) if loss["value"] else loss["value"]
        return self._reasoned(call_summary)

    def _reasoned(self, call_summary: dict[str, Any]) -> dict[str, Any]:
        """Add to the summary of an unmatched call which operation the vendor has instead."""
        if call_summary["reached"] == "unmatched":
            call_summary["why"] = alternatives(self.contract, self.exchange.method, self.exchange.path)
        return call_summary

    @property
    def _mask(self) -> Mask:
        return _mask(tuple(self.credentials.items()), tuple(each.name for each in self.contract.credentials))


@lru_cache(maxsize=256)
def _mask(credentials: tuple[tuple[str, str], ...], names: tuple[str, ...]) -> Mask:
    return Mask(dict(credentials), names)
