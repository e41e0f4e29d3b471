"""The law of conservation: nothing that was sent vanishes without a finding.

Every leaf value of a request is, once it is decided and its jobs ran,

    held           in a document that holds the item it belongs to, or in a form that a rule declares (forms.py);
                   as a scalar of another type, where a finding at its place says so (converted.py)
    named          by a finding that loses, at its place or above it; beside the items, also as why an item is lost
    lost whole     with the item that it is in, or with a request that was answered with an error, or not at all
    repeated       as an earlier call sent it, where a rule that `repeats` skips the item: it is that call's matter
    said again     by a later item that replaced this one without a loss: it is that item's matter

Null, empty texts, lists and objects say nothing, and nothing is lost with them. Under a key that the contract does not
know they are named all the same, by any finding at their place: the key may be misspelt (unknown_keys.py).

What is neither is `Unaccounted`: two stages each thought that the other reports it. The law looks at what was sent and
at what is there; it knows nothing of how a vendor decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

from mockservers.core.accounting.converted import with_converted
from mockservers.core.accounting.final_outcomes import is_lost, lost_whole, replaced_without_loss
from mockservers.core.accounting.forms import Form, Tokens
from mockservers.core.accounting.homes import RARE, Homes
from mockservers.core.accounting.loss import items_of, loses
from mockservers.core.accounting.unknown_keys import empty_unknown_keys
from mockservers.core.contract.body_equality import equality_of_body, equality_of_items
from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.deciding.shared_rules import declared_parameters
from mockservers.core.exchange.call import Body, Call, Json, Part, Upload
from mockservers.core.exchange.decision import FURTHER_KEYS, Note, Outcome
from mockservers.core.state.held_files import READ_AT_ONCE
from mockservers.core.values.equality import equal
from mockservers.core.values.json_text import NotJson, loads, pointer, tokens_of, value_at

Documents = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """A leaf that was sent and is neither held nor named: where it stood, and what it said."""

    exchange: int
    operation: str
    place: str
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"exchange": self.exchange, "operation": self.operation, "where": self.place, "value": self.value}


@dataclass(slots=True)
class Account:
    """What was decided of one exchange, by its call and by jobs since."""

    call: Call
    parts: tuple[Part, ...] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refused: bool = False
    held: frozenset[int] = frozenset()
    """The items that were held when nothing was pending any more: what replaces them later is another call's matter."""

    @property
    def pending(self) -> bool:
        """Whether a job is still to decide on some of it."""
        count = 0
        for outcome in self.outcomes:
            count += outcome.count if outcome.kind == "pending" else 0
            count -= outcome.count if outcome.was == "pending" else 0
        return count > 0

    @property
    def provisional(self) -> bool:
        """Whether what becomes of it is open until a later call or job settles it."""
        return any(outcome.provisional for outcome in self.outcomes)


def unaccounted(
    account: Account,
    contract: Contract,
    documents: Documents,
    earlier: Iterable[Any] = (),
    later: Iterable[Body | None] = (),
) -> list[Unaccounted]:
    """The leaves of a call that are neither held in the documents nor named. None of them, when all is well.

    `earlier` are bodies of the same operation that were sent before, which a rule may say that the call repeats;
    `later` those that were sent since, which may have replaced items of the call.
    """
    call, operation = account.call, contract.operations.get(account.call.operation)
    if operation is None or "requestBody" not in operation.spec or account.refused or is_lost(account.outcomes):
        return []
    law = _Law(account, operation, contract, documents, list(earlier), list(later))
    return [Unaccounted(call.id, call.operation, place, value) for place, value in law.broken()]


def held_items(account: Account, contract: Contract, documents: Documents) -> frozenset[int]:
    """The items of an upload that the documents hold."""
    operation = contract.operations[account.call.operation]
    return frozenset(_Law(account, operation, contract, documents, [], []).held())


@dataclass(frozen=True, slots=True)
class _Item:
    """One item as it was sent: its index, its place in the body, and what finding places call it."""

    index: int
    at: Tokens
    value: Any
    named: str


