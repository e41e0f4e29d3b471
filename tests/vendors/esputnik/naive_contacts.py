"""Contacts at eSputnik as somebody would write them down who has read the reference and knows nothing of the mock.

Plain dictionaries, no contract, no rule, none of the mock's code. A value that is null is one that a contact lacks.
https://docs.yespo.io/reference/addcontact-1, https://docs.yespo.io/reference/contactsbulkupdate-1
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.vendors.esputnik.naive_channels import (
    CHANNELS,
    PHONES,
    PUSHES,
    all_channels,
    channel,
    channels_of,
    emptied_devices,
    has_value,
    key_of,
    keys_of,
    with_device,
)

Contact = dict[str, Any]
Leaves = dict[tuple[str, ...], Any]
IDENTIFIERS = ("externalCustomerId", "contactKey")
PLAIN = ("firstName", "lastName", *IDENTIFIERS, "languageCode")
LISTED = (*PLAIN, "town", "region", "email", "sms", *PUSHES)
"""What contactFields may list: all but viber, which no list names."""


class Refused(Exception):
    """A call that is answered with an error."""

    def __init__(self, status: int) -> None:
        self.status = status


class NaiveContacts:
    """An account without contacts. `outcomes` and `silent` are what a true ledger says of all calls so far."""

    def __init__(self, readings: Mapping[str, str]) -> None:
        self.readings = readings
        self.contacts: dict[int, Contact] = {}
        self.deleted: dict[int, Contact] = {}
        self.events: list[tuple[str, int]] = []
        self.outcomes: Counter[str] = Counter()
        self.silent = 0
        self.now = 0
        self._ids = 0
        self._requests: dict[tuple[str, str], int] = {}
        self._since: dict[tuple[str, str], list[int]] = {}

    # -- one contact --------------------------------------------------------------------------------------------------

    def add(self, sent: Contact) -> int:
        """Add or update a contact; its id, or the status of a refusal, negative."""
        try:
            self._check(sent, "add")
        except Refused as refused:
            return self._refuse(refused)
        sent = _typed(sent)
        number, held = self._known(sent)
        self._lose(sent, number)
        self._write(number, _laid_over(held or {}, sent))
        self.outcomes["updated" if held is not None else "kept"] += 1
        return number

    def change(self, number: int, sent: Contact) -> int:
        """PUT; the status of the answer. It brings back a deleted contact."""
        held = self.contacts.get(number, self.deleted.get(number))
        try:
            self._check(sent, f"change {number}", unknown=held is None)
            sent = _typed(sent)
            self._check_owner(sent, number)
        except Refused as refused:
            return -self._refuse(refused)
        self._lose(sent, number)
        self._write(number, _laid_over(held or {}, sent))
        self.outcomes["updated"] += 1
        return 200

    def delete(self, number: int, *, erase: bool) -> int:
        """DELETE; the status of the answer."""
        if number not in self.contacts:
            return 404
        gone = self.contacts.pop(number)
        self._forget(number)
        if not erase:
            self._write(number, gone)
            self.deleted[number] = self.contacts.pop(number)
        return 200

    def delete_by_external_id(self, external_id: str, *, erase: bool) -> int:
        number = self._by_external_id({"externalCustomerId": external_id}, self.contacts)
        return self.delete(number or 0, erase=erase)

    def search(self, rows: int) -> list[int] | None:
        """The contacts of a search for so many; None where it is refused."""
        if rows > 500 and self.readings["contacts.too-many-rows"] == "refuse":
            return None
        return sorted(self.contacts)[: min(rows, 500)]

    def subscribe(
        self, sent: Contact, groups: list[str], subscriptions: list[str], form: str | None
    ) -> tuple[int, str, bool]:
        """(id, emailStatus, whether it is new), or (the status of a refusal, negative, "", False)."""
        try:
            self._check(sent, f"subscribe {groups} {subscriptions} {form}")
        except Refused as refused:
            return self._refuse(refused), "", False
        sent = _typed(sent)
        number, held = self._known(sent)
        self._lose(sent, number)
        new = held is None
        held = held or {"emailStatus": "NEED_CONFIRMATION"}
        stay = [name for name in CHANNELS if held.get(name)]
        for name, value in channels_of(sent):
            self.silent += name in stay and not has_value(held[name], name, value)
        over = {**sent, "channels": [each for each in sent["channels"] if each["type"] not in stay]}
        self._write(number, _laid_over(held, over))
        self._segment(number, groups, [])
        subscribed = self.contacts[number].get("subscriptions", [])
        self.contacts[number]["subscriptions"] = list(dict.fromkeys([*subscribed, *subscriptions]))
        self.events.append(("subscribeFromAPI" if new else "subscribeUpdateFromAPI", number))
        self.outcomes["kept" if new else "updated"] += 1
        return number, held.get("emailStatus", "ALREADY_SUBSCRIBED"), new

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now += seconds

    # -- contacts in bulk ---------------------------------------------------------------------------------------------

    def bulk(self, contacts: list[Contact], options: dict[str, Any]) -> tuple[list[Contact], list[tuple[str, int]]]:
        """The contacts that failed, and (what a contact is known by, its id) of those that the import took."""
        good = [sent for sent in contacts if self._is_taken(sent) and _keys(_typed(sent), options)]
        self.outcomes["refused"] += len(contacts) - len(good)
        before = {number: _leaves(held) for number, held in (self.deleted | self.contacts).items()}
        mapping = []
        written: list[tuple[int, Leaves, str, int]] = []
        for sent in map(_typed, good):
            found = self._first(_keys(sent, options), self.contacts)
            gone = self._first(_keys(sent, options), self.deleted) if found is None else None
            if gone is not None and not options.get("restoreDeleted"):
                self.outcomes["dropped"] += 1
                self.silent += 1
                continue
            number = found or gone or self._next()
            losses = self._losses(sent, number)
            held = self.contacts.get(number, self.deleted.get(number))
            stay = [] if held is None else self._found_by(sent, options)
            if held is None and self.readings["contacts.new"] == "all":
                left, over, unlisted = Contact(), sent, 0
            else:
                left, over, unlisted = _as_listed(_identified(sent) if held is None else held, sent, options, stay)
            self._write(number, _laid_over(left, over, imported=True))
            self._segment(number, options.get("groupNames") or [], options.get("groupNamesExclude") or [])
            if held is None and options.get("eventKeyForNewContacts"):
                self.events.append((options["eventKeyForNewContacts"], number))
            mapping.append((_keys(sent, options)[0][1], number))
            said = _laid_over({}, over)
            for kind in stay:
                said[kind] = [
                    value
                    for value in _laid_over({}, sent).get(kind, [])
                    if has_value((held or {}).get(kind, []), kind, value)
                ]
            written.append((number, _leaves(said), "kept" if held is None else "updated", losses + unlisted))
        self._file(written, before)
        if written:  # where nobody is taken, each contact is lost, and its segments with it
            out = options.get("groupNamesExclude") or []
            self.silent += sum(name in out for name in options.get("groupNames") or [])
        return [sent for sent in contacts if sent not in good], mapping

    def _found_by(self, sent: Contact, options: dict[str, Any]) -> list[str]:
        """The channels by which dedupeOn finds a contact, and that an import leaves alone."""
        keys = _keys(sent, options)
        among = self.contacts if self._first(keys, self.contacts) is not None else self.deleted
        by = next(name for name, value in keys if self._first([(name, value)], among) is not None)
        if self.readings["contacts.dedupe-field"] == "updated" or by not in CHANNELS:
            return []
        return list(PUSHES) if by in PUSHES else [by]

    def _file(self, written: list[tuple[int, Leaves, str, int]], before: dict[int, Leaves]) -> None:
        """Count what became of each: overwritten where a value that it gave is gone in the end.

        What the account had and nobody of the import gave is lost where it has become null.
        """
        for number, given, kind, losses in written:
            final = _leaves(self.contacts[number])
            gone = any(not _is_in(name, value, final) for name, value in given.items())
            self.outcomes["overwritten" if gone else kind] += 1
            self.silent += 1 if gone else losses
        for number in {number for number, *_ in written}:
            said = {_field(name) for one, given, *_ in written if one == number for name in given}
            there = {_field(name) for name in _leaves(self.contacts[number])}
            self.silent += len({_field(name) for name in before.get(number, {})} - said - there)
            pushes = [each for one, leaves, *_ in written if one == number for each in leaves.get(("mobilepush",), [])]
            had = before.get(number, {}).get(("mobilepush",), [])
            self.silent += emptied_devices(had, pushes, self.contacts[number].get("mobilepush", []))

    # -- what every call does -----------------------------------------------------------------------------------------

    def _check(self, sent: Contact, call: str, *, unknown: bool = False) -> None:
        """A contact is well-formed, has two channels of a type at most, and is not the same as in the last minute."""
        may_lack_channels = call.startswith("change") and "channels" not in sent
        if not self._is_taken({**sent, "channels": [channel("sms", "1")]} if may_lack_channels else sent):
            raise Refused(400)
        if unknown:
            raise Refused(404)
        key = (call, repr(sent))
        last = self._requests.get(key)
        if last is not None and self.now - last < 60:
            raise Refused(409)
        self._requests[key] = self.now

    def _is_taken(self, sent: Contact) -> bool:
        """Whether a contact is well-formed, its scalars' types included where they count."""
        refuses = self.readings["request.scalars"] == "refuse" and sent != _typed(sent)
        return _is_contact(sent) and _not_crowded(sent) and not refuses

    def _check_owner(self, sent: Contact, number: int) -> None:
        """An external id that is sent is no other contact's."""
        if self._by_external_id(sent, self.contacts) not in (None, number):
            raise Refused(400)

    def _refuse(self, refused: Refused) -> int:
        self.outcomes["refused"] += 1
        return -refused.status

    def _known(self, sent: Contact) -> tuple[int, Contact | None]:
        """By its external id, a deleted one too; by its email; by its phone; or a new one."""
        for among in (self.contacts, self.deleted):
            number = self._by_external_id(sent, among)
            if number is not None:
                return number, among[number]
        number = self._first([*keys_of(sent, "email"), *keys_of(sent, *PHONES)], self.contacts)
        return (self._next(), None) if number is None else (number, self.contacts[number])

    def _by_external_id(self, sent: Contact, among: dict[int, Contact]) -> int | None:
        external_id = sent.get("externalCustomerId")
        return self._first([("externalCustomerId", external_id)], among) if external_id else None

    def _first(self, keys: list[tuple[str, str]], among: dict[int, Contact]) -> int | None:
        """The oldest contact with the first of the keys that any contact has."""
        for name, value in keys:
            whose = [int(value)] if name == "id" else self._since.get(key_of(name, value), [])
            number = min((number for number in whose if number in among), default=None)
            if number is not None:
                return number
        return None

    def _next(self) -> int:
        self._ids += 1
        return self._ids

    def _write(self, number: int, contact: Contact) -> None:
        if self.deleted.pop(number, None) is not None:
            self._forget(number)
        self.contacts[number] = contact
        keys = [key_of(name, value) for name in CHANNELS for value in contact.get(name, [])]
        keys += [key_of(name, contact[name]) for name in ("externalCustomerId",) if name in contact]
        keys += [_field_key(field, value) for field, value in contact.get("fields", {}).items()]
        self._forget(number, keys)
        for key in keys:
            whose = self._since.setdefault(key, [])
            whose += [] if number in whose else [number]

    def _forget(self, number: int, but: list[tuple[str, str]] | None = None) -> None:
        for key, whose in self._since.items():
            if number in whose and key not in (but or []):
                whose.remove(number)

    def _segment(self, number: int, into: list[str], out: list[str]) -> None:
        held = self.contacts[number].get("groups", set())
        self.contacts[number]["groups"] = (held | set(into)) - set(out)

    def _lose(self, sent: Contact, number: int) -> None:
        self.silent += self._losses(sent, number)

    def _losses(self, sent: Contact, number: int) -> int:
        """An id that is not the contact's own, a key that nobody knows, and the first of two values for one thing."""
        own = sent.get("id") in (None, number)
        channels, fields = all_channels(sent), [(each["id"], each["value"]) for each in sent.get("fields") or []]
        last_field, last_channel = dict(fields), {(kind, key_of(kind, value)): value for kind, value in channels}
        replaced = sum(value not in (None, last_field[field]) for field, value in fields)
        replaced += sum(
            not has_value([last_channel[kind, key_of(kind, value)]], kind, value) for kind, value in channels
        )
        return (not own) + ("vip" in sent) + replaced


