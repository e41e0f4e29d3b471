"""Lines decoded straight into the types of their schema: the fast path for plain lines.

A decoder is compiled for each set of keys. Lines that it refuses, or cannot read exactly, take the slow path, which
explains errors: keys without a type, repeated keys, numbers that no double holds. A property test compares both paths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from io import BytesIO
from operator import attrgetter, or_
from typing import Annotated, Any, get_args

import msgspec

from mockservers.core.value import Value
from mockservers.core.values.canonical_dates import CanonicalDates
from mockservers.core.values.json_text import may_say_more
from mockservers.core.values.rfc3339 import is_date_time

EXACT = 1e15
"""Below this limit, a whole number is the same as an int and as a double, and all writers format it equally."""

_DATE = "date-time"
_SHAPES = 64
"""The most sets of keys for which a decoder is compiled. Lines with other keys take the slow path."""

_OBJECT_KEYWORDS = {"type", "properties", "required", "additionalProperties", "description", "title"}
_ANNOTATIONS = {"type", "description", "title", "default", "examples", "items"}
_KEYWORDS = {
    "string": {"format", "minLength", "maxLength"},
    "integer": set[str](),
    "number": set[str](),
    "boolean": set[str](),
    "null": set[str](),
}
"""The types that can be decoded, each with the keywords that its decoder obeys."""

_DECODING_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, OverflowError, RecursionError)
_WHOLE_FLOAT = re.compile(rb"\.0[,}]")

_encoder = msgspec.json.Encoder()


class TypedLines(Value):
    """Valid lines without unknown keys.

    `texts` are their canonical forms, each with LF at its end, `leaves` the number of values in each.
    """

    names: AbstractSet[str]
    texts: Sequence[bytes]
    leaves: Sequence[int]
    columns: Mapping[str, list[Any]]

    def column(self, name: str) -> list[Any]:
        """Return the values of one key, line by line."""
        return self.columns[name]


class _Shape:
    """Decoders for lines with exactly these keys: for lines without nulls, for any line, and with nulls left out."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.names = frozenset(fields)
        self.decode_stated = _decoder([(name, _without_null(kind)) for name, kind in fields.items()])
        self.decode = _decoder(list(fields.items()))
        optional = [(name, kind, None) if _allows_null(kind) else (name, kind) for name, kind in fields.items()]
        self.decode_without_nulls = _decoder(optional, omit_defaults=True, kw_only=True)


class LineDecoder:
    """Decodes lines that obey one schema. `columns` are the keys whose values the caller needs."""

    def __init__(self, schema: Mapping[str, Any], columns: AbstractSet[str], dates: CanonicalDates) -> None:
        self._form = dates
        properties: Mapping[str, Any] = schema.get("properties", {})
        types = {name: _type(each) for name, each in properties.items() if name.isidentifier()}
        known = schema.get("type") == "object" and schema.keys() <= _OBJECT_KEYWORDS
        self._types = {name: kind for name, kind in types.items() if kind is not None} if known else {}
        self._dates = frozenset(name for name, each in properties.items() if each.get("format") == _DATE)
        self._numbers = frozenset(name for name, each in properties.items() if "number" in _type_names(each))
        self._required = frozenset(schema.get("required", ()))
        self._columns = columns
        self._shapes: dict[frozenset[str], _Shape] = {}
        self._last: _Shape | None = None

    def decode(self, texts: Sequence[bytes]) -> TypedLines | None:
        """Return the lines if all are plain and have the keys of the first; None if one may not be, or is blank.

        `texts` are the lines as sent, with white space around them.
        Most lines have the keys of the lines before, so the last shape is tried first. It only decodes lines with its
        keys.
        """
        if self._last is not None:
            try:
                return self._decoded(self._last, texts)
            except _DECODING_ERRORS:
                pass
        try:
            self._last = self._shape(texts[0])
            return self._decoded(self._last, texts) if self._last else None
        except _DECODING_ERRORS:
            return None

    def _shape(self, text: bytes) -> _Shape | None:
        first = msgspec.json.decode(text)
        if not isinstance(first, dict) or not self._types:
            return None
        names = frozenset(first)
        shape = self._shapes.get(names)
        if shape is None and self._required <= names <= self._types.keys() and len(self._shapes) < _SHAPES:
            shape = _Shape({name: kind for name, kind in self._types.items() if name in names})
            self._shapes[names] = shape
        return shape

    def _decoded(self, shape: _Shape, texts: Sequence[bytes]) -> TypedLines | None:
        documents, has_nulls = _documents(shape, texts)
        sent, written = b"".join(texts), _encoder.encode_lines(documents)
        if sent != written and may_say_more(sent, written):
            return None
        columns = {name: _column(documents, name) for name in (self._columns | self._dates) & shape.names}
        other_dates = [name for name in self._dates & shape.names if not self._form.contain(columns[name])]
        if not all(text is None or is_date_time(text) for name in other_dates for text in columns[name]):
            return None
        leaves = [len(shape.names)] * len(texts)
        if has_nulls:
            leaves = [len(shape.names) - sum(map(_is_none, msgspec.structs.astuple(each))) for each in documents]
            documents = list(map(shape.decode_without_nulls, texts))
        has_whole_floats = _WHOLE_FLOAT.search(written) is not None
        if has_whole_floats:
            _convert(documents, self._numbers & shape.names, _as_whole_number)
        if other_dates:
            _convert(documents, other_dates, self._form.canonical)
        if has_nulls or has_whole_floats or other_dates:
            written = _encoder.encode_lines(documents)
        if sent != written:
            texts = BytesIO(written).readlines()
        return TypedLines(shape.names, texts, leaves, columns)


