"""Orders at OmniSegment as somebody would write them down who has read the page and knows nothing of the mock.

Plain dictionaries, no contract, no rule, none of the mock's code. It holds what the vendor would hold, and counts what
became of every order. https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

Order = dict[str, Any]
STATUSES = ("SUCCESS", "CANCEL", "REFUND", "FAIL", "SHIPPED", "PAID")
REQUIRED = ("transaction_id", "datetime", "transaction_revenue")
TEXTS = ("coupon", "currency", "products", "products_name", "products_quantity")
KNOWN = (*REQUIRED, *TEXTS, "member_sn", "transaction_status")
OF_PRODUCTS = ("products_name", "products_quantity", "product_lines")


class Lost(Exception):
    """An order that is an error."""


class Naive:
    """An organisation that knows some members. `fates` and `silent` are what a true ledger says of all calls so far."""

    def __init__(self, *members: str) -> None:
        self.members = members
        self.orders: dict[str, Order] = {}
        self.titles: dict[str, str] = {}
        self.fates: Counter[str] = Counter()
        self.silent = 0

    def order(self, sent: Any, *, told: bool) -> int:
        """An order; the status of the answer. `told` is debug_mode 1. Data that is empty is none."""
        if not sent:
            self.fates["refused"] += 1
            return 400
        return 200 if self._holds(sent, told=told) or not told else 400

    def batch(self, orders: list[Any]) -> None:
        """Orders of which the answer tells nothing."""
        for order in orders:
            self._holds(order, told=False)

    def _holds(self, sent: Any, *, told: bool) -> bool:
        try:
            self._take(sent, told=told)
        except Lost:
            self.fates["refused" if told else "dropped"] += 1
            self.silent += not told
            return False
        return True

    def paid_by(self, member: str) -> tuple[int, float]:
        """How many orders of a member are held, and what they come to."""
        whose = [order for order in self.orders.values() if order.get("member_sn") == member]
        return len(whose), sum(order["transaction_revenue"] for order in whose)

    def _take(self, sent: Any, *, told: bool) -> None:
        if not isinstance(sent, dict):
            raise Lost
        unknown = sum(name not in KNOWN for name, value in sent.items() if value is not None)
        given = {name: value for name, value in sent.items() if value is not None and name in KNOWN}
        right = _is_right(given)
        self.silent += unknown if right else 0
        if not right:
            raise Lost
        made = self._with_lines(given)
        held = self.orders.get(given["transaction_id"])
        if held is not None:
            made = self._merged(made, held, [name for name, value in sent.items() if value is None])
        self.orders[given["transaction_id"]] = {"transaction_status": "SUCCESS", **made}
        self.fates["kept" if held is None else "updated"] += 1

    def _with_lines(self, given: Order) -> Order:
        """The order with its lines. A product that is there keeps its name, whatever name is sent with it."""
        if "products" not in given or not given["products"]:
            return given
        ids = _entries(given["products"])
        names = _entries(given["products_name"]) if given.get("products_name") else [""] * len(ids)
        quantities = _entries(given["products_quantity"]) if given.get("products_quantity") else ["0"] * len(ids)
        titles = []
        for name, product in zip(names, ids, strict=True):
            title = self.titles.setdefault(product, name or product)
            self.silent += bool(name) and name != title
            titles.append(title)
        lines = [
            {"product_id": each, "product_quantity": int(many)} for each, many in zip(ids, quantities, strict=True)
        ]
        rewritten = {"products_name": ",".join(titles)} if given.get("products_name") else {}
        return {**given, **rewritten, "product_lines": lines}

    def _merged(self, new: Order, held: Order, emptied: list[str]) -> Order:
        """What the later version does not say stays, but for its status; other products have no lists of the former."""
        same_products = new.get("products", held.get("products")) == held.get("products")
        stays = {
            name: value
            for name, value in held.items()
            if name not in new
            and name not in ("transaction_status", "member_sn")
            and (same_products or name not in OF_PRODUCTS)
        }
        self.silent += sum(name in stays for name in emptied)
        if "transaction_status" not in new:
            self.silent += held["transaction_status"] != "SUCCESS"
        if "products_quantity" in stays and "product_lines" in held:
            new = {**new, "product_lines": held["product_lines"]}
        return {**stays, **new}


def _is_right(given: Order) -> bool:
    if any(given.get(name) in (None, "") for name in (*REQUIRED, "member_sn")):
        return False
    if not all(isinstance(given[name], str) for name in (*TEXTS, "transaction_id", "member_sn") if name in given):
        return False
    revenue = given["transaction_revenue"]
    if isinstance(revenue, str | bool) or not re.match(r"\d{4}-\d\d-\d\dT", str(given["datetime"])):
        return False
    return given.get("transaction_status", "SUCCESS") in STATUSES and _are_paired(given)


def _are_paired(given: Order) -> bool:
    """Whether the lists of products have an entry for each product, and quantities are numbers."""
    lists = {name: _entries(given[name]) for name in ("products", *OF_PRODUCTS) if given.get(name)}
    if not lists:
        return True
    wanted = len(lists.get("products", ()))
    if any(len(entries) != wanted for entries in lists.values()):
        return False
    return all(re.fullmatch(r"\d+", each) for each in lists.get("products_quantity", ()))


def _entries(joined: str) -> list[str]:
    return [entry.strip() for entry in joined.split(",")]
