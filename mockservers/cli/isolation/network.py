"""A command on a separate network, Linux only: the vendors' names resolve to the mocks, and no other host is reachable.

The command's network namespace has only loopback. `inside.py` opens its ports in the namespace, and this process serves
them:

    443            the HTTPS listener, at each vendor's name
    80             the server
    53 (UDP)       a name server that resolves no name, and reports the other names that the command asks for
    the server's   the server, so that $MOCKSERVERS_URL is the same address inside
    `reach`        the same port of this machine's loopback, for example a database that the command needs
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from mockservers.cli.isolation.names import NoNames
from mockservers.core.errors import UsageError
from mockservers.web.accept_loop import AcceptLoop
from mockservers.web.relay import Side, relay

INSIDE = Path(__file__).with_name("inside.py")

CA_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora and its derivatives
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",
)
"""The certificate files of programs that read no environment variable."""

_LOOPBACK = "127.0.0.1"
_NOT_HERE = (
    "--isolate needs Linux and permission to create namespaces: {why}. Fix: start a container with --privileged or "
    "--security-opt seccomp=unconfined; on Ubuntu 24.04 and newer, set kernel.apparmor_restrict_unprivileged_userns=0; "
    "or omit --isolate, and only programs that read HTTPS_PROXY call the mocks."
)


@dataclass(frozen=True, slots=True)
class Reachable:
    """What the command can reach. `hosts` are the vendors' names; `server` and `https` are addresses of this machine.

    `bundle` has the certificates to trust; `ports` are those of this machine's loopback that the command also reaches.
    """

    hosts: Collection[str]
    server: tuple[str, int]
    https: tuple[str, int]
    bundle: Path
    ports: Sequence[int] = ()

    def by_port(self) -> dict[int, tuple[str, int]]:
        """The address behind each port of the command's loopback. UsageError for a port that the mocks use, too."""
        mock_ports = {443: self.https, 80: self.server, self.server[1]: self.server}
        conflicts = sorted(set(mock_ports) & set(self.ports))
        if conflicts:
            raise UsageError(f"--reach {conflicts[0]}: the mocks use this port. Fix: run your service on another port.")
        return {**mock_ports, **{port: (_LOOPBACK, port) for port in self.ports}}


class Network:
    """A network for one command. As a context manager, it closes all connections at the end."""

    def __init__(self, reachable: Reachable) -> None:
        self._reachable = reachable
        self._ports = reachable.by_port()
        self._accepting = AcceptLoop("mockservers-isolated")
        self._names: NoNames | None = None
        self._files = TemporaryDirectory(prefix="mockservers-isolated-")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._accepting.stop()
        if self._names:
            self._names.stop()
        self._files.cleanup()

    @property
    def refused(self) -> Counter[str]:
        """Names of other hosts that the command asked for: {"db.example.com": times}."""
        return self._names.asked if self._names else Counter()

    def start(self, command: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a command there. UsageError if this machine does not allow namespaces."""
        if sys.platform != "linux":
            raise UsageError(_NOT_HERE.format(why=f"this is {sys.platform}"))
        parent_end, child_end = socket.socketpair()
        listen = [["udp", 53], *(["tcp", port] for port in self._ports)]
        plan = json.dumps({"listen": listen, "over": self._replaced(), "command": list(command)})
        with parent_end:
            with child_end:
                program = [sys.executable, "-I", str(INSIDE), str(child_end.fileno()), plan]
                try:
                    process = subprocess.Popen(program, env=dict(env), pass_fds=[child_end.fileno()])  # noqa: S603 - ours
                except OSError as error:
                    raise UsageError(_NOT_HERE.format(why=error)) from None
            sockets = self._received(parent_end, process)
            self._serve(sockets)
            parent_end.sendall(b".")
        return process

    def _received(self, parent_end: socket.socket, process: subprocess.Popen[bytes]) -> list[socket.socket]:
        answer, descriptors, _, _ = socket.recv_fds(parent_end, 4096, 1 + len(self._ports))
        if not descriptors:
            process.wait()
            reason = json.loads(answer)["error"] if answer else f"its start ended with {process.returncode}"
            raise UsageError(_NOT_HERE.format(why=reason))
        return [socket.socket(fileno=each) for each in descriptors]

    def _serve(self, sockets: Sequence[socket.socket]) -> None:
        self._names = NoNames(sockets[0])
        self._names.start()
        for listening, address in zip(sockets[1:], self._ports.values(), strict=True):
            self._accepting.add(listening, _relayed(*address))
        self._accepting.start()

    def _replaced(self) -> list[tuple[str, str]]:
        """Files that the command sees instead of those of the machine: (file, path)."""
        hosts = "".join(
            f"{_LOOPBACK} {name}\n" for name in ("localhost", socket.gethostname(), *sorted(self._reachable.hosts))
        )
        contents = {
            "/etc/hosts": hosts,
            "/etc/resolv.conf": f"nameserver {_LOOPBACK}\n",
            "/etc/nsswitch.conf": _by_files_and_dns(),
        }
        replaced = []
        for path, content in contents.items():
            file = Path(self._files.name) / Path(path).name
            file.write_text(content)
            file.chmod(0o644)
            replaced.append((str(file), path))
        return [*replaced, *((str(self._reachable.bundle), path) for path in CA_BUNDLES)]


def _by_files_and_dns() -> str:
    """The machine's nsswitch.conf, with hosts only from files and DNS, so that no daemon of the machine answers."""
    path = Path("/etc/nsswitch.conf")
    lines = path.read_text().splitlines() if path.is_file() else []
    return "\n".join([*(line for line in lines if not line.startswith("hosts:")), "hosts: files dns", ""])


def _relayed(host: str, port: int) -> Callable[[socket.socket], Awaitable[None]]:
    """A function that connects a client of the command's network to an address of this machine."""

    async def serve(client: socket.socket) -> None:
        async with await Side.connected(host, port) as server, await Side.accepted(client, None) as side:
            await relay(side, server)

    return serve
