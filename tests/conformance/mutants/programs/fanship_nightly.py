"""A nightly export to FANSHIP that uploads a business day once, and keeps on disk or in memory which days it has sent.

    python fanship_nightly.py VARIANT

`right` gives purchases ids of the shop's. `mark-late` keeps its mark as well, and gives them new ids in each run;
`memory-alone` does so, too, and forgets with its process what it has sent. It speaks the protocol of
`mockservers conform`, the others find all in MOCKSERVERS_… variables.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import requests

VARIANT = sys.argv[1]


def main() -> None:
    if VARIANT != "memory-alone":
        orders = json.loads(Path(os.environ["MOCKSERVERS_ORDERS"]).read_text("utf-8"))
        export(os.environ["MOCKSERVERS_URL"], os.environ["MOCKSERVERS_TOKEN"], orders, OnDisk())
        return
    sent = InMemory()
    for line in sys.stdin:
        asked = json.loads(line)
        export(asked["url"], asked["credentials"]["token"], asked["orders"], sent)
        print(json.dumps({"type": "done", "id": asked["id"]}), flush=True)


class InMemory:
    """The days that were sent, for as long as the process lives."""

    def __init__(self) -> None:
        self.days: list[str] = []

    def add(self, day: str) -> None:
        self.days.append(day)


class OnDisk(InMemory):
    """The same, in a file that is replaced whole."""

    def __init__(self) -> None:
        self._file = Path(os.environ["MOCKSERVERS_KEEP"], "days.json")
        self.days = json.loads(self._file.read_text("utf-8")) if self._file.exists() else []

    def add(self, day: str) -> None:
        super().add(day)
        temporary = self._file.with_suffix(".tmp")
        temporary.write_text(json.dumps(self.days), "utf-8")
        temporary.replace(self._file)


def export(url: str, token: str, orders: list[dict[str, Any]], sent: InMemory) -> None:
    for day in sorted({order["business_day"] for order in orders} - set(sent.days)):
        lines = [purchase(order, line) for order in orders if order["business_day"] == day for line in order["lines"]]
        answer = requests.post(
            f"{url}/v1/2nd/purchases/{day.replace('-', '')}/_all",
            headers={"Authorization": f"Bearer {token}"},
            files={"filename": ("purchases.ndjson", "\n".join(map(json.dumps, lines)), "application/x-ndjson")},
            timeout=10,
        )
        answer.raise_for_status()
        sent.add(day)


def purchase(order: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{order['id']}/{line['id']}" if VARIANT == "right" else str(uuid.uuid4()),
        "transaction_id": order["id"],
        "member_id": order["customer"]["external_id"],
        "order_date": order["ordered_at"],
        "item_code": line["sku"],
        "item_name": line["name"],
        "quantity": line["quantity"],
        "market_price": float(line["unit_price"]),
    }


main()
