"""The law of conservation: nothing that was sent vanishes without a finding.

After its decision and its jobs, every leaf value of a request is one of these:

    held           in the document of its item, or in a form that a rule declares (forms.py); as a scalar of another
    type
                   if a finding at its place says so (converted.py)
    named          by a finding of a loss, at its place or above it; outside the items, also as the reason of a lost
    item lost whole     with its item, or with a request that got an error or no answer
    repeated       from an earlier call, if a rule with `repeats` skips the item: the earlier call accounts for it
    said again     by a later item that replaced this one without a loss: the later item accounts for it

Null, empty texts, lists and objects have no content, so they cannot be lost. Under an unknown key, a finding must still
name them: the key may be misspelt (unknown_keys.py).

Any other leaf is `Unaccounted`, a defect of the mock. The law compares the request with the state; it does not know how
a vendor decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

from mockservers.core.accounting.candidates import RARE, Candidates
from mockservers.core.accounting.converted import with_converted
from mockservers.core.accounting.final_outcomes import is_lost, lost_whole, replaced_without_loss
from mockservers.core.accounting.forms import Form, Tokens
from mockservers.core.accounting.loss import items_of, loses
from mockservers.core.accounting.sent_items import SentItem, placed, sent_items
from mockservers.core.accounting.unknown_keys import empty_unknown_keys
from mockservers.core.contract.body_equality import equality_of_body, equality_of_items
from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.deciding.shared_rules import declared_parameters
from mockservers.core.exchange.call import Body, Call, Json, Part, Upload
from mockservers.core.exchange.decision import FURTHER_KEYS, Note, Outcome
from mockservers.core.value import Struct, Value, field
from mockservers.core.values.equality import equal
from mockservers.core.values.json_text import pointer, tokens_of, value_at

Documents = Mapping[str, Sequence[Mapping[str, Any]]]


class Unaccounted(Value):
    """A leaf that was sent and is neither held nor named, with its place and value."""

    exchange: int
    operation: str
    place: str
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"exchange": self.exchange, "operation": self.operation, "where": self.place, "value": self.value}


class Account(Struct):
    """The decisions on one exchange, by its call and its jobs."""

    call: Call
    parts: tuple[Part, ...] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refused: bool = False
    held: frozenset[int] = frozenset()
    """The items that were held when nothing was pending any more. Other calls account for later replacements."""

    @property
    def pending(self) -> bool:
        """Whether a job must still decide on some of it."""
        count = 0
        for outcome in self.outcomes:
            count += outcome.count if outcome.kind == "pending" else 0
            count -= outcome.count if outcome.was == "pending" else 0
        return count > 0

    @property
    def provisional(self) -> bool:
        """Whether a later call or job can still change its outcomes."""
        return any(outcome.provisional for outcome in self.outcomes)


def unaccounted(
    account: Account,
    contract: Contract,
    documents: Documents,
    earlier: Iterable[Any] = (),
    later: Iterable[Body | None] = (),
) -> list[Unaccounted]:
    """Return the leaves of a call that are neither held in the documents nor named; empty if the law holds.

    `earlier` are bodies of earlier calls of the same operation, which the call may repeat; `later` are those of later
    calls, which may have replaced items of the call.
    """
    call, operation = account.call, contract.operations.get(account.call.operation)
    if operation is None or "requestBody" not in operation.spec or account.refused or is_lost(account.outcomes):
        return []
    law = _Law(account, operation, contract, documents, list(earlier), list(later))
    return [Unaccounted(call.id, call.operation, place, value) for place, value in law.broken()]


def held_items(account: Account, contract: Contract, documents: Documents) -> frozenset[int]:
    """Return the items of an upload that the documents hold."""
    operation = contract.operations[account.call.operation]
    return frozenset(_Law(account, operation, contract, documents, [], []).held())


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
        self._candidates, self._earlier, self._later = Candidates(documents), earlier, later
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
        skipped = [outcome for outcome in account.outcomes if outcome.kind == "skipped"]
        self._skipped = {(outcome.rule, index) for outcome in skipped for index in items_of(outcome)}

    def broken(self) -> Iterator[tuple[str, Any]]:
        """Yield (place, value) of each leaf that violates the law."""
        body = self._account.call.body
        if isinstance(body, Upload):
            for item in sent_items(body, self._operation):
                yield from self._inside_item(item)
                yield from self._empty_keys(item.value, [item])
        elif isinstance(body, Json):
            items = list(sent_items(body, self._operation))
            yield from self._outside_items(body.value, items)
            for item in items:
                yield from self._inside_item(item)
            yield from self._repeated_keys(body, items)
            yield from self._empty_keys(body.value, items)
        yield from self._parameters()
        yield from self._parts()

    def held(self) -> Iterator[int]:
        """Yield the items of an upload that are held completely."""
        body = self._account.call.body
        for item in sent_items(body, self._operation) if isinstance(body, Upload) else ():
            if item.index not in self._lost | self._replaced and not any(self._inside_item(item)):
                yield item.index

    # -- inside items -------------------------------------------------------------------------------------------

    def _inside_item(self, item: SentItem) -> Iterator[tuple[str, Any]]:
        if item.index in self._lost or item.index in self._account.held:
            return
        lacking = self._lacking(item, self._candidates.near(item.value))
        if all(self._is_accounted(item, at, value) for at, value in leaves(item.value) if _lacks(lacking, at)):
            return
        rest = {at: value for at, value in leaves(item.value) if not self._is_accounted(item, at, value)}
        lacking = self._lacking(item, self._candidates, rest)
        broken = [(placed(item.named, at), value) for at, value in rest.items() if _lacks(lacking, at)]
        if broken and not self._is_said_again(item):
            yield from broken

    def _is_accounted(self, item: SentItem, at: Tokens, value: Any) -> bool:
        """Whether a leaf is named, held in a form, or repeated, regardless of the item's document."""
        place, whole = placed(item.named, at), (*item.at, *at)
        if self._is_named(item, at, place) or self._has_form(whole, place, item):
            return True
        return item.index in self._repeats and self._was_sent(whole, value)

    def _lacking(
        self, item: SentItem, candidates: Iterable[Mapping[str, Any]], rest: Iterable[Tokens] | None = None
    ) -> list[list[Tokens]]:
        """Return the places of an item that its document lacks, for the item as sent and as converted."""
        lacking = [self._missing_in_best(item.value, candidates, rest)]
        if self._coerced:
            for which in (0, 1):
                converted_value = with_converted(item.value, lambda at: placed(item.named, at) in self._coerced, which)
                lacking.append(self._missing_in_best(converted_value, candidates, rest))
        return lacking

    def _is_said_again(self, item: SentItem) -> bool:
        """Whether a later item replaced this one without a loss, and has all its leaves that no finding names."""
        if item.index not in self._replaced:
            return False
        items, own = self._said
        candidates = chain(items.near(item.value), items)
        return any(self._says(each, item) for each in candidates if own.get(id(each), item.index + 1) > item.index)

    @cached_property
    def _said(self) -> tuple[Candidates, dict[int, int]]:
        """All items of the call and of later ones, and the indexes of its own. They are read once."""
        own = list(sent_items(self._account.call.body, self._operation))
        items = chain(own, *(sent_items(body, self._operation) for body in self._later))
        candidates = Candidates(
            {"": [item.value for item in items if item.value is not None]}, rare=RARE * (len(self._later) + 1)
        )
        return candidates, {id(item.value): item.index for item in own}

    def _says(self, other: Any, item: SentItem) -> bool:
        missing = self._equality.missing(other, item.value)
        return all(self._is_named(item, at, placed(item.named, at)) for at in missing)

    def _was_sent(self, at: Tokens, value: Any) -> bool:
        """Whether an earlier call sent the same value at the same place."""
        return any(equal(value, value_at(each, pointer(*at))) for each in self._earlier)

    def _missing_in_best(
        self, value: Any, candidates: Iterable[Mapping[str, Any]], rest: Iterable[Tokens] | None = None
    ) -> list[Tokens]:
        """Return the places of an item that its best document lacks: the one with most of it, or of its `rest`."""
        best: list[Tokens] = [()]
        if not isinstance(value, dict):
            return best
        fewest = None
        for document in candidates:
            lacking = list(self._equality.missing(document, value))
            count = len(lacking) if rest is None else sum(_lacks([lacking], at) for at in rest)
            if fewest is None or count < fewest:
                best, fewest = lacking, count
            if not count:
                return best
        return best

    def _is_named(self, item: SentItem, at: Tokens, place: str) -> bool:
        if (item.index, FURTHER_KEYS) in self._keys or any((item.index, str(token)) in self._keys for token in at):
            return True
        return self._is_named_at(place) or self._is_named_at(item.named + pointer(*at))

    def _is_named_at(self, place: str) -> bool:
        """Whether a finding names the place, or one that contains it."""
        while place:
            if place in self._places:
                return True
            place = place.rpartition("/")[0]
        return "" in self._places

    def _has_form(self, at: Tokens, place: str, item: SentItem | None = None) -> bool:
        forms = [form for form in self._forms if form.applies_to(self._operation.id, at)]
        forms = [form for form in forms if not form.skipped or (item and (form.rule, item.index) in self._skipped)]
        return any((form.unless, place) in self._noted or self._holds(form, form.whole(at), item) for form in forms)

    def _holds(self, form: Form, at: Tokens, item: SentItem | None) -> bool:
        body = self._account.call.body
        sent = self._left(value_at(body.value, pointer(*at)), at) if isinstance(body, Json) else None
        values = [sent]
        if self._coerced:
            values += [
                with_converted(sent, lambda below: pointer(*at, *below) in self._coerced, each) for each in (0, 1)
            ]
        documents = self._own_document(form, item) if form.own and item else self._documents
        return any(form.holds(each, documents) for each in values)

    def _own_document(self, form: Form, item: SentItem) -> Documents:
        """Return the document of an item, in the collection of a form: the one that has most of the item."""
        near = Candidates({form.collection: self._documents.get(form.collection, ())}).near(item.value)
        if not near:
            return {}
        return {form.collection: [min(near, key=lambda each: len(list(self._equality.missing(each, item.value))))]}

    def _left(self, value: Any, at: Tokens) -> Any:
        """Return a value without the keys that findings name."""
        if not isinstance(value, dict):
            return value
        left = {key: item for key, item in value.items() if not self._is_named_at(pointer(*at, key))}
        return {key: self._left(item, (*at, key)) for key, item in left.items()}

    # -- outside items ------------------------------------------------------------------------------------------

    def _outside_items(self, body: Any, items: Sequence[SentItem]) -> Iterator[tuple[str, Any]]:
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

    def _repeated_keys(self, body: Json, items: Sequence[SentItem]) -> Iterator[tuple[str, Any]]:
        """Yield values that a later value of the same key replaced and does not contain."""
        for place, value in body.duplicates:
            equality = equality_of_body(self._contract, self._operation.id).at(tokens_of(place))
            if equality.contains(value_at(body.value, place), value) or self._is_named_at(place):
                continue
            if not any(place.startswith(f"{item.named}/") and item.index in self._lost for item in items):
                yield place, value

    def _empty_keys(self, sent: Any, items: Sequence[SentItem]) -> Iterator[tuple[str, Any]]:
        """Yield keys without a value that neither the contract nor the account knows, and that no finding names."""
        for at, value in empty_unknown_keys(self._contract, self._operation.id, sent):
            item = next((each for each in items if at[: len(each.at)] == each.at), None)
            place = pointer(*at) if item is None or item.at else placed(item.named, at)
            named = _above(place) & self._named or (item and self._names_key(item, at))
            if named or (item is not None and item.index in self._lost):
                continue
            if not any(form.declares(self._operation.id, at, self._documents) for form in self._forms):
                yield place, value

    def _names_key(self, item: SentItem, at: Tokens) -> bool:
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
    """Whether one of the places in each list contains a place."""
    return all(any(at[: len(place)] == place for place in places) for places in lacking)


def _above(place: str) -> set[str]:
    """Return a place, and those that contain it."""
    tokens = place.split("/")
    return {"/".join(tokens[:count]) for count in range(1, len(tokens) + 1)}


def leaves(value: Any, at: Tokens = ()) -> Iterator[tuple[Tokens, Any]]:
    """Yield (place, value) of each scalar that is not null or empty."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*at, index))
    elif value is not None and value != "":
        yield at, value


def repeating_items(outcomes: Iterable[Outcome], contract: Contract) -> set[int]:
    """Return the items that are skipped by a rule with `repeats`, as a repetition of an earlier call."""
    repeating = [outcome for outcome in outcomes if outcome.kind == "skipped" and contract.rules[outcome.rule].repeats]
    return {index for outcome in repeating for index in items_of(outcome)}


@lru_cache(maxsize=32)
def declared_forms(contract: Contract) -> tuple[Form, ...]:
    """Return the forms that the rules of a contract declare."""
    return tuple(Form.of(rule.id, spec, rule.values) for rule in contract.rules.values() for spec in rule.forms)
