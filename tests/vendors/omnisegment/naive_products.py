"""Products at OmniSegment, imported one a call, written down from the page alone.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Product-API
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.vendors.omnisegment.naive_catalogue import states

Product = dict[str, Any]
TEXTS = ("title", "link", "availability", "image_link", "brand", "product_type")
REQUIRED = ("title", "link", "availability", "image_link", "price")
PRICES = ("price", "sale_price")
KNOWN = ("id", *TEXTS, *PRICES)
CUSTOM = "memo"
"""The custom field of the organisation, a text."""
LONGEST = 256
"""Characters of its value."""


class NaiveProducts:
    """An organisation without products. `outcomes` and `silent` are what a true ledger says of all calls so far."""

    def __init__(self, readings: Mapping[str, str]) -> None:
        self.readings = readings
        self.products: dict[str, Product] = {}
        self.ids: dict[str, dict[str, str]] = {}
        self.outcomes: Counter[str] = Counter()
        self.silent = 0
        self._cut = 0

    def product(self, sent: Any, site: Any) -> int:
        """A product; the status of the answer, which reports no error in it. Data is an object that says something."""
        if not sent or not isinstance(sent, dict):
            self.outcomes["refused"] += 1
            return 400
        self._cut = 0
        given = self._checked(sent)
        site = str(site) if self.readings["product.types"] == "coerce" and site == 7 else site
        if given is None or not isinstance(site, str | None):
            self.outcomes["dropped"] += 1
            self.silent += 1
            return 200
        number, foreign = given.pop("id")
        held = self.products.get(number)
        unknown = [name for name in sent if name not in (*KNOWN, CUSTOM) and states(sent[name])]
        self.silent += len(unknown) + self._cut
        self.silent += sum(name in (held or {}) and sent[name] == "" for name in sent if name not in given)
        self.products[number] = {**(held or {}), "id": number, **given, **({"site": site} if site else {})}
        for system, name in foreign.items():
            self._note(number, system, name)
        self.outcomes["kept" if held is None else "updated"] += 1
        return 200

    def _checked(self, sent: Any) -> Product | None:
        """What a product says; None for one that is an error."""
        coerces = self.readings["product.types"] == "coerce"
        given = {name: value for name, value in sent.items() if name in KNOWN and value is not None}
        for name in TEXTS:
            if coerces and isinstance(given.get(name), int):
                given[name] = str(given[name])
        if any(not isinstance(given.get(name, ""), str) for name in TEXTS):
            return None
        if any(name not in given for name in REQUIRED) or not re.match("https?://", given["link"]):
            return None
        if not all(
            _is_price(given[name]) for name in PRICES if name in given and (name, given[name]) != ("sale_price", "")
        ):
            return None
        unknown = [name for name, value in sent.items() if name not in (*KNOWN, CUSTOM) and states(value)]
        if unknown and self.readings["request.unknown-key"] == "refuse":
            return None
        ids, custom = self._ids(given.get("id"), coerces=coerces), self._custom(sent.get(CUSTOM), coerces=coerces)
        return None if ids is None or custom is None else {**given, **custom, "id": ids}

    def _custom(self, value: Any, *, coerces: bool) -> Product | None:
        """The custom field: nothing where it is empty; None where it is an error."""
        if value in (None, ""):
            return {}
        text = str(value) if coerces and isinstance(value, int) else value
        if isinstance(text, str) and len(text) > LONGEST and self.readings["product.custom-text-limit"] == "truncate":
            self._cut = 1
            text = text[:LONGEST]
        return {CUSTOM: text} if isinstance(text, str) and len(text) <= LONGEST else None

    def _ids(self, sent: Any, *, coerces: bool) -> tuple[str, dict[str, str]] | None:
        """The product's own id, and those that other systems have for it."""
        by_system = dict(sent) if isinstance(sent, dict) else {"default": sent}
        by_system = {system: value for system, value in by_system.items() if not _is_empty(value)}
        if coerces:
            by_system = {system: str(value) for system, value in by_system.items()}
        if "default" not in by_system or not all(isinstance(value, str) for value in by_system.values()):
            return None
        return by_system.pop("default"), by_system

    def _note(self, number: str, system: str, name: str) -> None:
        """An id of another system finds one product. What a call says anew of its own product is no loss."""
        for other, ids in self.ids.items():
            if other != number and ids.get(system) == name:
                del ids[system]
                self.silent += 1
        self.ids.setdefault(number, {})[system] = name


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _is_price(value: Any) -> bool:
    """A number, or one as text with a currency behind it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    return not isinstance(value, str) or re.fullmatch(r"[0-9]+(\.[0-9]+)?( [A-Z]{3})?", value) is not None
