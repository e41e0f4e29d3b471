"""What is inside of what is lost is no second loss: of an unknown key that stands twice, both values are one."""

from __future__ import annotations

import json

import pytest

from tests.vendors.esputnik.esputnik_tenant import EsputnikTenant
from tests.vendors.fanship.fanship_tenant import FanshipTenant
from tests.vendors.omnisegment.omnisegment_tenant import JSON, ORDER, OmniSegmentTenant
from tests.vendors.zangsho.zangsho_tenant import ZangshoTenant

CASES = [
    ('"x":1', 1),
    ('"x":1,"x":2', 1),
    ('"x":1,"x":2,"x":3', 1),
    ('"x":1,"x":null', 1),
    ('"x":null,"x":2', 1),
    ('"x":null,"x":null', 0),
    ('"x":{"y":1,"y":2}', 1),
    ('"x":{"y":1,"y":2,"z":3}', 1),
    ('"x":{"z":{"y":1,"y":2}}', 1),
    ('"x":{"y":1,"y":null}', 1),
    ('"x":1,"x":2,"y":1,"y":2', 2),
]


@pytest.mark.parametrize("debug_mode", [0, 1])
@pytest.mark.parametrize("place", ["data", "beside"])
@pytest.mark.parametrize(("text", "silent"), CASES)
def test_an_unknown_key_of_omnisegment_is_lost_once(text: str, silent: int, place: str, debug_mode: int) -> None:
    omnisegment = OmniSegmentTenant()
    order = json.dumps(ORDER)[:-1] + (f",{text}}}" if place == "data" else "}")
    envelope = json.dumps({**omnisegment.credentials, "debug_mode": debug_mode})[:-1]
    beside = f",{text}" if place == "beside" else ""
    omnisegment.ask("importPurchaseData", f'{envelope},"data":{order}{beside}}}'.encode(), headers=JSON)
    assert omnisegment.silent == silent
    assert omnisegment.items == {"sent": 1, "kept": 1}


@pytest.mark.parametrize(("text", "silent"), CASES)
def test_an_unknown_key_of_an_item_of_an_omnisegment_batch_is_lost_once(text: str, silent: int) -> None:
    omnisegment = OmniSegmentTenant()
    orders = f"{json.dumps(ORDER)},{json.dumps({**ORDER, 'transaction_id': 'B'})[:-1]},{text}}}"
    body = f'{json.dumps(omnisegment.credentials)[:-1]},"data":[{orders}]}}'
    omnisegment.ask("batchImportPurchaseData", body.encode(), headers=JSON)
    assert omnisegment.silent == silent
    assert omnisegment.items == {"sent": 2, "kept": 2}


@pytest.mark.parametrize(("text", "silent"), CASES)
def test_an_unknown_key_of_a_fanship_line_is_lost_once(text: str, silent: int) -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "0"}, f'{{"id":"1",{text}}}')
    assert fanship.silent == silent
    fanship.next_morning()
    assert fanship.silent == silent
    assert fanship.items == {"sent": 2, "kept": 2}


@pytest.mark.parametrize(("text", "silent"), CASES)
def test_an_unknown_key_of_esputnik_is_lost_once(text: str, silent: int) -> None:
    account = EsputnikTenant()
    contact = '{"channels":[{"type":"email","value":"a@example.com"}]'
    account.send("addContact", f"{contact},{text}}}".encode())
    assert account.silent == silent
    account.send("contactsBulkUpdate", f'{{"contacts":[{contact},{text}}}],"dedupeOn":"email"}}'.encode())
    assert account.silent == 2 * silent


@pytest.mark.parametrize(("text", "silent"), CASES)
def test_an_unknown_key_of_zangsho_is_lost_once(text: str, silent: int) -> None:
    zangsho = ZangshoTenant()
    zangsho.send("createCustomer", f'{{"email":"a@example.com","name":"a",{text}}}'.encode())
    assert zangsho.silent == silent
    zangsho.send("importCustomers", f'{{"customers":[{{"email":"b@example.com",{text}}}]}}'.encode())
    assert zangsho.silent == 2 * silent
    assert zangsho.items == {"sent": 2, "kept": 2}


def test_a_known_repeated_key_is_lost_beside_an_unknown_key() -> None:
    zangsho = ZangshoTenant()
    zangsho.send("createCustomer", b'{"email":"a@example.com","name":"a","name":"b","names":"c"}')
    assert zangsho.silent == 2
