"""Products, one in a request, processed in the background."""

from __future__ import annotations

from typing import Any

from mockservers.core.contract.violation_words import type_of
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, OutcomeKind
from mockservers.vendors.omnisegment.batch_writes import RecordType
from mockservers.vendors.omnisegment.custom_fields import custom_value, ignore_unknown_key, is_custom
from mockservers.vendors.omnisegment.envelope import refuse_envelope
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.modes import postpone
from mockservers.vendors.omnisegment.product_ids import OWN_SYSTEM, assign_ids
from mockservers.vendors.omnisegment.pruning import pruned
from mockservers.vendors.omnisegment.requests import import_request
from mockservers.vendors.omnisegment.state import COLLECTIONS, PRODUCTS
from mockservers.vendors.omnisegment.type_conversion import NOTHING, as_type, convert_types

SCHEMA = "#/components/schemas/ProductData"
_SITE = "#/components/schemas/ProductImport/properties/site"
PRODUCT_RECORDS = RecordType(PRODUCTS, SCHEMA, dict, "product")


def import_product(call: Call, view: View) -> Decision:
    """Import one product, processed after the answer."""
    draft, request = Draft(view, COLLECTIONS), import_request(call)
    refusal = refuse_envelope(draft, request)
    if refusal is not None:
        return refusal
    return postpone(draft, request, "products", "omnisegment.product.background", site=request.body.get("site"))


def process_product(item: Item, sent: Any, site: Any, lost: OutcomeKind) -> str:
    """Store a product, or file it as `lost`. Return the vendor's error text, empty if it is stored."""
    validator = item.draft.contract.validator(SCHEMA)
    document = convert_types(item, "omnisegment.product.types", validator, pruned(sent))
    for violation in item.violations(validator, document):
        item.add_violation(violation)
    custom = _read_custom_fields(item, sent) if isinstance(sent, dict) else {}
    product_id, foreign_ids = _split_ids(document.get("id")) if isinstance(document, dict) else ("", {})
    site_sent, site = site, _read_site(item, site)
    if not item.problems and not product_id:
        item.add_missing("omnisegment.product.required", f"id.{OWN_SYSTEM}", "id", OWN_SYSTEM)
    if item.problems:
        if site_sent and item.first_problem.at != "/site":
            item.note_beside("ignored", "omnisegment.product.background", "site", given=site_sent)
        return item.fail(lost)
    stored = item.draft.get(PRODUCTS, product_id)
    known = {name: value for name, value in document.items() if name in validator.shape.properties and name != "id"}
    product = {**(stored or {}), "id": product_id, **known, **custom, **({"site": site} if site else {})}
    _note_empty_values(item, sent, stored or {}, {*known, *custom})
    item.draft.put(PRODUCTS, product)
    assign_ids(item, product, foreign_ids, "id")
    item.stored("kept" if stored is None else "updated", "", PRODUCT_RECORDS, product_id, product)
    return ""


def _read_site(item: Item, site: Any) -> Any:
    """Return the site of a product, a key of the envelope. A wrong value is added to the item's problems."""
    for violation in item.violations(item.draft.contract.validator(_SITE), site)[:1]:
        rule_id, value = "omnisegment.product.types", as_type(violation)
        if value is NOTHING or item.draft.reading(rule_id) == "refuse":
            item.add_violation(violation, "site", place="/site")
            return None
        problem = f"site is {type_of(site)}, and is kept as {type_of(value)}"
        item.note_beside("coerced", rule_id, "site", given=site, problem=problem)
        return value
    return site


def _note_empty_values(item: Item, sent: dict[str, Any], stored: Document, known: set[str]) -> None:
    """Note the empty values of a sent product: the stored values stay."""
    for name, value in sent.items():
        if name not in known and name != "id" and stored.get(name) is not None and value in ("", None):
            item.note(
                "ignored",
                "omnisegment.product.empty-value",
                name,
                differs=value is not None,
                field=name,
                held=stored[name],
            )


def _read_custom_fields(item: Item, sent: dict[str, Any]) -> dict[str, Any]:
    """Return the custom fields as they are stored; ignore other keys that the page does not list."""
    custom: dict[str, Any] = {}
    for at, value in item.draft.contract.validator(SCHEMA).unknown(sent):
        name = str(at[0])
        if not is_custom(item, "product", name):
            ignore_unknown_key(item, value, *at)
            continue
        stored_value = custom_value(item, "product", name, pruned(value), name)
        if stored_value is not NOTHING:
            custom[name] = stored_value
    return custom


def _split_ids(ids: Any) -> tuple[str, dict[str, str]]:
    """Return the vendor's own id of a product, and its ids in other systems."""
    if isinstance(ids, dict):
        own = ids.get(OWN_SYSTEM)
        return own if isinstance(own, str) else "", {
            system: name for system, name in ids.items() if system != OWN_SYSTEM
        }
    return ids if isinstance(ids, str) else "", {}
