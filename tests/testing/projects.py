"""Projects of somebody else's, run by pytest: a module that sends to Zangsho and FANSHIP, and what comes of it."""

from __future__ import annotations

import re

import pytest

SENDING = """
import pytest
import requests

def send(zangsho, token=None, path="/v1/customers", **more):
    headers = {} if token == "" else {"Authorization": f"Bearer {token or zangsho.token}"}
    body = {"email": "a@x.tw", **more}
    return requests.post(f"{zangsho.url}{path}", json=body, headers=headers, timeout=5).status_code

def lose(zangsho):
    assert send(zangsho, phoneNumber="0912") == 201

def upload(fanship, *lines):
    text = "".join(line + "\\n" for line in lines)
    return requests.post(
        f"{fanship.url}/v1/2nd/purchases/20251101/_all",
        files={"filename": ("p", text, "application/x-ndjson")},
        headers={"Authorization": f"Bearer {fanship.token}"},
        timeout=5,
    ).status_code
"""
UNKNOWN_KEY = "zangsho.request.unknown-key"


def run(pytester: pytest.Pytester, body: str, *options: str) -> pytest.RunResult:
    """Run the body as a test module of a project of its own."""
    pytester.makepyfile(SENDING + body)
    return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)


def sections(result: pytest.RunResult) -> dict[str, str]:
    """What a run says of each test that failed, by its name."""
    parts = re.split(r"^_{3,} (?:ERROR at \w+ of )?(\S+) _{3,}$", result.stdout.str(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
