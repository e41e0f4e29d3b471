"""Functions that add one defect to a decision. They are pure: they do not change their argument."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.decision import Decision, Effect, Ingest, Put, Schedule
from mockservers.core.value import replace
from mockservers.core.values.json_text import NotJson, dumps, loads

_EMPTY: Mapping[type, Any] = {str: "", bool: False, int: 0, float: 0, Decimal: 0, list: [], dict: {}}
"""The empty value of each type. bool comes before int, because a bool is an int, too."""

Transform = Callable[[Decision, str, str, Contract], Decision]
"""(decision, its operation or job, the mutant's target, the contract) -> the wrong decision."""


def dropped(decision: Decision, _step: str, collection: str, _contract: Contract) -> Decision:
    """The last document for a collection is not stored."""
    at = max((n for n, effect in enumerate(decision.effects) if _into(effect, collection)), default=None)
    if at is None:
        return decision
    effect = decision.effects[at]
    left: tuple[Effect, ...] = ()
    if isinstance(effect, Ingest) and len(effect.taken):
        left = (replace(effect, taken=effect.taken[:-1]),)
    return replace(decision, effects=(*decision.effects[:at], *left, *decision.effects[at + 1 :]))


def without_field(decision: Decision, _step: str, target: str, _contract: Contract) -> Decision:
    """A field of the documents of a collection is stored empty, a number as 0; `target` is `collection.field`.

    The field is not removed, because vendors read their own documents without checking that a field exists.
    """
    collection, _, field = target.partition(".")
    effects = tuple(
        replace(effect, document=_forgotten(effect.document, field))
        if isinstance(effect, Put) and effect.collection == collection
        else effect
        for effect in decision.effects
    )
    return replace(decision, effects=effects)


def accepted(decision: Decision, step: str, rule: str, contract: Contract) -> Decision:
    """A refusal under a rule is answered as success, but nothing is stored."""
    if decision.reply is None or decision.reply.status < 400 or decision.reply.rule != rule:
        return decision
    return replace(decision, reply=contract.success(step))


def late(decision: Decision, _step: str, job: str, _contract: Contract) -> Decision:
    """A job is planned a day later."""
    effects = tuple(
        Schedule(replace(effect.job, due=effect.job.due + timedelta(days=1)))
        if isinstance(effect, Schedule) and effect.job.name == job
        else effect
        for effect in decision.effects
    )
    return replace(decision, effects=effects)


def reply_without(decision: Decision, _step: str, pointer: str, _contract: Contract) -> Decision:
    """A field is missing from the reply."""
    return _edited(decision, pointer, lambda holder, key: holder.pop(key))


def reply_with_null(decision: Decision, _step: str, pointer: str, _contract: Contract) -> Decision:
    """A field of the reply is null."""
    return _edited(decision, pointer, lambda holder, key: holder.update({key: None}))


def reply_renamed(decision: Decision, _step: str, pointer: str, _contract: Contract) -> Decision:
    """A field of the reply has another name."""
    return _edited(decision, pointer, lambda holder, key: holder.update({f"{key}_": holder.pop(key)}))


def unchanged(decision: Decision, _step: str, _target: str, _contract: Contract) -> Decision:
    """The unchanged decision, for a mutant with another reading or limit."""
    return decision


def walked(value: Any, depth: int, at: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """(pointer, object, key) of each field of a value down to a depth. `*` replaces the index in a list."""
    if depth == 0:
        return
    if isinstance(value, dict):
        for key in list(value):
            pointer = f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
            yield from walked(value[key], depth - 1, pointer)
            yield pointer, value, key
    elif isinstance(value, list):
        for item in value:
            yield from walked(item, depth, f"{at}/*")


def _into(effect: Effect, collection: str) -> bool:
    return isinstance(effect, Put | Ingest) and effect.collection == collection


def _forgotten(document: Mapping[str, Any], field: str) -> dict[str, Any]:
    empty = next((empty for of_type, empty in _EMPTY.items() if isinstance(document.get(field), of_type)), None)
    return {key: empty if key == field else value for key, value in document.items()}


def _edited(decision: Decision, pointer: str, edit: Callable[[dict[str, Any], str], object]) -> Decision:
    reply = decision.reply
    if reply is None or reply.status >= 400:
        return decision
    try:
        body = copy.deepcopy(loads(reply.body).value)
    except NotJson:
        return decision
    places = [(holder, key) for at, holder, key in walked(body, pointer.count("/")) if at == pointer]
    for holder, key in places:
        edit(holder, key)
    return replace(decision, reply=replace(reply, body=dumps(body))) if places else decision


TRANSFORMS: Mapping[str, Transform] = {
    "drops": dropped,
    "forgets": without_field,
    "accepts": accepted,
    "late": late,
    "reply-without": reply_without,
    "reply-null": reply_with_null,
    "reply-renamed": reply_renamed,
    "reading": unchanged,
    "limit": unchanged,
}
"""By kind of mutant."""
