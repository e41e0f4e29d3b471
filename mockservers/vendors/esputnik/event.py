"""An event as it was sent, alone or in a batch of past events."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mockservers.core.value import Value, field, replace
from mockservers.core.values.json_text import pointer


class Event(Value, dict=True):
    """A well-formed event.

    `item` is its place among the items of the call, `base` the tokens of its place in the body, `version` that of the
    API (1 or 2). `occurred` is text; `params`, `key_value` and `fields` (all but the params) are what was sent.
    """

    type_key: str
    key_value: Any
    params: list[dict[str, Any]]
    version: int
    occurred: str
    item: int = 0
    base: tuple[str | int, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, sent: Mapping[str, Any], version: int, occurred: str, item: int = 0, base: tuple[str | int, ...] = ()
    ) -> Event:
        """Return the event of a valid body, or of a part of it."""
        params = sent.get("params") or []
        fields = {name: value for name, value in sent.items() if name != "params"}
        return cls(sent["eventTypeKey"], sent.get("keyValue"), params, version, occurred, item, base, fields)

    @property
    def has_key(self) -> bool:
        """Whether it has a keyValue that is not blank."""
        return self.key_value is not None and bool(str(self.key_value).strip())

    def with_params(self, *names: str) -> Event:
        """The event as if its other params were null; its places stay."""
        return replace(
            self, params=[param if param["name"] in names else {**param, "value": None} for param in self.params]
        )

    @cached_property
    def values(self) -> dict[str, Any]:
        """The params by name; those that are null are absent."""
        return {param["name"]: param["value"] for param in self.params if param["value"] is not None}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {param["name"]: index for index, param in enumerate(self.params)}

    @property
    def place(self) -> str:
        """Where the event is in the body, as a JSON pointer."""
        return pointer(*self.base)

    def place_of(self, name: str, *within: str | int) -> str:
        """Where the value of a param is, or a place within it; the list of params if there is no such param."""
        index = self._places.get(name)
        if index is None:
            return pointer(*self.base, "params")
        return pointer(*self.base, "params", index, "value", *within)
