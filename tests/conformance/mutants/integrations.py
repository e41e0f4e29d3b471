"""Exporters with mistakes that integrations have: who collects results, how files are split, what a return is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import requests

from mockservers.clients import fanship, omnisegment, zangsho
from mockservers.clients.sending import post
from mockservers.testing.conformance import FanshipTarget, OmnisegmentTarget, Target
from mockservers.testing.orders import Order
from tests.conformance.mutants.mutant import Export, Mutant
from tests.conformance.mutants.real_orders import mutant, sending


def results_not_collected(target: OmnisegmentTarget, orders: Sequence[Order]) -> None:
    """Never asks its futures for their results, and so never meets their exceptions."""
    with ThreadPoolExecutor(1) as pool:
        for order in orders:
            pool.submit(omnisegment.export, target, [order])


def file_of_each_channel(target: FanshipTarget, orders: Sequence[Order]) -> None:
    """Sends the orders of the shop's channels one after the other, on one reception day."""
    for channel in sorted({order.channel for order in orders}):
        fanship.export(target, [order for order in orders if order.channel == channel])


def returns_as_purchases(target: FanshipTarget, orders: Sequence[Order]) -> None:
    """Adds a purchase with a negative quantity for what came back."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {target.token}"
    days: dict[date, list[dict[str, Any]]] = {}
    for order in orders:
        for line in order.lines:
            purchase = fanship._purchase(order, line)
            back = {**purchase, "id": f"{purchase['id']}/return", "quantity": -order.returned(line)}
            days.setdefault(order.business_day, []).extend([purchase, back] if order.returned(line) else [purchase])
    for number, day in enumerate(sorted(days)):
        if number:
            target.sleep(fanship._until_tomorrow(target.now()))
        file = ("purchases.ndjson", "\n".join(map(json.dumps, days[day])).encode(), "application/x-ndjson")
        url = f"{target.url}/v1/2nd/purchases/{day:%Y%m%d}/_all"
        post(session, url, target, empty=True, files={"filename": file})


def newest_seen() -> Export:
    """Stores the time of the newest change that it has seen, and sends what changed after it."""
    seen: dict[str, datetime] = {}

    def export(target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        shop = str(target.credentials)
        new = [order for order in orders if shop not in seen or order.history[-1].at > seen[shop]]
        failed = zangsho.export(target, new)
        if new:
            seen[shop] = max(order.history[-1].at for order in new)
        return failed

    return export


MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "omnisegment",
        "results-not-collected",
        "never asks its threads for their results",
        results_not_collected,
        "nothing_silent",
    ),
    mutant("fanship", "file-of-each-channel", "sends a file for each channel of a day", file_of_each_channel),
    mutant(
        "fanship",
        "returns-as-purchases",
        "adds a purchase with a negative quantity for what came back",
        returns_as_purchases,
    ),
    mutant(
        "esputnik",
        "shop-time-as-utc",
        "sends the shop's local time with the offset of UTC",
        sending("esputnik", lambda order: {"date": f"{order.ordered_at:%Y-%m-%dT%H:%M:%S}+00:00"}),
    ),
    mutant(
        "zangsho",
        "newest-seen",
        "sends only orders that changed after the newest one that it has seen",
        newest_seen(),
        "updates",
    ),
)
