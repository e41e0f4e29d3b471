"""A Hypothesis strategy for calls of a vendor's operations, from its contract: valid calls and nearly valid calls.

@given(strategies.requests("zangsho", "importOrders"))
def test_ours(zangsho, call):
    requests.request(call.method, zangsho.url + call.path, **call.arguments(zangsho.credentials))
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hypothesis import strategies as st

from mockservers.core.contract.authorization import carried
from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.values.json_text import dumps, loads
from mockservers.testing.json_values import FORMATS, Draw, Words, changed, instances
from mockservers.vendors import load_contract
from mockservers.vendors import vendor as registered

NDJSON = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class GeneratedRequest:
    """A call without credentials.

    `path` is below the vendor's scheme and host. `body` is JSON; for an upload, the documents of its lines; None if the
    operation has no body. `valid`: the body matches the contract's schema. The vendor's rules may still refuse it, and
    the records that it names need not exist.
    """

    vendor: str
    operation: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    valid: bool = True

    def arguments(self, credentials: Mapping[str, str]) -> dict[str, Any]:
        """Keyword arguments for `requests.request` and `httpx.request`, without the method and the address."""
        contract, operation = _contract(self.vendor), _contract(self.vendor).operations[self.operation]
        keywords: dict[str, Any] = {"headers": {}, "params": dict(self.query)}
        for each in carried(contract, operation, credentials):
            keywords["headers" if each.place == "header" else "params"][each.name] = each.value
        in_query = {spec["name"] for spec in _parameters(contract, operation) if spec["in"] == "query"}
        keywords["params"] |= {name: value for name, value in credentials.items() if name in in_query}
        schema = _schema(contract, operation)
        if operation.upload:
            lines = b"\n".join(dumps(line) for line in self.body)
            keywords["files"] = {operation.upload: ("lines.ndjson", lines, NDJSON)}
        elif schema is not None:
            properties = schema.get("properties", {})
            in_body = {name: value for name, value in credentials.items() if name in properties}
            keywords["json"] = {**self.body, **in_body} if isinstance(self.body, dict) else self.body
        return keywords


@st.composite
def requests(draw: Draw, vendor: str, operation: str, *, wild: int = 60) -> GeneratedRequest:
    """Calls of an operation. Two of three match its schema; in the third, one in `wild` places has another value.

    Some values are from the vendor's own examples, so that calls refer to the same records.
    """
    contract = _contract(vendor)
    if operation not in contract.operations:
        raise UnknownName("operation", operation, contract.operations)
    operation_spec, words = contract.operations[operation], _words(vendor)
    parameters = {(spec["in"], spec["name"]): spec for spec in _parameters(contract, operation_spec)}
    path = operation_spec.path
    for name in re.findall(r"\{(\w+)\}", path):
        path = path.replace(f"{{{name}}}", draw(_word(words, parameters.get(("path", name), {"name": name}))))
    query = {
        name: draw(_word(words, spec))
        for (place, name), spec in parameters.items()
        if place == "query" and (spec.get("required") or draw(st.booleans()))
    }
    # Valid calls are the smaller choice, so that examples shrink to them.
    near = wild if draw(st.integers(0, 2)) == 2 else 0
    schema = _schema(contract, operation_spec)
    if schema is None:
        return GeneratedRequest(vendor, operation, operation_spec.method, path, query)
    body = draw(_bodies(contract, operation_spec, schema, words, near))
    return GeneratedRequest(
        vendor, operation, operation_spec.method, path, query, body, _valid(contract, operation_spec, body)
    )


def _bodies(
    contract: Contract, operation: Operation, schema: Mapping[str, Any], words: Words, wild: int
) -> st.SearchStrategy[Any]:
    matching = instances(contract, schema, words, wild)
    if operation.upload:
        return st.lists(matching, min_size=1, max_size=4)
    examples = [changed(body) for body in _examples(contract.vendor, operation.id)] if wild else []
    return st.one_of(matching, *examples)


def _valid(contract: Contract, operation: Operation, body: Any) -> bool:
    if operation.upload:
        published = contract.validator(_published(_reference(contract, operation), contract))
        return all(published.valid(line) for line in body)
    validator = contract.validator(_reference(contract, operation))
    # `arguments` adds the credentials later, if the body is an object.
    unsigned = {each.name: "" for each in contract.credentials}
    return validator.valid({**unsigned, **body} if isinstance(body, dict) else body)


def _schema(contract: Contract, operation: Operation) -> Mapping[str, Any] | None:
    """The schema of the body, or of an upload's lines; None if the operation has no body."""
    if "requestBody" not in operation.spec:
        return None
    schema: Mapping[str, Any] = contract.resolve(_reference(contract, operation))
    return schema


def _published(reference: str, contract: Contract) -> str:
    """The schema file of a line, without what the contract adds to it."""
    added = contract.resolve(reference).get("allOf", ())
    return next((part["$ref"] for part in added if "$ref" in part), reference)


def _reference(contract: Contract, operation: Operation) -> str:
    """The reference of the schema of the body, or of an upload's lines."""
    content: Mapping[str, Any] = next(iter(operation.spec["requestBody"]["content"].values()))
    schema = content["schema"]
    if operation.upload:
        schema = schema["properties"][operation.upload]["x-oai-itemSchema"]
    reference = ""
    while "$ref" in schema:
        reference = schema["$ref"]
        schema = contract.resolve(reference)
    if not reference:
        raise UsageError(f"The body of {operation.id} has no named schema. Fix: put it under components/schemas.")
    return reference


def _parameters(contract: Contract, operation: Operation) -> list[Mapping[str, Any]]:
    declared: Sequence[Mapping[str, Any]] = operation.spec.get("parameters", ())
    return [contract.resolve(spec["$ref"]) if "$ref" in spec else spec for spec in declared]


def _word(words: Words, spec: Mapping[str, Any]) -> st.SearchStrategy[str]:
    schema = spec.get("schema", {})
    examples = [*schema.get("examples", ()), *([spec["example"]] if "example" in spec else [])]
    choices = [*words.get(spec["name"], ()), *schema.get("enum", ()), *examples]
    return st.sampled_from([*map(str, choices), *FORMATS.get(schema.get("format", ""), ()), "1", "101", "x"])


@cache
def _contract(vendor: str) -> Contract:
    return load_contract(vendor)


@cache
def _examples(vendor: str, operation: str) -> tuple[Any, ...]:
    """The JSON bodies that the contract's examples send to an operation."""
    folder = registered(vendor).contract_folder / "examples"
    examples = [loads(path.read_bytes()).value for path in sorted(folder.glob("*.json"))]
    return tuple(
        each["request"]["json"]
        for each in examples
        if "json" in each["request"] and operation in (each["operation"], "")
    )


@cache
def _words(vendor: str) -> Words:
    words: dict[str, list[Any]] = {}
    for body in _examples(vendor, ""):
        _gather(body, "", words)
    return words


def _gather(node: Any, key: str, words: dict[str, list[Any]]) -> None:
    match node:
        case dict():
            for name, item in node.items():
                _gather(item, name, words)
        case list():
            for item in node:
                _gather(item, key, words)
        case None:
            pass
        case _ if node not in words.setdefault(key, []) and len(words[key]) < 8:
            words[key].append(node)
