"""The paths of `x-reports`, checked against the schemas of the operation. A misspelt one would report nothing."""

from __future__ import annotations

from mockservers.core.contract.contract import Contract, Operation, is_success
from mockservers.core.contract.validation import Shape
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer
from mockservers.core.values.nearest import did_you_mean

At = tuple[str | int, ...]


def check_report_paths(contract: Contract) -> None:
    """Raise ContractError for the first path of `x-reports` that no reply, or no request, of its operation has."""
    for operation in contract.operations.values():
        at: At = ("paths", operation.path.removeprefix(contract.base_path), operation.method.lower())
        replies, requests = (
            _reply_places(operation, at),
            _places(operation.spec.get("requestBody", {}), at, "requestBody"),
        )
        for index, report in enumerate(operation.reports):
            place = (*at, "x-reports", index)
            end = _check(contract, (*place, "path"), report.path, replies)
            if report.names:
                _check(contract, (*place, "names"), report.names, requests)
            for number, name in enumerate(report.without):
                if end is not None and end.properties and name not in end.properties:
                    raise _unknown(contract, (*place, "without", number), name, end)


def _reply_places(operation: Operation, at: At) -> list[At]:
    responses = operation.spec["responses"]
    found = [_places(responses[status], (*at, "responses"), status) for status in responses if is_success(status)]
    return [place for places in found for place in places]


def _places(node: dict[str, object], at: At, key: str) -> list[At]:
    """Return the places of the schemas of a response or a request body, one for each media type."""
    content = node.get("content", {})
    medias = content.items() if isinstance(content, dict) else ()
    return [(*at, key, "content", name, "schema") for name, media in medias if "schema" in media]


def _check(contract: Contract, at: At, path: str, schemas: list[At]) -> Shape | None:
    """Return the shape at the end of a path, the first that has it; None if a schema allows any key on the way."""
    error: ContractError | None = None
    for schema in schemas:
        shape: Shape | None = contract.shape(f"#{pointer(*schema)}")
        for step in path.split("."):
            name, each, _ = step.partition("[*]")
            if shape is None or not shape.properties:
                return None  # any key may be there
            if name not in shape.properties:
                error = error or _unknown(contract, at, name, shape)
                break
            shape = shape.properties[name]
            shape = shape.items if each and shape.items else shape
        else:
            return shape
    if error:
        raise error
    return None


def _unknown(contract: Contract, at: At, name: str, shape: Shape) -> ContractError:
    fix = f"{did_you_mean(name, shape.properties)} Available: {', '.join(shape.properties)}.".strip()
    return ContractError(f"{contract.vendor}/openapi.yaml", pointer(*at), f"its schema has no {name!r}", fix)
