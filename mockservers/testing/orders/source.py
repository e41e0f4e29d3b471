"""A shop's JSON, read key by key: each value must have its type, and each error has its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockservers.core.errors import UsageError
from mockservers.core.values import iso8601
from mockservers.core.values.formats import decimal


class UnreadableOrder(UsageError):
    """A shop's order cannot be read. The message has the place, as a JSON pointer, and the reason."""


@dataclass(frozen=True, slots=True)
class Source:
    """A JSON object of a shop's order, with its place: a JSON pointer in the order."""

    value: Mapping[str, Any]
    at: str = ""

    @classmethod
    def of(cls, value: Any, at: str = "") -> Source:
        """The object. UnreadableOrder if the value is not an object."""
        if not isinstance(value, Mapping):
            raise UnreadableOrder(f"{at or '/'}: must be a JSON object, not {_shown(value)}")
        return cls(value, at)

    def fault(self, key: str, reason: str) -> UnreadableOrder:
        """An error about the value of a key."""
        return UnreadableOrder(f"{self.at}/{key}: {reason}")

    def text(self, key: str) -> str:
        """A text, or an integer as text; empty if there is none."""
        value = self.value.get(key)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.fault(key, f"must be a string, not {_shown(value)}")
        return str(value).strip()

    def required(self, key: str) -> str:
        """A required text."""
        text = self.text(key)
        if not text:
            raise self.fault(key, "is required")
        return text

    def flag(self, key: str) -> bool:
        """A boolean, or 0 or 1; False if there is none."""
        value = self.value.get(key)
        if value not in (None, False, True, 0, 1):
            raise self.fault(key, f"must be true or false, not {_shown(value)}")
        return bool(value)

    def whole(self, key: str) -> int:
        """An integer, as a number or a text."""
        number = self.amount(key)
        if number != int(number):
            raise self.fault(key, f"must be a whole number, not {number}")
        return int(number)

    def amount(self, key: str, default: Decimal | None = None) -> Decimal:
        """A decimal number, as a number or a text; `default` if there is none."""
        value = self.value.get(key)
        if value is None or value == "":
            if default is None:
                raise self.fault(key, "is required")
            return default
        number = decimal(value)
        if number is None:
            raise self.fault(key, f"must be an amount, not {_shown(value)}")
        return number

    def moment(self, key: str) -> datetime | None:
        """A datetime, naive if it has no zone; None if there is none."""
        text = self.text(key)
        if not text:
            return None
        parsed = iso8601.parse(text.replace(" ", "T", 1))
        at = parsed and parsed.to_datetime()
        if not at:
            raise self.fault(key, f"must be a date and time, not {_shown(text)}")
        return at.replace(microsecond=0)

    def object(self, key: str) -> Source | None:
        """An object; None if there is none."""
        value = self.value.get(key)
        return None if value is None or value == [] else Source.of(value, f"{self.at}/{key}")

    def objects(self, key: str) -> Iterator[Source]:
        """The objects of a list; none if there is no list."""
        value = self.value.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.fault(key, f"must be a list, not {_shown(value)}")
        for index, each in enumerate(value):
            yield Source.of(each, f"{self.at}/{key}/{index}")

    def total(self, key: str, of: str) -> Decimal:
        """The sum of an amount over the objects of a list."""
        return sum((each.amount(of, Decimal(0)) for each in self.objects(key)), Decimal(0))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
