"""Traffic as Hypothesis draws it: values near a schema, the vendors' own examples with something changed, and junk.

A contract is enough to make it, so that every vendor is tried by the same laws.
"""

from __future__ import annotations

import base64
import copy
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from hypothesis import strategies as st

from mockservers.core.call import Part, Request
from mockservers.core.contract import Contract, Operation
from mockservers.core.contracts import VENDORS, data_directory
from mockservers.core.errors import UsageError
from mockservers.core.jsontext import dumps
from mockservers.core.spool import Spooled
from mockservers.web.seeds import demo
from tests.asking import Asking, contract

Draw = Callable[[st.SearchStrategy[Any]], Any]

OPERATIONS = [(vendor, operation) for vendor in VENDORS for operation in contract(vendor).operations]
"""Every operation of every vendor."""


@dataclass(frozen=True)
class Sending:
    """A call to be: of an operation, with credentials still to be put on."""

    vendor: str
    operation: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    raw: bytes | None = None

    @property
    def about(self) -> Operation:
        """What the contract says of the operation."""
        return contract(self.vendor).operations[self.operation]

    def by(self, credentials: Mapping[str, str]) -> Request:
        """The request that somebody with these credentials sends."""
        about = self.about
        headers, query, value = _DRESS[self.vendor](self, credentials)
        body = self.raw if self.raw is not None else dumps(value)
        path = about.path
        for name, given in self.path.items():
            path = path.replace(f"{{{name}}}", given)
        made = Request(about.method, path, query=query, headers=headers, body=body)
        if not about.upload:
            return made
        part = Part(about.upload, "blob", "application/x-ndjson", Spooled.of(body))
        return replace(made, body=b"", parts=(part,))


Dress = Callable[[Sending, Mapping[str, str]], tuple[dict[str, str], dict[str, str], Any]]


def _bearer(sending: Sending, credentials: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], Any]:
    headers = {"content-type": "application/json", "authorization": f"Bearer {credentials['token']}"}
    return {**headers, **sending.headers}, dict(sending.query), sending.json


def _basic(sending: Sending, credentials: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], Any]:
    word = base64.b64encode(f"any:{credentials['api_key']}".encode()).decode()
    headers = {"content-type": "application/json", "authorization": f"Basic {word}"}
    return {**headers, **sending.headers}, dict(sending.query), sending.json


def _in_body(sending: Sending, credentials: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], Any]:
    headers = {"content-type": "application/json", "x-omnisegment-api-key": credentials["api_key"], **sending.headers}
    value = {**sending.json, **credentials} if isinstance(sending.json, dict) else sending.json
    return headers, {"tid": credentials["tid"], **sending.query}, value


_DRESS: dict[str, Dress] = {"omnisegment": _in_body, "fanship": _bearer, "esputnik": _basic, "zangsho": _bearer}

# -- what the vendors' own pages send ---------------------------------------------------------------------------------


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
    asking.tenant.replace_state(demo(vendor)["state"])
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


# -- junk -----------------------------------------------------------------------------------------------------------

odd_texts = ["", "a", "1", "商品A", "Олена", "-5", "1e3", "\ud800", "😀", "x" * 300, "null"]
texts = st.sampled_from(odd_texts) | st.text(max_size=5)
keys = st.sampled_from(["id", "a", "名"]) | texts
numbers = (
    st.sampled_from([0, 1, -1, 2, 0.5, 100.0, 1e300, 2**53, 2**64, -(2**70)])
    | st.integers(-3, 300)
    | st.floats(allow_nan=False, allow_infinity=False)
)
junk = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
"""Any JSON, small."""

