"""Over real sockets and with many threads at once: each tenant has its own, and every item is accounted for."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from mockservers.core.tenancy.tenant import Tenant
from mockservers.web.bootstrap import MockApp, Serving
from tests.asking import VENDORS
from tests.sending import Sending

THREADS = 64
ROUNDS = 4


@pytest.fixture(scope="module")
def mock_app() -> Iterator[MockApp]:
    with MockApp(Serving(demo=False)) as running:
        yield running


class Client:
    """One connection, kept open."""

    def __init__(self, mock_app: MockApp) -> None:
        self._connection = http.client.HTTPConnection(*mock_app.server.address, timeout=30)

    def send(self, sending: Sending, credentials: Mapping[str, str]) -> tuple[int, bytes]:
        request = sending.by(credentials)
        path = f"/{sending.vendor}{request.path}"
        body, headers = request.body, dict(request.headers)
        if request.parts:
            (part,) = request.parts
            with part.content.open() as reader:
                body = multipart(part.name, part.content_type, reader.read())
            headers["content-type"] = "multipart/form-data; boundary=b"
        self._connection.request(request.method, path, body, headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        self._connection.close()


def multipart(name: str, media_type: str, content: bytes) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="f"\r\nContent-Type: {media_type}\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n"


def one_order(vendor: str, who: str, number: int) -> Sending:
    """An order, customer or line that bears the name of who sent it."""
    match vendor:
        case "omnisegment":
            data = {"member_sn": who, "datetime": "2026-01-15", "transaction_id": f"{who}-{number}"}
            return Sending(vendor, "importPurchaseData", json={"data": {**data, "transaction_revenue": number}})
        case "fanship":
            line = json.dumps({"id": f"{who}-{number}", "member_id": who}).encode()
            return Sending(vendor, "uploadPurchases", path={"yyyymmdd": f"202601{number + 10}"}, raw=line)
        case "esputnik":
            return Sending(vendor, "addContact", json={"channels": [{"type": "email", "value": f"{who}{number}@a.de"}]})
        case _:
            return Sending(vendor, "importCustomers", json={"customers": [{"email": f"{who}{number}@example.com"}]})


def at_once(do: Callable[[int], None]) -> None:
    """Have 64 threads do it, all starting in the same moment. Raises what any of them raised."""
    start, failures = threading.Barrier(THREADS), list[BaseException]()

    def run(number: int) -> None:
        try:
            start.wait()
            do(number)
        except BaseException as failure:  # noqa: BLE001 - it is raised below
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def texts(tenant: Tenant) -> str:
    return json.dumps(tenant.state())


def test_tenants_of_all_vendors_are_isolated_under_load(mock_app: MockApp) -> None:
    vendors = list(mock_app.mocks)
    tenants = [mock_app.mocks[vendors[n % 4]].create(frozen=True) for n in range(THREADS)]

    def send(number: int) -> None:
        tenant, client = tenants[number], Client(mock_app)
        for turn in range(ROUNDS):
            status, body = client.send(one_order(tenant.vendor.name, f"who{number}x", turn), tenant.credentials)
            assert status == 200, body
        client.close()

    at_once(send)
    for number, tenant in enumerate(tenants):
        assert tenant.ledger.items["sent"] == ROUNDS
        assert len(tenant.journal) == ROUNDS
        tenant.advance(timedelta(days=2))
        names = {f"who{other}x" for other in range(THREADS)}
        assert {name for name in names if name in texts(tenant)} == {f"who{number}x"}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_tenant_with_many_clients_accounts_for_every_item(mock_app: MockApp, vendor: str) -> None:
    tenant = mock_app.mocks[vendor].create(frozen=True)

    def send(number: int) -> None:
        client = Client(mock_app)
        for turn in range(ROUNDS):
            status, body = client.send(one_order(vendor, f"who{number}x", turn), tenant.credentials)
            assert status == 200, body
        client.close()

    at_once(send)
    tenant.advance(timedelta(days=2))
    items: dict[str, Any] = tenant.ledger.to_dict()["items"]
    assert items.pop("sent") == THREADS * ROUNDS == sum(items.values())
    assert [exchange.id for exchange in tenant.journal] == list(range(1, THREADS * ROUNDS + 1))
    if vendor == "fanship":
        assert items["kept"] == ROUNDS, "of the uploads of one day the last one counts"
    else:
        assert items == {"kept": THREADS * ROUNDS}
