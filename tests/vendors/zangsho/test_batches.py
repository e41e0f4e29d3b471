"""批次匯入 of the page: envelope, on_conflict, partial success, limits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.zangsho.zangsho_tenant import (
    BATCHES,
    CHEN,
    CUSTOMERS,
    LEAST,
    ORDER,
    WANG,
    ZangshoTenant,
    body,
    counts,
)

LIMIT = 100


@pytest.mark.rule("zangsho.batch.most-items")
@pytest.mark.parametrize(("sent", "status"), [(1, 200), (99, 200), (100, 200), (101, 422), (250, 422)])
def test_a_batch_has_at_most_a_hundred_items(sent: int, status: int) -> None:
    zangsho = ZangshoTenant(customers=[])
    customers = [{"email": f"客戶{n}@example.com"} for n in range(sent)]
    answer = zangsho.send("importCustomers", {"customers": customers})
    assert answer.reply.status == status
    assert len(zangsho.state["customers"]) == (sent if status == 200 else 0)
    assert zangsho.items == {"sent": sent, "kept" if status == 200 else "refused": sent}
    assert zangsho.silent == 0
    if status == 422:
        assert body(answer) == {"message": "customers 最多 100 筆", "errors": {"customers": ["customers 最多 100 筆"]}}
        (finding,) = zangsho.findings("zangsho.batch.most-items")
        assert (finding["count"], finding["why"]) == (
            sent,
            f"nothing of the batch is stored: it has {sent} items, and at most 100 are allowed",
        )


@pytest.mark.rule("zangsho.batch.envelope", "zangsho.batch.on-conflict", "zangsho.request.unreadable")
@pytest.mark.parametrize("kind", BATCHES)
@pytest.mark.parametrize(
    ("envelope", "text"),
    [
        ({}, "{kind} 欄位為必填"),
        ({"{kind}": []}, "{kind} 欄位為必填"),
        ({"{kind}": None}, "{kind} 欄位為必填"),
        ({"{kind}": ""}, "{kind} 欄位為必填"),
        ({"{kind}": "a"}, "{kind} 格式不正確"),
        ({"{kind}": {"0": {}}}, "{kind} 格式不正確"),
        ({"{kind}": ["{item}"], "on_conflict": "replace"}, "on_conflict 格式不正確"),
        ({"{kind}": ["{item}"], "on_conflict": ["skip"]}, "on_conflict 格式不正確"),
        (["{item}"], "{kind} 欄位為必填"),
        ("text", "{kind} 欄位為必填"),
        (None, "{kind} 欄位為必填"),
        (b"", "{kind} 欄位為必填"),
        (b'{"customers":[', "{kind} 欄位為必填"),
        (b"\xff\xfe", "{kind} 欄位為必填"),
        (b"customers[0][email]=a%40example.com", "{kind} 欄位為必填"),
    ],
)
def test_a_wrong_envelope_is_refused_and_nothing_is_stored(kind: str, envelope: Any, text: str) -> None:
    zangsho = ZangshoTenant()
    before = zangsho.state
    answer = zangsho.send(BATCHES[kind], _filled(envelope, kind))
    assert (answer.reply.status, body(answer)["message"]) == (422, text.replace("{kind}", kind))
    assert zangsho.state == before
    assert zangsho.silent == 0


def _filled(envelope: Any, kind: str) -> Any:
    if isinstance(envelope, dict):
        return {kind if key == "{kind}" else key: _filled(value, kind) for key, value in envelope.items()}
    if isinstance(envelope, list):
        return [_filled(value, kind) for value in envelope]
    return LEAST[kind] if envelope == "{item}" else envelope


@pytest.mark.rule("zangsho.batch.envelope", "zangsho.event.batch-envelope")
@pytest.mark.parametrize("kind", BATCHES)
def test_an_envelope_is_refused_by_the_rule_of_its_page(kind: str) -> None:
    zangsho = ZangshoTenant()
    zangsho.send(BATCHES[kind], {kind: {"0": LEAST[kind]}})
    rule = "zangsho.event.batch-envelope" if kind == "events" else "zangsho.batch.envelope"
    assert rule in zangsho.rules()


@pytest.mark.rule("zangsho.batch.envelope")
def test_a_list_without_its_envelope_is_counted_and_reported() -> None:
    zangsho = ZangshoTenant()
    zangsho.send("importCustomers", [WANG, CHEN])
    assert (zangsho.items, zangsho.silent) == ({"sent": 2, "refused": 2}, 0)


@pytest.mark.rule("zangsho.request.content-type")
@pytest.mark.parametrize("media_type", ["text/plain;charset=UTF-8", "application/x-www-form-urlencoded", ""])
def test_json_of_another_content_type_is_read_and_at_risk(media_type: str) -> None:
    sent = {"customers": [{"email": "a@example.com"}]}
    zangsho, strict = ZangshoTenant(), ZangshoTenant(readings={"zangsho.request.content-type": "refuse"})
    assert zangsho.send("importCustomers", sent, headers={"Content-Type": media_type}).reply.status == 200
    assert zangsho.rules("at-risk") == {"zangsho.request.content-type"}
    assert strict.send("importCustomers", sent, headers={"Content-Type": media_type}).reply.status == 422


@pytest.mark.rule("zangsho.request.content-type")
@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.x+json"]
)
def test_json_is_read_under_each_json_content_type(media_type: str) -> None:
    zangsho = ZangshoTenant()
    zangsho.send("importCustomers", {"customers": [WANG]}, headers={"Content-Type": media_type})
    assert not zangsho.findings("zangsho.request.content-type")


@pytest.mark.rule("zangsho.request.charset")
@pytest.mark.parametrize(
    ("parameters", "at_risk"),
    [("", False), ("; charset=UTF-8", False), (';charset="utf8"', False), ("; a=b; Charset=Big5", True)],
)
def test_a_charset_other_than_utf_8_is_at_risk(parameters: str, at_risk: bool) -> None:
    rule, sent = "zangsho.request.charset", {"Content-Type": f"application/json{parameters}"}
    zangsho, strict = ZangshoTenant(customers=[]), ZangshoTenant(customers=[], readings={rule: "refuse"})
    zangsho.send("importCustomers", {"customers": [WANG]}, headers=sent)
    assert (zangsho.state["customers"][0]["name"], zangsho.silent) == (WANG["name"], 0)
    assert (rule in zangsho.rules("at-risk")) == at_risk
    strict.send("importCustomers", {"customers": [WANG]}, headers=sent)
    assert strict.items == {"sent": 1, "refused" if at_risk else "kept": 1}


@pytest.mark.rule("zangsho.batch.skip", "zangsho.batch.on-conflict", "zangsho.batch.conflict-key")
@pytest.mark.parametrize("envelope", [{}, {"on_conflict": "skip"}, {"on_conflict": None}, {"on_conflict": " "}])
def test_skip_is_the_default_and_keeps_what_is_there(envelope: dict[str, Any]) -> None:
    zangsho = ZangshoTenant(orders=[{**ORDER, "id": 7}])
    before = zangsho.state["orders"]
    data = zangsho.batch("orders", {**ORDER, "status": "refunded"}, **envelope)
    assert data["results"]["skipped"] == [{"index": 0, "reason": "duplicate_order_no", "identifier": "ORD-2025-001"}]
    assert zangsho.state["orders"] == before
    (finding,) = zangsho.findings("zangsho.batch.skip")
    assert (finding["loses"], finding["reported"], finding["silent"]) == (True, True, False)
    assert "the first ORD-2025-001; fields that differ: status" in finding["why"]


@pytest.mark.rule("zangsho.batch.on-conflict-empty")
@pytest.mark.parametrize("empty", [None, "", " "])
def test_an_empty_on_conflict_is_at_risk(empty: str | None) -> None:
    zangsho, plain = ZangshoTenant(customers=[]), ZangshoTenant(customers=[])
    rule = "zangsho.batch.on-conflict-empty"
    strict = ZangshoTenant(customers=[], readings={rule: "refuse"})
    assert counts(zangsho.batch("customers", WANG, on_conflict=empty)) == (1, 0, 0, 0)
    assert (zangsho.rules("at-risk"), zangsho.silent) == ({rule}, 0)
    answer = strict.send("importCustomers", {"customers": [WANG], "on_conflict": empty})
    assert (answer.reply.status, body(answer)["message"]) == (422, "on_conflict 格式不正確")
    assert (strict.state["customers"], strict.items) == ([], {"sent": 1, "refused": 1})
    plain.batch("customers", WANG)
    assert plain.rules("at-risk") == set()


@pytest.mark.rule("zangsho.batch.skip")
@pytest.mark.parametrize(
    ("changes", "loses"),
    [
        ({}, False),
        ({"amount": "1990"}, False),
        ({"amount": 1990}, False),
        ({"paid_at": "2025-12-01T16:00:00+08:00"}, False),
        ({"refunded_at": None, "metadata": None}, False),
        ({"customer_email": "WANG.xiaoming@example.com "}, False),
        ({"customer_id": 101}, False),
        ({"customer_id": 102}, True),
        ({"customer_email": "chen.meili@example.com"}, True),
        ({"amount": "1990.01"}, True),
        ({"paid_at": "2025-12-01T08:00:01Z"}, True),
        ({"metadata": {"paid": True}}, True),
        ({"refunded_at": "2025-12-20T08:00:00Z", "status": "refunded"}, True),
    ],
)
def test_a_skipped_item_loses_only_what_is_not_held(changes: dict[str, Any], loses: bool) -> None:
    zangsho = ZangshoTenant(orders=[{**ORDER, "id": 7}])
    zangsho.batch("orders", {**ORDER, **changes})
    assert zangsho.findings("zangsho.batch.skip")[0]["loses"] is loses


@pytest.mark.rule("zangsho.batch.update")
def test_update_replaces_the_held_data_with_the_imported_data() -> None:
    zangsho = ZangshoTenant()
    data = zangsho.batch("customers", {**WANG, "name": "王大明"}, on_conflict="update")
    assert list(data["results"]) == ["created", "updated", "skipped", "failed"]
    assert data["results"]["updated"] == [{"index": 0, "id": 101, "identifier": "wang.xiaoming@example.com"}]
    (wang,) = zangsho.documents("customers", id=101)
    assert (wang["name"], wang["phone"], wang["created_at"]) == ("王大明", "0912345678", "2026-01-15T03:00:00Z")
    assert (zangsho.items, zangsho.silent) == ({"sent": 1, "updated": 1}, 0)


@pytest.mark.rule("zangsho.batch.partial-success", "zangsho.batch.counts")
def test_a_failed_item_does_not_affect_the_others() -> None:
    zangsho = ZangshoTenant()
    data = zangsho.batch(
        "customers", {"name": "х"}, {"email": "олена@example.com"}, "text", None, {"email": "no-address"}
    )
    assert (data["total"], counts(data)) == (5, (1, 0, 0, 4))
    assert [failed["index"] for failed in data["results"]["failed"]] == [0, 2, 3, 4]
    assert data["results"]["failed"][-1]["identifier"] == "no-address"
    assert zangsho.items == {"sent": 5, "kept": 1, "refused": 4}
    assert zangsho.silent == 0, "the answer says which failed"


@pytest.mark.rule("zangsho.batch.reasons")
def test_each_kind_of_record_has_its_reason_for_a_skip() -> None:
    zangsho = ZangshoTenant()
    for kind, reason in (
        ("customers", "duplicate_email"),
        ("orders", "duplicate_order_no"),
        ("subscriptions", "duplicate_subscription"),
    ):
        data = zangsho.batch(kind, *[LEAST[kind]] * 2)
        assert data["results"]["skipped"][-1]["reason"] == reason


@pytest.mark.rule("zangsho.batch.twice")
def test_a_second_item_with_the_same_key_is_skipped() -> None:
    zangsho = ZangshoTenant()
    data = zangsho.batch("orders", ORDER, {**ORDER, "amount": "2990.00"})
    assert counts(data) == (1, 0, 1, 0)
    (finding,) = zangsho.findings("zangsho.batch.twice")
    assert (finding["outcome"], finding["where"], finding["loses"], finding["silent"]) == (
        "skipped",
        ["/orders/1"],
        True,
        False,
    )


@pytest.mark.rule("zangsho.batch.twice")
def test_under_update_the_second_replaces_the_first_silently() -> None:
    zangsho = ZangshoTenant()
    data = zangsho.batch("orders", ORDER, {**ORDER, "amount": "2990.00"}, on_conflict="update")
    assert counts(data) == (1, 1, 0, 0)
    assert zangsho.items == {"sent": 2, "overwritten": 1, "updated": 1}
    (finding,) = zangsho.findings("zangsho.batch.twice")
    assert (finding["outcome"], finding["where"], finding["silent"]) == ("overwritten", ["/orders/0"], True)
    assert zangsho.documents("orders", amount="2990.00")


@pytest.mark.rule("zangsho.batch.twice")
def test_the_same_item_twice_under_update_loses_nothing() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("orders", ORDER, {**ORDER, "amount": "1990"}, on_conflict="update")
    assert (zangsho.items, zangsho.silent) == ({"sent": 2, "kept": 1, "updated": 1}, 0)


@pytest.mark.rule("zangsho.batch.twice")
def test_a_value_that_was_never_stored_is_not_overwritten() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("orders", *[{**ORDER, "customer_name": "王大明"}] * 2, on_conflict="update")
    assert zangsho.items == {"sent": 2, "kept": 1, "updated": 1}
    assert zangsho.rules("ignored") == {"zangsho.order.customer-name"}


@pytest.mark.rule("zangsho.batch.status")
@pytest.mark.parametrize(("choice", "status"), [("always-200", 200), ("all-failed-422", 422)])
def test_a_batch_whose_items_all_fail_is_answered_by_the_reading(choice: str, status: int) -> None:
    zangsho = ZangshoTenant(readings={"zangsho.batch.status": choice})
    answer = zangsho.send("importOrders", {"orders": [{**ORDER, "customer_email": "nobody@example.com"}, {}]})
    assert answer.reply.status == status
    if status == 422:
        assert body(answer)["errors"] == {
            "orders.0.customer_id": ["customer_id 不存在"],
            "orders.1.order_no": ["order_no 欄位為必填"],
        }
    assert zangsho.send("importOrders", {"orders": [{}, ORDER]}).reply.status == 200
    assert zangsho.silent == 0


@pytest.mark.rule("zangsho.batch.status", "zangsho.item.fields")
def test_an_item_that_is_not_an_object_is_named_by_its_place() -> None:
    answer = ZangshoTenant(readings={"zangsho.batch.status": "all-failed-422"}).send(
        "importCustomers", {"customers": ["x", 7]}
    )
    assert body(answer)["errors"] == {
        "customers.0": ["customers.0 格式不正確"],
        "customers.1": ["customers.1 格式不正確"],
    }


@pytest.mark.rule("zangsho.item.fields")
def test_items_that_are_not_objects_are_one_finding() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("customers", "x", 7, None)
    (finding,) = zangsho.findings("zangsho.item.fields")
    assert (finding["count"], finding["where"]) == (3, ["/customers/0", "/customers/1", "/customers/2"])
    assert finding["why"] == 'an item of customers is not an object: 3 items, the first with "x"'


@pytest.mark.rule("zangsho.batch.updated-list")
def test_under_the_other_reading_results_has_all_four_lists() -> None:
    data = ZangshoTenant(readings={"zangsho.batch.updated-list": "always-four"}).batch("customers", WANG)
    assert list(data["results"]) == ["created", "updated", "skipped", "failed"]


@pytest.mark.rule("zangsho.request.unknown-key")
@pytest.mark.parametrize(
    ("item", "loses"),
    [
        ({**WANG, "phoneNumber": "0912345678"}, True),
        ({**WANG, "phoneNumber": None}, False),
        ({**WANG, "id": 101, "ltv": "0.00"}, False),
        ({**WANG, "id": 999}, True),
    ],
)
def test_an_unknown_key_is_ignored_and_lost_unless_its_value_is_held(item: dict[str, Any], loses: bool) -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("customers", item, on_conflict="update")
    findings = zangsho.findings("zangsho.request.unknown-key")
    assert {finding["loses"] for finding in findings} == {loses}
    assert zangsho.silent == (1 if loses else 0)


@pytest.mark.rule("zangsho.request.unknown-key")
def test_a_misspelt_on_conflict_is_a_separate_loss() -> None:
    zangsho = ZangshoTenant()
    data = zangsho.batch("customers", {**WANG, "name": "王大明"}, onConflict="update")
    assert data["skipped"] == 1
    (finding,) = zangsho.findings("zangsho.request.unknown-key")
    assert (finding["where"], finding["silent"]) == (["/onConflict"], True)


@pytest.mark.rule("zangsho.request.repeated-key")
def test_a_repeated_key_keeps_its_last_value() -> None:
    zangsho = ZangshoTenant()
    raw = '{"customers":[{"email":"a@example.com","name":"甲","name":"乙"}],"on_conflict":"skip","on_conflict":"skip"}'
    zangsho.send("importCustomers", raw.encode())
    assert zangsho.documents("customers", name="乙")
    assert [(finding["where"], finding["silent"]) for finding in zangsho.findings("zangsho.request.repeated-key")] == [
        (["/customers/0/name"], True),
        (["/on_conflict"], False),
    ]


@pytest.mark.rule("zangsho.activity.every-write", "zangsho.batch.no-webhook")
@pytest.mark.parametrize("kind", BATCHES)
def test_a_batch_is_noted_in_the_activity_log_and_sends_no_webhook(kind: str) -> None:
    zangsho = ZangshoTenant()
    item = {**LEAST[kind], **({"email": "a@example.com"} if kind == "customers" else {})}
    assert zangsho.webhooks(BATCHES[kind], {kind: [item]}) == []
    data = zangsho.batch(kind, item)
    (entry,) = zangsho.state["activity"]
    assert entry["action"].endswith(".created")
    assert (entry["subject_id"], entry["batch"]) == (data["results"]["created"][0]["id"], True)


@pytest.mark.rule("zangsho.activity.every-write")
def test_skipped_and_failed_items_are_not_logged_as_writes() -> None:
    zangsho = ZangshoTenant()
    zangsho.batch("customers", WANG, {})
    zangsho.batch("customers", WANG, on_conflict="update")
    assert [entry["action"] for entry in zangsho.state["activity"]] == ["customer.updated"]


@pytest.mark.rule("zangsho.batch.partial-success")
def test_indexes_start_at_zero_in_each_request() -> None:
    zangsho = ZangshoTenant(customers=CUSTOMERS)
    for _ in range(2):
        assert zangsho.batch("customers", {})["results"]["failed"][0]["index"] == 0
