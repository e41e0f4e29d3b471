"""Zangsho as the core knows it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.json_text import tokens_of
from mockservers.vendors.zangsho.batches import import_batch, import_events, sent_items
from mockservers.vendors.zangsho.changes import cancel_subscription, update_subscription
from mockservers.vendors.zangsho.customers import KIND as CUSTOMERS
from mockservers.vendors.zangsho.holding import COLLECTIONS
from mockservers.vendors.zangsho.idempotency import create_order
from mockservers.vendors.zangsho.lists import get_one, list_all
from mockservers.vendors.zangsho.orders import KIND as ORDERS
from mockservers.vendors.zangsho.parsing import credentials
from mockservers.vendors.zangsho.payments import with_payments
from mockservers.vendors.zangsho.singles import create_one
from mockservers.vendors.zangsho.subscription_events import KIND as EVENTS
from mockservers.vendors.zangsho.subscriptions import KIND as SUBSCRIPTIONS

_READING = ("list", "get")
_IMPORTING = "import"


def stranger(call: Call, view: View) -> Decision:
    """A call whose token no tenant has. What else never comes to a decision is refused at the door, by these rules.

    Rules: `zangsho.request.routes`, `zangsho.request.rate`, `zangsho.request.too-large`, `zangsho.request.unavailable`.
    """
    draft = Draft(view, COLLECTIONS)
    if call.operation.startswith(_IMPORTING):
        name, *_ = tokens_of(view.contract.operations[call.operation].items)
        count = sent_items(call, name)
    else:
        count = 0 if call.operation.startswith(_READING) else 1
    if count:
        draft.outcome("refused", "zangsho.auth.token", count=count)
    else:
        draft.note("noted", "zangsho.auth.token")
    return draft.decision(view.contract.refusal("unauthorized"))


def _customer(document: dict[str, Any], view: View) -> dict[str, Any]:
    return dict(with_payments(view, document))


VENDOR = Vendor(
    name="zangsho",
    collections={**COLLECTIONS, CUSTOMERS.collection: replace(COLLECTIONS[CUSTOMERS.collection], shown=_customer)},
    operations={
        "listCustomers": partial(list_all, CUSTOMERS),
        "createCustomer": partial(create_one, CUSTOMERS),
        "importCustomers": partial(import_batch, CUSTOMERS),
        "getCustomer": partial(get_one, CUSTOMERS),
        "listOrders": partial(list_all, ORDERS),
        "createOrder": create_order,
        "importOrders": partial(import_batch, ORDERS),
        "getOrder": partial(get_one, ORDERS),
        "listSubscriptions": partial(list_all, SUBSCRIPTIONS),
        "createSubscription": partial(create_one, SUBSCRIPTIONS),
        "importSubscriptions": partial(import_batch, SUBSCRIPTIONS),
        "getSubscription": partial(get_one, SUBSCRIPTIONS),
        "updateSubscription": update_subscription,
        "cancelSubscription": cancel_subscription,
        "listSubscriptionEvents": partial(list_all, EVENTS),
        "createSubscriptionEvent": partial(create_one, EVENTS),
        "importSubscriptionEvents": import_events,
    },
    credentials=credentials,
    stranger=stranger,
)
