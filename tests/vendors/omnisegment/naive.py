"""Orders at OmniSegment as somebody would write them down who has read the page and knows nothing of the mock.

Plain dictionaries, no contract, no rule, none of the mock's code. It holds what the vendor would hold, and counts what
became of every order. https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from tests.vendors.omnisegment.naive_catalogue import Catalogue, Lost, Order, entries, states

STATUSES = ("SUCCESS", "CANCEL", "REFUND", "FAIL", "SHIPPED", "PAID")
REQUIRED = ("transaction_id", "datetime", "transaction_revenue")
TEXTS = ("coupon", "products_name", "products_quantity", "transaction_id", "member_sn")
LISTS = ("products", "products_name", "products_quantity")
KNOWN = (*REQUIRED, *LISTS, "coupon", "member_sn", "transaction_status", "shipping_address")


class Naive:
    """An organisation that knows some members. `outcomes` and `silent` are what a true ledger says of all calls."""

    def __init__(self, readings: Mapping[str, str], *members: str) -> None:
        self.readings = readings
        self.members = members
        self.catalogue = Catalogue(readings)
        self.orders: dict[str, Order] = {}
        self.outcomes: Counter[str] = Counter()
        self.silent = 0
        self._batch: list[tuple[Order, str, int]] = []

    def order(self, sent: Any, mode: Any, content_type: str) -> int:
        """An order; the status of the answer. `mode` is its debug_mode. Data that is empty is none."""
        in_mode_1 = mode in (1, "1") and mode is not True
        if not sent or not self.reads(sent, content_type) or self._is_refused_at_once(sent, mode):
            self.outcomes["refused"] += 1
            return 400
        self._batch = []
        self.catalogue.losses = 0
        self.catalogue.begin()
        before = deepcopy((self.orders, self.catalogue.titles, self.catalogue.ids))
        try:
            outcome = self._take(sent)
        except Lost:
            self.orders, self.catalogue.titles, self.catalogue.ids = before
            self.outcomes["refused" if in_mode_1 else "dropped"] += 1
            self.silent += not in_mode_1
            return 400 if in_mode_1 else 200
        self.outcomes[outcome] += 1
        self.silent += self.catalogue.losses
        return 200

    def reads(self, sent: Any, content_type: str) -> bool:
        """Whether a body is read that comes with a Content-Type."""
        if "\\ud83d" in json.dumps(sent) and self.readings["request.half-character"] == "refuse":
            return False
        return content_type == "application/json" or self.readings["request.content-type"] == "accept"

    def _is_refused_at_once(self, sent: Any, mode: Any) -> bool:
        """Whether an order is refused in every mode."""
        is_other = mode is True or mode not in (None, 0, 1, "0", "1")
        if is_other and self.readings["debug-mode.other-value"] == "refuse":
            return True
        if not isinstance(sent, dict):
            return self.readings["envelope.data-type"] == "at-once"
        is_missing = any(sent.get(name) in (None, "") for name in (*REQUIRED, "member_sn"))
        return is_missing and self.readings["debug-mode.required-keys"] == "at-once"

    def batch(self, orders: list[Any]) -> None:
        """Orders of which the answer says nothing. Of two with one number the later is laid over the earlier."""
        first = deepcopy((self.orders, self.catalogue.titles, self.catalogue.ids))
        self._batch = []
        self.catalogue.begin()
        wrong = 0
        for order in orders:
            before = deepcopy((self.orders, self.catalogue.titles, self.catalogue.ids))
            self.catalogue.losses, self.catalogue.item = 0, len(self._batch)
            request = deepcopy((self.catalogue.stated, self.catalogue.moved))
            try:
                outcome = self._take(order)
            except Lost:
                self.orders, self.catalogue.titles, self.catalogue.ids = before
                self.catalogue.stated, self.catalogue.moved = request
                wrong += 1
                continue
            self._batch.append((self._said, outcome, self.catalogue.losses))
        if wrong and self.readings["batch.partial-failure"] == "none-kept":
            self.orders, self.catalogue.titles, self.catalogue.ids = first
            self._batch, wrong = [], len(orders)
        self.outcomes["dropped"] += wrong
        self.silent += wrong
        for index, (said, outcome, losses) in enumerate(self._batch):
            name = said["transaction_id"]
            later = any(each["transaction_id"] == name for each, _, _ in self._batch[index + 1 :])
            gone = later and not _is_in(said, _content(self.orders[name]))
            self.outcomes["overwritten" if gone else outcome] += 1
            self.silent += 1 if gone else losses + self.catalogue.moved[index]

    def paid_by(self, member: str) -> tuple[int, Decimal]:
        """How many orders of a member are held, and what they come to."""
        whose = [order for order in self.orders.values() if order.get("member_sn") == member]
        return len(whose), sum((Decimal(str(order["transaction_revenue"])) for order in whose), Decimal(0))

    # -- one order --------------------------------------------------------------------------------------------------

    def _take(self, sent: Any) -> str:
        """Hold an order; what it loses besides is counted in the catalogue's losses."""
        if not isinstance(sent, dict):
            raise Lost
        given = {name: _without_nulls(value) for name, value in sent.items() if value is not None}
        unknown = [name for name, value in given.items() if name not in KNOWN and states(value)]
        if unknown and self.readings["request.unknown-key"] == "refuse":
            raise Lost
        self.catalogue.losses += len(unknown)
        order = self._checked({name: value for name, value in given.items() if name in KNOWN})
        if order["member_sn"] not in self.members and self.readings["member.unknown"] == "refuse":
            raise Lost
        planned = self.catalogue.lines(order)
        lines = (planned[1] if planned else None) or []
        if planned:
            order = {name: value for name, value in {**order, **planned[0]}.items() if value is not None}
        if planned and planned[1] is not None:
            order["product_lines"] = [_line(line["product"], line["quantity"]) for line in lines]
        self._said = _content(order)
        held = self.orders.get(order["transaction_id"])
        made = order if held is None else self._merged(order, held, sent, lines)
        self.orders[order["transaction_id"]] = {"transaction_status": self._status(order, held), **made}
        return "kept" if held is None else "updated"

    def _checked(self, given: Order) -> Order:
        order = {
            name: value
            for name, value in given.items()
            if name in ("member_sn", *LISTS) or value != "" or name == "coupon"
        }
        if self.readings["purchase.types"] == "coerce":
            order = {name: _as_text(value) if name in TEXTS else value for name, value in order.items()}
        revenue = order.get("transaction_revenue")
        if isinstance(revenue, str) and self.readings["purchase.revenue"] == "coerce":
            order["transaction_revenue"] = float(revenue) if re.fullmatch(r"-?\d+(\.\d+)?", revenue) else revenue
        if isinstance(order.get("member_sn"), int):
            order["member_sn"] = str(order["member_sn"])
        if any(order.get(name) in (None, "") for name in (*REQUIRED, "member_sn")):
            raise Lost
        if not all(isinstance(order[name], str) for name in TEXTS if name in order):
            raise Lost
        revenue = order["transaction_revenue"]
        if isinstance(revenue, str | bool) or not self._is_moment(str(order["datetime"])):
            raise Lost
        if order.get("transaction_status", "SUCCESS") not in STATUSES and self.readings["purchase.status"] == "refuse":
            raise Lost
        address1 = order.get("shipping_address", {"address1": "x"}).get("address1")
        if address1 is None or (not address1 and self.readings["purchase.empty-text"] == "refuse"):
            raise Lost
        return order

    def _is_moment(self, text: str) -> bool:
        """Whether a text is a time of ISO 8601, in the page's form or in its basic format."""
        basic = re.fullmatch(r"\d{8}T\d{6}Z", text) and self.readings["purchase.datetime-form"] == "iso8601"
        return bool(basic or re.match(r"\d{4}-\d\d-\d\dT", text))

    def _status(self, order: Order, held: Order | None) -> str:
        before = "SUCCESS" if held is None else held["transaction_status"]
        if "transaction_status" in order or before == "SUCCESS":
            return str(order.get("transaction_status", "SUCCESS"))
        if self.readings["resend.omitted-status"] == "keep":
            return str(before)
        self._lose(order, "transaction_status")
        return "SUCCESS"

    # -- an order that is held --------------------------------------------------------------------------------------

    def _merged(self, new: Order, held: Order, sent: Order, lines: list[Order]) -> Order:
        """What the later version does not say stays, at every level, but for its status and whose it is."""
        blank = [name for name in LISTS if name in new and held.get(name) and not _says(new[name])]
        empty = {name for name, value in sent.items() if value is None or value == {}} | set(blank)
        emptied = {name: states(sent[name]) for name in empty}
        derived = ["product_lines"] if "products" in blank else []
        new = {name: value for name, value in new.items() if name not in (*blank, *derived)}
        held = {name: value for name, value in held.items() if name not in ("transaction_status", "member_sn")}
        if "product_lines" in new:
            new = self._with_quantities(new, held, emptied, lines)
            held = {name: value for name, value in held.items() if name not in LISTS}
        merges = self.readings["resend.omitted-fields"] == "merge"
        address, before = new.get("shipping_address"), held.get("shipping_address")
        if address and before:
            inner = {name: False for name, value in (sent["shipping_address"] or {}).items() if value is None}
            new["shipping_address"] = self._left(new, address, before, inner, merges=merges)
        return self._left(new, new, held, emptied, merges=merges)

    def _left(self, order: Order, new: Order, held: Order, emptied: dict[str, bool], *, merges: bool) -> Order:
        left = {name: value for name, value in held.items() if name not in new}
        if merges:
            self.catalogue.losses += sum(emptied.get(name, False) for name in left)
            return {**left, **new}
        for name in left:
            if name not in emptied and name not in ("product_lines", "products_name"):
                self._lose(order, name if name in KNOWN else "shipping_address")
        return new

    def _with_quantities(self, new: Order, held: Order, emptied: dict[str, bool], lines: list[Order]) -> Order:
        """Quantities and names stay with the products that are still there."""
        merges = self.readings["resend.omitted-fields"] == "merge"
        there = [line["product_id"] for line in held.get("product_lines", ())]
        if not new.get("products_quantity") and held.get("products_quantity"):
            left = [(each["product_id"], str(each["product_quantity"])) for each in held.get("product_lines", ())]
            new = self._restated(new, left, emptied, lines) if merges else new
            if "products_quantity" not in emptied or "products_quantity" in new:
                for product, text in left:
                    if Decimal(text):
                        self._lose(new, "products", product)
        renamed = not new.get("products_name") and held.get("products_name") and merges
        if renamed and any(line["product"] in there for line in lines):
            self.catalogue.losses += emptied.get("products_name", False)
            new = {**new, "products_name": _at_positions(new, lines, "title", "")}
        return new

    def _restated(self, new: Order, left: list[tuple[str, str]], emptied: dict[str, bool], lines: list[Order]) -> Order:
        texts = []
        for line in lines:
            same = next((entry for entry in left if entry[0] == line["product"]), None)
            if same is not None:
                left.remove(same)
            texts.append(same[1] if same else None)
        if not any(texts):
            return new
        self.catalogue.losses += emptied.get("products_quantity", False)
        stated = [text or "0" for text in texts]
        held_lines = [_line(line["product"], text) for line, text in zip(lines, stated, strict=True)]
        worded = [{**line, "quantity": text} for line, text in zip(lines, stated, strict=True)]
        return {**new, "products_quantity": _at_positions(new, worded, "quantity", "0"), "product_lines": held_lines}

    def _lose(self, order: Order, name: str, product: str = "") -> None:
        """Something of the earlier version is gone; what an earlier order of the batch said is lost with that order."""
        for said, _, _ in self._batch:
            if said["transaction_id"] != order["transaction_id"]:
                continue
            if (
                any(known == product and quantity is not None for known, quantity in said["products"])
                if product
                else said.get(name)
            ):
                return
        self.catalogue.losses += 1


