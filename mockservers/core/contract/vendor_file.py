"""vendor.yaml: the vendor's names, zone, credentials and demo tenant."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from mockservers.core.errors import ContractError, UsageError
from mockservers.core.value import Value
from mockservers.core.values import zones
from mockservers.core.values.json_text import pointer

FILE = "vendor.yaml"
_UTC = "+00:00"
_VARIABLE = re.compile(r"\{(number|uuid|hex(?:[1-5]?[02468]|6[024]))\}")


class Credential(Value):
    """One credential: its pattern, the placeholders of the vendor's pages, and the template of generated ones."""

    name: str
    pattern: re.Pattern[str]
    placeholders: frozenset[str]
    template: str

    def generate(self, number: int) -> str:
        """Return a unique credential for the `number`th tenant, which cannot be a real one."""

        def value(match: re.Match[str]) -> str:
            match match[1]:
                case "number":
                    return str(number)
                case "uuid":
                    return str(uuid.uuid4())
                case digits:
                    return secrets.token_hex(int(digits.removeprefix("hex")) // 2)

        return _VARIABLE.sub(value, self.template)


class Demo(Value):
    """The demo tenant: its credentials, its initial state, and a call that causes a loss.

    `examples` are calls without a loss, by operation.
    """

    credentials: Mapping[str, str]
    state: Mapping[str, Any]
    call: Mapping[str, Any]
    examples: Mapping[str, Mapping[str, Any]]


class VendorFile:
    """The content of vendor.yaml. `resolve` resolves its references to other files. ContractError if it is invalid."""

    def __init__(self, vendor: str, content: Mapping[str, Any], resolve: Callable[[str], Any]) -> None:
        self._file = f"{vendor}/{FILE}"
        self.title: str = content["title"]
        self.hosts = tuple(host["name"] for host in content["hosts"])
        self.credentials = tuple(self._credential(name, spec) for name, spec in content["credentials"].items())
        self.zone = self._zone(content.get("zone", _UTC), resolve)
        demo = content["demo"]
        self.demo = Demo(demo["credentials"], demo.get("state", {}), demo["call"], demo.get("examples", {}))
        self._check_demo()

    def _credential(self, name: str, spec: Mapping[str, Any]) -> Credential:
        at = ("credentials", name)
        try:
            pattern = re.compile(spec["pattern"])
        except re.error as error:
            place = pointer(*at, "pattern")
            raise ContractError(
                self._file, place, f"it is not a regular expression: {error}", "Fix: correct it."
            ) from None
        credential = Credential(name, pattern, frozenset(spec.get("placeholders", ())), spec["template"])
        example = credential.generate(1)
        if not pattern.fullmatch(example):
            reason = f"it generates {example!r}, which does not match the pattern {spec['pattern']}"
            fix = "Fix: make it match. Variables: {number}, {uuid}, {hex8} or another even number of hex digits."
            raise ContractError(self._file, pointer(*at, "template"), reason, fix)
        return credential

    def _zone(self, zone: Any, resolve: Callable[[str], Any]) -> tzinfo:
        try:
            return zones.zone(resolve(zone["$ref"]) if isinstance(zone, dict) else zone)
        except (KeyError, IndexError, ValueError, TypeError):
            reason = f"unresolved $ref {zone['$ref']}"
        except UsageError:
            reason = f"{zone!r} is not a time zone"
        raise ContractError(self._file, "/zone", reason, "Fix: name a time zone, Asia/Tokyo or +09:00.")

    def _check_demo(self) -> None:
        names = [credential.name for credential in self.credentials]
        if set(self.demo.credentials) != set(names):
            reason = f"the demo tenant has {', '.join(self.demo.credentials) or 'no credentials'}"
            fix = f"Fix: name each of: {', '.join(names)}."
            raise ContractError(self._file, "/demo/credentials", reason, fix)
        for credential in self.credentials:
            value = self.demo.credentials[credential.name]
            place = pointer("demo", "credentials", credential.name)
            if value in credential.placeholders:
                raise ContractError(self._file, place, f"{value!r} is a placeholder", "Fix: choose another one.")
            if not credential.pattern.fullmatch(value):
                reason = f"{value!r} does not match the pattern {credential.pattern.pattern}"
                raise ContractError(self._file, place, reason, "Fix: choose one that matches.")
