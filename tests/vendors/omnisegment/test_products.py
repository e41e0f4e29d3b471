"""products, products_name, products_quantity: lists that are paired by position.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Purchase-Data-API
"""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from tests.vendors.omnisegment.omnisegment_tenant import TAKEN, OmniSegmentTenant, body, message

LENGTHS, FOREIGN = "omnisegment.products.list-lengths", "omnisegment.products.unknown-foreign-id"
SWEATER = {"id": "P001", "title": "灰色毛衣", "foreign_ids": {"CRM": "CRM-P001"}}


def lines(omnisegment: OmniSegmentTenant) -> list[tuple[str, Any]]:
    return [(line["product_id"], line["product_quantity"]) for line in omnisegment.orders[-1]["product_lines"]]


@pytest.mark.rule("omnisegment.products.created")
def test_new_products_are_created_with_the_sent_names() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(products="P001,P002", products_name="商品一,Вишиванка", products_quantity="1,2")
    assert omnisegment.state["products"] == [
        {"id": "P001", "title": "商品一"},
        {"id": "P002", "title": "Вишиванка"},
    ]
    assert lines(omnisegment) == [("P001", 1), ("P002", 2)]
    assert omnisegment.rules() == set()


@pytest.mark.rule("omnisegment.products.created")
@pytest.mark.parametrize("first", [" 商品一 , B ", "商品一,B"])
def test_names_with_white_space_around_them_are_held_without_it(first: str) -> None:
    omnisegment = OmniSegmentTenant()
    audit = omnisegment.tenant.audit = Audit(omnisegment.mock.contract)
    omnisegment.order(products="P1,P2", products_name=first)
    for number in ("t-1", "t-2"):
        omnisegment.order(mode=0, transaction_id=number, products="P1, P2", products_name="商品一, B ")
    assert [product["title"] for product in omnisegment.state["products"]] == ["商品一", "B"]
    assert (omnisegment.silent, omnisegment.rules(), audit.to_list()) == (0, set(), [])


@pytest.mark.rule("omnisegment.products.created")
def test_a_new_product_without_a_name_is_named_by_its_id() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(products="P001")
    assert omnisegment.state["products"] == [{"id": "P001", "title": "P001"}]


@pytest.mark.rule("omnisegment.products.name-of-existing")
def test_an_existing_product_keeps_its_name() -> None:
    omnisegment = OmniSegmentTenant(products=[SWEATER])
    omnisegment.order(products="P001,P002", products_name="舊名,商品二")
    assert omnisegment.silent_rules == ["omnisegment.products.name-of-existing"]
    assert omnisegment.state["products"][0] == SWEATER
    assert omnisegment.orders[0]["products_name"] == "灰色毛衣,商品二"


@pytest.mark.rule("omnisegment.products.foreign-ids")
def test_ids_of_other_systems_are_stored_with_the_products() -> None:
    omnisegment = OmniSegmentTenant()
    sent = {"default": "P001,P002", "CRM": "CRM-P001,CRM-P002"}
    omnisegment.order(products=sent)
    assert [product["foreign_ids"] for product in omnisegment.state["products"]] == [
        {"CRM": "CRM-P001"},
        {"CRM": "CRM-P002"},
    ]
    assert omnisegment.orders[0]["products"] == sent


@pytest.mark.rule("omnisegment.products.foreign-ids")
def test_a_product_is_found_by_the_id_of_another_system() -> None:
    omnisegment = OmniSegmentTenant(products=[SWEATER])
    omnisegment.order(products={"CRM": "CRM-P001"}, products_quantity="3")
    assert lines(omnisegment) == [("P001", 3)]
    assert omnisegment.state["products"] == [SWEATER]
    assert omnisegment.rules() == set()


@pytest.mark.rule(FOREIGN)
def test_a_line_of_an_unknown_id_of_another_system_is_lost() -> None:
    products = {"CRM": "CRM-P001,CRM-P404"}
    sent: dict[str, Any] = {"products": products, "products_quantity": "1,2", "products_name": "灰色毛衣,新品"}
    default = OmniSegmentTenant(products=[SWEATER])
    assert default.order(**sent).reply.body == TAKEN
    assert lines(default) == [("P001", 1)]
    assert default.rules() == {FOREIGN}
    strict = OmniSegmentTenant(products=[SWEATER], readings={FOREIGN: "refuse"})
    assert message(strict.order(**sent)) == "Input Error: product not found"
    creating = OmniSegmentTenant(products=[SWEATER], readings={FOREIGN: "create"})
    creating.order(**sent)
    assert lines(creating) == [("P001", 1), ("CRM-P404", 2)]
    made = {"id": "CRM-P404", "title": "新品", "foreign_ids": {"CRM": "CRM-P404"}}
    assert creating.state["products"] == [SWEATER, made]


