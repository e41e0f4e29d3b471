"""JSON values as literals of a programming language. Long ones are broken into lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

Leaf = Callable[[Any], str]
_WIDTH = 110
_STEP = {"python": 4, "ts": 2}
_WORDS = {"python": {None: "None", True: "True", False: "False"}, "ts": {None: "null", True: "true", False: "false"}}


def literal(value: Any, language: str, credential: Callable[[str], str], indent: int = 0) -> str:
    """A value in `python` or `ts`. A text with a `{name}` in it becomes an expression with `credential(name)`.

    `credential` returns an empty text for a value that is not a credential.
    """
    if isinstance(value, dict | list) and value:
        one_line = _joined(value, language, credential, 0, "", " ", "")
        if len(one_line) + indent <= _WIDTH:
            return one_line
        step = _STEP[language]
        broken = "\n" + " " * (indent + step)
        return _joined(value, language, credential, indent + step, broken, broken, "," + "\n" + " " * indent)
    if isinstance(value, str):
        return text(value, language, credential)
    return str(_WORDS[language].get(value, value)) if value is None or isinstance(value, bool) else json.dumps(value)


def text(value: str, language: str, credential: Callable[[str], str]) -> str:
    """A string literal; an f-string or a template literal if it contains a credential."""
    placeholders = [(match, credential(match[1])) for match in re.finditer(r"\{(\w+)\}", value)]
    content, end = "", 0
    for match, expression in placeholders:
        if match[0] == value and expression:
            return expression
        if expression:
            substitution = f"{{{expression}}}" if language == "python" else f"${{{expression}}}"
            content += _inside(value[end : match.start()], language) + substitution
            end = match.end()
    if not end:
        return json.dumps(value, ensure_ascii=False)
    content += _inside(value[end:], language)
    return f'f"{content}"' if language == "python" else f"`{content}`"


def _inside(part: str, language: str) -> str:
    """A part of a text, escaped for an f-string or a template literal."""
    if language == "python":
        return json.dumps(part, ensure_ascii=False)[1:-1].replace("{", "{{").replace("}", "}}")
    return part.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")


def _joined(
    value: dict[str, Any] | list[Any],
    language: str,
    credential: Callable[[str], str],
    indent: int,
    first: str,
    between: str,
    last: str,
) -> str:
    if isinstance(value, list):
        parts = [literal(item, language, credential, indent) for item in value]
        return f"[{first}{f',{between}'.join(parts)}{last}]"
    parts = [f"{_key(key, language)}: {literal(item, language, credential, indent)}" for key, item in value.items()]
    space = " " if language == "ts" and not first else ""
    return f"{{{first}{space}{f',{between}'.join(parts)}{space}{last}}}"


def _key(key: str, language: str) -> str:
    plain = language == "ts" and re.fullmatch(r"[A-Za-z_$][\w$]*", key, re.ASCII)
    return key if plain else json.dumps(key, ensure_ascii=False)
