"""A FANSHIP tenant to upload to, without a socket."""

from __future__ import annotations

import json
from typing import Any

from mockservers.core.tenancy.tenant import Answer
from tests.asking import Asking


class FanshipTenant(Asking):
    """A FANSHIP tenant. Its clock is frozen at noon of 15 January in Japan."""

    def __init__(self, *, readings: dict[str, str] | None = None, **state: Any) -> None:
        super().__init__("fanship", readings=readings, **state)

    def upload(self, day: str, *lines: Any, **part: str | None) -> Answer:
        """Upload purchases of a business day. Lines that are not text are sent as JSON."""
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
        """Move the clock to the next day, past the ingestion."""
        self.advance(days=1)

    @property
    def purchase_ids(self) -> list[str]:
        """The ids of the ingested purchases, sorted."""
        return sorted(purchase["id"] for purchase in self.state["purchases"])
