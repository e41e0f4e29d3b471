"""Products, one a call, processed after the answer."""

from __future__ import annotations

from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, OutcomeKind
from mockservers.vendors.omnisegment.coercing import NOTHING, coerce
from mockservers.vendors.omnisegment.custom import custom_value, ignore, is_custom
from mockservers.vendors.omnisegment.deciding import opened, postpone
from mockservers.vendors.omnisegment.holding import COLLECTIONS, PRODUCTS
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.lines import DEFAULT
from mockservers.vendors.omnisegment.parsing import ENVELOPES, body_of
from mockservers.vendors.omnisegment.product_ids import note_ids
from mockservers.vendors.omnisegment.trimming import pruned
from mockservers.vendors.omnisegment.twice import Place

SCHEMA = "#/components/schemas/ProductData"
PLACE = Place(PRODUCTS, SCHEMA, dict)


def import_product(call: Call, view: View) -> Decision:
    """One product, processed after the answer."""
    draft = Draft(view, COLLECTIONS)
    refused = opened(draft, call, ENVELOPES[call.operation])
    if refused is not None:
        return refused
    return postpone(draft, call, "products", "omnisegment.product.background", site=body_of(call).get("site"))


def process_product(item: Item, sent: Any, site: str | None, lost: OutcomeKind) -> str:
    """Hold a product, or file it as lost; then the vendor's text is returned, else an empty one."""
    validator = item.draft.contract.validator(SCHEMA)
    said = coerce(item, "omnisegment.product.types", validator, pruned(sent))
    for found in item.violations(validator, said):
        item.breaks(found)
    custom = _unlisted(item, said) if isinstance(said, dict) else {}
    product_id, foreign = _ids(said.get("id")) if isinstance(said, dict) else ("", {})
    if not item.problems and not product_id:
        item.lacks("omnisegment.product.required", f"id.{DEFAULT}", "id", DEFAULT)
    if item.problems:
        if site:
            item.lost_beside("omnisegment.product.background", "site", given=site)
        return item.fail(lost)
    held = item.draft.get(PRODUCTS, product_id)
    known = {name: value for name, value in said.items() if name in validator.shape.properties and name != "id"}
    product = {**(held or {}), "id": product_id, **known, **custom, **({"site": site} if site else {})}
    _not_emptied(item, sent, held or {}, {*known, *custom})
    item.draft.put(PRODUCTS, product)
    note_ids(item, product, foreign, "id")
    item.held("kept" if held is None else "updated", "", PLACE, product_id, product)
    return ""


def _not_emptied(item: Item, sent: dict[str, Any], held: Document, said: set[str]) -> None:
    """What a product that is held is sent empty stays."""
    for name, value in sent.items():
        if name not in said and name != "id" and held.get(name) is not None and value in ("", None):
            item.note("ignored", "omnisegment.product.empty-value", name, field=name, held=held[name])


def _unlisted(item: Item, said: dict[str, Any]) -> dict[str, Any]:
    """Custom fields as they are held; other keys that the page does not list are ignored."""
    custom: dict[str, Any] = {}
    for at, value in item.draft.contract.validator(SCHEMA).unknown(said):
        name = str(at[0])
        if not is_custom(item, "product", name):
            ignore(item, *at)
            continue
        held = custom_value(item, "product", name, value, name)
        if held is not NOTHING:
            custom[name] = held
    return custom


def _ids(given: Any) -> tuple[str, dict[str, str]]:
    """The vendor's own id of a product, and those of other systems."""
    if isinstance(given, dict):
        own = given.get(DEFAULT)
        return own if isinstance(own, str) else "", {
            system: name for system, name in given.items() if system != DEFAULT
        }
    return given if isinstance(given, str) else "", {}
