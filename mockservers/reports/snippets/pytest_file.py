"""A recorded call as a pytest file: a fresh account, the call, and the assertions."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from mockservers.core.values.json_text import dumps
from mockservers.reports.snippets.literals import literal
from mockservers.reports.snippets.sample import Sample, pieces, slot_of


def pytest_file(sample: Sample) -> str:
    """The file. It needs `requests` and the pytest plugin of mockservers."""
    arguments = [repr(sample.method), f'f"{{{sample.vendor}.url}}" + {_text(sample.target, sample)}']
    headers = {name: value for name, value in sample.headers.items() if not (sample.json and name == "content-type")}
    if sample.user:
        user, _, password = sample.user.partition(":")
        arguments.append(f"auth=({_text(user, sample)}, {_text(password, sample)})")
    if headers:
        header_literals = ", ".join(f"{name!r}: {_text(value, sample)}" for name, value in headers.items())
        arguments.append(f"headers={{{header_literals}}}")
    arguments += [f"{_body(sample)}"] if sample.body else []
    arguments.append("timeout=10")
    lines = [*_setup(sample), "answer = requests.request("]
    lines += [_indented(f"{each},") for each in arguments]
    lines += [")", "assert answer.ok, answer.text", *_checks(sample)]
    body = "\n".join(_indented(line) for line in lines)
    return f"import requests\n\n\ndef test_nothing_is_lost({sample.vendor}):\n{body}\n"


def _setup(sample: Sample) -> list[str]:
    """The lines that give the fresh account the state and readings of the account that answered the call."""
    account = sample.vendor
    readings = [f"{account}.readings[{rule!r}] = {choice!r}" for rule, choice in sample.expected.readings.items()]
    state = sample.expected.state.items()
    return readings + [f"{account}.state[{name!r}] = {literal(json.loads(dumps(rows)), repr)}" for name, rows in state]


def _checks(sample: Sample) -> list[str]:
    account, expected = sample.vendor, sample.expected
    lines = [f"{account}.clock.to_next({job!r})" for job in expected.jobs]
    for name, check in expected.held.items():
        documents = f"{account}.state[{name!r}]"
        if check.key:
            values = f"[each.get({check.key!r}) for each in {documents}]"
            lines += [f"assert {value!r} in {values}" for value in check.values]
        else:
            lines.append(f"assert len({documents}) == {len(check.values)}")
    return [*lines, f'assert [found for found in {account}.ledger.findings if found["loses"]] == []']


def _body(sample: Sample) -> str:
    if sample.json is not None:
        return f"json={literal(sample.json, partial(_leaf, sample))}"
    if isinstance(sample.body, bytes):
        return f"data={sample.body!r}"
    lines = sample.body.splitlines(keepends=True)
    if len(lines) == 1:
        return f"data=({_text(sample.body, sample)}).encode()"
    other_lines = "".join(f"\n    + {_text(line, sample)}" for line in lines[1:])
    return f"data=(\n    {_text(lines[0], sample)}{other_lines}\n).encode()"


def _leaf(sample: Sample, value: Any) -> str:
    name = slot_of(value)
    return _credential(sample, name) if name else repr(value)


def _text(text: str, sample: Sample) -> str:
    """A text as an expression: `'Bearer ' + zangsho.credentials['token']`."""
    terms: list[str] = []
    for before, name in pieces(text):
        terms += [repr(before)] if before else []
        terms += [_credential(sample, name)] if name else []
    return " + ".join(terms) or "''"


def _credential(sample: Sample, name: str) -> str:
    return f"{sample.vendor}.credentials[{name!r}]"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
