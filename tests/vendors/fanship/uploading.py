"""Uploading to a FANSHIP tenant: lines in, what became of them out."""

from __future__ import annotations

import json
from typing import Any

from mockservers.core.tenancy.tenant import Answer
from tests.asking import Asking


class Uploading(Asking):
    """A FANSHIP tenant that takes uploads. Its clock stands at noon of 15 January in Japan."""

    def __init__(self, *, readings: dict[str, str] | None = None, **state: Any) -> None:
        super().__init__("fanship", readings=readings, **state)

    def upload(self, day: str, *lines: Any, **part: str | None) -> Answer:
        """Upload purchases of a business day. Lines that are not text go as JSON."""
        return self._send("uploadPurchases", lines, {"yyyymmdd": day}, part)

    def members(self, *lines: Any, **part: str | None) -> Answer:
        """Upload a member list."""
        return self._send("uploadMembers", lines, {}, part)

    def _send(
        self, operation: str, lines: tuple[Any, ...], path: dict[str, str], part: dict[str, str | None]
    ) -> Answer:
        text = "".join(
            (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines
        )
        headers = {"Authorization": f"Bearer {self.credentials['token']}"}
        return self.ask(operation, headers=headers, path=path, file=text.encode("utf-8", "surrogatepass"), part=part)

    def next_morning(self) -> None:
        """Let the night pass."""
        self.advance(days=1)

    @property
    def held(self) -> list[str]:
        """The ids of the purchases that were taken in, sorted."""
        return sorted(purchase["id"] for purchase in self.state["purchases"])
