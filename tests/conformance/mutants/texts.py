"""Exporters that change texts on the way: names of products, skus and ids of customers."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace

from mockservers.testing.orders import Customer, Line, Order
from tests.conformance.mutants.mutant import Mutant
from tests.conformance.mutants.real_orders import changing, mutant

MYSQL_TEXT = 255
"""Bytes of a column that was made for short texts."""


def each_line(change: Callable[[Line], Line]) -> Callable[[Order], Order]:
    return lambda order: replace(order, lines=tuple(map(change, order.lines)))


def each_name(change: Callable[[str], str]) -> Callable[[Order], Order]:
    return each_line(lambda line: replace(line, name=change(line.name)))


def _number_in_small_letters(customer: Customer) -> Customer:
    return replace(customer, external_id=customer.external_id.lower())


MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "fanship",
        "names-of-255-bytes",
        "cuts names off after 255 bytes",
        changing("fanship", each_name(lambda name: name.encode()[:MYSQL_TEXT].decode(errors="ignore"))),
    ),
    mutant("fanship", "trims-names", "takes spaces off the ends of names", changing("fanship", each_name(str.strip))),
    mutant(
        "fanship",
        "composes-accents",
        "writes a letter and its accent as one character",
        changing("fanship", each_name(lambda name: unicodedata.normalize("NFC", name))),
    ),
    mutant(
        "fanship",
        "capital-skus",
        "writes skus in capitals",
        changing("fanship", each_line(lambda line: replace(line, sku=line.sku.upper()))),
    ),
    mutant(
        "fanship",
        "small-member-ids",
        "writes ids of members in small letters",
        changing("fanship", lambda order: replace(order, customer=_number_in_small_letters(order.customer))),
    ),
    mutant(
        "esputnik",
        "no-apostrophes",
        "leaves apostrophes out of names",
        changing("esputnik", each_name(lambda name: name.replace("'", ""))),
    ),
    mutant(
        "omnisegment",
        "two-digit-quantities",
        "sends at most 99 pieces of a line",
        changing("omnisegment", each_line(lambda line: replace(line, quantity=min(line.quantity, 99)))),
    ),
)
