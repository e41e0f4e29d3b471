"""`mockservers mcp` by the SDK's own client, over standard input and output, as an agent starts it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, Tool

from tests.cli.test_user_files import is_one_line, run
from tests.elsewhere import Elsewhere, elsewhere

ROOT = Path(__file__).parents[2]
TOOLS = ("explain", "rules", "errors", "ledger", "journal")
LOSES = '{"customers": [{"email": "chen.meili@example.com", "name": "陳美麗", "phoneNumber": "0923456789"}]}'


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    """A server whose admin API asks for a token, with one call that loses something."""
    with elsewhere(guarded=True) as server:
        headers = {"Authorization": "Bearer 1|demo-zangsho-token", "Content-Type": "application/json"}
        url = f"{server.url}/zangsho/v1/customers/batch"
        assert requests.post(url, data=LOSES.encode(), headers=headers, timeout=10).ok
        yield server


def asked(*calls: tuple[str, dict[str, Any]], options: tuple[str, ...] = (), **variables: str) -> Any:
    """What a server answers to calls of its tools, in one session of a client: (its tools, its results)."""

    async def session() -> tuple[list[Tool], list[CallToolResult]]:
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables}
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "mockservers", "mcp", *options], env=env, cwd=ROOT
        )
        async with Client(command, read_timeout_seconds=100) as client:
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, given) for name, given in calls]

    return asyncio.run(session())


def said(result: CallToolResult) -> str:
    return " ".join(getattr(each, "text", "") for each in result.content)


def test_explain_works_for_an_agent_without_a_server(tmp_path: Path) -> None:
    question = {"vendor": "zangsho", "operation": "importCustomers", "payload": LOSES, "now": "2026-01-15T12:00:00Z"}
    tools, (explained, rules, errors, day) = asked(
        ("explain", question),
        ("rules", {"vendor": "fanship", "containing": "UPLOAD.LAST-OF-DAY"}),
        ("errors", {"vendor": "zangsho"}),
        ("explain", {"vendor": "fanship", "payload": '{"id": "1"}\n', "path": {"day": "20251101"}}),
        options=("--url", "http://127.0.0.1:9000"),
    )
    assert tuple(tool.name for tool in tools) == TOOLS
    assert [tool.name for tool in tools if not (tool.annotations and tool.annotations.read_only_hint)] == []
    assert [tool.name for tool in tools if not tool.description] == []

    (tmp_path / "sent.json").write_text(LOSES, "utf-8")
    by_command = run(
        "explain", "zangsho", "sent.json", "--operation", "importCustomers", "--now", "2026-01-15T12:00:00Z", "--json",
        cwd=tmp_path,
    )  # fmt: skip
    assert explained.structured_content == json.loads(by_command.stdout)
    assert (explained.structured_content["silent"], day.structured_content["items"]["kept"]) == (1, 1)
    assert [rule["rule"] for rule in rules.structured_content["rules"]] == ["fanship.upload.last-of-day-wins"]
    assert {error["refusal"] for error in errors.structured_content["errors"]} >= {"unauthorized", "invalid"}
    assert "http://127.0.0.1:9000/zangsho/" in said(errors)


def test_ledger_and_journal_inform_an_agent_and_change_nothing(there: Elsewhere) -> None:
    before = there.control.journal("demo-zangsho"), there.control.ledger("demo-zangsho")
    _, (whole, one, journal, later) = asked(
        ("ledger", {}),
        ("ledger", {"tenant": "demo-zangsho"}),
        ("journal", {"tenant": "demo-zangsho"}),
        ("journal", {"tenant": "demo-zangsho", "after": 1}),
        MOCKSERVERS_URL=there.url,
        MOCKSERVERS_ADMIN_TOKEN=str(there.token),
    )
    assert len(whole.structured_content["ledgers"]) > 1
    assert whole.structured_content["verdict"]["failed"] is True
    (ledger,) = one.structured_content["ledgers"]
    assert (ledger["silent"], ledger["findings"][0]["nearest"]) == (1, "phone")
    (exchange,) = journal.structured_content["exchanges"]
    assert (exchange["operation"], exchange["response"]["status"]) == ("importCustomers", 200)
    assert "陳美麗" in said(journal)
    assert later.structured_content["exchanges"] == []
    assert (there.control.journal("demo-zangsho"), there.control.ledger("demo-zangsho")) == before


def test_a_mistake_is_reported_in_a_sentence_that_an_agent_can_act_on() -> None:
    _, results = asked(
        ("explain", {"vendor": "zangshu", "payload": "{}"}),
        ("explain", {"vendor": "zangsho", "payload": "{}", "operation": "batchCreateOrders"}),
        ("ledger", {}),
        ("journal", {"tenant": "x", "newest": 0}),
        options=("--url", "http://127.0.0.1:1"),
    )
    assert [result.is_error for result in results] == [True] * 4
    for result, words in zip(
        results,
        ("Did you mean 'zangsho'?", "batchCreateOrders", "Is `mockservers serve` running there?", "greater than"),
        strict=True,
    ):
        assert words in said(result)
        assert "Traceback" not in said(result)


def test_long_bodies_in_a_journal_are_cut(there: Elsewhere) -> None:
    tenant = there.control.create_tenant({"vendor": "zangsho"})
    headers = {"Authorization": f"Bearer {tenant['credentials']['token']}"}
    body = {"email": "long@example.com", "name": "陳" * 50_000}
    assert requests.post(f"{there.url}/zangsho/v1/customers", json=body, headers=headers, timeout=10).ok
    _, (journal,) = asked(
        ("journal", {"tenant": tenant["id"], "newest": 1}),
        options=("--url", there.url, "--admin-token", str(there.token)),
    )
    there.control.delete_tenant(tenant["id"])
    assert "characters)" in said(journal)
    assert len(said(journal)) < 40_000


def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "mcp").mkdir()
    (tmp_path / "mcp/__init__.py").write_text("raise ModuleNotFoundError('mcp')")
    done = run("mcp", cwd=tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert is_one_line(done, "mockservers mcp needs packages that are not installed. Fix: "), done.stderr
