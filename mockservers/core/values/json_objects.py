"""JSON objects that a user gives us, checked key by key: a wrong one is named by its JSON pointer.

A value is never taken for absent because it is false, empty or zero: only `null` is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mockservers.core.errors import UsageError
from mockservers.core.values.json_text import dumps, pointer
from mockservers.core.values.nearest import did_you_mean

Check = Callable[[Any], Any]
"""Return the value as it is used, or raise UsageError with what it must be."""

_SHOWN = 60


def checked(
    what: str, given: Any, checks: Mapping[str, Check], *, required: Iterable[str] = (), closed: bool = True
) -> dict[str, Any]:
    """The values of an object by its keys, those that are absent or null left out. UsageError for a wrong one.

    Keys that have no check are refused, or passed over where the object is not `closed`.
    """
    if not isinstance(given, Mapping):
        raise UsageError(f"{what} is a JSON object, not {shown(given)}.")
    unknown = sorted(set(given) - set(checks))
    if unknown and closed:
        like = did_you_mean(unknown[0], checks)
        raise UsageError(f"{pointer(unknown[0])}: {what} has no {unknown[0]}.{like} It takes: {', '.join(checks)}.")
    for key in required:
        if given.get(key) is None:
            raise UsageError(f"{pointer(key)}: {what} needs {key}. Fix: give it.")
    return {key: at(key, checks[key], value) for key, value in given.items() if key in checks and value is not None}


def at(key: str, check: Check, value: Any) -> Any:
    """A value by its check; what is wrong with it begins with its place."""
    try:
        return check(value)
    except UsageError as wrong:
        place = pointer(key)
        text = str(wrong)
        if text.startswith("/"):  # deeper still
            raise UsageError(place + text) from None
        raise UsageError(f"{place}: {text}") from None


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise UsageError(f"it is a text that is not empty, not {shown(value)}.")
    return value


def truth(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise UsageError(f"it is true or false, not {shown(value)}.")
    return value


def number(value: Any) -> int:
    """A whole number from 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UsageError(f"it is a whole number from 0, not {shown(value)}.")
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, Mapping):
        raise UsageError(f"it is a JSON object, not {shown(value)}.")
    return value


def listing(value: Any) -> list[Any]:
    """A JSON list."""
    if not isinstance(value, list):
        raise UsageError(f"it is a list, not {shown(value)}.")
    return value


def texts(value: Any) -> dict[str, str]:
    """A JSON object of texts."""
    return {key: at(key, text, item) for key, item in mapping(value).items()}


def documents(value: Any) -> Mapping[str, Any]:
    """{collection: [documents]}."""
    for name, collection in mapping(value).items():
        for index, document in enumerate(at(name, listing, collection)):
            if not isinstance(document, Mapping):
                raise UsageError(f"{pointer(name, index)}: it is a JSON object, not {shown(document)}.")
    return mapping(value)


def shown(value: Any) -> str:
    """A value as JSON, as far as a message has room for it."""
    try:
        written = dumps(value).decode("utf-8", "replace")
    except (TypeError, ValueError):
        written = repr(value)
    return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
