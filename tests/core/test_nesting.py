"""How deeply a body may be nested: to 200 levels it is read, beyond it is refused, and a finding says why."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.values.json_text import DEEPEST, NotJson, loads
from tests.asking import Asking, contract
from tests.sending import Sending

TOO_DEEP = "mockservers.request.too-deep"
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "zangsho": ("createCustomer", {"email": "a@example.com"}),
    "esputnik": ("addContact", {"channels": [{"type": "email", "value": "a@example.com"}]}),
}
"""A body that is accepted, at the vendors whose credentials are not in the body."""


def sent_with_levels(vendor: str, levels: int) -> Asking:
    """Send a body of so many levels, the deepest below an unknown key."""
    operation, body = BODIES[vendor]
    lists: Any = 1
    for _ in range(levels - 1):
        lists = [lists]
    asking = Asking(vendor)
    call = Sending(vendor, operation, json={**body, "unknwn": lists})
    asking.mock.handle(call.about, {}, call.by(asking.credentials))
    return asking


@pytest.mark.parametrize("vendor", BODIES)
def test_a_body_nested_to_the_limit_is_kept(vendor: str) -> None:
    asking = sent_with_levels(vendor, DEEPEST)
    assert asking.items == {"sent": 1, "kept": 1}
    assert TOO_DEEP not in {finding["rule"] for finding in asking.ledger["findings"]}


@pytest.mark.parametrize("vendor", BODIES)
def test_a_body_nested_beyond_the_limit_is_refused_by_a_rule_of_the_mock(vendor: str) -> None:
    asking = sent_with_levels(vendor, DEEPEST + 1)
    assert asking.items == {"sent": 1, "refused": 1}
    (note,) = (finding for finding in asking.ledger["findings"] if finding["rule"] == TOO_DEEP)
    assert (note["outcome"], note["where"], note["loses"]) == ("noted", [""], False)
    assert note["why"] == f"the body is nested deeper than {DEEPEST} levels, and is refused as one that is not JSON"


@pytest.mark.parametrize("vendor", BODIES)
def test_the_sentence_of_the_nesting_rule_states_the_limit(vendor: str) -> None:
    rule = contract(vendor).rule(TOO_DEEP)
    assert f"more than {DEEPEST} levels deep" in rule.says
    assert rule.provenance == "assumed"


def test_a_line_that_is_nested_too_deeply_refuses_its_file_with_the_line_number() -> None:
    asking = Asking("fanship")
    line = '{"id": "a", "unknwn": ' + "[" * DEEPEST + "1" + "]" * DEEPEST + "}"
    call = Sending("fanship", "uploadPurchases", path={"yyyymmdd": "20260114"}, raw=line.encode())
    asking.mock.handle(call.about, call.path, call.by(asking.credentials))
    assert asking.items == {"sent": 1, "refused": 1}
    assert any(f"nested deeper than {DEEPEST} levels" in finding["why"] for finding in asking.ledger["findings"])


@pytest.mark.parametrize("opened", [150, 200, 300])
def test_a_truncated_nested_body_is_not_reported_as_out_of_memory(opened: int) -> None:
    with pytest.raises(NotJson, match=r"^(unexpected end of data|Expecting value): line 1 column \d+ \(char \d+\)$"):
        loads(b"[" * opened)
