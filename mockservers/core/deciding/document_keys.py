"""The keys that a document of a collection can have: the contract's keys, and the keys that the vendor adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Shape

DocumentsOf = Callable[[str], Iterable[Mapping[str, Any]]]
"""Returns the documents of the collection with a name."""
DocumentKeys = Callable[[Contract, DocumentsOf], Shape]


def keys_of(*schemas: str, added: Iterable[str] = ()) -> DocumentKeys:
    """Return the keys that schemas of the contract know, at every level, and `added` ones with any keys below."""
    names = tuple(added)

    def shape(contract: Contract, _held: DocumentsOf) -> Shape:
        shapes = [contract.validator(schema).shape for schema in schemas]
        known = {name: inner for each in reversed(shapes) for name, inner in each.properties.items()}
        properties = {**{name: Shape() for name in names}, **known}
        return Shape(properties=properties, free=any(each.free for each in shapes))

    return shape


def unknown_keys(
    shape: Shape, value: Any, at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], list[str]]]:
    """Yield (place, known keys of the object) for each key of a value that a shape does not know."""
    if isinstance(value, Mapping) and not shape.free:
        for key, item in value.items():
            if key in shape.properties:
                yield from unknown_keys(shape.properties[key], item, (*at, key))
            else:
                yield (*at, key), list(shape.properties)
    elif isinstance(value, list) and shape.items is not None:
        for index, item in enumerate(value):
            yield from unknown_keys(shape.items, item, (*at, index))
