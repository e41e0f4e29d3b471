"""identifier_field, member_sn, source_id: whose an order is.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from mockservers.core.values.json_text import loads
from tests.vendors.omnisegment.omnisegment_tenant import JSON, ORDER, TAKEN, OmniSegmentTenant, message

UNKNOWN, UNMAPPED = "omnisegment.member.unknown", "omnisegment.member.unmapped-source-id"
MING = {"member_sn": "1", "email": "ming@example.com", "phone": "+886912345678", "line_id": "U1", "messenger_psid": "7"}
OLENA = {"member_sn": "2", "email": "olena@example.com", "phone": "+380501234567"}
OPTIONS = "['line_id', 'phone', 'email', 'messenger_psid']"


def known(**more: Any) -> OmniSegmentTenant:
    return OmniSegmentTenant(members=[MING, OLENA], **more)


@pytest.mark.rule("omnisegment.member.by-member-sn")
def test_without_identifier_field_the_member_is_looked_up_by_member_sn() -> None:
    omnisegment = known()
    omnisegment.order(member_sn="2")
    assert omnisegment.orders[0]["audience_id"] == 2
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.member.by-identifier")
@pytest.mark.parametrize("field", ["line_id", "phone", "email", "messenger_psid"])
def test_each_identifier_finds_its_member_and_member_sn_is_not_needed(field: str) -> None:
    omnisegment = known()
    answer = omnisegment.order(member_sn=None, top={"identifier_field": field}, **{field: MING[field]})
    assert answer.reply.body == TAKEN
    [order] = omnisegment.orders
    assert (order["audience_id"], order["member_sn"], order[field]) == (1, "1", MING[field])
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.member.by-identifier")
@pytest.mark.parametrize("sent", [{}, {"mail": "ming@example.com"}, {"email": ""}, {"email": None}])
def test_an_order_without_the_named_identifier_is_lost(sent: dict[str, Any]) -> None:
    omnisegment = known()
    data = {name: value for name, value in ORDER.items() if name != "member_sn"} | sent
    answer = omnisegment.send(data, top={"identifier_field": "email"})
    assert message(answer) == "Missing Input Error: Missing email"
    omnisegment.send(data, mode=0, top={"identifier_field": "email"})
    assert "omnisegment.member.by-identifier" in omnisegment.silent_rules


@pytest.mark.rule("omnisegment.member.identifier-options")
@pytest.mark.parametrize("given", ["member_sn", "source_id", "Email", "phone ", 1, ["email"], {"field": "email"}, True])
def test_another_identifier_field_is_an_error_in_processing(given: Any) -> None:
    omnisegment = known()
    answer = omnisegment.order(top={"identifier_field": given})
    assert message(answer) == f"Input Error: identifier_field should be one of {OPTIONS}"
    assert omnisegment.order(mode=0, top={"identifier_field": given}).reply.status == 200
    assert omnisegment.silent_rules == ["omnisegment.member.identifier-options"]
    assert omnisegment.ledger["findings"][0]["where"] == ["/identifier_field"]


@pytest.mark.rule("omnisegment.member.identifier-options")
@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_identifier_field_is_absent(nothing: str | None) -> None:
    omnisegment = known()
    assert omnisegment.order(top={"identifier_field": nothing}).reply.body == TAKEN


@pytest.mark.rule("omnisegment.member.identifier-empty")
@pytest.mark.parametrize("mode", [0, 1])
def test_an_empty_identifier_field_is_at_risk_because_it_is_not_an_option(mode: int) -> None:
    rule, top = "omnisegment.member.identifier-empty", {"identifier_field": ""}
    lenient = known()
    assert lenient.order(mode=mode, top=top).reply.body == TAKEN
    assert (lenient.rules("at-risk") & {rule}, lenient.silent) == ({rule}, 0)
    strict = OmniSegmentTenant(readings={rule: "refuse"})
    answer = strict.order(mode=mode, top=top)
    assert (answer.reply.status, strict.silent) == ((200, 1) if mode == 0 else (400, 0))
    assert strict.orders == []
    assert strict.ledger["findings"][0]["where"] == ["/identifier_field"]


@pytest.mark.rule("omnisegment.member.identifier-only")
def test_with_identifier_field_member_sn_is_not_used_unless_the_reading_uses_it() -> None:
    sent: dict[str, Any] = {"member_sn": "1", "email": "nobody@example.com", "top": {"identifier_field": "email"}}
    strict = known()
    strict.order(**sent)
    assert "audience_id" not in strict.orders[0]
    assert strict.rules("at-risk") == {UNKNOWN}
    lenient = known(readings={"omnisegment.member.identifier-only": "fall-back"})
    lenient.order(**sent)
    assert lenient.orders[0]["audience_id"] == 1


@pytest.mark.rule("omnisegment.member.identifier-only")
def test_a_member_sn_of_another_member_beside_the_identifier_is_lost() -> None:
    omnisegment = known()
    omnisegment.order(mode=0, member_sn="1", email=MING["email"], top={"identifier_field": "email"})
    assert omnisegment.rules() == set()
    omnisegment.order(mode=0, member_sn="2", email=MING["email"], top={"identifier_field": "email"})
    assert omnisegment.orders[0]["member_sn"] == "1"
    assert omnisegment.silent_rules == ["omnisegment.member.identifier-only"]


@pytest.mark.rule("omnisegment.member.identifier-only", "omnisegment.member.sn-before-source-id")
@pytest.mark.parametrize(
    ("top", "sent"),
    [
        ({}, {"source_id": "C1", "source_system": "CRM"}),
        ({"identifier_field": "email"}, {"email": MING["email"]}),
    ],
)
def test_an_empty_member_sn_is_absent_and_loses_nothing(top: dict[str, Any], sent: dict[str, Any]) -> None:
    omnisegment = known(source_ids=[{"source_id": "C1", "source_system": "CRM", "member_sn": "1"}])
    omnisegment.order(mode=0, top=top, **{"member_sn": "", **sent})
    assert (omnisegment.orders[0]["member_sn"], omnisegment.rules()) == ("1", set())


@pytest.mark.rule("omnisegment.member.required")
def test_an_order_without_a_member_is_an_error() -> None:
    omnisegment = known()
    assert message(omnisegment.order(member_sn=None)) == "Missing Input Error: Missing member_sn"
    assert message(omnisegment.order(member_sn="")) == "Missing Input Error: Missing member_sn"


@pytest.mark.rule(UNKNOWN)
@pytest.mark.parametrize(
    ("top", "sent"),
    [
        ({}, {"member_sn": "404"}),
        ({"identifier_field": "email"}, {"email": "Ming@example.com"}),
        ({"identifier_field": "line_id"}, {"line_id": "U2"}),
    ],
)
def test_an_order_of_an_unknown_member_is_kept_and_at_risk(top: dict[str, Any], sent: dict[str, Any]) -> None:
    default = known()
    assert default.order(top=top, **sent).reply.body == TAKEN
    assert default.items == {"sent": 1, "kept": 1}
    assert default.rules() == {UNKNOWN}
    strict = known(readings={UNKNOWN: "refuse"})
    assert message(strict.order(top=top, **sent)) == "Input Error: audience not found"
    assert strict.order(mode=0, top=top, **sent).reply.body == TAKEN
    assert strict.silent_rules == [UNKNOWN]


@pytest.mark.rule("omnisegment.member.phone-format")
def test_a_local_phone_number_finds_no_member() -> None:
    omnisegment = known()
    omnisegment.order(top={"identifier_field": "phone"}, phone="0912345678")
    assert omnisegment.rules("noted") == {"omnisegment.member.phone-format"}
    assert omnisegment.rules("at-risk") == {UNKNOWN}


@pytest.mark.rule("omnisegment.member.several")
def test_the_first_of_several_members_with_an_attribute_gets_the_order() -> None:
    omnisegment = OmniSegmentTenant(members=[MING, {**OLENA, "phone": MING["phone"]}])
    omnisegment.order(top={"identifier_field": "phone"}, member_sn=None, phone=MING["phone"])
    assert omnisegment.orders[0]["audience_id"] == 1
    assert omnisegment.rules("noted") == {"omnisegment.member.several"}


@pytest.mark.rule("omnisegment.request.unknown-key")
def test_an_attribute_that_identifier_field_does_not_name_is_ignored_if_it_differs() -> None:
    omnisegment = known()
    omnisegment.order(email=MING["email"])
    assert omnisegment.rules() == set()
    omnisegment.order(email="other@example.com")
    assert omnisegment.silent_rules == ["omnisegment.request.unknown-key"]
    assert "email" not in omnisegment.orders[0]


@pytest.mark.rule("omnisegment.member.sn-as-number")
@pytest.mark.parametrize("number", [1, 1.0])
def test_a_member_sn_that_is_a_number_is_kept_as_text(number: float) -> None:
    omnisegment = known()
    assert omnisegment.order(member_sn=number).reply.body == TAKEN
    assert omnisegment.orders[0]["member_sn"] == "1"
    assert omnisegment.rules("coerced") == {"omnisegment.member.sn-as-number"}


WHOLE = [("1e23", "1" + "0" * 23), ("2.683962160358679e+16", "26839621603586790"), ("-1.5E1", "-15"), ("12.00", "12")]


@pytest.mark.rule("omnisegment.member.sn-as-number", "omnisegment.audience.types")
@pytest.mark.parametrize(("number", "digits"), [*WHOLE, ("9" * 400, "9" * 400), ("1e308", "1" + "0" * 308)])
def test_a_number_with_an_exponent_is_held_with_its_digits_written_out(number: str, digits: str) -> None:
    omnisegment = OmniSegmentTenant(members=[{"member_sn": digits}])
    raw = json.dumps({**omnisegment.credentials, "debug_mode": 1, "data": {**ORDER, "member_sn": 770000000077}})
    reply = omnisegment.ask("importPurchaseData", raw.replace("770000000077", number).encode(), headers=JSON).reply
    assert reply.body == TAKEN
    assert (omnisegment.orders[0]["member_sn"], omnisegment.orders[0]["audience_id"]) == (digits, 1)
    raw = json.dumps({**omnisegment.credentials, "data": [{"member_sn": 770000000077, "name": "a"}]})
    omnisegment.ask("batchImportAudience", raw.replace("770000000077", number).encode(), headers=JSON)
    [member] = omnisegment.state["members"]
    assert (member["member_sn"], member["name"]) == (digits, "a")
    assert omnisegment.silent == 0


@pytest.mark.parametrize(("number", "digits"), WHOLE)
def test_a_number_with_an_exponent_identifies_a_member(number: str, digits: str) -> None:
    omnisegment = OmniSegmentTenant(members=[{"member_sn": loads(number.encode()).value}])
    assert omnisegment.state["members"][0]["member_sn"] == digits


@pytest.mark.rule("omnisegment.member.source-system")
def test_a_source_id_needs_its_source_system() -> None:
    omnisegment = known(source_ids=[{"source_id": "C-1", "source_system": "CRM", "member_sn": "1"}])
    text = "Missing Input Error: source_system is required when source_id is provided"
    assert message(omnisegment.order(member_sn=None, source_id="C-1")) == text
    assert omnisegment.order(member_sn="1", source_id="C-1").reply.body == TAKEN


@pytest.mark.rule("omnisegment.member.sn-before-source-id")
def test_member_sn_takes_precedence_over_source_id() -> None:
    omnisegment = known(source_ids=[{"source_id": "C-2", "source_system": "CRM", "member_sn": "2"}])
    omnisegment.order(member_sn="1", source_id="C-2", source_system="CRM")
    assert omnisegment.orders[0]["audience_id"] == 1
    omnisegment.order(member_sn=None, transaction_id="單-2", source_id="C-2", source_system="CRM")
    assert omnisegment.orders[1]["audience_id"] == 2


@pytest.mark.rule(UNMAPPED)
@pytest.mark.parametrize("pair", [("C-404", "CRM"), ("C-1", "offline"), ("C-1", "crm")])
def test_a_source_id_that_was_never_tied_with_its_system_loses_the_order(pair: tuple[str, str]) -> None:
    omnisegment = known(source_ids=[{"source_id": "C-1", "source_system": "CRM", "member_sn": "1"}])
    sent: dict[str, Any] = {"member_sn": None, "source_id": pair[0], "source_system": pair[1]}
    assert message(omnisegment.order(**sent)) == "Input Error: audience not found"
    assert omnisegment.order(mode=0, **sent).reply.body == TAKEN
    assert omnisegment.silent_rules == [UNMAPPED]


@pytest.mark.rule(UNMAPPED)
def test_a_headless_member_is_created_under_the_other_reading() -> None:
    omnisegment = known(readings={UNMAPPED: "create"})
    sent: dict[str, Any] = {"member_sn": None, "source_id": "店-9", "source_system": "offline"}
    omnisegment.order(**sent, transaction_status="DONE")
    assert len(omnisegment.state["members"]) == 2
    omnisegment.order(**sent)
    assert omnisegment.state["members"][2]["is_headless_account"] is True
    assert omnisegment.orders[0]["audience_id"] == omnisegment.state["members"][2]["id"]
    assert [tie["source_id"] for tie in omnisegment.state["source_ids"]] == ["店-9"]


@pytest.mark.rule("omnisegment.member.anonymous")
def test_is_anonymous_has_an_effect_only_under_the_other_reading() -> None:
    default = known()
    assert (
        message(default.order(member_sn=None, top={"is_anonymous": True})) == "Missing Input Error: Missing member_sn"
    )
    later = known(readings={"omnisegment.member.anonymous": "anonymous-order"})
    audit = later.tenant.audit = Audit(later.mock.contract)
    assert later.order(member_sn=None, top={"is_anonymous": True}).reply.body == TAKEN
    assert (later.items, later.silent, audit.to_list()) == ({"sent": 1, "kept": 1}, 0, [])
    assert "audience_id" not in later.orders[0]


@pytest.mark.rule("omnisegment.member.anonymous")
def test_is_anonymous_is_lost_if_it_has_a_value() -> None:
    omnisegment = known()
    omnisegment.order(mode=0, top={"is_anonymous": False})
    assert (omnisegment.rules(), omnisegment.silent) == ({"omnisegment.member.anonymous"}, 0)
    omnisegment.order(mode=0, top={"is_anonymous": True})
    assert omnisegment.silent_rules == ["omnisegment.member.anonymous"]


@pytest.mark.rule("omnisegment.member.anonymous")
@pytest.mark.parametrize("anonymous", ["unknown-key", "anonymous-order"])
def test_is_anonymous_is_refused_like_any_unknown_key(anonymous: str) -> None:
    readings = {"omnisegment.request.unknown-key": "refuse", "omnisegment.member.anonymous": anonymous}
    omnisegment = known(readings=readings)
    omnisegment.order(mode=0, top={"is_anonymous": True})
    assert omnisegment.items == {"sent": 1, "refused" if anonymous == "unknown-key" else "kept": 1}


@pytest.mark.rule(UNMAPPED)
@pytest.mark.parametrize("wrong", [{"email": "nobody@example.com"}, {"transaction_status": "refund"}])
def test_a_lost_order_creates_no_member(wrong: dict[str, Any]) -> None:
    omnisegment = known(readings={UNMAPPED: "create", "omnisegment.request.unknown-key": "refuse"})
    omnisegment.order(mode=0, member_sn=None, source_id="店-9", source_system="POS", **wrong)
    assert (omnisegment.items, omnisegment.silent) == ({"sent": 1, "dropped": 1}, 1)
    assert (len(omnisegment.state["members"]), omnisegment.state["source_ids"]) == (2, [])


@pytest.mark.rule("omnisegment.member.anonymous")
def test_is_anonymous_applies_to_a_whole_batch() -> None:
    omnisegment = known(readings={"omnisegment.member.anonymous": "anonymous-order"})
    orders = [{**ORDER, "member_sn": None, "transaction_id": f"單-{number}"} for number in range(3)]
    sent = {**omnisegment.credentials, "is_anonymous": True, "data": orders}
    omnisegment.ask("batchImportPurchaseData", sent, headers=JSON)
    assert omnisegment.items == {"sent": 3, "kept": 3}


@pytest.mark.rule("omnisegment.member.identifier-options")
def test_the_default_identifier_is_an_option_only_under_the_other_reading() -> None:
    top = {"identifier_field": "member_sn"}
    strict = OmniSegmentTenant()
    strict.order(mode=0, top=top)
    assert strict.silent_rules == ["omnisegment.member.identifier-options"]
    lenient = OmniSegmentTenant(readings={"omnisegment.member.identifier-options": "as-default"})
    lenient.order(mode=0, top=top)
    assert (lenient.items, lenient.orders[0]["audience_id"]) == ({"sent": 1, "kept": 1}, 1)
    assert lenient.rules() == {"omnisegment.member.identifier-options"}
