"""Expected values that accept several held values: rounded amounts, costs within the limits of a page, free texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from mockservers.testing.currencies import minor_unit
from mockservers.testing.orders import Line, Order

_COUNTRY_CODES = (1, 2, 3)
"""How many digits a country code has (ITU-T E.164)."""


@runtime_checkable
class Accepted(Protocol):
    """An expected value that decides which held values it accepts."""

    def accepts(self, held: Any) -> bool:
        """Whether it accepts a held value."""


@dataclass(frozen=True, slots=True)
class AnyAmount:
    """One of these amounts. If the currency has fewer decimals, it may be rounded, up or down, to its `unit`."""

    amounts: tuple[Decimal, ...]
    unit: Decimal

    def accepts(self, held: Any) -> bool:
        """Whether it is one of them."""
        if not isinstance(held, Decimal):
            return False
        return any(held == amount or (amount % self.unit and abs(held - amount) < self.unit) for amount in self.amounts)

    def __str__(self) -> str:
        return " or ".join(dict.fromkeys(f"{amount.normalize():f}" for amount in self.amounts))


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in any spelling: its digits, with its country code or in the national format.

    A held number has only digits. Without the country code and without the national 0, it is wrong.
    """

    text: str

    def accepts(self, held: Any) -> bool:
        """Whether these digits reach the same phone."""
        sent = digits(self.text)
        at_home, abroad = sent.removeprefix("0"), held.removeprefix("00")
        if sent == at_home:
            return abroad == sent or held in {f"0{sent[code:]}" for code in _COUNTRY_CODES}
        return held == sent or abroad in {abroad[:code] + at_home for code in _COUNTRY_CODES}

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class AnyText:
    """Any text, because the page does not say in which words. Only its absence is wrong."""

    text: str

    def accepts(self, held: Any) -> bool:
        """Whether it is a text that is not blank."""
        return isinstance(held, str) and bool(held.strip())

    def __str__(self) -> str:
        return f"{self.text} in any words"


@dataclass(frozen=True, slots=True)
class Containing:
    """A text with this one in it, because the page does not say how its parts are joined."""

    text: str

    def accepts(self, held: Any) -> bool:
        """Whether it is in the held text, whatever the spaces and the case."""
        return isinstance(held, str) and _plain(self.text) in _plain(held)

    def __str__(self) -> str:
        return f"a text with {self.text}"


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def digits(text: str) -> str:
    """The digits of a phone number."""
    return "".join(filter(str.isdecimal, text))


def piece_prices(order: Order, line: Line) -> AnyAmount:
    """The possible unit prices of a line: before or after the line's discount, with or without tax."""
    pieces, tax = Decimal(line.quantity), line.tax
    listed = pieces * line.unit_price
    paid = listed - line.discount
    other_tax = -tax if line.tax_included else tax
    of_the_line = [amount + added for amount in (listed, paid) for added in (Decimal(0), other_tax)]
    return AnyAmount(tuple(amount / pieces for amount in of_the_line), unit_of(order))


def piece_taxes(order: Order, line: Line) -> AnyAmount | None:
    """The tax of a line, or of one of its pieces. None if nothing is known of it."""
    return AnyAmount((line.tax, line.tax / line.quantity), unit_of(order)) if line.tax else None


def discounts(order: Order) -> frozenset[Decimal | None]:
    """The discount of the order, with or without those of its lines, or these alone. None is held instead of 0."""
    of_lines = sum((line.discount for line in order.lines), Decimal(0))
    return or_nothing(order.discount, of_lines, order.discount + of_lines)


def or_nothing(*amounts: Decimal) -> frozenset[Decimal | None]:
    """The amounts, and None if 0 is one of them."""
    return frozenset({*amounts, *({None} if Decimal(0) in amounts else ())})


def times_of(order: Order) -> dict[str, frozenset[datetime | None]]:
    """The times at which an order was paid, refunded and failed. What did not happen has no time.

    A part payment, a part refund and a failure before a payment may be stated or not.
    """
    refunds = {refund.at for refund in order.refunds}
    refunded, failed, paid = order.at("refunded"), order.at("failed"), order.at("paid")
    last = {order.refunds[-1].at} if order.refunds else set()
    return {
        "paid": frozenset({paid} if paid else {None, order.at("partially-paid")}),
        "refunded": frozenset({refunded, *last} if refunded else {None, *refunds, order.at("partially-refunded")}),
        "failed": frozenset({failed} if order.status == "failed" else {None, failed}),
    }


def unit_of(order: Order) -> Decimal:
    """The smallest amount of the order's currency."""
    return Decimal(1).scaleb(-minor_unit(order.currency))


@dataclass(frozen=True, slots=True)
class Cost:
    """The accepted unit costs of a line: from the price after all discounts to the listed price with tax."""

    sku: str
    quantity: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class PieceCosts:
    """The unit costs of an order's items. The held value is (sku, quantity, cost) of each item, in any order."""

    costs: tuple[Cost, ...]

    @classmethod
    def of(cls, order: Order) -> PieceCosts:
        """The costs of an order. A discount of the order may be divided among its lines."""
        unit = unit_of(order)
        return cls(tuple(_cost(line, order.discount + order.refunded, unit) for line in order.lines))

    def accepts(self, held: Any) -> bool:
        """Whether each line has a separate item with an accepted cost.

        It assigns the cheapest items first, each to the line with the lowest maximum, so that every match is found.
        """
        left = sorted(self.costs, key=lambda each: each.most)
        for item in sorted((each for each in held if each[2] is not None), key=lambda each: Decimal(each[2])):
            cost = next((each for each in left if _allows(each, item)), None)
            if cost is not None:
                left.remove(cost)
        return not left

    def __str__(self) -> str:
        return ", ".join(
            f"{each.quantity} of {each.sku} at {each.least:f}"
            + (f" to {each.most:f}" if each.least != each.most else "")
            for each in self.costs
        )


def _cost(line: Line, shared: Decimal, unit: Decimal) -> Cost:
    pieces = Decimal(line.quantity)
    listed = pieces * line.unit_price
    with_tax = listed + (0 if line.tax_included else line.tax)
    without = listed - line.discount - shared - (line.tax if line.tax_included else 0)
    slack = unit if line.quantity > 1 else Decimal(0)
    return Cost(line.sku, pieces, max(without / pieces - slack, Decimal(0)), with_tax / pieces + slack)


def _allows(cost: Cost, item: Sequence[Any]) -> bool:
    sku, quantity, said = item
    return bool((sku, quantity) == (cost.sku, cost.quantity) and cost.least <= said <= cost.most)


def total_and_currency(order: Order) -> dict[str, Any]:
    """The total and currency of an order: both of the shop, or both of the customer.

    After a partial or full refund, it also accepts the remaining amount.
    """
    pairs = _pairs(order)
    return {
        "total": frozenset(total for total, _ in pairs),
        "currency": frozenset(currency for _, currency in pairs),
        "total with currency": frozenset(pairs),
    }


def totals(order: Order) -> frozenset[Decimal]:
    """The total in the shop's currency, and the remaining amount after refunds."""
    return frozenset({order.total, order.total - order.refunded})


def paired(total: Decimal | None, currency: str | None) -> tuple[Decimal, str] | None:
    """A held total with its currency, if both are held."""
    return None if total is None or currency is None else (total, currency)


def _pairs(order: Order) -> Iterable[tuple[Decimal, str]]:
    pairs = [(total, order.currency) for total in totals(order)]
    seen = order.presentment
    if seen is not None:
        pairs += [(seen.total, seen.currency)]
    return pairs
