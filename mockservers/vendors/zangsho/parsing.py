"""What a Zangsho request carries: a bearer token, and the fields of a JSON object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call, Json, Unreadable
from mockservers.core.values.equality import Equality, of_schema
from mockservers.core.values.json_text import pointer, position, tokens_of, value_at
from mockservers.vendors.zangsho.kinds import Fields


def credentials(call: Call, _contract: Contract) -> Mapping[str, str] | None:
    """The token of the Authorization header."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return {"token": token.strip()} if scheme.lower() == "bearer" and token.strip() else None


def fields_of(draft: Draft, call: Call) -> dict[str, Any]:
    """The fields of the body; none where it is no JSON object."""
    if isinstance(call.json, dict) and _read(draft, call) and _is_utf8(draft, call):
        fields: dict[str, Any] = call.json
        return fields
    given = call.body
    what = given.reason if isinstance(given, Unreadable) else "it is not read as a JSON object"
    draft.note("noted", "zangsho.request.unreadable", problem=what)
    return {}


def _read(draft: Draft, call: Call) -> bool:
    """Whether JSON is read that came with this type."""
    given = call.content_type
    if given == "application/json" or given.endswith("+json"):
        return True
    draft.note("noted", "zangsho.request.content-type", given=given or "nothing")
    return draft.reading("zangsho.request.content-type") == "accept"


def _is_utf8(draft: Draft, call: Call) -> bool:
    """Whether JSON is read whose type names this charset."""
    return not call.other_charset or draft.reading("zangsho.request.charset") == "ignore"


def note_repeated(draft: Draft, call: Call, name: str = "") -> None:
    """Values that stand before others of the same key.

    `name` is the envelope's list, empty where the body is the item.
    """
    for place, passed_over in call.body.duplicates if isinstance(call.body, Json) else ():
        tokens = tokens_of(place)
        said = said_by(draft.contract)
        differs = not said.contains(_at(place, value_at(call.json, place)), _at(place, passed_over))
        item = _item_of(tokens, name)
        draft.note("ignored", "zangsho.request.repeated-key", item=item, at=place, key=tokens[-1], differs=differs)


def _at(place: str, value: Any) -> Any:
    """A value under its own name, by which its format is known."""
    return {tokens_of(place)[-1]: value}


@lru_cache(maxsize=16)
def said_by(contract: Contract) -> Equality:
    """When what two values say is the same, by the formats that the contract gives the fields of those names."""
    known: dict[str, Equality] = {}
    for name in _SENT:
        for field, equality in of_schema(
            contract.resolve(f"#/components/schemas/{name}"), contract.resolve
        ).properties.items():
            if equality.form is not None:
                known.setdefault(field, equality)
    return Equality(properties=known)


_SENT = ("NewCustomer", "OrderFields", "NewSubscription", "SubscriptionChange", "Cancellation", "NewSubscriptionEvent")


def _nothing(_item: int) -> Fields:
    return {}


def note_unknown(
    draft: Draft, schema: str, body: Fields, kept: Callable[[int], Fields] = _nothing, name: str = ""
) -> None:
    """Keys that a schema does not know, with values that are not held anyway.

    `kept` gives what is held of the item of an index; `name` is the envelope's list, empty where the body is the item.
    """
    for at, value in draft.contract.validator(schema).unknown(body):
        item, field = _item_of(at, name), str(at[-1])
        held = None if item is None else kept(item).get(field)
        differs = not said_by(draft.contract).contains({field: held}, {field: value})
        draft.note(
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
