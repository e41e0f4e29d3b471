"""The first test that `mockservers init` writes: the contract's demo call, which loses a value, in each language."""

from __future__ import annotations

import json
import shlex
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mockservers.cli.init_files.literals import literal, text
from mockservers.cli.serving import demo_path, example
from mockservers.core.contract.authorization import carried
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.loading import data_directory
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import vendor

_WHY = "{title} loses a value of its request, and the answer does not report it"


@dataclass(frozen=True, slots=True)
class _Call:
    """The demo call. Credentials are {placeholders}."""

    method: str
    path: str
    headers: dict[str, str]
    user: str
    json: Any
    part: str
    file: str


def pytest_sample(contract: Contract) -> str:
    """A test for pytest and requests."""
    call, name = _call(contract), contract.vendor
    names = {each.name for each in contract.credentials}

    def credential(key: str) -> str:
        return f"{name}.{key}" if key in names else ""

    def as_literal(value: Any) -> str:
        return literal(value, "python", credential, 8)

    options = [f"headers={as_literal(call.headers)}"] if call.headers else []
    if call.user:
        user, _, password = call.user.partition(":")
        options += [f"auth=({text(user, 'python', credential)}, {text(password, 'python', credential)})"]
    if call.part:
        lines = repr(call.file + "\n")
        options += [f'files={{"{call.part}": ("upload.ndjson", {lines}.encode(), "application/x-ndjson")}}']
    else:
        options += [f"json={as_literal(call.json)}"]
    state = "".join(
        f"    {name}.state[{json.dumps(collection)}] = {literal(documents, 'python', credential, 4)}\n"
        for collection, documents in contract.demo.state.items()
    )
    arguments = "".join(f"        {option},\n" for option in [*options, "timeout=10"])
    return (
        f'"""A first test of a call to {contract.title}.\n\n'
        f"It fails: {_WHY.format(title=contract.title)}.\n"
        "pytest names the value. Correct it, and the test passes. Then call your own code instead,\n"
        f'with the address {name}.url and the credentials {name}.credentials.\n"""\n\n'
        f"import requests\n\n\ndef test_nothing_is_lost({name}):\n{state}"
        f'    answer = requests.{call.method.lower()}(\n        f"{{{name}.url}}{call.path}",\n{arguments}    )\n\n'
        "    assert answer.ok\n"
    )


def vitest_sample(contract: Contract) -> str:
    """A test for Vitest and fetch."""
    call, name = _call(contract), contract.vendor
    names = {each.name for each in contract.credentials}

    def credential(key: str) -> str:
        return f"{name}.credentials.{key}" if key in names else ""

    headers = {key: literal(value, "ts", credential) for key, value in call.headers.items()}
    if call.user:
        user = text(call.user, "ts", credential)
        headers["Authorization"] = f'`Basic ${{Buffer.from({user}).toString("base64")}}`'
    body, preparation = f"body: JSON.stringify({literal(call.json, 'ts', credential, 4)})", ""
    if call.part:
        preparation = (
            "  const body = new FormData();\n"
            f"  const lines = {json.dumps(call.file + chr(10), ensure_ascii=False)};\n"
            f'  body.set("{call.part}", new Blob([lines], {{ type: "application/x-ndjson" }}), "upload.ndjson");\n'
        )
        body = "body"
    else:
        headers["Content-Type"] = '"application/json"'
    if contract.demo.state:
        preparation = (
            f"  await {name}.putState({literal(dict(contract.demo.state), 'ts', credential, 2)});\n{preparation}"
        )
    header_literals = ", ".join(f"{json.dumps(key) if '-' in key else key}: {value}" for key, value in headers.items())
    return (
        f"// A first test of a call to {contract.title}.\n//\n"
        f"// It fails: {_WHY.format(title=contract.title)}.\n"
        "// Vitest names the value. Correct it, and the test passes. Then call your own code instead,\n"
        f"// with the address {name}.url and the credentials {name}.credentials.\n"
        f'import {{ expect }} from "vitest";\n{_fixture(name)}\n'
        f'test("nothing is lost", async ({{ {name} }}) => {{\n{preparation}'
        f"  const answer = await fetch(`${{{name}.url}}{call.path}`, {{\n"
        f'    method: "{call.method}",\n    headers: {{ {header_literals} }},\n    {body},\n  }});\n\n'
        "  expect(answer.ok).toBe(true);\n});\n"
    )


def shell_sample(contract: Contract) -> str:
    """A bash script that calls the demo tenant of a server."""
    demo = dict(contract.demo.credentials)
    command, _, address = example(Mock(vendor(contract.vendor), contract), demo, "$MOCKSERVERS_URL").rpartition(" ")
    file = f"tests/{contract.vendor}.sh"
    return (
        f"#!/usr/bin/env bash\n# A first test of a call to {contract.title}:\n#\n"
        f"#   mockservers run --fail-on silent -- bash {file}\n#\n"
        f"# It ends with status 1: {_WHY.format(title=contract.title)}.\n"
        "# The table names the value. Correct it, and it ends with 0. Then start your own program instead.\n"
        f'set -euo pipefail\n\n{command.replace("curl -s ", "curl -sSf ", 1)} "{shlex.split(address)[0]}"\n'
    )


def _fixture(name: str) -> str:
    """The import of a vendor's Vitest fixture. For a vendor of another distribution, the test makes the fixture."""
    if vendor(name).contract_folder.parent == data_directory("contracts"):
        return 'import { test } from "mockservers/vitest";\n'
    extended = f'const test = base.extend({{ {name}: fixture("{name}") }});'
    return f'import {{ fixture, test as base }} from "mockservers/vitest";\n\n{extended}\n'


def _call(contract: Contract) -> _Call:
    demo = contract.demo.call
    operation = contract.operations[demo["operation"]]
    path = demo_path(contract)
    headers, user = dict(demo.get("headers", {})), demo.get("user", "")
    if not demo.keys() & {"headers", "user"}:
        placeholders = {each.name: f"{{{each.name}}}" for each in contract.credentials}
        by_scheme = carried(contract, operation, placeholders)
        headers = {each.name: each.value for each in by_scheme if each.place == "header"}
        if headers.get("Authorization", "").startswith("Basic "):
            user = b64decode(headers.pop("Authorization").removeprefix("Basic ")).decode()
        query = urlencode({each.name: each.value for each in by_scheme if each.place == "query"}, safe="{}")
        path += f"?{query}" if query else ""
    return _Call(
        operation.method,
        path,
        headers,
        user,
        demo.get("json"),
        operation.upload if "file" in demo else "",
        demo.get("file", ""),
    )


SAMPLES: dict[str, tuple[str, Callable[[Contract], str]]] = {
    "pytest": ("tests/test_{vendor}.py", pytest_sample),
    "vitest": ("tests/{vendor}.test.ts", vitest_sample),
    "shell": ("tests/{vendor}.sh", shell_sample),
}
"""Runner -> the file of a vendor's sample, and the function that returns the text."""
