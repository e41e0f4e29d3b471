"""Values of one item that several documents hold, or that are lost beside an item, are accounted for."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.exchange.decision import Decision, Put
from mockservers.core.value import replace
from tests.laws.tampering import Tampered
from tests.laws.test_converted_and_repeated import Audited
from tests.sending import Sending

IDENTIFIERS = {"phone": "+886912345678", "email": "eason@example.com", "line_id": "U1"}
MAPPING = {"source_id": "C-1001", "source_system": "CRM", "mapping_key": "member_sn", "member_sn": "1", **IDENTIFIERS}
PRODUCT = {
    "id": "P1",
    "title": "毛衣",
    "link": "https://example.com/1",
    "availability": "in stock",
    "image_link": "https://example.com/1.png",
    "price": "5",
}


@pytest.mark.rule("omnisegment.mapping.options")
def test_a_mapping_whose_identifiers_its_member_holds_is_accounted_for() -> None:
    account = Audited("omnisegment")
    account.send("importAudience", {"data": {"member_sn": "1", **IDENTIFIERS}})
    assert account.send("createAudienceMapping", MAPPING) == []
    assert account.asking.state["source_ids"][0]["source_id"] == "C-1001"
    lost = {finding["key"] for finding in account.asking.ledger["findings"] if finding["loses"]}
    assert lost <= {"tid", "api_key"}


@pytest.mark.rule("omnisegment.mapping.options")
@pytest.mark.parametrize("name", IDENTIFIERS)
def test_an_identifier_of_a_mapping_that_its_member_does_not_hold_is_named(name: str) -> None:
    account = Audited("omnisegment")
    account.send("importAudience", {"data": {"member_sn": "1", **IDENTIFIERS}})
    assert account.send("createAudienceMapping", {**MAPPING, name: "another"}) == []
    findings = account.asking.ledger["findings"]
    assert f"/{name}" in [finding["where"][0] for finding in findings if finding["loses"]]


@pytest.mark.rule("omnisegment.product.background", "omnisegment.product.types")
@pytest.mark.parametrize(
    ("site", "wrong", "places"),
    [
        ("tw", {"id": 1}, ["/data/id", "/site"]),
        (["tw"], {"id": 1}, ["/data/id", "/site"]),
        (["tw"], {}, ["/site"]),
        (["tw"], {"title": None}, ["/data/title", "/site"]),
    ],
)
def test_the_site_of_a_dropped_product_is_named_once(site: Any, wrong: dict[str, Any], places: list[str]) -> None:
    account = Audited("omnisegment")
    assert account.send("importProduct", {"data": {**PRODUCT, **wrong}, "site": site}) == []
    findings = [
        finding for finding in account.asking.ledger["findings"] if finding["outcome"] in ("dropped", "ignored")
    ]
    assert sorted(place for finding in findings for place in finding["where"] if place != "?tid") == places


@pytest.mark.rule("omnisegment.envelope.data-type")
@pytest.mark.parametrize(("operation", "item"), [("importPurchaseData", {"source": "web"}), ("importProduct", PRODUCT)])
def test_a_list_as_the_data_of_a_single_import_is_refused_and_accounted_for(operation: str, item: Any) -> None:
    account = Audited("omnisegment")
    call = Sending("omnisegment", operation, json={"data": [item]})
    reply = account.asking.mock.handle(call.about, call.path, call.by(account.asking.credentials)).reply
    assert reply.status == 400
    assert account.asking.ledger["items"] == {"sent": 1, "refused": 1}
    assert account.audit.to_list() == []


def past(**fields: str) -> dict[str, Any]:
    event = {"eventTypeKey": "viewed", "keyValue": "k", "params": [], "occurred": "2025-12-24"}
    return {"events": [{**event, **fields}]}


@pytest.mark.rule("esputnik.event.repeated")
@pytest.mark.parametrize(
    ("again", "silent"), [(past(), 0), (past(occurred="2025-12-25"), 1), (past(occurred="2025-12-24T10:00"), 1)]
)
def test_a_past_event_dropped_as_a_repetition_loses_its_own_time(again: dict[str, Any], silent: int) -> None:
    account = Audited("esputnik", **{"event.repeated": "dropped"})
    account.send("sendHistoryEvents", past())
    assert account.send("sendHistoryEvents", again) == []
    assert account.asking.ledger["items"] == {"sent": 2, "kept": 1, "skipped": 1}
    assert account.asking.ledger["silent"] == silent


@pytest.mark.rule("esputnik.event.repeated")
@pytest.mark.parametrize(("key", "silent"), [("k", 0), ("other", 1), (" ", 0)])
def test_an_order_event_dropped_as_a_repetition_loses_a_different_key_value(key: str, silent: int) -> None:
    account = Audited("esputnik", **{"event.repeated": "dropped"})
    order = {
        "externalOrderId": "o-1",
        "email": "a@example.com",
        "totalCost": "5",
        "status": "INITIALIZED",
        "date": "2026-01-15T10:00:00",
    }
    params = [{"name": name, "value": value} for name, value in order.items()]
    account.send("addContact", {"channels": [{"type": "email", "value": "a@example.com"}]})
    for key_value in ("k", key):
        account.send("registerEvent", {"eventTypeKey": "orderCreated", "keyValue": key_value, "params": params})
    assert account.asking.ledger["items"] == {"sent": 3, "kept": 2, "skipped": 1}
    assert account.asking.ledger["silent"] == silent


@pytest.mark.rule("omnisegment.batch.twice")
def test_the_voucher_of_another_order_in_the_batch_does_not_count_as_held() -> None:
    def swap_vouchers(decision: Decision) -> Decision:
        orders = [effect for effect in decision.effects if isinstance(effect, Put) and effect.collection == "orders"]
        other = {id(one): another.document["voucher"] for one, another in zip(orders, orders[::-1], strict=True)}
        return replace(
            decision,
            effects=tuple(
                replace(effect, document={**effect.document, "voucher": other[id(effect)]})
                if isinstance(effect, Put) and id(effect) in other
                else effect
                for effect in decision.effects
            ),
        )

    orders = [
        {
            "member_sn": "1",
            "datetime": "2025-11-01T09:51:23+0800",
            "transaction_id": f"A-{name}",
            "transaction_revenue": revenue,
            "voucher": [{"voucher_name": name}],
        }
        for name, revenue in (("生日", 5), ("迎新", 7))
    ]
    for tampered, places in ((Tampered("omnisegment"), []), (Tampered("omnisegment", swap_vouchers), ["0", "1"])):
        audit = tampered.send(Sending("omnisegment", "batchImportPurchaseData", json={"data": orders}))
        assert [each["where"] for each in audit.to_list()] == [f"/data/{at}/voucher/0/voucher_name" for at in places]
