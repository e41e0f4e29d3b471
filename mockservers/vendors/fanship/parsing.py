"""What a FANSHIP request carries: a bearer token, and one file part named `filename`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.call import Body, Call, Part, Request, Unreadable, Upload
from mockservers.vendors.fanship.contents import MEMBER, PURCHASE, contents_of
from mockservers.vendors.fanship.lines import Reader
from mockservers.vendors.fanship.notes import note_members, note_purchases


def credentials(call: Call, _contract: Contract) -> Mapping[str, str] | None:
    """The token of the Authorization header."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return {"token": token.strip()} if scheme.lower() == "bearer" and token.strip() else None


def read_purchases(request: Request, contract: Contract) -> Body:
    """The purchase file of an upload, digested."""
    return _read(request, contract, purchase_reader(contract))


def read_members(request: Request, contract: Contract) -> Body:
    """The member list of an upload, digested."""
    return _read(request, contract, member_reader(contract))


def purchase_reader(contract: Contract) -> Reader:
    """What reads files of purchases."""
    return Reader(contract, contract.validator(PURCHASE), contents_of(contract, PURCHASE), note_purchases)


def member_reader(contract: Contract) -> Reader:
    """What reads member lists."""
    return Reader(contract, contract.validator(MEMBER), contents_of(contract, MEMBER), note_members)


def _read(request: Request, contract: Contract, reader: Reader) -> Body:
    part = _part(request, contract.value("fanship.upload.part-named-filename", "part"))
    if isinstance(part, Unreadable):
        return part
    fields = tuple(other for other in request.parts or () if other is not part)
    return Upload(part, reader.digest(part.content), fields)


def _part(request: Request, name: str) -> Part | Unreadable:
    if request.broken:
        return Unreadable("multipart", request.broken)
    if request.parts is None:
        return Unreadable("media-type", "the body is not multipart/form-data")
    named = [part for part in request.parts if part.name == name]
    if not named:
        others = ", ".join(sorted({part.name for part in request.parts})) or "none"
        return Unreadable("no-part", f"there is no part named {name} (parts: {others})")
    return _ambiguous(request.parts, named) or named[0]


def _ambiguous(parts: Sequence[Part], named: Sequence[Part]) -> Unreadable | None:
    """Why none of the parts can be taken for the file: of two, one would be lost behind a success."""
    name = named[0].name
    if len(named) > 1:
        return Unreadable("multipart", f"{len(named)} parts are named {name}, where one is the file")
    if named[0].filename is None:
        return Unreadable("not-a-file", f"the part {name} is a plain field, not a file")
    others = [part.name for part in parts if part.filename is not None and part is not named[0]]
    if others:
        return Unreadable("multipart", f"there is a second file, in the part {others[0]}, where one is the file")
    return None
