"""`mockservers conform VENDOR-webhooks`: the conformance kit against a webhook receiver at a URL."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click
from click.core import ParameterSource

from mockservers.cli.output import write
from mockservers.cli.signals import ending_on_signals
from mockservers.core.errors import UsageError
from mockservers.testing.conformance.receivers.properties import PROPERTIES
from mockservers.testing.conformance.receivers.running import Asked, Checked, ReceiverReport, run_receiver
from mockservers.testing.server import MockServer, RemoteServer

SUFFIX = "-webhooks"
"""What is behind the vendor's name where a receiver is meant."""
OF_RECEIVERS = frozenset({"read_back", "webhook_secret"})
"""Parameters of `conform` for receivers alone."""
_OF_BOTH = frozenset({"vendor", "command", "only", "time_limit", "url", "admin_token", "junit", "as_json"})


def check_options(context: click.Context, *, receiver: bool) -> None:
    """UsageError for an option that was given and belongs to the other kind of program."""
    for option in context.command.params:
        name = option.name or ""
        if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE or name in _OF_BOTH:
            continue
        if (name in OF_RECEIVERS) is not receiver:
            kinds = ("an exporter", "a webhook receiver")
            raise UsageError(
                f"{option.opts[0]} belongs to {kinds[not receiver]}. Fix: leave it out for {kinds[receiver]}."
            )


def conform_receiver(vendor: str, words: Sequence[str], given: Mapping[str, Any], *, as_json: bool) -> NoReturn:
    """Try the receiver, report, and end with 1 where a property does not hold."""
    if len(words) != 1:
        raise UsageError(f"{vendor}{SUFFIX} takes the URL of one receiver, not {' '.join(words)!r}. Fix: give its URL.")
    asked = Asked(vendor, words[0], given["read_back"], given["only"], given["time_limit"], _signing(given))
    server = _server(given).start()
    try:
        with ending_on_signals():
            report = run_receiver(asked, server, lambda checked: click.echo(_line(checked), err=True))
    finally:
        server.stop()
    if given["junit"]:
        write(given["junit"], junit(report))
    click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2) if as_json else render(report))
    sys.exit(0 if all(result.holds for result in report.results) else 1)


def render(report: ReceiverReport) -> str:
    """Each property that does not hold with what is wrong, then by what it was judged."""
    lines: list[str] = []
    for result in report.results:
        if not result.holds:
            lines += [
                f"{result.id}: {PROPERTIES[result.id].says}.",
                *(f"  {each}" for each in result.wrong),
            ]
    holding = sum(result.holds for result in report.results)
    return "\n".join([*lines, *report.notes, f"{holding} of {len(report.results)} properties hold."])


def junit(report: ReceiverReport) -> bytes:
    """JUnit XML: a case a property."""
    broken = [result for result in report.results if not result.holds]
    root = ET.Element("testsuite", name=f"mockservers conform {report.vendor}{SUFFIX}", errors="0", skipped="0")
    root.set("tests", str(len(report.results)))
    root.set("failures", str(len(broken)))
    for result in report.results:
        case = ET.SubElement(root, "testcase", classname=report.vendor, name=result.id, time=f"{result.seconds:.3f}")
        if not result.holds:
            ET.SubElement(case, "failure", message=result.wrong[0]).text = "\n".join(result.wrong)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _line(checked: Checked) -> str:
    word = "holds " if checked.holds else "BROKEN"
    return f"{word}  {checked.id}  ({checked.webhooks} webhooks, {checked.seconds:.1f} s)"


def _signing(given: Mapping[str, Any]) -> Any:
    """What signs with the secret, as the mock signs its webhooks; None without one."""
    if given["webhook_secret"] is None:
        return None
    from mockservers.web.webhook_sender import signer

    return signer(given["webhook_secret"]).sign


def _server(given: Mapping[str, Any]) -> MockServer | RemoteServer:
    if given["url"] is None:
        return MockServer()
    return RemoteServer(given["url"], "conform-", token=given["admin_token"])
