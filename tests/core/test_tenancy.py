"""Tenants by credential: made, opened on first use, revoked, forgotten; and everyone who is none of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from msgspec.structs import fields

from mockservers.core.errors import Conflict, UnknownName, UsageError
from mockservers.core.exchange.call import Request
from mockservers.core.tenancy.mock import UNMATCHED_KEPT, Mock, Settings
from mockservers.core.tenancy.tenant import Answer
from mockservers.core.tenancy.totals import Totals
from mockservers.core.values.json_text import dumps
from tests.core.obeying import CONTRACT, FORK, toy


def by_many_at_once(do: Callable[[str], Any], names: Iterable[str], many: int = 8) -> list[Any]:
    """Have many threads do something with each name as simultaneously as possible."""
    start = Barrier(many)

    def one(_: int) -> list[Any]:
        return [do(name) for name in names if start.wait() >= 0]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(many) as threads:
            return [result for results in threads.map(one, range(many)) for result in results]
    finally:
        sys.setswitchinterval(before)


KEPT = {"outcomes": [{"kind": "kept"}]}


def call(mock: Mock, token: str | None, asked: Mapping[str, Any] = KEPT) -> Answer:
    headers = {} if token is None else {"token": token}
    return mock.handle(
        CONTRACT.operations["plain"], {}, Request("POST", "/v1/plain", headers=headers, body=dumps(asked))
    )


def test_the_credentials_that_are_sent_select_the_tenant() -> None:
    mock = toy()
    first, second = mock.create(), mock.create(credentials={"token": "abc-1"})
    call(mock, first.credentials["token"])
    call(mock, "abc-1")
    call(mock, "abc-1")
    assert [first.ledger.items["sent"], second.ledger.items["sent"]] == [1, 2]


def test_generated_credentials_differ() -> None:
    mock = toy()
    assert len({mock.create().credentials["token"] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("credentials", "reason"),
    [
        ({"token": "your-token"}, "is the placeholder of the vendor's page"),
        ({"token": "No!"}, "'No!' is not a token: it must match"),
        ({"tid": "abcd"}, "Credentials of toy are token; given: tid."),
        ({"token": "abcd", "tid": "abcd"}, "Credentials of toy are token; given: token, tid."),
    ],
)
def test_credentials_that_no_vendor_issues_make_no_tenant(credentials: dict[str, str], reason: str) -> None:
    mock = toy(Settings(open=True))
    with pytest.raises(UsageError, match=reason):
        mock.create(credentials=credentials)
    assert call(mock, credentials.get("token")).reply.status == (200 if credentials.get("token") == "abcd" else 401)


def test_names_and_credentials_of_tenants_are_unique() -> None:
    mock = toy()
    mock.create(name="one", credentials={"token": "abcd"})
    with pytest.raises(Conflict, match="a tenant 'one' already"):
        mock.create(name="one")
    with pytest.raises(Conflict, match="Tenant 'one' has these credentials already"):
        mock.create(credentials={"token": "abcd"})
    assert [tenant.id for tenant in mock] == ["one"]


def test_the_number_of_tenants_is_limited() -> None:
    mock = toy(Settings(tenants_max=2, open=True))
    mock.create(name="one")
    mock.create()
    with pytest.raises(Conflict, match="2 tenants already"):
        mock.create()
    assert call(mock, "abcd").reply.status == 401
    mock.delete("one")
    assert call(mock, "abcd").reply.status == 200


def test_calls_of_a_tenant_that_is_deleted_are_unauthenticated() -> None:
    mock = toy()
    token = mock.create(name="one").credentials["token"]
    mock.delete("one")
    assert call(mock, token).reply.status == 401
    with pytest.raises(UnknownName, match="Unknown tenant 'one'"):
        mock.delete("one")


def test_a_tenant_that_many_threads_delete_is_deleted_once() -> None:
    mock = toy()

    def forget(name: str) -> bool:
        try:
            mock.delete(name)
        except UnknownName:
            return False
        return True

    assert sum(by_many_at_once(forget, [mock.create().id for _ in range(50)])) == 50


def test_calls_of_a_revoked_tenant_are_refused_and_its_ledger_stays() -> None:
    mock = toy()
    tenant = mock.create()
    call(mock, tenant.credentials["token"])
    tenant.revoked = True
    assert call(mock, tenant.credentials["token"]).reply.status == 401
    assert tenant.ledger.items == {"sent": 1, "kept": 1}


# -- opening on first use -----------------------------------------------------------------------------------------


def test_only_an_open_mock_accepts_unknown_credentials() -> None:
    assert call(toy(), "abcd").reply.status == 401
    mock = toy(Settings(open=True))
    assert call(mock, "abcd").reply.status == 200
    assert call(mock, "abcd").reply.status == 200
    assert [(tenant.id, tenant.ledger.items["sent"]) for tenant in mock] == [("toy:abcd", 2)]


def test_simultaneous_first_calls_create_one_tenant_and_are_all_answered() -> None:
    mock = toy(Settings(open=True))
    tokens = [f"token-{number}" for number in range(50)]
    statuses = by_many_at_once(lambda token: call(mock, token).reply.status, tokens)
    assert set(statuses) == {200}
    assert [tenant.ledger.items["sent"] for tenant in mock] == [8] * 50


def test_a_revoked_tenant_is_not_opened_again() -> None:
    mock = toy(Settings(open=True))
    call(mock, "abcd")
    mock.tenant("toy:abcd").revoked = True
    assert call(mock, "abcd").reply.status == 401


# -- unauthenticated calls and calls that match nothing ---------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "unknown-1"])
def test_unauthenticated_calls_are_refused_in_the_vendors_words_and_kept(token: str | None) -> None:
    mock = toy()
    answer = call(mock, token)
    assert (answer.reply.status, answer.tenant) == (401, "unauthenticated")
    assert [exchange.reply.status for exchange in mock.unauthenticated.journal] == [401]


def test_a_call_that_matches_no_operation_is_journalled_with_its_tenant_or_with_none() -> None:
    mock = toy()
    tenant = mock.create(name="one")
    mock.handle_unmatched(Request("GET", "/v1/nowhere", headers={"token": tenant.credentials["token"]}), "not-found")
    mock.handle_unmatched(Request("GET", "/v1/nowhere"), "not-found")
    assert [(stray["tenant"], stray["exchange"], stray["status"]) for stray in mock.unmatched] == [
        ("one", 1, 404),
        ("unauthenticated", 1, 404),
    ]
    assert [exchange.operation for exchange in tenant.journal] == [""]
    assert tenant.unmatched == 1
    assert tenant.ledger.items["sent"] == 0


def test_the_number_of_kept_unmatched_calls_is_bounded() -> None:
    mock = toy()
    for number in range(UNMATCHED_KEPT + 5):
        mock.handle_unmatched(Request("GET", f"/{number}"), "not-found")
    assert [mock.unmatched[0]["path"], len(mock.unmatched)] == ["/5", UNMATCHED_KEPT]


def test_the_journal_keeps_the_newest_and_counts_the_rest() -> None:
    mock = toy(Settings(journal_max=3))
    tenant = mock.create()
    for _ in range(5):
        call(mock, tenant.credentials["token"])
    assert [exchange.id for exchange in tenant.journal] == [3, 4, 5]
    assert tenant.journal.evicted == 2


def test_the_journal_is_bounded_in_bytes_but_always_keeps_the_last_entry() -> None:
    mock = toy(Settings(journal_bytes=1))
    tenant = mock.create()
    for _ in range(5):
        call(mock, tenant.credentials["token"])
    assert [exchange.id for exchange in tenant.journal] == [5]
    assert tenant.journal.evicted == 4


def test_the_servers_readings_apply_to_tenants_that_choose_none() -> None:
    mock = toy(Settings(readings={FORK: "strict", "other.vendor.fork": "x"}))
    assert mock.create().readings == {FORK: "strict"}
    assert mock.create(readings={FORK: "odd"}).readings == {FORK: "odd"}


def test_totals_add_up_count_by_count() -> None:
    counts = [each.name for each in fields(Totals)]
    one, more = (Totals(*range(start, start + len(counts))) for start in (1, 100))
    assert (one + more).to_dict() == {name: 101 + 2 * at for at, name in enumerate(counts)}
