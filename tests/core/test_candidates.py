"""The documents that an audit compares an item with first."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.accounting.candidates import Candidates

TEA: dict[str, Any] = {"id": "p-1", "item_name": "Tea", "tax": 1}
CAKE: dict[str, Any] = {"id": "p-2", "item_name": "Cake", "property": [{"key": "k", "value": "桜"}]}
OLENA: dict[str, Any] = {"channels": [{"type": "email", "value": "Olena@example.com"}]}
DOCUMENTS = {"purchases": [TEA, CAKE], "contacts": [OLENA]}


@pytest.mark.parametrize(
    ("item", "near"),
    [
        ({"id": "p-1"}, [TEA]),
        ({"id": "p-3", "item_name": "Cake"}, [CAKE]),
        ({"property": [{"value": "桜"}]}, [CAKE]),
        ({"email": "OLENA@example.com"}, [OLENA]),
        ({"id": "p-3"}, []),
        ({"tax": 1}, []),
        ("p-1", [TEA]),
        (None, []),
    ],
)
def test_documents_that_share_a_text_with_an_item_are_near_it(item: Any, near: list[Any]) -> None:
    candidates = Candidates(DOCUMENTS)
    assert candidates.near(item) == near
    assert list(candidates) == [TEA, CAKE, OLENA]


def test_a_text_shared_by_many_documents_makes_none_of_them_near() -> None:
    candidates = Candidates({"purchases": [{"id": f"p-{number}", "store_id": "483"} for number in range(100)]})
    assert candidates.near({"id": "p-77", "store_id": "483"}) == [{"id": "p-77", "store_id": "483"}]
    assert candidates.near({"store_id": "483"}) == []
