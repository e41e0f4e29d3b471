"""A nightly export to Zangsho, by MOCKSERVERS_… variables, that keeps on disk which orders it has sent.

    python zangsho_nightly.py VARIANT

`right` marks an order once Zangsho has it, by a temporary file that is renamed, under the shop's own id. Each other
VARIANT is wrong in one way.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

VARIANT = sys.argv[1]
MARK = Path(os.environ["MOCKSERVERS_KEEP"], "sent.json")


def main() -> None:
    orders = json.loads(Path(os.environ["MOCKSERVERS_ORDERS"]).read_text("utf-8"))
    customers = [{"email": each["customer"]["email"], "name": each["customer"]["name"]} for each in orders]
    if VARIANT == "lock-stays":
        locked(customers, orders)
        return
    post("customers", customers)
    if VARIANT == "page-cursor":
        pages(orders)
        return
    sent = read_mark([])
    for order in orders:
        if order["id"] in sent:
            continue
        if VARIANT == "mark-early":
            write_mark([*sent, order["id"]])
        post("orders", [as_zangsho_has_it(order)])
        sent.append(order["id"])
        if VARIANT != "mark-early":
            write_mark(sent)


def locked(customers: list[dict[str, Any]], orders: list[dict[str, Any]]) -> None:
    """Does nothing while another export runs, as a file says that is removed in the end."""
    lock = MARK.with_name("lock")
    if lock.exists():
        return
    lock.touch()
    post("customers", customers)
    post("orders", [as_zangsho_has_it(order) for order in orders])
    lock.unlink()


def pages(orders: list[dict[str, Any]]) -> None:
    """Reads the shop's orders page by page, and keeps the number of the next page as soon as it has read one."""
    for page in range(read_mark(0), len(orders)):
        write_mark(page + 1)
        post("orders", [as_zangsho_has_it(orders[page])])


def as_zangsho_has_it(order: dict[str, Any]) -> dict[str, Any]:
    statuses = {"placed": "pending", "cancelled": "cancelled", "refunded": "refunded"}
    paid = next((change["at"] for change in order["history"] if change["status"] == "paid"), None)
    return {
        "order_no": order["id"],
        "customer_email": order["customer"]["email"],
        "amount": order["total"],
        "currency": order["currency"],
        "status": statuses.get(order["status"], "paid"),
        "paid_at": paid,
    }


def read_mark(none: Any) -> Any:
    try:
        return json.loads(MARK.read_text("utf-8")) if MARK.exists() else none
    except json.JSONDecodeError:
        if VARIANT == "damaged-is-done":
            sys.exit()
        raise


def write_mark(mark: Any) -> None:
    if VARIANT in ("not-renamed", "damaged-is-done"):
        MARK.write_text(json.dumps(mark), "utf-8")
        return
    temporary = MARK.with_suffix(".tmp")
    temporary.write_text(json.dumps(mark), "utf-8")
    temporary.replace(MARK)


def post(kind: str, items: list[dict[str, Any]]) -> None:
    headers = {"Authorization": f"Bearer {os.environ['MOCKSERVERS_TOKEN']}", "Content-Type": "application/json"}
    body = json.dumps({"on_conflict": "update", kind: items}).encode()
    with urlopen(Request(f"{os.environ['MOCKSERVERS_URL']}/v1/{kind}/batch", body, headers), timeout=10) as answer:
        failed = json.load(answer)["data"]["results"].get("failed", ())
    if failed:
        raise SystemExit(f"not taken: {failed}")


main()
