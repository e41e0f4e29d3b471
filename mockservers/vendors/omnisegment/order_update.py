"""An order that is sent again: which values of the earlier version stay, level by level, and which are lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.core.values.equality import contains
from mockservers.core.values.json_text import pointer, value_at
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.member_history import is_earlier
from mockservers.vendors.omnisegment.order_checks import Order
from mockservers.vendors.omnisegment.order_lines import LinePlan
from mockservers.vendors.omnisegment.pruning import At, empties
from mockservers.vendors.omnisegment.values import amount, entries, exact

STATUS = "transaction_status"
_MEMBER_FIELDS = frozenset(
    {"member_sn", "source_id", "source_system", "line_id", "phone", "email", "messenger_psid", "audience_id"}
)
"""Only the last version of an order determines its member."""
_NOBODY = "nobody"
_LISTS = ("products", "products_name", "products_quantity")
_UNCOUNTED = frozenset({"product_lines", "products_name", *_MEMBER_FIELDS})
"""Fields whose loss is counted with another field, or that are stored elsewhere: products have the names."""


def update_order(item: Item, order: Order, new: dict[str, Any], earlier: Document | None) -> Document:
    """Return an order as it is stored after a new version: `new`, completed from `order`."""
    status = new.get(STATUS) or _omitted_status(item, earlier)
    if earlier is None:
        return {**new, STATUS: status}
    _note_differences(item, new, earlier)
    blank = [name for name in new if earlier.get(name) and _is_empty(name, new[name])]
    derived = ["product_lines"] if "products" in blank else []
    new = {name: value for name, value in new.items() if name not in (*blank, *derived)}
    merge = OrderMerge(item, order.sent, {*empties(order.sent), *order.emptied, *((name,) for name in blank)})
    if order.plan is not None and "product_lines" in new:
        merge.restore_lines(new, earlier, order.plan)
    dropped = {STATUS} if _owner(new) == _owner(earlier) != _NOBODY else {STATUS, *_MEMBER_FIELDS}
    if "product_lines" in new:
        dropped |= {"products_quantity", "products_name"}
    remaining = {name: value for name, value in earlier.items() if name not in dropped}
    document = merge.merge_objects(new, remaining, ())
    merge.file_losses()
    return {**document, STATUS: status}


def _is_empty(name: str, value: Any) -> bool:
    """Whether a value is an empty object or list, or a comma-separated list of empty entries."""
    if name in _LISTS:
        lists = value.values() if isinstance(value, dict) else [value]
        return not any(any(entries(joined)) for joined in lists)
    return name != "product_lines" and value in ({}, [])


def _omitted_status(item: Item, earlier: Document | None) -> str:
    default: str = item.draft.value("omnisegment.purchase.status", "default")
    earlier_status = default if earlier is None else earlier.get(STATUS, default)
    if earlier_status == default:
        return default
    if item.draft.reading("omnisegment.resend.omitted-status") == "keep":
        return str(earlier_status)
    differs = not item.sent_before(STATUS)
    values = {"held": earlier_status, "given": default}
    item.note("overwritten", "omnisegment.resend.omitted-status", STATUS, differs=differs, **values)
    return default


def _note_differences(item: Item, new: Mapping[str, Any], earlier: Document) -> None:
    if is_earlier(item.draft, new, earlier):
        values = {"given": new["datetime"], "held": earlier["datetime"]}
        item.note("noted", "omnisegment.resend.last-arrival-wins", "datetime", **values)
    if _owner(new) != _owner(earlier):
        values = {"given": _owner(new), "held": _owner(earlier)}
        item.note("noted", "omnisegment.resend.other-member", **values)


def _owner(order: Document) -> str:
    name = order.get("member_sn") or order.get("audience_id")
    return str(name) if name is not None else _NOBODY


class OrderMerge:
    """Merges a new version of an order with the earlier one, by the same rule on every level."""

    def __init__(self, item: Item, sent: Mapping[str, Any], emptied: set[At]) -> None:
        self._item = item
        self._sent = sent
        self._emptied = emptied
        self._lost: list[At] = []

    def _keeps_uncounted(self) -> bool:
        """Whether omitted fields with an uncounted loss stay: their reading needs no at-risk check."""
        return self._item.draft.view.form("omnisegment.resend.omitted-fields") == "merge"

    def _keeps_omitted(self) -> bool:
        """Whether omitted fields stay."""
        return self._item.draft.reading("omnisegment.resend.omitted-fields") == "merge"

    def merge_objects(self, new: Mapping[str, Any], earlier: Mapping[str, Any], at: At) -> dict[str, Any]:
        """Return an object of the new version with the fields that stay from the earlier one."""
        merged = dict(new)
        for name, value in earlier.items():
            place = (*at, name)
            if name not in new:
                if self._keeps(place, value):
                    merged[name] = value
            elif isinstance(value, dict) and isinstance(new[name], dict) and name != "products":
                merged[name] = self.merge_objects(new[name], value, place)
            elif name == "voucher" and isinstance(value, list) and isinstance(new[name], list):
                merged[name] = self._merge_vouchers(new[name], value, place)
        return merged

    def _keeps(self, at: At, value: Any) -> bool:
        """Whether an earlier value that the new version omits stays."""
        uncounted = len(at) == 1 and at[0] in _UNCOUNTED
        if at[0] in _MEMBER_FIELDS and at in self._emptied:
            return False
        if self._keeps_uncounted() if uncounted else self._keeps_omitted():
            self._note_kept(at, value)
            return True
        if not uncounted and at not in self._emptied:
            self._lose(at)
        return False

    def _note_kept(self, at: At, value: Any) -> None:
        """Note an earlier value that stays although the new version sends it empty. Null does not count as empty."""
        if at in self._emptied:
            field = ".".join(map(str, at))
            differs = not contains(None, value_at(self._sent, pointer(*at)))
            self._item.note("ignored", "omnisegment.resend.empty-value", *at, differs=differs, field=field, held=value)

    def _merge_vouchers(self, new: Sequence[Any], earlier: Sequence[Any], at: At) -> list[Any]:
        """Merge vouchers by their name. The fields of an earlier one that is no longer named are lost."""
        remaining = [voucher for voucher in earlier if isinstance(voucher, dict)]
        merged: list[Any] = []
        for index, voucher in enumerate(new):
            same = next(
                (known for known in remaining if known.get("voucher_name") == voucher.get("voucher_name")), None
            )
            if same is not None:
                remaining.remove(same)
            merged.append(voucher if same is None else self.merge_objects(voucher, same, (*at, index)))
        for voucher in remaining:
            for name in voucher:
                if name != "voucher_name":
                    self._lose(at)
        return merged

    def restore_lines(self, new: dict[str, Any], earlier: Document, line_plan: LinePlan) -> None:
        """Keep the quantities and names of the earlier version with their products, at any position."""
        self._restore_quantities(new, earlier, line_plan)
        self._restore_names(new, earlier, line_plan)

    def _restore_quantities(self, new: dict[str, Any], earlier: Document, line_plan: LinePlan) -> None:
        at, before = ("products_quantity",), _sent_quantities(earlier)
        if new.get("products_quantity") or not before:
            return
        texts = {line.at: self._take_quantity(before, line.product_id) for line in line_plan.lines}
        if any(texts.values()):
            self._note_kept(at, earlier["products_quantity"])
            self._restate(new, line_plan, texts)
        elif at in self._emptied:
            return
        for product, text in before:
            if exact(text):
                self._lose(at, product)

    def _restore_names(self, new: dict[str, Any], earlier: Document, line_plan: LinePlan) -> None:
        at, before = ("products_name",), {line["product_id"] for line in earlier.get("product_lines", ())}
        if new.get("products_name") or not earlier.get("products_name") or not self._keeps_uncounted():
            return
        if any(line.product_id in before for line in line_plan.lines):
            self._note_kept(at, earlier["products_name"])
            new["products_name"] = line_plan.joined({line.at: line.title for line in line_plan.lines})

    def _take_quantity(self, before: list[tuple[str, str]], product: str) -> str:
        """Take a product's quantity out of the earlier ones; empty if there is none."""
        same = next((entry for entry in before if entry[0] == product), None)
        if same is None or not self._keeps_omitted():
            return ""
        before.remove(same)
        return same[1]

    def _restate(self, new: dict[str, Any], line_plan: LinePlan, texts: Mapping[int, str]) -> None:
        default = str(self._item.draft.value("omnisegment.products.no-quantity", "quantity"))
        quantities = {at: text or default for at, text in texts.items()}
        new["products_quantity"] = line_plan.joined(quantities, [default] * line_plan.length)
        new["product_lines"] = [
            {**line, "product_quantity": amount(exact(quantities[planned.at]))}
            for line, planned in zip(new["product_lines"], line_plan.lines, strict=True)
        ]

    def _lose(self, at: At, product: str = "") -> None:
        if not self._item.sent_before(str(at[0]), product):
            self._lost.append(at)

    def file_losses(self) -> None:
        """File the places that are lost."""
        if self._lost:
            fields = ", ".join(dict.fromkeys(".".join(map(str, at)) for at in self._lost))
            self._item.note_places("overwritten", "omnisegment.resend.omitted-fields", self._lost, fields=fields)


def _sent_quantities(order: Document) -> list[tuple[str, str]]:
    """(product, quantity as sent) of each line of an order; nothing if no quantities were sent."""
    lines: Sequence[Mapping[str, Any]] = order.get("product_lines", ())
    if not order.get("products_quantity"):
        return []
    texts = entries(order["products_quantity"])
    if len(texts) != len(lines):
        texts = [str(line["product_quantity"]) for line in lines]
    return [(line["product_id"], text) for line, text in zip(lines, texts, strict=True)]
