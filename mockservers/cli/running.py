"""`mockservers env` and `mockservers run`: programs in any language call the mocks at the vendors' own addresses."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import SplitResult, urlsplit

import click

from mockservers.cli.isolation.network import Network, Reachable
from mockservers.cli.ledgers import Gate
from mockservers.client import Client
from mockservers.core.accounting.evidence import Evidence, gather
from mockservers.core.accounting.verdict import Policy, judge
from mockservers.core.errors import ServerUnavailable, UsageError
from mockservers.reports.verdict import text
from mockservers.vendors import load_contract, vendor, vendor_names
from mockservers.web.bootstrap import MockApp, Serving, Tls
from mockservers.web.environment import Trust, applied, direct_environment, environment
from mockservers.web.https_listeners import HttpsListeners, https_listeners_before
from mockservers.web.tls import state_directory

_FORWARDED = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_FROM_THE_TERMINAL = frozenset(getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name))


@dataclass(frozen=True, slots=True)
class Run:
    """The command, and its server: a new one, or that at `url`. If the `gate` fails afterwards, the status is 1.

    `isolated`: on a separate network, from which the command can also reach these `ports` of this machine's loopback.
    """

    command: Sequence[str]
    url: str | None = None
    serving: Serving = field(default_factory=Serving)
    gate: Gate = field(default_factory=Gate)
    admin_token: str | None = None
    isolated: bool = False
    ports: Sequence[int] = ()


def run(command_run: Run) -> int:
    """Run a command against the mocks. Return its exit status; after a signal, 128 plus the number of the signal."""
    policy = command_run.gate.policy
    if command_run.url:
        with _https_for(command_run.url, command_run.serving.host_names) as listeners:
            client = Client(command_run.url, command_run.admin_token)
            before = gather(client) if _gated(policy) else None
            status = _run_command(command_run, command_run.url, listeners)
            evidence = gather(client).since(before) if before else None
    else:
        with served(command_run.serving, https_port=0 if command_run.isolated else None) as (mock_app, listeners):
            status = _run_command(command_run, mock_app.server.url, listeners)
            evidence = gather(mock_app.control)
    failed = evidence is not None and _print_failures(evidence, policy)
    return 1 if failed and not status else status


@contextmanager
def served(serving: Serving, https_port: int | None = None) -> Iterator[tuple[MockApp, HttpsListeners]]:
    """A server in this process, with HTTPS at the vendors' own names, while the block runs."""
    mock_app = MockApp(serving)
    mock_app.start()
    try:
        yield mock_app, mock_app.open_https(Tls(https_port=https_port))
    finally:
        mock_app.stop()


def command_environment(url: str, listeners: HttpsListeners) -> dict[str, str]:
    """The environment of a command that calls the mocks of a server."""
    return applied({**listeners.environment(), "MOCKSERVERS_URL": url})


def _gated(policy: Policy) -> bool:
    return policy.level != "never" or policy.at_least > 0


def _print_failures(evidence: Evidence, policy: Policy) -> bool:
    """Print the failures on standard error, without a gate those on silent losses. Whether the gate fails."""
    verdict = judge(evidence, policy)
    printed = verdict if _gated(policy) else judge(evidence, Policy())
    if printed.failed:
        click.echo(text(printed), err=True)
    return verdict.failed


def variables(url: str, token: str | None = None) -> dict[str, str | None]:
    """Variables (None: to unset) for programs that call the mocks of the server at `url`.

    The server must have been started with `--tls`. Writes the certificates for these programs below the user's state
    directory. ServerUnavailable if no server answers there, UsageError if it has no TLS.
    """
    address = _address(url)
    tls = _get_json(address, "/__admin/tls", token)
    pem = tls["ca"].encode()
    trust = Trust.written(state_directory() / f"trust-{hashlib.sha256(pem).hexdigest()[:12]}", pem)
    return {**environment((address.hostname or "", tls["proxy_port"]), trust), "MOCKSERVERS_URL": url}


