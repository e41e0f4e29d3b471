"""ARCHITECTURE.md and the pages name files that are there, and the walk of an order is the one that the code takes."""

from __future__ import annotations

import json
import re
import threading
from http.client import HTTPConnection
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mockservers.web.bootstrap import MockApp, Serving
from tests.asking import VENDORS, contract
from tests.docs.code_blocks import PAGES, ROOT

ARCHITECTURE = ROOT / "ARCHITECTURE.md"
PACKAGE = ROOT / "mockservers"
LINES_MOST = 130
WORKER = "mockservers-worker"

_PATH = re.compile(r"(?<![\w./-])((?:[\w.<>-]+/)+(?:[\w-]+\.(?:py|yaml|md|json|txt))?|(?:[\w-]+)\.(?:py|md))(?![\w/])")
_WALK = re.compile(r"^    ([\w/]+\.py)  +\S", re.MULTILINE)
_TREE = re.compile(r"^( +)([\w<>.]+/?)  +\S", re.MULTILINE)
_OF_THE_READER = {"test_export.py", "test_requests.py", "shop.py", "test_shop.py", "not-modelled.md"}
"""Files that a page has its reader write, or a command for them."""


def named_paths(text: str) -> set[str]:
    """The paths in inline code and links of a page, with each vendor for `<vendor>`."""
    spans = re.findall(r"`([^`\n]+)`|\]\(([^)#]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    found = {path for span in spans for path in _PATH.findall(" ".join(span)) if "://" not in " ".join(span)}
    return {path.replace("<vendor>", vendor) for path in found for vendor in VENDORS} - _OF_THE_READER


def is_there(path: str, page: Path) -> bool:
    return any((root / path).exists() for root in (page.parent, ROOT, PACKAGE))


@pytest.mark.parametrize("page", [ARCHITECTURE, ROOT / "CHANGELOG.md", *PAGES], ids=lambda page: page.stem)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    assert [path for path in sorted(named_paths(page.read_text("utf-8"))) if not is_there(path, page)] == []


def test_paths_are_found_in_code_spans_and_links() -> None:
    text = "`core/values/clock.py` and `contracts/<vendor>/rules.yaml` in [a page](docs/index.md), `/v1/orders`, `a/b`"
    rules = {f"contracts/{vendor}/rules.yaml" for vendor in VENDORS}
    assert named_paths(text) == {"core/values/clock.py", "docs/index.md"} | rules


def test_the_tree_names_existing_packages_and_every_package_of_the_core() -> None:
    tree = ARCHITECTURE.read_text("utf-8").partition("## The packages")[2].partition("## ")[0]
    folders: list[str] = []
    listed: set[str] = set()
    for indent, name in _TREE.findall(tree.replace("mockservers/\n", "mockservers/  -\n")):
        depth = len(indent) // 2 - 2
        folders[depth:] = [name]
        listed.add("".join(folders).rstrip("/").replace("<vendor>", VENDORS[0]))
    packages = {path.parent.relative_to(ROOT).as_posix() for path in (PACKAGE / "core").glob("*/__init__.py")}

    assert [path for path in sorted(listed) if not (ROOT / path).exists()] == []
    assert packages - listed == set()


def visited(body: dict[str, Any], path: str) -> list[str]:
    """The files of the package that a request passes, in the order in which it first meets them."""
    files: list[str] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        name = frame.f_code.co_filename
        if event == "call" and threading.current_thread().name == WORKER and name.startswith(str(PACKAGE)):
            file = Path(name).relative_to(PACKAGE).as_posix()
            if file not in files:
                files.append(file)

    with MockApp(Serving(vendors=["omnisegment"])) as app:
        connection = HTTPConnection(*app.server.address)
        threading.setprofile(profile)  # of the worker, which starts with its first request
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            assert connection.getresponse().read() == b'{"SUCCESS":true,"PAYLOAD":null}'
        finally:
            threading.setprofile(None)
            connection.close()
    return files


def test_an_order_passes_through_the_files_that_the_page_lists() -> None:
    walk = _WALK.findall(ARCHITECTURE.read_text("utf-8"))
    order = {
        "member_sn": "1",
        "datetime": "2025-11-01T09:51:23+0800",
        "transaction_id": "A-1001",
        "transaction_revenue": 1980.0,
        "transaction_status": "COMPLETED",
    }
    credentials = contract("omnisegment").demo.credentials

    files = visited({**credentials, "data": order}, "/omnisegment/api/import-purchase-data/")

    assert len(walk) > 12
    assert walk == [file for file in files if file in walk]


def test_the_architecture_page_fits_one_page() -> None:
    assert len(ARCHITECTURE.read_text("utf-8").splitlines()) <= LINES_MOST
