"""The part of a request that is the file, and the answer, as somebody would write them down from FANSHIP's page alone.

https://docs.fanship.jp/integration-api-v1/upload_purchases.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

ANSWERS = {"ok-json": (200, b'{"status":"OK"}'), "empty": (200, b""), "accepted": (202, b""), "no-content": (204, b"")}
"""What a success may look like."""


def is_file(part: Mapping[str, str | None], lines: list[str], readings: Mapping[str, str]) -> bool:
    """Whether a part is taken for the file that the page shows: its type, its filename, and how its text begins."""
    kind, _, rest = str(part.get("content_type", "application/x-ndjson")).partition(";")
    charset = re.search(r'charset="?([^";]+)', rest)
    if kind.strip().lower() != "application/x-ndjson" and readings["upload.part-type"] == "refuse":
        return False
    if charset and charset[1].lower() != "utf-8" and readings["upload.part-charset"] == "refuse":
        return False
    if part.get("filename") == "" and readings["upload.empty-filename"] == "refuse":
        return False
    return not (has_mark(lines) and readings["upload.byte-order-mark"] == "refuse")


def has_mark(lines: list[str]) -> bool:
    """Whether a file begins with a byte order mark."""
    return bool(lines) and lines[0].startswith("\ufeff")


def is_far(day: str, today: date) -> bool:
    """Whether a business day is after tomorrow, or more than ten years ago."""
    days = (datetime.strptime(day, "%Y%m%d").date() - today).days  # noqa: DTZ007 - a day has no zone
    return days > 1 or days < -3653


def keys_gone(before: dict[str, Any], after: dict[str, Any]) -> int:
    """How many keys a member had that its new line does not name, on every level."""
    count = 0
    for name, value in before.items():
        if value not in (None, "", {}, []):
            if name not in after:
                count += 1
            elif isinstance(value, dict) and isinstance(after[name], dict):
                count += keys_gone(value, after[name])
    return count
