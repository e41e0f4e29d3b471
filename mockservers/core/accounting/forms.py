"""Forms: declarations in rules.yaml that the vendor holds a value in another form or place, or need not hold it.

    forms:
      - {sent: /on_conflict, as: directive}                          an instruction, which is not held
      - {sent: /customers/*/*, as: blank}                            a text of white space only, without content
      - {sent: /data/products, as: list, held: orders/product_lines/*/product_id}
      - {sent: /orders/*/customer_email, as: email, held: customers/email, of: [importOrders]}
      - {sent: /fields/*, as: entry, held: contacts/fields/*, key: id}     an object that a held object contains
      - {sent: /params/*/value, as: json, held: events/params/*/value}     a value, or JSON text of it
      - {sent: /data/*, as: declared, held: custom_fields/name}     an empty value under a key that is declared there

`sent` is a JSON pointer into the body, in which `*` is any one token, and `**` at its end any place there or below.
`held` names a collection and a place in its documents. `of` names operations; by default a form applies to all.
`unless` names a rule: if a finding of that rule is at the place, the value need not be held. `key` is the member that
identifies entries: an entry without other members has no content. `value` names a value of the rule, or a list of
values: the form applies only to those, for example to instructions. `own` means: held in the item's own document.
`skipped` means: the form applies only to items that its rule skips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from mockservers.core.value import Value
from mockservers.core.values.equality import contains, equal
from mockservers.core.values.formats import decimal
from mockservers.core.values.instants import instant
from mockservers.core.values.json_text import NotJson, loads, tokens_of
from mockservers.core.values.numbers import exact, is_number, number

Tokens = tuple[str | int, ...]


class Form(Value):
    """One declared form: the place of the sent value, the documents that hold it, and the comparison of the two."""

    rule: str
    sent: tuple[str, ...]
    kind: str
    collection: str = ""
    place: tuple[str, ...] = ()
    operations: frozenset[str] = frozenset()
    unless: str = ""
    key: str = ""
    only: tuple[Any, ...] = ()
    own: bool = False
    skipped: bool = False

    @classmethod
    def of(cls, rule: str, spec: Mapping[str, Any], values: Mapping[str, Any]) -> Form:
        """Create a form from rules.yaml and the values of its rule."""
        collection, *place = str(spec.get("held", "")).split("/")
        operations = frozenset(spec.get("of", ()))
        sent, unless, key = tuple(tokens_of(spec["sent"])), spec.get("unless", ""), spec.get("key", "")
        named = values[spec["value"]] if "value" in spec else []
        only = tuple(named) if isinstance(named, list) else (named,)
        own, skipped = spec.get("own", False), spec.get("skipped", False)
        return cls(rule, sent, spec["as"], collection, tuple(place), operations, unless, key, only, own, skipped)

    def applies_to(self, operation: str, at: Tokens) -> bool:
        """Whether the form applies to a value that an operation sends at a place."""
        if self.operations and operation not in self.operations:
            return False
        below = self.sent[-1:] == ("**",) or self.kind in _WHOLE
        pattern = self.sent[:-1] if self.sent[-1:] == ("**",) else self.sent
        if len(at) < len(pattern) if below else len(at) != len(pattern):
            return False
        return all(token in ("*", str(actual)) for token, actual in zip(pattern, at, strict=False))

    def declares(self, operation: str, at: Tokens, documents: Mapping[str, Sequence[Any]]) -> bool:
        """Whether the account declares the key at a place: without a value, it needs no finding."""
        if self.kind != "declared" or not self.applies_to(operation, at):
            return False
        return any(at[-1] in values_at(each, self.place) for each in documents.get(self.collection, ()))

    def whole(self, at: Tokens) -> Tokens:
        """Return the place that is compared for the leaf at a place: the leaf's own, or that of its entry."""
        return at[: len(self.sent)] if self.kind in _WHOLE else at

    def holds(self, sent: Any, documents: Mapping[str, Sequence[Any]]) -> bool:
        """Whether documents, by collection, hold a sent value in this form."""
        if self.only and not any(equal(sent, each) for each in self.only):
            return False
        if self.key and has_only(sent, self.key):
            return True
        held = documents.get(self.collection, ()) if self.collection else ()
        values = [value for each in held for value in values_at(each, self.place)]
        return KINDS[self.kind](sent, values)


def has_only(entry: Any, key: str) -> bool:
    """Whether an entry has no content but for its key."""
    return isinstance(entry, dict) and all(name == key or is_empty(value) for name, value in entry.items())


