"""The fast path of a simple call: from the WSGI environment to the mock and back, without Flask.

Most calls are a method on a path without parameters, with a short body of a stated length. Flask would cost as much
again as the answer itself. All other calls go to Flask, and so does every call of an app that has hooks. Both ways give
the same answers; a test holds that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

import flask
from werkzeug.wsgi import ClosingIterator

from mockservers.core.contract.contract import Operation
from mockservers.core.exchange.decision import BODILESS, Reply
from mockservers.core.tenancy.tenant import Answer
from mockservers.web.fault_delivery import response_of
from mockservers.web.request_parsing import simple_request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mockservers.core.exchange.call import Request

Handle = Callable[[Operation, "Request"], Answer]
After = Callable[[Answer], Callable[[], None] | None]


class FastPath:
    """WSGI middleware of a Flask app that answers simple calls itself.

    `handle` answers a call and never raises. `after` returns what to do once the answer is sent, or None.
    """

    def __init__(
        self, app: flask.Flask, operations: Iterable[Operation], body_max: int, handle: Handle, after: After
    ) -> None:
        self._app = app
        self._by_flask: WSGIApplication = app.wsgi_app
        self._operations = {(each.method, each.path): each for each in operations if "{" not in each.path}
        self._body_max = body_max
        self._handle, self._after = handle, after

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        operation = self._operations.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        if operation is None or "HTTP_MOCK_EXPLAIN" in environ or self._hooked:
            return self._by_flask(environ, start_response)
        request = simple_request(environ, self._body_max)
        if request is None:
            return self._by_flask(environ, start_response)
        answer = self._handle(operation, request)
        reply, after = answer.reply, self._after(answer)
        if answer.fault or reply.status in BODILESS:
            response = response_of(reply, answer.fault)
            if after:
                response.call_on_close(after)
            return response(environ, start_response)
        start_response(_status(reply.status), [*reply.headers, ("Content-Length", str(len(reply.body)))])
        return ClosingIterator((reply.body,), after) if after else (reply.body,)

    @property
    def _hooked(self) -> bool:
        app = self._app
        return bool(app.before_request_funcs or app.after_request_funcs or app.teardown_request_funcs)


@cache
def _status(code: int) -> str:
    """The status line as Flask writes it."""
    return response_of(Reply(code)).status
