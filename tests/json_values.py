"""JSON as Hypothesis draws it, of a vendor's contract, with the words of its examples and of what those leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from mockservers.testing import json_values as drawn
from tests.asking import contract
from tests.pages import words


def instances(vendor: str, schema: Mapping[str, Any], wild: int = 60) -> st.SearchStrategy[Any]:
    """A value that a schema of a vendor asks for, or nearly: at one place in `wild` anything else may stand."""
    return drawn.instances(contract(vendor), schema, words(vendor), wild)
