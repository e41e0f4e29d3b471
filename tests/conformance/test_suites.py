"""How a suite behaves in the hands of its user: what it says, what it accepts, what it does not let pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mockservers.clients import zangsho
from mockservers.core.errors import UnknownName, UsageError
from mockservers.testing.conformance import PropertyFailure, Target, Zangsho, run
from mockservers.testing.orders import Customer, Order
from tests.conformance.mutants.zangsho import exporter, right


def test_a_failed_property_says_what_why_and_the_fix_with_the_vendors_page() -> None:
    export = exporter(lambda order: {name: value for name, value in right(order).items() if name != "status"})
    report = run("zangsho", export, profile="default", seed=1, only=["complete"])

    message = report.results[0].message
    assert message.startswith("conformance.complete: Zangsho does not hold what was exported.")
    assert "status is pending, asked for: " in message
    assert "\n  do   " in message


def test_a_silent_loss_names_the_rule_and_its_page() -> None:
    export = exporter(lambda order: {**right(order), "customerEmail": order.customer.email})
    report = run("zangsho", export, profile="quick", seed=1, only=["nothing-silent"], shrink=False)

    assert "zangsho.request.unknown-key (assumed" in report.results[0].message


def test_an_order_that_was_never_sent_is_reported_without_a_call_or_rule() -> None:
    report = run("zangsho", lambda target, orders: None, profile="quick", seed=1, only=["complete"])

    message = report.results[0].message
    assert "\n  no call named O-1\n" in message
    assert "\n  why  " not in message


def test_a_wrong_amount_is_shown_as_it_was_sent() -> None:
    export = exporter(lambda order: {**right(order), "amount": str(order.total + 1)})
    report = run("zangsho", export, profile="quick", seed=1, only=["complete"])

    assert "\n  call 2 sent total 2, expected 1\n" in report.results[0].message
    assert "\n  why  " not in report.results[0].message


def test_a_value_that_was_sent_right_and_not_stored_is_shown_as_expected() -> None:
    report = run("zangsho", exporter(conflict="skip"), profile="quick", seed=1, only=["updates"])

    assert "\n  call 4 sent status paid, as expected\n" in report.results[0].message
    assert "zangsho.batch.skip" in report.results[0].message


def test_the_failing_example_shrinks_to_one_order_with_one_line() -> None:
    export = exporter(lambda order: {**right(order), "amount": str(order.total + 1)})
    report = run("zangsho", export, profile="quick", seed=1, only=["complete"])

    case = report.results[0].case
    assert case is not None
    assert case.size == 2
    assert case.orders[0].customer.name == "Ann"


def test_a_class_without_an_export_says_so() -> None:
    class TestNothing(Zangsho):
        profile = "quick"

    with pytest.raises(PropertyFailure, match="TestNothing has no export"):
        TestNothing().test_complete()


def test_a_property_cannot_be_overridden_away() -> None:
    class TestCheating(Zangsho):
        def test_complete(self) -> None:
            pass

    with pytest.raises(AssertionError, match="test_complete: overridden without"):
        TestCheating().test_no_property_is_overridden_away()


def test_a_property_cannot_be_removed() -> None:
    class TestCheating(Zangsho):
        test_complete = None  # type: ignore[assignment]
        test_customers = None  # type: ignore[assignment]

        def customers(self, target: Target, customers: Sequence[Customer]) -> list[str]:
            return zangsho.customers(target, customers)

    with pytest.raises(AssertionError, match="test_complete, test_customers: overridden without"):
        TestCheating().test_no_property_is_overridden_away()


def test_what_an_exporter_does_not_send_is_not_tested() -> None:
    class Orders(Zangsho):
        pass

    class Refunds(Orders):
        def refund(self, target: Target, orders: Sequence[Order]) -> list[str]:
            return zangsho.refund(target, orders)

    collected = {suite: {name for name in dir(suite) if callable(getattr(suite, name))} for suite in (Orders, Refunds)}
    optional = {"test_customers", "test_refunds", "test_subscriptions"}
    assert collected[Orders] & optional == set()
    assert collected[Refunds] & optional == {"test_refunds"}
    Refunds().test_no_property_is_overridden_away()


def test_a_property_that_is_known_to_fail_is_marked_with_the_reason() -> None:
    class TestHonest(Zangsho):
        @pytest.mark.xfail(reason="refunds come with the next release")
        def test_updates(self) -> None:
            super().test_updates()

    TestHonest().test_no_property_is_overridden_away()


@pytest.mark.parametrize("failed", ["O-1", 5])
def test_an_export_has_to_return_none_or_ids(failed: object) -> None:
    with pytest.raises(UsageError, match="export"):
        run("zangsho", lambda target, orders: failed, profile="quick", only=["complete"])  # type: ignore[arg-type, return-value]


def test_reported_ids_that_no_order_has_are_a_defect_of_the_exporter() -> None:
    def misnames(target: Target, orders: Sequence[Order]) -> list[str]:
        return [f"SHOP-{name}" for name in exporter()(target, orders) or ()]

    report = run("zangsho", misnames, profile="default", seed=1, only=["nothing-silent"])

    assert "no order was given it by the id SHOP-O-1" in report.results[0].message


def test_unknown_names_are_errors() -> None:
    with pytest.raises(UnknownName, match="vendor"):
        run("zangshou", zangsho.export)
    with pytest.raises(UnknownName, match="property"):
        run("zangsho", zangsho.export, only=["completeness"])
    with pytest.raises(UnknownName, match="profile"):
        run("zangsho", zangsho.export, profile="slow")
    with pytest.raises(UnknownName, match="method"):
        run("zangsho", zangsho.export, also={"cancel": zangsho.refund})


def test_an_endless_exporter_is_ended() -> None:
    def endless(target: Target, orders: Sequence[Order]) -> None:
        while True:
            zangsho.export(target, orders)

    report = run("zangsho", endless, profile="quick", seed=1, only=["complete"], shrink=False)

    assert not report.holds
    assert "OutOfTime" in report.results[0].message


def test_the_same_seed_gives_the_same_examples() -> None:
    seen: list[list[str]] = [[], []]
    for ids in seen:

        def remember(target: Target, orders: Sequence[Order], ids: list[str] = ids) -> list[str]:
            ids.extend(order.id for order in orders)
            return zangsho.export(target, orders)

        run("zangsho", remember, profile="quick", seed=7, only=["complete"])

    assert seen[0] == seen[1]


def test_an_overridden_held_method_is_used() -> None:
    class Prefixed(Zangsho):
        def held(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
            return {**super().held(document), "order": document["order_no"].removeprefix("SHOP-")}

    export = exporter(lambda order: {**right(order), "order_no": f"SHOP-{order.id}"})
    report = run(Prefixed, export, profile="quick", seed=1, only=["complete"])

    assert report.holds, str(report)
