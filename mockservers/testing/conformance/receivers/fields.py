"""The comparison of the fields that a receiver holds with those of the webhooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.core.values.json_text import dumps
from mockservers.testing.conformance.receivers.announced import Webhook
from mockservers.testing.conformance.receivers.holdings import Records


@dataclass(slots=True)
class Listed:
    """The fields of webhooks that a receiver lists, by kind of record.

    A field with another name than the vendor's is ignored. If the receiver lists a field for one record of a kind, it
    must list it for every record of that kind.
    """

    names: dict[str, set[str]] = field(default_factory=dict)

    def learn(self, webhooks: Sequence[Webhook], held: Records) -> None:
        """Record which fields the receiver lists for these records."""
        for webhook in webhooks:
            names = self.names.setdefault(webhook.kind, set())
            for record in _objects(held, webhook):
                names.update(name for name in webhook.announced if record.get(name) is not None)

    def of(self, webhook: Webhook) -> list[str]:
        """The fields of a webhook's record that are compared, in the order of the payload."""
        return [name for name in webhook.announced if name in self.names.get(webhook.kind, ())]

    def differences(self, webhooks: Sequence[Webhook], held: Records) -> list[str]:
        """One text for each field that differs from the webhook."""
        return [text for webhook in webhooks for text in self._differences(webhook, held)]

    def _differences(self, webhook: Webhook, held: Records) -> Iterator[str]:
        for record in _objects(held, webhook):
            for name in self.of(webhook):
                announced = {name: webhook.announced[name]}
                if not webhook.equality.contains(record, announced):
                    value = record.get(name)
                    seen = "is missing" if value is None else f"is {_text(value)}"
                    yield f"{webhook.field} {webhook.key}: {name} {seen}, announced: {_text(announced[name])}"


def _objects(held: Records, webhook: Webhook) -> list[dict[str, Any]]:
    """The records with a webhook's key, without those of which only the key is listed."""
    return [record for record in held.get(webhook.key, ()) if isinstance(record, dict)]


def _text(value: Any) -> str:
    return dumps(value).decode()
