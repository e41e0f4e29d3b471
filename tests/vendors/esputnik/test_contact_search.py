"""Contacts searched: conditions, pages, and how many there are."""

from __future__ import annotations

import pytest

from tests.vendors.esputnik.esputnik_tenant import MARIA, OLENA, EsputnikTenant, body_of


@pytest.mark.rule("esputnik.contacts.search")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"externalCustomerId": "AV13760", "email": "nobody@example.com"}, [1]),
        ({"email": "MARIA@example.com"}, [2, 3]),
        ({"email": "maria@example.com", "firstname": "Ольга"}, [3]),
        ({"sms": "380671112233"}, [2]),
        ({"lastname": "Шевченко"}, []),
        ({"firstname": "Олена", "sms": ""}, [1]),
        ({"startindex": "2", "maxrows": "1", "sortBy": "contactId"}, [2]),
        ({"startindex": "9"}, []),
    ],
)
def test_contacts_are_found_by_every_condition(query: dict[str, str], numbers: list[int]) -> None:
    account = EsputnikTenant(contacts=[OLENA, MARIA, {"channels": MARIA["channels"][:1], "firstName": "Ольга"}])
    answer = account.send("searchContacts", query=query)
    assert [contact["id"] for contact in body_of(answer)] == numbers
    total = 3 if "startindex" in query else len(numbers)
    assert dict(answer.reply.headers)["TotalCount"] == str(total)


@pytest.mark.rule("esputnik.contacts.search")
@pytest.mark.parametrize("query", [{}, {"maxrows": "500"}])
def test_a_search_answers_five_hundred_contacts_and_counts_all(query: dict[str, str]) -> None:
    account = EsputnikTenant(contacts=[{"id": number} for number in range(1, 602)])
    answer = account.send("searchContacts", query=query)
    assert len(body_of(answer)) == 500
    assert dict(answer.reply.headers)["TotalCount"] == "601"


@pytest.mark.rule("esputnik.contacts.too-many-rows")
@pytest.mark.parametrize("rows", ["501", "999999999"])
def test_a_search_for_more_contacts_is_refused_or_answered_as_the_maximum(rows: str) -> None:
    contacts = [{"id": number} for number in range(1, 602)]
    assert EsputnikTenant(contacts=contacts).send("searchContacts", query={"maxrows": rows}).reply.status == 400
    capped = EsputnikTenant(readings={"esputnik.contacts.too-many-rows": "cap"}, contacts=contacts)
    answer = capped.send("searchContacts", query={"maxrows": rows})
    assert len(body_of(answer)) == 500
    assert dict(answer.reply.headers)["TotalCount"] == "601"


@pytest.mark.rule("esputnik.contacts.search")
@pytest.mark.parametrize("query", [{"startindex": "0"}, {"maxrows": "-1"}, {"maxrows": "many"}, {"startindex": "٣"}])
def test_a_search_with_an_invalid_number_is_refused(query: dict[str, str]) -> None:
    assert EsputnikTenant().send("searchContacts", query=query).reply.status == 400
