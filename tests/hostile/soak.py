"""Soak a server: an hour's worth of traffic in ten minutes.

    python -m tests.hostile.soak [--minutes 10] [--tenants 1000] [--clients 8] [--seed 0]

A server with an HTTP and an HTTPS listener, a thousand tenants of all vendors, and clients that call them: as they
should, with a fault of every kind, and broken off in the middle of a body. What must become of each item is counted
here, apart from the server. After `LIFE` calls a tenant is judged, deleted, and another takes its place:

    memory is flat               in the second half of the time the server grows by no more than `GROWTH` MB
    nothing is left over         as many threads and descriptors as before, give or take idle workers; no spooled file
    faults fired = client errors each call with a fault is listed once, and each broken answer was an error of a client
    ledgers are right            items by outcome, and silent losses, of each tenant

Prints the figures. Exit status 1 if one is wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from mockservers.client import Client
from mockservers.core.faults.kinds import EFFECTS, broken
from tests.hostile.serving import Served, soon
from tests.hostile.soak_clients import VENDORS, Account, SoakClient

GROWTH = 24.0
"""Megabytes: what tenants that are called late still add, and what the allocator keeps."""

JOURNAL = 5
LIFE = 20
WARM = 0.5
"""The share of the time after which memory is to be flat."""


@dataclass
class Figures:
    """What the soak found."""

    calls: int = 0
    tenants: int = 0
    resident: list[float] = field(default_factory=list)
    threads: tuple[int, int] = (0, 0)
    descriptors: tuple[int, int] = (0, 0)
    faults: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        before, after = (self.resident[0], self.resident[-1]) if self.resident else (0.0, 0.0)
        return (
            f"{self.calls} calls of {self.tenants} tenants; "
            f"{self.faults.total()} faults of {len(self.faults)} kinds, {self.errors.total()} "
            f"client errors; {before:.0f} -> {after:.0f} MB, most {max(self.resident, default=0):.0f} MB; threads "
            f"{self.threads[0]} -> {self.threads[1]}, descriptors {self.descriptors[0]} -> {self.descriptors[1]}; "
            f"{len(self.problems)} problems."
        )


def soak(seconds: float, tenants: int = 1_000, clients: int = 8, seed: int = 0) -> Figures:
    """Soak a server for so long. `problems` has what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--tls", "--https-port", "0", "--proxy-port", "0", "--tls-dir", str(Path(folder) / "tls"))
        with Served(Path(folder) / "spool", *options, "--journal-max", str(JOURNAL)) as served:
            return Soak(served, tenants, seed).run(seconds, clients)


