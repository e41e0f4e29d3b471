"""Figures 9 and 10: a FANSHIP day file, by lines and by memory."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from bench.figures import Figure
from bench.measure import interleaved, ratios, seconds_per_call
from bench.processes import Served, serve
from bench.traffic import PURCHASE_PATH, day_file, demo_credentials, purchase
from mockservers.core.exchange.call import Part, Request
from mockservers.core.state.spool import Spooled
from mockservers.web.bootstrap import MockApp, Serving

_LINES = 10_000
_LARGE = 200_000_000
_DAY = "20251101"


def validated() -> Iterator[Figure]:
    """Figure 9: an upload in the core, after the web has spooled it, compared with a loop over a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "day.ndjson")
        path.write_bytes(b"".join(day_file(_LINES)))

        def parse() -> None:
            with path.open("rb") as lines:
                for line in lines:
                    orjson.loads(line)

        rows = interleaved(31, seconds_per_call(parse, 2), seconds_per_call(_uploader(path.read_bytes()), 2))
    yield Figure("9", ratios(rows), f"at best {_LINES / min(row[1] for row in rows):,.0f} lines/s")


def _uploader(content: bytes) -> Callable[[], None]:
    mock = MockApp(Serving(vendors=("fanship",), demo=False)).mocks["fanship"]
    part = Part("filename", "day.ndjson", "application/x-ndjson", Spooled.of(content))
    operation = mock.contract.operations["uploadPurchases"]

    def upload() -> None:
        tenant = mock.create()
        headers = {"authorization": f"Bearer {tenant.credentials['token']}", "content-type": "multipart/form-data"}
        request = Request("POST", f"/v1/2nd/purchases/{_DAY}/_all", headers=headers, parts=(part,))
        answer = mock.handle(operation, {"yyyymmdd": _DAY}, request)
        if answer.reply.status != 200 or tenant.ledger.items["pending"] != _LINES:
            raise RuntimeError(answer.reply.body.decode())
        mock.delete(tenant.id)

    return upload


def streamed() -> Iterator[Figure]:
    """Figure 10. The request is first written to a file, because creating it takes as long as reading it."""
    with (
        TemporaryDirectory() as folder,
        serve(f"/omnisegment{PURCHASE_PATH}", purchase(demo_credentials("omnisegment"))) as server,
    ):
        small, large = (_request(Path(folder, str(size)), size) for size in (1_000, _LARGE))
        _send(server, small)
        idle = server.resident
        server.forget_peak()
        started = time.perf_counter()
        _send(server, large)
        spent = time.perf_counter() - started
        yield Figure("10", [server.peak - idle], f"idle {idle:.0f} MB, {_LARGE / 1e6 / spent:.0f} MB/s")


def _request(path: Path, size: int) -> Path:
    """Write a request with a day file of at least `size` bytes."""
    boundary = "bench-boundary"
    token = demo_credentials("fanship")["token"]
    before = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="filename"; filename="day.ndjson"\r\n'
        "Content-Type: application/x-ndjson\r\n\r\n"
    ).encode()
    after = f"\r\n--{boundary}--\r\n".encode()
    block = len(b"".join(day_file(1_000)))
    blocks = -(-size // block)
    head = (
        f"POST /fanship/v1/2nd/purchases/{_DAY}/_all HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nConnection: close\r\n"
        f"Content-Length: {len(before) + blocks * block + len(after)}\r\n\r\n"
    ).encode()
    with path.open("wb") as file:
        file.write(head + before)
        for number in range(blocks):
            file.write(b"".join(day_file(1_000, number * 1_000)))
        file.write(after)
    return path


def _send(server: Served, request: Path) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=300) as client, request.open("rb") as file:
        client.sendfile(file)
        reply = client.makefile("rb").read()
    if not reply.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(reply.decode(errors="replace")[:500])
