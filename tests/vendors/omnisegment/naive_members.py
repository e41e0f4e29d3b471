"""Members and mappings at OmniSegment, written down from their pages alone.

https://github.com/beBit-tech/omnisegment-api-docs/wiki/Import-Audience-API
https://github.com/beBit-tech/omnisegment-api-docs/wiki/Audience-Mapping-API
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from tests.vendors.omnisegment.naive_catalogue import Lost, Order, states

KEYS = ("member_sn", "phone", "email", "line_id")
CUSTOM = "memo"
"""The custom field of the organisation, a text."""
FIELDS = (*KEYS, "source_id", "source_system", "name", "first_name", "last_name", "city", "sex", "tags", CUSTOM)
PAIR = ("source_id", "source_system", "mapping_key")
"""What every mapping says."""
LONGEST = 1025
"""Characters of a custom field's text."""


class NaiveMembers:
    """An organisation without members. `outcomes` and `silent` are what a true ledger says of all calls so far."""

    def __init__(self, readings: Mapping[str, str]) -> None:
        self.readings = readings
        self.members: list[Order] = []
        self.ties: dict[tuple[str, str], Order] = {}
        self.outcomes: Counter[str] = Counter()
        self.silent = 0
        self._losses = 0

    def member(self, sent: Any, options: Mapping[str, Any]) -> int:
        """One member; the status of the answer."""
        before = deepcopy((self.members, self.ties))
        try:
            kind, _, _ = self._take(sent, options)
        except Lost:
            self.members, self.ties = before
            self.outcomes["refused"] += 1
            return 400
        self.outcomes[kind] += 1
        self.silent += self._losses
        return 200

    def batch(self, members: list[Any], options: Mapping[str, Any]) -> None:
        """Members of whom the answer says nothing. Of two that are the same the later is laid over the earlier."""
        first = deepcopy((self.members, self.ties))
        taken: list[tuple[str, int, Order, int]] = []
        wrong = 0
        for member in members:
            before = deepcopy((self.members, self.ties))
            try:
                kind, number, said = self._take(member, options)
            except Lost:
                self.members, self.ties = before
                wrong += 1
                continue
            taken.append((kind, number, said, self._losses))
        if wrong and self.readings["batch.partial-failure"] == "none-kept":
            self.members, self.ties = first
            taken, wrong = [], len(members)
        self.outcomes["dropped"] += wrong
        self.silent += wrong
        for index, (kind, number, said, losses) in enumerate(taken):
            later = any(other == number for _, other, _, _ in taken[index + 1 :])
            held = next(member for member in self.members if member["id"] == number)
            gone = later and any(not _says(held, name, value) for name, value in said.items())
            self.outcomes["overwritten" if gone else kind] += 1
            self.silent += 1 if gone else losses

    def mapping(self, sent: Order) -> int:
        """Tie an id of another system; the status of the answer."""
        before = deepcopy((self.members, self.ties))
        try:
            kind = self._tie({name: value for name, value in sent.items() if value is not None})
        except Lost:
            self.members, self.ties = before
            self.outcomes["refused"] += 1
            return 400
        self.outcomes[kind] += 1
        self.silent += self._losses
        return 200

    # -- one of each ------------------------------------------------------------------------------------------------

    def _take(self, sent: Any, options: Mapping[str, Any]) -> tuple[str, int, Order]:
        if not sent or not isinstance(sent, dict):
            raise Lost
        values, cleared = self._parted(sent, ignoring=options.get("ignore_empty_value", False))
        key = options.get("merge_key", "member_sn")
        if key == "member_sn" and not values.get("member_sn") and values.get("source_id"):
            key = "source_id"
        if any(not values.get(name) for name in (("source_id", "source_system") if key == "source_id" else (key,))):
            raise Lost
        member = self._found(values, key)
        if member is not None and any(name in cleared and member.get(name) for name in ("member_sn", "source_id")):
            raise Lost
        kind = "kept" if member is None else "updated"
        if member is None:
            member = self._made({}, values if key == "source_id" else None)
        for name in cleared:
            member.pop(name, None)
        if "member_sn" in values and member.get("member_sn") is None:
            member.pop("is_headless_account", None)
        if "tags" in values and options.get("tag_mode", "append") == "append" and member.get("tags"):
            values["tags"] = ",".join(dict.fromkeys([*member["tags"].split(","), *values["tags"].split(",")]))
        member |= values
        if "name" not in member and ("first_name" in member or "last_name" in member):
            member["name"] = member.get("first_name", "") + member.get("last_name", "")
        return kind, member["id"], values

    def _parted(self, sent: Order, *, ignoring: bool) -> tuple[Order, set[str]]:
        """What a member says, and which of its fields it clears."""
        self._losses = 0
        cleared = {name for name, value in sent.items() if value == "none" or (value in ("", None) and not ignoring)}
        values = {name: value for name, value in sent.items() if name not in cleared and value not in ("", None)}
        unknown = {name for name, value in values.items() if name not in FIELDS and states(value)}
        unknown |= {name for name in cleared if name not in FIELDS and sent[name] == "none"}
        if unknown and self.readings["request.unknown-key"] == "refuse":
            raise Lost
        self._losses += len(unknown)
        values = {name: value for name, value in values.items() if name in FIELDS}
        for name, value in values.items():
            if isinstance(value, int) and (name == "member_sn" or self.readings["audience.types"] == "coerce"):
                values[name] = str(value)
        if not all(isinstance(value, str) for value in values.values()) or values.get("sex", "male") != "male":
            raise Lost
        if len(values.get(CUSTOM, "")) > LONGEST:
            if self.readings["audience.custom-text-limit"] == "refuse":
                raise Lost
            values[CUSTOM] = values[CUSTOM][:LONGEST]
            self._losses += 1
        return values, {name for name in cleared if name in FIELDS}

    def _found(self, values: Order, key: str) -> Order | None:
        if key == "source_id":
            tie = self.ties.get((values["source_system"], values["source_id"]))
            return None if tie is None else self._of(tie)
        same = [member for member in self.members if member.get(key) == values[key]]
        if same or not values.get("member_sn"):
            return same[0] if same else None
        for name in ("phone", "email", "line_id"):
            for member in self.members:
                if values.get(name) and member.get(name) == values[name] and member.get("member_sn") is None:
                    return member
        return None

    def _of(self, tie: Order) -> Order | None:
        if "audience_id" in tie:
            return next(member for member in self.members if member["id"] == tie["audience_id"])
        same = (member for member in self.members if member.get("member_sn") == tie["member_sn"])
        return next(same, None)

    def _made(self, attributes: Order, tie: Order | None) -> Order:
        """A new member, headless and tied where another system's id has it made."""
        member = {"id": len(self.members) + 1, **attributes}
        self.members.append(member)
        if tie is not None:
            member["is_headless_account"] = True
            pair = {name: tie[name] for name in ("source_id", "source_system")}
            self.ties[tie["source_system"], tie["source_id"]] = {**pair, **attributes, "audience_id": member["id"]}
        return member

    def _tie(self, sent: Order) -> str:
        self._losses = 0
        if any(not sent.get(name) for name in PAIR):
            raise Lost
        sent = {name: self._text(name, value) for name, value in sent.items()}
        key = sent["mapping_key"]
        unknown = sum(name not in (*KEYS, *PAIR) and states(value) for name, value in sent.items())
        if key not in KEYS or not sent.get(key) or (unknown and self.readings["request.unknown-key"] == "refuse"):
            raise Lost
        if not all(isinstance(value, str) for name, value in sent.items() if name in (*KEYS, *PAIR)):
            raise Lost
        known = (sent["source_system"], sent["source_id"]) in self.ties
        member = next((member for member in self.members if member.get(key) == sent[key]), None)
        if member is None and key == "member_sn" and self.readings["mapping.unknown-member-sn"] == "refuse":
            raise Lost
        beside = [name for name in KEYS if name in sent and name != key]
        lost = [name for name in beside if member is None or member.get(name) != sent[name]]
        if lost and self.readings["request.unknown-key"] == "refuse":
            raise Lost
        self._losses += unknown + len(lost)
        if member is None and key != "member_sn":
            member = self._made({key: sent[key]}, sent)
        tie = {name: sent[name] for name in PAIR} | {key: sent[key]}
        self.ties[sent["source_system"], sent["source_id"]] = (
            tie if member is None else {**tie, "audience_id": member["id"]}
        )
        return "updated" if known else "kept"

    def _text(self, name: str, value: Any) -> Any:
        """A value of a mapping as text. A member's number may be a number; another field only under one reading."""
        may = name == "member_sn" or (name in (*KEYS, *PAIR) and self.readings["mapping.types"] == "coerce")
        return str(value) if may and isinstance(value, int) and not isinstance(value, bool) else value


def _says(held: Order, name: str, value: str) -> bool:
    if name == "tags":
        return set(value.split(",")) <= set(held.get("tags", "").split(","))
    return bool(held.get(name) == value)
