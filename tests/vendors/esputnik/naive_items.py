"""The items of an order at eSputnik, and when two values say the same, written down from the page alone.

Plain dictionaries and none of the mock's code. https://esputnik.com/support/peredacha-dannyh-resursom-v1event
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

Item = dict[str, Any]
TEXTS = ("name", "url", "imageUrl")
AMOUNTS = ("quantity", "cost")


def parsed(value: Any) -> list[Any] | None:
    """The list that items are, raw or as JSON text; None where they are none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, list) else None


def complete_items(items: list[Any], *, blank_is_missing: bool) -> list[Item]:
    """The items that have all six fields."""
    return [item for item in items if isinstance(item, dict) and _is_complete(item, blank_is_missing)]


def _is_complete(item: Item, blank_is_missing: bool) -> bool:
    if is_blank(item.get("externalItemId")) or not all(is_amount(item.get(name)) for name in AMOUNTS):
        return False
    return not any(item.get(name) is None or (blank_is_missing and is_blank(item[name])) for name in TEXTS)


def flat(item: Item) -> Item:
    """An item as it is held: what is nested in it stays text."""
    return {name: _text(value) if isinstance(value, list | dict) else value for name, value in item.items()}


def adds_up(order: dict[str, Any]) -> bool:
    """Whether the prices of the items, times their quantities, come to the total. One alone says nothing."""
    items = order.get("items")
    if not items or "totalCost" not in order:
        return True
    prices = [Decimal(str(item["cost"])) * Decimal(str(item["quantity"])) for item in items]
    return sum(prices) == Decimal(str(order["totalCost"]))


def are_orders_items(items: Any) -> bool:
    """Whether items are right for Add orders: none, or a list of objects with an id and a quantity."""
    if items is None:
        return True
    return isinstance(items, list) and all(
        isinstance(item, dict) and not is_blank(item.get("externalItemId")) and is_amount(item.get("quantity"))
        for item in items
    )


def same(held: Any, sent: Any) -> bool:
    """Whether what is held says what was sent: an amount as a number or as text, items raw or as text."""
    if isinstance(held, list) or isinstance(sent, list):
        return _has_items(held, sent)
    if sent is None:
        return True
    if held is None:
        return False
    return str(held) == str(sent) or (is_amount(held) and is_amount(sent) and Decimal(str(held)) == Decimal(str(sent)))


def _has_items(held: Any, sent: Any) -> bool:
    """Whether all items that were sent are held, in their order."""
    if is_blank(sent):
        return True
    remaining, items = iter(held if isinstance(held, list) else []), parsed(sent)
    if items is None:
        return False
    return all(any(_has_item(each, item) for each in remaining) for item in items)


def _has_item(held: Any, sent: Any) -> bool:
    if not isinstance(sent, dict) or not isinstance(held, dict):
        return sent is None
    return all(same(*(_text(each) for each in (held.get(name), value))) for name, value in sent.items())


def _text(value: Any) -> Any:
    """A list or an object as JSON text; any other value as it is."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


def is_amount(value: Any) -> bool:
    """Whether a value is a number, or a number as text."""
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(value)) is not None


def is_blank(value: Any) -> bool:
    """Whether nothing is there: null, or text of blanks."""
    return value is None or (isinstance(value, str) and not value.strip())
