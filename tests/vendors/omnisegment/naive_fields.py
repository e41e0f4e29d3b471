"""The device, the custom field and the vouchers of an order at OmniSegment, written down from the page alone.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy

from tests.vendors.omnisegment.naive_catalogue import Lost, Order

DEVICES = ("PC", "ANDROID", "IPHONE", "IPAD", "MOBILEWEB")
MEMO, NOTE = "memo", "note"
"""The organisation's custom fields, texts: of an order, and of a voucher."""
LONGEST = {MEMO: 256, NOTE: 128}
"""Characters of their values."""
LIMITS = {MEMO: "custom-field.text-limit", NOTE: "custom-field.voucher-text-limit"}


class NaiveFields:
    """An organisation with one member. `outcomes` and `silent` are what a true ledger says of all calls so far."""

    def __init__(self, readings: Mapping[str, str]) -> None:
        self.readings = readings
        self.orders: dict[str, Order] = {}
        self.outcomes: Counter[str] = Counter()
        self.silent = 0
        self._losses = 0
        self._sent_before: set[str] = set()

    def order(self, sent: Order) -> int:
        """An order in debug mode 1; the status of the answer."""
        self._sent_before = set()
        try:
            outcome, _ = self._take(sent)
        except Lost:
            self.outcomes["refused"] += 1
            return 400
        self.outcomes[outcome] += 1
        self.silent += self._losses
        return 200

    def batch(self, orders: list[Order]) -> None:
        """Orders of which the answer says nothing. Of two with one number the later is laid over the earlier."""
        taken: list[tuple[str, Order, int]] = []
        for order in orders:
            before = (said for _, said, _ in taken if said["transaction_id"] == order["transaction_id"])
            self._sent_before = {name for said in before for name in said}
            try:
                outcome, said = self._take(order)
            except Lost:
                self.outcomes["dropped"] += 1
                self.silent += 1
                continue
            taken.append((outcome, said, self._losses))
        for index, (outcome, said, losses) in enumerate(taken):
            name = said["transaction_id"]
            later = any(other["transaction_id"] == name for _, other, _ in taken[index + 1 :])
            gone = later and not _holds(self.orders[name], said)
            self.outcomes["overwritten" if gone else outcome] += 1
            self.silent += 1 if gone else losses

    def _take(self, sent: Order) -> tuple[str, Order]:
        """Hold an order; what it loses besides is counted."""
        self._losses = 0
        order = {name: value for name, value in sent.items() if value is not None}
        self._check_device(order)
        self._check_text(order, MEMO)
        vouchers = [self._voucher(voucher) for voucher in order.pop("voucher", ())]
        held = self.orders.get(order["transaction_id"])
        if vouchers or (sent.get("voucher") == [] and not (held or {}).get("voucher")):
            order["voucher"] = vouchers
        said = deepcopy(order)
        if held is not None and vouchers and "voucher" in held:
            order["voucher"] = self._merged(vouchers, held["voucher"], sent["voucher"])
        if held is not None and held.get(MEMO) and sent.get(MEMO) == "":
            self._losses += 1
        self.orders[order["transaction_id"]] = {**(held or {}), **order}
        return ("kept" if held is None else "updated"), said

    def _check_device(self, order: Order) -> None:
        device = order.get("device", "PC")
        if self.readings["purchase.types"] == "coerce" and isinstance(device, int):
            device = str(device)
        if not isinstance(device, str):
            raise Lost
        if device in DEVICES:
            return
        if device in ("pc", "MobileWeb"):
            if self.readings["purchase.device-case"] == "refuse":
                raise Lost
        elif self.readings["purchase.device"] == "refuse":
            raise Lost
        else:
            del order["device"]
            self._losses += 1

    def _check_text(self, holder: Order, name: str) -> None:
        """A custom field is text up to a length; an empty one is passed over."""
        value = holder.get(name, "")
        if value == "":
            holder.pop(name, None)
            return
        if self.readings["purchase.types"] == "coerce" and isinstance(value, int) and value is not True:
            value = holder[name] = str(value)
        if not isinstance(value, str) or (len(value) > LONGEST[name] and self.readings[LIMITS[name]] == "refuse"):
            raise Lost
        if len(value) > LONGEST[name]:
            holder[name] = value[: LONGEST[name]]
            self._losses += 1

    def _voucher(self, sent: Order) -> Order:
        voucher = {name: value for name, value in sent.items() if value is not None}
        self._losses += "other" in voucher
        voucher.pop("other", None)
        if not isinstance(voucher.get("voucher_name"), str):
            raise Lost
        self._check_text(voucher, NOTE)
        return voucher

    def _merged(self, vouchers: list[Order], held: list[Order], sent: list[Order]) -> list[Order]:
        """A voucher is laid over the held one of its name. What a held one says that is not named again is gone."""
        left = [dict(each) for each in held]
        merged = []
        for voucher, said in zip(vouchers, sent, strict=True):
            same = next((each for each in left if each["voucher_name"] == voucher["voucher_name"]), {})
            if same:
                left.remove(same)
            self._losses += NOTE in same and said.get(NOTE) == ""
            merged.append({**same, **voucher})
        if "voucher" not in self._sent_before:
            self._losses += sum(NOTE in each for each in left)
        return merged


def _holds(held: Order, said: Order) -> bool:
    """Whether an order holds all that one said, its vouchers by their names."""
    left = list(held.get("voucher", ()))
    for voucher in said.get("voucher", ()):
        same = next((each for each in left if voucher.items() <= each.items()), None)
        if same is None:
            return False
        left.remove(same)
    return all(held[name] == value for name, value in said.items() if name != "voucher")
