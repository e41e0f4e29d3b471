"""One call, repeated after failures that may be temporary. All sample exporters use it."""

from __future__ import annotations

import os
from typing import Any, Protocol

import requests

AGAIN = frozenset({429, 500, 502, 503, 504})
ATTEMPTS = 6
TIME_OUT = float(os.environ.get("HTTP_TIMEOUT", "10"))
"""Seconds in which a vendor must answer."""


class Paced(Protocol):
    """An object with a clock: the target in a test, or the module `time` in production."""

    def sleep(self, seconds: float) -> None: ...


class NotSent(Exception):
    """The vendor refused the call, and the message says why."""


def post(session: requests.Session, url: str, paced: Paced, *, empty: bool = False, **options: Any) -> Any:
    """Like `send`, with POST."""
    return send(session, "POST", url, paced, empty=empty, **options)


def send(session: requests.Session, method: str, url: str, paced: Paced, *, empty: bool = False, **options: Any) -> Any:
    """The JSON of the answer; None if the answer has no body, which only `empty` allows.

    A call is repeated, after longer and longer pauses, if the connection broke, the vendor throttled it or answered
    with a server error, or the answer cannot be read. That is safe, because vendors recognize records by their ids.
    """
    problem = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            paced.sleep(2.0**attempt)
        try:
            answer = session.request(method, url, timeout=TIME_OUT, **options)
            if answer.status_code not in AGAIN:
                if answer.status_code >= 400:
                    raise NotSent(f"{url} answered {answer.status_code}: {answer.text[:500]}")
                return None if empty and not answer.content else answer.json()
            problem = f"{answer.status_code}"
        except requests.RequestException as error:
            problem = str(error)
    raise NotSent(f"{url} could not be reached in {ATTEMPTS} attempts: {problem}")
