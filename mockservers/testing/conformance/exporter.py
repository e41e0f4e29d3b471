"""What is under test: the exporter as its user gives it, and how its vendor is to be compared."""

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
    """What hears how far a run is."""

    def began(self, property_id: str) -> None:
        """A property is tried from now on."""

    def exported(self) -> None:
        """One more export begins."""


class Exporter(Generic[TargetOf]):
    """An exporter under test: what its user gives, and what the vendor makes of an order."""

    vendor: ClassVar[str]
    target_class: ClassVar[type[Target]] = Target

    collection: ClassVar[str]
    """Where the vendor holds orders."""

    key: ClassVar[tuple[str, ...]]
    """The fields that identify what is held of an order, the first of them the order's id."""

    statuses: ClassVar[Statuses] = {}
    """What the vendor may hold for each status of an order."""

    must: ClassVar[frozenset[str]] = frozenset()
    """Fields that have to be held of every order that has a value. Others are, once they were sent for one order."""

    identifiers: ClassVar[frozenset[str]] = frozenset()
    """Fields that say whose an order is. An exporter may send another of them for another order.

    One that the shop does not have may be invented, but of one person alone.
    """

    currencies: ClassVar[tuple[str, ...]] = CURRENCIES
    currency_rules: ClassVar[frozenset[str]] = frozenset()
    """Rules under whose other readings the vendor takes none but these currencies: a shop's own may be another."""

    currency_refusals: ClassVar[Mapping[str, str]] = {}
    """Readings under which the vendor refuses an order by itself for its currency, and says so in its answer."""

    offsets: ClassVar[tuple[float, ...]] = OFFSETS
    """Hours ahead of UTC of the shops' clocks."""

    webhooks: ClassVar[Webhooks | None] = None
    """What the vendor announces to a shop, for `mockservers conform VENDOR-webhooks`."""

    own_orders: ClassVar[tuple[Order, ...]] = ()
    """The shop's own orders, to be exported instead of drawn ones. `orders.read_orders` reads them from a file."""

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

    order_rules: ClassVar[frozenset[str]] = frozenset()
    """The rules by which the vendor loses what comes before that on which it rests."""

    day_path: ClassVar[str] = ""
    """A pattern of paths whose group is the business day, as 20251101; empty where the vendor files nothing by days."""

    day_rules: ClassVar[tuple[str, ...]] = ()
    """The rules that say which day that is."""

    takes_refunds: ClassVar[bool] = True
    """Whether what the vendor holds of an order says that it was refunded or cancelled."""

    customer_projection: ClassVar[Projection | None] = None
    """What the vendor holds of customers; None where it holds none of them."""

    subscription_projection: ClassVar[Projection | None] = None
    """The same of subscriptions."""

    time_limit: ClassVar[float] = 30.0
    """Real seconds that one export may take."""

    profile: ClassVar[str | None] = None
    verdicts: Counter[str] = Counter()  # noqa: RUF012 - of a class; every subclass has its own

    shapes: Counter[str] = Counter()  # noqa: RUF012 - as verdicts
    """How many examples had orders of each shape."""

    progress: Progress | None = None
    """Hears which property begins, and of each export."""

    real_pauses: int = 0
    """How many exports met a fault and then took a second or more of real time."""

    harmful_fault: tuple[str, int] | None = None
    """The fault, and the number of the call that met it, by which `conformance.faults` failed first."""

    process: Killable | None = None
    """What runs the exporter, where that is a program; None where it runs in this process."""

    kept: KeptFolder | None = None
    """The folder in which it keeps its state, if it has one: put back before each example."""

    # -- what its user gives ------------------------------------------------------------------------------------

    def export(self, target: TargetOf, orders: Sequence[Order]) -> Iterable[str] | None:
        """Send the orders: all of every business day touched, in their present state.

        Return None or the ids of the orders that failed, or raise.
        """
        raise NotImplementedError(f"{type(self).__name__} has no export(self, target, orders). Give it one.")

    def customers(self, target: TargetOf, customers: Sequence[Customer]) -> Iterable[str] | None:
        """Send the customers, all that there are, in their present state. Of your own choice; as export otherwise."""
        raise NotImplementedError

    def refund(self, target: TargetOf, orders: Sequence[Order]) -> Iterable[str] | None:
        """Send what became of orders that were exported before and are refunded or cancelled. Of your own choice."""
        raise NotImplementedError

    def subscribe(self, target: TargetOf, subscriptions: Sequence[Subscription]) -> Iterable[str] | None:
        """Send the subscriptions, all that there are, of customers whom the vendor knows. Of your own choice."""
        raise NotImplementedError

    def reset(self, target: TargetOf) -> None:
        """Forget what was exported before, for each example is a new account. Of your own choice.

        Give it where your exporter remembers what it sent in a place that outlives `target`.
        """

    # -- what its vendor's suite gives ----------------------------------------------------------------------------

    def held(self, document: Mapping[str, Any]) -> Fields:
        """What a document of the vendor's says of an order, by neutral names. For a mapping of your own."""
        raise NotImplementedError(f"The suite of {self.vendor} has no held(self, document). Give it one.")

    def expected(self, order: Order) -> Iterable[Fields]:
        """What the vendor should hold of an order, by the same names: one or more."""
        raise NotImplementedError(f"The suite of {self.vendor} has no expected(self, order). Give it one.")

    def fits(self, order: Order) -> bool:
        """Whether the vendor can hold the order. If not, the exporter has to name it among those that failed."""
        return order.customer.identified

    def known(self, customers: Sequence[Customer]) -> dict[str, Any]:
        """The state in which the vendor knows these customers. Empty where it looks none of them up."""
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
        """What a tenant's state holds, beside what it should hold of the orders.

        A field that this exporter sent for any order so far is owed for every order that has a value.
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
        """Whose the orders are that are held."""
        whose = [(each.id, each.customer, expected[each.id][0]) for each in orders if expected.get(each.id)]
        return claims(whose, by_first(held, self.key), self.identifiers)

    def _customers_claims(self, orders: Iterable[Order], state: Mapping[str, Any]) -> list[Claimed]:
        """The same of the customers whom the vendor holds beside the orders, if it holds any."""
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
        """When an example begins: as usual, or a day after the newest of the shop's own orders."""
        newest = [order.history[-1].at + timedelta(days=1) for order in self.own_orders]
        return max([usually, *newest])

    @property
    def batch(self) -> int:
        """The fewest items that a batch of the vendor's may have for the most; 0 where no limit is set."""
        return min((limit for name in self.batches if (limit := most_items(self.contract, name))), default=0)

    @classmethod
    def can(cls, name: str) -> bool:
        """Whether its user gave the method of that name, which is of his own choice."""
        return getattr(cls, name) is not getattr(Exporter, name)
