"""The files of a new vendor's distribution. Either all of them are written, or none."""

from __future__ import annotations

import builtins
import json
import keyword
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mockservers.cli.scaffold.contract_files import UNKNOWN, Draft, drafted
from mockservers.cli.scaffold.source import read_document
from mockservers.cli.scaffold.yaml_writing import to_yaml
from mockservers.core.contract.loading import load
from mockservers.core.errors import ContractError, UsageError
from mockservers.vendors import vendor_names

_TEMPLATES = Path(__file__).with_name("templates")
_MODULES = ("__init__", "auth", "requests", "replies", "state", "jobs", "records", "tenant", "conformance")
_NAME = re.compile(r"[a-z]+")
_RESERVED = frozenset({"mockservers", "schema", "json", "pytest", "request", "requests", "send", *dir(builtins)})
"""Names that a fixture or the folder of a contract cannot have."""
_LOSS_TEST = f"""
@pytest.mark.expect_loss("@name@.request.unknown-key", strict=True)
def test_a_key_that_the_schema_does_not_list_is_lost_silently(@name@: @Name@Tenant) -> None:
    assert send(@name@, LOSES).ok
    assert (@name@.ledger.silent, "{UNKNOWN}" in str(@name@.state)) == (1, False)

"""


def write_distribution(name: str, file: Path, directory: Path) -> Draft:
    """Write the distribution of a vendor whose OpenAPI document is `file`. UsageError if that is not possible."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in _RESERVED:
        raise UsageError(f"{name!r} cannot be the name of a vendor. Fix: use only lower-case letters, such as acme.")
    if name in vendor_names():
        raise UsageError(f"The vendor {name!r} is registered already. Fix: choose another name, or uninstall it.")
    if directory.exists():
        raise UsageError(f"{directory} already exists. Fix: name another folder by --directory, or remove it.")
    draft = drafted(name, read_document(file))
    with TemporaryDirectory(dir=directory.absolute().parent, prefix=".new-vendor-") as parent:
        root = Path(parent) / name
        for path, text in _files(draft).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
        try:
            load(name, root / f"{name}_mock" / "contract")
        except ContractError as error:
            raise UsageError(f"{file} cannot become a contract: {error}") from None
        root.rename(directory)
    return draft


def _files(draft: Draft) -> dict[str, str]:
    """Path -> text."""
    words = _words(draft)
    package = f"{draft.name}_mock"
    contract = {f"{package}/contract/{name}": to_yaml(content) for name, content in draft.files.items()}
    left_out = "\n".join(f"- {each}" for each in draft.left_out) or "- nothing"
    return {
        "pyproject.toml": _filled("pyproject.toml", words),
        "README.md": _filled("README.md", words),
        **{f"{package}/{module}.py": _filled(f"{module}.py", words) for module in _MODULES},
        f"{package}/py.typed": "",
        **contract,
        f"{package}/contract/not-modelled.md": f"# What the mock leaves out of the document\n\n{left_out}\n",
        f"{package}/contract/examples/import.json": _json(_example(draft)),
        f"tests/test_{draft.name}.py": _filled("test.py", words),
    }


def _words(draft: Draft) -> dict[str, str]:
    """The text that replaces each @word@ of the templates."""
    stored = {each.operation: each for each in draft.stored}
    ids = [spec["operationId"] for item in draft.openapi["paths"].values() for spec in item.values()]
    keys = {each.collection: each.key for each in draft.stored}
    answered = [each for each in ids if each not in stored]
    return {
        "loss_test": _LOSS_TEST if draft.loses else "",
        "loss_call": f'LOSES = load_contract("{draft.name}").demo.call["json"]\n' if draft.loses else "",
        "loss_import": "from mockservers.vendors import load_contract\n" if draft.loses else "",
        "name": draft.name,
        "Name": draft.name.capitalize(),
        "title": draft.title,
        "title_json": json.dumps(draft.title, ensure_ascii=False)[1:-1],
        "answered": _tuple(answered),
        "stored": "\n".join(
            f"    {_quoted(name)}: Stored({_quoted(each.collection)}, {_quoted(each.key)}),"
            for name, each in stored.items()
        ),
        "collections": "\n".join(
            f"    {_quoted(name)}: Collection(key=by({_quoted(key)}))," for name, key in keys.items()
        ),
        "collection": draft.main.collection,
        "key": draft.main.key,
        "credential": draft.scheme.credential,
        "imports": draft.scheme.imports,
        "read": draft.scheme.read,
        "send": draft.scheme.send,
    }


def _example(draft: Draft) -> dict[str, Any]:
    contract_operation = next(
        (method, spec)
        for item in draft.openapi["paths"].values()
        for method, spec in item.items()
        if spec["operationId"] == draft.main.operation
    )
    method, spec = contract_operation
    base = draft.openapi["servers"][0]["url"].rstrip("/")
    path = re.sub(r"\{\w+\}", "1", draft.main.path)
    status = next(int(code) for code in spec["responses"] if code.startswith("2"))
    return {
        "operation": draft.main.operation,
        "note": "Made from the OpenAPI document.",
        "request": {"method": method.upper(), "path": base + path, "json": draft.body},
        "response": {"status": status},
    }


def _filled(template: str, words: Mapping[str, str]) -> str:
    text = (_TEMPLATES / f"{template}.tmpl").read_text("utf-8")
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return re.sub(r"\n{4,}", "\n\n\n", text)


def _tuple(names: list[str]) -> str:
    """The text between the parentheses of a tuple, as ruff formats it."""
    if len(names) == 1:
        return f"{_quoted(names[0])},"
    return "".join(f"\n    {_quoted(name)}," for name in names) + ("\n" if names else "")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