class _Law:
    def __init__(
        self,
        account: Account,
        operation: Operation,
        contract: Contract,
        documents: Documents,
        earlier: Sequence[Any],
        later: Sequence[Body | None],
    ) -> None:
        self._account, self._operation, self._contract, self._documents = account, operation, contract, documents
        self._homes, self._earlier, self._later = Homes(documents), earlier, later
        self._equality = equality_of_items(contract, operation.id)
        self._forms = declared_forms(contract)
        losing = [note for note in account.notes if loses(note)]
        self._places = {place for note in losing for place in note.at}
        self._keys = {(item, note.key) for note in losing for item in note.items}
        self._noted = {(note.rule, place) for note in account.notes for place in note.at}
        self._named = {place for _, place in self._noted}
        self._named_keys = {(item, note.key) for note in account.notes for item in note.items}
        self._coerced = {place for note in account.notes if note.kind == "coerced" for place in note.at}
        self._lost = lost_whole(account.outcomes)
        self._repeats = repeating_items(account.outcomes, contract)
        self._replaced = replaced_without_loss(account.outcomes)

    def broken(self) -> Iterator[tuple[str, Any]]:
        """(place, value) of each leaf for which the law does not hold."""
        body = self._account.call.body
        if isinstance(body, Upload):
            for item in self._items(body):
                yield from self._of_item(item)
                yield from self._empty_keys(item.value, [item])
        elif isinstance(body, Json):
            items = list(self._items(body))
            yield from self._beside(body.value, items)
            for item in items:
                yield from self._of_item(item)
            yield from self._twice(body, items)
            yield from self._empty_keys(body.value, items)
        yield from self._parameters()
        yield from self._parts()

    def held(self) -> Iterator[int]:
        """The items of an upload that are not lost, and lack nothing."""
        body = self._account.call.body
        for item in self._items(body) if isinstance(body, Upload) else ():
            if item.index not in self._lost | self._replaced and not any(self._of_item(item)):
                yield item.index

    def _items(self, body: Body | None) -> Iterator[_Item]:
        if isinstance(body, Upload):
            yield from _lines(body)
        elif isinstance(body, Json):
            for index, (at, value) in enumerate(_at_pattern(body.value, tuple(tokens_of(self._operation.items)))):
                yield _Item(index, at, value, pointer(*at))

    # -- what belongs to an item --------------------------------------------------------------------------------

    def _of_item(self, item: _Item) -> Iterator[tuple[str, Any]]:
        if item.index in self._lost or item.index in self._account.held:
            return
        lacking = self._lacking(item, self._homes.near(item.value))
        if all(self._is_accounted(item, at, value) for at, value in leaves(item.value) if _lacks(lacking, at)):
            return
        rest = {at: value for at, value in leaves(item.value) if not self._is_accounted(item, at, value)}
        lacking = self._lacking(item, self._homes, rest)
        broken = [(_placed(item.named, at), value) for at, value in rest.items() if _lacks(lacking, at)]
        if broken and not self._is_said_again(item):
            yield from broken

    def _is_accounted(self, item: _Item, at: Tokens, value: Any) -> bool:
        """Whether a leaf is named, held in a form, or a repetition, whatever the item's document holds."""
        place, whole = _placed(item.named, at), (*item.at, *at)
        if self._is_named(item, at, place) or self._has_form(whole, place):
            return True
        return item.index in self._repeats and self._was_sent(whole, value)

    def _lacking(
        self, item: _Item, homes: Iterable[Mapping[str, Any]], rest: Iterable[Tokens] | None = None
    ) -> list[list[Tokens]]:
        """What an item's document lacks of it as it was sent, and of it as it was converted."""
        lacking = [self._home(item.value, homes, rest)]
        if self._coerced:
            for which in (0, 1):
                made = with_converted(item.value, lambda at: _placed(item.named, at) in self._coerced, which)
                lacking.append(self._home(made, homes, rest))
        return lacking

    def _is_said_again(self, item: _Item) -> bool:
        """Whether a later item says all that this one did and was not named, and replaced it without a loss."""
        if item.index not in self._replaced:
            return False
        homes, own = self._said
        candidates = chain(homes.near(item.value), homes)
        return any(self._says(each, item) for each in candidates if own.get(id(each), item.index + 1) > item.index)

    @cached_property
    def _said(self) -> tuple[Homes, dict[int, int]]:
        """All items of the call and of later ones, and the indexes of its own. They are read once."""
        own = list(self._items(self._account.call.body))
        items = chain(own, *map(self._items, self._later))
        homes = Homes(
            {"": [item.value for item in items if item.value is not None]}, rare=RARE * (len(self._later) + 1)
        )
        return homes, {id(item.value): item.index for item in own}

    def _says(self, other: Any, item: _Item) -> bool:
        missing = self._equality.missing(other, item.value)
        return all(self._is_named(item, at, _placed(item.named, at)) for at in missing)

    def _was_sent(self, at: Tokens, value: Any) -> bool:
        """Whether an earlier call sent the same at the same place."""
        return any(equal(value, value_at(each, pointer(*at))) for each in self._earlier)

    def _home(
        self, value: Any, homes: Iterable[Mapping[str, Any]], rest: Iterable[Tokens] | None = None
    ) -> list[Tokens]:
        """The places of an item that the document lacks which holds the most of it, or of the `rest` of its leaves."""
        best: list[Tokens] = [()]
        if not isinstance(value, dict):
            return best
        fewest = None
        for document in homes:
            lacking = list(self._equality.missing(document, value))
            count = len(lacking) if rest is None else sum(_lacks([lacking], at) for at in rest)
            if fewest is None or count < fewest:
                best, fewest = lacking, count
            if not count:
                return best
        return best

    def _is_named(self, item: _Item, at: Tokens, place: str) -> bool:
        if (item.index, FURTHER_KEYS) in self._keys or any((item.index, str(token)) in self._keys for token in at):
            return True
        return self._is_named_at(place) or self._is_named_at(item.named + pointer(*at))

    def _is_named_at(self, place: str) -> bool:
        """Whether a finding names the place, or one above it."""
        while place:
            if place in self._places:
                return True
            place = place.rpartition("/")[0]
        return "" in self._places

    def _has_form(self, at: Tokens, place: str) -> bool:
        takers = [form for form in self._forms if form.takes(self._operation.id, at)]
        return any((form.unless, place) in self._noted or self._holds(form, form.whole(at)) for form in takers)

    def _holds(self, form: Form, at: Tokens) -> bool:
        body = self._account.call.body
        sent = self._left(value_at(body.value, pointer(*at)), at) if isinstance(body, Json) else None
        ways = [sent]
        if self._coerced:
            ways += [with_converted(sent, lambda below: pointer(*at, *below) in self._coerced, each) for each in (0, 1)]
        return any(form.holds(each, self._documents) for each in ways)

    def _left(self, value: Any, at: Tokens) -> Any:
        """A value without the keys in it that findings name."""
        if not isinstance(value, dict):
            return value
        left = {key: item for key, item in value.items() if not self._is_named_at(pointer(*at, key))}
        return {key: self._left(item, (*at, key)) for key, item in left.items()}

    # -- what stands beside the items ---------------------------------------------------------------------------

    def _beside(self, body: Any, items: Sequence[_Item]) -> Iterator[tuple[str, Any]]:
        inside = {item.at for item in items}
        blamed = {place for outcome in self._account.outcomes if loses(outcome) for place in outcome.at}
        for at, value in leaves(body):
            if any(at[:n] in inside for n in range(len(at) + 1)):
                continue
            place = pointer(*at)
            if any(pointer(*at[:n]) in blamed for n in range(1, len(at) + 1)):
                continue
            if not self._is_named_at(place) and not self._has_form(at, place):
                yield place, value

    def _twice(self, body: Json, items: Sequence[_Item]) -> Iterator[tuple[str, Any]]:
        """Values that lost to a later one under the same key, which does not contain them."""
        for place, value in body.duplicates:
            equality = equality_of_body(self._contract, self._operation.id).at(tokens_of(place))
            if equality.contains(value_at(body.value, place), value) or self._is_named_at(place):
                continue
            if not any(place.startswith(f"{item.named}/") and item.index in self._lost for item in items):
                yield place, value

    def _empty_keys(self, sent: Any, items: Sequence[_Item]) -> Iterator[tuple[str, Any]]:
        """Keys that the contract does not know, nor an account of its own, and that no finding names."""
        for at, value in empty_unknown_keys(self._contract, self._operation.id, sent):
            item = next((each for each in items if at[: len(each.at)] == each.at), None)
            place = pointer(*at) if item is None or item.at else _placed(item.named, at)
            named = _above(place) & self._named or (item and self._names_key(item, at))
            if named or (item is not None and item.index in self._lost):
                continue
            if not any(form.declares(self._operation.id, at, self._documents) for form in self._forms):
                yield place, value

    def _names_key(self, item: _Item, at: Tokens) -> bool:
        return any((item.index, key) in self._named_keys for key in (str(at[-1]), FURTHER_KEYS))

    def _parameters(self) -> Iterator[tuple[str, Any]]:
        known = declared_parameters(self._contract, self._operation.id)
        for name, value in self._account.call.query.items():
            if name not in known and value and f"?{name}" not in self._places:
                yield f"?{name}", value
        for name, value in self._account.call.repeated:
            if value and value != self._account.call.query[name] and f"?{name}" not in self._places:
                yield f"?{name}", value

    def _parts(self) -> Iterator[tuple[str, Any]]:
        for part in self._account.parts:
            place = f"part {part.name}"
            if part.name != self._operation.upload and part.content.size and place not in self._places:
                yield place, part.filename or part.content_type


