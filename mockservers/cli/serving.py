"""`mockservers serve`: from settings to a line that says it is ready, until a signal."""

from __future__ import annotations

import gc
import http.client
import json
import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from mockservers.cli.signals import Ended, ending

if TYPE_CHECKING:
    from mockservers.core.contract.contract import Operation
    from mockservers.core.tenancy.mock import Mock
    from mockservers.web.bootstrap import MockApp, Serving


def run(serving: Callable[[], Serving]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP. Prints the demo tenants, and last the line that ends in the address.

    What takes long to import is imported here: a signal meanwhile is an orderly end, too.
    """
    with suppress(Ended), ending() as ends:
        from mockservers.web.bootstrap import MockApp

        mock_app = MockApp(serving())
        settle()
        try:
            mock_app.start()
            _introduce(mock_app)
            ends.wait()
        finally:
            mock_app.stop()


def _introduce(mock_app: MockApp) -> None:
    url = mock_app.server.url
    if mock_app.admin_token:
        click.echo(f"admin token: {mock_app.admin_token}")
    for tenant in mock_app.demo_tenants():
        click.echo(f"{tenant['vendor']}: tenant {tenant['id']}, {_shown(tenant['credentials'])}")
        click.echo(f"  {example(mock_app.mocks[tenant['vendor']], tenant['credentials'], url)}")
        click.echo(f"  curl -s {url}/__admin/tenants/{tenant['id']}/ledger")
    if mock_app.https:
        click.echo(
            f"https: port {mock_app.https.https_port}, proxy {mock_app.https.proxy}, CA {mock_app.https.trust.ca}"
        )
        click.echo(f'  eval "$(mockservers env --url {url})"')
    click.echo(f"mockservers ready on {url}")
    sys.stdout.flush()


def settle() -> None:
    """Have the garbage collector pass over all that is there now: it stays, and to look at it takes time."""
    gc.collect()
    gc.freeze()


def is_healthy(host: str, port: int) -> bool:
    """Whether a server answers `/__admin/health` there."""
    from mockservers.web.http_server.server import local

    connection = http.client.HTTPConnection(local(host), port, timeout=3)
    try:
        connection.request("GET", "/__admin/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def example(mock: Mock, credentials: dict[str, str], url: str) -> str:
    """One curl that the vendor's demo tenant takes: the contract's `demo.call`, with credentials and address in it."""
    spec = mock.contract.demo.call
    operation: Operation = mock.contract.operations[spec["operation"]]
    path = operation.path
    for name, value in spec.get("path", {}).items():
        path = path.replace(f"{{{name}}}", value)
    words = ["curl", "-s"]
    for name, value in spec.get("headers", {}).items():
        words += ["-H", f"{name}: {_filled(value, credentials)}"]
    if "user" in spec:
        words += ["-u", _filled(spec["user"], credentials)]
    stdin = ""
    if "file" in spec:
        stdin = f"printf '%s\\n' {shlex.quote(spec['file'])} | "
        words += ["-F", f"{operation.upload}=@-;type=application/x-ndjson"]
    else:
        words += ["-H", "Content-Type: application/json"]
        words += ["-d", _filled(json.dumps(spec["json"], ensure_ascii=False), credentials)]
    return f"{stdin}{shlex.join(words)} {shlex.quote(f'{url}/{mock.vendor.name}{path}')}"


def _filled(text: str, credentials: dict[str, str]) -> str:
    for name, value in credentials.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _shown(credentials: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in credentials.items())
