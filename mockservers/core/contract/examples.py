"""The bodies that a contract answers with, validated by its own response schemas.

An example is what a success answers or shows, and a refusal of errors.yaml is answered as it stands there. A body that
is not of its response schema's type stops the start: one of the two is wrong, and tools that read the document would
take the schema's word for it. The examples of a schema itself are held to it, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mockservers.core.contract.contract import Contract, Operation, resolve
from mockservers.core.contract.keywords import schemas_of
from mockservers.core.contract.placeholders import is_placeholder
from mockservers.core.contract.refusals import Refusal
from mockservers.core.contract.validation import Validator, Violation, at_place
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer

At = tuple[str | int, ...]


@dataclass(frozen=True)
class _Body:
    """A body as the contract has it in `file` at a place, as it is answered, and where its schema is."""

    file: str
    at: At
    given: Any
    answered: Any
    schema: str


def check_examples(contract: Contract) -> None:
    """ContractError for the first example or refusal that its response schema does not accept."""
    bodies = {f"body {n}": body for n, body in enumerate([*_examples(contract), *_refusals(contract)])}
    # One schema for all of them: to compile one for each takes longer than all else that the start checks.
    schema = {"properties": {name: at_place(body.schema) for name, body in bodies.items()}}
    validator = Validator(contract.beside_ours(schema), file="openapi.yaml")
    for violation in validator.violations({name: body.answered for name, body in bodies.items()}):
        name, *at = violation.at
        body = bodies[str(name)]
        if _counts(body, tuple(at), violation):
            reason = f"the response schema does not accept it: {violation.message}"
            fix = f"Fix: correct it, or openapi.yaml{body.schema}."
            raise ContractError(f"{contract.vendor}/{body.file}", pointer(*body.at, *at), reason, fix)


def _counts(body: _Body, at: At, violation: Violation) -> bool:
    """Only a wrong type does: who narrows an enum in an overlay need not rewrite what examples show.

    A placeholder stands for a value of any type; what an example lacks or has beside its schema is not answered.
    """
    if violation.keyword != "type":
        return False
    if body.file == "errors.yaml":
        return not is_placeholder(violation.value)
    return _stands(body.given, at) and _stands(body.answered, at)


def _examples(contract: Contract) -> Iterator[_Body]:
    found: dict[At, Any] = {}
    for operation in contract.operations.values():
        for status in operation.spec["responses"]:
            for at, content in _contents(contract, operation, status):
                if "example" in content:
                    found[at] = content["example"]
    for at, example in found.items():
        schema = f"#{pointer(*at, 'schema')}"
        yield _Body("openapi.yaml", (*at, "example"), example, contract.reply_fields(schema).of(example), schema)
    for at, about in schemas_of(contract.openapi):
        for index, example in enumerate(about.get("examples", ())):
            yield _Body("openapi.yaml", (*at, "examples", index), example, example, f"#{pointer(*at)}")


def _refusals(contract: Contract) -> Iterator[_Body]:
    for refusal in contract.refusals.values():
        media_type = next((value for name, value in refusal.headers if name.lower() == "content-type"), "")
        for operation in _asked(contract, refusal):
            for at, _ in _contents(contract, operation, str(refusal.status)):
                if refusal.body is not None and at[-1] == media_type:
                    place = ("refusals", refusal.name, "body")
                    yield _Body("errors.yaml", place, refusal.body, refusal.body, f"#{pointer(*at, 'schema')}")


def _asked(contract: Contract, refusal: Refusal) -> Iterator[Operation]:
    """The operation that the request of a refusal is to: none where the refusal is of an unknown path or method."""
    path = str(refusal.request.get("path", "")).partition("?")[0]
    for operation in contract.operations.values():
        template = "[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", operation.path)))
        if operation.method == refusal.request.get("method") and re.fullmatch(template, path):
            yield operation
            return


def _contents(contract: Contract, operation: Operation, status: str) -> Iterator[tuple[At, dict[str, Any]]]:
    """(place, content) of each media type with a schema that an operation answers under a status."""
    path = operation.path.removeprefix(contract.base_path)
    at: At = ("paths", path, operation.method.lower(), "responses", status)
    response = operation.spec["responses"].get(status, {})
    if "$ref" in response:
        at = tuple(response["$ref"].removeprefix("#/").split("/"))
        response = resolve(contract.openapi, pointer(*at))
    for media_type, content in response.get("content", {}).items():
        if "schema" in content:
            yield (*at, "content", media_type), content


def _stands(value: Any, at: At) -> bool:
    """Whether a value has this place."""
    try:
        resolve(value, pointer(*at))
    except (KeyError, IndexError, ValueError, TypeError):
        return False
    return True
