"""Uploads that meet disaster: a full disk, a client that dies, three hundred thousand lines, the end of the server."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.serving import AFTER, BEFORE, FULL, UPLOAD, Caller, Served, purchases, soon, upload, upload_head

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at the server from /proc")

LINES = 2_000_000 if FULL else 300_000
BLOCK = 10_000
MEGABYTES_OVER_IDLE = 64
FILE_LIMIT = 256 * 1024
SMALL, LARGE = purchases(10), purchases(10_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("uploads") / "spool") as made:
        yield made


@pytest.fixture
def served(server: Served) -> Iterator[Served]:
    """A server whose spool is empty once the tenants of the test are gone: at once, not when memory runs short."""
    yield server
    server.client.delete_tenants()
    assert soon(lambda: server.spooled == [])


def tenant(served: Served, **spec: Any) -> tuple[str, str]:
    """Id and token of a new FANSHIP tenant."""
    made = served.client.create_tenant({"vendor": "fanship", "frozen": True, **spec})
    return made["id"], made["credentials"]["token"]


def nothing_is_held(served: Served, name: str) -> bool:
    state = served.client.state(name)
    return not state["uploads"] and not state["purchases"]


def outcomes_add_up(ledger: dict[str, Any]) -> bool:
    items = dict(ledger["items"])
    sent = items.pop("sent")
    return bool(sum(items.values()) == sent)


# -- the disk is full -------------------------------------------------------------------------------------------------


def test_an_upload_that_does_not_fit_on_the_disk_is_refused_and_forgotten(tmp_path: Path) -> None:
    """The answer is the vendor's 503 for an upload of any size, and afterwards the server works as before."""
    assert len(LARGE) > 3 * FILE_LIMIT
    with Served(tmp_path / "spool", limits={resource.RLIMIT_FSIZE: FILE_LIMIT}) as served:
        name, token = tenant(served)
        for lines in (LARGE, purchases(2_500), LARGE):
            assert upload(served.port, token, lines) == (503, b'{"status":"NG"}')
            assert served.spooled == []
        assert nothing_is_held(served, name)
        exchanges = served.client.journal(name)["exchanges"]
        assert [(exchange["operation"], exchange["response"]["status"]) for exchange in exchanges] == [
            ("uploadPurchases", 503)
        ] * 3
        assert served.client.unmatched() == []
        assert upload(served.port, token, SMALL)[0] == 200
        assert upload(served.port, token, purchases(1_500))[0] == 200
        assert len(served.client.state(name)["uploads"]) == 2
        assert served.client.ledger(name)["silent"] == 0
        _, said, _ = served.end()
        assert "has no space for an upload" in said
        assert "Traceback" not in said


def test_a_state_that_does_not_fit_on_the_disk_leaves_the_state_unchanged(tmp_path: Path) -> None:
    with Served(tmp_path / "spool", limits={resource.RLIMIT_FSIZE: FILE_LIMIT}) as served:
        name, _ = tenant(served, state={"purchases": [json.loads(SMALL.splitlines()[0])]})
        before = served.client.state(name)
        documents = [json.loads(line) for line in LARGE.splitlines()]
        with Caller(served.port) as caller:
            status, body = caller.ask("PUT", f"/__admin/tenants/{name}/state", {"purchases": documents})
        assert status == 507
        assert b"has no space" in body
        assert served.client.state(name) == before
        assert served.spooled == []


@pytest.mark.parametrize("removed", ["its own folder", "the whole spool"])
def test_a_removed_spool_loses_nothing(tmp_path: Path, removed: str) -> None:
    """As a cleaner of /tmp does: what was received stays readable, and the next upload finds a folder again."""
    with Served(tmp_path / "spool") as served:
        name, token = tenant(served)
        assert upload(served.port, token, LARGE)[0] == 200
        (folder,) = served.spool.iterdir()
        shutil.rmtree(folder if removed == "its own folder" else served.spool)
        assert len(served.client.export(name)["uploads"][0]["lines"]) == 10_000
        served.client.move_clock(name, {"to_next": "ingest"})
        assert [line["id"] for line in served.client.state(name)["purchases"]] == [f"p{n}" for n in range(10_000)]
        assert upload(served.port, token, purchases(9_000, since=20_000), day="20251102")[0] == 200
        assert [path.parent for path in served.spooled] == [folder]
        served.client.move_clock(name, {"to_next": "ingest"})
        assert len(served.client.state(name)["purchases"]) == 19_000
        status, said, _ = served.end()
        assert (status, said) == (
            0,
            f"{folder} was removed while this server used it. It is created again.\n",
        )
        assert not folder.exists()


def test_a_spool_that_cannot_be_recreated_is_reported(tmp_path: Path) -> None:
    """Another file is in the place of the spool: large uploads are refused until it is gone, small ones never."""
    with Served(tmp_path / "spool") as served:
        name, token = tenant(served)
        shutil.rmtree(served.spool)
        served.spool.write_text("a file")
        assert upload(served.port, token, LARGE) == (503, b'{"status":"NG"}')
        assert upload(served.port, token, SMALL)[0] == 200
        served.spool.unlink()
        assert upload(served.port, token, LARGE)[0] == 200
        assert served.client.ledger(name)["items"] == {
            "sent": 10_011,
            "refused": 1,
            "pending": 10_000,
            "overwritten": 10,
        }
        _, said, _ = served.end()
        assert f"has no space for an upload of {len(LARGE)} bytes" not in said
        assert "Not a directory" in said
        assert "Traceback" not in said


