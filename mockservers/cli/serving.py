"""`mockservers serve`: start the server, print the line that says that it is ready, and wait for a signal."""

from __future__ import annotations

import gc
import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import click

from mockservers.cli.descriptor_limit import raise_descriptor_limit
from mockservers.cli.output import has_colour, write_through
from mockservers.cli.signals import Ended, end_with_standard_input, ending

if TYPE_CHECKING:
    from mockservers.core.contract.contract import Contract, Operation
    from mockservers.core.tenancy.mock import Mock
    from mockservers.web.bootstrap import MockApp, Serving
    from mockservers.web.call_log import LogForm


def run(serving: Callable[[], Serving], log: LogForm = "off", *, until_stdin_closes: bool = False) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, or until standard input closes.

    Prints the demo tenants, and then the line that ends in the address.
    Slow imports are inside of this function, so that a signal during them ends the server without a traceback.
    """
    with suppress(Ended), ending() as ends:
        if until_stdin_closes:
            end_with_standard_input()
        gc.disable()  # until `settle`: a start creates no garbage, and searching for it takes a tenth longer
        from mockservers.web.bootstrap import MockApp
        from mockservers.web.malloc import return_large_blocks

        mock_app = MockApp(serving())
        settle()
        raise_descriptor_limit()
        return_large_blocks()
        try:
            with _logging(mock_app, log):
                mock_app.start()
                ends.ready()  # before the line that says so: a signal after it gets the last line of the log
                _introduce(mock_app)
            ends.wait()
        finally:
            mock_app.stop()


def _introduce(mock_app: MockApp) -> None:
    url = mock_app.server.url
    if mock_app.made_token:
        click.echo(f"admin token: {mock_app.made_token}")
    token = mock_app.made_token or "$MOCKSERVERS_ADMIN_TOKEN"  # a token that the user gave is not printed
    authorized = f'-H "Authorization: Bearer {token}" ' if mock_app.admin_token else ""
    for tenant in mock_app.demo_tenants():
        click.echo(f"{tenant['vendor']}: tenant {tenant['id']}, {_shown(tenant['credentials'])}")
        click.echo(f"  {example(mock_app.mocks[tenant['vendor']], tenant['credentials'], url)}")
        click.echo(f"  curl -s {authorized}{url}/__admin/tenants/{tenant['id']}/ledger")
    if mock_app.https:
        click.echo(
            f"https: port {mock_app.https.https_port}, proxy {mock_app.https.proxy}, CA {mock_app.https.trust.ca}"
        )
        click.echo(f'  eval "$(mockservers env --url {url})"')
    click.echo(f"mockservers ready on {url}")
    sys.stdout.flush()


@contextmanager
def _logging(mock_app: MockApp, form: LogForm) -> Iterator[None]:
    """Log each call from the first one on, but print the lines only after the block."""
    from mockservers.web.call_log import CallLog

    if form == "off":
        yield
        return
    log = CallLog(write_through, form, lambda: mock_app.server.url, colour=has_colour())
    mock_app.log_to(log)
    yield
    log.start()


def settle() -> None:
    """Let the garbage collector ignore all objects of the start, because nearly all stay and checking them takes time.

    Nothing is collected first: only a few hundred objects are garbage, and finding them takes a tenth of the start.
    """
    gc.freeze()
    gc.enable()


def is_healthy(host: str, port: int) -> bool:
    """Whether a server answers `/__admin/health` there."""
    import http.client

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
    """One curl command for the vendor's demo tenant: the contract's `demo.call`, with credentials and address."""
    from mockservers.core.contract.authorization import carried
    from mockservers.core.contract.placeholders import fill

    spec = mock.contract.demo.call
    operation: Operation = mock.contract.operations[spec["operation"]]
    words = ["curl", "-s"]
    by_scheme = [] if spec.keys() & {"headers", "user"} else carried(mock.contract, operation, credentials)
    for each in by_scheme:
        words += ["-H", f"{each.name}: {each.value}"] if each.place == "header" else []
    query = urlencode({each.name: each.value for each in by_scheme if each.place == "query"})
    for name, value in spec.get("headers", {}).items():
        words += ["-H", f"{name}: {fill(value, credentials)}"]
    if "user" in spec:
        words += ["-u", fill(spec["user"], credentials)]
    stdin = ""
    if "file" in spec:
        stdin = f"printf '%s\\n' {shlex.quote(spec['file'])} | "
        words += ["-F", f"{operation.upload}=@-;type=application/x-ndjson"]
    else:
        words += ["-H", "Content-Type: application/json"]
        words += ["-d", fill(json.dumps(spec["json"], ensure_ascii=False), credentials)]
    address = f"{url}/{mock.vendor.name}{demo_path(mock.contract)}" + (f"?{query}" if query else "")
    return f"{stdin}{shlex.join(words)} {shlex.quote(address)}"


def demo_path(contract: Contract) -> str:
    """The path of the contract's `demo.call`, with the values of its parameters."""
    path = contract.operations[contract.demo.call["operation"]].path
    for name, value in contract.demo.call.get("path", {}).items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _shown(credentials: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in credentials.items())
