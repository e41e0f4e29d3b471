"""The log of a server ends in a line that adds up all calls, those of tenants that are gone included."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from mockservers.web.bootstrap import MockApp, Serving
from mockservers.web.call_log import CallLog

ROOT = Path(__file__).parents[2]
TOKEN = {"Authorization": "Bearer 1|demo-zangsho-token"}
LOSES = {"customers": [{"email": "a@example.com", "name": "a", "phoneNumber": "1"}]}
NOTHING_SENT = {"calls": 0, "sent": 0, "silent": 0, "pending": 0, "unauthenticated": 0, "unmatched": 0}


def send_everything(url: str) -> None:
    """Two customers, one of whom loses a key, a pending purchase, an unauthenticated call and two unmatched ones."""
    requests.post(f"{url}/zangsho/v1/customers/batch", json=LOSES, headers=TOKEN, timeout=10)
    requests.post(
        f"{url}/zangsho/v1/customers", json={"email": "b@example.com", "name": "b"}, headers=TOKEN, timeout=10
    )
    requests.post(
        f"{url}/fanship/v1/2nd/purchases/20251101/_all",
        files={"filename": ("p", '{"id":"1"}\n', "application/x-ndjson")},
        headers={"Authorization": "Bearer demo-fanship-token"},
        timeout=10,
    )
    requests.get(f"{url}/zangsho/v1/orders", headers={"Authorization": "Bearer 1|nobody"}, timeout=10)
    requests.get(f"{url}/zangsho/v1/order", headers=TOKEN, timeout=10)
    requests.get(f"{url}/zangsho/v1/order", timeout=10)


SENT = {"calls": 6, "sent": 3, "silent": 1, "pending": 1, "unauthenticated": 1, "unmatched": 2}


@pytest.mark.parametrize("deleted", [(), ("demo-zangsho",), ("demo-zangsho", "demo-fanship")])
def test_the_last_line_adds_up_all_calls_including_those_of_deleted_tenants(deleted: tuple[str, ...]) -> None:
    written: list[str] = []
    with MockApp(Serving()) as mock_app:
        log = CallLog(written.append, "json", lambda: "")
        mock_app.log_to(log)
        log.start()
        send_everything(mock_app.server.url)
        for name in deleted:
            mock_app.control.delete_tenant(name)
    last = json.loads("".join(written).splitlines()[-1])
    assert isinstance(last.pop("ended"), float)
    assert last == SENT


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("form", ["text", "json", "off"])
def test_serve_ends_its_log_with_the_totals(ends: signal.Signals, form: str) -> None:
    command = [sys.executable, "-m", "mockservers", "serve", "--port", "0", "--log", form]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        url = next(line for line in server.stdout if "ready on" in line).split()[-1]
        if form == "text":
            send_everything(url)
        server.send_signal(ends)
        lines = server.stdout.read().splitlines()
        assert server.wait(20) == 0
    if form == "off":
        assert lines == []
    elif form == "json":
        assert {key: value for key, value in json.loads(lines[-1]).items() if key != "ended"} == NOTHING_SENT
    else:
        assert len(lines) == SENT["calls"] + 1
        assert lines[-1].split(" ", 1)[1] == (
            "mockservers ended: 6 calls, 3 items, 1 silent loss, "
            "1 item pending, 1 unauthenticated call, 2 unmatched calls"
        )


def test_the_docs_list_the_keys_of_the_last_line() -> None:
    page = (ROOT / "docs" / "log.md").read_text("utf-8")
    assert [key for key in ("ended", *NOTHING_SENT) if f"`{key}`" not in page] == []
