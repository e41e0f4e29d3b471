"""One listener for all vendors: the vendor's own host name or the first path segment selects the vendor.

Host: api.zangsho.com       /v1/customers             -> zangsho
any other host              /zangsho/v1/customers     -> zangsho
                            /__admin/tenants          -> the admin API
                            /calls, / in a browser    -> the page
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mockservers.core.admin.control import Control
from mockservers.core.errors import UnknownName
from mockservers.core.exchange.call import Request
from mockservers.core.exchange.decision import Reply
from mockservers.core.tenancy.mock import Mock
from mockservers.core.values.json_text import dumps
from mockservers.core.values.nearest import several_nearest
from mockservers.web.browser_guard import BrowserGuard, Refused, body_refusal
from mockservers.web.plain_requests import headers_of, plain_request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ADMIN = "__admin"
_PROBLEM_TYPE = "application/problem+json"

PAGE_PREFIXES = ("losses", "calls", "tenants", "try", "docs", "rules", "page")
"""First segments of the page's paths. A vendor with such a name would hide the screen."""


class Gateway:
    """A WSGI application over the vendors' apps, the admin API and the page.

    `host_names` adds {host: vendor}; `pages` has the page by the first segments of its paths.
    `guard` refuses requests of web pages to anything but a vendor; the page has its own guard.
    """

    def __init__(
        self,
        apps: Mapping[str, WSGIApplication],
        admin: WSGIApplication,
        mocks: Mapping[str, Mock],
        host_names: Mapping[str, str] | None = None,
        pages: Mapping[str, WSGIApplication] | None = None,
        guard: BrowserGuard | None = None,
    ) -> None:
        self._guard = guard or BrowserGuard()
        self._pages = pages or {}
        self._by_prefix: dict[str, WSGIApplication] = {**apps, ADMIN: admin}
        self._vendors = {host: name for name, mock in mocks.items() for host in mock.contract.hosts}
        for host, name in (host_names or {}).items():
            if name not in apps:
                raise UnknownName("vendor", name, apps)
            self._vendors[host.lower()] = name
        self._mocks = mocks
        self.control = Control(mocks)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        vendor = self._vendors.get(environ.get("HTTP_HOST", "").partition(":")[0].lower())
        if vendor is not None:
            return self._by_prefix[vendor](environ, start_response)
        path: str = environ.get("PATH_INFO", "")  # bytes as Latin-1, by WSGI
        prefix, slash, rest = path[1:].partition("/")
        app = self._by_prefix.get(prefix)
        if app is None:
            page = self._pages.get(prefix) or (self._page if prefix == "" and _is_browser(environ) else None)
            return (page or self._nowhere)(environ, start_response)
        refused = (self._guard.refusal(environ) or body_refusal(environ)) if prefix == ADMIN else None
        if refused:
            return _problem(start_response, refused)
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{prefix}"
        environ["PATH_INFO"] = slash + rest
        return app(environ, start_response)

    @property
    def _page(self) -> WSGIApplication | None:
        return next(iter(self._pages.values()), None)

    @property
    def hosts(self) -> Mapping[str, str]:
        """{host: vendor} of all host names that select a vendor."""
        return self._vendors

    @contextmanager
    def also_named(self, host: str, vendor: str) -> Iterator[None]:
        """Add a host name that selects this vendor, within the context."""
        before = self._vendors
        self._vendors = {**before, host.lower(): vendor}
        try:
            yield
        finally:
            self._vendors = before

    def _nowhere(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if refused := self._guard.refusal(environ):
            return _problem(start_response, refused)
        if path in ("", "/"):
            return _answer(start_response, "200 OK", "application/json", self._index())
        path = path.encode("latin-1").decode("utf-8", "replace")
        routes = [f"/{name}{op.path}" for name, mock in self._mocks.items() for op in mock.contract.operations.values()]
        near = several_nearest(path, routes)
        named = ", ".join(near or sorted(f"/{name}/" for name in self._by_prefix))
        problem = Refused(
            "Not Found",
            404,
            f"There is no vendor at {path}. The first path segment names the vendor. Nearest: {named}.",
        )
        if near:
            self._record(environ, near[0].split("/")[1], problem)
        return _problem(start_response, problem)

    def _record(self, environ: WSGIEnvironment, vendor: str, problem: Refused) -> None:
        """Record a call that was probably meant for a vendor among its unmatched ones, so that a verdict names it."""
        mock = self._mocks[vendor]
        request = plain_request(environ, mock.contract.body_max) or Request(
            environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", ""), headers_of(environ)
        )
        answered = Reply(problem.status, (("Content-Type", _PROBLEM_TYPE),), dumps(_document(problem)))
        mock.handle_unmatched(request, "not-found", answered=answered)

    def _index(self) -> dict[str, Any]:
        return {
            "vendors": {name: f"/{name}{mock.contract.base_path}" for name, mock in self._mocks.items()},
            "admin": f"/{ADMIN}/",
        }


def _is_browser(environ: WSGIEnvironment) -> bool:
    """Whether the request accepts HTML explicitly: curl and programs accept anything, and get JSON."""
    return "text/html" in environ.get("HTTP_ACCEPT", "")


def _problem(start_response: StartResponse, refused: Refused) -> Iterable[bytes]:
    """Return a problem document of RFC 9457."""
    return _answer(start_response, f"{refused.status} {refused.title}", _PROBLEM_TYPE, _document(refused))


def _document(refused: Refused) -> dict[str, Any]:
    return {"type": "about:blank", **refused._asdict()}


def _answer(start_response: StartResponse, status: str, media_type: str, value: Any) -> Iterable[bytes]:
    body = dumps(value)
    start_response(status, [("Content-Type", media_type), ("Content-Length", str(len(body)))])
    return [body]
