"""A recorded call as a Vitest file: a fresh account, the call, and the assertions."""

from __future__ import annotations

import base64
import json
import re
from functools import partial
from typing import Any

from mockservers.core.values.json_text import dumps
from mockservers.reports.snippets.literals import literal
from mockservers.reports.snippets.sample import Sample, pieces, slot_of

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def vitest_file(sample: Sample) -> str:
    """The file. It needs the package `mockservers` of `clients/node`."""
    account = sample.vendor
    options = [f"method: {_literal(sample.method)}"]
    headers = [f"{_literal(name)}: {_text(value, sample)}" for name, value in sample.headers.items()]
    if sample.user:
        encoded = f'Buffer.from({_text(sample.user, sample)}).toString("base64")'
        headers.insert(0, f'"authorization": "Basic " + {encoded}')
    options += [f"headers: {{ {', '.join(headers)} }}"] if headers else []
    if sample.body and sample.method not in ("GET", "HEAD"):  # fetch sends no body with these
        options.append(f"body: {_body(sample)}")
    lines = [*_setup(sample), f"const answer = await fetch({account}.url + {_text(sample.target, sample)}, {{"]
    lines += [_indented(f"{each},") for each in options]
    lines += ["});", "expect(answer.ok, await answer.text()).toBe(true);", *_checks(sample)]
    body = "\n".join(map(_indented, lines))
    return (
        'import { expect } from "vitest";\nimport { test } from "mockservers/vitest";\n\n'
        f'test("nothing is lost", async ({{ {account} }}) => {{\n{body}\n}});\n'
    )


def _setup(sample: Sample) -> list[str]:
    """The lines that give the fresh account the state and readings of the account that answered the call."""
    lines = []
    if sample.expected.readings:
        lines.append(f"await {sample.vendor}.putReadings({literal(dict(sample.expected.readings), _literal)});")
    if sample.expected.state:
        state = {name: json.loads(dumps(rows)) for name, rows in sample.expected.state.items()}
        lines.append(f"await {sample.vendor}.putState({literal(state, _literal)});")
    return lines


def _checks(sample: Sample) -> list[str]:
    account, expected = sample.vendor, sample.expected
    lines = [f"await {account}.clock.toNext({_literal(job)});" for job in expected.jobs]
    lines += [f"const state = await {account}.state();"] if expected.held else []
    for name, check in expected.held.items():
        documents = f"expect(state[{_literal(name)}])"
        if check.key:
            for value in check.values:
                document = f"expect.objectContaining({{ {_literal(check.key)}: {_literal(value)} }})"
                lines.append(f"{documents}.toContainEqual({document});")
        else:
            lines.append(f"{documents}.toHaveLength({len(check.values)});")
    lines.append(f"const {{ findings }} = await {account}.ledger();")
    return [*lines, "expect(findings.filter((found) => found.loses)).toEqual([]);"]


def _body(sample: Sample) -> str:
    if sample.json is not None:
        return f"JSON.stringify({literal(sample.json, partial(_leaf, sample))})"
    if isinstance(sample.body, bytes):
        return f'Buffer.from("{base64.b64encode(sample.body).decode()}", "base64")'
    lines = sample.body.splitlines(keepends=True)
    return " +\n  ".join(_text(line, sample) for line in lines)


def _leaf(sample: Sample, value: Any) -> str:
    name = slot_of(value)
    return _credential(sample, name) if name else _literal(value)


def _literal(value: Any) -> str:
    """A text, number, true, false or null."""
    return json.dumps(value, ensure_ascii=False)


def _text(text: str, sample: Sample) -> str:
    """A text as an expression: `"Bearer " + zangsho.credentials.token`."""
    terms: list[str] = []
    for before, name in pieces(text):
        terms += [_literal(before)] if before else []
        terms += [_credential(sample, name)] if name else []
    return " + ".join(terms) or '""'


def _credential(sample: Sample, name: str) -> str:
    return f"{sample.vendor}.credentials" + (f".{name}" if _IDENTIFIER.fullmatch(name) else f"[{_literal(name)}]")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))
