"""`{placeholders}` in the texts of a contract, and their replacement by values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.core.values.plurals import counted
from mockservers.core.values.printable import shortened

LONGEST = 200
"""The most characters of a sent text in a sentence."""

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_COUNTED = re.compile(r"\{([a-z_][a-z0-9_]*)\} ([a-z]+)\(s\)")


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Replace `{placeholders}` by values. A placeholder without a value stays."""

    def put(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values:
            return match[0]
        value = values[name]
        return value if isinstance(value, str) else _written(value)

    return _PLACEHOLDER.sub(put, template)


def _written(value: Any) -> str:
    from mockservers.core.values.json_text import dumps

    return dumps(value).decode("utf-8", "surrogatepass")


def is_placeholder(value: Any) -> bool:
    """Whether a value is a text that consists of one placeholder."""
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None


def sentence(template: str, values: Mapping[str, Any]) -> str:
    """Fill a sentence of a rule: `{count} order(s)` becomes `1 order` or `2 orders`, a list `a, b`.

    A text longer than `LONGEST` characters is cut.
    """

    def count(match: re.Match[str]) -> str:
        value = values.get(match[1])
        return counted(value, match[2]) if isinstance(value, int) else match[0]

    texts = {name: _readable(value) for name, value in values.items()}
    return fill(_COUNTED.sub(count, template), texts)


def as_pattern(template: str) -> re.Pattern[str]:
    """Return a pattern of filled templates, with a group for each placeholder."""
    at, pattern = 0, ""
    for match in _PLACEHOLDER.finditer(template):
        value = f"(?P={match[1]})" if f"(?P<{match[1]}>" in pattern else f"(?P<{match[1]}>.+)"
        pattern += re.escape(template[at : match.start()]) + value
        at = match.end()
    return re.compile(pattern + re.escape(template[at:]), re.DOTALL)


def _readable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return _listed(value)
    return shortened(value, LONGEST) if isinstance(value, str) else value


def names(template: str) -> frozenset[str]:
    """Return the names of a template's placeholders."""
    return frozenset(_PLACEHOLDER.findall(template))


def _listed(values: Iterable[Any]) -> Any:
    return ", ".join(value if isinstance(value, str) else fill("{it}", {"it": value}) for value in values)


def filled(body: Any, values: Mapping[str, Any]) -> Any:
    """Fill all texts and keys of a body. A text that consists of one placeholder becomes the value itself."""
    if isinstance(body, str):
        whole = _PLACEHOLDER.fullmatch(body)
        return values.get(whole[1], body) if whole else fill(body, values)
    if isinstance(body, dict):
        return {fill(key, values): filled(item, values) for key, item in body.items()}
    if isinstance(body, list):
        return [filled(item, values) for item in body]
    return body
