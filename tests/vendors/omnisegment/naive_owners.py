"""Whose an order at OmniSegment is, written down from the pages alone.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from tests.vendors.omnisegment.naive_catalogue import Lost, Order

IDENTIFIERS = ("line_id", "phone", "email", "messenger_psid")
OWNER = ("member_sn", "source_id", "source_system", *IDENTIFIERS)


class NaiveOwners:
    """An organisation with members and mappings. `outcomes` and `silent` are what a true ledger says of all calls."""

    def __init__(self, readings: Mapping[str, str], members: list[Order], ties: list[Order]) -> None:
        self.readings = readings
        self.members = [{"id": number, **member} for number, member in enumerate(members, 1)]
        self.ties = {(tie["source_system"], tie["source_id"]): dict(tie) for tie in ties}
        self.orders: dict[str, Order] = {}
        self.outcomes: Counter[str] = Counter()
        self.silent = 0
        self._losses = 0

    def order(self, sent: Order, top: Mapping[str, Any]) -> int:
        """An order in debug mode 1; the status of the answer."""
        beside = self._beside(top)
        if beside is None:
            self.outcomes["refused"] += 1
            return 400
        before = deepcopy((self.orders, self.members, self.ties))
        try:
            outcome, _ = self._take(sent, top)
        except Lost:
            self.orders, self.members, self.ties = before
            self.outcomes["refused"] += 1
            return 400
        self.outcomes[outcome] += 1
        self.silent += self._losses + beside
        return 200

    def batch(self, orders: list[Order], top: Mapping[str, Any]) -> int:
        """Orders of which the answer says nothing. Of two with one number the later is laid over the earlier."""
        beside = self._beside(top)
        if beside is None:
            self.outcomes["refused"] += len(orders)
            return 400
        self.silent += beside
        taken: list[tuple[str, Order, int]] = []
        for order in orders:
            before = deepcopy((self.orders, self.members, self.ties))
            try:
                outcome, said = self._take(order, top)
            except Lost:
                self.orders, self.members, self.ties = before
                self.outcomes["dropped"] += 1
                self.silent += 1
                continue
            taken.append((outcome, said, self._losses))
        for index, (outcome, said, losses) in enumerate(taken):
            name = said["transaction_id"]
            later = any(other["transaction_id"] == name for _, other, _ in taken[index + 1 :])
            gone = later and any(self.orders[name].get(key) != value for key, value in said.items())
            self.outcomes["overwritten" if gone else outcome] += 1
            self.silent += 1 if gone else losses
        return 200

    def _beside(self, top: Mapping[str, Any]) -> int | None:
        """What is lost beside the data: is_anonymous, where it means nothing; None where that is an error."""
        flag = top.get("is_anonymous")
        if flag in (None, False) or self._is_anonymous(top):
            return 0
        if self.readings["member.anonymous"] == "unknown-key" and self.readings["request.unknown-key"] == "refuse":
            return None
        return 1

    def _is_anonymous(self, top: Mapping[str, Any]) -> bool:
        return top.get("is_anonymous") is True and self.readings["member.anonymous"] == "anonymous-order"

    # -- one order --------------------------------------------------------------------------------------------------

    def _take(self, sent: Order, top: Mapping[str, Any]) -> tuple[str, Order]:
        """Hold an order; what it loses besides is counted."""
        self._losses = 0
        order = {name: value for name, value in sent.items() if value is not None}
        if isinstance(order.get("member_sn"), int):
            order["member_sn"] = str(order["member_sn"])
        is_anonymous, given = self._is_anonymous(top), top.get("identifier_field")
        identifier = str(given) if is_anonymous else self._identifier(given)
        member = None if is_anonymous else self._member(order, identifier)
        for name in IDENTIFIERS:
            if name in order and name != identifier:
                self._lose_key(member is None or member.get(name) != order[name])
                del order[name]
        if member is not None:
            order["audience_id"] = member["id"]
            number = member.get("member_sn")
            self._losses += bool(number and (order.get("member_sn") or number) != number)
            order |= {"member_sn": number} if number else {}
        name = order["transaction_id"]
        held = self.orders.get(name)
        if held is not None and _owner(held) == _owner(order) != "":
            emptied = [key for key in OWNER if key in sent and sent[key] is None]
            order = {**{key: value for key, value in held.items() if key not in emptied}, **order}
        self.orders[name] = order
        said = {key: value for key, value in order.items() if key in ("transaction_id", "member_sn") or key in sent}
        return ("kept" if held is None else "updated"), said

    def _lose_key(self, is_lost: bool) -> None:
        """A key of a member that the order is not looked up by."""
        if is_lost and self.readings["request.unknown-key"] == "refuse":
            raise Lost
        self._losses += is_lost

    def _identifier(self, given: Any) -> str:
        """The attribute by which members are looked up; empty where it is their number."""
        if given == "" and self.readings["member.identifier-empty"] == "refuse":
            raise Lost
        if given in ("", None) or (given == "member_sn" and self.readings["member.identifier-options"] == "as-default"):
            return ""
        if given not in IDENTIFIERS:
            raise Lost
        return str(given)

    def _member(self, order: Order, identifier: str) -> Order | None:
        if not identifier:
            return self._by_number_or_source(order)
        value = order.get(identifier)
        found = self._first(identifier, value) if value else None
        if found is not None:
            return found
        if (order.get("member_sn") or order.get("source_id")) and self.readings[
            "member.identifier-only"
        ] == "fall-back":
            return self._by_number_or_source(order)
        if not value:
            raise Lost
        return self._known(None)

    def _by_number_or_source(self, order: Order) -> Order | None:
        if order.get("member_sn"):
            return self._known(self._first("member_sn", order["member_sn"]))
        if not order.get("source_id") or not order.get("source_system"):
            raise Lost
        pair = (order["source_system"], order["source_id"])
        if pair in self.ties:
            tie = self.ties[pair]
            made = "audience_id" in tie
            found = self._first("id", tie["audience_id"]) if made else self._first("member_sn", tie["member_sn"])
            return self._known(found)
        if self.readings["member.unmapped-source-id"] == "refuse":
            raise Lost
        member: Order = {"id": len(self.members) + 1, "is_headless_account": True}
        self.members.append(member)
        self.ties[pair] = {"source_id": pair[1], "source_system": pair[0], "audience_id": member["id"]}
        return member

    def _first(self, name: str, value: Any) -> Order | None:
        return next((member for member in self.members if member.get(name) == value), None)

    def _known(self, member: Order | None) -> Order | None:
        """A member that was looked up; one that is not known is an error under one reading."""
        if member is None and self.readings["member.unknown"] == "refuse":
            raise Lost
        return member


def _owner(order: Order) -> str:
    return str(order.get("member_sn") or order.get("audience_id") or "")
