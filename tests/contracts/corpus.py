"""The fixed corpus that every mutated contract is replayed against, in chunks that each start with a fresh tenant.

The vendors' examples, the fixtures, for each operation one request per way in which its schema can be met or missed,
each query parameter with right and wrong values, and requests generated with a fixed seed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.contract.loading import data_directory
from mockservers.core.values.json_text import NotJson, dumps, loads
from tests.asking import contract
from tests.contracts.by_hand import by_hand
from tests.pages import bodies, words
from tests.sending import Sending
from tests.traffic import sendings

SEED = 20260115
GENERATED = 40
_TYPES: tuple[Any, ...] = (None, True, 7, 1.5, "x", [], {})
_DEEP = 6
_LARGE = 50_000


@dataclass(frozen=True)
class Chunk:
    """Requests in order. `known`: the tenant holds what the vendor's examples need; otherwise it is empty.

    `readings` are those of the tenant that are not the default.
    """

    name: str
    requests: tuple[Sending, ...]
    known: bool = True
    readings: Mapping[str, str] = field(default_factory=dict)


@cache
def corpus(vendor: str) -> tuple[Chunk, ...]:
    """All chunks for a vendor."""
    operations = list(contract(vendor).operations.values())
    pages = tuple(_from_pages(vendor))
    odd = by_hand(vendor)
    chunks = [Chunk("examples", pages), Chunk("examples, empty tenant", pages, known=False), Chunk("by hand", odd)]
    large: list[Chunk] = []
    for operation in operations:
        variants = tuple(_variants(vendor, operation))
        usual = tuple(each for each in variants if not _is_large(each))
        # Each upload of a day is compared with those before it.
        chunks += _in_pieces(operation.id, usual, 20 if operation.upload else 50)
        large += _in_pieces(operation.id, tuple(filter(_is_large, variants)), 20, kind=" large")
    chunks.append(Chunk("generated", _generated(vendor)))
    for readings in _other_readings(vendor):
        chunks.append(Chunk(f"other readings {len(chunks)}", (*pages, *odd), readings=readings))
    return tuple(chunk for chunk in (*chunks, *large) if chunk.requests)


def _is_large(sending: Sending) -> bool:
    """Whether a request is expensive: one with the most items that a list may have."""
    return len(str(sending.json)) > _LARGE


def _in_pieces(name: str, requests: tuple[Sending, ...], size: int, kind: str = "") -> Iterator[Chunk]:
    for start in range(0, len(requests), size):
        yield Chunk(f"{name}{kind} {start}", requests[start : start + size])


# -- pages and fixtures -----------------------------------------------------------------------------------------------


def _from_pages(vendor: str) -> Iterator[Sending]:
    for operation in contract(vendor).operations.values():
        for body in [*bodies(vendor, operation.id), *_fixtures(vendor, operation)]:
            yield _sending(vendor, operation, body)
        if "requestBody" in operation.spec:
            yield replace(_sending(vendor, operation, None), raw=b"{")
            yield replace(_sending(vendor, operation, None), raw=b"")
            yield replace(_sending(vendor, operation, []), headers={"content-type": "text/plain"})
            yield from _without_credentials(vendor, operation)


def _without_credentials(vendor: str, operation: Operation) -> Iterator[Sending]:
    """Bodies without one of their required credentials."""
    known = _properties(contract(vendor), _schema(contract(vendor), operation))
    names = [credential.name for credential in contract(vendor).credentials if credential.name in known]
    for missing in names:
        body = {name: "x" for name in names if name != missing} | {"data": {"a": 1}}
        yield replace(_sending(vendor, operation, None), raw=dumps(body))


def _fixtures(vendor: str, operation: Operation) -> Iterator[Any]:
    """Fixtures whose keys the schema of the operation knows."""
    if "requestBody" not in operation.spec:
        return
    schema = _schema(contract(vendor), operation)
    known = set(_properties(contract(vendor), schema))
    for path in sorted((data_directory("fixtures") / vendor).iterdir()):
        if path.name == "state.json" or path.stat().st_size > 100_000:
            continue
        for text in path.read_bytes().splitlines() if path.suffix == ".ndjson" else [path.read_bytes()]:
            try:
                body = loads(text).value
            except NotJson:
                continue
            if isinstance(body, dict) and len(known & set(body)) * 2 > len(body):
                yield body


# -- one request per way to meet or miss a schema ---------------------------------------------------------------------


def _variants(vendor: str, operation: Operation) -> Iterator[Sending]:
    yield from _with_parameters(vendor, operation)
    if "requestBody" not in operation.spec:
        return
    schema = _schema(contract(vendor), operation)
    full = full_body(vendor, operation.id)
    bases = [full, *bodies(vendor, operation.id)[:1]]
    yield _sending(vendor, operation, full)
    for base in bases:
        for body in _missed(contract(vendor), schema, base):
            yield _sending(vendor, operation, body)


def full_body(vendor: str, operation: str) -> Any:
    """A body with everything in it that the schema of an operation knows, but for credentials."""
    schema = _schema(contract(vendor), contract(vendor).operations[operation])
    full = _full(contract(vendor), schema, words(vendor), "", 0)
    if isinstance(full, dict):
        full = {name: item for name, item in full.items() if name not in ("api_key", "tid")}
    return full


def _missed(known: Contract, schema: Mapping[str, Any], base: Any) -> Iterator[Any]:
    """The body with another value at one place."""
    for at, spec in _places(known, schema, base, ()):
        for value in _values(known, spec):
            yield _put(base, at, value)
        if at and isinstance(at[-1], str):
            yield _put(base, at, _GONE)
        yield _put(base, (*at, "unknownKey"), "unknown")


_GONE = object()


def _put(base: Any, at: tuple[Any, ...], value: Any) -> Any:
    body = copy.deepcopy(base)
    if not at:
        return value
    node = body
    for token in at[:-1]:
        node = node[token]
    if value is _GONE:
        node.pop(at[-1], None)
    elif isinstance(node, dict | list) and not (isinstance(node, list) and isinstance(at[-1], str)):
        node[at[-1]] = copy.deepcopy(value)
    return body


def _places(
    known: Contract, schema: Mapping[str, Any], node: Any, at: tuple[Any, ...]
) -> Iterator[tuple[tuple[Any, ...], list[Mapping[str, Any]]]]:
    parts = list(_parts(known, schema))
    yield at, parts
    if isinstance(node, dict):
        properties = _properties(known, schema)
        for key, item in node.items():
            yield from _places(known, properties.get(key, {}), item, (*at, key))
    elif isinstance(node, list) and node:
        items: dict[str, Any] = next((part["items"] for part in parts if isinstance(part.get("items"), dict)), {})
        yield from _places(known, items, node[0], (*at, 0))


def _values(known: Contract, parts: list[Mapping[str, Any]]) -> Iterator[Any]:
    yield from _TYPES
    for part in parts:
        yield from part.get("enum", ())
        yield from (part[key] for key in ("const", "default", "example") if key in part)
        yield from part.get("examples", ())
        yield from _FORMATS.get(part.get("format", ""), ())
        for limit in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            if limit in part:
                yield from (part[limit] - 1, part[limit], part[limit] + 1)
        if "multipleOf" in part:
            yield from (part["multipleOf"], part["multipleOf"] * 1.5)
        for limit in ("minLength", "maxLength"):
            if limit in part and part[limit] < 10_000:
                yield from ("a" * length for length in (part[limit] - 1, part[limit], part[limit] + 1) if length >= 0)
        for limit in ("minItems", "maxItems"):
            if limit in part and part[limit] <= 3_000:
                item = _full(known, part.get("items", {}), {}, "", 0)
                yield from ([item] * length for length in (part[limit], part[limit] + 1))
        if isinstance(others := part.get("additionalProperties"), Mapping):
            yield from ({"default": value} for value in _values(known, list(_parts(known, others))))


_FORMATS: Mapping[str, tuple[Any, ...]] = {
    "email": ("a@example.com", "a@"),
    "date": ("2025-01-31", "2025-02-31"),
    "date-time": ("2025-01-31T10:00:00Z", "2025-01-31T10:00:00"),
    "date-time-or-iso8601": ("2025-01-31T10:00:00-00:00", "2025-01-31T25:00:00"),
    "iso8601": ("2025-01-31T10:00:00+0800", "2025-01-31T25:00:00"),
}


def _full(known: Contract, schema: Mapping[str, Any], named: Mapping[str, list[Any]], key: str, deep: int) -> Any:
    """A value with everything in it that the schema knows."""
    parts = list(_parts(known, schema))
    properties = _properties(known, schema)
    if properties and deep < _DEEP:
        return {name: _full(known, spec, named, name, deep + 1) for name, spec in properties.items()}
    types = " ".join(str(part.get("type", "array")) for part in parts)
    items: dict[str, Any] | None = next((part["items"] for part in parts if isinstance(part.get("items"), dict)), None)
    if items is not None and "array" in types:
        return [_full(known, items, named, key, deep + 1)]
    usual = next((value for word, value in _ONE.items() if word in types), "1")
    return next(iter([*_stated(parts), *named.get(key, ()), *_shown(parts), usual]))


def _stated(parts: list[Mapping[str, Any]]) -> Iterator[Any]:
    for part in parts:
        yield from part.get("enum", [part["const"]] if "const" in part else [])


def _shown(parts: list[Mapping[str, Any]]) -> Iterator[Any]:
    for part in parts:
        yield from part.get("examples", ())
        yield from _FORMATS.get(part.get("format", ""), ())


_ONE: Mapping[str, Any] = {"string": "1", "integer": 1, "number": 1.5, "boolean": True, "object": {"a": "b"}}


def _parts(known: Contract, schema: Any, deep: int = 0) -> Iterator[Mapping[str, Any]]:
    """A schema and the branches and references that say more of the same value."""
    if not isinstance(schema, Mapping) or deep > _DEEP:
        return
    yield schema
    if "$ref" in schema:
        yield from _parts(known, known.resolve(schema["$ref"]), deep + 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword, ()):
            yield from _parts(known, branch, deep + 1)


def _properties(known: Contract, schema: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in _parts(known, schema):
        for name, spec in part.get("properties", {}).items():
            found.setdefault(name, spec)
    return found


# -- readings, parameters, generated requests -------------------------------------------------------------------------


def _other_readings(vendor: str) -> Iterator[dict[str, str]]:
    """Choices that are not the default, for all readings at once: the first of each, the second, and so on."""
    readings = {name: rule.reading for name, rule in contract(vendor).rules.items() if rule.reading}
    others = {
        name: [choice for choice in reading.choices if choice != reading.default] for name, reading in readings.items()
    }
    for at in range(max(map(len, others.values()), default=0)):
        yield {name: choices[min(at, len(choices) - 1)] for name, choices in others.items()}


def _with_parameters(vendor: str, operation: Operation) -> Iterator[Sending]:
    known = contract(vendor)
    base = _sending(vendor, operation, next(iter(bodies(vendor, operation.id)), None))
    if "requestBody" not in operation.spec:
        yield replace(base, raw=b"")
    for given_spec in operation.spec.get("parameters", ()):
        spec = known.resolve(given_spec["$ref"]) if "$ref" in given_spec else given_spec
        schema = spec.get("schema", {})
        usual = [str(word) for word in words(vendor).get(spec["name"], ())[:2]]
        values = [
            *usual,
            *map(str, _values(known, list(_parts(known, schema)))),
            "0",
            "-1",
            "1",
            "101",
            "1001",
            "2025-01-31",
            "20250131",
        ]
        for value in dict.fromkeys(values):
            if spec["in"] == "query" and spec["name"] != "tid":
                yield replace(base, query={spec["name"]: value})
            elif spec["in"] == "path":
                yield replace(base, path={**base.path, spec["name"]: value.replace("/", "")})
            elif spec["in"] == "header":
                yield replace(base, headers={**base.headers, spec["name"].lower(): value})


def _generated(vendor: str) -> tuple[Sending, ...]:
    requests: list[Sending] = []

    @seed(SEED)
    @settings(
        max_examples=GENERATED,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        deadline=None,
    )
    @given(request=sendings(vendor))
    def gather(request: Sending) -> None:
        requests.append(request)

    gather()
    return tuple(requests)


def _sending(vendor: str, operation: Operation, body: Any) -> Sending:
    named = {"yyyymmdd": "20260115"}
    path = {
        part.strip("{}"): str(next(iter([*words(vendor).get(part.strip("{}"), ()), named.get(part.strip("{}"), "1")])))
        for part in operation.path.split("/")
        if part.startswith("{")
    }
    if operation.upload:
        lines = body if isinstance(body, bytes) else dumps(body)
        return Sending(vendor, operation.id, path=path, raw=lines)
    return Sending(vendor, operation.id, path=path, json=body)


def _schema(known: Contract, operation: Operation) -> Mapping[str, Any]:
    content: Mapping[str, Any] = next(iter(operation.spec["requestBody"]["content"].values()))["schema"]
    schema: Mapping[str, Any] = content
    if operation.upload:
        schema = content["properties"][operation.upload]["x-oai-itemSchema"]
    return schema
