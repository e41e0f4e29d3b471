"""Calls whose parameters their schemas do not accept: the vendor refuses them before it decides."""

from __future__ import annotations

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.parameters import wrong_parameters
from mockservers.core.deciding.vendor import Decide, Vendor
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision


def decide_of(vendor: Vendor, contract: Contract, call: Call) -> Decide:
    """Return the function that decides a call. It refuses wrong parameters first."""
    decide, refuse = vendor.operations[call.operation], vendor.wrong_parameters
    wrong = wrong_parameters(contract, call) if refuse else ()
    if refuse is None or not wrong:
        return decide

    def checked(call: Call, view: View) -> Decision:
        return refuse(call, view, wrong) or decide(call, view)

    return checked
