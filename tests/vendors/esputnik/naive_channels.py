"""The channels of a contact at eSputnik, and by what a contact is known, written down from the reference alone.

Plain dictionaries and none of the mock's code. https://docs.yespo.io/reference/addcontact-1
"""

from __future__ import annotations

from typing import Any

CHANNELS = ("email", "sms", "viber", "webpush", "mobilepush")
PHONES = ("sms", "viber")
PUSHES = ("webpush", "mobilepush")


def channels_of(sent: dict[str, Any]) -> list[tuple[str, Any]]:
    """(type, value) of the channels of a contact; of two that are equal, the last."""
    return list({(kind, key_of(kind, value)): (kind, value) for kind, value in all_channels(sent)}.values())


def all_channels(sent: dict[str, Any]) -> list[tuple[str, Any]]:
    """(type, value) of the channels of a contact; the value of a mobile push is (token, device)."""
    return [
        (
            each["type"],
            (each["value"], str(each.get("device") or "")) if each["type"] == "mobilepush" else each["value"],
        )
        for each in sent.get("channels") or []
    ]


def channel(kind: str, value: Any) -> dict[str, Any]:
    """A channel as it is sent."""
    if not isinstance(value, tuple):
        return {"type": kind, "value": value}
    return {"type": kind, "value": value[0], "device": value[1]}


def keys_of(sent: dict[str, Any], *kinds: str) -> list[tuple[str, str]]:
    """(type, value) by which the channels of these types are known, in the order in which they are sent."""
    return [(name, _token(value)) for name, value in channels_of(sent) if name in kinds]


def key_of(name: str, value: Any) -> tuple[str, str]:
    """Numbers of sms and of viber are phones, tokens are tokens; email addresses compare without their case."""
    value = _token(value)
    by = "phone" if name in PHONES else "push" if name in PUSHES else name
    return by, value.lower() if name == "email" else value


def _token(value: Any) -> str:
    """The value by which a channel is known."""
    return str(value[0] if isinstance(value, tuple) else value)


def has_value(held: Any, name: str, value: Any) -> bool:
    """Whether a contact's field, or one of its channels, has a value. Email addresses compare without their case."""
    if not isinstance(held, list):
        return bool(held == value)
    if isinstance(value, tuple):
        return any(each[0] == value[0] and value[1] in ("", each[1]) for each in held)
    return any(each == value or (name == "email" and each.lower() == value.lower()) for each in held)


def with_device(value: Any, held: list[Any]) -> Any:
    """A push that is sent without a device, with the one that the contact has for it."""
    known = [each for each in held if isinstance(value, tuple) and not value[1] and each[0] == value[0]]
    return known[0] if known else value


def emptied_devices(had: list[Any], given: list[Any], final: list[Any]) -> int:
    """How many pushes had a device and are there without one; not those for which an import `given` one."""
    said = {token for token, device in given if device}
    bare = {token for token, device in final if not device}
    return len({token for token, device in had if device} & bare - said)
