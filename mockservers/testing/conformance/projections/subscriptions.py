"""Subscriptions, as Zangsho holds them: one a customer, with what a month of it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.testing.conformance.comparison import Fields, Projection
from mockservers.testing.conformance.projections.values import amount, moment
from mockservers.testing.orders import Subscription


def _expected(subscription: Subscription) -> Fields:
    return {
        "subscription of": subscription.customer.external_id,
        "plan": subscription.plan,
        "monthly": subscription.monthly,
        "cycle": subscription.billing_cycle,
        "status": "active" if subscription.cancelled_at is None else "cancelled",
        "started": subscription.started_at,
    }


def _held(state: Mapping[str, Any]) -> Iterable[Fields]:
    owners = {each["id"]: each.get("external_id") for each in state["customers"]}
    for each in state["subscriptions"]:
        yield {
            "subscription of": owners.get(each["customer_id"]),
            "plan": each["plan_name"],
            "monthly": amount(each["mrr"]),
            "cycle": each["billing_cycle"],
            "status": each["status"],
            "started": moment(each["started_at"]),
        }


SUBSCRIPTIONS: Mapping[str, Projection] = {
    "zangsho": Projection(("subscription of",), frozenset({"monthly", "cycle", "status"}), _expected, _held),
}
