"""What is under test: the exporter as its user gives it, and how its vendor is to be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar

from mockservers.core.contract.contract import Contract
from mockservers.testing.conformance.comparison import Fields
from mockservers.testing.conformance.limits import most_items
from mockservers.testing.conformance.target import Target
from mockservers.testing.orders import Customer, Order, Status, Subscription
from mockservers.testing.server import MockServer
from mockservers.testing.strategies import CURRENCIES, OFFSETS

Statuses = Mapping[Status, frozenset[str]]


class Exporter:
    """An exporter under test: what its user gives, and what the vendor makes of an order."""

    vendor: ClassVar[str]
    projection: ClassVar[ModuleType]

    statuses: ClassVar[Statuses]
    """What the vendor may hold for each status of an order."""

    must: ClassVar[frozenset[str]]
    """Fields that have to be held. Others are compared where they are held."""

    currencies: ClassVar[tuple[str, ...]] = CURRENCIES
    offsets: ClassVar[tuple[float, ...]] = OFFSETS
    """Hours ahead of UTC of the shops' clocks."""

    customers_known: ClassVar[bool] = False
    """Whether the vendor knows the customers before: an exporter of orders alone."""

    updates: ClassVar[bool] = True
    """Whether orders are exported again once they changed."""

    one_day_updates: ClassVar[bool] = False
    sizes: ClassVar[tuple[int, ...]] = ()
    """How many orders the books of `limits` have. Empty: around the limits of the vendor's contract."""

    batches: ClassVar[tuple[str, ...]] = ()
    """The operations whose limits those are."""

    paced: ClassVar[tuple[str, ...]] = ()
    """The operations whose calls the vendor's page wants apart from each other."""

    plain_under: ClassVar[frozenset[str]] = frozenset()
    """Rules under whose other readings orders have neither discount nor shipping: no client could fit these in."""

    rests_on: ClassVar[tuple[str, ...]] = ()
    """The rules to read where nothing that the vendor did explains a failure."""

    order_rules: ClassVar[frozenset[str]] = frozenset()
    time_limit: ClassVar[float] = 30.0
    """Real seconds that one export may take."""

    profile: ClassVar[str | None] = None
    verdicts: Counter[str] = Counter()  # noqa: RUF012 - of a class; every subclass has its own

    # -- what its user gives ------------------------------------------------------------------------------------

    def export(self, target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        """Send the orders: all of every business day touched, in their present state.

        Return None or the ids of the orders that failed, or raise.
        """
        raise NotImplementedError(f"{type(self).__name__} has no export(self, target, orders). Give it one.")

    def customers(self, target: Target, customers: Sequence[Customer]) -> Iterable[str] | None:
        """Send the customers, all that there are, in their present state. Of your own choice; as export otherwise."""
        raise NotImplementedError

    def refund(self, target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        """Send what became of orders that were exported before and are refunded or cancelled. Of your own choice."""
        raise NotImplementedError

    def subscribe(self, target: Target, subscriptions: Sequence[Subscription]) -> Iterable[str] | None:
        """Send the subscriptions, all that there are, of customers whom the vendor knows. Of your own choice."""
        raise NotImplementedError

    def held(self, document: Mapping[str, Any]) -> Fields:
        """What a document of the vendor's says of an order, by neutral names. For a mapping of your own."""
        fields: Fields = self.projection.held(document)
        return fields

    # -- what the properties ask --------------------------------------------------------------------------------

    def expected(self, order: Order) -> Iterable[Fields]:
        """What the vendor should hold of an order, by the same names."""
        made: Iterable[Fields] = self.projection.expected(order, self.statuses)
        return made

    def known(self, orders: Sequence[Order]) -> dict[str, Any]:
        """The state in which the vendor knows the customers of these orders."""
        state: dict[str, Any] = self.projection.known([order.customer for order in orders])
        return state

    @property
    def collection(self) -> str:
        """The collection of the tenant's state that holds what was exported."""
        name: str = self.projection.COLLECTION
        return name

    @property
    def key(self) -> tuple[str, ...]:
        """The fields that tell one held document from another."""
        names: tuple[str, ...] = self.projection.KEY
        return names

    @property
    def contract(self) -> Contract:
        """The vendor's contract."""
        return MockServer.current().mock_app.control.mock(self.vendor).contract

    def other_readings(self, *, recoverable: bool) -> list[tuple[str, str]]:
        """(rule, choice) for every choice that is not the default."""
        return [
            (rule.id, choice)
            for rule in self.contract.rules.values()
            if rule.reading
            for choice in rule.reading.choices
            if choice != rule.reading.default and rule.reading.recoverable[choice] is recoverable
        ]

    @property
    def batch(self) -> int:
        """The fewest items that a batch of the vendor's may have for the most; 0 where no limit is set."""
        return min((limit for name in self.batches if (limit := most_items(self.contract, name))), default=0)

    @classmethod
    def can(cls, name: str) -> bool:
        """Whether its user gave the method of that name, which is of his own choice."""
        return getattr(cls, name) is not getattr(Exporter, name)