@pytest.mark.rule(LENGTHS)
@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"products_quantity": "1"}, "size of products_quantity does not match products"),
        ({"products_quantity": "1,2,3"}, "size of products_quantity does not match products"),
        ({"products_name": "毛衣, 灰色,襯衫"}, "size of products_name does not match products"),
        ({"products": {"default": "P1,P2", "CRM": "C1"}}, "size of products.CRM does not match products.default"),
        ({"products": {"ERP": "E1", "CRM": "C1,C2"}}, "size of products.CRM does not match products.ERP"),
        ({"products": None, "products_name": "毛衣"}, "size of products_name does not match products"),
    ],
)
def test_lists_of_different_lengths_lose_the_order(sent: dict[str, Any], text: str) -> None:
    omnisegment = OmniSegmentTenant()
    order = {"products": "P001,P002", **sent}
    assert message(omnisegment.order(**order)) == f"Input Error: {text}"
    assert omnisegment.order(mode=0, **order).reply.body == TAKEN
    assert omnisegment.silent_rules == [LENGTHS]
    assert omnisegment.state["products"] == []


@pytest.mark.rule(LENGTHS)
def test_lists_are_cut_to_the_shortest_under_the_other_reading() -> None:
    omnisegment = OmniSegmentTenant(readings={LENGTHS: "zip-truncate"})
    omnisegment.order(mode=0, products="P001,P002,P003", products_name="一,二", products_quantity="1,2,3")
    assert lines(omnisegment) == [("P001", 1), ("P002", 2)]
    [order] = omnisegment.orders
    assert (order["products"], order["products_name"], order["products_quantity"]) == ("P001,P002", "一,二", "1,2")
    assert omnisegment.silent_rules == [LENGTHS]


@pytest.mark.rule("omnisegment.products.quantity-alone")
@pytest.mark.parametrize("products", [None, "", {}, {"default": ""}])
def test_quantities_without_products_are_an_error(products: Any) -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.order(products=products, products_quantity="1")
    assert message(answer) == "Input Error: products must not be empty"


@pytest.mark.rule("omnisegment.products.quantity-number")
@pytest.mark.parametrize("quantities", ["1,two", "1,", "1,1.5.2", "１,2", "1,1e3", "1,NaN"])
def test_a_quantity_that_is_not_a_number_is_an_error(quantities: str) -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.order(products="P001,P002", products_quantity=quantities)
    assert message(answer) == "Input Error: products_quantity should be numbers separated by commas"


@pytest.mark.rule("omnisegment.products.no-quantity")
def test_a_line_without_a_quantity_is_read_back_with_0() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(products="P001")
    assert body(omnisegment.read())["data"][0]["products"][0]["product_quantity"] == 0


@pytest.mark.rule("omnisegment.products.empty-id")
def test_an_empty_entry_makes_no_line_and_white_space_is_not_part_of_an_id() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(products=" P001 ,,P002")
    assert lines(omnisegment) == [("P001", 0), ("P002", 0)]
    assert omnisegment.rules() == {"omnisegment.products.empty-id"}


@pytest.mark.rule("omnisegment.products.empty-position")
@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"products": "P1,,P3", "products_quantity": "3,4,5"}, "/data/products"),
        ({"products": "P1,P2", "products_name": "毛衣,"}, "/data/products_name"),
        ({"products": {"default": "P1,P2", "CRM": "C1,"}}, "/data/products/CRM"),
        ({"products": {"default": ",P2", "CRM": "C1,C2"}}, "/data/products/default"),
    ],
)
def test_an_empty_position_beside_another_list_loses_the_order(sent: dict[str, Any], place: str) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(**sent).reply.status == 400
    omnisegment.order(mode=0, **sent)
    assert omnisegment.items == {"sent": 2, "refused": 1, "dropped": 1}
    assert (omnisegment.silent_rules, omnisegment.orders) == (["omnisegment.products.empty-position"], [])
    assert omnisegment.ledger["findings"][0]["where"] == [place]


@pytest.mark.rule("omnisegment.purchase.null")
@pytest.mark.parametrize(
    "products", [{"default": "P1,P2", "CRM": None}, {"default": "P1,P2", "CRM": ""}, {"CRM": None, "default": "P1,P2"}]
)
def test_a_null_among_the_lists_is_the_same_as_none(products: Any) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(products=products, products_quantity="3,4")
    assert lines(omnisegment) == [("P1", 3), ("P2", 4)]
    assert omnisegment.ledger["findings"] == []


