"""A key that an object gives twice: the log, the page and the advice are about the value that lost."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from mockservers.core.accounting.call_summary import losses_of
from mockservers.core.accounting.sent_body import decoded, earlier_value_at
from mockservers.web.page.body_view import Marks, lines_of
from tests.asking import Asking

CUSTOMER = '{"email":"a@example.com","name":"first","name":"second","name":"last"}'
ORDER = (
    '{"transaction_id":"1","datetime":"2025-11-01T09:51:23+0800","transaction_revenue":1,"member_sn":"1",'
    '"coupon":"first","coupon":"second","coupon":"last"}'
)
CONTACT = (
    '{"firstName":"first","firstName":"second","firstName":"last","channels":[{"type":"email","value":"a@b.com"}]}'
)
LINE = '{"id":"1","item_name":"first","item_name":"second","item_name":"last"}'


def sent(vendor: str) -> Asking:
    """A tenant to which one item was sent with a key given three times."""
    asking = Asking(vendor)
    headers = {"Authorization": f"Bearer {asking.credentials.get('token')}", "Content-Type": "application/json"}
    if vendor == "fanship":
        asking.ask("uploadPurchases", file=LINE.encode(), path={"yyyymmdd": "20260114"}, headers=headers)
    elif vendor == "zangsho":
        asking.ask("importCustomers", f'{{"customers":[{CUSTOMER}]}}'.encode(), headers=headers)
    elif vendor == "esputnik":
        asking.ask("addContact", CONTACT.encode(), headers={**headers, "Authorization": basic(asking)})
    else:
        pair = ",".join(f'"{name}":"{value}"' for name, value in asking.credentials.items())
        asking.ask("importPurchaseData", f'{{{pair},"data":{ORDER}}}'.encode(), headers=headers)
    return asking


def basic(asking: Asking) -> str:
    return "Basic " + b64encode(f"any:{asking.credentials['api_key']}".encode()).decode()


def body_of(vendor: str) -> dict[str, Any]:
    text = {"fanship": LINE, "zangsho": f'{{"customers":[{CUSTOMER}]}}', "esputnik": CONTACT}
    kind = "application/x-ndjson" if vendor == "fanship" else "application/json"
    return {"headers": {"Content-Type": kind}, "body": text.get(vendor, f'{{"data":{ORDER}}}')}


@pytest.mark.parametrize("vendor", ["omnisegment", "fanship", "esputnik", "zangsho"])
def test_a_value_that_a_later_one_replaced_is_shown_and_marked_as_the_lost_one(vendor: str) -> None:
    asking = sent(vendor)
    repeated = [found for found in asking.ledger["findings"] if found["earlier_value"]]
    assert sum(found["count"] for found in repeated) == 2
    assert {found["fix"] for found in repeated} == {"Send the key once in its object, with the value that counts."}
    exchange = {"id": 1, "request": body_of(vendor)}
    assert losses_of(exchange, repeated)[0]["value"] == '"first"'
    [part] = decoded(body_of(vendor))
    lines, _ = lines_of(part, Marks(repeated, "", kept=True))
    marks = [(line.text.strip(","), line.mark) for line in lines if line.text[:3] in ('"fi', '"se', '"la')]
    lost = "lost" if vendor == "omnisegment" else "ignored"
    assert marks == [('"first"', lost), ('"second"', lost), ('"last"', "kept")]


def test_a_value_replaced_in_json_within_a_text_is_found() -> None:
    [part] = decoded({"headers": {}, "body": '{"items": "[{\\"a\\": 1, \\"a\\": 2}]"}'})
    assert earlier_value_at([part], "/items/0/a") == 1
