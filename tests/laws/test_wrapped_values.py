"""The first law where a value is of a type that no contract asks for: in a list, in an object, or two levels deep."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from mockservers.core.values.json_text import dumps
from tests.asking import VENDORS, Asking, contract
from tests.contracts.corpus import full_body
from tests.pages import bodies, held
from tests.sending import Sending

WRAPS: dict[str, Callable[[Any], Any]] = {
    "a list": lambda value: [value],
    "an object": lambda value: {"inner": value},
    "a list of objects": lambda value: [{"inner": value}],
    "an object of a list": lambda value: {"inner": [value]},
}
NUMBERS = itertools.count(7_100_001)
PATHS = {
    "uploadPurchases": {"yyyymmdd": "20251101"},
    "updateContact": {"id": "1"},
    "updateSubscription": {"id": "1"},
    "cancelSubscription": {"id": "1"},
}
OPERATIONS = [
    (vendor, name)
    for vendor in VENDORS
    for name, each in contract(vendor).operations.items()
    if "requestBody" in each.spec
]


def places(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Each place of a body but the whole of it."""
    for key, item in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*at, key)
        yield from places(item, (*at, key))


def put(body: Any, at: tuple[str | int, ...], value: Any) -> Any:
    """The body with another value at a place."""
    made = copy.deepcopy(body)
    node = made
    for token in at[:-1]:
        node = node[token]
    node[at[-1]] = value
    return made


def further(vendor: str, operation: str, body: Any) -> list[tuple[str | int, ...]]:
    """What may stand at the top of a body beside what it has."""
    found = contract(vendor)
    content = next(iter(found.operations[operation].spec["requestBody"]["content"].values()))["schema"]
    schema = found.resolve(content["$ref"]) if "$ref" in content else content
    listed = schema.get("properties", {})
    return [(key,) for key in listed if isinstance(body, dict) and key not in body and key not in CREDENTIALS]


CREDENTIALS = {"tid", "api_key"}


def sending(vendor: str, operation: str, body: Any) -> Sending:
    """A call with a body; an upload of one line where the operation takes a file."""
    call = Sending(vendor, operation, path=PATHS.get(operation, {}))
    return replace(call, raw=dumps(body)) if call.about.upload else replace(call, json=body)


def state(vendor: str, operation: str) -> dict[str, Any]:
    """The state that the examples leave, without the documents that the operation would create again."""
    return {name: held(vendor)[name] for name in KEPT.get(operation, held(vendor))}


KEPT: dict[str, list[str]] = {
    "createCustomer": [],
    "createOrder": ["customers"],
    "createSubscription": ["customers"],
}


def asked(vendor: str, operation: str, body: Any) -> tuple[int, Audit]:
    """The status of a call, and the audit of its tenant once all jobs ran."""
    asking = Asking(vendor)
    asking.tenant.replace_state(state(vendor, operation))
    audit = asking.tenant.audit = Audit(asking.mock.contract)
    call = sending(vendor, operation, body)
    status = asking.mock.handle(call.about, call.path, call.by(asking.credentials)).reply.status
    asking.advance(days=2)
    return status, audit


@cache
def taken(vendor: str, operation: str) -> Any:
    """An accepted body with many fields: one of the examples, or one with all fields of the schema."""
    found = (*bodies(vendor, operation), full_body(vendor, operation))
    return next(body for body in found if asked(vendor, operation, body)[0] < 300)


@pytest.mark.parametrize(
    "wrap", [name if deep < 2 else pytest.param(name, marks=pytest.mark.thorough) for deep, name in enumerate(WRAPS)]
)
@pytest.mark.parametrize(("vendor", "operation"), OPERATIONS)
def test_a_value_in_a_list_or_an_object_is_held_or_named(vendor: str, operation: str, wrap: str) -> None:
    body = taken(vendor, operation)
    broken = []
    for at in (*places(body), *further(vendor, operation, body)):
        sent = put(body, at, WRAPS[wrap](f"u{next(NUMBERS)}"))
        broken += asked(vendor, operation, sent)[1].to_list()
    assert broken == []
