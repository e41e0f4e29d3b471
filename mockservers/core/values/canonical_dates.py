"""Dates and times in a canonical form: equal instants have the same text, at one fixed offset from UTC."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from mockservers.core.values.instants import instant
from mockservers.core.values.rfc3339 import is_date

_USUAL = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
"""Days 1 to 28, which every month has. This pattern checks many texts in half the time of splitting them."""

_MINUTES = frozenset(f"T{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))


class CanonicalDates:
    """The form `YYYY-MM-DDTHH:MM:SS+HH:MM`, with the fraction if there is one. `ahead` is not negative."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead
        hours, minutes = divmod(ahead // timedelta(minutes=1), 60)
        self._offset = f"+{hours:02}:{minutes:02}"
        self._seconds = frozenset(f":{second:02}{self._offset}" for second in range(60))
        self._usual = re.compile(rf"(?:{_USUAL}{re.escape(self._offset)}\n)*")

    def contain(self, texts: Collection[str | None]) -> bool:
        """Return True if all texts are in that form, without fractions, or None. False means that it is not certain."""
        stated = [text for text in texts if text is not None]
        if self._usual.fullmatch("\n".join([*stated, ""])):
            return True
        return (
            {text[16:] for text in stated} <= self._seconds
            and {text[10:16] for text in stated} <= _MINUTES
            and all(map(is_date, {text[:10] for text in stated}))
        )

    def canonical(self, text: Any) -> Any:
        """Return a `date-time` in that form, or in another one if its year needs five digits; else the value itself."""
        moment = instant(text, "date-time") if isinstance(text, str) else None
        if moment is None:
            return text
        written = moment.written_at(self._ahead)
        return ["instant", moment.canonical] if written is None else f"{written}{self._offset}"
