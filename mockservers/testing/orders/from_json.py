"""Orders, customers and subscriptions from the JSON that programs get: the reverse of `as_json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Kind = TypeVar("Kind")


def from_json(kind: type[Kind], value: Mapping[str, Any]) -> Kind:
    """An Order, Customer or Subscription, from the result of `as_json`. Keys of derived values are ignored.

    KeyError, TypeError or ValueError where it is none.
    """
    known = ((each.name, _types(kind)[each.name]) for each in fields(kind) if each.name in value)  # type: ignore[arg-type]
    return kind(**{name: _read(annotation, value[name]) for name, annotation in known})


@cache
def _types(kind: type[Any]) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read(annotation: Any, value: Any) -> Any:
    if isinstance(annotation, UnionType):  # X | None
        return (
            None if value is None else _read(next(each for each in get_args(annotation) if each is not NoneType), value)
        )
    if get_origin(annotation) is tuple:
        return tuple(_read(get_args(annotation)[0], each) for each in value)
    if annotation is Decimal:
        return Decimal(value)
    if annotation is datetime:
        return datetime.fromisoformat(value)
    return from_json(annotation, value) if isinstance(annotation, type) and is_dataclass(annotation) else value
