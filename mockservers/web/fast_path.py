"""The fast path of a simple call: from the WSGI environment to the mock and back, without Flask.

Most calls are a method on a path without parameters, with a short body of known length. Flask would cost as much as the
answer itself. All other calls, and every call of an app with hooks, go to Flask. A test compares the answers of both.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from mockservers.core.contract.contract import Operation
from mockservers.core.exchange.decision import BODILESS, Reply
from mockservers.core.tenancy.tenant import Answer
from mockservers.web.plain_requests import plain_request

if TYPE_CHECKING:
    import flask
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mockservers.core.exchange.call import Request

Handle = Callable[[Operation, "Request"], Answer]
After = Callable[[Answer], Callable[[], None] | None]

STATUSES = {200: "200 OK", 201: "201 CREATED", 202: "202 ACCEPTED", 204: "204 NO CONTENT"}
"""Status lines in Flask's form, without importing Flask."""

_log = logging.getLogger("mockservers")


class FastPath:
    """A vendor's WSGI application that answers simple calls itself.

    `handle` answers a call and never raises. `after` returns a function to call after the answer is sent, or None.
    `make` creates the Flask app for all other calls, on the first of them.
    """

    def __init__(
        self,
        operations: Iterable[Operation],
        body_max: int,
        handle: Handle,
        after: After,
        make: Callable[[], flask.Flask],
    ) -> None:
        self._operations = {(each.method, each.path): each for each in operations if "{" not in each.path}
        self._body_max = body_max
        self._handle, self._after = handle, after
        self._make, self._making = make, Lock()
        self._app: flask.Flask | None = None
        self._by_flask: WSGIApplication

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        operation = self._operations.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        if operation is None or "HTTP_MOCK_EXPLAIN" in environ or self._hooked:
            return self._others(environ, start_response)
        request = plain_request(environ, self._body_max)
        if request is None:
            return self._others(environ, start_response)
        answer = self._handle(operation, request)
        reply, after = answer.reply, self._after(answer)
        if answer.fault or reply.status in BODILESS:
            from mockservers.web.vendor_response import response_of  # noqa: PLC0415 - imports Flask

            response = response_of(reply, answer.fault)
            if after:
                response.call_on_close(after)
            return response(environ, start_response)
        start_response(_status(reply.status), [*reply.headers, ("Content-Length", str(len(reply.body)))])
        return _Closing(reply.body, after) if after else (reply.body,)

    @property
    def flask_app(self) -> flask.Flask:
        """The Flask app. Simple calls to it take the fast path, too."""
        with self._making:
            if self._app is None:
                app = self._make()
                self._by_flask = app.wsgi_app
                app.wsgi_app = self  # type: ignore[method-assign] # Flask documents this for middleware
                self._app = app
            return self._app

    def _others(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._app is None:
            _ = self.flask_app  # makes it
        return self._by_flask(environ, start_response)

    @property
    def _hooked(self) -> bool:
        app = self._app
        return bool(app and (app.before_request_funcs or app.after_request_funcs or app.teardown_request_funcs))


class _Closing:
    """The body of an answer, and a function to call after it is sent."""

    def __init__(self, body: bytes, close: Callable[[], None]) -> None:
        self._body = body
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


@cache
def _status(code: int) -> str:
    """Return the status line in Flask's form."""
    if code in STATUSES:
        return STATUSES[code]
    from mockservers.web.vendor_response import response_of  # noqa: PLC0415 - imports Flask

    return response_of(Reply(code)).status


def failed(path: str, error: Exception) -> Answer:
    """Return the answer for a bug of mockservers: a 500, never one of the vendor's errors."""
    _log.error("mockservers failed to answer %s", path, exc_info=error)
    reply = Reply(500, (("Content-Type", "application/problem+json"),), b'{"title":"mockservers failed: see its log"}')
    return Answer(reply)
