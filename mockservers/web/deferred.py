"""WSGI applications that are created on their first call, so that unused ones cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Deferred:
    """An application that `make` creates on the first call."""

    def __init__(self, make: Callable[[], WSGIApplication]) -> None:
        self._make, self._making = make, Lock()
        self._made: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return (self._made or self.application)(environ, start_response)

    @property
    def application(self) -> WSGIApplication:
        """Return the application."""
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made
