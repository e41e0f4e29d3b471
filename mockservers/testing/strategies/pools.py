"""The values for generated orders, and strategies for amounts, times, customers and addresses.

Each pool leads with a plain value, so that failing examples shrink to something a reader takes in at once; behind it
come the values that real shops have and exporters stumble over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from mockservers.testing.orders import Address, Customer

NAMES = (
    "Ann",
    "王小明",
    "山田 花子",
    "Олена Шевченко",
    "𠮷野 太郎",
    "Zoë Ångström",
    "Zoe\u0308 A\u030angstro\u0308m",
    'O"Brien, Jr.',
    "ﾔﾏﾀﾞ ﾊﾅｺ",
)
_LONG_NAME = (
    "【送料無料】深蒸し掛川茶 一番茶 100g3袋セット 静岡県産 農薬不使用 簡易包装 ギフト対応 お歳暮 お中元 "
    "母の日 父の日 敬老の日 内祝い 香典返し のし無料 急須でもマイボトルでも おいしく淹れられる茶葉 緑茶 煎茶 新茶"
)
"""A long name, as in marketplaces: more than 255 bytes in UTF-8."""

PRODUCTS = (
    "Tea",
    "抹茶ラテ, 12本",
    "Кава «Арабіка», 1 кг",
    'Cup "large"',
    "👨‍👩‍👧 セット",
    "商品\u3000\uff21",
    "50% off & more <b>",
    "back\\slash",
    "café",
    "Cafe\u0301 au lait",
    " Ann's tea ",
    _LONG_NAME,
    "Matcha latte powder, stone-ground in Uji, first harvest, resealable bag of 500 g for cafés and restaurants",
)
SKUS = ("P1", "0000123", "4901234567894", "A-1/2", "商品-1", "SKU 7", "00")
AMOUNTS = (
    Decimal(1),
    Decimal("0.10"),
    Decimal("19.99"),
    Decimal("0.30"),
    Decimal("1234567.89"),
    Decimal(0),
    Decimal("1.15"),
    Decimal("33.33"),
    Decimal("99999999.99"),
    Decimal(980),
    Decimal(1234567),
)
DISCOUNTS = (Decimal(0), Decimal(1), Decimal("0.05"))
SHIPPING = (Decimal(0), Decimal(60), Decimal("4.90"))
FEES = (("Gift wrap", Decimal(3)), ("Оплата картою", Decimal("0.35")), ("代引手数料", Decimal(330)))
TAX_RATES = (Decimal("0.10"), Decimal("0.05"), Decimal("0.20"))
PAYMENT_METHODS = ("", "credit_card", "atm", "cash on delivery", "貨到付款")
OFFSETS = (9, 8, 0, -5, 3, 5.5, 14)
"""Hours ahead of UTC of the shops' clocks."""

TIMES = (
    time(12, 0),
    time(0, 0),
    time(23, 59, 59),
    time(0, 30),
    time(8, 59, 59),
    time(9, 0),
    time(15, 0),
    time(16, 30, 15, 250_000),
)
DAYS = (
    date(2025, 11, 1),
    date(2025, 11, 2),
    date(2024, 2, 29),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2025, 10, 26),
    date(2025, 7, 1),
)
CURRENCIES = ("TWD", "JPY", "UAH", "USD")
SIZES = (1, 2, 3, 0, 99, 100, 101, 1_001)
"""Numbers of orders of one export, for `books`, including the limits of the vendors' batches."""

_PHONE_FORMS = (
    "+886912{:06d}",
    "0912{:06d}",
    "0912-{:06d}",
    "+81 90 1234 {:04d}",
    "+380 (50) 123-{:04d}",
    "38050{:07d}",
)
_EMAIL_FORMS = ("c{}@example.com", "C{}@Example.com", "c+{}@example.co.jp", "first.last{}@sub.example.org")
_ADDRESSES = (
    Address("Ann", "1 High Street", "Springfield", "IL", "62701", "US"),
    Address("王小明", "信義路五段7號", "臺北市", "信義區", "110", "TW"),
    Address("山田 花子", "神宮前1-2-3", "渋谷区", "東京都", "150-0001", "JP"),
    Address("Олена Шевченко", "вул. Хрещатик, 1", "Київ", "", "01001", "UA"),
)
KNOWN_BY = ("account", "account without e-mail", "guest with e-mail", "guest with phone")
"""What identifies a customer: an account of the shop, or the values that a guest gives."""


Value = TypeVar("Value")


def among(values: Sequence[Value]) -> st.SearchStrategy[Value]:
    """One of the values. The strategy is made once: Hypothesis takes as long to check one as to draw from it."""
    found: st.SearchStrategy[Value] = _among(tuple(values), tuple(map(type, values)))
    return found


@cache
def _among(values: tuple[Any, ...], _types: tuple[type, ...]) -> st.SearchStrategy[Any]:
    """As `among`. Values of other types may be equal, such as True and 1."""
    return st.sampled_from(values)


@cache
def of_places(pool: tuple[Decimal, ...], places: int) -> tuple[Decimal, ...]:
    """The amounts of a pool that have at most this number of decimals."""
    return tuple(amount for amount in pool if amount == round(amount, places))


@cache
def amounts(*, least: Decimal | None = None, places: int = 2) -> st.SearchStrategy[Decimal]:
    """Amounts from zero up with at most this number of decimals, some of which no float can represent."""
    some = st.sampled_from([amount for amount in of_places(AMOUNTS, places) if least is None or amount >= least])
    low = int((least or Decimal(0)).scaleb(places))
    return some | st.integers(low, 10_000_000).map(lambda units: Decimal(units).scaleb(-places))


@cache
def customers(number: int) -> st.SearchStrategy[Customer]:
    """The shop's customer with a number, whose e-mail, phone and external id no other customer has."""
    return st.builds(
        lambda name, phone, mail: Customer(f"{number:06d}", mail.format(number), phone.format(number), name),
        st.sampled_from(NAMES),
        st.sampled_from(_PHONE_FORMS),
        st.sampled_from(_EMAIL_FORMS),
    )


def known_by(customer: Customer, kind: str) -> Customer:
    """The customer with only the values of one of KNOWN_BY. An account keeps its phone."""
    account = customer.external_id if kind.startswith("account") else ""
    email = "" if kind in ("account without e-mail", "guest with phone") else customer.email
    phone = "" if kind == "guest with e-mail" else customer.phone
    return Customer(account, email, phone, customer.name)


@cache
def addresses() -> st.SearchStrategy[Address | None]:
    """A postal address, or none."""
    return st.sampled_from((None, *_ADDRESSES))


def moments(days: Sequence[date] = DAYS, offsets: Sequence[float] = OFFSETS) -> st.SearchStrategy[datetime]:
    """Times of orders: around midnight, at several offsets, to the second."""
    return _moments(tuple(days), tuple(offsets))


@cache
def _moments(days: tuple[date, ...], offsets: tuple[float, ...]) -> st.SearchStrategy[datetime]:
    return st.builds(
        lambda day, at, offset: datetime.combine(day, at, timezone(timedelta(hours=offset))).replace(microsecond=0),
        st.sampled_from(days),
        st.sampled_from(TIMES),
        st.sampled_from(offsets),
    )
