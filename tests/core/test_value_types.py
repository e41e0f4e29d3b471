"""Values of rules have declared types: a wrong one stops the start, and whatever passes can be obeyed by every call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.loading import data_directory, value_types
from mockservers.core.contract.rule_values import check_values
from mockservers.core.contract.value_types import Types
from mockservers.core.errors import ContractError
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import load_contract, vendor
from tests.asking import NOW, VENDORS, contract
from tests.overlays import edited, put
from tests.sending import Sending
from tests.traffic import sendings

ZONE = "fanship.ingestion.next-morning/values/zone"

WRONG: list[tuple[str, str, Any, str, str]] = [
    # vendor, place below /rules, value, reason, fix
    ("fanship", "fanship.ingestion.next-morning/values/hour", "25:99", '"25:99" is not a time of day', "HH:MM"),
    ("fanship", "fanship.ingestion.next-morning/values/hour", 5, "5 is not a time of day", "HH:MM"),
    ("fanship", ZONE, "mars", '"mars" is not a time zone', "Asia/Tokyo"),
    ("fanship", ZONE, "+9", '"+9" is not a time zone', "+09:00"),
    ("fanship", ZONE, "Asia", '"Asia" is not a time zone', "Asia/Tokyo"),
    ("fanship", ZONE, "../../etc/passwd", "is not a time zone", "Asia/Tokyo"),
    ("fanship", "fanship.upload.no-size-limit/values/line_bytes", 0, "0 is not a number of bytes", "20480"),
    ("omnisegment", "omnisegment.batch.background/values/delay", "soon", '"soon" is not a length of time', "PT5M"),
    ("omnisegment", "omnisegment.batch.background/values/delay", "P9999999D", "is not a length of time", "PT5M"),
    ("omnisegment", "omnisegment.member.phone-format/values/pattern", "[+", '"[+" is not a regular expression', "Fix"),
    ("omnisegment", "omnisegment.audience.headless/values/by", ["fax"], '"fax" is not one of', "The mock knows these"),
    (
        "zangsho",
        "zangsho.instant.without-zone/values/zones/utc",
        "mars",
        'is not a time zone for each of utc, taipei: "mars" is not a time zone',
        "IANA names",
    ),
    ("esputnik", "esputnik.event.size/values/bytes", "20 kB", '"20 kB" is not a number of bytes', "20480 for 20 kB"),
    ("esputnik", "esputnik.time.account-zone/values/zone", None, "null is not a time zone", "IANA"),
    ("zangsho", "zangsho.amount.places/values/places", "two", '"two" is not a number of decimal places', "0 to 30"),
    ("zangsho", "zangsho.amount.negative/values/fields", "amount", '"amount" is not a list of amounts', "each once"),
    (
        "zangsho",
        "zangsho.list.pages/values/most",
        {"$ref": "openapi.yaml#/info/title"},
        "would contradict openapi.yaml#/components/parameters/PerPage/schema/maximum",
        "edit /components/parameters/PerPage/schema/maximum of openapi.yaml",
    ),
    ("zangsho", "zangsho.batch.most-items/values/limit", 50, "50 would contradict openapi.yaml#/", "$ref"),
    ("zangsho", "zangsho.batch.conflict-key/values/customers", "phone", '"phone" is not email', "Fix: put it back."),
    ("omnisegment", "omnisegment.member.identifier-options/values/default", "phone", "is not member_sn", "Fix: put it"),
    ("esputnik", "esputnik.order.own-ids/values/names", ["orderID"], '"orderID" is not one of', "The mock sets these"),
    (
        "zangsho",
        "zangsho.amount.places/values/plaices",
        2,
        "the mock does not use this value",
        "Did you mean 'places'?",
    ),
    ("zangsho", "zangsho.batch.status/values", {"limit": 2}, "the mock does not use this value", "Fix:"),
]


@pytest.mark.parametrize(("name", "place", "value", "reason", "fix"), WRONG)
def test_a_wrong_value_stops_the_start_with_file_place_reason_and_fix(
    tmp_path: Path, name: str, place: str, value: Any, reason: str, fix: str
) -> None:
    with pytest.raises(ContractError) as stopped:
        load_contract(name, edited(tmp_path, name, "rules.yaml", put(f"/rules/{place}", value)))
    wrong = stopped.value
    assert wrong.file == f"{name}/rules.yaml"
    assert wrong.pointer.startswith(f"/rules/{place}")
    assert reason in wrong.reason
    assert fix in wrong.fix


@pytest.mark.parametrize("name", [*VENDORS, "mockservers"])
def test_every_value_of_every_rule_has_a_type(name: str) -> None:
    typed = {(rule, value) for rule, values in types(name).items() for value in values}
    rules = contract(VENDORS[0]).common if name == "mockservers" else contract(name).rules
    assert typed == {(rule.id, value) for rule in rules.values() for value in rule.values}


MISTAKES = [
    # what stands in values.yaml, place, reason, fix
    ("acme.order.size: {limit: conut}", "/acme.order.size/limit", "there is no type 'conut'", "Did you mean 'count'?"),
    ("acme.order.size: {}", "/acme.order.size", "less than 1 propert", "See contracts/schema/values.schema.json"),
    ("acme.order.size: {limit: {type: integer}}", "/acme.order.size/limit", "anyOf", "See contracts/schema"),
    (
        "acme.order.size: {limit: {title: a size, description: Give digits., type: number-ish}}",
        "/acme.order.size/limit",
        "it is not a valid schema",
        "correct the keyword",
    ),
    (
        "acme.order.size: {limit: {title: a day, description: Give it., type: string, format: day}}",
        "/acme.order.size/limit",
        "unknown format 'day'",
        "hour",
    ),
]


@pytest.mark.parametrize(("content", "place", "reason", "fix"), MISTAKES)
def test_a_value_type_that_checks_nothing_stops_the_start(
    tmp_path: Path, content: str, place: str, reason: str, fix: str
) -> None:
    (tmp_path / "values.yaml").write_text(content, "utf-8")
    with pytest.raises(ContractError) as stopped:
        value_types("acme", tmp_path)
    assert (stopped.value.file, stopped.value.pointer) == ("acme/values.yaml", place)
    assert reason in stopped.value.reason
    assert fix in stopped.value.fix


def test_the_value_types_of_a_vendor_may_refer_to_the_shared_ones(tmp_path: Path) -> None:
    pair = '{title: two zones, description: Give two., type: array, items: {$ref: "#/$defs/zone"}, minItems: 2}'
    (tmp_path / "values.yaml").write_text(f"acme.order.day: {{zones: {pair}}}", "utf-8")
    declared = value_types("acme", tmp_path)

    check_values("acme", {"acme.order.day": {"values": {"zones": ["+09:00", "Asia/Tokyo"]}}}, declared, str)
    with pytest.raises(ContractError, match=r'is not two zones: "mars" is not a time zone. Give two\.'):
        check_values("acme", {"acme.order.day": {"values": {"zones": ["+09:00", "mars"]}}}, declared, str)


def test_a_type_of_an_unknown_rule_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("acme.order.sise: {limit: count}", "utf-8")
    with pytest.raises(ContractError, match=r"rules.yaml has no such rule. Did you mean 'acme.order.size'\?"):
        check_values("acme", {"acme.order.size": {}}, value_types("acme", tmp_path), str)


@pytest.mark.parametrize("name", ["zangsho", "mockservers"])
def test_an_overlay_cannot_replace_the_value_types(tmp_path: Path, name: str) -> None:
    """Not even if another file of the folder mentions it."""
    (tmp_path / name).mkdir()
    ours = data_directory("contracts") / name
    (tmp_path / name / "rules.yaml").write_text(
        f"# See values.yaml.\n{(ours / 'rules.yaml').read_text('utf-8')}", "utf-8"
    )
    (tmp_path / name / "values.yaml").write_text((ours / "values.yaml").read_text("utf-8"), "utf-8")
    load_contract("zangsho", tmp_path)
    (tmp_path / name / "values.yaml").write_text("zangsho.amount.places: {places: count}", "utf-8")
    with pytest.raises(ContractError, match=r"no file overrides them\. Fix: delete it, and edit the values in rules"):
        load_contract("zangsho", tmp_path)


# -- zones --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "place", "offset", "iana"),
    [
        ("fanship", ZONE, "+09:00", "Asia/Tokyo"),
        ("omnisegment", "omnisegment.purchase.datetime-zone/values/zone", "+08:00", "Asia/Taipei"),
        ("esputnik", "esputnik.time.account-zone/values/zone", "+02:00", "Europe/Kyiv"),
        ("zangsho", "zangsho.instant.without-zone/values/zones/taipei", "+08:00", "Asia/Taipei"),
        ("zangsho", "zangsho.list.filters/values/zone", "+00:00", "UTC"),
    ],
)
def test_a_zone_by_name_gives_the_same_answers_as_its_offset(
    tmp_path: Path, name: str, place: str, offset: str, iana: str
) -> None:
    """In January, when Kyiv is two hours ahead of UTC."""
    came = []
    for zone in (offset, iana):
        changed = load_contract(name, edited(tmp_path, name, "rules.yaml", put(f"/rules/{place}", zone)))
        came.append(replies(changed, traffic(name)))
    assert came[0] == came[1]


# -- every value --------------------------------------------------------------------------------------------------

OTHERS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 0.5, 1e400, 10**12, 10**30),
    *(
        "",
        " ",
        "x",
        "25:99",
        "mars",
        "Asia/Tokyo",
        "-12:00",
        "PT1S",
        "P366D",
        "P9999999D",
        "[+",
        "(a+)+$",
        "日本",
        "a/b",
    ),
    *(
        [],
        [None],
        [1],
        ["x"],
        ["email", "email"],
        [["x"]],
        {},
        {"x": "y"},
        {"customers": "x"},
        [{"param": "x", "field": "id"}],
    ),
)


ENOUGH = 5
"""Values of one rule that are tried: texts of the right type are as good as one another."""


def mutations() -> Iterator[tuple[str, str, str]]:
    for name in VENDORS:
        for rule in contract(name).rules.values():
            for value in rule.values:
                yield name, rule.id, value


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "rule", "value"), list(mutations()))
def test_a_value_of_another_type_stops_the_start_or_is_obeyed_by_every_call(name: str, rule: str, value: str) -> None:
    """A client gets an exception in the core as a 500."""
    taken = [changed for other in OTHERS if (changed := with_value(name, rule, value, other))]
    assert len(taken) < len(OTHERS), "it has no type"
    for changed in taken[:ENOUGH]:
        assert all(status < 500 or status == 503 for status in replies(changed, traffic(name)))


def with_value(name: str, rule: str, value: str, other: Any) -> Contract | None:
    """The contract with another value of a rule; None where it stops the start."""
    ours = contract(name)
    rules = ours.files["rules.yaml"]["rules"]
    spec = {**rules[rule], "values": {**rules[rule]["values"], value: other}}
    changed = {**rules, rule: spec}
    try:
        made = Contract(name, {**ours.files, "rules.yaml": {**ours.files["rules.yaml"], "rules": changed}})
        made.common = ours.common
        check_values(name, changed, types(name), made.resolve)
    except ContractError:
        return None
    return made


@cache
def types(name: str) -> Types:
    """The types that a vendor's contract declares, or that of the harness's own rules."""
    return value_types(name, data_directory("contracts") / name)


@cache
def traffic(name: str) -> tuple[Sending, ...]:
    """A few calls of each operation of a vendor, the same each time."""
    found: list[Sending] = []

    @settings(max_examples=60, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(st.one_of([sendings(name, operation) for operation in contract(name).operations]))
    def collect(sending: Sending) -> None:
        found.append(sending)

    collect()
    return tuple(found)


def replies(changed: Contract, calls: tuple[Sending, ...]) -> list[int]:
    """The status of each answer of a mock with this contract, jobs done a week later included."""
    mock = Mock(vendor(changed.vendor), changed)
    tenant = mock.create(now=NOW, frozen=True)
    credentials: Mapping[str, str] = tenant.credentials
    statuses = [mock.handle(call.about, call.path, call.by(credentials)).reply.status for call in calls]
    tenant.advance_to(NOW + timedelta(days=7))
    return statuses