_FORMATS = {
    "date-time": ["2026-01-15T12:00:00+09:00", "2026-01-14T03:00:00Z", "2026-01-15T12:00:00.5Z", "2026-01-15T12:00:00"],
    "iso8601": [
        "2025-11-01T09:51:23+0800",
        "2025-11-01",
        "2025-11-01T09:51:23+08:00",
        "2025-11-01 09:51",
        "01.11.2025",
    ],
    "local-date-time": ["2020-05-14T10:11:00", "2020-05-14T10:11:00Z", "2020-02-30T10:11:00"],
    "date": ["2026-01-15", "2026-02-30"],
    "yyyymmdd": ["20260115", "20260114", "20260230"],
    "email": ["a@example.com", "wang.xiaoming@example.com", "no email"],
    "decimal": ["1990.00", "-5", "1e3"],
    "uuid": ["14c4765a-b331-43a6-b15c-09de1aa3e24f", "14c4765a"],
}


# -- near a schema --------------------------------------------------------------------------------------------------


@st.composite
def instances(draw: Draw, vendor: str, schema: Mapping[str, Any], wild: int = 60) -> Any:
    """A value that a schema asks for, or nearly: at one place in `wild` anything else may stand."""
    return _Maker(draw, vendor, wild).make(schema, "", 0)


@dataclass
class _Maker:
    draw: Draw
    vendor: str
    wild: int

    def make(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        schema = self._flat(schema)
        if depth > 6 or self.draw(st.integers(0, self.wild)) == self.wild:
            return self.draw(junk)
        if "const" in schema or "enum" in schema:
            return self.draw(st.sampled_from(schema.get("enum", [schema.get("const")])))
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self.make(self.draw(st.sampled_from(schema[word])), key, depth)
        kinds = schema.get("type", "object" if "properties" in schema else ["string", "integer", "null"])
        kind = self.draw(st.sampled_from(kinds)) if isinstance(kinds, list) else kinds
        make: Callable[..., Any] = getattr(self, f"_{kind}")
        return make(schema, key, depth)

    def _flat(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A schema with what it refers to, and all of its `allOf`, in one."""
        found: dict[str, Any] = {}
        parts = [*schema.get("allOf", ())]
        if "$ref" in schema:
            parts.append(contract(self.vendor).resolve(schema["$ref"]))
        for part in [*map(self._flat, parts), schema]:
            properties = {**found.get("properties", {}), **part.get("properties", {})}
            required = [*found.get("required", ()), *part.get("required", ())]
            found = {**found, **{k: v for k, v in part.items() if k not in ("$ref", "allOf")}}
            if properties:
                found["properties"] = properties
            if required:
                found["required"] = required
        return found

    def _object(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        made: dict[str, Any] = {}
        required = set(schema.get("required", ()))
        for name, spec in schema.get("properties", {}).items():
            if self.draw(st.integers(0, 30)) < (30 if name in required else 10):
                made[name] = self.make(spec, name, depth + 1)
        if self.draw(st.integers(0, self.wild)) == 0:
            made[self.draw(st.sampled_from(["unknownKey", "id", "名前"]))] = self.draw(junk)
        return made

    def _array(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        items = schema.get("items", {})
        made = [self.make(items, key, depth + 1) for _ in range(self.draw(st.integers(0, 3)))]
        most = schema.get("maxItems")
        if made and most is not None and most <= 100 and self.draw(st.integers(0, self.wild)) == 0:
            made = [made[0]] * (most + self.draw(st.integers(0, 1)))
        return made

    def _string(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        known = [word for word in words(self.vendor).get(key, ()) if isinstance(word, str)]
        choices = [*known, *_FORMATS.get(schema.get("format", ""), ()), *schema.get("examples", ())]
        most = schema.get("maxLength")
        if most is not None and self.draw(st.integers(0, self.wild)) == 0:
            return "名" * (most + self.draw(st.integers(0, 1)))
        return self.draw(st.sampled_from(choices) if choices and self.draw(st.integers(0, 5)) else texts)

    def _number(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        known = [word for word in words(self.vendor).get(key, ()) if isinstance(word, int | float)]
        bounds = [schema[word] for word in ("minimum", "maximum") if word in schema]
        choices = [*known, *bounds, *(bound + 1 for bound in bounds), *(bound - 1 for bound in bounds)]
        return self.draw(st.sampled_from(choices) if choices and self.draw(st.booleans()) else numbers)

    _integer = _number

    def _boolean(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        return self.draw(st.booleans())

    def _null(self, schema: Mapping[str, Any], key: str, depth: int) -> Any:
        return None


# -- changed --------------------------------------------------------------------------------------------------------


@st.composite
def changed(draw: Draw, value: Any) -> Any:
    """A value with up to three things changed in it: gone, twice, renamed, or something else altogether."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(0, 3))):
        parents = [node for node in _containers(value) if node]
        if not parents:
            break
        parent = draw(st.sampled_from(parents))
        key = draw(st.sampled_from(list(parent) if isinstance(parent, dict) else list(range(len(parent)))))
        match draw(st.sampled_from(["gone", "twice", "renamed", "other", "null"])):
            case "gone":
                del parent[key]
            case "twice" if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[key]))
            case "renamed" if isinstance(parent, dict):
                parent[f"{key}X"] = parent.pop(key)
            case "null":
                parent[key] = None
            case _:
                parent[key] = draw(junk)
    return value


