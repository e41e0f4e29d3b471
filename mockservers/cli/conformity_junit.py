"""The results of the conformance kit as JUnit XML: one test case per property, and an error if the run broke off.

The file always has all counts: CI servers read a file without `errors` and `skipped` as a file without tests.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mockservers.cli.output import write
from mockservers.core.errors import MockserversError
from mockservers.reports.verdict import printable

RUN = "conformance"
"""The name of the test case for a run that broke off."""


@dataclass(frozen=True, slots=True)
class JunitCase:
    """A property. `kind` is its result, None if it holds."""

    name: str
    seconds: float
    kind: Literal["failure", "error", "skipped"] | None = None
    message: str = ""


def junit(title: str, vendor: str, cases: Sequence[JunitCase], properties: Mapping[str, str] | None = None) -> bytes:
    """The document, with every count."""
    suite = ET.Element("testsuite", name=f"mockservers conform {title}", tests=str(len(cases)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.kind == kind for case in cases)))
    suite.set("time", f"{sum(case.seconds for case in cases):.3f}")
    if properties:
        listed = ET.SubElement(suite, "properties")
        for name, value in properties.items():
            ET.SubElement(listed, "property", name=name, value=value)
    for case in cases:
        element = ET.SubElement(suite, "testcase", classname=vendor, name=case.name, time=f"{case.seconds:.3f}")
        if case.kind:
            message = printable(case.message)  # the output of a program may contain any bytes
            ET.SubElement(element, case.kind, message=(message.splitlines() or [""])[0]).text = message
    document: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return document


@contextmanager
def junit_of_a_broken_run(
    path: Path | None, title: str, vendor: str, so_far: Callable[[], Sequence[JunitCase]]
) -> Iterator[None]:
    """If an exception leaves the block, write the cases so far, and an error with the reason."""
    try:
        yield
    except BaseException as error:
        if path is not None:
            message = str(error) if isinstance(error, MockserversError) else "The run was interrupted."
            write(path, junit(title, vendor, [*so_far(), JunitCase(RUN, 0, "error", message)]))
        raise