@pytest.mark.rule("omnisegment.products.foreign-ids")
def test_without_default_ids_the_others_only_find_products() -> None:
    one, two = ({"id": f"P{n}", "title": "x", "foreign_ids": {"CRM": f"C{n}", "ERP": f"E{n}"}} for n in (1, 2))
    omnisegment = OmniSegmentTenant(products=[one, two])
    omnisegment.order(products={"CRM": "C1", "ERP": "E2"})
    omnisegment.order(products={"CRM": "C2", "ERP": "E9"}, transaction_id="B")
    assert omnisegment.state["products"] == [one, two]
    assert [order["product_lines"][0]["product_id"] for order in omnisegment.orders] == ["P1", "P2"]
    assert omnisegment.rules("at-risk") == {"omnisegment.products.several-ids"}
    assert omnisegment.rules("noted") == {"omnisegment.products.foreign-ids"}
    assert omnisegment.silent == 0
    strict = OmniSegmentTenant(products=[one, two], readings={"omnisegment.products.several-ids": "refuse"})
    strict.order(mode=0, products={"CRM": "C1", "ERP": "E2"})
    assert strict.silent_rules == ["omnisegment.products.several-ids"]


@pytest.mark.rule("omnisegment.products.id-moves")
def test_an_id_that_moves_to_another_product_finds_that_one_from_then_on() -> None:
    omnisegment = OmniSegmentTenant(products=[{"id": "P1", "title": "x", "foreign_ids": {"CRM": "C1", "ERP": "E1"}}])
    omnisegment.order(mode=0, products={"default": "P2", "CRM": "C1"})
    assert omnisegment.state["products"] == [
        {"id": "P1", "title": "x", "foreign_ids": {"ERP": "E1"}},
        {"id": "P2", "title": "P2", "foreign_ids": {"CRM": "C1"}},
    ]
    assert omnisegment.silent_rules == ["omnisegment.products.id-moves"]
    omnisegment.order(transaction_id="B", products={"CRM": "C1"})
    assert lines(omnisegment) == [("P2", 0)]


@pytest.mark.rule("omnisegment.products.id-moves")
def test_the_later_of_two_ids_of_one_product_in_an_order_is_held() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(mode=0, products={"default": "P1,P1", "CRM": "C1,C2"})
    assert omnisegment.state["products"] == [{"id": "P1", "title": "P1", "foreign_ids": {"CRM": "C2"}}]
    assert omnisegment.silent == 1


MOVES = "omnisegment.products.id-moves"
P1, P2 = {"default": "P1", "CRM": "C1"}, {"default": "P2", "CRM": "C1"}
ANEW, OTHER = {"default": "P1", "CRM": "C9"}, {"default": "P1", "ERP": "E1"}


@pytest.mark.rule(MOVES)
@pytest.mark.parametrize(
    ("orders", "lost", "held"),
    [
        ([P1, ANEW], [0], {"P1": {"CRM": "C9"}}),
        ([P1, ANEW, P1], [1], {"P1": {"CRM": "C1"}}),
        ([P1, P1, ANEW], [0, 1], {"P1": {"CRM": "C9"}}),
        ([P1, OTHER], [], {"P1": {"CRM": "C1", "ERP": "E1"}}),
        ([P1, P2], [0], {"P1": None, "P2": {"CRM": "C1"}}),
        ([P1, P2, ANEW], [0], {"P1": {"CRM": "C9"}, "P2": {"CRM": "C1"}}),
        ([P1, P2, P1], [1], {"P1": {"CRM": "C1"}, "P2": None}),
        ([{"default": "P1,P2", "CRM": "C1,C1"}], [0], {"P1": None, "P2": {"CRM": "C1"}}),
        ([{"default": "P1,P1,P1", "CRM": "C1,C9,C1"}], [0], {"P1": {"CRM": "C1"}}),
    ],
)
def test_a_foreign_id_replaced_within_one_request_is_lost_unless_it_is_held_in_the_end(
    orders: list[dict[str, str]], lost: list[int], held: dict[str, Any]
) -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.batch(*({"transaction_id": f"T{number}", "products": sent} for number, sent in enumerate(orders)))
    assert {product["id"]: product.get("foreign_ids") for product in omnisegment.state["products"]} == held
    assert omnisegment.silent == len(lost)
    places = [place for found in omnisegment.ledger["findings"] if found["loses"] for place in found["where"]]
    assert sorted(places) == [f"/data/{number}/products/CRM" for number in lost]


