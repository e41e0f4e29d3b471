"""What the vendors' own pages send, and a state with that in it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from mockservers.core.contract.loading import data_directory
from mockservers.core.errors import UsageError
from tests.asking import Asking, contract
from tests.sending import Sending


@cache
def examples(vendor: str) -> list[dict[str, Any]]:
    """The examples of a contract, as their files have them."""
    folder = data_directory("contracts") / vendor / "examples"
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


@cache
def bodies(vendor: str, operation: str) -> list[Any]:
    """Bodies that the examples send to an operation; for an upload its lines."""
    found = [example["request"] for example in examples(vendor) if example["operation"] == operation]
    lines = [line for request in found if "file" in request for line in request["file"]["text"].splitlines() if line]
    return [request["json"] for request in found if "json" in request] + [json.loads(line) for line in lines]


@cache
def words(vendor: str) -> dict[str, list[Any]]:
    """Scalars by the key under which the examples and what they left have them: what refers to something."""
    found: dict[str, list[Any]] = defaultdict(list)
    requests = [example["request"] for example in examples(vendor)]
    queries = [dict(parse_qsl(request["path"].partition("?")[2])) for request in requests]
    sources = [held(vendor), *(request.get("json") for request in requests), *queries]
    for key, value in (pair for source in sources for pair in _scalars(source, "")):
        if value not in found[key] and len(found[key]) < 8:
            found[key].append(value)
    return dict(found)


@cache
def held(vendor: str) -> dict[str, Any]:
    """A state with something in it: the demo tenant's, what the examples are given, and what they left."""
    asking = Asking(vendor)
    asking.tenant.replace_state(contract(vendor).demo.state)
    for example in examples(vendor):
        given = {name: [*asking.state[name], *more] for name, more in example.get("given", {}).items()}
        with suppress(UsageError):  # an earlier example was given the same
            asking.tenant.replace_state(given)
        request = example["request"]
        if "json" in request:
            sending = Sending(vendor, example["operation"], json=request["json"])
            asking.mock.handle(sending.about, {}, sending.by(asking.credentials))
    return asking.state


def _scalars(node: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for name, item in node.items():
            yield from _scalars(item, name)
    elif isinstance(node, list):
        for item in node:
            yield from _scalars(item, key)
    elif node is not None:
        yield key, node
