"""Request body and Error Response: what is checked before any data is looked at.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockservers.core.exchange.call import Call, Json, Unreadable
from mockservers.core.values.json_text import NotJson, loads
from mockservers.vendors.omnisegment import VENDOR
from tests.asking import NOW, contract
from tests.vendors.omnisegment.omnisegment_tenant import (
    JSON,
    ORDER,
    SEVEN_KEYS,
    SIX_KEYS,
    TAKEN,
    OmniSegmentTenant,
    body,
    message,
)

MISSING = {
    "importPurchaseData": "Missing Input Error: Request must include api_key, tid and data_content.",
    "batchImportPurchaseData": "Missing Input Error: Request should includes tid, api_key and data",
    "importAudience": "Missing Input Error: These values are required in post data : api_key, tid, data",
    "batchImportAudience": "Missing Input Error: These values are required in post data : api_key, tid, data",
    "importProduct": "Missing Input Error: These values are required in post data : api_key, tid, data",
}


@pytest.mark.rule("omnisegment.envelope.missing-key", "omnisegment.batch.missing-key")
@pytest.mark.rule("omnisegment.audience.missing-key", "omnisegment.product.missing-key")
@pytest.mark.parametrize("gone", ["tid", "api_key", "data"])
@pytest.mark.parametrize("operation", MISSING)
def test_a_request_that_lacks_a_required_key_gets_the_printed_answer(operation: str, gone: str) -> None:
    omnisegment = OmniSegmentTenant()
    sent = {**omnisegment.credentials, "data": [ORDER] if "batch" in operation else ORDER, "debug_mode": 0}
    del sent[gone]
    answer = omnisegment.ask(operation, sent, headers=JSON)
    assert answer.reply.status == 400
    assert message(answer) == MISSING[operation]
    assert list(body(answer)) == (SIX_KEYS if operation == "importPurchaseData" else SEVEN_KEYS)


@pytest.mark.rule("omnisegment.envelope.empty-is-missing")
@pytest.mark.parametrize("nothing", [None, "", {}, [], 0, False])
@pytest.mark.parametrize("key", ["tid", "api_key", "data"])
def test_an_empty_envelope_key_is_missing(key: str, nothing: Any) -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.ask("importPurchaseData", {**omnisegment.credentials, "data": ORDER, key: nothing})
    assert message(answer) == MISSING["importPurchaseData"]


@pytest.mark.rule("omnisegment.request.unreadable")
@pytest.mark.parametrize("raw", [b"", b"{", b"tid=OA-1&api_key=x", b"\xff\xfe{}", b"[1]", b'"text"', b"null", b"NaN"])
@pytest.mark.parametrize("operation", MISSING)
def test_a_body_that_is_not_a_json_object_lacks_all_keys(operation: str, raw: bytes) -> None:
    answer = OmniSegmentTenant().ask(operation, raw, headers=JSON)
    assert (answer.reply.status, message(answer)) == (400, MISSING[operation])


@pytest.mark.rule("omnisegment.credentials.wrong-pair")
@pytest.mark.parametrize("wrong", [{"tid": "OA-other"}, {"api_key": "another"}, {"tid": ["OA-1"]}, {"api_key": 7}])
@pytest.mark.parametrize("operation", MISSING)
def test_a_tid_and_api_key_of_different_organisations_are_forbidden(operation: str, wrong: dict[str, Any]) -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.ask(operation, {**omnisegment.credentials, "data": ORDER, **wrong}, headers=JSON)
    assert (answer.reply.status, message(answer)) == (403, "Forbidden: invalid api_key or tid")
    assert list(body(answer)) == SIX_KEYS
    assert omnisegment.items == {"sent": 0}


@pytest.mark.rule("omnisegment.credentials.in-body")
def test_an_import_does_not_accept_the_key_in_a_header() -> None:
    omnisegment = OmniSegmentTenant()
    headers = {**JSON, "X-OmniSegment-Api-Key": omnisegment.credentials["api_key"]}
    sent = {"tid": omnisegment.credentials["tid"], "data": ORDER}
    answer = omnisegment.ask("importPurchaseData", sent, headers=headers)
    assert (answer.reply.status, message(answer)) == (400, MISSING["importPurchaseData"])


@pytest.mark.rule("omnisegment.credentials.in-header")
@pytest.mark.parametrize("operation", ["createAudienceMapping", "getOrders"])
@pytest.mark.parametrize("gone", ["header", "query", "both"])
def test_mapping_and_read_back_take_the_key_from_the_header_and_tid_from_the_query(operation: str, gone: str) -> None:
    omnisegment = OmniSegmentTenant()
    headers = {} if gone in ("header", "both") else {"X-OmniSegment-Api-Key": omnisegment.credentials["api_key"]}
    query = {} if gone in ("query", "both") else {"tid": omnisegment.credentials["tid"]}
    answer = omnisegment.ask(operation, dict(omnisegment.credentials), headers=headers, query=query)
    assert (answer.reply.status, message(answer)) == (403, "Forbidden: invalid X-OmniSegment-Api-Key")


@pytest.mark.rule("omnisegment.purchase.one-order")
def test_the_example_order_is_accepted_and_kept() -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.order(mode=None)
    assert (answer.reply.status, answer.reply.body) == (200, TAKEN)
    assert answer.reply.headers == (("Content-Type", "application/json"),)
    assert omnisegment.items == {"sent": 1, "kept": 1}
    assert omnisegment.ledger["findings"] == []


@pytest.mark.rule("omnisegment.envelope.data-type")
@pytest.mark.parametrize("mode", [0, 1])
def test_a_list_of_orders_is_not_one_order(mode: int) -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.send([ORDER, ORDER], mode)
    assert (answer.reply.status, list(body(answer))) == (400, SIX_KEYS)
    assert message(answer) == "Input Error: type of data should be dict instead of <class 'list'>"
    assert omnisegment.items == {"sent": 2, "refused": 2}
    assert omnisegment.silent == 0


@pytest.mark.rule("omnisegment.envelope.data-type")
def test_under_another_reading_a_list_is_accepted_and_lost() -> None:
    omnisegment = OmniSegmentTenant(readings={"omnisegment.envelope.data-type": "in-processing"})
    assert omnisegment.send([ORDER, ORDER], 0).reply.status == 200
    assert omnisegment.items == {"sent": 2, "dropped": 2}
    assert omnisegment.silent == 2
    assert omnisegment.send([ORDER, ORDER], 1).reply.status == 400


@pytest.mark.rule("omnisegment.request.content-type")
@pytest.mark.parametrize("sent", ["application/x-www-form-urlencoded", "text/plain; charset=utf-8", ""])
def test_another_content_type_is_accepted_and_at_risk(sent: str) -> None:
    lenient = OmniSegmentTenant()
    raw = json.dumps({**lenient.credentials, "data": ORDER}, ensure_ascii=False).encode()
    assert lenient.ask("importPurchaseData", raw, headers={"Content-Type": sent}).reply.status == 200
    assert lenient.rules("at-risk") == {"omnisegment.request.content-type"}
    strict = OmniSegmentTenant(readings={"omnisegment.request.content-type": "refuse"})
    raw = json.dumps({**strict.credentials, "data": ORDER}).encode()
    assert strict.ask("importPurchaseData", raw, headers={"Content-Type": sent}).reply.status == 400
    assert strict.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("omnisegment.request.content-type")
def test_a_charset_does_not_make_it_another_type() -> None:
    omnisegment = OmniSegmentTenant()
    sent = {**omnisegment.credentials, "data": ORDER}
    omnisegment.ask("importPurchaseData", sent, headers={"Content-Type": "application/json; charset=UTF-8"})
    assert omnisegment.ledger["findings"] == []


@pytest.mark.rule("omnisegment.request.unknown-key")
def test_unlisted_keys_beside_the_data_are_ignored() -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(mode=0, top={"identifierField": "email", "site": None}).reply.status == 200
    assert omnisegment.silent_rules == ["omnisegment.request.unknown-key"]
    [found] = [found for found in omnisegment.ledger["findings"] if found["loses"]]
    assert (found["where"], found["why"]) == (["/identifierField"], "the page lists no identifierField")


@pytest.mark.rule("omnisegment.request.unknown-key")
def test_debug_mode_inside_the_data_is_an_unknown_key() -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(mode=None, debug_mode=1, transaction_status="DONE").reply.status == 200
    assert omnisegment.silent_rules == ["omnisegment.purchase.status"]  # one item, one loss
    assert "omnisegment.request.unknown-key" in omnisegment.rules("ignored")


@pytest.mark.rule("omnisegment.request.unknown-key")
@pytest.mark.parametrize("where", ["top", "data", "address"])
def test_unknown_keys_are_an_error_under_the_other_reading(where: str) -> None:
    strict = OmniSegmentTenant(readings={"omnisegment.request.unknown-key": "refuse"})
    changes: dict[str, dict[str, Any]] = {
        "top": {"top": {"cupon": "x"}},
        "data": {"cupon": "x"},
        "address": {"shipping_address": {"address1": "信義路", "cupon": "x"}},
    }
    answer = strict.order(**changes[where])
    assert answer.reply.status == 400
    assert "cupon is not allowed" in message(answer)
    assert strict.orders == []


@pytest.mark.rule("omnisegment.request.unknown-key")
def test_a_null_in_an_unknown_key_is_named_and_loses_nothing() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.send({**ORDER, "cupon": None, "shipping_address": {"address1": "信義路", "floor": None}})
    named = [(found["key"], found["nearest"], found["loses"]) for found in omnisegment.ledger["findings"]]
    assert named == [("cupon", "coupon", False), ("floor", None, False)]


@pytest.mark.rule("omnisegment.request.unknown-key")
@pytest.mark.parametrize("nothing", [None, {}, [], {"a": None}, [None], {"a": [{}]}])
def test_an_empty_unknown_key_is_named_and_loses_nothing_at_any_place(nothing: Any) -> None:
    omnisegment = OmniSegmentTenant(readings={"omnisegment.request.unknown-key": "refuse"})
    tie = {"source_id": "C-1", "source_system": "CRM", "mapping_key": "member_sn", "member_sn": "1"}
    product = dict.fromkeys(("id", "title", "link", "availability", "image_link"), "https://example.com")
    address = {"address1": "x", "note": nothing}
    omnisegment.send({**ORDER, "note": nothing, "shipping_address": address}, 0, {"note": nothing})
    omnisegment.batch({"transaction_id": "單-2", "note": nothing}, note=nothing)
    omnisegment.post("importAudience", {"member_sn": "9", "note": nothing}, note=nothing)
    omnisegment.post("importProduct", {**product, "price": 1, "note": nothing}, note=nothing)
    omnisegment.map(**tie, note=nothing)
    assert (omnisegment.items, omnisegment.silent) == ({"sent": 5, "kept": 5}, 0)
    places = [place for found in omnisegment.ledger["findings"] for place in found["where"]]
    of_order = ["/note", "/data/note", "/data/shipping_address/note"]
    assert places == [*of_order, "/note", "/data/0/note", "/note", "/data/note", "/note", "/data/note", "/note"]


@pytest.mark.rule("omnisegment.debug-mode.other-value")
@pytest.mark.parametrize("data", [ORDER, "x", [ORDER]])
def test_another_debug_mode_is_refused_whatever_the_data(data: Any) -> None:
    readings = {"omnisegment.debug-mode.other-value": "refuse", "omnisegment.envelope.data-type": "in-processing"}
    omnisegment = OmniSegmentTenant(readings=readings)
    assert omnisegment.send(data, True).reply.status == 400
    assert omnisegment.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("omnisegment.request.duplicate-key")
def test_the_last_value_of_a_repeated_key_is_kept() -> None:
    omnisegment = OmniSegmentTenant()
    order = json.dumps(ORDER)[:-1] + ',"coupon":"A","coupon":"B","source":"x","source":"x"}'
    raw = json.dumps(omnisegment.credentials)[:-1] + f',"data":{order}}}'
    assert omnisegment.ask("importPurchaseData", raw.encode(), headers=JSON).reply.status == 200
    assert omnisegment.orders[0]["coupon"] == "B"
    lost = [found["where"] for found in omnisegment.ledger["findings"] if found["loses"]]
    assert lost == [["/data/coupon"]]


@pytest.mark.rule("omnisegment.request.duplicate-key")
@pytest.mark.parametrize("inner", ['{"²":1,"²":2}', '{"0":1,"0":2}', '[{"x":1,"x":2}]', '{"9999999999999999999":1}'])
def test_a_repeated_key_may_stand_in_a_branch_that_another_replaced(inner: str) -> None:
    omnisegment = OmniSegmentTenant()
    raw = json.dumps(omnisegment.credentials)[:-1] + f',"data":{inner},"data":[{inner}],"data":{json.dumps(ORDER)}}}'
    assert omnisegment.ask("importPurchaseData", raw.encode(), headers=JSON).reply.status == 200
    assert [order["transaction_id"] for order in omnisegment.orders] == [ORDER["transaction_id"]]
    raw = json.dumps(omnisegment.credentials)[:-1] + f',"data":{inner},"data":[1]}}'
    assert omnisegment.ask("importPurchaseData", raw.encode(), headers=JSON).reply.status == 400
    assert omnisegment.items == {"sent": 2, "kept": 1, "refused": 1}


@pytest.mark.rule("omnisegment.request.rate", "omnisegment.request.unavailable", "omnisegment.request.size")
def test_limits_and_retries_of_the_pages_are_in_the_contract() -> None:
    values = {name: rule.values for name, rule in contract("omnisegment").rules.items()}
    assert values["omnisegment.request.rate"] == {"limit": 10, "window": "PT1S"}
    assert values["omnisegment.request.unavailable"] == {"every": "PT5M", "times": 5}
    assert values["omnisegment.request.size"] == {"limit": contract("omnisegment").openapi["x-max-body"]}


@pytest.mark.rule("omnisegment.request.unreadable")
@pytest.mark.parametrize("operation", [*MISSING, "createAudienceMapping"])
@pytest.mark.parametrize("raw", [b'{"data":[', b"[]", b"null", b"", b"\xff", b"{}"])
def test_a_body_that_cannot_be_read_is_one_refused_item(operation: str, raw: bytes) -> None:
    omnisegment = OmniSegmentTenant()
    decision = VENDOR.unauthenticated(unreadable(operation, raw), omnisegment.tenant.view())
    assert [(outcome.kind, outcome.count) for outcome in decision.outcomes] == [("refused", 1)]


@pytest.mark.rule("omnisegment.envelope.empty-is-missing")
@pytest.mark.parametrize("operation", MISSING)
@pytest.mark.parametrize("nothing", [None, "", {}, [], 0])
def test_empty_data_is_one_refused_item(operation: str, nothing: Any) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.post(operation, nothing).reply.status == 400
    assert (omnisegment.items, omnisegment.silent) == ({"sent": 1, "refused": 1}, 0)


def unreadable(operation: str, raw: bytes) -> Call:
    """A call of those bytes, as the core reads them."""
    try:
        body: Any = Json(loads(raw).value)
    except NotJson:
        body = Unreadable("not-json", "it is no JSON")
    return Call("omnisegment", operation, body, NOW, NOW)
