"""A vendor's contract: the content of the files in `contracts/<vendor>/`, parsed and compiled.

vendor.yaml    the vendor itself: its name, hosts, zone, credentials, demo tenant
openapi.yaml   shape: paths, schemas, limits, enums, success bodies, and our extensions of OpenAPI:
               `x-rate-limits` (root), `x-reports`, `x-upload` (operations)
rules.yaml     behaviour: rules with their provenance, values and readings
errors.yaml    refusals and message texts
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import tzinfo
from functools import cached_property
from typing import Any

from mockservers.core.accounting.reported import Report
from mockservers.core.contract.placeholders import fill, filled
from mockservers.core.contract.refusals import refusal_of
from mockservers.core.contract.reply_fields import ReplyFields
from mockservers.core.contract.rules import Reading, Rule, rule_of
from mockservers.core.contract.validation import Shape, Validator, Violation, at_place
from mockservers.core.contract.vendor_file import Credential, Demo, VendorFile
from mockservers.core.errors import ContractError, UnknownName
from mockservers.core.exchange.decision import Reply
from mockservers.core.value import Value
from mockservers.core.values.json_text import dumps

METHODS = frozenset({"get", "put", "post", "delete", "patch"})

_BODY_MAX = 16 * 1024 * 1024
"""The most bytes of a body that is not an upload, if the contract has no `x-max-body`."""


class Operation(Value):
    """One method on one path. `path` includes the base path, and has OpenAPI's path templates."""

    id: str
    method: str
    path: str
    spec: Mapping[str, Any]
    reports: tuple[Report, ...]
    upload: str
    items: str


