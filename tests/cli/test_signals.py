"""A signal ends a server at any moment, within a second, with status 0."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ending_signals import heard

ROOT = Path(__file__).parents[2]
ENDING = heard(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""The signals that end a server."""

HALF_A_REQUEST = b"POST /zangsho/v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
ROUNDS = 30


@contextmanager
def served(*before: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server that is ready, and its port."""
    command = [*before, sys.executable, "-m", "mockservers", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        line = next(line for line in process.stdout if "ready on" in line)
        try:
            yield process, int(line.rpartition(":")[2])
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[float, tuple[int, str]]:
    """How long a process took to end after a signal; its status and what it said on standard error."""
    asked = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    return time.monotonic() - asked, (process.returncode, err)


@pytest.mark.thorough
def test_an_unfinished_request_does_not_delay_the_end_of_a_server() -> None:
    for number in ENDING:
        with served() as (process, port), socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(HALF_A_REQUEST)
            took, (status, err) = ended(process, number)
            assert (status, err) == (0, "")
            assert took < 1 + allowance()


@pytest.mark.thorough
def test_a_signal_is_obeyed_at_any_moment() -> None:
    rng = random.Random(0)
    for _ in range(ROUNDS):
        with served() as (process, port), socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(HALF_A_REQUEST)
            time.sleep(rng.choice((0, 0.0001, 0.0003, 0.001, 0.003, 0.03)))
            took, (status, err) = ended(process, rng.choice(ENDING))
            assert (status, err) == (0, "")
            assert took < 1 + allowance()


def test_a_signal_during_the_start_ends_the_server_cleanly() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = (
        "import os, signal, sys\n"
        "from mockservers.web import bootstrap\n"
        "def start(self): os.kill(os.getpid(), signal.SIGTERM); raise AssertionError('it goes on')\n"
        "bootstrap.MockApp.start = start\n"
        "from mockservers.cli import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "serve", "--port", "0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_hangup_stays_ignored_under_nohup() -> None:
    with served("nohup") as (process, port):
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        socket.create_connection(("127.0.0.1", port)).close()
        assert ended(process, signal.SIGTERM)[1][0] == 0


def allowance() -> float:
    """The extra seconds of a busy machine, from the start-up time of an empty interpreter (20 ms on an idle one)."""
    before = time.monotonic()
    subprocess.run([sys.executable, "-I", "-c", ""], check=True)
    return 20 * max(0.0, time.monotonic() - before - 0.03)


@pytest.mark.parametrize("writes", [b"", b"what nobody reads\n"])
def test_a_server_ends_when_its_standard_input_closes_if_it_is_asked_to(writes: bytes) -> None:
    command = [sys.executable, "-m", "mockservers", "serve", "--port", "0", "--until-stdin-closes"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        port = int(next(line for line in process.stdout if b"ready on" in line).rpartition(b":")[2])
        process.stdin.write(writes)
        process.stdin.flush()
        socket.create_connection(("127.0.0.1", port), timeout=9).close()
        process.stdin.close()
        assert process.wait(timeout=20) == 0
