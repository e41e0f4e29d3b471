"""The operations of a vendor's OpenAPI document in the form of a contract, and the items that each of them stores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from mockservers.cli.scaffold.samples import shown
from mockservers.cli.scaffold.schemas import Cleaner, is_object, merged
from mockservers.cli.scaffold.source import Document, followed
from mockservers.core.contract.contract import METHODS
from mockservers.core.contract.keywords import PLACES

_JSON = "application/json"
_STATUS = re.compile(r"[1-5]\d\d")
_LEFT_OUT = frozenset({"security", "servers", "callbacks"})
_BATCH_SEGMENTS = frozenset({"batch", "bulk", "import", "_all", "all", "upsert"})
_KEYS = ("id", "number", "no", "code", "key", "sku", "email")


@dataclass(frozen=True, slots=True)
class Stored:
    """The items that an operation stores: their place in its body, their collection, and their key field."""

    operation: str
    path: str
    items: str
    collection: str
    key: str
    directives: tuple[str, ...]


class Operations:
    """The paths of a contract, its schemas, and the items that its operations store."""

    def __init__(self, document: Document, cleaner: Cleaner) -> None:
        self._document, self._cleaner = document, cleaner
        self.schemas = {
            name: cleaner.schema(schema) for name, schema in document.get("components", {}).get("schemas", {}).items()
        }
        self.stored: list[Stored] = []
        self._ids: set[str] = set()
        self.paths = {path: item for path, item in self._paths() if item}

    def _paths(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for path, path_item in self._document["paths"].items():
            item = followed(self._document, path_item)
            template = re.sub(r"\{([^{}]+)\}", lambda match: f"{{{_word(match[1])}}}", path)
            methods = {method: spec for method, spec in item.items() if method in METHODS}
            shared = item.get("parameters", [])
            yield (
                template,
                {method: self._operation(template, method, spec, shared) for method, spec in methods.items()},
            )

    def _operation(self, path: str, method: str, spec: dict[str, Any], shared: list[Any]) -> dict[str, Any]:
        operation = {
            key: self._cleaner.tree(item) for key, item in spec.items() if key in PLACES["operation"] - _LEFT_OUT
        }
        operation["operationId"] = name = self._id(str(spec.get("operationId") or f"{method} {path}"))
        parameters = [self._parameter(each) for each in (*shared, *spec.get("parameters", ()))]
        if parameters:
            operation["parameters"] = parameters
        if "requestBody" in spec:
            operation["requestBody"] = self._body(
                name, path, method, followed(self._document, spec["requestBody"]), operation
            )
        operation["responses"] = self._responses(spec.get("responses", {}))
        return operation

    def _id(self, preferred: str) -> str:
        words = re.findall(r"[A-Za-z0-9]+", preferred)
        name = "".join(word if not at else word[:1].upper() + word[1:] for at, word in enumerate(words)) or "call"
        name = name[0].lower() + name[1:] if name[0].isalpha() else f"call{name}"
        unique, number = name, 2
        while unique in self._ids:
            unique, number = f"{name}{number}", number + 1
        self._ids.add(unique)
        return unique

    def _parameter(self, declared: Any) -> dict[str, Any]:
        spec = deepcopy(followed(self._document, declared))
        parameter = {key: item for key, item in self._cleaner.tree(spec).items() if key in PLACES["parameter"]}
        if parameter.get("in") == "path":
            parameter["name"] = _word(str(parameter["name"]))
        return parameter

    def _responses(self, responses: dict[str, Any]) -> dict[str, Any]:
        kept_responses: dict[str, Any] = {}
        for status, declared in responses.items():
            code = "200" if str(status).upper() == "2XX" else str(status)
            if _STATUS.fullmatch(code):
                kept_responses[code] = self._response(code, followed(self._document, declared))
        if not any(code.startswith("2") for code in kept_responses):
            kept_responses = {"200": {"description": "Accepted."}, **kept_responses}
        return kept_responses

    def _response(self, code: str, spec: dict[str, Any]) -> dict[str, Any]:
        response: dict[str, Any] = {"description": str(spec.get("description", ""))}
        content = spec.get("content", {})
        media = _json_of(content) or next(iter(content), "")
        if media:
            cleaned = self._cleaner.tree(content[media], "content")
            response["content"] = {media: {"schema": cleaned.get("schema", {})}}
            if code.startswith("2"):
                response["content"][media]["example"] = shown(self._document, content[media])
        return response

    # -- bodies -----------------------------------------------------------------------------------------------------

    def _body(
        self, name: str, path: str, method: str, spec: dict[str, Any], operation: dict[str, Any]
    ) -> dict[str, Any]:
        content = spec.get("content", {})
        media = _json_of(content)
        if not media:
            self._cleaner.left_out.append(f"the body of {name}, which is not JSON: the mock refuses it")
            return dict(self._cleaner.tree(spec))
        schema = content[media].get("schema", {})
        reference = schema.get("$ref", "")
        if not reference.startswith("#/components/schemas/"):
            component = f"{name[0].upper()}{name[1:]}Body"
            reference = f"#/components/schemas/{component}"
            self.schemas[component] = self._cleaner.schema(schema)
        stored = self._stores(name, path, merged(self._document, schema)) if method != "delete" else None
        if stored:
            self.stored.append(stored)
            operation |= {"x-items": stored.items} if stored.items else {}
        media_type = {"schema": {"$ref": reference}}
        example = {"example": shown(self._document, content[media])}
        return {"required": True, "content": {_JSON: media_type | (example if "example" in content[media] else {})}}

    def _stores(self, name: str, path: str, body: dict[str, Any]) -> Stored | None:
        lists = {
            key: merged(self._document, each.get("items", {}))
            for key, item in body.get("properties", {}).items()
            if (each := merged(self._document, item)).get("type") == "array"
        }
        lists = {key: item for key, item in lists.items() if is_object(item)}
        if body.get("type") == "array":
            item, items, noun = merged(self._document, body.get("items", {})), "/*", ""
        elif len(lists) == 1 and "/" not in (key := next(iter(lists))) and _is_envelope(path, key, body):
            item, items, noun = lists[key], f"/{key}/*", key
        else:
            item, items, noun = body, "", ""
        if not is_object(item):
            self._cleaner.left_out.append(f"what {name} stores: its items are not objects")
            return None
        collection = _snake(noun or _noun(path))
        known_key = next((each.key for each in self.stored if each.collection == collection), None)
        directives = [each for each in body.get("properties", {}) if items != "/*" and items and each != noun]
        return Stored(name, path, items, collection, known_key or _key(item, collection), tuple(directives))


def _is_envelope(path: str, key: str, body: dict[str, Any]) -> bool:
    """Whether a body only wraps its list, as a batch does. An order with lines does not."""
    segments = [part.lower() for part in path.split("/") if part]
    return len(body["properties"]) == 1 or _snake(key) == _noun(path) or bool(_BATCH_SEGMENTS & set(segments))


def _key(item: dict[str, Any], collection: str) -> str:
    """The field that identifies an item: a required field with the name of a key; otherwise `id`."""
    noun = collection.removesuffix("s")
    required = [name for name in item.get("required", ()) if _is_scalar(item.get("properties", {}).get(name, {}))]
    for name_of_key in _KEYS:
        for name in required:
            if _snake(name) in (name_of_key, f"{noun}_{name_of_key}"):
                return str(name)
    return next((name for name in required if _snake(name).endswith(tuple(f"{noun}_{each}" for each in _KEYS))), "id")


def _is_scalar(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type", "string") in ("string", "integer")


def _noun(path: str) -> str:
    segments = [part for part in path.split("/") if part and "{" not in part and part.lower() not in _BATCH_SEGMENTS]
    return _snake(segments[-1] if segments else "records")


def _snake(name: str) -> str:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return re.sub(r"[^a-z_]+", "_", words).strip("_") or "records"


def _word(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _json_of(content: dict[str, Any]) -> str:
    return next((name for name in content if name.partition(";")[0] == _JSON or name.endswith("+json")), "")
