"""A loss names its place. What is wrong with a whole JSON body stands at its root, which is the empty pointer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockservers.core.contract.contract import Operation
from tests.asking import VENDORS, Asking, contract
from tests.pages import held
from tests.sending import Sending

NOT_OBJECTS = [b"[1", b"", b"5", b'""', b"\xff"]
NOBODY = {"id": "99", "sessionId": "99", "yyyymmdd": "20260114"}
"""Path values that name nothing that is held."""


WRONG = [{}, {"unknwn": None}, {"data": None}, {"data": 5}, {"data": {}}, {"data": [{}]}]
"""Objects, into which credentials are written that a body must have."""


def operations(vendor: str) -> Iterator[Operation]:
    """Operations that store what a JSON body says."""
    for operation in contract(vendor).operations.values():
        if "requestBody" in operation.spec and not operation.upload:
            yield operation


def placed(vendor: str, call: Sending) -> list[tuple[str, list[str]]]:
    """The rule and the places of each loss of a call."""
    asking = Asking(vendor)
    asking.tenant.replace_state(held(vendor))
    asking.mock.handle(call.about, call.path, call.by(asking.credentials))
    return [(finding["rule"], finding["where"]) for finding in asking.ledger["findings"] if finding["loses"]]


with_json_bodies = pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS if [*operations(vendor)]])


@with_json_bodies
@pytest.mark.parametrize("raw", NOT_OBJECTS, ids=ascii)
def test_a_loss_of_a_whole_body_is_at_its_root(vendor: str, raw: bytes) -> None:
    calls = [Sending(vendor, operation.id, path=NOBODY, raw=raw) for operation in operations(vendor)]
    losses = [loss for call in calls for loss in placed(vendor, call)]
    assert losses, "a call whose body lacks the credentials is nobody's, and another one has to be refused"
    assert [(rule, places) for rule, places in losses if places != [""]] == []


@with_json_bodies
@pytest.mark.parametrize("body", WRONG, ids=ascii)
def test_a_loss_of_an_object_without_its_item_has_a_place(vendor: str, body: dict[str, object]) -> None:
    for operation in operations(vendor):
        losses = placed(vendor, Sending(vendor, operation.id, path=NOBODY, json=body))
        assert losses, operation.id
        assert [(rule, places) for rule, places in losses if not places] == [], operation.id


CALLS = [
    ("createOrder", {}, {"order_no": "N-1"}, "zangsho.order.required"),
    ("createCustomer", {}, {"name": "a"}, "zangsho.customer.email-required"),
    ("createSubscription", {}, {"customer_id": 7}, "zangsho.subscription.required"),
    ("createSubscriptionEvent", {}, {"event_type": "created"}, "zangsho.event.required"),
    ("updateSubscription", {"id": "99"}, {"mrr": "1.00"}, "zangsho.list.one-record"),
]


@pytest.mark.parametrize(("operation", "path", "body", "rule"), CALLS, ids=[operation for operation, *_ in CALLS])
def test_an_item_that_is_the_whole_body_and_lacks_a_field_is_located_at_the_root(
    operation: str, path: dict[str, str], body: dict[str, str], rule: str
) -> None:
    assert placed("zangsho", Sending("zangsho", operation, path=path, json=body)) == [(rule, [""])]