# -- contacts as dictionaries: fields by name, channels by type, custom fields by id ---------------------------------


def _laid_over(held: Contact, sent: Contact, *, imported: bool = False) -> Contact:
    """Channels replace those of their type, custom fields those of their id, parts of an address their like.

    A push without a device keeps the device that it has, unless it is imported.
    """
    made = {**held, "fields": {**held.get("fields", {})}}
    given = {name: sent[name] for name in PLAIN if sent.get(name) is not None}
    given |= {name: value for name, value in (sent.get("address") or {}).items() if value is not None}
    made |= {name: value for name, value in given.items() if name not in IDENTIFIERS or value}
    for kind in {name for name, _ in channels_of(sent)}:
        values = [value for name, value in channels_of(sent) if name == kind]
        made[kind] = values if imported else [with_device(value, held.get(kind, [])) for value in values]
    given = {each["id"]: each["value"] for each in sent.get("fields") or []}
    made["fields"] |= {field: value for field, value in given.items() if value is not None}
    return made


def _identified(sent: Contact) -> Contact:
    """What a new contact has at least: what it is known and reached by."""
    return _laid_over({}, {name: sent[name] for name in ("channels", "externalCustomerId") if name in sent})


def _as_listed(held: Contact, sent: Contact, options: dict[str, Any], stay: list[str]) -> tuple[Contact, Contact, int]:
    """The contact less what becomes null, what changes, and how much that is sent does not."""
    listed = options.get("contactFields")
    names = [name for name in (LISTED if listed is None else listed) if not (name in stay and held.get(name))]
    given = _laid_over({}, sent)
    left = {name: value for name, value in held.items() if name not in names}
    unlisted = 0
    for name in (*LISTED, "viber"):
        if name in names or (name == "viber" and listed is None):
            continue
        value = given.get(name)
        if isinstance(value, list):
            unlisted += sum(not has_value(held.get(name), name, each) for each in value)
        else:
            unlisted += value is not None and held.get(name) != value
        given.pop(name, None)
    custom = options.get("customFieldsIDs") or []
    for number, value in given["fields"].items():
        unlisted += number not in custom and held["fields"].get(number) != value
    over = {name: given[name] for name in PLAIN if name in given}
    over["address"] = {name: given[name] for name in ("town", "region") if name in given}
    over["channels"] = [channel(kind, each) for kind in CHANNELS for each in given.get(kind, [])]
    over["fields"] = [{"id": number, "value": value} for number, value in given["fields"].items() if number in custom]
    return left, over, unlisted


