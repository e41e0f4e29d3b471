"""What a tenant holds, against plain dicts; and a draft, which must show what the store will show."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Collection, Document, by, on
from mockservers.core.deciding.view import View
from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.exchange.decision import Delete, Effect, Put
from mockservers.core.state.file_digest import Content
from mockservers.core.state.store import Store
from mockservers.core.values.equality import digest as digest_of
from tests.asking import contract

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)


def tags(document: Document) -> Iterable[str]:
    """Several values of one document, repeats among them."""
    return tuple(document.get("tags", ()))


def numbered(document: dict[str, Any], serial: int, now: datetime) -> dict[str, Any]:
    return {"id": serial, "made": now.isoformat(), **document}


COLLECTIONS = {
    "people": Collection(key=by("id"), indexes={"email": on("email"), "tag": tags}, complete=numbered),
    "notes": Collection(key=by("id")),
    "secrets": Collection(key=by("id"), internal=True),
    "rows": Collection(key=by("id"), content=lambda document, _: Content(digest_of(document.get("n")), 1)),
}

ids = st.sampled_from(["1", "2", "3", "4"])
emails = st.sampled_from(["a@x", "b@x", None])
people = st.fixed_dictionaries(
    {
        "id": ids,
        "made": st.just("before"),
        "email": emails,
        "tags": st.lists(st.sampled_from(["p", "q", "r"]), max_size=3),
    }
)
puts = people.map(lambda document: Put("people", str(document["id"]), document))
deletes = ids.map(lambda key: Delete("people", key))
effects = st.lists(puts | deletes, max_size=12)

Model = dict[str, dict[str, Any]]


def applied(model: Model, effects: Iterable[Effect]) -> Model:
    """A plain dict after the same effects."""
    model = dict(model)
    for effect in effects:
        if isinstance(effect, Put):
            model[effect.key] = dict(effect.document)
        elif isinstance(effect, Delete):
            model.pop(effect.key, None)
    return model


def filled(effects: Iterable[Effect]) -> Store:
    store = Store(COLLECTIONS)
    store.apply(effects)
    return store


def by_id(documents: Iterable[Document]) -> list[str]:
    return sorted(json.dumps(document, sort_keys=True) for document in documents)


# -- the store is a dict --------------------------------------------------------------------------------------------


@given(effects)
def test_a_store_holds_what_a_dict_would_hold(given_effects: list[Effect]) -> None:
    store, model = filled(given_effects), applied({}, given_effects)
    assert list(store.each("people")) == list(model.values())
    assert store.count("people") == len(model)
    assert {key: store.get("people", key) for key in "1234"} == {key: model.get(key) for key in "1234"}


@given(effects)
def test_an_index_finds_the_documents_that_a_full_search_finds(given_effects: list[Effect]) -> None:
    store, model = filled(given_effects), applied({}, given_effects)
    for email in ("a@x", "b@x", "c@x", "None"):
        found = store.find("people", "email", email)
        assert by_id(found) == by_id(held for held in model.values() if held["email"] == email)
    for tag in "pqrs":
        assert by_id(store.find("people", "tag", tag)) == by_id(held for held in model.values() if tag in held["tags"])


@given(st.lists(st.tuples(st.sampled_from([None, "None", "", "1", 1, 1.0, True]), emails), min_size=2, max_size=5))
def test_fields_find_a_document_only_by_their_current_values(versions: list[tuple[Any, Any]]) -> None:
    store = Store({"people": Collection(key=by("id"), indexes={"code": on("code"), "email": on("email")})})
    for number, (code, email) in enumerate(versions):
        store.apply([Put("people", "1", {"id": "1", "code": code, "email": email, "n": number})])
    code, email = versions[-1]
    for asked in ("None", "", "1", "1.0", "True"):
        assert bool(store.find("people", "code", asked)) is (code is not None and str(code) == asked)
    assert all(bool(store.find("people", "email", asked)) is (email == asked) for asked in ("a@x", "b@x"))


@given(st.lists(puts, max_size=8, unique_by=lambda put: put.key), people)
def test_found_documents_come_oldest_first_even_after_an_update(first: list[Put], change: dict[str, Any]) -> None:
    store = filled(first)
    before = [document["id"] for document in store.find("people", "email", "a@x")]
    assert before == [put.key for put in first if put.document["email"] == "a@x"]
    if change["id"] in before:
        store.apply([Put("people", change["id"], {**change, "email": "a@x"})])
        assert [document["id"] for document in store.find("people", "email", "a@x")] == before


@given(effects)
def test_held_documents_cannot_be_changed_from_outside(given_effects: list[Effect]) -> None:
    store = filled(given_effects)
    before = list(store.each("people"))
    for document in [*store.each("people"), *store.find("people", "email", "a@x")]:
        document["id"] = "changed"
        document["tags"].append("changed")
    assert list(store.each("people")) == before


# -- a draft shows the store to come --------------------------------------------------------------------------------


def draft_on(store: Store) -> Draft:
    return Draft(View(store, NOW, contract("fanship")), COLLECTIONS)


def laid(draft: Draft, effects: Iterable[Effect]) -> Draft:
    for effect in effects:
        if isinstance(effect, Put):
            draft.put("people", effect.document)
        elif isinstance(effect, Delete):
            draft.delete("people", effect.key)
    return draft


@given(effects, effects, effects)
def test_a_draft_sees_its_own_effects_as_the_store_will_show_them(
    before: list[Effect], now: list[Effect], later: list[Effect]
) -> None:
    store = filled(before)
    draft = draft_on(store)
    laid(draft, now)
    draft.find("people", "tag", "p")
    laid(draft, later)
    seen = {key: draft.get("people", key) for key in "1234"}
    found = {value: by_id(draft.find("people", "email", value)) for value in ("a@x", "b@x")}
    tagged = {value: by_id(draft.find("people", "tag", value)) for value in "pqr"}
    held = applied(applied({}, before), [])
    assert list(store.each("people")) == list(held.values()), "nothing has happened yet"
    store.apply(draft.decision(None).effects)
    assert seen == {key: store.get("people", key) for key in "1234"}
    assert found == {value: by_id(store.find("people", "email", value)) for value in ("a@x", "b@x")}
    assert tagged == {value: by_id(store.find("people", "tag", value)) for value in "pqr"}


@given(st.lists(puts, max_size=6), st.lists(puts, max_size=4, unique_by=lambda put: put.key))
def test_a_draft_finds_documents_in_the_order_of_the_store(before: list[Put], now: list[Put]) -> None:
    store = filled(before)
    draft = draft_on(store)
    laid(draft, now)
    found = {value: draft.find("people", "email", value) for value in ("a@x", "b@x")}
    store.apply(draft.decision(None).effects)
    assert found == {value: store.find("people", "email", value) for value in ("a@x", "b@x")}


def test_assigned_numbers_continue_and_are_never_reused() -> None:
    store = Store(COLLECTIONS)
    store.replace({"people": [{"id": 7}]}, NOW)
    draft = draft_on(store)
    assert [draft.next_id("people"), draft.next_id("people"), draft.next_id("notes")] == [8, 9, 1]
    assert [*draft.next_ids("people", 2), *draft.next_ids("people", 0), draft.next_id("people")] == [10, 11, 12]
    draft.delete("people", "7")
    store.apply(draft.decision(None).effects)
    assert draft_on(store).next_id("people") == 13


@given(effects, effects, st.lists(people, max_size=4))
def test_documents_put_in_bulk_are_held_as_if_put_one_by_one(
    before: list[Effect], now: list[Effect], together: list[dict[str, Any]]
) -> None:
    at_once, by_one = draft_on(filled(before)), draft_on(filled(before))
    for draft in (at_once, by_one):
        laid(draft, now)
        draft.find("people", "email", "a@x")  # where something was laid, it keeps this index from now on
    at_once.put_all("people", together)
    for document in together:
        by_one.put("people", document)
    assert at_once.decision(None) == by_one.decision(None)
    assert list(at_once.each("people")) == list(by_one.each("people"))
    assert at_once.find("people", "email", "a@x") == by_one.find("people", "email", "a@x")


@given(effects, effects, st.sets(ids))
def test_any_held_reports_whether_one_of_several_keys_is_held(
    before: list[Effect], now: list[Effect], keys: set[str]
) -> None:
    store = filled(before)
    draft = draft_on(store)
    for holdings in (store, draft, laid(draft, now)):
        assert holdings.holds_any("people", keys) is any(holdings.get("people", key) is not None for key in keys)


# -- state, as whoever tests sets and sees it ------------------------------------------------------------------------


def state(store: Store) -> dict[str, list[dict[str, Any]]]:
    return store.state(View(store, NOW, contract("fanship")))


@given(effects)
def test_the_state_that_is_shown_can_be_put_back(given_effects: list[Effect]) -> None:
    store = filled(given_effects)
    other = Store(COLLECTIONS)
    other.replace(state(store), NOW)
    assert state(other) == state(store)
    assert by_id(other.find("people", "email", "a@x")) == by_id(store.find("people", "email", "a@x"))


def test_missing_fields_of_a_document_are_filled_in() -> None:
    store = Store(COLLECTIONS)
    store.replace({"people": [{"email": "a@x"}, {"email": "b@x", "id": 9}]}, NOW)
    assert state(store)["people"] == [
        {"id": 1, "made": NOW.isoformat(), "email": "a@x"},
        {"id": 9, "made": NOW.isoformat(), "email": "b@x"},
    ]


def test_only_named_collections_are_replaced_and_only_public_ones_are_shown() -> None:
    store = Store(COLLECTIONS)
    store.replace({"notes": [{"id": "n"}], "rows": [{"id": "r", "n": 1}], "secrets": [{"id": "s"}]}, NOW)
    store.replace({"people": []}, NOW)
    assert state(store) == {"people": [], "notes": [{"id": "n"}], "rows": [{"id": "r", "n": 1}]}
    assert store.get("secrets", "s") == {"id": "s"}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"peeple": []}, "Unknown collection 'peeple'. Available: notes, people"),
        ({"people": {}}, "must be a list of documents, not dict"),
        ({"people": [1]}, "Document 0 of 'people' must be an object, not int"),
        ({"notes": [{"id": "1"}, {"text": "no key"}]}, "Document 1 of 'notes' cannot be held"),
        ({"people": [{"id": "1", "tags": 5}]}, "Document 0 of 'people' cannot be held"),
        ({"notes": [{"id": "1"}, {"id": 1}]}, "Document 1 of 'notes' has the key of document 0: 1"),
        ({"people": [{"email": "a@x"}, {"id": 1}]}, "Document 1 of 'people' has the key of document 0: 1"),
    ],
)
def test_an_invalid_state_changes_nothing(wrong: dict[str, Any], reason: str) -> None:
    store = Store(COLLECTIONS)
    store.replace({"people": [{"id": "1", "email": "a@x"}], "notes": [{"id": "n"}]}, NOW)
    before = state(store)
    with pytest.raises(UsageError, match=reason):
        store.replace({"notes": [{"id": "other"}], **wrong}, NOW)
    assert state(store) == before
    assert [held["id"] for held in store.find("people", "email", "a@x")] == ["1"]


def test_many_documents_with_one_indexed_value_cost_no_more_each() -> None:
    def per_document(count: int) -> float:
        store = Store(COLLECTIONS)
        effects = [Put("people", str(number), {"id": number, "email": "all@x"}) for number in range(count)]
        started = time.thread_time()
        store.apply(effects)
        assert len(store.find("people", "email", "all@x")) == count
        return (time.thread_time() - started) / count

    assert per_document(20_000) < 5 * min(per_document(1_000) for _ in range(3))


def test_an_unknown_collection_is_reported_as_an_unknown_name() -> None:
    with pytest.raises(UnknownName):
        Store(COLLECTIONS).replace({"peeple": []}, NOW)
