"""The example bodies of a contract, validated against its own response schemas.

Successes answer with the examples, refusals with the bodies in errors.yaml. The server does not start if a body has
another type than its response schema: one of the two is wrong, and tools that read the document trust the schema. The
examples of a schema are validated against it, too.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

from mockservers.core.contract.contract import Contract, Operation, resolve
from mockservers.core.contract.cross_references import has_place
from mockservers.core.contract.keywords import schemas_of
from mockservers.core.contract.placeholders import is_placeholder
from mockservers.core.contract.refusals import Refusal
from mockservers.core.contract.validation import Validator, Violation, at_place
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer

At = tuple[str | int, ...]


@dataclass(frozen=True)
class _Body:
    """A body of the contract: its file, place and value, the value in replies, and the place of its schema."""

    file: str
    at: At
    given: Any
    answered: Any
    schema: str


def check_examples(contract: Contract, overridden: Container[str]) -> None:
    """Raise ContractError for the first example, default or refusal that its schema does not accept.

    If an overlay edited only the schema of an error response, the error names the schema.
    """
    bodies = {f"body {n}": body for n, body in enumerate([*_examples(contract), *_refusals(contract)])}
    # One schema for all of them: compiling one each would take longer than all other checks of the start.
    schema = {"properties": {name: at_place(body.schema) for name, body in bodies.items()}}
    validator = Validator(contract.with_components(schema), file="openapi.yaml")
    for violation in validator.violations({name: body.answered for name, body in bodies.items()}):
        name, *at = violation.at
        body = bodies[str(name)]
        if _is_error(body, tuple(at), violation):
            schema_name = "its" if body.at[-1] == "default" else "the response"
            reason = f"{schema_name} schema does not accept it: {violation.message}"
            fix = f"Fix: correct it, or openapi.yaml{body.schema}."
            if body.file not in overridden and "openapi.yaml" in overridden:
                place = body.schema.removeprefix("#")
                reason = f"it does not accept {body.file}#{pointer(*body.at, *at)}: {violation.message}"
                fix = f"Fix: correct it, or override {body.file}, too."
                raise ContractError(f"{contract.vendor}/openapi.yaml", place, reason, fix)
            raise ContractError(f"{contract.vendor}/{body.file}", pointer(*body.at, *at), reason, fix)


def _is_error(body: _Body, at: At, violation: Violation) -> bool:
    """Whether a violation is an error. Of an example only a wrong type is: an overlay may narrow an enum and keep it.

    A placeholder can have a value of any type. Replies omit fields that are only in the example or only in the schema.
    """
    if body.at[-1] == "default":
        return True  # it is stored and answered
    if violation.keyword != "type":
        return False
    if body.file == "errors.yaml":
        return not is_placeholder(violation.value)
    return has_place(body.given, pointer(*at)) and has_place(body.answered, pointer(*at))


def _examples(contract: Contract) -> Iterator[_Body]:
    examples: dict[At, Any] = {}
    for operation in contract.operations.values():
        for status in operation.spec["responses"]:
            for at, content in _contents(contract, operation, status):
                if "example" in content:
                    examples[at] = content["example"]
    for at, example in examples.items():
        schema = f"#{pointer(*at, 'schema')}"
        yield _Body("openapi.yaml", (*at, "example"), example, contract.reply_fields(schema).of(example), schema)
    for at, schema_of in schemas_of(contract.openapi):
        for index, example in enumerate(schema_of.get("examples", ())):
            yield _Body("openapi.yaml", (*at, "examples", index), example, example, f"#{pointer(*at)}")
        if (default := schema_of.get("default")) is not None:
            yield _Body("openapi.yaml", (*at, "default"), default, default, f"#{pointer(*at)}")


def _refusals(contract: Contract) -> Iterator[_Body]:
    for refusal in contract.refusals.values():
        media_type = next((value for name, value in refusal.headers if name.lower() == "content-type"), "")
        for operation in _operation_of(contract, refusal):
            for at, _ in _contents(contract, operation, str(refusal.status)):
                if refusal.body is not None and at[-1] == media_type:
                    place = ("refusals", refusal.name, "body")
                    yield _Body("errors.yaml", place, refusal.body, refusal.body, f"#{pointer(*at, 'schema')}")


def _operation_of(contract: Contract, refusal: Refusal) -> Iterator[Operation]:
    """Yield the operation of a refusal's request; nothing if the path or method of the request is unknown."""
    path = str(refusal.request.get("path", "")).partition("?")[0]
    for operation in contract.operations.values():
        template = "[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", operation.path)))
        if operation.method == refusal.request.get("method") and re.fullmatch(template, path):
            yield operation
            return


def _contents(contract: Contract, operation: Operation, status: str) -> Iterator[tuple[At, dict[str, Any]]]:
    """Yield (place, content) of each media type with a schema, for a status of an operation."""
    path = operation.path.removeprefix(contract.base_path)
    at: At = ("paths", path, operation.method.lower(), "responses", status)
    response = operation.spec["responses"].get(status, {})
    if "$ref" in response:
        at = tuple(response["$ref"].removeprefix("#/").split("/"))
        response = resolve(contract.openapi, pointer(*at))
    for media_type, content in response.get("content", {}).items():
        if "schema" in content:
            yield (*at, "content", media_type), content
