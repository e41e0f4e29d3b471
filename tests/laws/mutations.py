"""Decisions made wrong in one place: a leaf of an effect that is gone, changed or swapped, a loss that nobody names."""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any, NamedTuple

from mockservers.core.accounting.conservation import leaves
from mockservers.core.accounting.forms import Form, has_only, text
from mockservers.core.accounting.loss import loses, weighed
from mockservers.core.exchange.decision import Decision, Ingest, Note, Put, Statement
from mockservers.core.value import replace
from mockservers.core.values.json_text import pointer, value_at


class Mutation(NamedTuple):
    """A way to make a right decision wrong: of which kind it is, what is wrong then, and how to make it so."""

    kind: str
    what: str
    tamper: Callable[[Decision], Decision]
    unnamed: Statement | None = None


Leaf = tuple[str, str, tuple[str | int, ...]]
"""Collection, key and place of a value that is put."""


def mutations(
    decisions: list[Decision], sent: Any, known: AbstractSet[str | None] = frozenset(), forms: Sequence[Form] = ()
) -> Iterator[Mutation]:
    """Each way to make decisions wrong in one place, for whatever holds or names something of what was sent.

    What was `known` before may be held by a document of that time. `forms` are those that the contract declares.
    """
    sent_texts = {text(value) for _, value in leaves(sent)} - known
    carried = [leaf for leaf in _carried(decisions, sent_texts) if not _is_of_empty_entry(decisions, leaf, forms)]
    for leaf in carried:
        yield Mutation("gone", f"{leaf} is gone", partial(_with_leaves, changed={leaf: None}))
        yield Mutation("changed", f"{leaf} is changed", partial(_with_leaves, changed={leaf: "something else"}))
    yield from _swaps(decisions, carried, forms)
    for found, is_lost in weighed(decisions):
        if is_lost and _was_sent(found) and not _is_named_above(found, decisions):
            yield Mutation("not filed", f"{found} is not filed", partial(_without, found=found), found)
    for decision in decisions:
        for effect in decision.effects:
            if isinstance(effect, Ingest) and effect.taken:
                less = partial(_one_line_less, ingested=effect)
                yield Mutation("a line less", f"{effect} leaves out a line", less)


def _swaps(decisions: list[Decision], carried: list[Leaf], forms: Sequence[Form]) -> Iterator[Mutation]:
    values = {leaf: _value(decisions, leaf) for leaf in carried}
    of_documents = Counter(leaf[:2] for leaf in carried)
    for one, other in _pairs(carried):
        if one[:2] != other[:2] and of_documents[one[:2]] == of_documents[other[:2]] == 1:
            continue  # two documents that have changed places hold all that they held
        if "foreign_ids" in one[2] and "foreign_ids" in other[2]:
            continue  # held in another form than it was sent in, which is looked for anywhere
        if one[:2] == other[:2] and any(_in_any_order(form, one, other) for form in forms):
            continue
        if one[:2] == other[:2] and _are_entries_alike(decisions, one, other):
            continue  # two entries that have changed places hold all that they held
        swap = partial(_with_leaves, changed={one: values[other], other: values[one]})
        yield Mutation("swapped", f"{one} and {other} are swapped", swap)


def _are_entries_alike(decisions: list[Decision], one: Leaf, other: Leaf) -> bool:
    """Whether two leaves are of entries of one list that say the same but for them."""
    apart = [index for index, (here, there) in enumerate(zip(one[2], other[2], strict=False)) if here != there]
    if len(one[2]) != len(other[2]) or len(apart) != 1 or not isinstance(one[2][apart[0]], int):
        return False
    entries = [(*leaf[:2], leaf[2][: apart[0] + 1]) for leaf in (one, other)]
    rest = [
        {at: value for at, value in leaves(_value(decisions, entry)) if at != one[2][apart[0] + 1 :]}
        for entry in entries
    ]
    return rest[0] == rest[1]


def _is_of_empty_entry(decisions: list[Decision], leaf: Leaf, forms: Sequence[Form]) -> bool:
    """Whether a leaf is the key of an entry without other content, which is no loss."""
    return any(
        form.key == leaf[2][-1]
        and form.collection == leaf[0]
        and len(leaf[2]) == len(form.place) + 1
        and all(token in ("*", at) for token, at in zip(form.place, leaf[2], strict=False))
        and has_only(_value(decisions, (*leaf[:2], leaf[2][:-1])), form.key)
        for form in forms
        if form.key and not form.skipped
    )


