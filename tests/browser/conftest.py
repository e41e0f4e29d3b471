"""A server with traffic of all four vendors, and Debian's Chromium to look at its page."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from mockservers.cli.serving import example
from mockservers.web.bootstrap import MockApp, Serving

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser. A machine without one skips these tests, CI never does.

    It ends with its module: Playwright keeps an asyncio loop running in this thread, and as long as it does, a test of
    another module that calls `asyncio.run` fails.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        message = "There is no Chromium. Fix: apt-get install chromium."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def mock_app() -> Iterator[MockApp]:
    """A server to which each vendor's README example was sent, a call without a tenant and one without an operation."""
    with MockApp(Serving()) as made:
        for mock in made.mocks.values():
            command = example(mock, dict(mock.contract.demo.credentials), made.server.url)
            subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True)
        for words in (["-H", "Authorization: Bearer nobody", "/zangsho/v1/orders"], ["/zangsho/v9/orders"]):
            subprocess.run(["curl", "-s", *words[:-1], made.server.url + words[-1]], check=True, capture_output=True)
        yield made


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that fails the test when a script fails or another host is asked."""
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    wrong: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        wrong.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if _is_error(message) else None)
    page.on("request", lambda request: None if "127.0.0.1" in request.url else wrong.append(request.url))
    page.on("dialog", dismissed)
    yield page
    context.close()
    assert wrong == []


def _is_error(message: ConsoleMessage) -> bool:
    """Whether a message reports an error of a script or the server. A page without its server fails to read events."""
    return message.type == "error" and "net::ERR_CONNECTION_REFUSED" not in message.text
