"""What an order or a contact says, in the one form that all have that say the same: what every comparison compares.

    comparable(draft, {"date": "2022-05-14T10:11:10+02:00", "discount": "10.00"}) ==
    comparable(draft, {"date": "2022-05-14T08:11:10Z", "discount": 10})

Amounts count by their number, dates by their instant (without an offset they are in the account's zone), e-mail
addresses whatever their case, other scalars as text, lists and objects alike whether raw or as JSON text. What differs
does so at the same place as in what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.draft import Draft
from mockservers.core.values.equality import PLAIN, At
from mockservers.core.values.formats import decimal
from mockservers.core.values.json_text import NotJson, loads
from mockservers.core.values.numbers import number
from mockservers.vendors.esputnik.event import as_text
from mockservers.vendors.esputnik.zone import moment

Content = Mapping[str, Any]


def lacking(draft: Draft, held: Content, sent: Content) -> list[At]:
    """The places of an order or a contact that is sent at which something stands that the one that is held lacks."""
    own, said = comparable(draft, held), comparable(draft, sent)
    for name, key in _SETS.items():
        if isinstance(own.get(name), list) and isinstance(said.get(name), list):
            own[name] = _in_order_of(said[name], own[name], key)
    return list(PLAIN.missing(own, said))


def says(draft: Draft, held: Content, sent: Content) -> bool:
    """Whether an order or a contact says all that another one does."""
    return not lacking(draft, held, sent)


def comparable(draft: Draft, content: Content) -> dict[str, Any]:
    """All that an order, an event by its params, or a contact says, in a form that depends on its meaning alone."""
    return {name: _comparable(draft, name, value) for name, value in content.items()}


def _comparable(draft: Draft, name: str, value: Any) -> Any:
    """A value under a name; the value of a param or of a channel counts as what the param or the channel is."""
    if isinstance(value, str):
        return _of_text(draft, name, value)
    if isinstance(value, list):
        return [_comparable(draft, name, each) for each in value]
    if isinstance(value, dict):
        return {key: _comparable(draft, meant(key, value), each) for key, each in value.items()}
    return _of_scalar(draft, name, value)


def meant(key: str, within: Mapping[str, Any]) -> str:
    """The name that a key's value counts under: for the value of a param or of a channel what that is."""
    others = within.keys() - {"value"}
    if key == "value" and (others == {"name"} or ("type" in others and others <= _OF_CHANNELS)):
        return str(within["name" if "name" in others else "type"])
    return key


def _of_text(draft: Draft, name: str, value: str) -> Any:
    if value[:1] in "[{ \t\r\n":
        inner = _within(name, value)
        if not isinstance(inner, str):
            return _comparable(draft, name, inner)
    return _of_scalar(draft, name, value)


def _within(name: str, value: str) -> Any:
    """The list or the object that a text is; the text itself where it is none, or says two things of one key."""
    if not value.strip():
        return None if name == "items" else value
    try:
        read = loads(value.encode("utf-8", "surrogatepass"))
    except NotJson:
        return value
    if not isinstance(read.value, list | dict):
        return value
    return value if read.duplicates and name != "items" else read.value


def _of_scalar(draft: Draft, name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _amounts(draft.contract):
        amount = decimal(value)
        return as_text(value) if amount is None else number(amount)
    text = as_text(value)
    if name == "date":
        named = moment(draft, text)
        return text if named is None else named.canonical
    return text.lower() if name == "email" else text


@lru_cache(maxsize=8)
def _amounts(contract: Contract) -> frozenset[str]:
    """The fields of an order and of its items that are numbers."""
    schemas = [
        contract.resolve(f"openapi.yaml#/components/schemas/{name}/properties") for name in ("Order", "OrderItem")
    ]
    return frozenset(name for schema in schemas for name, each in schema.items() if "number" in each.get("type", ()))


def _in_order_of(sent: Iterable[Any], own: list[Any], key: Callable[[Any], Any]) -> list[Any]:
    """Elements of a list whose order says nothing: those that are sent too behind the others, in their order there."""
    left, placed = list(own), []
    for each in sent:
        found = next((at for at, one in enumerate(left) if key(one) == key(each)), None)
        if found is not None:
            placed.append(left.pop(found))
    return [*left, *placed]


def _named(*names: str) -> Callable[[Any], Any]:
    return lambda each: tuple(each.get(name) for name in names) if isinstance(each, dict) else each


_OF_CHANNELS = frozenset({"type", "device", "webPushSubscription"})
_SETS: Mapping[str, Callable[[Any], Any]] = {"channels": _named("type", "value"), "fields": _named("id")}
"""Lists of a contact that are sets, and what an element of them is known by."""
