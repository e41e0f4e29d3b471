"""Every request that the vendors' pages print, sent by curl and by Node's fetch over a real socket."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockservers.core.contract.loading import data_directory
from mockservers.web.bootstrap import MockApp, Serving
from tests.asking import VENDORS
from tests.wire import filled

EXAMPLES = [
    path for vendor in VENDORS for path in sorted((data_directory("contracts") / vendor / "examples").iterdir())
]
FETCH = """
const {url, method, headers, body, file} = JSON.parse(require('fs').readFileSync(0, 'utf8'))
let sent = body
if (file) {
  sent = new FormData()
  sent.append(file.name, new Blob([file.text], {type: file.type}), file.filename)
}
fetch(url, {method, headers, body: sent ?? undefined}).then(async answer => {
  process.stdout.write(answer.status + '\\n' + await answer.text())
})
"""


@pytest.fixture(scope="module")
def mock_app() -> Iterator[MockApp]:
    with MockApp(Serving()) as made:
        yield made


class Printed:
    """A request of a page, filled in for a tenant that holds what it needs."""

    def __init__(self, mock_app: MockApp, path: Path) -> None:
        example = json.loads(path.read_text("utf-8"))
        self.vendor = path.parents[1].name
        self.demo = mock_app.control.tenant(f"demo-{self.vendor}")
        state = mock_app.control.state(self.demo.id)
        mock_app.control.put_state(self.demo.id, {name: example.get("given", {}).get(name, []) for name in state})
        request = filled(example["request"], self.demo.credentials)
        self.response = filled(example["response"], self.demo.credentials)
        self.url = f"{mock_app.server.url}/{self.vendor}{request['path']}"
        self.method: str = request["method"]
        self.headers: dict[str, str] = dict(request.get("headers", {}))
        self.file: dict[str, str] | None = request.get("file")
        self.body: str | None = request.get("text")
        if "json" in request:
            self.body = json.dumps(request["json"], ensure_ascii=False)
            self.headers.setdefault("Content-Type", "application/json")

    def expected(self) -> str:
        status: int = self.response["status"]
        text: str = self.response.get("text", "")
        if "json" in self.response:
            text = json.dumps(self.response["json"], ensure_ascii=False, separators=(",", ":"))
        return f"{status}\n{text}"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_curl_gets_what_the_page_says(mock_app: MockApp, path: Path, tmp_path: Path) -> None:
    printed = Printed(mock_app, path)
    came = tmp_path / "body"
    words = ["curl", "-s", "-X", printed.method, "-o", str(came), "-w", "%{http_code}\n"]
    for name, value in printed.headers.items():
        words += ["-H", f"{name}: {value}"]
    if printed.file:
        words += ["-H", "Expect: 100-continue"]
        words += ["-F", f"{printed.file['name']}=@-;filename={printed.file['filename']};type={printed.file['type']}"]
    elif printed.body is not None:
        words += ["--data-binary", "@-"]
    sent = printed.file["text"] if printed.file else printed.body or ""
    done = subprocess.run([*words, printed.url], input=sent.encode(), capture_output=True, check=True, timeout=30)
    body = came.read_text("utf-8") if came.exists() else ""
    assert done.stdout.decode() + body == printed.expected()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_fetch_gets_what_the_page_says(mock_app: MockApp, path: Path) -> None:
    printed = Printed(mock_app, path)
    asked = {name: getattr(printed, name) for name in ("url", "method", "headers", "body", "file")}
    done = subprocess.run(
        ["node", "-e", FETCH], input=json.dumps(asked).encode(), capture_output=True, check=True, timeout=30
    )
    assert done.stdout.decode() == printed.expected()
