"""`mockservers conform VENDOR-webhooks`: the conformance kit against a webhook receiver at a URL."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click
from click.core import ParameterSource

from mockservers.cli.conformity_junit import JunitCase, junit, junit_of_a_broken_run
from mockservers.cli.output import write
from mockservers.cli.signals import ending_on_signals
from mockservers.core.errors import UsageError
from mockservers.core.values.plurals import counted
from mockservers.testing.conformance.receivers.properties import PROPERTIES
from mockservers.testing.conformance.receivers.running import Asked, Checked, ReceiverReport, run_receiver
from mockservers.testing.server import MockServer, RemoteServer

SUFFIX = "-webhooks"
"""The end of the argument VENDOR if the command tests a receiver."""
OF_RECEIVERS = frozenset({"read_back", "webhook_secret"})
"""Parameters of `conform` that are only for receivers."""
_OF_BOTH = frozenset({"vendor", "command", "only", "time_limit", "url", "admin_token", "junit", "as_json"})


def check_options(context: click.Context, *, receiver: bool) -> None:
    """UsageError for an option that is only for the other kind of program."""
    for option in context.command.params:
        name = option.name or ""
        if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE or name in _OF_BOTH:
            continue
        if (name in OF_RECEIVERS) is not receiver:
            kinds = ("an exporter", "a webhook receiver")
            raise UsageError(f"{option.opts[0]} is only for {kinds[not receiver]}. Fix: omit it for {kinds[receiver]}.")


def conform_receiver(vendor: str, words: Sequence[str], options: Mapping[str, Any], *, as_json: bool) -> NoReturn:
    """Test the receiver, print the report, and end with status 1 if a property does not hold."""
    if len(words) != 1:
        raise UsageError(f"{vendor}{SUFFIX} takes the URL of one receiver, not {' '.join(words)!r}. Fix: give its URL.")
    question = Asked(vendor, words[0], options["read_back"], options["only"], options["time_limit"], _signing(options))
    title = f"{vendor}{SUFFIX}"
    results: list[Checked] = []
    with junit_of_a_broken_run(options["junit"], title, vendor, lambda: junit_cases(results)):
        report = _run_properties(question, options, results)
    if options["junit"]:
        write(options["junit"], junit(title, vendor, junit_cases(report.results)))
    click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2) if as_json else render(report))
    sys.exit(0 if all(result.holds for result in report.results) else 1)


def _run_properties(question: Asked, options: Mapping[str, Any], results: list[Checked]) -> ReceiverReport:
    def watch(checked: Checked) -> None:
        results.append(checked)
        click.echo(_line(checked), err=True)

    server = _server(options).start()
    try:
        with ending_on_signals():
            return run_receiver(question, server, watch)
    finally:
        server.stop()


def render(report: ReceiverReport) -> str:
    """Each property that does not hold, with its defects, and then the notes of the report."""
    lines: list[str] = []
    for result in report.results:
        if not result.holds:
            lines += [
                f"{result.id}: {PROPERTIES[result.id].says}.",
                *(f"  {each}" for each in result.wrong),
            ]
    holding = sum(result.holds for result in report.results)
    return "\n".join([*lines, *report.notes, f"{holding} of {len(report.results)} properties hold."])


def junit_cases(results: Sequence[Checked]) -> list[JunitCase]:
    """One case per property."""
    return [
        JunitCase(each.id, each.seconds, None if each.holds else "failure", "\n".join(each.wrong)) for each in results
    ]


def _line(checked: Checked) -> str:
    word = "holds " if checked.holds else "BROKEN"
    return f"{word}  {checked.id}  ({counted(checked.webhooks, 'webhook')}, {checked.seconds:.1f} s)"


def _signing(options: Mapping[str, Any]) -> Any:
    """The function that signs a webhook with the secret, as the mock does; None without a secret."""
    if options["webhook_secret"] is None:
        return None
    from mockservers.web.webhook_sender import signer

    return signer(options["webhook_secret"]).sign


def _server(options: Mapping[str, Any]) -> MockServer | RemoteServer:
    if options["url"] is None:
        return MockServer()
    return RemoteServer(options["url"], "conform-", token=options["admin_token"])