def _keys(sent: Contact, options: dict[str, Any]) -> list[tuple[str, str]]:
    """What a contact of an import is known by: its external id, or else what dedupeOn names."""
    if sent.get("externalCustomerId"):
        return [("externalCustomerId", sent["externalCustomerId"])]
    on = options["dedupeOn"]
    if on == "id":
        return [("id", str(sent["id"]))] if sent.get("id") is not None else []
    if on == "fieldId":
        value = {each["id"]: each["value"] for each in sent.get("fields") or []}.get(options.get("fieldId"))
        return [] if value in (None, "") else [_field_key(options["fieldId"], value)]
    kinds: list[str] = {"email": ["email"], "sms": ["sms"], "push": ["mobilepush", "webpush"]}.get(on, [])
    kinds = ["email", "sms"] if on == "email_or_sms" else kinds
    return [key for kind in kinds for key in keys_of(sent, kind)]


def _field_key(field: int, value: Any) -> tuple[str, str]:
    return f"field {field}", str(value)


def _typed(sent: Contact) -> Contact:
    """A contact, a number that should be text as text, and an id as a number."""
    texts = {name: str(sent[name]) for name in PLAIN if isinstance(sent.get(name), int)}
    return {**sent, **texts, **({"id": int(sent["id"])} if sent.get("id") is not None else {})}


def _is_contact(sent: Contact) -> bool:
    return bool(sent.get("channels")) and all(each["value"] and each["type"] != "fax" for each in sent["channels"])


def _not_crowded(sent: Contact) -> bool:
    return max(Counter(each["type"] for each in sent.get("channels") or []).values(), default=0) <= 2


def _leaves(contact: Contact) -> Leaves:
    flat: Leaves = {(name,): value for name, value in contact.items() if name not in ("fields", "groups") and value}
    return flat | {("fields", str(number)): value for number, value in contact.get("fields", {}).items()}


def _field(leaf: tuple[str, ...]) -> str:
    return "/".join(leaf)


def _is_in(name: tuple[str, ...], value: Any, final: Leaves) -> bool:
    if isinstance(value, list):
        return all(has_value(final.get(name, []), name[0], each) for each in value)
    return bool(final.get(name) == value)