def _was_sent(found: Statement) -> bool:
    """Whether what a finding names was sent. What a tenant was seeded with has no place, and nor has a key of it."""
    return found.key != "seeded" and (
        not isinstance(found, Note) or bool(found.at or found.items) or found.item is not None
    )


def _is_named_above(found: Statement, decisions: list[Decision]) -> bool:
    """Whether what a finding names is in something larger that another finding says is lost."""
    losing = [each for decision in decisions for each in decision.notes if each != found and loses(each)]
    above = {place for each in losing for place in each.at}
    return bool(found.at) and all(any(place.startswith(f"{one}/") for one in above) for place in found.at)


def _pairs(carried: list[Leaf]) -> Iterator[tuple[Leaf, Leaf]]:
    """Neighbours, and those that stand at the same place of two entries of a list."""
    alike: dict[Any, list[Leaf]] = {}
    for leaf in carried:
        alike.setdefault((leaf[0], tuple("*" if isinstance(each, int) else each for each in leaf[2])), []).append(leaf)
    yield from dict.fromkeys(pair for group in (carried, *alike.values()) for pair in itertools.pairwise(group))


def _in_any_order(form: Form, one: Leaf, other: Leaf) -> bool:
    """Whether a form is for a list of single values, and has both of these in whatever order."""
    return (
        form.sent[-1:] == ("*",)
        and form.kind != "entry"
        and all(
            form.collection == leaf[0]
            and len(leaf[2]) == len(form.place)
            and all(token in ("*", at) for token, at in zip(form.place, leaf[2], strict=True))
            for leaf in (one, other)
        )
    )


def _carried(decisions: list[Decision], sent: set[str | None]) -> Iterator[Leaf]:
    """The leaves that are the only ones to hold a value that was sent."""
    found = {
        (effect.collection, effect.key, at): text(value)
        for decision in decisions
        for effect in decision.effects
        if isinstance(effect, Put)
        for at, value in leaves(effect.document)
    }
    times = Counter(found.values())
    return (leaf for leaf, value in found.items() if value is not None and value in sent and times[value] == 1)


def _value(decisions: list[Decision], leaf: Leaf) -> Any:
    """What the last document under the key has at the place."""
    collection, key, place = leaf
    found: Any = None
    for decision in decisions:
        for effect in decision.effects:
            if isinstance(effect, Put) and (effect.collection, effect.key) == (collection, key):
                value = value_at(effect.document, pointer(*place))
                found = found if value is None else value
    return found


def _with_leaves(decision: Decision, changed: Mapping[Leaf, Any]) -> Decision:
    return replace(decision, effects=tuple(_put(effect, changed) for effect in decision.effects))


def _put(effect: Any, changed: Mapping[Leaf, Any]) -> Any:
    places = {at: value for (collection, key, at), value in changed.items() if _is_put(effect, collection, key)}
    if not places:
        return effect
    document = copy.deepcopy(dict(effect.document))
    for at, value in places.items():
        node: Any = document
        for token in at[:-1]:
            node = node[token] if _has(node, token) else {}
        if _has(node, at[-1]):
            node[at[-1]] = value
    return replace(effect, document=document)


def _is_put(effect: Any, collection: str, key: str) -> bool:
    return isinstance(effect, Put) and (effect.collection, effect.key) == (collection, key)


def _has(node: Any, token: str | int) -> bool:
    return token in node if isinstance(node, dict) else isinstance(token, int) and token < len(node)


def _without(decision: Decision, found: Any) -> Decision:
    return replace(
        decision,
        outcomes=tuple(each for each in decision.outcomes if each != found),
        notes=tuple(each for each in decision.notes if each != found),
    )


def _one_line_less(decision: Decision, ingested: Ingest) -> Decision:
    effects = tuple(
        replace(effect, taken=list(effect.taken)[1:]) if effect == ingested else effect for effect in decision.effects
    )
    return replace(decision, effects=effects)
