"""The exporter under test: the user's methods, and the vendor's part of the comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from mockservers.core.contract.contract import Contract
from mockservers.testing.conformance.comparison import Comparison, Fields, Projection, by_first, compare, sent_fields
from mockservers.testing.conformance.identities import Claimed, claims, claims_of_customers, shared_identities
from mockservers.testing.conformance.interruption import Killable
from mockservers.testing.conformance.kept_folder import KeptFolder
from mockservers.testing.conformance.limits import most_items
from mockservers.testing.conformance.receivers.declared import Webhooks
from mockservers.testing.conformance.target import Target
from mockservers.testing.orders import Customer, Order, Status, Subscription
from mockservers.testing.orders.shapes import BOOK_SHAPES, CHANGE_SHAPES, ORDER_SHAPES, SUBSCRIPTION_SHAPES
from mockservers.testing.server import current
from mockservers.testing.strategies import CURRENCIES, OFFSETS

Statuses = Mapping[Status, frozenset[str]]
TargetOf = TypeVar("TargetOf", bound=Target)
"""The class of a vendor's targets."""


class Progress(Protocol):
    """The receiver of a run's progress."""

    def began(self, property_id: str) -> None:
        """A property starts to run."""

    def exported(self) -> None:
        """Another export starts."""


class Exporter(Generic[TargetOf]):
    """An exporter under test: the methods of its user, and what the vendor holds of an order."""

    vendor: ClassVar[str]
    target_class: ClassVar[type[Target]] = Target

    collection: ClassVar[str]
    """The collection in which the vendor holds orders."""

    key: ClassVar[tuple[str, ...]]
    """The fields that identify a document of an order. The first is the order's id."""

    statuses: ClassVar[Statuses] = {}
    """What the vendor may hold for each status of an order."""

    must: ClassVar[frozenset[str]] = frozenset()
    """Fields that the vendor must hold of every order with a value. It must hold other fields if one order has them."""

    not_compared: ClassVar[Mapping[str, str]] = {}
    """The fields of the vendor's orders that are not compared, each with the reason."""

    identifiers: ClassVar[frozenset[str]] = frozenset()
    """Fields that identify the customer of an order. An exporter may send different fields for different orders.

    If the shop has no value, the exporter may invent one, but not the same for several people.
    """

    currencies: ClassVar[tuple[str, ...]] = CURRENCIES
    currency_rules: ClassVar[frozenset[str]] = frozenset()
    """Rules under whose other readings the vendor accepts only some currencies; a shop may have another one."""

    currency_refusals: ClassVar[Mapping[str, str]] = {}
    """Readings under which the vendor refuses a single order for its currency, and reports it."""

    offsets: ClassVar[tuple[float, ...]] = OFFSETS
    """Hours ahead of UTC of the shops' clocks."""

    webhooks: ClassVar[Webhooks | None] = None
    """The vendor's webhooks, for `mockservers conform VENDOR-webhooks`."""

    own_orders: ClassVar[tuple[Order, ...]] = ()
    """The shop's own orders, to export instead of generated ones. `orders.read_orders` reads them from a file."""

    customers_known: ClassVar[bool] = False
    """Whether the vendor holds the customers before the export, so that the exporter sends only orders."""

    updates: ClassVar[bool] = True
    """Whether the exporter sends an order again after a change."""

    one_day_updates: ClassVar[bool] = False
    sizes: ClassVar[tuple[int, ...]] = ()
    """The numbers of orders for `limits`. Empty: numbers around the limits of the vendor's contract."""

    batches: ClassVar[tuple[str, ...]] = ()
    """The operations that have these limits."""

    paced: ClassVar[tuple[str, ...]] = ()
    """The operations for which the vendor's page requires pauses between calls."""

    plain_under: ClassVar[frozenset[str]] = frozenset()
    """Rules under whose other readings orders have no discount and no shipping, because no client could send these."""

    order_rules: ClassVar[frozenset[str]] = frozenset()
    """The rules under which the vendor loses a record that arrives before the record that it refers to."""

    day_path: ClassVar[str] = ""
    """A pattern of paths whose group is the business day, such as 20251101; empty if the vendor has none."""

    day_rules: ClassVar[tuple[str, ...]] = ()
    """The rules about the business day."""

    takes_refunds: ClassVar[bool] = True
    """Whether the vendor holds of an order that it was refunded or cancelled."""

    customer_projection: ClassVar[Projection | None] = None
    """What the vendor holds of customers; None if it holds no customers."""

    subscription_projection: ClassVar[Projection | None] = None
    """What the vendor holds of subscriptions; None if it holds no subscriptions."""

    time_limit: ClassVar[float] = 30.0
    """Real seconds that one export may take."""

    profile: ClassVar[str | None] = None
    verdicts: Counter[str] = Counter()  # noqa: RUF012 - of a class; every subclass has its own

    shapes: Counter[str] = Counter()  # noqa: RUF012 - as verdicts
    """The number of examples with orders of each shape."""

    progress: Progress | None = None
    """Receives the start of each property and of each export."""

    real_pauses: int = 0
    """The number of exports that met a fault and then took a second or more of real time."""

    harmful_fault: tuple[str, int] | None = None
    """The fault with which `conformance.faults` failed first, and the number of the call."""

    process: Killable | None = None
    """The process of the exporter, if it is a program; None if it runs in this process."""

    kept: KeptFolder | None = None
    """The folder in which it stores its state, if any. It is restored before each example."""

    # -- what its user gives ------------------------------------------------------------------------------------

    def export(self, target: TargetOf, orders: Sequence[Order]) -> Iterable[str] | None:
        """Send the orders: all orders of each business day that has changed, in their current state.

        Return None or the ids of the orders that failed, or raise.
        """
        raise NotImplementedError(f"{type(self).__name__} has no export(self, target, orders). Fix: add it.")

    def customers(self, target: TargetOf, customers: Sequence[Customer]) -> Iterable[str] | None:
        """Send all customers, in their current state. Optional; otherwise as `export`."""
        raise NotImplementedError

    def refund(self, target: TargetOf, orders: Sequence[Order]) -> Iterable[str] | None:
        """Send exported orders that are now refunded or cancelled. Optional."""
        raise NotImplementedError

    def subscribe(self, target: TargetOf, subscriptions: Sequence[Subscription]) -> Iterable[str] | None:
        """Send all subscriptions, of customers that the vendor knows. Optional."""
        raise NotImplementedError

    def reset(self, target: TargetOf) -> None:
        """Delete the exporter's state, because each example is a new account. Optional.

        Add it if your exporter stores what it has sent in a place that outlives `target`.
        """

    # -- what its vendor's suite gives ----------------------------------------------------------------------------

    def held(self, document: Mapping[str, Any]) -> Fields:
        """The order's values in a document of the vendor, by neutral names. Override it for another mapping."""
        raise NotImplementedError(f"The suite of {self.vendor} has no held(self, document). Fix: add it.")

    def expected(self, order: Order) -> Iterable[Fields]:
        """What the vendor should hold of an order, by the same names: one or more."""
        raise NotImplementedError(f"The suite of {self.vendor} has no expected(self, order). Fix: add it.")

    def fits(self, order: Order) -> bool:
        """Whether the vendor can hold the order. If not, the exporter must report it as failed."""
        return order.customer.identified

    def known(self, customers: Sequence[Customer]) -> dict[str, Any]:
        """The state with which the vendor knows these customers. Empty if it looks up no customers."""
        return {}

    # -- what the properties ask --------------------------------------------------------------------------------

    @property
    def contract(self) -> Contract:
        """The vendor's contract."""
        return current().contracts[self.vendor]

    def other_readings(self, *, recoverable: bool) -> list[tuple[str, str]]:
        """(rule, choice) for every choice that is not the default."""
        return [
            (rule.id, choice)
            for rule in self.contract.rules.values()
            if rule.reading
            for choice in rule.reading.choices
            if choice != rule.reading.default
            and rule.reading.recoverable[choice] is recoverable
            and (rule.id not in self.currency_rules or self._has_listed_currencies)
        ]

    @property
    def _has_listed_currencies(self) -> bool:
        return all(order.currency in self.currencies for order in self.own_orders)

    def compared(self, orders: Iterable[Order], state: Mapping[str, Any]) -> Comparison:
        """The comparison of what a tenant's state holds with what it should hold of the orders.

        If this exporter has sent a field for any order so far, every order with a value must have it.
        """
        orders = list(orders)
        unfit = frozenset(order.id for order in orders if not self.fits(order))
        expected = {order.id: list(self.expected(order)) for order in orders if order.id not in unfit}
        held = [self.held(document) for document in state[self.collection]]
        sent: set[str] = self.__dict__.setdefault("_sent", set())
        sent |= sent_fields(held) - self.identifiers
        found = compare(chain(*expected.values()), held, self.key, self.must, frozenset(sent))
        unasked = tuple(key for key in found.unasked if key[0] not in unfit)
        shared = shared_identities([*self._claims(orders, expected, held), *self._customers_claims(orders, state)])
        return replace(found, unasked=unasked, unfit=unfit, shared=shared)

    def _claims(
        self, orders: Iterable[Order], expected: Mapping[str, Sequence[Fields]], held: Iterable[Fields]
    ) -> list[Claimed]:
        """The identities of the customers of the held orders."""
        whose = [(each.id, each.customer, expected[each.id][0]) for each in orders if expected.get(each.id)]
        return claims(whose, by_first(held, self.key), self.identifiers)

    def _customers_claims(self, orders: Iterable[Order], state: Mapping[str, Any]) -> list[Claimed]:
        """The identities of the customers that the vendor holds, if it holds any."""
        about = self.customer_projection
        if about is None:
            return []
        whose = [(each.id, each.customer, about.expected(each.customer)) for each in orders]
        return claims_of_customers(whose, about.held(state), ("email", "phone", "customer"))

    @property
    def possible_shapes(self) -> tuple[str, ...]:
        """The shapes that its examples can have."""
        changes = CHANGE_SHAPES if self.updates else ()
        subscriptions = SUBSCRIPTION_SHAPES if self.can("subscribe") and self.subscription_projection else ()
        return (*ORDER_SHAPES, *BOOK_SHAPES, *changes, *subscriptions)

    def begins(self, usually: datetime) -> datetime:
        """The start time of an example: the usual one, or a day after the newest of the shop's own orders."""
        newest = [order.history[-1].at + timedelta(days=1) for order in self.own_orders]
        return max([usually, *newest])

    @property
    def batch(self) -> int:
        """The smallest of the vendor's limits on items of a batch; 0 if there is none."""
        return min((limit for name in self.batches if (limit := most_items(self.contract, name))), default=0)

    @classmethod
    def can(cls, name: str) -> bool:
        """Whether the user has overridden this optional method."""
        return getattr(cls, name) is not getattr(Exporter, name)