def _containers(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        yield node
        for item in node.values() if isinstance(node, dict) else node:
            yield from _containers(item)


# -- calls ----------------------------------------------------------------------------------------------------------


@st.composite
def sendings(draw: Draw, vendor: str, operation: str = "") -> Sending:
    """A call of an operation of a vendor (any, unless it is named)."""
    found: Contract = contract(vendor)
    about = found.operations[operation or draw(st.sampled_from(list(found.operations)))]
    parameters = [_resolved(found, parameter) for parameter in about.spec.get("parameters", ())]
    in_path = {spec["name"]: spec for spec in parameters if spec["in"] == "path"}
    made = Sending(
        vendor,
        about.id,
        path={name: draw(_parameter(vendor, in_path.get(name, {"name": name}))) for name in _templates(about)},
        query={
            spec["name"]: draw(_parameter(vendor, spec))
            for spec in parameters
            if spec["in"] == "query" and spec["name"] != "tid" and draw(st.booleans())
        },
    )
    if draw(st.integers(0, 30)) == 0:
        return replace(made, raw=draw(st.binary(max_size=40)))
    if about.upload:
        return replace(made, raw=draw(_uploads(found, about)))
    return replace(made, json=draw(_values(found, about)))


def _templates(about: Operation) -> list[str]:
    return re.findall(r"\{(\w+)\}", about.path)


def _resolved(found: Contract, parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    resolved: Mapping[str, Any] = found.resolve(parameter["$ref"]) if "$ref" in parameter else parameter
    return resolved


def _parameter(vendor: str, spec: Mapping[str, Any]) -> st.SearchStrategy[str]:
    schema = spec.get("schema", {})
    known = [str(word) for word in [*words(vendor).get(spec["name"], ()), *schema.get("enum", ())]]
    usual = [*known, *_FORMATS.get(schema.get("format", ""), ()), "1", "2", "101", "0", "-1", "x", "9" * 25]
    return st.sampled_from(usual)


def _values(found: Contract, about: Operation) -> st.SearchStrategy[Any]:
    content = about.spec.get("requestBody", {}).get("content", {})
    schema = next(iter(content.values()))["schema"] if content else {"type": "null"}
    usual = [changed(body) for body in bodies(found.vendor, about.id)]
    return st.one_of(instances(found.vendor, schema), *usual, instances(found.vendor, schema))


def _uploads(found: Contract, about: Operation) -> st.SearchStrategy[bytes]:
    """Files of JSON lines, a broken or blank one among them now and then."""
    part = about.spec["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"][about.upload]
    schema = part["x-oai-itemSchema"]
    usual = [changed(body) for body in bodies(found.vendor, about.id)]
    lines = st.one_of(*usual, instances(found.vendor, schema, 300)).map(dumps)
    odd = st.sampled_from([b"", b"  ", b"{", b'{"id":"1","id":"2"}', b'{"id":"1","n":1}\r'])
    line = st.integers(0, 12).flatmap(lambda n: odd if n == 0 else lines)
    return st.lists(line, max_size=4).map(b"\n".join)
