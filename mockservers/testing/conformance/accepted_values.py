"""Values of which several are right: amounts that may be rounded, and costs within the bounds that a page sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from mockservers.testing.currencies import minor_unit
from mockservers.testing.orders import Line, Order

_COUNTRY_CODES = (1, 2, 3)
"""How many digits a country code has (ITU-T E.164)."""


@runtime_checkable
class Accepted(Protocol):
    """An expected value that says itself what it accepts."""

    def accepts(self, held: Any) -> bool:
        """Whether a held value is right."""


@dataclass(frozen=True, slots=True)
class AnyAmount:
    """One of these amounts. One that the currency cannot express may be rounded, up or down, to its `unit`."""

    amounts: tuple[Decimal, ...]
    unit: Decimal

    def accepts(self, held: Any) -> bool:
        """Whether it is one of them."""
        if not isinstance(held, Decimal):
            return False
        return any(held == amount or (amount % self.unit and abs(held - amount) < self.unit) for amount in self.amounts)

    def __str__(self) -> str:
        return " or ".join(dict.fromkeys(f"{amount.normalize():.10g}" for amount in self.amounts))


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in any spelling: its digits, with its country code or as it is dialled at home.

    Held: digits alone. What lacks both the country code and the 0 before a number at home reaches nobody.
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


def digits(text: str) -> str:
    """The digits of a phone number."""
    return "".join(filter(str.isdecimal, text))


def piece_prices(order: Order, line: Line) -> AnyAmount:
    """What one piece of a line costs: as listed or less the line's discount, with its tax or without."""
    pieces, tax = Decimal(line.quantity), line.tax
    listed = pieces * line.unit_price
    paid = listed - line.discount
    other_tax = -tax if line.tax_included else tax
    of_the_line = [amount + added for amount in (listed, paid) for added in (Decimal(0), other_tax)]
    return AnyAmount(tuple(amount / pieces for amount in of_the_line), unit_of(order))


def unit_of(order: Order) -> Decimal:
    """The smallest amount of the order's currency."""
    return Decimal(1).scaleb(-minor_unit(order.currency))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a line's piece may cost: between what is paid for it less all discounts, and the listed price with tax."""

    sku: str
    quantity: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class PieceCosts:
    """The costs of an order's items, each of one piece. Held: (sku, quantity, cost) of each item, in any order."""

    costs: tuple[Cost, ...]

    @classmethod
    def of(cls, order: Order) -> PieceCosts:
        """Those of an order. A discount of the order may be shared out over its lines."""
        unit = unit_of(order)
        return cls(tuple(_cost(line, order.discount + order.refunded, unit) for line in order.lines))

    def accepts(self, held: Any) -> bool:
        """Whether each line has an item of its own whose cost it allows.

        The cheapest item first, and each to the line that allows the least: so every line that can have one gets one.
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
    """The total and currency of an order: the shop's, or those that the customer saw, never one of each.

    Of an order that was refunded in part, or whole, what is left is right as well.
    """
    pairs = _pairs(order)
    return {
        "total": frozenset(total for total, _ in pairs),
        "currency": frozenset(currency for _, currency in pairs),
        "total with currency": frozenset(pairs),
    }


def totals(order: Order) -> frozenset[Decimal]:
    """The total in the shop's currency, and what is left of it."""
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
