"""An editor: a client of a language server, over standard input and output.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


class Editor:
    """Opens files, and asks what the server would complete and what it finds wrong."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._number = 0
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        capabilities: dict[str, Any] = {"textDocument": {"completion": {}, "publishDiagnostics": {}}}
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._tell("initialized", {})

    def completions(self, file: Path, line: int, character: int) -> list[str]:
        """The words that are offered at a place of a file, both from 0."""
        self._open(file)
        place = {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": character}}
        return [item["label"] for item in self._ask("textDocument/completion", place)["items"]]

    def problems(self, file: Path) -> list[str]:
        """What is wrong in a file, in the server's words."""
        self._open(file)
        while file.as_uri() not in self._diagnostics:
            self._receive()
        return [problem["message"] for problem in self._diagnostics[file.as_uri()]]

    def _open(self, file: Path) -> None:
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": file.read_text("utf-8")}
        self._tell("textDocument/didOpen", {"textDocument": document})

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                return message["result"]

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """The next message. A question of the server's is answered with nothing, and what is wrong is kept."""
        assert self._process.stdout
        message = _read(self._process.stdout)
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            asked = message["params"].get("items") if isinstance(message.get("params"), dict) else None
            self._send({"id": message["id"], "result": [None] * len(asked) if asked else None})
        return message


@contextmanager
def editor(command: Sequence[str]) -> Iterator[Editor]:
    """An editor with a server of its own, which ends with the block, and after two minutes at the latest."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        alarm = threading.Timer(120, process.kill)
        alarm.start()
        try:
            yield Editor(process)
        finally:
            alarm.cancel()
            process.kill()


def _read(stream: IO[bytes]) -> dict[str, Any]:
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    assert length, "the language server ended"
    message: dict[str, Any] = json.loads(stream.read(length))
    return message
