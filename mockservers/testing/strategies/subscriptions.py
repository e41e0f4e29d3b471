"""Strategies for subscriptions and their changes: another plan, a pause, an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from mockservers.testing.orders import Customer, Subscription
from mockservers.testing.strategies.pools import amounts, moments

TURNS = ("stays", "changes", "cancelled", "paused", "resumed")
"""The changes of a subscription."""


def subscriptions(customer: Customer) -> st.SearchStrategy[Subscription]:
    """A customer's subscription, which may already be paused, resumed or cancelled."""
    begun = st.builds(
        Subscription,
        st.just(customer),
        st.sampled_from(("Pro", "個人方案", "План «Про»")),
        amounts(least=Decimal("0.01")),
        st.sampled_from(("monthly", "quarterly", "semi-annual", "yearly")),
        moments().map(lambda moment: moment.astimezone(UTC)),
    )
    return st.builds(turned, begun, st.sampled_from(("stays", "stays", "paused", "resumed", "cancelled")))


def turned(subscription: Subscription, turn: str) -> Subscription:
    """The subscription after one of TURNS. One that is cancelled stays as it is."""
    if subscription.cancelled_at is not None:
        return subscription
    paused, resumed = subscription.started_at + timedelta(days=10), subscription.started_at + timedelta(days=20)
    match turn:
        case "changes":
            return replace(subscription, plan="Team", monthly=subscription.monthly + 100)
        case "cancelled":
            return replace(subscription, cancelled_at=subscription.started_at + timedelta(days=30))
        case "paused":
            return replace(subscription, paused_at=paused, resumed_at=None)
        case "resumed":
            return replace(subscription, paused_at=paused, resumed_at=resumed)
        case _:
            return subscription
