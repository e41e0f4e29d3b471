"""A request as it was sent, and the Call on which a vendor decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spool import Spooled
from mockservers.core.value import Value, field
from mockservers.core.values import real_time


class Part(Value):
    """One part of a multipart body: `name`, `filename` (None for a plain field), `content_type` and `content`."""

    name: str
    filename: str | None
    content_type: str
    content: Spooled


class Wire(Value):
    """A multipart body as it was sent: its first bytes and its size. `ended`: it was read to its end."""

    head: bytes
    size: int
    ended: bool = True


class Request(Value):
    """A request as it was sent, over any transport, before it is parsed.

    `query_string` and `raw_path` are percent-encoded, as they were sent. An empty `raw_path` means `path`, encoded.
    `headers` have lower-case names. `body` is the raw body; it is empty if `parts` holds a parsed multipart body, which
    `wire` describes. `broken` says why a body could not be read (a multipart body without a boundary, for example).
    `began` is the time of arrival in seconds since 1970, and `since` the same on the monotonic clock.
    """

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    parts: tuple[Part, ...] | None = None
    broken: str = ""
    scheme: str = "http"
    raw_path: str = ""
    wire: Wire | None = None
    began: float = field(default_factory=real_time.wall)
    since: float = field(default_factory=real_time.monotonic)

    @property
    def query(self) -> dict[str, str]:
        """The query's values as text; the first value of a repeated name."""
        query: dict[str, str] = {}
        for name, value in self._pairs():
            query.setdefault(name, value)
        return query

    @property
    def repeated(self) -> tuple[tuple[str, str], ...]:
        """(name, value) of each query parameter after the first of the same name."""
        pairs = self._pairs()
        names = [name for name, _ in pairs]
        return tuple(pair for at, pair in enumerate(pairs) if pair[0] in names[:at])

    def _pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_string, keep_blank_values=True, errors="replace") if self.query_string else []

    @property
    def target(self) -> str:
        """Path and query as they were sent, percent-encoded."""
        path = self.raw_path or quote(self.path, safe="/!$&'()*+,;=:@~").replace("%252F", "%2F")
        return f"{path}?{self.query_string}" if self.query_string else path


class Json(Value):
    """A JSON body. `duplicates`: (pointer, lost value) for each repeated key."""

    value: Any
    duplicates: tuple[tuple[str, Any], ...] = ()


class Unreadable(Value):
    """A body that the operation cannot read. `reason` is one line; code branches on `kind`.

    kinds: `empty`, `not-json`, `not-utf8`, `too-deep`, `media-type`, `multipart`, `no-part`, `not-a-file`
    """

    kind: str
    reason: str


class Upload(Value):
    """A file as a body, digested line by line; its lines are in the spool.

    `fields` are the other fields of the form.
    """

    part: Part
    digest: Digest
    fields: tuple[Part, ...] = ()


Body = Json | Unreadable | Upload


class Call(Value):
    """One call of a vendor's operation, parsed as far as possible.

    `received_at` is the tenant's time; `arrived_at` is the real time plus all moves of the tenant's clock. `id` numbers
    the exchanges of a tenant from 1. `operation` is the contract's operationId. `path` and `query` hold parameters as
    text; `repeated` holds the further values of a repeated query parameter.
    """

    vendor: str
    operation: str
    body: Body
    received_at: datetime
    arrived_at: datetime
    id: int = 1
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeated: tuple[tuple[str, str], ...] = ()

    def as_exchange(self, number: int, at: datetime, arrived_at: datetime) -> Call:
        """Return the same call as an exchange of a tenant: with its number and the tenant's times."""
        sent = (self.path, self.query, self.headers, self.repeated)
        return Call(self.vendor, self.operation, self.body, at, arrived_at, number, *sent)

    @property
    def json(self) -> Any:
        """The JSON value of the body, or None if it is not JSON (`body` says why)."""
        return self.body.value if isinstance(self.body, Json) else None

    @property
    def content_type(self) -> str:
        """The media type of the body, lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def other_charset(self) -> str:
        """The charset of the body's media type, lower case; empty for none and for UTF-8, the encoding of JSON."""
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = (text.strip().lower() for text in parameter.partition("="))
            if name == "charset":
                charset = value.strip("\"' ")
                return "" if charset in {"utf-8", "utf8"} else charset
        return ""


class Job(Value):
    """Work that a vendor does later: FANSHIP's ingestion, OmniSegment's background processing.

    `call_id` is the exchange whose items it resolves; `payload` is JSON.
    """

    name: str
    due: datetime
    call_id: int
    payload: Mapping[str, Any] = field(default_factory=dict)