def is_empty(value: Any) -> bool:
    """Whether a value is null, an empty text, or contains nothing else."""
    if isinstance(value, dict | list):
        return all(map(is_empty, value.values() if isinstance(value, dict) else value))
    return value is None or value == ""


def values_at(node: Any, place: Sequence[str]) -> Iterator[Any]:
    """Yield the values at a place of a document, in which `*` is any one token."""
    if not place:
        yield node
        return
    first, *rest = place
    if isinstance(node, dict):
        inner = node.values() if first == "*" else [node[first]] if first in node else []
    elif isinstance(node, list):
        inner = node if first == "*" else []
    else:
        inner = []
    for each in inner:
        yield from values_at(each, rest)


def _any(same: Callable[[Any, Any], bool]) -> Callable[[Any, Sequence[Any]], bool]:
    return lambda sent, held: any(same(sent, each) for each in held)


def text(value: Any) -> str | None:
    """Return a scalar as text; None for null, objects and lists."""
    if is_number(value):
        return str(number(exact(value)))
    return str(value) if isinstance(value, str | bool) else None


def _same_number(sent: Any, held: Any) -> bool:
    value = decimal(sent)
    return value is not None and value == decimal(held)


def _same_instant(sent: Any, held: Any) -> bool:
    if not isinstance(sent, str) or not isinstance(held, str):
        return False
    one, other = (instant(text, "date-time-or-iso8601") for text in (sent, held))
    if one is None or other is None or one == other:
        return one is not None and one == other
    return any(one.taken_at(ahead) == other for ahead in _OFFSETS)


_OFFSETS = [timedelta(minutes=minutes) for minutes in range(-14 * 60, 14 * 60 + 1, 15)]
"""The possible offsets of a text without an offset."""


def _same_text(sent: Any, held: Any) -> bool:
    return text(sent) is not None and text(sent) == text(held)


def _same_email(sent: Any, held: Any) -> bool:
    return isinstance(sent, str) and isinstance(held, str) and sent.strip().casefold() == held.strip().casefold()


def _entry(sent: Any, held: Any) -> bool:
    """Whether a held object contains a sent one; e-mail addresses are compared without regard to case."""
    if isinstance(sent, dict) and isinstance(held, dict):
        return all(value is None or _entry(value, held.get(key)) for key, value in sent.items())
    return contains(held, sent) or (isinstance(sent, str) and "@" in sent and _same_email(sent, held))


def _same_json(sent: Any, held: Any) -> bool:
    """Whether a held value contains a sent one, each as it is or as JSON text; scalars are compared as text, too."""
    one, other = (_read(each) for each in (sent, held))
    if isinstance(one, dict) and isinstance(other, dict):
        return all(value is None or _same_json(value, other.get(key)) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same_json, one, other))
    return contains(other, one) or _same_text(one, other) or ("@" in str(one) and _same_email(one, other))


def _read(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return loads(value.encode("utf-8", "surrogatepass")).value
        except NotJson:
            return value
    return value


def _all_entries(sent: Any, held: Sequence[Any]) -> bool:
    """Whether each entry of a comma-separated text is held at least once, by itself or in another such text."""
    texts = [text(each) for each in held]
    left = [*texts, *(part.strip() for each in texts if each for part in each.split(","))]
    for entry in filter(None, (each.strip() for each in str(sent).split(","))):
        if entry not in left and not any(_same_number(entry, each) for each in left):
            return False
    return True


def _nothing(_sent: Any, _held: Sequence[Any]) -> bool:
    return True


def _blank(sent: Any, _held: Sequence[Any]) -> bool:
    return isinstance(sent, str) and not sent.strip()


def _never(_sent: Any, _held: Sequence[Any]) -> bool:
    return False


_WHOLE = ("entry", "json")
"""The forms in which a value is compared as a whole, with all that is in it."""

KINDS: Mapping[str, Callable[[Any, Sequence[Any]], bool]] = {
    "directive": _nothing,
    "credential": _nothing,
    "blank": _blank,
    "equal": _any(equal),
    "entry": _any(_entry),
    "text": _any(_same_text),
    "number": _any(_same_number),
    "instant": _any(_same_instant),
    "email": _any(_same_email),
    "json": _any(_same_json),
    "list": _all_entries,
    "declared": _never,
}
"""Whether held values contain a sent one, by the name of the form."""
