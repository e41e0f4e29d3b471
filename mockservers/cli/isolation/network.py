"""A command on a network of its own, Linux only: the vendors' names lead to the mocks, and nothing else is reachable.

The command's namespace has loopback alone. Its ports are opened inside it, by `inside.py`, and answered out here:

    443            the HTTPS listener, at each vendor's name
    80             the server
    53 (UDP)       no name: what the command asks for beside the vendors is reported
    the server's   the server, so that $MOCKSERVERS_URL is the same address inside
    `reach`        the same port of this machine's loopback: a database that the command needs
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
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora and its kin
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",
)
"""Where the certificates stand that programs trust which read no variable."""

_LOOPBACK = "127.0.0.1"
_NOT_HERE = (
    "--isolate needs Linux and the right to make namespaces: {why}. In a container, start it with --privileged or with "
    "--security-opt seccomp=unconfined; on Ubuntu 24.04 and newer, set kernel.apparmor_restrict_unprivileged_userns=0. "
    "Without --isolate, programs that read HTTPS_PROXY are held, and others are not."
)


@dataclass(frozen=True, slots=True)
class Reachable:
    """What the command reaches. `hosts` are the vendors' names; `server` and `https` addresses out here.

    `bundle` holds the certificates to trust; `ports` are those of this machine's loopback that stay what they are.
    """

    hosts: Collection[str]
    server: tuple[str, int]
    https: tuple[str, int]
    bundle: Path
    ports: Sequence[int] = ()

    def by_port(self) -> dict[int, tuple[str, int]]:
        """Where each port of the command's loopback leads. UsageError for one that is wanted twice."""
        own = {443: self.https, 80: self.server, self.server[1]: self.server}
        taken = sorted(set(own) & set(self.ports))
        if taken:
            raise UsageError(f"Port {taken[0]} cannot be reached from the command: the mocks answer there.")
        return {**own, **{port: (_LOOPBACK, port) for port in self.ports}}


class Network:
    """A network for one command. As a context manager it is taken down afterwards, with all connections."""

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
        """Names beside the vendors' that the command asked for: {"db.example.com": times}."""
        return self._names.asked if self._names else Counter()

    def start(self, command: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a command there. UsageError where this machine lets nobody make namespaces."""
        if sys.platform != "linux":
            raise UsageError(_NOT_HERE.format(why=f"this is {sys.platform}"))
        ours, theirs = socket.socketpair()
        listen = [["udp", 53], *(["tcp", port] for port in self._ports)]
        plan = json.dumps({"listen": listen, "over": self._replaced(), "command": list(command)})
        with ours:
            with theirs:
                words = [sys.executable, "-I", str(INSIDE), str(theirs.fileno()), plan]
                try:
                    process = subprocess.Popen(words, env=dict(env), pass_fds=[theirs.fileno()])  # noqa: S603 - ours
                except OSError as error:
                    raise UsageError(_NOT_HERE.format(why=error)) from None
            sockets = self._received(ours, process)
            self._serve(sockets)
            ours.sendall(b".")
        return process

    def _received(self, ours: socket.socket, process: subprocess.Popen[bytes]) -> list[socket.socket]:
        said, descriptors, _, _ = socket.recv_fds(ours, 4096, 1 + len(self._ports))
        if not descriptors:
            process.wait()
            why = json.loads(said)["error"] if said else f"its start ended with {process.returncode}"
            raise UsageError(_NOT_HERE.format(why=why))
        return [socket.socket(fileno=each) for each in descriptors]

    def _serve(self, sockets: Sequence[socket.socket]) -> None:
        self._names = NoNames(sockets[0])
        self._names.start()
        for listening, address in zip(sockets[1:], self._ports.values(), strict=True):
            self._accepting.add(listening, _relayed(*address))
        self._accepting.start()

    def _replaced(self) -> list[tuple[str, str]]:
        """Files that the command sees in the place of the machine's: (file, path)."""
        hosts = "".join(
            f"{_LOOPBACK} {name}\n" for name in ("localhost", socket.gethostname(), *sorted(self._reachable.hosts))
        )
        written = {
            "/etc/hosts": hosts,
            "/etc/resolv.conf": f"nameserver {_LOOPBACK}\n",
            "/etc/nsswitch.conf": _by_files_and_dns(),
        }
        replaced = []
        for path, content in written.items():
            file = Path(self._files.name) / Path(path).name
            file.write_text(content)
            file.chmod(0o644)
            replaced.append((str(file), path))
        return [*replaced, *((str(self._reachable.bundle), path) for path in CA_BUNDLES)]


def _by_files_and_dns() -> str:
    """The machine's sources of users and the like, with hosts found as above: no daemon of the machine is asked."""
    path = Path("/etc/nsswitch.conf")
    others = path.read_text().splitlines() if path.is_file() else []
    return "\n".join([*(line for line in others if not line.startswith("hosts:")), "hosts: files dns", ""])


def _relayed(host: str, port: int) -> Callable[[socket.socket], Awaitable[None]]:
    """What serves a client of the command's network: a connection to an address out here."""

    async def serve(client: socket.socket) -> None:
        async with await Side.connected(host, port) as server, await Side.accepted(client, None) as side:
            await relay(side, server)

    return serve
