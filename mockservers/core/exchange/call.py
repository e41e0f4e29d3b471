"""What was sent: a request as it came, and the Call that a vendor decides on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spool import Spooled
from mockservers.core.value_class import value_class
from mockservers.core.values import real_time


@value_class
class Part:
    """One part of a multipart body: `name`, `filename` (None for a plain field), `content_type`, and what it holds."""

    name: str
    filename: str | None
    content_type: str
    content: Spooled


@value_class
class Wire:
    """A multipart body as it was sent: its first bytes, and how many there were. `ended`: it was read to its end."""

    head: bytes
    size: int
    ended: bool = True


@value_class
class Request:
    """A request as it came over some transport, before anything is made of it.

    `query_string` and `raw_path` are percent-encoded, as they were sent; without a `raw_path` that is `path`, encoded.
    `headers` have lower-case names. `body` is the raw body, empty where `parts` holds a parsed multipart body, of which
    `wire` is the raw one. `broken` says why a body could not be read (a multipart without a boundary, say). `began` is
    when the request came, in seconds since 1970, and `since` the same on the monotonic clock.
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
        """The query's values as text; of a name that stands twice the first."""
        query: dict[str, str] = {}
        for name, value in self._pairs():
            query.setdefault(name, value)
        return query

    @property
    def repeated(self) -> tuple[tuple[str, str], ...]:
        """(name, value) of each query parameter whose name stood in the query before."""
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


@value_class
class Json:
    """A body that is JSON. `duplicates`: (pointer, losing value) for each key given more than once."""

    value: Any
    duplicates: tuple[tuple[str, Any], ...] = ()


@value_class
class Unreadable:
    """A body that is not what the operation reads. `reason` in one line; `kind` is a name to branch on.

    kinds: `empty`, `not-json`, `not-utf8`, `too-deep`, `media-type`, `multipart`, `no-part`, `not-a-file`
    """

    kind: str
    reason: str


@value_class
class Upload:
    """A body that was a file, digested line by line; its lines stay in the spool.

    `fields` are the plain fields beside it.
    """

    part: Part
    digest: Digest
    fields: tuple[Part, ...] = ()


Body = Json | Unreadable | Upload


@value_class
class Call:
    """One call of a vendor's operation, parsed as far as it could be.

    `received_at` is the tenant's time; `arrived_at` the real one, plus all that the tenant's was moved by. `id` numbers
    the exchanges of a tenant from 1.
    `operation` is the contract's operationId. `path` holds the path's values and `query` the query's, as text;
    `repeated` the further values of a name that stands twice in the query.
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

    def taken(self, number: int, at: datetime, arrived_at: datetime) -> Call:
        """The same call as an exchange of a tenant: its number there, and the tenant's times."""
        sent = (self.path, self.query, self.headers, self.repeated)
        return Call(self.vendor, self.operation, self.body, at, arrived_at, number, *sent)

    @property
    def json(self) -> Any:
        """The JSON value of the body, or None when there is none (`body` says why)."""
        return self.body.value if isinstance(self.body, Json) else None

    @property
    def content_type(self) -> str:
        """The media type of the body, lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def other_charset(self) -> str:
        """The charset that the body's media type names, lower case; empty for UTF-8, which JSON is, and for none."""
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = (text.strip().lower() for text in parameter.partition("="))
            if name == "charset":
                charset = value.strip("\"' ")
                return "" if charset in {"utf-8", "utf8"} else charset
        return ""


@value_class
class Job:
    """Work that a vendor does later: FANSHIP's ingestion, OmniSegment's background processing.

    `call_id` is the exchange whose items it resolves; `payload` is JSON.
    """

    name: str
    due: datetime
    call_id: int
    payload: Mapping[str, Any] = field(default_factory=dict)