# -- the client dies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("death", ["end", "reset"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_an_aborted_upload_leaves_nothing_behind(served: Served, death: str, framing: str) -> None:
    name, token = tenant(served)
    head = upload_head(token, 10 * len(LARGE))
    sent = BEFORE + LARGE
    if framing == "chunked":
        head = head.replace(f"Content-Length: {10 * len(LARGE)}".encode(), b"Transfer-Encoding: chunked")
        sent = b"%x\r\n%b\r\nffffff\r\n" % (len(sent), sent)
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(head + sent)
        assert soon(lambda: served.spooled != []), "it is being spooled"
        if death == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert soon(lambda: served.spooled == [])
    assert nothing_is_held(served, name)
    assert upload(served.port, token, LARGE)[0] == 200
    assert served.client.ledger(name)["items"]["pending"] == 10_000


def test_a_chunk_that_claims_to_be_huge_takes_no_memory(served: Served) -> None:
    """Cheroot's own reader holds a chunk as a whole, and copies it for each piece that is taken of it."""
    name, token = tenant(served)
    lines, count = (b"x" * 65_535 + b"\n") * 16, 40
    head = upload_head(token, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    assert upload(served.port, token, SMALL)[0] == 200
    idle = served.resident
    served.forget_peak()
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(head + b"%x\r\n%b" % (len(BEFORE) + count * len(lines) + len(AFTER), BEFORE))
        for _ in range(count):
            connection.sendall(lines)
        connection.sendall(AFTER + b"\r\n0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert served.peak - idle < 16
    assert served.client.ledger(name)["items"] == {"sent": count * 16 + 10, "refused": count * 16, "pending": 10}


# -- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_day_of_three_hundred_thousand_lines_needs_little_memory(served: Served) -> None:
    """Received, and ingested the next morning."""
    name, token = tenant(served)
    assert upload(served.port, token, SMALL)[0] == 200
    blocks = (purchases(BLOCK, since=since) for since in range(BLOCK, LINES, BLOCK))
    more = sum(len(purchases(BLOCK, since=since)) for since in range(BLOCK, LINES, BLOCK))
    idle = served.resident
    served.forget_peak()
    assert upload(served.port, token, purchases(BLOCK), blocks, more)[0] == 200
    received = served.peak - idle
    served.client.move_clock(name, {"to_next": "ingest"})
    ingested = served.peak - idle
    print(f"{LINES} lines: {received:.0f} MB over idle until the answer, {ingested:.0f} MB when ingested")
    ledger = served.client.ledger(name)
    assert ledger["items"] == {"sent": LINES + 10, "kept": LINES, "overwritten": 10}
    assert ledger["silent"] == 0
    assert max(received, ingested) <= MEGABYTES_OVER_IDLE * (LINES / 300_000)


# -- the end ----------------------------------------------------------------------------------------------------------


def test_the_files_of_a_deleted_tenant_are_deleted(served: Served) -> None:
    made = [tenant(served) for _ in range(5)]
    for _, token in made:
        assert upload(served.port, token, LARGE)[0] == 200
    assert len(served.spooled) == len(made)
    served.client.move_clock(made[0][0], {"to_next": "ingest"})
    served.client.checkpoint(made[1][0], {"name": "before"})
    assert upload(served.port, made[1][1], SMALL)[0] == 200
    for name, _ in made[:3]:
        served.client.delete_tenant(name)
    assert soon(lambda: len(served.spooled) == 2)


def test_the_spool_is_empty_when_the_server_has_ended(tmp_path: Path) -> None:
    """While one upload is held and another is arriving: within a second, with exit status 0."""
    with Served(tmp_path / "spool") as served:
        _, token = tenant(served)
        assert upload(served.port, token, LARGE)[0] == 200
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
            connection.sendall(upload_head(token, 10 * len(LARGE)) + BEFORE + LARGE)
            assert soon(lambda: len(served.spooled) == 2)
            status, said, seconds = served.end()
        assert (status, said) == (0, "")
        assert list(served.spool.iterdir()) == []
        assert seconds < 3, "a second, and what a busy machine adds"


@pytest.mark.parametrize("where", ["in --spool-dir", "in the system's folder"])
def test_the_next_server_removes_what_a_killed_one_left(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of a running server and files that are no spool, such as certificates, stay."""
    spool = tmp_path / "spool"
    (spool / "mockservers-1-certificates").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(spool))
    chosen = spool if where == "in --spool-dir" else None
    with Served(chosen) as killed, Served(chosen) as living:
        for served in (killed, living):
            assert upload(served.port, tenant(served)[1], LARGE)[0] == 200
        killed.process.kill()
        killed.process.wait()
        assert len(living.spooled) == 2, "nobody had a chance to tidy up"
        for folder in spool.iterdir():
            os.utime(folder, (0, 0))
        with Served(chosen):
            assert len(living.spooled) == 1
            assert (spool / "mockservers-1-certificates").is_dir()
        assert upload(living.port, tenant(living)[1], LARGE)[0] == 200


def test_an_upload_that_reaches_no_tenant_is_not_kept(served: Served) -> None:
    """Wrong credentials, a wrong path: the answer is the vendor's, and the file is gone once it is given."""
    _, token = tenant(served)
    assert upload(served.port, "nobody", LARGE)[0] in (401, 403)
    head = upload_head(token, len(BEFORE) + len(LARGE) + len(AFTER)).replace(UPLOAD.encode(), b"/fanship/v1/nowhere")
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(head + BEFORE + LARGE + AFTER)
        assert connection.recv(100).startswith(b"HTTP/1.1 404")
    # What journals keep of a body is the beginning of it, not its file.
    assert soon(lambda: served.spooled == [])
