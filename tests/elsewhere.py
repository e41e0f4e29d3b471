"""A server in a process of its own, beyond a token: the one at MOCKSERVERS_URL, a container say, or one for this test.

    MOCKSERVERS_URL            where it answers; without it `mockservers serve` is started
    MOCKSERVERS_ADMIN_TOKEN    its token
    TESTS_INSIDE         what to write before a command that is to run where it runs: `docker exec -i NAME`

What runs against it is the same in every case, and skipped in none.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from mockservers.testing.server import RemoteServer
from scripts.programs.running import server

PROGRAM = Path(sys.executable).with_name("mockservers")
TOKEN = "token-of-the-tests"


class Elsewhere(RemoteServer):
    """A server that serves with --tls. `https` are listeners of this process that lead there; `its_…` are its own."""

    def __init__(self, url: str, token: str | None, inside: Sequence[str], place: Path) -> None:
        super().__init__(url, token=token)
        self.token = token
        self.inside = tuple(inside)
        self._place = place

    @cached_property
    def _its(self) -> dict[str, Any]:
        tls: dict[str, Any] = self.client.tls()
        return tls

    @property
    def its_proxy(self) -> str:
        """`http://host:port` of its proxy."""
        return f"http://{urlsplit(self.url).hostname}:{self._its['proxy_port']}"

    @property
    def its_https_port(self) -> int:
        """Its port that speaks TLS from the first byte."""
        return int(self._its["https_port"])

    @cached_property
    def its_ca(self) -> Path:
        """The certificate of its authority, as a file."""
        path = self._place / "ca.pem"
        path.write_text(self._its["ca"])
        return path


@contextmanager
def elsewhere(*, guarded: bool = True) -> Iterator[Elsewhere]:
    """The server at MOCKSERVERS_URL, or one that is started, and ended with the block: with a token when `guarded`."""
    url = os.environ.get("MOCKSERVERS_URL")
    with (
        TemporaryDirectory(prefix="mockservers-elsewhere-") as name,
        _server(url, Path(name), guarded=guarded) as there,
    ):
        try:
            yield there
        finally:
            there.stop()


@contextmanager
def _server(url: str | None, place: Path, *, guarded: bool) -> Iterator[Elsewhere]:
    if url:
        inside = shlex.split(os.environ.get("TESTS_INSIDE", ""))
        yield Elsewhere(url, os.environ["MOCKSERVERS_ADMIN_TOKEN"], inside, place)
        return
    token = TOKEN if guarded else None
    options = ["--tls", "--https-port", "0", "--proxy-port", "0", "--tls-dir", str(place)]
    with server(PROGRAM, *options, *(["--admin-token", token] if token else [])) as started:
        yield Elsewhere(started, token, (), place)
