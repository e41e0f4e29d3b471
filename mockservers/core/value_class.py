"""Value classes: dataclasses that are frozen for mypy only, so that they are as fast to create as other objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Class = TypeVar("Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_class(cls: type[Class]) -> type[Class]:
    """Return a dataclass with slots whose instances nobody changes: mypy refuses an assignment to a field.

    `frozen=True` refuses it at run time as well, but creating an object of twelve fields takes 1.8 µs instead of 0.26.
    A call creates about twenty objects, a batch hundreds.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
