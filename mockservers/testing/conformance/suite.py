"""A suite: what an integrator subclasses (or `run` makes one of), one test for each property.

`@given` stands inside the tests: on an inherited method it would fail from the second subclass on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar

from hypothesis import given, note, seed

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import MockserversError
from mockservers.testing.conformance.comparison import Fields
from mockservers.testing.conformance.examples import Case
from mockservers.testing.conformance.limits import most_items
from mockservers.testing.conformance.profiles import chosen, hypothesis_settings
from mockservers.testing.conformance.properties import PROPERTIES, Property
from mockservers.testing.conformance.target import Target
from mockservers.testing.orders import Customer, Order, Status, Subscription
from mockservers.testing.server import MockServer
from mockservers.testing.strategies import CURRENCIES, OFFSETS

Statuses = Mapping[Status, frozenset[str]]


class Suite:
    """What every vendor's suite has. Subclass one of those, and give `export`."""

    __test__: ClassVar[bool] = False

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
    """The rules to read where nothing that the vendor did tells why."""

    order_rules: ClassVar[frozenset[str]] = frozenset()
    time_limit: ClassVar[float] = 30.0
    """Real seconds that one export may take."""

    profile: ClassVar[str | None] = None
    verdicts: Counter[str] = Counter()  # noqa: RUF012 - of a class; every subclass has its own

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.verdicts = Counter()
        if "__test__" not in cls.__dict__:
            cls.__test__ = True
        for about in PROPERTIES.values():
            if about.needs and about.test not in cls.__dict__:
                _let(cls, about)

    # -- what its user gives ------------------------------------------------------------------------------------

    def export(self, target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        """Send the orders: all of every business day touched, in their present state.

        Gives None, or the ids of the orders that failed, or raises.
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
        """The fields by which what is held is told apart."""
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
        return getattr(cls, name) is not getattr(Suite, name)

    # -- the tests ----------------------------------------------------------------------------------------------

    def test_complete(self) -> None:
        self.hold(PROPERTIES["complete"])

    def test_nothing_silent(self) -> None:
        self.hold(PROPERTIES["nothing_silent"])

    def test_limits(self) -> None:
        self.hold(PROPERTIES["limits"])

    def test_order(self) -> None:
        self.hold(PROPERTIES["order"])

    def test_updates(self) -> None:
        self.hold(PROPERTIES["updates"])

    def test_customers(self) -> None:
        self.hold(PROPERTIES["customers"])

    def test_faults(self) -> None:
        self.hold(PROPERTIES["faults"])

    def test_outage(self) -> None:
        self.hold(PROPERTIES["outage"])

    def test_readings(self) -> None:
        self.hold(PROPERTIES["readings"])

    def test_no_property_is_overridden_away(self) -> None:
        """A property that does not hold is marked, with the reason; it is not replaced.

        If this fails, take your method of that name away, or mark it @pytest.mark.xfail(reason="…").
        """
        replaced = [name for name in sorted(_tests(type(self))) if not _kept(type(self), name)]
        assert not replaced, f"{', '.join(replaced)}: overridden without @pytest.mark.xfail(reason=…)."

    def hold(self, about: Property) -> None:
        """Try a property on as many examples as the profile has. Raises Breach for the smallest that breaks it."""
        __tracebackhide__ = True
        if not about.applies(self):
            import pytest

            pytest.skip(f"{about.id} cannot be asked of {type(self).__name__}.")
        tried(self, about)()


def tried(
    suite: Suite,
    about: Property,
    *,
    seeded: int | None = None,
    shrink: bool = True,
    watch: Callable[[Case], None] | None = None,
) -> Callable[[], None]:
    """A property as a call that tries it. `watch` sees every example; the last one before a failure is the smallest."""
    drawn = about.cases(suite)
    unusable: list[MockserversError] = []

    def example(case: Case) -> None:
        __tracebackhide__ = True
        if unusable:
            raise unusable[0]  # no smaller example mends that
        if watch is not None:
            watch(case)
        note(case.described())
        try:
            about.check(suite, case)
        except MockserversError as error:
            unusable.append(error)
            raise

    example.__name__ = example.__qualname__ = about.name
    test = given(drawn)(
        hypothesis_settings(chosen(suite.profile), about.share, shrink=shrink, stored=seeded is None)(example)
    )
    return test if seeded is None else seed(seeded)(test)


def _tests(suite: type[Suite]) -> set[str]:
    return {name for name in dir(suite) if name.startswith("test_")} & {
        name for base in suite.__mro__ if base.__module__.startswith(__package__ or "") for name in base.__dict__
    }


def _let(suite: type[Suite], about: Property) -> None:
    """Let a suite have the test of what its user's code may do, or None: a skipped one would stand in every run."""
    given = next((test for base in suite.__mro__ if (test := base.__dict__.get(about.test)) is not None), None)
    if given is not None:
        setattr(suite, about.test, given if suite.can(about.needs) else None)


def _kept(suite: type[Suite], name: str) -> bool:
    test = next(base.__dict__[name] for base in suite.__mro__ if name in base.__dict__)
    if test is None:
        return any(about.test == name and about.needs and not suite.can(about.needs) for about in PROPERTIES.values())
    if test.__module__.startswith(__package__ or ""):
        return True
    marks = getattr(test, "pytestmark", ())
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)


for _property in PROPERTIES.values():
    if _property.test in Suite.__dict__:
        Suite.__dict__[_property.test].__doc__ = _property.says
