"""A query parameter that stands twice: the first value is read, and no other vanishes."""

from __future__ import annotations

import pytest

from mockservers.core.exchange.call import Request
from mockservers.core.value import replace
from tests.asking import Asking


def of(query_string: str) -> Request:
    return Request("POST", "/", query_string)


def test_a_request_keeps_the_further_values_of_a_repeated_parameter() -> None:
    request = of("a=1&b=&a=2&c=%E3%81%82&a=1&b=3")
    assert request.query == {"a": "1", "b": "", "c": "あ"}
    assert request.repeated == (("a", "2"), ("a", "1"), ("b", "3"))
    assert of("").repeated == ()


def mapped(tenant: Asking, query: str) -> None:
    """Tie an id of another system, with a query of ours; OmniSegment's mapping reads `tid` there."""
    about = tenant.mock.contract.operations["createAudienceMapping"]
    body = b'{"source_id":"C-1","source_system":"CRM","mapping_key":"phone","phone":"+81312345678"}'
    headers = {"content-type": "application/json", "x-omnisegment-api-key": tenant.credentials["api_key"]}
    request = replace(of(query), path=about.path, headers=headers, body=body)
    assert tenant.mock.handle(about, {}, request).reply.status == 200


@pytest.mark.parametrize(
    ("more", "silent", "rules"),
    [
        ("&x=1&x=2", 2, {"mockservers.request.unknown-parameter"}),
        ("&x=1&x=1&x=", 2, {"mockservers.request.unknown-parameter"}),
        ("&tid=OA-other1", 1, {"mockservers.request.repeated-parameter"}),
        ("&tid={tid}", 0, set()),
    ],
)
def test_a_later_value_of_a_parameter_is_filed_as_ignored(more: str, silent: int, rules: set[str]) -> None:
    tenant = Asking("omnisegment")
    tid = tenant.credentials["tid"]
    mapped(tenant, f"tid={tid}{more.format(tid=tid)}")
    assert tenant.silent == silent
    assert tenant.rules("ignored") == rules
    assert tenant.items["kept"] == tenant.items["sent"] == 1
