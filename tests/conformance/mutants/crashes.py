"""Programs that export every night, each wrong in what it leaves behind when it is killed."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from mockservers.testing.conformance import Report, Result, run
from mockservers.testing.conformance.kept_folder import KeptFolder
from mockservers.testing.conformance.programs import Program, Script, Worker
from mockservers.testing.conformance.vendors import suite
from tests.conformance.mutants.mutant import Mutant

PROGRAMS = Path(__file__).with_name("programs")


def nightly(vendor: str, variant: str, *, seed: int = 1, protocol: bool = False, profile: str = "quick") -> Report:
    """The result of `conformance.crash` for a variant of the vendor's program."""
    with ExitStack() as stack:
        kept = stack.enter_context(KeptFolder(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        command = [sys.executable, str(PROGRAMS / f"{vendor}_nightly.py"), variant]
        variables = {"MOCKSERVERS_KEEP": str(kept.path)}
        program: Program = (
            stack.enter_context(Worker(command, variables=variables))
            if protocol
            else Script(command, variables=variables)
        )
        vendors = suite(vendor)
        tried = type(vendors.__name__, (vendors,), {"process": program, "kept": kept, "__test__": False})
        return run(tried, program.export, profile=profile, seed=seed, only=["crash"])


def never(*_: object) -> None:
    raise NotImplementedError("It is a program.")


@dataclass(frozen=True, slots=True)
class ProgramMutant(Mutant):
    """`variant` is what the vendor's program is called with."""

    variant: str = ""
    protocol: bool = False

    def tried(self, *, seed: int, shrink: bool = True) -> Result:
        return nightly(self.vendor, self.variant, seed=seed, protocol=self.protocol).results[0]


def mutant(vendor: str, variant: str, wrong: str, *, protocol: bool = False) -> ProgramMutant:
    return ProgramMutant(f"{vendor}-{variant}", vendor, "crash", wrong, never, variant=variant, protocol=protocol)


MUTANTS = (
    mutant("zangsho", "mark-early", "marks an order as sent before it sends it"),
    mutant("fanship", "mark-late", "marks a day after it is sent, and gives its purchases new ids in each run"),
    mutant("zangsho", "not-renamed", "writes its mark directly, not to a temporary file that it renames"),
    mutant("zangsho", "damaged-is-done", "assumes that everything was sent if it cannot read its mark"),
    mutant("zangsho", "lock-stays", "deletes its lock file only at the end of an export"),
    mutant("zangsho", "page-cursor", "stores the number of the next page before it sends the page"),
    mutant("fanship", "memory-alone", "stores only in memory which ids it has sent", protocol=True),
)
