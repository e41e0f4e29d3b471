"""What a Zangsho request carries: a bearer token, and the fields of a JSON object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mockservers.core.call import Call, Json, Unreadable
from mockservers.core.contract import Contract
from mockservers.core.draft import Draft
from mockservers.core.jsontext import pointer, position, tokens_of, value_at
from mockservers.core.rules import rule
from mockservers.core.values.equality import equal, of_schema
from mockservers.vendors.zangsho.kinds import Fields


@rule("zangsho.auth.token")
def credentials(call: Call, _contract: Contract) -> Mapping[str, str] | None:
    """The token of the Authorization header."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return {"token": token.strip()} if scheme.lower() == "bearer" and token.strip() else None


@rule("zangsho.request.unreadable")
def fields_of(draft: Draft, call: Call) -> dict[str, Any]:
    """The fields of the body; none where it is no JSON object."""
    if isinstance(call.json, dict) and _read(draft, call):
        fields: dict[str, Any] = call.json
        return fields
    given = call.body
    what = given.reason if isinstance(given, Unreadable) else "it is not read as a JSON object"
    draft.remark("noted", "zangsho.request.unreadable", problem=what)
    return {}


@rule("zangsho.request.content-type")
def _read(draft: Draft, call: Call) -> bool:
    """Whether JSON is read that came with this type."""
    given = call.content_type
    if given == "application/json" or given.endswith("+json"):
        return True
    draft.remark("noted", "zangsho.request.content-type", given=given or "nothing")
    return draft.reading("zangsho.request.content-type") == "accept"


@rule("zangsho.request.repeated-key")
def remark_repeated(draft: Draft, call: Call, name: str = "") -> None:
    """Values that stand before others of the same key.

    `name` is the envelope's list, empty where the body is the item.
    """
    for place, passed_over in call.body.duplicates if isinstance(call.body, Json) else ():
        tokens = tokens_of(place)
        differs = passed_over is not None and not equal(passed_over, value_at(call.json, place))
        item = _item_of(tokens, name)
        draft.remark("ignored", "zangsho.request.repeated-key", item=item, at=place, key=tokens[-1], differs=differs)


_NAMED = of_schema({"properties": {"customer_email": {"format": "email"}}}, str)
"""An email says the same in any case, wherever it is sent."""


def _nothing(_item: int) -> Fields:
    return {}


@rule("zangsho.request.unknown-key")
def remark_unknown(
    draft: Draft, schema: str, body: Fields, kept: Callable[[int], Fields] = _nothing, name: str = ""
) -> None:
    """Keys that a schema does not know, with values that are not held anyway.

    `kept` gives what is held of the item of an index; `name` is the envelope's list, empty where the body is the item.
    """
    for at, value in draft.contract.validator(schema).unknown(body):
        item, field = _item_of(at, name), str(at[-1])
        held = None if item is None else kept(item).get(field)
        differs = not _NAMED.contains({field: held}, {field: value})
        draft.remark(
            "ignored",
            "zangsho.request.unknown-key",
            item=item,
            at=pointer(*at),
            key=field,
            differs=differs,
        )


def _item_of(at: Sequence[str | int], name: str) -> int | None:
    """The index of the item that a place is in."""
    if not name:
        return 0
    return position(at[1]) if len(at) > 2 and at[0] == name else None
