"""The program that runs first in the command's namespaces. Linux only; it imports only the standard library.

    python -I inside.py SOCKET PLAN

It leaves the machine's network for one with only loopback, mounts files over those of the machine (for itself and
what it starts), opens the ports and sends their sockets through the Unix socket SOCKET. Then it becomes the command.
PLAN is JSON: {"listen": [[kind, port], …], "over": [[file, path], …], "command": […]}, kind "tcp" or "udp".

If a step fails, it reports the error through SOCKET as JSON: {"error": text}. It is a new process without threads,
because a fork of the server would copy locks that the server's other threads hold.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path

_NEW_MOUNTS, _NEW_USER, _NEW_NETWORK = 0x00020000, 0x10000000, 0x40000000
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1
_LIBC = ctypes.CDLL(None, use_errno=True)
_LOOPBACK = "127.0.0.1"


def main(parent: socket.socket, plan: str) -> None:
    """Become the command. Return only if a step fails, after the error was sent to the parent."""
    instructions = json.loads(plan)
    try:
        leave()
        for file, path in instructions["over"]:
            put_over(file, path)
        raise_loopback()
        listeners = [opened(kind, port) for kind, port in instructions["listen"]]
        socket.send_fds(parent, [b"{}"], [each.fileno() for each in listeners])
    except OSError as error:
        parent.sendall(json.dumps({"error": error.strerror}).encode())
        return
    for each in listeners:
        each.close()
    parent.recv(1)  # the ports are answered from here on
    parent.close()
    become(instructions["command"])


def leave() -> None:
    """Leave the machine's mounts and network. Without root's rights, also leave its users."""
    user, group = os.getuid(), os.getgid()
    try:
        unshare(_NEW_MOUNTS | _NEW_NETWORK)
    except PermissionError:
        unshare(_NEW_USER | _NEW_MOUNTS | _NEW_NETWORK)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    mount(None, "/", _RECURSIVE | _PRIVATE)  # mounts of this process are visible nowhere else


def unshare(flags: int) -> None:
    """Leave the namespaces of these flags. `os.unshare` came with Python 3.12."""
    if _LIBC.unshare(ctypes.c_int(flags)) != 0:
        raise _error("cannot create a namespace")


def mount(source: str | None, target: str, flags: int) -> None:
    """Mount an existing file over another, or, without a source, set how mounts propagate."""
    from_ = None if source is None else os.fsencode(source)
    if _LIBC.mount(from_, os.fsencode(target), None, ctypes.c_ulong(flags), None) != 0:
        raise _error(f"{target} cannot be replaced for the command")


def put_over(file: str, path: str) -> None:
    """Make a file visible instead of another, if that exists."""
    target = os.path.realpath(path)
    if os.path.isfile(target):  # noqa: PTH113 - the path is resolved, and may be a character device
        mount(file, target, _BIND)


def raise_loopback() -> None:
    """Bring up the only network interface of the namespace."""
    import fcntl  # Windows has none, and every module can be imported there

    name = struct.pack("16sH14s", b"lo", 0, b"")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        _, flags, _ = struct.unpack("16sH14s", fcntl.ioctl(any_socket, _GET_FLAGS, name))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14s", b"lo", flags | _UP, b""))


def opened(kind: str, port: int) -> socket.socket:
    """A socket on a port of the namespace's loopback. It belongs to the namespace, even in another process."""
    if kind == "udp":
        udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp_socket.bind((_LOOPBACK, port))
        return udp_socket
    return socket.create_server((_LOOPBACK, port), backlog=512)


def become(command: list[str]) -> None:
    """Run the command in this process. If it cannot be run, exit as a shell does."""
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and the command would inherit that
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 - the user gives the command
    except OSError as error:
        sys.stderr.write(f"mockservers: {command[0]}: {error.strerror}\n")
        sys.exit(127 if error.errno == errno.ENOENT else 126)


def _error(problem: str) -> OSError:
    """The error of the C library's last call, of the class that fits its number: PermissionError and others."""
    number = ctypes.get_errno()
    return OSError(number, f"{problem}: {os.strerror(number)}")


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
