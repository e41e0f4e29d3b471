"""A journal as an HTTP Archive 1.2, for tools that display one and for replay, entry by entry.

An entry has the URL, the headers and the body that were sent, so that a client can replay it on the rewound tenant and
gets the recorded answer. If the journal does not have the whole body, there is no body, and a comment says so.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mockservers.core.accounting.journal import Exchange
from mockservers.core.errors import UsageError
from mockservers.core.extras import missing
from mockservers.core.tenancy.masking import Mask
from mockservers.web.version import package_version

_OF_THE_CONNECTION = frozenset(
    {"host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect",
     "content-length"}
)  # fmt: skip
"""Request headers that follow from the URL and the body of an entry, or are omitted."""

MASKED = "Credentials are masked, so no entry can be sent again. Ask for ?secrets=1 to have them."


class _Model:
    """A model that `harfile` writes. Its own request model cannot mark a body as base64."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._value = value

    def asdict(self) -> Mapping[str, Any]:
        """As JSON."""
        return self._value


def archive(exchanges: Iterable[Exchange], base_url: str, mask: Mask | None) -> bytes:
    """Return exchanges as HAR, with URLs below `base_url`. Without a mask, the credentials are readable.

    UsageError without the `har` extra.
    """
    try:
        import harfile  # noqa: PLC0415 - an extra, only needed for archives
    except ImportError:
        raise UsageError(missing("journal.har", "har")) from None
    text = io.StringIO()
    creator = harfile.Creator(name="mockservers", version=package_version())
    with harfile.HarFile.open(text, creator=creator, comment=MASKED if mask else None) as written:
        for exchange in exchanges:
            took = round(exchange.took * 1_000, 3)
            request: Any = _request(exchange, base_url, mask)
            response: Any = _response(exchange, mask)
            written.add_entry(
                startedDateTime=datetime.fromtimestamp(exchange.began, UTC),
                time=took,
                request=request,
                response=response,
                timings=harfile.Timings(send=0, wait=took, receive=0),
                comment=_comment(exchange),
            )
    return text.getvalue().encode("utf-8", "surrogatepass")


def _comment(exchange: Exchange) -> str:
    parts = [exchange.operation or "unmatched"]
    if exchange.fault:
        parts.append(f"with the fault {exchange.fault}")
    if exchange.rewound:
        parts.append("rewound")
    if exchange.cut:
        parts.append(f"cannot be sent again: {exchange.cut}")
    return "; ".join(parts)


def _request(exchange: Exchange, base_url: str, mask: Mask | None) -> _Model:
    body = mask.body(exchange.body) if mask else exchange.body
    url = base_url + (mask.target(exchange.target) if mask else exchange.target)
    headers = dict(mask.headers(exchange.headers) if mask else exchange.headers)
    sent = {name: value for name, value in headers.items() if name not in _OF_THE_CONNECTION}
    sent["host"] = urlsplit(url).netloc
    request: dict[str, Any] = {
        "method": exchange.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "queryString": _records(parse_qsl(urlsplit(url).query, keep_blank_values=True, errors="replace")),
        "headersSize": -1,
        "bodySize": exchange.body_size if exchange.cut else len(body),
    }
    if exchange.cut:
        request["postData"] = {"mimeType": headers.get("content-type", ""), "comment": exchange.cut}
    elif body:
        request["postData"] = {"mimeType": headers.get("content-type", ""), **_text(body)}
    if not exchange.cut and (body or "content-length" in headers):
        sent["content-length"] = str(len(body))
    return _Model({**request, "headers": _records(sent.items())})


def _response(exchange: Exchange, mask: Mask | None) -> _Model:
    reply = exchange.reply
    body = mask.body(reply.body) if mask else reply.body
    headers = mask.headers(reply.headers) if mask else list(reply.headers)
    known = reply.status in tuple(HTTPStatus)
    named = {name.lower(): value for name, value in headers}
    return _Model(
        {
            "status": reply.status,
            "statusText": HTTPStatus(reply.status).phrase if known else "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _records(headers),
            "content": {"size": len(body), "mimeType": named.get("content-type", ""), **_text(body)},
            "redirectURL": named.get("location", ""),
            "headersSize": -1,
            "bodySize": len(body),
        }
    )


def _text(body: bytes) -> dict[str, str]:
    """Return a body as JSON text, in base64 if it is not UTF-8."""
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _records(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