class Soak:
    """One server under soak."""

    def __init__(self, served: Served, tenants: int, seed: int) -> None:
        self._served, self._seed, self._figures = served, seed, Figures()
        self._counting = threading.Lock()
        self._states = {vendor: served.client.state(f"demo-{vendor}") for vendor in VENDORS}
        self._accounts = [self._made(VENDORS[number % len(VENDORS)], served.client) for number in range(tenants)]

    def _made(self, vendor: str, client: Client) -> Account:
        state = {} if vendor == "fanship" else self._states[vendor]
        made = client.create_tenant({"vendor": vendor, "frozen": True, "state": state})
        return Account(vendor, made["id"], made["credentials"])

    def run(self, seconds: float, clients: int) -> Figures:
        """Have clients at work for so long, each on tenants of its own, and judge."""
        figures, began = self._figures, time.monotonic()
        figures.threads = (self._threads(), 0)
        figures.descriptors = (self._descriptors(), 0)
        until, working = began + seconds, []
        for number in range(clients):
            working.append(threading.Thread(target=self._work, args=(number, clients, until)))
            working[-1].start()
        while time.monotonic() < until:
            time.sleep(min(1.0, seconds / 50))
            if time.monotonic() > began + WARM * seconds:
                figures.resident.append(self._served.resident)
        for thread in working:
            thread.join()
        self._judge()
        return figures

    def _work(self, number: int, clients: int, until: float) -> None:
        rng, admin = Random(self._seed * 1_000 + number), Client(self._served.url)
        tls = admin.tls()
        client = SoakClient(self._served.port, tls["https_port"], tls["ca"], rng)
        mine = self._accounts[number::clients]
        turn = 0
        try:
            while time.monotonic() < until:
                at = turn if turn < len(mine) else rng.randrange(len(mine))
                client.call(mine[at])
                if mine[at].calls >= LIFE:
                    self._judge_account(mine[at], admin)
                    mine[at] = self._made(mine[at].vendor, admin)
                turn += 1
            for account in mine:
                self._judge_account(account, admin)
        except Exception as error:  # noqa: BLE001 - a client that fails is a result
            self._figures.problems.append(f"a client failed: {error!r}")

    def _judge_account(self, account: Account, admin: Client) -> None:
        """Compare a tenant with what was counted, once the server has noticed what was broken off; then delete it."""
        sent = account.items.total()
        soon(lambda: int(admin.ledger(account.id)["items"]["sent"]) == sent)
        ledger, fired = admin.ledger(account.id), admin.faults(account.id)["fired"]
        items = {name: count for name, count in account.items.items() if count}
        expected = ({**items, "sent": sent}, account.silent)
        found = ({name: count for name, count in ledger["items"].items() if count or name == "sent"}, ledger["silent"])
        listed = Counter(each["fault"] for each in fired)
        admin.delete_tenant(account.id)
        figures = self._figures
        with self._counting:
            figures.calls += account.calls
            figures.tenants += 1
            figures.faults += account.faults
            figures.errors += account.errors
            if found != expected:
                figures.problems.append(f"{account.id}: the ledger has {found}, expected {expected}")
            if listed != account.faults:
                figures.problems.append(f"{account.id}: faults fired {listed}, asked for {account.faults}")

    def _judge(self) -> None:
        figures = self._figures
        figures.errors = Counter({effect: n for effect, n in figures.errors.items() if broken(EFFECTS[effect])})
        expected = Counter({effect: n for effect, n in figures.faults.items() if broken(EFFECTS[effect])})
        if figures.errors != expected:
            figures.problems.append(f"faults that break an answer: {expected}, client errors: {figures.errors}")
        if figures.resident and figures.resident[-1] - figures.resident[0] > GROWTH:
            figures.problems.append(f"memory grew from {figures.resident[0]:.0f} to {figures.resident[-1]:.0f} MB")
        if not soon(lambda: self._served.spooled == []):
            figures.problems.append(f"{len(self._served.spooled)} spooled files are left over")
        self._judge_left_overs()
        status, said, _ = self._served.end()
        if status or "Traceback" in said:
            figures.problems.append(f"the server ended with {status}: {said[-500:]}")

    def _judge_left_overs(self) -> None:
        """Idle workers end after some seconds, down to sixteen of each listener."""
        figures, spare = self._figures, 2 * 16
        threads, descriptors = figures.threads[0], figures.descriptors[0]
        if not soon(lambda: self._threads() <= threads + spare and self._descriptors() <= descriptors + 4, 60.0):
            figures.problems.append("threads or descriptors are left over")
        figures.threads, figures.descriptors = (threads, self._threads()), (descriptors, self._descriptors())

    def _threads(self) -> int:
        return len(list(Path(f"/proc/{self._served.process.pid}/task").iterdir()))

    def _descriptors(self) -> int:
        return len(list(Path(f"/proc/{self._served.process.pid}/fd").iterdir()))


def main() -> int:
    """The exit status: 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--tenants", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    figures = soak(chosen.minutes * 60, chosen.tenants, chosen.clients, chosen.seed)
    for problem in figures.problems[:20]:
        print(f"  {problem}")
    print(figures)
    return 1 if figures.problems else 0


if __name__ == "__main__":
    sys.exit(main())