def exports(values: Mapping[str, str | None]) -> str:
    """Variables as lines for a POSIX shell."""
    set_ = [f"export {name}={shlex.quote(value)}" for name, value in values.items() if value is not None]
    unset = [f"unset {name}" for name, value in values.items() if value is None]
    return "\n".join([*set_, *unset])


# -- a running server ---------------------------------------------------------------------------------------------


@contextmanager
def _https_for(url: str, host_names: Mapping[str, str]) -> Iterator[HttpsListeners]:
    """HTTPS listeners in this process that forward to a server, which need not have TLS."""
    address = _address(url)
    _get_json(address, "/__admin/health")
    hosts = {host for name in vendor_names() for host in load_contract(name).hosts}
    hosts |= {host.lower() for name, host in host_names.items() if vendor(name).name}
    listeners = https_listeners_before((address.hostname or "", address.port or 80), hosts)
    listeners.start()
    try:
        yield listeners
    finally:
        listeners.stop()


def _address(url: str) -> SplitResult:
    address = urlsplit(url)
    if address.scheme != "http" or not address.hostname or address.path not in ("", "/"):
        raise UsageError(f"{url!r} is not the http address of a server. Fix: --url http://127.0.0.1:8080.")
    return address


def _get_json(address: SplitResult, path: str, token: str | None = None) -> Any:
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=10)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ServerUnavailable(
            f"No mockservers server answers at {address.geturl()}: {error!r}. Fix: start it with mockservers serve."
        ) from None
    finally:
        connection.close()
    if response.status >= 400:
        raise UsageError(f"{address.geturl()} says: {answer.get('detail', response.reason)}")
    return answer


# -- the command --------------------------------------------------------------------------------------------------


def _run_command(command_run: Run, url: str, listeners: HttpsListeners) -> int:
    """Run the command, and print the other hosts that it called on standard error. Return its exit status."""
    if command_run.isolated:
        return _isolated(command_run, url, listeners)
    variables = command_environment(url, listeners)
    status = _run_with_signals(command_run.command, lambda: subprocess.Popen(list(command_run.command), env=variables))  # noqa: S603 - the user gives the command
    _print_refused(listeners.refused)
    return status


def _isolated(command_run: Run, url: str, listeners: HttpsListeners) -> int:
    address = _address(url)
    server, https = (address.hostname or "", address.port or 80), ("127.0.0.1", listeners.https_port or 0)
    reachable = Reachable(listeners.hosts, server, https, listeners.trust.bundle, command_run.ports)
    variables = {**direct_environment(listeners.trust), "MOCKSERVERS_URL": f"http://127.0.0.1:{server[1]}"}
    with Network(reachable) as network:
        status = _run_with_signals(command_run.command, lambda: network.start(command_run.command, applied(variables)))
        _print_refused(network.refused)
    return status


def _print_refused(refused: Mapping[str, int]) -> None:
    for destination, times in refused.items():
        click.echo(f"mockservers: refused {destination}" + (f", {times} times" if times > 1 else ""), err=True)


def _run_with_signals(command: Sequence[str], start: Callable[[], subprocess.Popen[bytes]]) -> int:
    started: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int, _: FrameType | None) -> None:
        if not started:
            early.append(number)
        elif number not in _FROM_THE_TERMINAL or not _is_in_foreground():
            started[0].send_signal(number)

    before = {number: signal.signal(number, forward) for name in _FORWARDED if (number := _signal(name))}
    try:
        try:
            process = start()
        except OSError as error:
            click.echo(f"mockservers: {command[0]}: {error.strerror}", err=True)
            return 127 if isinstance(error, FileNotFoundError) else 126
        started.append(process)
        for missed in early:
            process.send_signal(missed)
        status = _exit_status(process)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def _exit_status(process: subprocess.Popen[bytes]) -> int:
    """The exit status of a process. A wait without a time-out may miss a signal."""
    while True:
        try:
            return process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue


def _signal(name: str) -> signal.Signals | None:
    return getattr(signal, name, None)


def _is_in_foreground() -> bool:
    """Whether the command gets Ctrl-C from the terminal: forwarding it would send it twice."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
