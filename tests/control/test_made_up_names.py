"""Names that the server makes up: never one that somebody took."""

from __future__ import annotations

import pytest

from mockservers.core.admin.control import Control
from mockservers.core.exchange.call import Request
from mockservers.core.tenancy.mock import Mock, Settings
from mockservers.vendors import vendor
from tests.asking import contract


def mocked(name: str, *, to_all: bool = False) -> Mock:
    return Mock(vendor(name), contract(name), Settings(open=to_all))


@pytest.mark.parametrize("of", ["zangsho", "fanship"])
def test_a_generated_tenant_name_never_equals_a_chosen_one(of: str) -> None:
    """If this fails, a caller who chose no name reads that the name is taken."""
    control = Control({name: mocked(name) for name in ("zangsho", "fanship")})
    taken = [f"zangsho-{number}" for number in (1, 2, 3, 5)]
    for name in taken:
        control.create_tenant({"vendor": of, "id": name})
    made = [control.create_tenant({"vendor": "zangsho"}) for _ in range(3)]
    moved = control.export(made[0]["id"])
    made.append(control.import_tenant({key: value for key, value in moved.items() if key != "id"}))
    names = [*taken, *(tenant["id"] for tenant in made)]
    assert len(set(names)) == len(names)
    for tenant in made:
        assert control.tenant(tenant["id"]).credentials == tenant["credentials"]


def test_a_taken_name_does_not_stop_credentials_from_opening_a_tenant() -> None:
    mock = mocked("zangsho", to_all=True)
    mock.create(name="zangsho:token-of-another", credentials={"token": "token-of-the-first"})
    request = Request("GET", "/v1/orders", headers={"authorization": "Bearer token-of-another"})
    answer = mock.handle(mock.contract.operations["listOrders"], {}, request)
    assert answer.reply.status == 200
    assert mock.tenant(answer.tenant).credentials == {"token": "token-of-another"}


def test_a_checkpoint_without_a_name_gets_a_free_name() -> None:
    control = Control({"zangsho": mocked("zangsho")})
    tenant = control.create_tenant({"vendor": "zangsho"})["id"]
    first, second = (control.checkpoint(tenant, {})["name"] for _ in range(2))
    control.checkpoint(tenant, {"name": "checkpoint-4"})
    control.delete_checkpoint(tenant, first)
    made = [control.checkpoint(tenant, {})["name"] for _ in range(3)]
    assert [kept["name"] for kept in control.checkpoints(tenant)] == [second, "checkpoint-4", *made]
