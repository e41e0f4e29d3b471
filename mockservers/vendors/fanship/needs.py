"""The requirements of FANSHIP's code on the schemas of lines and of the business day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LINE: Mapping[str, Any] = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}

_PURCHASE: Mapping[str, Any] = {
    **_LINE,
    "properties": {**_LINE["properties"], "order_date": {"type": ["string", "null"]}},
}
_DAY = "#/paths/~1v1~12nd~1purchases~1{yyyymmdd}~1_all/post/parameters/0/schema"

NEEDS: Mapping[str, Mapping[str, Any]] = {
    "purchase.schema.json": {**_PURCHASE, "covered": True},
    "#/components/schemas/Purchase": {"only": "purchase.schema.json", "properties": {"promotion_id": {}}},
    "member.schema.json": {**_LINE, "covered": True},
    "#/components/schemas/Member": {"only": "member.schema.json"},
    _DAY: {"type": "string", "format": "yyyymmdd"},
}
