"""Exporters whose orders are right, and what else they send wrong in one way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import requests

from mockservers.clients import esputnik, fanship, omnisegment, zangsho
from mockservers.clients.sending import post
from mockservers.testing.conformance import Target
from mockservers.testing.orders import Customer, Order, Subscription
from tests.conformance.mutants.mutant import Mutant, of_what_changed

Send = Callable[[Target, Sequence[Any]], Iterable[str] | None]
RIGHT = {"omnisegment": omnisegment, "fanship": fanship, "esputnik": esputnik, "zangsho": zangsho}


def mutant(vendor: str, name: str, caught_by: str, wrong: str, **also: Send) -> Mutant:
    return Mutant(f"{vendor}-{name}", vendor, caught_by, wrong, RIGHT[vendor].export, also=also)


def skips_who_is_there(target: Target, customers: Sequence[Customer]) -> None:
    for start in range(0, len(customers), 100):
        items = [
            {"email": each.email, "name": each.name, "phone": each.phone, "external_id": each.external_id}
            for each in customers[start : start + 100]
        ]
        headers = {"Authorization": f"Bearer {target.credentials['token']}"}
        url = f"{target.url}/v1/customers/batch"
        post(requests.Session(), url, target, json={"customers": items}, headers=headers)


def first_names_alone(target: Target, customers: Sequence[Customer]) -> None:
    """Lists contactFields, and phones not among them."""
    contacts = [
        {
            "externalCustomerId": each.external_id,
            "firstName": each.name,
            "channels": [{"type": "email", "value": each.email}, {"type": "sms", "value": each.phone}],
        }
        for each in customers
    ]
    fields = ["firstName", "externalCustomerId", "email"]
    body = {"dedupeOn": "externalCustomerId", "contactFields": fields, "contacts": contacts}
    session = requests.Session()
    session.auth = ("any", target.credentials["api_key"])
    post(session, f"{target.url}/api/v1/contacts", target, json=body)


def refunds_as_orders(target: Target, orders: Sequence[Order]) -> Iterable[str]:
    """A refund is an order of its own, of an amount below zero."""
    return omnisegment.export(
        target, [replace(order, id=f"R-{order.id}", discount=order.total * 2 + Decimal(1)) for order in orders]
    )


def members_in_camel_case(target: Target, customers: Sequence[Customer]) -> None:
    for each in customers:
        data = {"member_sn": each.external_id, "email": each.email, "phone": each.phone, "firstName": each.name}
        body = {**target.credentials, "data": data}
        post(requests.Session(), f"{target.url}/ma_audience/import-audience/", target, json=body)
        target.sleep(1)


def refunds_nothing(target: Target, orders: Sequence[Order]) -> None:
    """Reads only what was paid."""
    zangsho.refund(target, [order for order in orders if order.status == "paid"])


def never_cancels(target: Target, subscriptions: Sequence[Subscription]) -> Iterable[str]:
    return zangsho.subscribe(target, [replace(each, cancelled_at=None) for each in subscriptions])


def cancels_what_is_paused(target: Target, subscriptions: Sequence[Subscription]) -> Iterable[str]:
    return zangsho.subscribe(
        target,
        [replace(each, cancelled_at=each.paused_at) if each.status == "paused" else each for each in subscriptions],
    )


def by_the_year(target: Target, subscriptions: Sequence[Subscription]) -> Iterable[str]:
    """Sends what a billing period costs for what a month is worth."""
    months = {"monthly": 1, "quarterly": 3, "semi-annual": 6, "yearly": 12}
    return zangsho.subscribe(
        target, [replace(each, monthly=each.monthly * months[each.billing_cycle]) for each in subscriptions]
    )


MUTANTS = (
    mutant(
        "omnisegment",
        "members-in-camel-case",
        "customers",
        "sends a member's name under an unknown key",
        customers=members_in_camel_case,
    ),
    mutant(
        "omnisegment",
        "refund-as-order",
        "refunds",
        "sends a refund as another order",
        refund=refunds_as_orders,
    ),
    mutant(
        "fanship",
        "new-members-alone",
        "customers",
        "sends only new or changed members, so that the vendor removes the others",
        customers=of_what_changed(fanship.customers),
    ),
    mutant(
        "esputnik",
        "unlisted-fields",
        "customers",
        "omits phones from contactFields",
        customers=first_names_alone,
    ),
    mutant(
        "zangsho",
        "skips-known-customers",
        "customers",
        "sends customers without on_conflict, so that known customers are skipped",
        customers=skips_who_is_there,
    ),
    mutant("zangsho", "refunds-nothing", "refunds", "sends only paid orders", refund=refunds_nothing),
    mutant("zangsho", "never-cancels", "subscriptions", "does not cancel subscriptions", subscribe=never_cancels),
    mutant(
        "zangsho",
        "pauses-for-good",
        "subscriptions",
        "sends a paused subscription as cancelled, which cannot be resumed",
        subscribe=cancels_what_is_paused,
    ),
    mutant(
        "zangsho", "price-of-a-period", "subscriptions", "sends the price of a period as mrr", subscribe=by_the_year
    ),
)