def _content(order: Order) -> Order:
    """What an order says, its products as (product, quantity)."""
    stated = bool(order.get("products_quantity"))
    lines = [
        (each["product_id"], each["product_quantity"] if stated else None) for each in order.get("product_lines", ())
    ]
    return {
        **{name: value for name, value in order.items() if name not in (*LISTS, "product_lines")},
        "products": lines,
    }


def _is_in(said: Order, held: Order) -> bool:
    left = list(held["products"])
    for product, quantity in said["products"]:
        same = next((each for each in left if each[0] == product), None)
        if same is None or quantity not in (None, same[1]):
            return False
        left.remove(same)
    inner = held.get("shipping_address", {})
    if any(inner.get(name) != value for name, value in said.get("shipping_address", {}).items()):
        return False
    flat = [name for name in said if name not in ("products", "shipping_address")]
    return all(held.get(name) == said[name] for name in flat)


def _at_positions(order: Order, lines: list[Order], name: str, otherwise: str) -> str:
    """A list with an entry for each position of an order's products, those included that make no line."""
    products = order["products"]
    listed = next(each for each in products.values() if each) if isinstance(products, dict) else products
    texts = {line["at"]: line[name] for line in lines}
    return ",".join(texts.get(at, otherwise) for at in range(len(entries(listed))))


def _line(product: str, quantity: str) -> Order:
    return {"product_id": product, "product_quantity": int(quantity)}


def _says(products: Any) -> bool:
    lists = products.values() if isinstance(products, dict) else [products]
    return any(any(entries(listed)) for listed in lists)


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _without_nulls(value: Any) -> Any:
    return {name: item for name, item in value.items() if item is not None} if isinstance(value, dict) else value