class Contract:
    """The contract files of one vendor, and the rules that are `common` to all. `loading.load` creates it.

    `edited` are the names of the files that an overlay overrides or adds.
    """

    def __init__(
        self,
        vendor: str,
        files: Mapping[str, Any],
        common: Mapping[str, Any] | None = None,
        edited: Collection[str] = (),
    ) -> None:
        self.vendor = vendor
        self.files = files
        self.edited = edited
        self.openapi: Mapping[str, Any] = files["openapi.yaml"]
        self._resolved: dict[str, Any] = {}
        self.rules = {name: self._rule(name, spec) for name, spec in files["rules.yaml"]["rules"].items()}
        self.common = {name: self._rule(name, spec) for name, spec in (common or {}).items()}
        self.refusals = {name: refusal_of(name, spec) for name, spec in files["errors.yaml"]["refusals"].items()}
        self.messages: Mapping[str, str] = files["errors.yaml"].get("messages", {})
        self._validators: dict[str, Validator] = {}
        self._grounds: dict[str, str] = {}
        self._replies: dict[tuple[str, int], Reply] = {}
        self._reply_contents: dict[tuple[str, int], tuple[str, ReplyFields]] = {}
        self._reply_fields: dict[str, ReplyFields] = {}

    # -- the vendor ---------------------------------------------------------------------------------

    @cached_property
    def _vendor_file(self) -> VendorFile:
        # Computed after the values of rules are checked: vendor.yaml refers to some of them.
        return VendorFile(self.vendor, self.files["vendor.yaml"], self.resolve)

    @property
    def title(self) -> str:
        """The vendor's name in its own spelling."""
        return self._vendor_file.title

    @property
    def hosts(self) -> tuple[str, ...]:
        """The vendor's host names, the main one first."""
        return self._vendor_file.hosts

    @property
    def origin(self) -> str:
        """Scheme and host of the vendor: `https://api.zangsho.com`."""
        return f"https://{self.hosts[0]}"

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """The credentials that select a tenant, in the order of vendor.yaml."""
        return self._vendor_file.credentials

    @property
    def zone(self) -> tzinfo:
        """The vendor's time zone, in which its days begin and end."""
        return self._vendor_file.zone

    @property
    def demo(self) -> Demo:
        """The demo tenant."""
        return self._vendor_file.demo

    @cached_property
    def base_path(self) -> str:
        """The path prefix of all operations (`/api`, `/v1`), without a trailing slash."""
        url: str = self.openapi["servers"][0]["url"]
        return url.rstrip("/")

    @property
    def body_max(self) -> int:
        """The most bytes of a body that is not an upload."""
        limit: int = self.openapi.get("x-max-body", _BODY_MAX)
        return limit

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """The operations by their ids."""
        by_id: dict[str, Operation] = {}
        for path, item in self.openapi["paths"].items():
            for method, spec in item.items():
                if method in METHODS:
                    reports = tuple(
                        Report(
                            report["path"],
                            report.get("names", ""),
                            tuple(report.get("unless", ())),
                            tuple(report.get("without", ())),
                        )
                        for report in spec.get("x-reports", ())
                    )
                    by_id[spec["operationId"]] = Operation(
                        spec["operationId"],
                        method.upper(),
                        self.base_path + path,
                        spec,
                        reports,
                        spec.get("x-upload", ""),
                        spec.get("x-items", ""),
                    )
        return by_id

    # -- schemas ------------------------------------------------------------------------------------------------

    def resolve(self, reference: str) -> Any:
        """Return the value at `file#/pointer`; without a file, in openapi.yaml."""
        if not isinstance(reference, str):
            raise TypeError(f"{reference!r} is not a reference")
        if reference not in self._resolved:
            file, _, place = reference.partition("#")
            self._resolved[reference] = resolve(self.files[file or "openapi.yaml"], place)
        return self._resolved[reference]

    def validator(self, reference: str) -> Validator:
        """Return the compiled schema at a place: `#/components/schemas/Order`, or a schema file's name."""
        validator = self._validators.get(reference)
        if validator is None:
            validator = self._validators[reference] = self._compiled(reference)
        return validator

    def shape(self, reference: str) -> Shape:
        """Return the keys that a schema knows, level by level. `reference` is as in `validator`."""
        return self._shape(reference, {})

    def ground_rule(self, violation: Violation) -> str:
        """Return the id of the rule whose `covers` is nearest to the violated schema keyword."""
        rule_id = self._grounds.get(violation.ground)
        if rule_id is None:
            best = ""
            for rule in self.rules.values():
                for place in rule.covers:
                    if len(place) > len(best) and (violation.ground + "/").startswith(place.rstrip("/") + "/"):
                        best, rule_id = place, rule.id
            self._grounds[violation.ground] = rule_id = rule_id or ""
        return rule_id

    def _compiled(self, reference: str) -> Validator:
        file = reference.partition("#")[0] or "openapi.yaml"
        shape = self._shape(reference, {})
        if file != "openapi.yaml":
            return Validator(self.files[file], file=file, draft7=True, shape=shape)
        return Validator(self.with_components(at_place(reference)), file="openapi.yaml", shape=shape)

    def with_components(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema with `components` and `paths` of openapi.yaml, so that its references resolve."""
        return {**schema, "components": self.openapi.get("components", {}), "paths": self.openapi["paths"]}

    def _shape(self, reference: str, seen: dict[str, Shape]) -> Shape:
        if reference not in seen:
            shape = seen[reference] = Shape()
            self._fill(shape, self.resolve(reference), reference.partition("#")[0], seen)
        return seen[reference]

    def _fill(self, shape: Shape, schema: Any, file: str, seen: dict[str, Shape]) -> None:
        """Add the keys of a schema and its branches to a shape."""
        if "$ref" in schema:
            target = schema["$ref"]
            target_shape = self._shape(file + target if target.startswith("#") else target, seen)
            shape.free = shape.free and target_shape.free
            shape.closed = shape.closed or target_shape.closed
            shape.properties.update(target_shape.properties)
            shape.items = shape.items or target_shape.items
        for branch in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
            self._fill(shape, branch, file, seen)
        if schema.get("additionalProperties"):
            return
        shape.closed = shape.closed or schema.get("additionalProperties") is False
        if "properties" in schema or shape.closed:
            shape.free = False
            for name, spec in schema.get("properties", {}).items():
                self._fill(shape.properties.setdefault(name, Shape()), spec, file, seen)
        if isinstance(schema.get("items"), dict):
            shape.items = shape.items or Shape()
            self._fill(shape.items, schema["items"], file, seen)

    # -- rules --------------------------------------------------------------------------------------------------

    def rule(self, name: str) -> Rule:
        """Return a rule of the vendor, or a common one, by its id."""
        try:
            return self.rules.get(name) or self.common[name]
        except KeyError:
            raise UnknownName(f"rule of {self.vendor}", name, self.rules) from None

    def value(self, rule: str, name: str) -> Any:
        """Return a value of a rule: a limit, a zone, a delay."""
        return self.rules[rule].values[name]

    def reading(self, rule: str) -> Reading:
        """Return the reading of a rule. UnknownName if the rule has none."""
        reading = self.rule(rule).reading
        if reading is None:
            raise UnknownName("reading", rule, (name for name, known in self.rules.items() if known.reading))
        return reading

    def _rule(self, name: str, spec: Mapping[str, Any]) -> Rule:
        values = {key: self._value(name, key, value) for key, value in spec.get("values", {}).items()}
        return rule_of(name, spec, values, f"{self.vendor}/rules.yaml")

    def _value(self, rule: str, key: str, value: Any) -> Any:
        if not (isinstance(value, dict) and "$ref" in value):
            return value
        try:
            return self.resolve(value["$ref"])
        except (KeyError, IndexError, ValueError, TypeError):
            raise ContractError(
                f"{self.vendor}/rules.yaml",
                f"/rules/{rule}/values/{key}",
                f"unresolved $ref {value['$ref']}",
                "Fix: refer to a place that the contract has.",
            ) from None

    # -- replies ------------------------------------------------------------------------------------------------

    def refusal(self, name: str, /, **values: Any) -> Reply:
        """Return the vendor's refusal with that name, its placeholders filled with the values."""
        spec = self.refusals[name]
        return Reply(spec.status, spec.headers, _body(filled(spec.body, values)), spec.rule)

    def success(self, operation: str, status: int | None = None) -> Reply:
        """Return the contract's example of a reply to an operation. Without one, the reply has the required fields."""
        status = status or self._successes[operation]
        reply = self._replies.get((operation, status))
        if reply is None:
            media_type, fields = self._reply_fields_of(operation, status)
            reply = Reply(status)
            if media_type:
                shown = self.operations[operation].spec["responses"][str(status)]["content"][media_type]
                reply = Reply(status, (("Content-Type", media_type),), _body(fields.of(shown.get("example", {}))))
            self._replies[(operation, status)] = reply
        return reply

    def reply(self, operation: str, value: Any) -> Reply:
        """Return a success of an operation with this body, and the contract's status and media type.

        The body has the fields that the response schema knows (core/contract/reply_fields.py).
        """
        status = self._successes[operation]
        media_type, fields = self._reply_fields_of(operation, status)
        return Reply(status, (("Content-Type", media_type),), _body(fields.of(value)))

    def reply_fields(self, reference: str) -> ReplyFields:
        """Return the compiled fields of a response schema: `#/components/schemas/Order`."""
        fields = self._reply_fields.get(reference)
        if fields is None:
            schema = self.resolve(reference)
            fields = self._reply_fields[reference] = ReplyFields(self.resolve, (schema, reference.partition("#")[0]))
        return fields

    def _reply_fields_of(self, operation: str, status: int) -> tuple[str, ReplyFields]:
        """Return (media type, fields) of an operation's reply; the media type is empty if there is no content."""
        reply_content = self._reply_contents.get((operation, status))
        if reply_content is None:
            content = self.operations[operation].spec["responses"][str(status)].get("content", {})
            media_type = next(iter(content), "")
            schema = content[media_type].get("schema", {}) if media_type else {}
            reply_content = media_type, ReplyFields(self.resolve, (schema, ""))
            self._reply_contents[(operation, status)] = reply_content
        return reply_content

    @cached_property
    def _successes(self) -> dict[str, int]:
        """The success status of each operation, the first if there are several."""
        return {
            operation.id: int(status)
            for operation in self.operations.values()
            for status in reversed(operation.spec["responses"])
            if is_success(status)
        }

    def message(self, name: str, **values: Any) -> str:
        """Return one of the vendor's `messages`, its placeholders filled with the values."""
        return fill(self.messages[name], values)


def is_success(status: str) -> bool:
    """Whether a key of `responses` is a 2xx status."""
    return status.startswith("2") and status.isdecimal()


def resolve(document: Any, place: str) -> Any:
    """Return the value at a JSON pointer. KeyError, IndexError, ValueError or TypeError if there is none."""
    node = document
    for token in place.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def _body(value: Any) -> bytes:
    """Encode a text unchanged, and anything else as compact JSON; None is an empty body."""
    if value is None:
        return b""
    return value.encode("utf-8", "replace") if isinstance(value, str) else dumps(value)
