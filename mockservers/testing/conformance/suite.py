"""A suite: the class that an integrator subclasses (or `run` creates), with one test per property.

`@given` is used inside the tests, because on an inherited method it fails from the second subclass on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from hypothesis import given, note, seed

from mockservers.core.errors import MockserversError
from mockservers.core.values import real_time
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.exporter import Exporter, TargetOf
from mockservers.testing.conformance.messages import PropertyFailure
from mockservers.testing.conformance.profiles import chosen, hypothesis_settings
from mockservers.testing.conformance.properties import PROPERTIES, Property
from mockservers.testing.conformance.reduction import reduced

SHRINK_BELOW = 2.0
"""Real seconds. An example that takes longer to fail is not shrunk, because shrinking runs hundreds of examples."""


class _Final(BaseException):
    """An error that no smaller example improves. Hypothesis lets a BaseException through at once."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Suite(Exporter[TargetOf]):
    """The base of every vendor's suite. Subclass the suite of your vendor, and write `export`."""

    __test__: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.verdicts = Counter()
        cls.shapes = Counter()
        if "__test__" not in cls.__dict__:
            cls.__test__ = True
        for about in PROPERTIES.values():
            if about.optional and about.test not in cls.__dict__:
                _let(cls, about)

    # -- the tests ----------------------------------------------------------------------------------------------

    def test_complete(self) -> None:
        self.hold(PROPERTIES["complete"])

    def test_nothing_silent(self) -> None:
        self.hold(PROPERTIES["nothing_silent"])

    def test_limits(self) -> None:
        self.hold(PROPERTIES["limits"])

    def test_order(self) -> None:
        self.hold(PROPERTIES["order"])

    def test_days(self) -> None:
        self.hold(PROPERTIES["days"])

    def test_updates(self) -> None:
        self.hold(PROPERTIES["updates"])

    def test_customers(self) -> None:
        self.hold(PROPERTIES["customers"])

    def test_refunds(self) -> None:
        self.hold(PROPERTIES["refunds"])

    def test_subscriptions(self) -> None:
        self.hold(PROPERTIES["subscriptions"])

    def test_faults(self) -> None:
        self.hold(PROPERTIES["faults"])

    def test_crash(self) -> None:
        self.hold(PROPERTIES["crash"])

    def test_outage(self) -> None:
        self.hold(PROPERTIES["outage"])

    def test_readings(self) -> None:
        self.hold(PROPERTIES["readings"])

    def test_no_property_is_overridden_away(self) -> None:
        """A property that does not hold has a mark with the reason, and is not overridden.

        If this fails, remove your method of that name, or mark it @pytest.mark.xfail(reason="…").
        """
        replaced = [name for name in sorted(_tests(type(self))) if not _kept(type(self), name)]
        assert not replaced, f"{', '.join(replaced)}: overridden without @pytest.mark.xfail(reason=…)."

    def hold(self, about: Property) -> None:
        """Test a property with the number of examples of the profile.

        Raises PropertyFailure for the smallest failing example.
        """
        __tracebackhide__ = True
        if not about.applies(self):
            import pytest

            pytest.skip(f"{about.id} cannot be asked of {type(self).__name__}.")
        tried(self, about)()


def tried(
    suite: Suite[Any],
    about: Property,
    *,
    seeded: int | None = None,
    shrink: bool = True,
    watch: Callable[[Case], None] | None = None,
) -> Callable[[], None]:
    """A function that tests a property. `watch` gets every example; the last one before a failure is the smallest."""

    def checked(case: Case) -> None:
        __tracebackhide__ = True
        if watch is not None:
            watch(case)
        type(suite).shapes.update(case.shapes)
        about.check(suite, case)

    def whole() -> None:
        __tracebackhide__ = True
        if about.share:
            _draw(suite, about, checked, seeded, shrink=shrink)
        # The generated examples are first, because their failures shrink.
        for case in about.always(suite):
            _fixed(type(suite), case, checked, shrink=shrink)

    return whole


def _fixed(suite: type[Exporter[Any]], case: Case, checked: Callable[[Case], None], *, shrink: bool) -> None:
    """Check a fixed example. Raises the error of a smaller one, if a smaller one fails in the same way."""
    __tracebackhide__ = True
    started = real_time.monotonic()
    try:
        checked(case)
    except PropertyFailure as failure:
        if not shrink or real_time.monotonic() - started > SHRINK_BELOW:
            raise
        what = _what(failure)

        def fails(smaller: Case) -> bool:
            try:
                checked(smaller)
            except PropertyFailure as other:
                return _what(other) == what
            return False

        with _uncounted(suite):
            checked(reduced(case, fails))  # again, so that it is the last example that was tried
        raise


@contextmanager
def _uncounted(suite: type[Exporter[Any]]) -> Iterator[None]:
    """Restore the verdicts and shapes of a suite at the end: smaller examples are parts of one that was counted."""
    before = [(counter, Counter(counter)) for counter in (suite.verdicts, suite.shapes)]
    try:
        yield
    finally:
        for counter, counts in before:
            counter.clear()
            counter.update(counts)


def _what(failure: PropertyFailure) -> str:
    """The first line of a failure, without its numbers."""
    return re.sub(r"\d+", "", str(failure).partition("\n")[0])


def _draw(
    suite: Suite[Any], about: Property, checked: Callable[[Case], None], seeded: int | None, *, shrink: bool
) -> None:
    """Check generated examples. Raises the error of the smallest failing one."""

    def example(case: Case) -> None:
        __tracebackhide__ = True
        note(case.described())
        started = real_time.monotonic()
        try:
            checked(case)
        except MockserversError as error:
            raise _Final(error) from error
        except PropertyFailure as failure:
            if real_time.monotonic() - started > SHRINK_BELOW:
                raise _Final(failure) from failure
            raise

    example.__name__ = example.__qualname__ = about.name
    asked = hypothesis_settings(chosen(suite.profile), about.share, shrink=shrink, stored=seeded is None)
    test = given(about.cases(suite))(asked(example))
    try:
        (test if seeded is None else seed(seeded)(test))()
    except _Final as final:
        raise final.error from final.error.__cause__


def _tests(suite: type[Suite[Any]]) -> set[str]:
    return {name for name in dir(suite) if name.startswith("test_")} & {
        name for base in suite.__mro__ if base.__module__.startswith(__package__ or "") for name in base.__dict__
    }


def _let(suite: type[Suite[Any]], about: Property) -> None:
    """Give a suite the test of a property that it has, otherwise None, so that no run reports it as skipped."""
    given = next((test for base in suite.__mro__ if (test := base.__dict__.get(about.test)) is not None), None)
    if given is not None:
        setattr(suite, about.test, given if about.offered(suite) else None)


def _kept(suite: type[Suite[Any]], name: str) -> bool:
    test = next(base.__dict__[name] for base in suite.__mro__ if name in base.__dict__)
    if test is None:
        return any(about.test == name and not about.offered(suite) for about in PROPERTIES.values())
    if test.__module__.startswith(__package__ or ""):
        return True
    marks = getattr(test, "pytestmark", ())
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)


for _property in PROPERTIES.values():
    if _property.test in Suite.__dict__:
        Suite.__dict__[_property.test].__doc__ = _property.says
