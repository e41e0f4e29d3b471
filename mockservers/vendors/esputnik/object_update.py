"""Objects in an order or a contact that is sent again: what the new one does not give stays, on every level.

    updated({"note": "a", "gift": "yes"}, {"note": "b"}) == {"note": "b", "gift": "yes"}
    updated('{"note": "a", "gift": "yes"}', '{"note": "b"}') == '{"note":"b","gift":"yes"}'

Lists are replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.values.json_text import NotJson, dumps, loads


def updated_fields(stored: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored fields, each one that was sent updated."""
    return {**stored, **{name: updated(stored.get(name), value) for name, value in sent.items()}}


def updated(stored: Any, sent: Any) -> Any:
    """Return a sent value with what stays of the stored one: an object's keys that were not sent, or sent as null."""
    earlier, new = _object(stored), _object(sent)
    if earlier is None or new is None:
        return sent
    merged = {name: value for name, value in earlier.items() if value is not None}
    given = {name: value for name, value in new.items() if value is not None or name not in merged}
    merged = updated_fields(merged, given)
    if merged == new:
        return sent
    return dumps(merged).decode() if isinstance(sent, str) else merged


def unstated(stored: Mapping[str, Any], sent: Mapping[str, Any]) -> Iterator[str]:
    """The names of stored values within the sent objects that were not sent, such as `additionalInfo.note`."""
    for name, value in sent.items():
        earlier, new = _object(stored.get(name)), _object(value)
        if earlier is None or new is None:
            continue
        for key, held in earlier.items():
            if held is not None and new.get(key) is None:
                yield f"{name}.{key}"
        yield from (f"{name}.{inner}" for inner in unstated(earlier, new))


def _object(value: Any) -> Mapping[str, Any] | None:
    """An object, also as JSON text; None for anything else, and for text with repeated keys."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str) or value.lstrip()[:1] != "{":
        return None
    try:
        document = loads(value.encode("utf-8", "surrogatepass"))
    except NotJson:
        return None
    return document.value if isinstance(document.value, dict) and not document.duplicates else None
