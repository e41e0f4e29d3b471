"""Figures 5, 6, 8, 11, 13 and 14: what a call costs without a socket."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

import flask
import requests
import responses

from bench.figures import Figure
from bench.load import SERIAL
from bench.measure import interleaved, ratios, seconds_per_call
from bench.traffic import CUSTOMERS, PURCHASE_PATH, orders_batch, purchase
from mockservers.cli.serving import settle
from mockservers.web.bootstrap import MockApp, Serving

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_PURCHASE_STATE = {"members": [{"member_sn": "1"}]}
_BATCH_PATH = "/v1/orders/batch"


class Caller:
    """Calls a WSGI application with POSTs of JSON, like a server."""

    def __init__(self, app: WSGIApplication, path: str, headers: dict[str, str] | None = None) -> None:
        self._app = app
        self._environ = {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_ACCEPT": "*/*",
            "HTTP_USER_AGENT": "bench",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{f"HTTP_{name.upper()}": value for name, value in (headers or {}).items()},
        }

    def post(self, body: bytes) -> bytes:
        """The body of the reply, which must be a 200."""
        said: list[str] = []

        def start_response(status: str, _headers: Any, _error: Any = None) -> Callable[[bytes], object]:
            said.append(status)
            return said.append  # type: ignore[return-value] # never called: the applications here return their bodies

        environ = {**self._environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        reply = self._app(environ, start_response)
        content = b"".join(reply)
        if hasattr(reply, "close"):
            reply.close()
        if not said[0].startswith("200"):
            raise RuntimeError(f"{said[0]}: {content[:300]!r}")
        return content


@cache
def _mock_app() -> MockApp:
    return MockApp(Serving(demo=False))


def _purchases() -> tuple[Caller, Callable[[], bytes]]:
    """A caller of a fresh OmniSegment tenant, and one purchase after the other."""
    tenant = _mock_app().control.create_tenant({"vendor": "omnisegment", "state": _PURCHASE_STATE})
    before, _, after = purchase(tenant["credentials"]).encode().partition(SERIAL.encode())
    made = iter(range(10**9))
    return Caller(
        _mock_app().gateway, f"/omnisegment{PURCHASE_PATH}"
    ), lambda: b"%s%013d%s" % (before, next(made), after)


def endpoint() -> Iterator[Figure]:
    """Figure 5."""
    ours, theirs = endpoint_callers()
    rows = interleaved(20, seconds_per_call(ours, 300), seconds_per_call(theirs, 300))
    yield Figure("5", ratios(rows), _best(rows))


def endpoint_callers() -> tuple[Callable[[], bytes], Callable[[], bytes]]:
    """One order after the other to OmniSegment, and to an app that reads nothing of it."""
    bare = flask.Flask("bare")

    @bare.post(PURCHASE_PATH)
    def take() -> flask.Response:
        return flask.jsonify(SUCCESS=True, PAYLOAD=None)

    _, body = _purchases()
    theirs = Caller(bare, PURCHASE_PATH)
    return order_poster(), lambda: theirs.post(body())


def order_poster() -> Callable[[], bytes]:
    """One order after the other to a fresh OmniSegment tenant."""
    ours, body = _purchases()
    return lambda: ours.post(body())


def fresh_tenant() -> Iterator[Figure]:
    """Figure 6."""

    def one() -> None:
        made = _mock_app().control.create_tenant({"vendor": "omnisegment", "frozen": True})
        _mock_app().control.delete_tenant(made["id"])

    yield Figure("6", [row[0] * 1e6 for row in interleaved(15, seconds_per_call(one, 100))])


def intercepted() -> Iterator[Figure]:
    """Figure 8: `requests` as `responses` patches it, a callback into the application against a canned answer."""
    url = f"https://api.omnisegment.com{PURCHASE_PATH}"
    ours, body = _purchases()
    session = requests.Session()
    headers = {"Content-Type": "application/json"}

    def answered(request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        return 200, {"Content-Type": "application/json"}, ours.post(request.body)  # type: ignore[arg-type]

    def through(patch: responses.RequestsMock) -> Callable[[], float]:
        def run() -> float:
            with patch:
                return seconds_per_call(lambda: session.post(url, body(), headers=headers), 60)()

        return run

    static, calling = _patched(), _patched()
    static.add("POST", url, json={"SUCCESS": True, "PAYLOAD": None})
    calling.add_callback("POST", url, answered)
    rows = interleaved(15, through(calling), through(static))
    yield Figure("8", ratios(rows), _best(rows))


def _patched() -> responses.RequestsMock:
    patch = responses.RequestsMock(assert_all_requests_are_fired=False)
    patch.reset = lambda: None  # type: ignore[method-assign] # it would forget its answers at the end of each round
    return patch


def batch() -> Iterator[Figure]:
    """Figure 11."""
    ours, theirs = batches_callers()
    rows = interleaved(15, seconds_per_call(ours, 20), seconds_per_call(theirs, 20))
    yield Figure("11", ratios(rows), _best(rows))


def batches_callers() -> tuple[Callable[[], bytes], Callable[[], bytes]]:
    """One batch of new orders after the other to Zangsho, and to an app that checks nothing."""
    theirs = Caller(_unvalidated(), _BATCH_PATH)
    return batch_poster(), _over_batches(theirs, 100)


def batch_poster(size: int = 100) -> Callable[[], bytes]:
    """One batch of new orders after the other to a fresh Zangsho tenant."""
    tenant = _mock_app().control.create_tenant({"vendor": "zangsho", "state": {"customers": CUSTOMERS}})
    headers = {"Authorization": f"Bearer {tenant['credentials']['token']}"}
    return _over_batches(Caller(_mock_app().gateway, f"/zangsho{_BATCH_PATH}", headers), size)


def _over_batches(caller: Caller, size: int) -> Callable[[], bytes]:
    bodies = (orders_batch(number, size) for number in count())
    return lambda: caller.post(next(bodies))


def _unvalidated() -> flask.Flask:
    """A minimal batch endpoint that checks nothing."""
    app = flask.Flask("unvalidated")
    orders: dict[str, Any] = {}

    @app.post(_BATCH_PATH)
    def take() -> flask.Response:
        created = []
        for index, order in enumerate(flask.request.get_json()["orders"]):
            key = order["order_no"]
            orders[key] = {**order, "id": len(orders) + 1}
            created.append({"index": index, "id": orders[key]["id"], "identifier": key})
        results = {"created": created, "skipped": [], "failed": []}
        return flask.jsonify(data={"total": len(created), "created": len(created), "results": results})

    return app


def many() -> Iterator[Figure]:
    """Figures 13 and 14. A pause is measured in thread time, so that time of other processes does not count."""
    ours, body = _purchases()
    spent, pauses = [], []
    settle()
    for _ in range(50_000):
        sent = body()
        started, ran = time.perf_counter_ns(), time.thread_time_ns()
        ours.post(sent)
        pauses.append(time.thread_time_ns() - ran)
        spent.append(time.perf_counter_ns() - started)
    yield Figure("13", [max(pauses) / 1e6], f"by the wall clock {max(spent) / 1e6:.1f} ms")
    early, late = statistics.median(spent[1_000:2_000]), statistics.median(spent[49_000:50_000])
    yield Figure("14", [late / early], f"{late / 1e3:.0f} µs ÷ {early / 1e3:.0f} µs")


def _best(rows: list[tuple[float, ...]]) -> str:
    ours, theirs = (min(row[at] for row in rows) * 1e6 for at in (0, 1))
    return f"at best {ours:,.0f} µs ÷ {theirs:,.0f} µs"