@pytest.mark.rule(MOVES)
@pytest.mark.parametrize(
    ("orders", "lost", "noted", "held"),
    [
        ([P1, ANEW], 0, 1, {"P1": {"CRM": "C9"}}),
        ([P1, P1], 0, 0, {"P1": {"CRM": "C1"}}),
        ([P1, OTHER], 0, 0, {"P1": {"CRM": "C1", "ERP": "E1"}}),
        ([P1, P2], 1, 0, {"P1": None, "P2": {"CRM": "C1"}}),
        ([P1, {"default": "P2,P1", "CRM": "C1,C9"}], 0, 1, {"P1": {"CRM": "C9"}, "P2": {"CRM": "C1"}}),
        ([P1, {"default": "P2,P1", "CRM": "C1,C1"}], 1, 0, {"P1": {"CRM": "C1"}, "P2": None}),
        ([P1, {"default": "P1,P1", "CRM": "C8,C9"}], 1, 1, {"P1": {"CRM": "C9"}}),
    ],
)
@pytest.mark.parametrize("mode", [0, 1])
def test_a_foreign_id_changed_by_another_request_is_an_update_and_a_removed_one_is_a_loss(
    mode: int, orders: list[dict[str, str]], lost: int, noted: int, held: dict[str, Any]
) -> None:
    omnisegment = OmniSegmentTenant()
    for number, sent in enumerate(orders):
        omnisegment.order(mode=mode, transaction_id=f"T{number}", products=sent)
    assert {product["id"]: product.get("foreign_ids") for product in omnisegment.state["products"]} == held
    assert omnisegment.silent == lost
    found = [each["count"] for each in omnisegment.ledger["findings"] if each["outcome"] == "noted"]
    assert sum(found) == noted


@pytest.mark.rule(MOVES)
def test_an_import_of_a_product_with_another_id_updates_it() -> None:
    omnisegment = OmniSegmentTenant()
    product = {"title": "x", "link": "https://x", "availability": "in stock", "image_link": "https://x", "price": "1"}
    for sent in (P1, ANEW, {"default": "P2", "CRM": "C9"}):
        omnisegment.post("importProduct", {**product, "id": sent})
    assert [each.get("foreign_ids") for each in omnisegment.state["products"]] == [None, {"CRM": "C9"}]
    assert (omnisegment.silent_rules, omnisegment.rules("noted")) == ([MOVES], {MOVES})


@pytest.mark.rule(FOREIGN)
@pytest.mark.parametrize(("listed", "lost"), [("C1,C2", 1), ("C8,C1,C9", 2), ("C8", 1)])
def test_each_line_that_finds_no_product_is_lost(listed: str, lost: int) -> None:
    omnisegment = OmniSegmentTenant(products=[{"id": "P1", "title": "毛衣", "foreign_ids": {"CRM": "C1"}}])
    numbers = ",".join("3" for _ in listed.split(","))
    omnisegment.order(mode=0, products={"CRM": listed}, products_quantity=numbers)
    assert omnisegment.silent == lost
    [found] = [found for found in omnisegment.ledger["findings"] if found["loses"]]
    assert (found["outcome"], found["rule"], found["count"]) == ("dropped", FOREIGN, lost)
    assert set(found["where"]) == {"/data/products/CRM"}
    [order] = omnisegment.orders
    assert (order["products"], order["products_quantity"]) == ({"CRM": listed}, numbers)
    line = {"product_id": "P1", "product_quantity": 3}
    assert order["product_lines"] == ([line] if "C1" in listed else [])


@pytest.mark.rule(FOREIGN, "omnisegment.resend.omitted-fields")
def test_lists_of_a_resent_order_stay_aligned_with_products_that_are_not_found() -> None:
    omnisegment = OmniSegmentTenant(products=[{"id": "P1", "title": "毛衣", "foreign_ids": {"CRM": "C1"}}])
    omnisegment.order(products="P1", products_name="毛衣", products_quantity="3")
    omnisegment.order(products={"CRM": "C9,C1"})
    [order] = omnisegment.orders
    assert (order["products_name"], order["products_quantity"]) == (",毛衣", "0,3")
    assert lines(omnisegment) == [("P1", 3)]


@pytest.mark.rule("omnisegment.products.created")
def test_a_repeated_new_product_is_created_once() -> None:
    omnisegment = OmniSegmentTenant()
    omnisegment.order(mode=0, products="P001,P001", products_name="一,二", products_quantity="1,2")
    assert omnisegment.state["products"] == [{"id": "P001", "title": "一"}]
    assert omnisegment.silent_rules == ["omnisegment.products.name-of-existing"]


@pytest.mark.rule("omnisegment.products.name-of-existing")
def test_a_lost_order_is_not_also_charged_with_its_product_names() -> None:
    omnisegment = OmniSegmentTenant(products=[{"id": "P1", "title": "毛衣"}])
    omnisegment.order(mode=0, products="P1", products_name="Sweater", transaction_status="DONE")
    assert omnisegment.silent == 1
