"""Calls as Hypothesis draws them. A contract is enough for it, so that every vendor is tried by the same laws."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.values.json_text import dumps
from mockservers.testing.json_values import FORMATS, Draw, changed
from tests.asking import contract
from tests.json_values import instances
from tests.pages import bodies, words
from tests.sending import Sending


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
    usual = [*known, *FORMATS.get(schema.get("format", ""), ()), "1", "2", "101", "0", "-1", "x", "9" * 25]
    return st.sampled_from(usual)


def _values(found: Contract, about: Operation) -> st.SearchStrategy[Any]:
    content = about.spec.get("requestBody", {}).get("content", {})
    schema = next(iter(content.values()))["schema"] if content else {"type": "null"}
    usual = [changed(body) for body in bodies(found.vendor, about.id)]
    return st.one_of(instances(found.vendor, schema), *usual, instances(found.vendor, schema))


def _uploads(found: Contract, about: Operation) -> st.SearchStrategy[bytes]:
    """Files of JSON lines, some with a broken or blank line."""
    part = about.spec["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"][about.upload]
    schema = part["x-oai-itemSchema"]
    usual = [changed(body) for body in bodies(found.vendor, about.id)]
    lines = st.one_of(*usual, instances(found.vendor, schema, 300)).map(dumps)
    odd = st.sampled_from([b"", b"  ", b"{", b'{"id":"1","id":"2"}', b'{"id":"1","n":1}\r'])
    line = st.integers(0, 12).flatmap(lambda n: odd if n == 0 else lines)
    return st.lists(line, max_size=4).map(b"\n".join)


def chosen_readings(vendor: str) -> st.SearchStrategy[dict[str, str]]:
    """Any choices of the forks that a vendor's pages leave open."""
    forks = {name: rule.reading for name, rule in contract(vendor).rules.items() if rule.reading}
    choices = {name: st.sampled_from(list(reading.choices)) for name, reading in forks.items()}
    return st.fixed_dictionaries({}, optional=choices)