def _documents(shape: _Shape, texts: Sequence[bytes]) -> tuple[list[Any], bool]:
    """Return the documents of lines, and whether a value may be null."""
    try:
        return list(map(shape.decode_stated, texts)), False
    except msgspec.ValidationError:
        return list(map(shape.decode, texts)), True


def _decoder(fields: list[tuple[Any, ...]], **options: Any) -> Callable[[bytes], Any]:
    kind = msgspec.defstruct("Line", fields, forbid_unknown_fields=True, gc=False, **options)
    return msgspec.json.Decoder(kind).decode


def _type_names(schema: Mapping[str, Any]) -> set[str]:
    """Return the types that a schema names; empty if it names none."""
    types = schema.get("type", ())
    return {types} if isinstance(types, str) else set(types)


def _type(schema: Mapping[str, Any]) -> Any:
    """Return the type that decodes the values of a schema; None if there is no such type."""
    names = _type_names(schema)
    if not names or not names <= _KEYWORDS.keys():
        return None
    if not schema.keys() - _ANNOTATIONS <= set().union(*(_KEYWORDS[name] for name in names)):
        return None
    if "format" in schema and (schema["format"] != _DATE or not names <= {"string", "null"}):
        return None
    text = msgspec.Meta(min_length=schema.get("minLength"), max_length=schema.get("maxLength"))
    whole = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
    number = Annotated[float, msgspec.Meta(gt=-EXACT, lt=EXACT)]
    types: dict[str, Any] = {
        "string": Annotated[str, text], "integer": whole, "number": whole | number, "boolean": bool, "null": None
    }  # fmt: skip
    return reduce(or_, [kind for name, kind in types.items() if name in names])


def _allows_null(kind: Any) -> bool:
    return type(None) in get_args(kind)


def _without_null(kind: Any) -> Any:
    """Return the type without null, unless it is only null."""
    return reduce(or_, [each for each in get_args(kind) if each is not type(None)]) if _allows_null(kind) else kind


def _column(documents: Sequence[Any], name: str) -> list[Any]:
    return list(map(attrgetter(name), documents))


def _is_none(value: object) -> bool:
    return value is None


def _convert(documents: Sequence[Any], names: Iterable[str], canonical: Callable[[Any], Any]) -> None:
    for name in names:
        for document in documents:
            value = getattr(document, name)
            if value is not None:
                setattr(document, name, canonical(value))


def _as_whole_number(value: float) -> float:
    return int(value) if value.__class__ is float and value.is_integer() else value
