"""The kit over a shop's own orders: all of them are exported, and no other; what cannot be read stops the command."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from mockservers.cli import cli
from mockservers.clients import esputnik, omnisegment, zangsho
from mockservers.core.errors import UsageError
from mockservers.testing.conformance import Esputnik, Fanship, Omnisegment, PropertyFailure, Suite, Target, Zangsho, run
from mockservers.testing.orders import Order, read_orders

ROOT = Path(__file__).parents[2]
SHOPS = ROOT / "fixtures" / "shops"
FILES = {"shopify": "shopify.json", "woocommerce": "woocommerce.ndjson", "magento": "magento.json"}
CLIENTS = [(Zangsho, zangsho), (Esputnik, esputnik), (Omnisegment, omnisegment)]
CLIENT = ROOT / "fixtures" / "clients" / "node" / "zangsho.mjs"


def suite_of(vendor: type[Suite[Any]], orders: Sequence[Order]) -> type[Suite[Any]]:
    return type(vendor.__name__, (vendor,), {"own_orders": tuple(orders), "__test__": False})


@pytest.mark.parametrize("shop", FILES)
@pytest.mark.parametrize(("vendor", "client"), CLIENTS, ids=["zangsho", "esputnik", "omnisegment"])
def test_a_right_exporter_holds_the_orders_of_three_shops(
    vendor: type[Suite[Any]], client: ModuleType, shop: str
) -> None:
    own = read_orders(SHOPS / FILES[shop], shop)
    seen: set[str] = set()

    def export(target: Target, orders: Sequence[Order]) -> list[str]:
        seen.update(order.id for order in orders)
        return list(client.export(target, orders))

    report = run(suite_of(vendor, own), export, profile="quick", seed=1, only=["complete", "updates"])

    assert report.holds, str(report)
    assert seen == {order.id for order in own}


def test_an_order_of_the_shop_that_breaks_the_exporter_is_found_with_any_seed() -> None:
    own = read_orders(SHOPS / FILES["shopify"])

    def export(target: Target, orders: Sequence[Order]) -> list[str]:
        return list(zangsho.export(target, [order for order in orders if order.total]))

    class Shop(Zangsho):
        __test__ = False
        profile = "quick"
        own_orders = tuple(own)

        def export(self, target: Target, orders: Sequence[Order]) -> list[str]:
            return export(target, orders)

    with pytest.raises(PropertyFailure, match="missing    order #1005"):
        Shop().test_complete()


def test_the_clock_of_an_export_is_after_the_newest_order() -> None:
    class Shop(Fanship):
        __test__ = False
        own_orders = tuple(read_orders(SHOPS / FILES["magento"]))

    newest = max(order.history[-1].at for order in Shop.own_orders)
    assert Shop().begins(newest.replace(year=2001)) > newest


def test_a_file_of_only_unsupported_orders_is_an_error() -> None:
    own = [order for order in read_orders(SHOPS / FILES["woocommerce"]) if not order.customer.email]

    with pytest.raises(UsageError, match=r"zangsho can hold none of 1 order:"):
        run(suite_of(Zangsho, own), zangsho.export, profile="quick", only=["complete"])


def test_the_command_runs_the_orders_and_lists_their_shapes(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    asked = ["conform", "zangsho", "--orders", str(SHOPS / FILES["shopify"]), "--profile", "quick", "--seed", "1"]
    done = CliRunner().invoke(cli, [*asked, "--only", "complete", "--junit", str(junit), "--", "node", str(CLIENT)])

    assert done.exit_code == 0, done.output
    assert "shapes of orders were tried. Never: status placed, status shipped, " in done.output
    properties = {each.get("name"): each.get("value") or "" for each in ET.parse(junit).iter("property")}
    never = properties["shapes-never-tried"].split(", ")
    assert int(properties["shapes"]) - int(properties["shapes-tried"]) == len(never)
    assert "a bundle" in never
    assert "two currencies" not in never


@pytest.mark.parametrize(("vendor", "warns"), [("fanship", True), ("zangsho", False)])
def test_the_command_warns_about_currencies_that_the_vendor_does_not_support(vendor: str, warns: bool) -> None:
    asked = ["conform", vendor, "--orders", str(SHOPS / FILES["woocommerce"]), "--profile", "quick", "--only", "order"]
    done = CliRunner().invoke(cli, [*asked, "--", sys.executable, "-m", f"mockservers.clients.{vendor}"])

    assert done.exit_code == 0, done.output
    warning = (
        "warning: orders that are not in JPY: 7 of 7 (UAH). FANSHIP's amounts are in JPY: the kit compares the numbers"
    )
    assert (warning in done.output) is warns


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        ('[{"financial_status": "paid", "line_items": []}]', [], "order 1: /created_at: must be a date and time"),
        ("{nonsense\n{}", [], "line 1: is not JSON"),
        ('[{"total": 1}]', [], "order 1: is no order of a shop that is known"),
        ('[{"total": 1}]', ["--shop", "magento"], "order 1: /created_at: is required"),
        ("[]", [], "has no orders"),
        ("[]", ["--status", "packed"], "--status must be like packed=paid, not packed"),
        ("[]", ["--status", "packed=payed"], "Unknown status of an order 'payed'"),
        ("[]", ["--zone", "Mars/Olympus"], "--zone: there is no time zone 'Mars/Olympus'"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_command(tmp_path: Path, content: str, more: list[str], said: str) -> None:
    file = tmp_path / "orders.json"
    file.write_text(content, "utf-8")
    done = CliRunner().invoke(cli, ["conform", "zangsho", "--orders", str(file), *more, "--", "true"])

    assert isinstance(done.exception, UsageError | SystemExit)
    assert said in f"{done.output}{done.exception}"
