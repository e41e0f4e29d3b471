"""An order that is held already: what stays of the earlier version, level by level, and what of it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.vendors.omnisegment.history import is_earlier
from mockservers.vendors.omnisegment.holding import amount, entries, exact
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.lines import Plan
from mockservers.vendors.omnisegment.trimming import At

STATUS = "transaction_status"
_WHOSE = frozenset(
    {"member_sn", "source_id", "source_system", "line_id", "phone", "email", "messenger_psid", "audience_id"}
)
"""Whose an order is, is what its last version says."""
_NOBODY = "nobody"
_LISTS = ("products", "products_name", "products_quantity")
_UNCOUNTED = frozenset({"product_lines", "products_name", *_WHOSE})
"""What goes with something else that is counted, or is held elsewhere: the catalogue has the names."""


def merged(
    item: Item, new: dict[str, Any], emptied: Iterable[At], held: Document | None, plan: Plan | None
) -> Document:
    """The order as it is held once this version has come; `emptied` are the places at which it says nothing."""
    status = new.get(STATUS) or _status(item, held)
    if held is None:
        return {**new, STATUS: status}
    _compare(item, new, held)
    blank = [name for name in new if held.get(name) and _is_blank(name, new[name])]
    new = {name: value for name, value in new.items() if name not in blank}
    merge = Merge(item, {*emptied, *((name,) for name in blank)})
    if plan is not None:
        merge.lines(new, held, plan)
    never = {STATUS} if _owner(new) == _owner(held) != _NOBODY else {STATUS, *_WHOSE}
    if "product_lines" in new:
        never |= {"products_quantity", "products_name"}
    made = merge.objects(new, {name: value for name, value in held.items() if name not in never}, ())
    merge.file()
    return {**made, STATUS: status}


def _is_blank(name: str, value: Any) -> bool:
    """Whether a value is an object or a list without anything in it, lists that are joined by commas among them."""
    if name in _LISTS:
        lists = value.values() if isinstance(value, dict) else [value]
        return not any(any(entries(each)) for each in lists)
    return name != "product_lines" and value in ({}, [])


def _status(item: Item, held: Document | None) -> str:
    default: str = item.draft.value("omnisegment.purchase.status", "default")
    before = default if held is None else held.get(STATUS, default)
    if before == default:
        return default
    if item.draft.reading("omnisegment.resend.omitted-status") == "keep":
        return str(before)
    differs = not item.sent_before(STATUS)
    item.note("overwritten", "omnisegment.resend.omitted-status", STATUS, differs=differs, held=before, given=default)
    return default


def _compare(item: Item, new: Mapping[str, Any], held: Document) -> None:
    if is_earlier(item.draft, new, held):
        values = {"given": new["datetime"], "held": held["datetime"]}
        item.note("noted", "omnisegment.resend.last-arrival-wins", "datetime", **values)
    if _owner(new) != _owner(held):
        values = {"given": _owner(new), "held": _owner(held)}
        item.note("noted", "omnisegment.resend.other-member", **values)


def _owner(order: Document) -> str:
    name = order.get("member_sn") or order.get("audience_id")
    return str(name) if name is not None else _NOBODY


class Merge:
    """What a later version of an order leaves of the earlier one: the same rule for every level of it."""

    def __init__(self, item: Item, emptied: set[At]) -> None:
        self._item = item
        self._emptied = emptied
        self._gone: list[At] = []

    def _merges(self) -> bool:
        """Whether what comes to nothing by itself stays; it makes no difference to what is lost."""
        return self._item.draft.view.form("omnisegment.resend.omitted-fields") == "merge"

    def _stays(self) -> bool:
        return self._item.draft.reading("omnisegment.resend.omitted-fields") == "merge"

    def objects(self, new: Mapping[str, Any], held: Mapping[str, Any], at: At) -> dict[str, Any]:
        """An object of the later version, with what stays of the earlier one."""
        made = dict(new)
        for name, value in held.items():
            place = (*at, name)
            if name not in new:
                if self._omitted(place, value):
                    made[name] = value
            elif isinstance(value, dict) and isinstance(new[name], dict) and name != "products":
                made[name] = self.objects(new[name], value, place)
            elif name == "voucher" and isinstance(value, list) and isinstance(new[name], list):
                made[name] = self._vouchers(new[name], value, place)
        return made

    def _omitted(self, at: At, value: Any) -> bool:
        """Whether a value of the earlier version stays that the later one does not carry."""
        uncounted = len(at) == 1 and at[0] in _UNCOUNTED
        if at[0] in _WHOSE and at in self._emptied:
            return False
        if self._merges() if uncounted else self._stays():
            self._not_emptied(at, value)
            return True
        if not uncounted and at not in self._emptied:
            self._lose(at)
        return False

    def _not_emptied(self, at: At, value: Any) -> None:
        if at in self._emptied:
            field = ".".join(map(str, at))
            self._item.note("ignored", "omnisegment.resend.empty-value", *at, field=field, held=value)

    def _vouchers(self, new: Sequence[Any], held: Sequence[Any], at: At) -> list[Any]:
        """Vouchers of the same name are the same; what was said of one that is not named any more is gone."""
        left = [voucher for voucher in held if isinstance(voucher, dict)]
        made: list[Any] = []
        for index, voucher in enumerate(new):
            same = next((each for each in left if each.get("voucher_name") == voucher.get("voucher_name")), None)
            if same is not None:
                left.remove(same)
            made.append(voucher if same is None else self.objects(voucher, same, (*at, index)))
        for voucher in left:
            for name in voucher:
                if name != "voucher_name":
                    self._lose(at)
        return made

    def lines(self, new: dict[str, Any], held: Document, plan: Plan) -> None:
        """Quantities and names that were sent for products of the order stay with them, wherever they stand now."""
        self._quantities(new, held, plan)
        self._names(new, held, plan)

    def _quantities(self, new: dict[str, Any], held: Document, plan: Plan) -> None:
        at, before = ("products_quantity",), _quantities(held)
        if new.get("products_quantity") or not before:
            return
        texts = {line.at: self._quantity(before, line.product_id) for line in plan.lines}
        if any(texts.values()):
            self._not_emptied(at, held["products_quantity"])
            self._restate(new, plan, texts)
        elif at in self._emptied:
            return
        for product, text in before:
            if exact(text):
                self._lose(at, product)

    def _names(self, new: dict[str, Any], held: Document, plan: Plan) -> None:
        at, before = ("products_name",), {line["product_id"] for line in held.get("product_lines", ())}
        if new.get("products_name") or not held.get("products_name") or not self._merges():
            return
        if any(line.product_id in before for line in plan.lines):
            self._not_emptied(at, held["products_name"])
            new["products_name"] = plan.joined({line.at: line.title for line in plan.lines})

    def _quantity(self, before: list[tuple[str, str]], product: str) -> str:
        """The quantity that the earlier version gave a product, taken out of what is left of it; empty for none."""
        same = next((entry for entry in before if entry[0] == product), None)
        if same is None or not self._stays():
            return ""
        before.remove(same)
        return same[1]

    def _restate(self, new: dict[str, Any], plan: Plan, texts: Mapping[int, str]) -> None:
        default = str(self._item.draft.value("omnisegment.products.no-quantity", "quantity"))
        stated = {at: text or default for at, text in texts.items()}
        new["products_quantity"] = plan.joined(stated, [default] * plan.length)
        new["product_lines"] = [
            {**line, "product_quantity": amount(exact(stated[planned.at]))}
            for line, planned in zip(new["product_lines"], plan.lines, strict=True)
        ]

    def _lose(self, at: At, product: str = "") -> None:
        if not self._item.sent_before(str(at[0]), product):
            self._gone.append(at)

    def file(self) -> None:
        """File what is gone."""
        if self._gone:
            fields = ", ".join(dict.fromkeys(".".join(map(str, at)) for at in self._gone))
            self._item.note_places("overwritten", "omnisegment.resend.omitted-fields", self._gone, fields=fields)


def _quantities(order: Document) -> list[tuple[str, str]]:
    """(product, quantity as it was sent) of each line of an order; nothing where no quantities were sent."""
    lines: Sequence[Mapping[str, Any]] = order.get("product_lines", ())
    if not order.get("products_quantity"):
        return []
    texts = entries(order["products_quantity"])
    if len(texts) != len(lines):
        texts = [str(line["product_quantity"]) for line in lines]
    return [(line["product_id"], text) for line, text in zip(lines, texts, strict=True)]