def _lacks(lacking: Iterable[Iterable[Tokens]], at: Tokens) -> bool:
    """Whether a place is in one of the places of each list."""
    return all(any(at[: len(place)] == place for place in places) for places in lacking)


def _above(place: str) -> set[str]:
    """A place, and those that it is in."""
    tokens = place.split("/")
    return {"/".join(tokens[:count]) for count in range(1, len(tokens) + 1)}


def leaves(value: Any, at: Tokens = ()) -> Iterator[tuple[Tokens, Any]]:
    """(place, value) of each scalar that says something."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*at, index))
    elif value is not None and value != "":
        yield at, value


def _at_pattern(value: Any, pattern: tuple[str, ...], at: Tokens = ()) -> Iterator[tuple[Tokens, Any]]:
    if not pattern:
        yield at, value
    elif pattern[0] == "*":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _at_pattern(item, pattern[1:], (*at, index))
    elif isinstance(value, dict) and pattern[0] in value:
        yield from _at_pattern(value[pattern[0]], pattern[1:], (*at, pattern[0]))


def repeating_items(outcomes: Iterable[Outcome], contract: Contract) -> set[int]:
    """The items that are skipped by a rule that takes a call for the repetition of an earlier one."""
    repeating = [outcome for outcome in outcomes if outcome.kind == "skipped" and contract.rules[outcome.rule].repeats]
    return {index for outcome in repeating for index in items_of(outcome)}


def _lines(body: Upload) -> Iterator[_Item]:
    index = 0
    with body.part.content.open() as reader:
        for number, line in enumerate(iter(lambda: reader.readline(READ_AT_ONCE * 64), b""), 1):
            if line.strip():
                try:
                    value = loads(line.strip()).value
                except NotJson:
                    value = None
                yield _Item(index, (), value, f"line {number}")
                index += 1


def _placed(named: str, at: Tokens) -> str:
    return f"{named} {pointer(*at)}" if named.startswith("line ") else named + pointer(*at)


@lru_cache(maxsize=32)
def declared_forms(contract: Contract) -> tuple[Form, ...]:
    """The forms that the rules of a contract declare."""
    return tuple(Form.of(rule.id, spec, rule.values) for rule in contract.rules.values() for spec in rule.forms)
