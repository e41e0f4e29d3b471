"""The conformance kit's part of Acme: an order is its number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from mockservers.testing.conformance import Suite, Target
from mockservers.testing.orders import Order


class AcmeTarget(Target):
    """An Acme account to export to."""

    @property
    def key(self) -> str:
        """The key in its header."""
        return self.credentials["key"]


class Acme(Suite[AcmeTarget]):
    """Acme. It holds neither customers nor what became of an order."""

    __test__: ClassVar[bool] = False
    vendor: ClassVar[str] = "acme"
    target_class: ClassVar[type[Target]] = AcmeTarget
    collection: ClassVar[str] = "orders"
    key: ClassVar[tuple[str, ...]] = ("order",)
    takes_refunds: ClassVar[bool] = False

    def expected(self, order: Order) -> Iterable[Mapping[str, Any]]:
        """One document per order."""
        yield {"order": order.id}

    def held(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """A document of the collection `orders`."""
        return {"order": document.get("number")}


SUITE = Acme
