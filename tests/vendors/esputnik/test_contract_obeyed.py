"""The contract is what the mock obeys: edited in a copy it changes the answers, and no Python is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.loading import data_directory
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import load_contract, vendor
from tests.vendors.esputnik.esputnik_tenant import ITEM, ORDER, EsputnikTenant, body_of, without

ADDED = {
    "externalOrderId": "1",
    "totalCost": 1,
    "status": "CONFIRMED",
    "date": "2026-01-15",
    "currency": "UAH",
    "email": "a@b.c",
}
TWO = [{**ADDED, "externalOrderId": key, "status": "INITIALIZED"} for key in ("1", "2")]


class Edited(EsputnikTenant):
    """An account under a contract that was edited."""

    def __init__(self, folder: Path, file: str, *edits: tuple[str, str]) -> None:
        super().__init__()
        text = (data_directory("contracts") / "esputnik" / file).read_text("utf-8")
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (folder / "esputnik").mkdir()
        (folder / "esputnik" / file).write_text(text, "utf-8")
        self.mock = Mock(vendor("esputnik"), load_contract("esputnik", folder))
        self.tenant = self.mock.create()
        self.credentials = self.tenant.credentials
        self.tenant.replace_state({"contacts": [{"phone": "380501234567"}]})


@pytest.mark.parametrize(
    ("file", "edits", "ask", "before", "after"),
    [
        (
            "openapi.yaml",
            [("          maxItems: 1000\n", "          maxItems: 1\n")],
            lambda account: account.send("ordersBulkInsert", {"orders": TWO}) and account.items,
            {"sent": 2, "kept": 2},
            {"sent": 2, "refused": 2},
        ),
        (
            "openapi.yaml",
            [
                (
                    "CANCELLED, ABANDONED_SHOPPING_CART]\n    OrderCreated",
                    "CANCELLED, ABANDONED_SHOPPING_CART, CONFIRMED]\n    OrderCreated",
                )
            ],
            lambda account: bool(body_of(account.send("ordersBulkInsert", {"orders": [ADDED]}))["failedOrders"]),
            True,
            False,
        ),
        (
            "openapi.yaml",
            [("required: [externalItemId, name, quantity, cost, url, imageUrl]", "required: [externalItemId]")],
            lambda account: account.create(items=[without(ITEM, "url")]) and account.items.get("kept", 0),
            0,
            1,
        ),
        (
            "openapi.yaml",
            [("      maxLength: 300\n", "      maxLength: 3\n")],
            lambda account: account.send("registerEvent", {"eventTypeKey": "v", "keyValue": "abcd"}) and account.items,
            {"sent": 1, "kept": 1},
            {"sent": 1, "refused": 1},
        ),
        (
            "errors.yaml",
            [('missing: "{field} is required"', 'missing: "{field} fehlt"')],
            lambda account: account.send("addContact", {}).reply.body,
            b"channels is required",
            b"channels fehlt",
        ),
        (
            "rules.yaml",
            [("      default: strict\n", "      default: lenient\n")],
            lambda account: account.create(date="2026-01-15T10:11:00Z") and account.items.get("kept", 0),
            0,
            1,
        ),
        (
            "rules.yaml",
            [("      created: orderCreated\n", "      created: purchase\n")],
            lambda account: account.event("purchase", **ORDER) and len(account.state["orders"]),
            0,
            1,
        ),
        (
            "rules.yaml",
            [("{param: PhoneNumber, field: phone}", "{param: tel, field: phone}")],
            lambda account: account.event("viewed", tel="380501234567") and account.items,
            {"sent": 1, "refused": 1},
            {"sent": 1, "kept": 1},
        ),
    ],
    ids=["limit", "enum", "required", "length", "text", "reading", "type", "identifier"],
)
def test_an_edit_changes_the_answer(
    tmp_path: Path,
    file: str,
    edits: list[tuple[str, str]],
    ask: Callable[[EsputnikTenant], Any],
    before: Any,
    after: Any,
) -> None:
    assert ask(EsputnikTenant()) == before
    assert ask(Edited(tmp_path, file, *edits)) == after
