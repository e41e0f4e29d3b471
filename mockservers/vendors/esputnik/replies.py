"""The vendor's answers: refusals, contacts, sentences, and the result of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, Reply
from mockservers.vendors.esputnik.body_items import item_count
from mockservers.vendors.esputnik.contact_lookup import Contact


def refuse(
    draft: Draft,
    call: Call,
    name: str,
    rule_id: str,
    at: str = "",
    *,
    reply: Mapping[str, Any] | None = None,
    **values: Any,
) -> Decision:
    """Refuse the whole request, with every item in it that can be counted.

    `values` fill the rule's `why`, and `reply` (the same by default) the vendor's answer.
    """
    draft.outcome("refused", rule_id, count=item_count(call), at=at, **values)
    return draft.decision(draft.contract.refusal(name, **(reply or values)))


def contact_view(contact: Contact) -> dict[str, Any]:
    """A contact as the API answers it: without nulls. The response schema has the order of its fields."""
    return {name: value for name, value in contact.items() if value is not None}


def contact_not_found(draft: Draft, field: str, value: str) -> Reply:
    """The 404 for a contact that the account does not have."""
    return draft.contract.refusal("contact-not-found", field=field, id=value)


def message_reply(draft: Draft, call: Call, message: str, field: str, value: str) -> Reply:
    """A sentence that a contact was updated or deleted."""
    return draft.contract.reply(call.operation, draft.contract.message(message, field=field, id=value))


def orders_reply(draft: Draft, call: Call, failed: list[dict[str, Any]], stored: list[Mapping[str, Any]]) -> Reply:
    """The orders that failed (one alone is not a list), and the ids of the others.

    Rule: `esputnik.orders.failed-list`.
    """
    # The page shows one failed order as an object, and several as a list.
    value: dict[str, Any] = {"failedOrders": failed[0] if len(failed) == 1 else failed}
    if stored and draft.view.form("esputnik.orders.reply-ids") == "orders-reply-has-ids":
        value["orderIds"] = stored
    return draft.contract.reply(call.operation, value)
