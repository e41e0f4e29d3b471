"""Types of payloads, independent of a programming language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

PlainName = Literal["any", "boolean", "integer", "null", "number", "string"]


@dataclass(frozen=True, slots=True)
class Plain:
    """A scalar by its JSON Schema name, or `any`."""

    name: PlainName


@dataclass(frozen=True, slots=True)
class Values:
    """One of these JSON values: an enum or a const."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array."""

    item: Type


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object with free keys."""

    value: Type


@dataclass(frozen=True, slots=True)
class Named:
    """A declaration, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several types."""

    options: tuple[Type, ...]


Type = Plain | Values | ListOf | MapOf | Named | AnyOf
ANY, NULL = Plain("any"), Plain("null")


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a record. `doc` is one paragraph, or empty."""

    key: str
    type: Type
    required: bool
    doc: str


@dataclass(frozen=True, slots=True)
class Record:
    """An object with known keys; an `open` one takes others, too."""

    name: str
    fields: tuple[Field, ...]
    doc: str
    open: bool


@dataclass(frozen=True, slots=True)
class Alias:
    """A name for any other type."""

    name: str
    type: Type
    doc: str


Declaration = Record | Alias


@dataclass(frozen=True, slots=True)
class Payload:
    """What an operation takes: its body, or each line of an upload."""

    operation: str
    method: str
    path: str
    type: Type
    is_line: bool


@dataclass(frozen=True, slots=True)
class Models:
    """The payloads of a vendor and their declarations."""

    vendor: str
    title: str
    payloads: tuple[Payload, ...]
    declarations: tuple[Declaration, ...]


def one_of(options: list[Type]) -> Type:
    """A union of types: flat, without repetitions, null at the end."""
    flat: list[Type] = []
    for option in options:
        flat += option.options if isinstance(option, AnyOf) else (option,)
    # By repr, because Python treats 1 and True as equal.
    distinct = list({repr(option): option for option in flat}.values())
    if ANY in distinct:
        return ANY
    distinct.sort(key=lambda option: option == NULL)
    return distinct[0] if len(distinct) == 1 else AnyOf(tuple(distinct))
