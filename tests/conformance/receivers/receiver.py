"""A receiver of Zangsho's webhooks in Python, right or wrong in one way: `receiver.py FILE [WRONG]`.

Prints its URL. What it holds is in FILE, a JSON array of records.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

FILE, WRONG = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEYS = {"mock.customer.created": "email", "mock.order.created": "order_no"}
records: list[dict[str, Any]] = []
lock = threading.Lock()


def answer(headers: dict[str, str], body: bytes) -> int:
    """The status of the answer to a webhook."""
    if WRONG == "blocks":
        time.sleep(0.4)
    if WRONG == "signed":
        try:
            Webhook(SECRET).verify(body, headers)
        except WebhookVerificationError:
            return 401
    payload = json.loads(body)
    if WRONG == "strict-keys" and set(payload) != {"event", "data"}:
        return 422
    if payload["event"] not in KEYS:
        return 500 if WRONG == "unknown-is-500" else 204
    with lock:
        if not passed_over(payload["event"], payload["data"]):
            records.append(as_kept(payload["data"]))
            FILE.write_text(json.dumps(records), "utf-8")
    return 204


def as_kept(data: dict[str, Any]) -> dict[str, Any]:
    """The record as it is kept: amounts are numbers in `columns`, whole ones in `whole-amounts`."""
    if WRONG == "stub-stays" and "order_no" in data and not held("email", data["customer_email"]):
        records.append({"email": data["customer_email"]})
    if WRONG == "columns" and "order_no" in data:
        return {"id": 7, "order_no": data["order_no"], "amount": float(data["amount"]), "state": "new"}
    if WRONG == "whole-amounts" and "amount" in data:
        return {**data, "amount": str(int(float(data["amount"])))}
    return data


def passed_over(event: str, data: dict[str, Any]) -> bool:
    """Whether a record is not taken in: because it is there already, or because something is wrong here."""
    if WRONG == "drops-late" and any(record["created_at"] > data["created_at"] for record in records):
        return True
    if WRONG == "needs-customer" and event == "mock.order.created" and not held("email", data["customer_email"]):
        return True
    return WRONG != "doubles" and held(KEYS[event], data[KEYS[event]])


def held(key: str, value: object) -> bool:
    return any(record.get(key) == value for record in records)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # the sender is gone
        self.send_response(answer(dict(self.headers), body))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


class OneByOne(HTTPServer):
    request_queue_size = 100


class SideBySide(ThreadingHTTPServer):
    request_queue_size = 100


FILE.write_text("[]", "utf-8")
server = (OneByOne if WRONG == "blocks" else SideBySide)(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}/webhooks", flush=True)
server.serve_forever()
