"""What the code of FANSHIP goes by in the schemas of lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LINE = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}

NEEDS: Mapping[str, Mapping[str, Any]] = {"purchase.schema.json": _LINE, "member.schema.json": _LINE}
