"""Customers, as each vendor holds them: by the shop's own id, where it has a place for that.

Phones are compared by their last digits, for every vendor wants another spelling of them; names as one, for some have
one field for them and some have two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.testing.conformance.comparison import Fields, Projection
from mockservers.testing.orders import Customer

State = Mapping[str, Any]
_DIGITS = 6
_KEY = ("customer",)


def _expected(customer: Customer) -> Fields:
    return {
        "customer": customer.external_id,
        "email": customer.email.lower(),
        "phone": _phone(customer.phone),
        "name": _name(customer.name),
    }


def _omnisegment(state: State) -> Iterable[Fields]:
    for member in state["members"]:
        name = member.get("name") or _name(member.get("first_name"), member.get("last_name"))
        yield _held(member.get("member_sn"), member.get("email"), member.get("phone"), name)


def _fanship(state: State) -> Iterable[Fields]:
    """No page tells the fields of a member, but for the id."""
    return [{"customer": member.get("id")} for member in state["members"]]


def _esputnik(state: State) -> Iterable[Fields]:
    for contact in state["contacts"]:
        channels = {each["type"]: each["value"] for each in contact.get("channels", ())}
        name = _name(contact.get("firstName"), contact.get("lastName"))
        yield _held(contact.get("externalCustomerId"), channels.get("email"), channels.get("sms"), name)


def _zangsho(state: State) -> Iterable[Fields]:
    for each in state["customers"]:
        yield _held(each.get("external_id"), each.get("email"), each.get("phone"), _name(each.get("name")))


def _held(number: str | None, email: str | None, phone: str | None, name: str | None) -> Fields:
    return {"customer": number, "email": email and email.strip().lower(), "phone": _phone(phone), "name": name or None}


def _phone(text: str | None) -> str | None:
    digits = "".join(filter(str.isdecimal, text or ""))
    return digits[-_DIGITS:] or None


def _name(*parts: str | None) -> str:
    return " ".join(" ".join(filter(None, parts)).split())


CUSTOMERS: Mapping[str, Projection] = {
    "omnisegment": Projection(_KEY, frozenset({"email", "phone"}), _expected, _omnisegment),
    "fanship": Projection(_KEY, frozenset(), _expected, _fanship),
    "esputnik": Projection(_KEY, frozenset({"email"}), _expected, _esputnik),
    "zangsho": Projection(_KEY, frozenset({"email", "name"}), _expected, _zangsho),
}
