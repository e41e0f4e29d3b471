"""Servers that answer the same order: `mockservers serve`, and the peers that are available here.

Each peer does what is most similar to a contract: Prism validates by it, WireMock and MockServer match the body by its
JSON Schema, and pytest-httpserver answers any request. None has accounts, state or a ledger.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bench import packages
from bench.processes import Served, free_port, serve
from bench.traffic import CONTRACT, PURCHASE_PATH, demo_credentials, purchase

ANSWER = {"SUCCESS": True, "PAYLOAD": None}
_HTTPSERVER = """
import sys, time
from pytest_httpserver import HTTPServer
server = HTTPServer("127.0.0.1", int(sys.argv[1]), threaded=True)
server.expect_request(sys.argv[2], method="POST").respond_with_json({"SUCCESS": True, "PAYLOAD": None})
server.start()
time.sleep(10**6)
"""


def _order() -> str:
    return purchase(demo_credentials("omnisegment"))


@contextmanager
def ours(*options: str) -> Iterator[Served]:
    """`mockservers serve`, started like a user starts it."""
    with serve(f"/omnisegment{PURCHASE_PATH}", _order(), *options) as server:
        yield server


@contextmanager
def prism() -> Iterator[Served]:
    """Prism on the contract, logging as it does by default."""
    package = packages.npm_package("@stoplight/prism-cli", packages.PRISM)
    port = free_port()
    command = ["node", str(package / "dist/index.js"), "mock", "-p", str(port), str(CONTRACT)]
    with Served(command, port, PURCHASE_PATH, _order()) as server:
        yield server


@contextmanager
def wiremock() -> Iterator[Served]:
    """WireMock with a stub that matches the body by its JSON Schema."""
    program = [packages.java(), "-jar", str(packages.jar_in(packages.npm_package("wiremock", packages.WIREMOCK)))]
    stub = {
        "request": {
            "method": "POST",
            "urlPath": PURCHASE_PATH,
            "bodyPatterns": [{"matchesJsonSchema": json.dumps(order_schema()), "schemaVersion": "V202012"}],
        },
        "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(ANSWER)},
    }
    with TemporaryDirectory() as folder:
        mappings = Path(folder, "mappings")
        mappings.mkdir()
        (mappings / "order.json").write_text(json.dumps(stub), "utf-8")
        port = free_port()
        options = ["--port", str(port), "--root-dir", folder, "--use-chunked-encoding", "never", "--disable-banner"]
        with Served([*program, *options], port, PURCHASE_PATH, _order()) as server:
            yield server


@contextmanager
def mockserver() -> Iterator[Served]:
    """MockServer with an expectation that matches the body by its JSON Schema."""
    jar = packages.jar_in(packages.npm_package("mockserver-node", packages.MOCKSERVER))
    expectation = {
        "httpRequest": {
            "method": "POST",
            "path": PURCHASE_PATH,
            "body": {"type": "JSON_SCHEMA", "jsonSchema": json.dumps(order_schema())},
        },
        "httpResponse": {
            "statusCode": 200,
            "headers": {"Content-Type": ["application/json"]},
            "body": json.dumps(ANSWER),
        },
        "times": {"unlimited": True},
    }
    with TemporaryDirectory() as folder:
        expectations = Path(folder, "expectations.json")
        expectations.write_text(json.dumps([expectation]), "utf-8")
        port = free_port()
        settings = [f"-Dmockserver.initializationJsonPath={expectations}", "-Dmockserver.logLevel=WARN"]
        command = [packages.java(), *settings, "-jar", str(jar), "-serverPort", str(port)]
        with Served(command, port, PURCHASE_PATH, _order(), folder=folder) as server:  # it writes a certificate there
            yield server


@contextmanager
def httpserver() -> Iterator[Served]:
    """pytest-httpserver with one answer."""
    folder = packages.python_package("pytest-httpserver", packages.HTTPSERVER)
    port = free_port()
    command = [sys.executable, "-c", _HTTPSERVER, str(port), PURCHASE_PATH]
    with Served(command, port, PURCHASE_PATH, _order(), environment={"PYTHONPATH": str(folder)}) as server:
        yield server


def order_schema() -> dict[str, Any]:
    """The self-contained schema of an order's body, with its references in `$defs`."""
    contract = yaml.safe_load(CONTRACT.read_text("utf-8"))
    schema = contract["paths"][PURCHASE_PATH]["post"]["requestBody"]["content"]["application/json"]["schema"]
    moved = json.dumps({**schema, "$defs": contract["components"]["schemas"]}, default=str)
    return json.loads(moved.replace("#/components/schemas/", "#/$defs/"))  # type: ignore[no-any-return]
