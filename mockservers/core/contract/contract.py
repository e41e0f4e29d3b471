"""A vendor's contract: what the files in `contracts/<vendor>/` say, ready to be obeyed.

vendor.yaml    the vendor itself: its name, hosts, zone, credentials, demo tenant
openapi.yaml   shape: paths, schemas, limits, enums, success bodies; and under `x-` what OpenAPI has no word for:
               `x-rate-limits` (root), `x-reports`, `x-upload` (operations)
rules.yaml     behaviour: rules with their provenance, values and readings
errors.yaml    refusals and message texts
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from mockservers.core.values.json_text import dumps

METHODS = frozenset({"get", "put", "post", "delete", "patch"})

_BODY_MAX = 16 * 1024 * 1024
"""Bytes of a body that is not an upload, where the contract has no `x-max-body`."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. `path` is below the vendor's host, templated as in OpenAPI."""

    id: str
    method: str
    path: str
    spec: Mapping[str, Any]
    reports: tuple[Report, ...]
    upload: str
    items: str


class Contract:
    """What one vendor's contract files say, and the rules that are `common` to all. Made by `core.contracts.load`."""

    def __init__(self, vendor: str, files: Mapping[str, Any], common: Mapping[str, Any] | None = None) -> None:
        self.vendor = vendor
        self.files = files
        self.openapi: Mapping[str, Any] = files["openapi.yaml"]
        self._resolved: dict[str, Any] = {}
        self.rules = {name: self._rule(name, spec) for name, spec in files["rules.yaml"]["rules"].items()}
        self.common = {name: self._rule(name, spec) for name, spec in (common or {}).items()}
        self.refusals = {name: refusal_of(name, spec) for name, spec in files["errors.yaml"]["refusals"].items()}
        self.messages: Mapping[str, str] = files["errors.yaml"].get("messages", {})
        self._validators: dict[str, Validator] = {}
        self._grounds: dict[str, str] = {}
        self._replies: dict[tuple[str, int], Reply] = {}
        self._replied: dict[tuple[str, int], tuple[str, ReplyFields]] = {}
        self._reply_fields: dict[str, ReplyFields] = {}

    # -- what the vendor offers ---------------------------------------------------------------------------------

    @cached_property
    def _about(self) -> VendorFile:
        # Not before the values of rules are checked: vendor.yaml refers to some of them.
        return VendorFile(self.vendor, self.files["vendor.yaml"], self.resolve)

    @property
    def title(self) -> str:
        """The vendor's name as it writes it."""
        return self._about.title

    @property
    def hosts(self) -> tuple[str, ...]:
        """The vendor's host names, the usual one first."""
        return self._about.hosts

    @property
    def origin(self) -> str:
        """Scheme and host of the vendor: `https://api.zangsho.com`."""
        return f"https://{self.hosts[0]}"

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """The credentials that select a tenant, in the order of their key."""
        return self._about.credentials

    @property
    def zone(self) -> tzinfo:
        """The vendor's zone: where its day begins and ends."""
        return self._about.zone

    @property
    def demo(self) -> Demo:
        """The demo tenant."""
        return self._about.demo

    @cached_property
    def base_path(self) -> str:
        """The path that all operations share (`/api`, `/v1`), without a slash at the end."""
        url: str = self.openapi["servers"][0]["url"]
        return url.rstrip("/")

    @property
    def body_max(self) -> int:
        """Bytes of a body that is not an upload."""
        limit: int = self.openapi.get("x-max-body", _BODY_MAX)
        return limit

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """The operations by id."""
        found: dict[str, Operation] = {}
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
                    found[spec["operationId"]] = Operation(
                        spec["operationId"],
                        method.upper(),
                        self.base_path + path,
                        spec,
                        reports,
                        spec.get("x-upload", ""),
                        spec.get("x-items", ""),
                    )
        return found

    # -- schemas ------------------------------------------------------------------------------------------------

    def resolve(self, reference: str) -> Any:
        """The value at `file#/pointer`; without a file the place is in openapi.yaml."""
        if not isinstance(reference, str):
            raise TypeError(f"{reference!r} is not a reference")
        if reference not in self._resolved:
            file, _, place = reference.partition("#")
            self._resolved[reference] = resolve(self.files[file or "openapi.yaml"], place)
        return self._resolved[reference]

    def validator(self, reference: str) -> Validator:
        """The compiled schema at a place: `#/components/schemas/Order`, or a schema file's name."""
        found = self._validators.get(reference)
        if found is None:
            found = self._validators[reference] = self._compiled(reference)
        return found

    def shape(self, reference: str) -> Shape:
        """The keys that a schema knows, level by level. `reference` is as for `validator`."""
        return self._shape(reference, {})

    def ground_rule(self, violation: Violation) -> str:
        """The rule whose `covers` is nearest to the schema keyword that was broken."""
        known = self._grounds.get(violation.ground)
        if known is None:
            best = ""
            for rule in self.rules.values():
                for place in rule.covers:
                    if len(place) > len(best) and (violation.ground + "/").startswith(place.rstrip("/") + "/"):
                        best, known = place, rule.id
            self._grounds[violation.ground] = known = known or ""
        return known

    def _compiled(self, reference: str) -> Validator:
        file = reference.partition("#")[0] or "openapi.yaml"
        shape = self._shape(reference, {})
        if file != "openapi.yaml":
            return Validator(self.files[file], file=file, draft7=True, shape=shape)
        return Validator(self.beside_ours(at_place(reference)), file="openapi.yaml", shape=shape)

    def beside_ours(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A schema that refers to places of openapi.yaml, with what it refers to."""
        return {**schema, "components": self.openapi.get("components", {}), "paths": self.openapi["paths"]}

    def _shape(self, reference: str, seen: dict[str, Shape]) -> Shape:
        if reference not in seen:
            shape = seen[reference] = Shape()
            self._fill(shape, self.resolve(reference), reference.partition("#")[0], seen)
        return seen[reference]

    def _fill(self, shape: Shape, schema: Any, file: str, seen: dict[str, Shape]) -> None:
        """Gather into a shape what a schema and its branches know."""
        if "$ref" in schema:
            target = schema["$ref"]
            found = self._shape(file + target if target.startswith("#") else target, seen)
            shape.free = shape.free and found.free
            shape.closed = shape.closed or found.closed
            shape.properties.update(found.properties)
            shape.items = shape.items or found.items
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
        """A rule by its id, the vendor's or a common one."""
        try:
            return self.rules.get(name) or self.common[name]
        except KeyError:
            raise UnknownName(f"rule of {self.vendor}", name, self.rules) from None

    def value(self, rule: str, name: str) -> Any:
        """A value that a rule names: a limit, a zone, a delay."""
        return self.rules[rule].values[name]

    def reading(self, rule: str) -> Reading:
        """The reading of a rule; UnknownName when the rule has none."""
        found = self.rule(rule).reading
        if found is None:
            raise UnknownName("reading", rule, (name for name, known in self.rules.items() if known.reading))
        return found

    def _rule(self, name: str, spec: Mapping[str, Any]) -> Rule:
        values = {key: self._value(name, key, given) for key, given in spec.get("values", {}).items()}
        return rule_of(name, spec, values, f"{self.vendor}/rules.yaml")

    def _value(self, rule: str, key: str, given: Any) -> Any:
        if not (isinstance(given, dict) and "$ref" in given):
            return given
        try:
            return self.resolve(given["$ref"])
        except (KeyError, IndexError, ValueError, TypeError):
            raise ContractError(
                f"{self.vendor}/rules.yaml",
                f"/rules/{rule}/values/{key}",
                f"unresolved $ref {given['$ref']}",
                "Point it at a place that the contract has.",
            ) from None

    # -- replies ------------------------------------------------------------------------------------------------

    def refusal(self, name: str, /, **values: Any) -> Reply:
        """The vendor's refusal of that name, with the values in its placeholders."""
        spec = self.refusals[name]
        return Reply(spec.status, spec.headers, _body(filled(spec.body, values)), spec.rule)

    def success(self, operation: str, status: int | None = None) -> Reply:
        """The reply that the contract's example shows for a status of an operation; empty when it shows no content.

        Without an example it has what the response schema requires.
        """
        status = status or self._successes[operation]
        found = self._replies.get((operation, status))
        if found is None:
            media_type, fields = self._reply_fields_of(operation, status)
            found = Reply(status)
            if media_type:
                shown = self.operations[operation].spec["responses"][str(status)]["content"][media_type]
                found = Reply(status, (("Content-Type", media_type),), _body(fields.of(shown.get("example", {}))))
            self._replies[(operation, status)] = found
        return found

    def reply(self, operation: str, value: Any) -> Reply:
        """A success of an operation with a body of its own, under the status and media type that the contract gives.

        The body has the fields that the response schema knows (core/contract/reply_fields.py).
        """
        status = self._successes[operation]
        media_type, fields = self._reply_fields_of(operation, status)
        return Reply(status, (("Content-Type", media_type),), _body(fields.of(value)))

    def reply_fields(self, reference: str) -> ReplyFields:
        """The fields of a value that is answered by a schema: `#/components/schemas/Order`."""
        found = self._reply_fields.get(reference)
        if found is None:
            schema = self.resolve(reference)
            found = self._reply_fields[reference] = ReplyFields(self.resolve, (schema, reference.partition("#")[0]))
        return found

    def _reply_fields_of(self, operation: str, status: int) -> tuple[str, ReplyFields]:
        """(media type, fields) of an operation's reply; no media type where the contract shows no content."""
        found = self._replied.get((operation, status))
        if found is None:
            content = self.operations[operation].spec["responses"][str(status)].get("content", {})
            media_type = next(iter(content), "")
            schema = content[media_type].get("schema", {}) if media_type else {}
            found = self._replied[(operation, status)] = media_type, ReplyFields(self.resolve, (schema, ""))
        return found

    @cached_property
    def _successes(self) -> dict[str, int]:
        """The status of each operation's success, the first where there are several."""
        return {
            operation.id: int(status)
            for operation in self.operations.values()
            for status in reversed(operation.spec["responses"])
            if is_success(status)
        }

    def message(self, name: str, **values: Any) -> str:
        """A text of the vendor's from `messages`, with the values in its placeholders."""
        return fill(self.messages[name], values)


def is_success(status: str) -> bool:
    """Whether a key of `responses` is a status that says that all went well."""
    return status.startswith("2") and status.isdecimal()


def resolve(document: Any, place: str) -> Any:
    """The value at a JSON pointer. KeyError, IndexError, ValueError or TypeError when there is none."""
    node = document
    for token in place.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def _body(value: Any) -> bytes:
    """Text as it is, anything else as compact JSON; None is an empty body."""
    if value is None:
        return b""
    return value.encode("utf-8", "replace") if isinstance(value, str) else dumps(value)
