"""Which orders the reports count, and the settings of an account: both are shown in state."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.errors import UsageError
from tests.vendors.esputnik.esputnik_tenant import OLENA, ORDER, EsputnikTenant

SDK = {**ORDER, "externalOrderId": "sdk", "mobileSdk": True, "contactId": 1}


def counted(account: EsputnikTenant, name: str) -> list[str]:
    return [order["externalOrderId"] for order in account.state[name]]


@pytest.mark.rule("esputnik.order.reports")
def test_an_order_is_counted_once_it_is_delivered() -> None:
    account = EsputnikTenant()
    account.create()
    assert account.state["rfm_orders"] == account.state["revenue_orders"] == []
    account.event("orderDelivered", externalOrderId="12345679", phone=ORDER["phone"])
    assert account.state["rfm_orders"] == account.state["revenue_orders"] == account.state["orders"]


@pytest.mark.rule("esputnik.order.reports")
def test_an_order_of_the_mobile_sdk_counts_as_revenue_at_once_unless_switched_off() -> None:
    account = EsputnikTenant(orders=[SDK])
    assert (counted(account, "rfm_orders"), counted(account, "revenue_orders")) == ([], ["sdk"])
    off = EsputnikTenant(orders=[SDK], settings=[{"name": "mobile_sdk_revenue", "value": ["DELIVERED"]}])
    assert counted(off, "revenue_orders") == []


@pytest.mark.rule("esputnik.order.reports")
@pytest.mark.parametrize("status", ["CANCELLED", "ABANDONED_SHOPPING_CART"])
def test_an_order_that_is_never_counted_is_noted(status: str) -> None:
    account = EsputnikTenant()
    account.create(status=status)
    account.create(status=status)
    assert [one["outcome"] for one in account.ledger["findings"] if one["rule"] == "esputnik.order.reports"] == [
        "noted"
    ]
    assert account.silent == 0


@pytest.mark.rule("esputnik.identifier.names")
def test_the_settings_of_an_account_are_shown_with_their_defaults_and_can_be_restored() -> None:
    account = EsputnikTenant()
    identifiers, sdk = account.state["settings"]
    assert (identifiers["name"], sdk["value"]) == ("identifier_params", ["INITIALIZED", "DELIVERED"])
    assert identifiers["value"][0] == {"param": "ContactId", "field": "id"}
    account.create(status="DELIVERED")
    state = account.state
    account.tenant.replace_state(state)
    assert account.state == state


@pytest.mark.rule("esputnik.identifier.names")
def test_the_order_of_the_events_tab_decides_which_identifier_counts() -> None:
    maria = {"id": 2, "externalCustomerId": "M", "email": "maria@example.com"}
    names = [{"param": "shopId", "field": "externalCustomerId"}, {"param": "email", "field": "email"}]
    for value, whose in ((names, 1), (names[::-1], 2)):
        account = EsputnikTenant(contacts=[OLENA, maria], settings=[{"name": "identifier_params", "value": value}])
        account.event("viewed", email="maria@example.com", shopId="AV13760")
        assert account.state["events"][0]["contactId"] == whose


@pytest.mark.rule("esputnik.identifier.names", "esputnik.order.reports")
@pytest.mark.parametrize(
    "state",
    [
        {"rfm_orders": [{}]},
        {"rfm_orders": [SDK]},
        {"revenue_orders": [5]},
        {"orders": [SDK], "revenue_orders": []},
        {"orders": [{**SDK, "status": "DELIVERED"}], "rfm_orders": [SDK]},
    ],
)
def test_a_derived_collection_cannot_be_set_to_other_values(
    state: dict[str, Any],
) -> None:
    account = EsputnikTenant()
    account.create(status="DELIVERED")
    before = account.state
    with pytest.raises(UsageError, match=r"the collection is derived, and would show others\. Fix: leave"):
        account.tenant.replace_state(state)
    assert account.state == before
    account.create(externalOrderId="2")
    assert [order["orderId"] for order in account.state["orders"]] == [1, 2]


@pytest.mark.rule("esputnik.identifier.names")
def test_emptied_settings_return_to_the_defaults() -> None:
    account = EsputnikTenant()
    defaults = account.state["settings"]
    account.tenant.replace_state({"settings": [{"name": "identifier_params", "value": []}]})
    account.tenant.replace_state({"settings": []})
    assert account.state["settings"] == defaults != []


@pytest.mark.rule("esputnik.identifier.names")
@pytest.mark.parametrize(
    "names", [["mobile_sdk_revenue"], ["identifier_params"], ["mobile_sdk_revenue", "identifier_params"]]
)
def test_settings_are_shown_as_they_were_set(names: list[str]) -> None:
    settings = [{"name": name, "value": []} for name in names]
    assert EsputnikTenant(settings=settings).state["settings"] == settings


@pytest.mark.rule("esputnik.identifier.names")
@pytest.mark.parametrize(
    "setting",
    [
        {"name": "identifier_param", "value": []},
        {"name": "identifier_params", "value": [{"param": "a"}]},
        {"name": "mobile_sdk_revenue", "value": "DELIVERED"},
    ],
)
def test_a_setting_that_nothing_reads_is_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="Document 0 of 'settings'"):
        EsputnikTenant(settings=[setting])
