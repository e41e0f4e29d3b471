"""What a FANSHIP request carries: a bearer token, and one file part named `filename`."""

from __future__ import annotations

from collections.abc import Mapping

from mockservers.core.call import Body, Call, Part, Request, Unreadable, Upload
from mockservers.core.contract import Contract
from mockservers.core.rules import rule
from mockservers.vendors.fanship.lines import Reader, member_content, note_members, note_purchases, purchase_content


@rule("fanship.auth.bearer-token")
def credentials(call: Call, _contract: Contract) -> Mapping[str, str] | None:
    """The token of the Authorization header."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return {"token": token.strip()} if scheme.lower() == "bearer" and token.strip() else None


def read_purchases(request: Request, contract: Contract) -> Body:
    """The purchase file of an upload, digested."""
    validator = contract.validator("purchase.schema.json")
    return _read(request, contract, Reader(contract, validator, purchase_content, note_purchases))


def read_members(request: Request, contract: Contract) -> Body:
    """The member list of an upload, digested."""
    validator = contract.validator("member.schema.json")
    return _read(request, contract, Reader(contract, validator, member_content, note_members))


@rule("fanship.upload.part-named-filename")
def _read(request: Request, contract: Contract, reader: Reader) -> Body:
    part = _part(request, contract.value("fanship.upload.part-named-filename", "part"))
    return part if isinstance(part, Unreadable) else Upload(part, reader.digest(part.content))


def _part(request: Request, name: str) -> Part | Unreadable:
    if request.broken:
        return Unreadable("multipart", request.broken)
    if request.parts is None:
        return Unreadable("media-type", "the body is not multipart/form-data")
    named = [part for part in request.parts if part.name == name]
    if not named:
        return Unreadable("no-part", f"there is no part named {name}")
    if len(named) > 1:  # to take one of them would lose the others behind a success
        return Unreadable("multipart", f"{len(named)} parts are named {name}, where one is the file")
    if named[0].filename is None:
        return Unreadable("not-a-file", f"the part {name} is a plain field, not a file")
    return named[0]
