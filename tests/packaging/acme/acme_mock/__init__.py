"""Acme: a vendor in a distribution of its own. It takes orders in batches and drops the gift notes in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Collection, Vendor, by
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision

COLLECTIONS = {"orders": Collection(key=by("number"))}


def import_orders(call: Call, view: View) -> Decision:
    """Keep each order without what the rule says that Acme drops.

    Rule: `acme.order.gift`.
    """
    draft = Draft(view, COLLECTIONS)
    if not view.contract.validator("#/components/schemas/Batch").valid(call.json):
        draft.outcome("refused", "acme.order.schema")
        return draft.decision(view.contract.refusal("invalid"))
    for item, order in enumerate(call.json["orders"]):
        draft.put("orders", {"number": order["number"]})
        draft.outcome("kept", item=item)
        for name in view.contract.value("acme.order.gift", "fields"):
            if name in order:
                draft.note("ignored", "acme.order.gift", item=item, at=f"/orders/{item}/{name}", key=name)
    return draft.decision(view.contract.success(call.operation))


def credentials(call: Call, contract: Contract) -> Mapping[str, str] | None:
    """The key in its header."""
    key = call.headers.get("x-acme-key")
    return {"key": key} if key else None


def unauthenticated(call: Call, view: View) -> Decision:
    """A call whose key no tenant has."""
    draft = Draft(view, COLLECTIONS)
    draft.outcome("refused", "acme.auth.key")
    return draft.decision(view.contract.refusal("unauthorized"))


VENDOR = Vendor(
    name="acme",
    contract_folder=Path(__file__).parent / "contract",
    collections=COLLECTIONS,
    operations={"importOrders": import_orders},
    credentials=credentials,
    unauthenticated=unauthenticated,
)
