"""The requests of the measurements: the page's own example, a batch, a day file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from bench.load import SERIAL
from bench.processes import ROOT

PURCHASE_PATH = "/api/import-purchase-data/"
CONTRACT = ROOT / "contracts" / "omnisegment" / "openapi.yaml"


def demo_credentials(vendor: str) -> dict[str, str]:
    """The credentials of a vendor's demo tenant."""
    about = yaml.safe_load((ROOT / "contracts" / vendor / "vendor.yaml").read_text("utf-8"))
    credentials: dict[str, str] = about["demo"]["credentials"]
    return credentials


def purchase(credentials: dict[str, str]) -> str:
    """OmniSegment's example of one order, with another transaction id in each request."""
    example = json.loads((CONTRACT.parent / "examples" / "import-purchase-data.json").read_text("utf-8"))
    body: dict[str, Any] = {**example["request"]["json"], **credentials}
    body["data"] = {**body["data"], "transaction_id": f"{SERIAL}-4363-ad32-5532a89e4cb1"}
    return json.dumps(body)


def orders_batch(number: int, size: int = 100) -> bytes:
    """The `number`th batch of this size for Zangsho: new orders of ten customers, 240 bytes each."""
    orders = [
        {
            "order_no": f"ORD-2025-{number * size + at:09d}",
            "customer_email": f"wang.{at % 10}@example.com",
            "customer_name": "王小明",
            "amount": f"{1990 + at}.00",
            "currency": "TWD",
            "status": "paid",
            "payment_method": "credit_card",
            "billing_cycle": "monthly",
            "paid_at": "2025-12-01T08:00:00Z",
        }
        for at in range(size)
    ]
    return json.dumps({"on_conflict": "skip", "orders": orders}, ensure_ascii=False).encode()


CUSTOMERS = [{"id": 101 + number, "email": f"wang.{number}@example.com", "name": "王小明"} for number in range(10)]
"""The customers of these orders."""


def day_file(lines: int, first: int = 0) -> Iterator[bytes]:
    """A FANSHIP day: lines of 23 fields and some 640 bytes, compact as on the vendor's page."""
    for number in range(first, first + lines):
        yield json.dumps(_purchase_line(number), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _purchase_line(number: int) -> dict[str, Any]:
    price = 2_000 + number % 900  # each line as long as any other
    return {
        "id": f"{number:08x}-b3a6-4bc8-b2cf-305f516fb3c0",
        "transaction_id": f"{number // 3:08x}-5872-4363-ad32-5532a89e4cb1",
        "store_id": f"store-{number % 50:03d}",
        "member_id": f"1000100000{number % 5_000:010d}",
        "order_status": "buy",
        "order_date": f"2025-11-01T{number % 24:02d}:{number % 60:02d}:31+09:00",
        "item_name": "ネスカフェ ゴールドブレンド 120g",
        "item_category": "food",
        "item_code": f"{number % 2_000:09d}",
        "jan_code": 4_900_000_000_000 + number % 2_000,
        "fixed_price": price,
        "discounted_price": price - 10,
        "market_price": price + 0.5,
        "discount_rate": 1,
        "shipping_price": 100,
        "shipping_address": "東京都港区麻布台1丁目11−9",
        "packaging_price": 100,
        "quantity": 1 + number % 5,
        "paymethod": "card",
        "card_brand": "jcb",
        "tax": price // 10,
        "tax_rate": 10,
        "subscription": False,
    }
