"""Compare orders and contacts by their meaning: equal content has one comparable form.

    comparable(draft, {"date": "2022-05-14T10:11:10+02:00", "discount": "10.00"}) ==
    comparable(draft, {"date": "2022-05-14T08:11:10Z", "discount": 10})

Amounts compare as numbers, dates as instants (in the account's zone if they have no offset), e-mail addresses
case-insensitively, other scalars as text, lists and objects equally whether raw or as JSON text. A difference has the
same place as in the sent content.
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
from mockservers.vendors.esputnik.scalars import as_text
from mockservers.vendors.esputnik.timestamps import instant_of

Content = Mapping[str, Any]


def missing_places(draft: Draft, stored: Content, sent: Content) -> list[At]:
    """Return the places of sent content that the stored content lacks."""
    stored_form, sent_form = comparable(draft, stored), comparable(draft, sent)
    for name, key in _SETS.items():
        if isinstance(stored_form.get(name), list) and isinstance(sent_form.get(name), list):
            stored_form[name] = _beside_sent(sent_form[name], stored_form[name], key)
    return list(PLAIN.missing(stored_form, sent_form))


def contains_content(draft: Draft, stored: Content, sent: Content) -> bool:
    """Whether stored content contains all sent content."""
    return not missing_places(draft, stored, sent)


def contains_ignored(draft: Draft, stored: Content, name: str, value: Any) -> bool:
    """Whether stored content contains the value of an ignored key.

    An empty value contains everything except `{}` as text.
    """
    if stored.get(name) is None:
        return not list(PLAIN.missing({}, {name: value}))
    return contains_content(draft, stored, {name: value})


def comparable(draft: Draft, content: Content) -> dict[str, Any]:
    """Return the comparable form of an order, a contact, or an event's params."""
    return {name: _comparable(draft, name, value) for name, value in content.items()}


def _comparable(draft: Draft, name: str, value: Any) -> Any:
    """The comparable form of a value under a name."""
    if isinstance(value, str):
        return _comparable_text(draft, name, value)
    if isinstance(value, list):
        return [_comparable(draft, name, each) for each in value]
    if isinstance(value, dict):
        return {key: _comparable(draft, effective_name(key, value), each) for key, each in value.items()}
    return _comparable_scalar(draft, name, value)


def effective_name(key: str, within: Mapping[str, Any]) -> str:
    """The name under which a value is compared: that of a param, the type of a channel, else its key."""
    other_keys = within.keys() - {"value"}
    if key == "value" and (other_keys == {"name"} or ("type" in other_keys and other_keys <= _CHANNEL_KEYS)):
        return str(within["name" if "name" in other_keys else "type"])
    return key


def _comparable_text(draft: Draft, name: str, value: str) -> Any:
    if value[:1] in "[{ \t\r\n":
        container = _parse_container(name, value)
        if not isinstance(container, str):
            return _comparable(draft, name, container)
    return _comparable_scalar(draft, name, value)


def _parse_container(name: str, value: str) -> Any:
    """Parse a text that is a list or an object; return any other text, and one with repeated keys, unchanged."""
    if not value.strip():
        return None if name == "items" else value
    try:
        document = loads(value.encode("utf-8", "surrogatepass"))
    except NotJson:
        return value
    if not isinstance(document.value, list | dict):
        return value
    return value if document.duplicates and name != "items" else document.value


def _comparable_scalar(draft: Draft, name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _amount_fields(draft.contract):
        amount = decimal(value)
        return as_text(value) if amount is None else number(amount)
    text = as_text(value)
    if name == "date":
        instant = instant_of(draft, text)
        return text if instant is None else instant.canonical
    return text.lower() if name == "email" else text


@lru_cache(maxsize=8)
def _amount_fields(contract: Contract) -> frozenset[str]:
    """The fields of an order and of its items that are numbers."""
    schemas = [
        contract.resolve(f"openapi.yaml#/components/schemas/{name}/properties") for name in ("Order", "OrderItem")
    ]
    return frozenset(name for schema in schemas for name, each in schema.items() if "number" in each.get("type", ()))


def _beside_sent(sent: Iterable[Any], stored: list[Any], key: Callable[[Any], Any]) -> list[Any]:
    """Return the stored element of a set for each sent one; an empty one if it is not stored."""
    remaining, elements = list(stored), []
    for sent_element in sent:
        index = next((index for index, element in enumerate(remaining) if key(element) == key(sent_element)), None)
        elements.append({} if index is None else remaining.pop(index))
    return elements


def _key_of(*names: str) -> Callable[[Any], Any]:
    return lambda each: tuple(each.get(name) for name in names) if isinstance(each, dict) else each


_CHANNEL_KEYS = frozenset({"type", "device", "webPushSubscription"})
_SETS: Mapping[str, Callable[[Any], Any]] = {"channels": _key_of("type", "value"), "fields": _key_of("id")}
"""Lists of a contact that are sets, and the key of their elements."""
