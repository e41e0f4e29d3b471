"""Plain orders: orders without anything to convert, strip, refuse or note, before their member is looked up.

Of a plain order every key is listed, every value is valid and of the page's form, and its lists pair off products that
are all known by these names. The envelope of a plain import has nothing to refuse either. A schema derived from the
contract recognises each. All others take the slow path (order_checks.py, order_lines.py; envelope.py), which explains
errors. Property tests compare the decisions of both paths.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count, repeat
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Shape, Validator, at_place
from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call, Json
from mockservers.core.values.surrogates import has_surrogate
from mockservers.vendors.omnisegment.modes import DEFAULT_MODE, modes_at_once, modes_in_background
from mockservers.vendors.omnisegment.order_checks import SCHEMA, Order, has_form_of_page
from mockservers.vendors.omnisegment.order_lines import Line, LinePlan
from mockservers.vendors.omnisegment.pruning import pruned
from mockservers.vendors.omnisegment.requests import ENVELOPES, required_keys
from mockservers.vendors.omnisegment.state import PRODUCTS
from mockservers.vendors.omnisegment.values import FEW_DIGITS, entries

_STATED = {"not": {"enum": [None, ""]}}
_NOT_EMPTY = {"minLength": 1}
_TEXT = {"type": "string", **_NOT_EMPTY}


# -- the envelope ----------------------------------------------------------------------------------------------------


def is_plain_import(call: Call, contract: Contract) -> bool:
    """Whether a call imports one order of a member in the background, with a valid envelope."""
    body = call.body
    return (
        isinstance(body, Json)
        and not body.duplicates
        and call.content_type == contract.value("omnisegment.request.content-type", "type")
        and _plain_import(contract).valid(body.value)
        and not has_surrogate(body.value)
    )


@lru_cache(maxsize=64)
def _plain_import(contract: Contract) -> Validator:
    """The schema of a body with a valid envelope and an order with all required keys."""
    envelope, at_once = ENVELOPES["importPurchaseData"].reference, modes_at_once(contract)
    modes = [mode for mode in modes_in_background(contract) if mode not in at_once]
    stated = [*required_keys(contract, SCHEMA), "member_sn"]
    data = {"type": "object", "required": stated, "properties": dict.fromkeys(stated, _STATED)}
    required, known = required_keys(contract, envelope), contract.validator(envelope).shape.properties
    keys = {**dict.fromkeys(required, _TEXT), "debug_mode": {"enum": modes}, "data": data}
    schema = {
        "type": "object",
        "required": required if contract.resolve(DEFAULT_MODE) in modes else [*required, "debug_mode"],
        "properties": {name: schema for name, schema in keys.items() if name in known},
        "additionalProperties": False,
    }
    return Validator(schema, file="openapi.yaml")


# -- the order -------------------------------------------------------------------------------------------------------


def plain_order(draft: Draft, sent: Any) -> Order | None:
    """Return a plain order, without its member. None for any other order."""
    if not _plain_data(draft.contract).valid(sent) or not has_form_of_page(draft, sent["datetime"]):
        return None
    plan = _plain_lines(draft, sent)
    return None if plan is None else Order(sent, pruned(sent), plan=plan)


def _plain_lines(draft: Draft, sent: dict[str, Any]) -> LinePlan | None:
    """Return the lines of lists that pair off, where each product is known by the name that it has in the order."""
    ids, names = entries(sent["products"]), entries(sent["products_name"])
    quantities = list(map(int, sent["products_quantity"].split(",")))
    if not (len(ids) == len(names) == len(quantities) and all(ids) and all(names)):
        return None
    if sent.get("quantities") not in (None, sum(quantities)):
        return None
    products = [draft.get(PRODUCTS, product_id) for product_id in ids]
    if [product and product["title"] for product in products] != names:
        return None
    lines = list(map(Line, ids, names, quantities, repeat({}), products, count()))
    return LinePlan(lines, {"products_name": ",".join(names)}, len(ids))


@lru_cache(maxsize=64)
def _plain_data(contract: Contract) -> Validator:
    """The schema of a plain order, as far as a schema can express it."""
    beyond = 10 ** min(contract.value("omnisegment.purchase.revenue", "digits"), FEW_DIGITS)
    plain = {
        "required": ["datetime", "products", "products_name", "products_quantity"],
        "properties": {
            "datetime": {"type": "string"},
            "transaction_revenue": {"exclusiveMinimum": -beyond, "exclusiveMaximum": beyond},
            "products": {"type": "string"},
            "products_name": {"type": "string"},
            "products_quantity": _quantities(contract.value("omnisegment.products.quantity-number", "digits")),
            "shipping_address": {"properties": {"address1": _NOT_EMPTY}},
            "voucher": {"items": {"properties": {"voucher_name": _NOT_EMPTY}}},
        },
    }
    listed = _listed_keys(contract.validator(SCHEMA).shape)
    return Validator(contract.with_components({"allOf": [at_place(SCHEMA), listed, plain]}), file="openapi.yaml")


def _quantities(digits: int) -> Any:
    """The schema of a list of quantities with at most this number of digits; it allows no text if that is 0."""
    quantity = f" *[0-9]{{1,{min(digits, FEW_DIGITS)}}} *"
    return {"type": "string", "pattern": f"^{quantity}(?:,{quantity})*$"} if digits else False


def _listed_keys(shape: Shape, *above: Shape) -> Any:
    """The schema of values without other keys than those of a shape, at any level."""
    if any(shape is each for each in above):  # a recursive shape, which no finite schema expresses
        return False
    schema: dict[str, Any] = {}
    if not shape.free:
        inner = {key: _listed_keys(each, shape, *above) for key, each in shape.properties.items()}
        schema = {"properties": inner, "additionalProperties": False}
    return schema if shape.items is None else {**schema, "items": _listed_keys(shape.items, shape, *above)}
