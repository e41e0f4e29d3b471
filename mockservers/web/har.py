"""A journal as an HTTP Archive 1.2, for the browsers and tools that show one."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mockservers.core.errors import UsageError
from mockservers.core.journal import Exchange
from mockservers.web.version import package_version


def archive(exchanges: Iterable[Exchange], base_url: str) -> bytes:
    """Exchanges as HAR; `base_url` is the scheme and host that they came to. UsageError without the `har` extra."""
    try:
        import harfile  # noqa: PLC0415 - an extra, only where an archive is asked for
    except ImportError:
        raise UsageError("An archive needs the extra: pip install 'mockservers[har]'.") from None
    text = io.StringIO()
    with harfile.HarFile.open(text, creator=harfile.Creator(name="mockservers", version=package_version())) as written:
        for exchange in exchanges:
            written.add_entry(
                startedDateTime=exchange.at,
                time=0,
                request=_request(harfile, exchange, base_url),
                response=_response(harfile, exchange),
                timings=harfile.Timings(send=0, wait=0, receive=0),
                comment=exchange.operation or "unmatched",
            )
    return text.getvalue().encode("utf-8", "surrogatepass")


def _request(harfile: Any, exchange: Exchange, base_url: str) -> Any:
    url = base_url + exchange.path
    posted = None
    if exchange.body_size:
        media_type = dict(exchange.headers).get("content-type", "")
        posted = harfile.PostData(mimeType=media_type, text=exchange.body.decode("utf-8", "replace"))
    return harfile.Request(
        method=exchange.method,
        url=url,
        httpVersion="HTTP/1.1",
        headers=_records(harfile, exchange.headers),
        queryString=_records(harfile, parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        postData=posted,
        bodySize=exchange.body_size,
    )


def _response(harfile: Any, exchange: Exchange) -> Any:
    reply = exchange.reply
    known = reply.status in tuple(HTTPStatus)
    return harfile.Response(
        status=reply.status,
        statusText=HTTPStatus(reply.status).phrase if known else "",
        httpVersion="HTTP/1.1",
        headers=_records(harfile, reply.headers),
        content=_content(harfile, dict(reply.headers).get("Content-Type", ""), reply.body),
        bodySize=len(reply.body),
    )


def _content(harfile: Any, media_type: str, body: bytes) -> Any:
    try:
        return harfile.Content(size=len(body), mimeType=media_type, text=body.decode())
    except UnicodeDecodeError:
        encoded = base64.b64encode(body).decode()
        return harfile.Content(size=len(body), mimeType=media_type, text=encoded, encoding="base64")


def _records(harfile: Any, pairs: Iterable[tuple[str, str]]) -> list[Any]:
    return [harfile.Record(name=name, value=value) for name, value in pairs]
