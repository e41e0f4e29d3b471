"""Strategies for changes of an order: a new status, an edit, a partial refund, a return or an exchange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from hypothesis import strategies as st

from mockservers.testing.currencies import minor_unit
from mockservers.testing.orders import NEXT, Customer, Line, Order, Pieces, Refund, Return
from mockservers.testing.strategies.pools import among

HOUR = timedelta(hours=1)
EDITS = (
    "moved on",
    "quantity",
    "other product",
    "line added",
    "line removed",
    "customer edited",
    "refunded by line",
    "refunded by amount",
)
"""Edits of an order by a shop's staff, the most common first."""


@st.composite
def later(draw: st.DrawFn, order: Order) -> Order:
    """The same order in a next status; unchanged if there is none."""
    following = NEXT[order.status]
    if not following:
        return order
    status = draw(among(following))
    at = order.history[-1].at + HOUR
    moved = order.moved_to(status, at)
    return draw(refunded_in_part(moved, at)) if status == "partially-refunded" else moved


@st.composite
def edited(draw: st.DrawFn, order: Order, *, emails: bool = True) -> Order:
    """The order after one of EDITS. With `emails`, the e-mail of a customer with an account may change."""
    edit = draw(among(EDITS))
    return draw(later(order)) if edit == "moved on" else edit_of(order, edit, emails=emails)


def edit_of(order: Order, edit: str, *, emails: bool = True) -> Order:
    """The order after an edit of EDITS, or with another quantity if this edit is not possible."""
    following, first = NEXT[order.status], order.lines[0]
    at = order.history[-1].at + HOUR
    match edit:
        case "moved on" if following:
            return order.moved_to(following[0], at)
        case "line added":
            return replace(order, lines=(*order.lines, Line(f"{len(order.lines) + 1}", "P9", "Late", 2, Decimal(7))))
        case "line removed" if len(order.lines) > 1 and not _is_named(order, order.lines[-1]):
            return _fitting(replace(order, lines=order.lines[:-1]))
        case "customer edited":
            return replace(order, customer=_renamed(order, emails=emails))
        case "refunded by line" | "refunded by amount" if order.at("paid") and order.total > order.refunded:
            return _with_refund(order, at, by_line=edit == "refunded by line")
        case _:
            more = replace(first, quantity=first.quantity + 1)
            other = replace(first, sku="P8", name="Green tea")  # at the same price
            return replace(order, lines=(other if edit == "other product" else more, *order.lines[1:]))


def _with_refund(order: Order, at: datetime, *, by_line: bool) -> Order:
    """The order with a refund of one piece of its first line, or of half of the rest."""
    first, left = order.lines[0], order.total - order.refunded
    if by_line and 0 < first.total <= left:
        amount = _part(order, first.total, 1, first.quantity)
        return order.with_refund(Refund(f"R-{order.id}-line", at, amount, (Pieces(first.id, 1),)))
    return order.with_refund(Refund(f"R-{order.id}-amount", at, _part(order, left, 1, 2)))


def _renamed(order: Order, *, emails: bool) -> Customer:
    known = order.customer
    if not known.external_id:
        return replace(known, name=f"{known.name} Jr.")
    email = f"new.{known.email}" if emails and known.email else known.email
    return replace(known, name=f"{known.name} Jr.", phone=known.phone and f"{known.phone[:-1]}7", email=email)


def _is_named(order: Order, line: Line) -> bool:
    """Whether another part of the order names the line."""
    back = [pieces.line for pieces in order.pieces_back]
    return line.id in back or bool(line.instead_of) or any(other.part_of == line.id for other in order.lines)


def _fitting(order: Order) -> Order:
    """The order with limited discount, gift card and refunds, so that they do not exceed the total."""
    goods = sum((line.total for line in order.lines), Decimal(0))
    tax = sum((line.tax for line in order.lines), Decimal(0))
    fit = replace(order, discount=min(order.discount, goods), tax=tax)
    kept = fit.refunds if fit.refunded <= fit.total else ()
    return replace(fit, gift_card=min(fit.gift_card, fit.total), refunds=kept)


def _part(order: Order, amount: Decimal, numerator: int, denominator: int) -> Decimal:
    """A part of an amount, rounded down to the currency's unit, but at least one unit."""
    unit = Decimal(1).scaleb(-minor_unit(order.currency))
    return max((amount * numerator / denominator).quantize(unit, ROUND_DOWN), unit)


@st.composite
def refunded_in_part(draw: st.DrawFn, order: Order, at: datetime) -> Order:
    """The order with a refund of some pieces of a line, or of an amount; unchanged if nothing was paid."""
    if not order.total:
        return order
    worth = [line for line in order.lines if 0 < line.total <= order.total]
    by_line = draw(st.booleans())
    if worth and by_line:
        line = draw(st.sampled_from(worth))
        pieces = draw(st.integers(1, line.quantity))
        amount = _part(order, line.total, pieces, line.quantity)
        return order.with_refund(Refund(f"R-{order.id}", at, amount, (Pieces(line.id, pieces),)))
    return order.with_refund(Refund(f"R-{order.id}", at, _part(order, order.total, 1, draw(st.integers(2, 4)))))


@st.composite
def returned(draw: st.DrawFn, order: Order) -> Order:
    """The order with a returned line, perhaps exchanged for another line: at the same price, or at another one."""
    at = order.history[-1].at + 2 * HOUR
    line = draw(st.sampled_from(_goods(order.lines)))
    back = Return(f"RMA-{order.id}", at, (Pieces(line.id, draw(st.integers(1, line.quantity))),))
    if not draw(st.booleans()):
        return replace(order, returns=(*order.returns, back))
    # What the customer saw of the total, and a refund of the rest, are of the order before.
    can_differ = order.status == "delivered" and order.presentment is None and 0 < line.total <= order.total
    factors = (Decimal(0), Decimal(2), Decimal("0.5"))
    factor = draw(among(factors if can_differ else factors[:1]))
    return exchanged(order, back, _part(order, line.total, back.pieces[0].quantity, line.quantity) * factor)


def exchanged(order: Order, back: Return, price: Decimal) -> Order:
    """The order with returned goods, and the line that was sent instead.

    If that line has a price, which is of all its pieces, the goods that came back are refunded.
    """
    pieces = back.pieces[0]
    (line,) = [each for each in order.lines if each.id == pieces.line]
    places = minor_unit(order.currency)
    unit = round(price / pieces.quantity, places)
    more = Line(str(len(order.lines) + 1), "P1-B", "Tea, another size", pieces.quantity, unit, instead_of=pieces.line)
    order = replace(order, lines=(*order.lines, more), returns=(*order.returns, back))
    if not unit:
        return order
    amount = _part(order, line.total, pieces.quantity, line.quantity)
    return order.moved_to("partially-refunded", back.at).with_refund(
        Refund(f"R-{order.id}-exchange", back.at, amount, back.pieces)
    )


def _goods(lines: Sequence[Line]) -> list[Line]:
    """The lines that are not part of a bundle."""
    return [line for line in lines if not line.part_of]
