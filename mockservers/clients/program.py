"""A module of export functions as a program that `mockservers conform` runs, with its protocol or with `--env`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import requests

from mockservers.testing.orders import Customer, Order, Subscription, from_json

Export = Callable[[Any, Sequence[Any]], Iterable[str] | None]
"""A function that sends records to a target. It returns None or the ids of those that failed, or raises."""

_KINDS: Mapping[str, type[Any]] = {"orders": Order, "customers": Customer, "subscriptions": Subscription}
_RECORDS_OF = {"export": "orders", "customers": "customers", "refund": "orders", "subscribe": "subscriptions"}
_USAGE = "The conformance kit runs this program: mockservers conform VENDOR -- python -m mockservers.clients.VENDOR\n"


class _Clock(Protocol):
    """The vendor's clock. A pause moves it, and takes no real time."""

    def advance(self, seconds: float) -> None: ...
    def now(self) -> datetime: ...


@dataclass(slots=True)
class ProgramTarget:
    """The target that the functions of this package get."""

    url: str
    credentials: dict[str, str]
    clock: _Clock

    def sleep(self, seconds: float) -> None:
        """Move the vendor's clock."""
        self.clock.advance(seconds)

    def now(self) -> datetime:
        """The vendor's time."""
        return self.clock.now()


def main(**tasks: Export) -> None:
    """Run the kit's tasks with the functions of the same names: `export`, `customers`, `refund`, `subscribe`.

    Exits with 2 if the kit did not start the program.
    """
    if "MOCKSERVERS_TASK" in os.environ:
        _run_task(tasks)
    elif sys.stdin.isatty() or sys.argv[1:]:
        sys.stderr.write(_USAGE)
        sys.exit(0 if sys.argv[1:] == ["--help"] else 2)
    else:
        _serve_tasks(tasks)


def _records(task: str, listed: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [from_json(_KINDS[_RECORDS_OF[task]], each) for each in listed]


# -- lines of JSON ----------------------------------------------------------------------------------------------------


class _KitClock:
    """A clock that the kit moves when the program sends `sleep`."""

    def __init__(self, now: str) -> None:
        self._now = now

    def advance(self, seconds: float) -> None:
        _send({"type": "sleep", "seconds": seconds})
        self._now = json.loads(sys.stdin.readline())["now"]

    def now(self) -> datetime:
        return datetime.fromisoformat(self._now)


def _serve_tasks(tasks: Mapping[str, Export]) -> None:
    while line := sys.stdin.readline():
        task = json.loads(line)
        target = ProgramTarget(task["url"], task["credentials"], _KitClock(task["now"]))
        try:
            records = _records(task["type"], task[_RECORDS_OF[task["type"]]])
            failed = list(tasks[task["type"]](target, records) or ())
        except Exception as error:  # noqa: BLE001 - every error is reported to the kit
            _send({"type": "error", "id": task["id"], "message": f"{type(error).__name__}: {error}"})
        else:
            _send({"type": "done", "id": task["id"], "failed": failed})


def _send(message: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


# -- variables --------------------------------------------------------------------------------------------------------


class _AdminClock:
    """A clock at a URL of the admin API."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def advance(self, seconds: float) -> None:
        advance = {"advance": f"PT{seconds}S"}
        requests.post(self._url, json=advance, headers=self._headers, timeout=10).raise_for_status()

    def now(self) -> datetime:
        answer = requests.get(self._url, headers=self._headers, timeout=10)
        answer.raise_for_status()
        return datetime.fromisoformat(answer.json()["now"])


def _run_task(tasks: Mapping[str, Export]) -> None:
    variables, task = os.environ, os.environ["MOCKSERVERS_TASK"]
    file = Path(variables[f"MOCKSERVERS_{_RECORDS_OF[task].upper()}"])
    names = {"token": "MOCKSERVERS_TOKEN", "tid": "MOCKSERVERS_TID", "api_key": "MOCKSERVERS_API_KEY"}
    credentials = {name: variables[variable] for name, variable in names.items() if variable in variables}
    clock = _AdminClock(variables["MOCKSERVERS_CLOCK"], variables.get("MOCKSERVERS_ADMIN_TOKEN"))
    target = ProgramTarget(variables["MOCKSERVERS_URL"], credentials, clock)
    failed = tasks[task](target, _records(task, json.loads(file.read_text("utf-8"))))
    Path(variables["MOCKSERVERS_FAILED"]).write_text("".join(f"{name}\n" for name in failed or ()), "utf-8")
