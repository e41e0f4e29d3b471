"""An upload request: a business day in the path for purchases, and one file part named `filename`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.call import Body, Call, Part, Request, Unreadable, Upload
from mockservers.core.state.file_digest import Digest
from mockservers.core.value import Value
from mockservers.vendors.fanship.contents import MEMBER, PURCHASE
from mockservers.vendors.fanship.file_notes import FileNotes
from mockservers.vendors.fanship.file_reader import FileReader
from mockservers.vendors.fanship.purchase_notes import note_purchases
from mockservers.vendors.fanship.state import MEMBERS, PURCHASES, Kind

_OTHER_CHARSET = re.compile(r"\bcharset\s*=\s*\"?(?!utf-?8\b)(?P<name>[^\s;\"]+)")


class UploadedFile(Value):
    """The file of an upload, digested.

    `media_type` and `other_charset` are those of its part, in lower case; `other_charset` is empty for UTF-8 and for
    none. `fields` are the other fields of the form.
    """

    digest: Digest
    name: str
    media_type: str
    other_charset: str
    fields: tuple[Part, ...]

    @property
    def notes(self) -> FileNotes:
        """The notes that were taken while the file was read."""
        notes: FileNotes = self.digest.notes
        return notes


class UploadRequest(Value):
    """A request to upload purchases or members.

    `exchange` numbers the upload. `business_day` is the path's value as sent, empty for members. If no file can be
    read, `file` is None and `problem` says why.
    """

    exchange: int
    operation: str
    kind: Kind
    business_day: str
    file: UploadedFile | None
    problem: str = ""

    @property
    def items(self) -> int:
        """The number of items: the lines that are not blank. A body without any counts as one item."""
        return (self.file.digest.items if self.file else 0) or 1


def upload_request(call: Call) -> UploadRequest:
    """Return the typed request of a call."""
    kind: Kind = MEMBERS if call.operation == "uploadMembers" else PURCHASES
    day, body = call.path.get("yyyymmdd", ""), call.body
    if isinstance(body, Upload):
        return UploadRequest(call.id, call.operation, kind, day, _uploaded_file(body))
    problem = body.reason if isinstance(body, Unreadable) else "the body is not multipart/form-data"
    return UploadRequest(call.id, call.operation, kind, day, None, problem)


def _uploaded_file(body: Upload) -> UploadedFile:
    media_type, _, parameters = (text.strip().lower() for text in body.part.content_type.partition(";"))
    charset = _OTHER_CHARSET.search(parameters)
    return UploadedFile(
        body.digest, body.part.filename or "", media_type, charset["name"] if charset else "", body.fields
    )


# -- bytes -> body ----------------------------------------------------------------------------------------------


def read_purchases(request: Request, contract: Contract) -> Body:
    """Return the purchase file of a request, digested."""
    return _read(request, contract, purchase_reader(contract))


def read_members(request: Request, contract: Contract) -> Body:
    """Return the member list of a request, digested."""
    return _read(request, contract, FileReader(contract, MEMBER))


def purchase_reader(contract: Contract) -> FileReader:
    """Return a reader for files of purchases."""
    return FileReader(contract, PURCHASE, note_purchases)


def _read(request: Request, contract: Contract, reader: FileReader) -> Body:
    part = _file_part(request, contract.value("fanship.upload.part-named-filename", "part"))
    if isinstance(part, Unreadable):
        return part
    fields = tuple(other for other in request.parts or () if other is not part)
    return Upload(part, reader.digest(part.content), fields)


def _file_part(request: Request, name: str) -> Part | Unreadable:
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
    """Return why no part can be chosen as the file. Of two files, one would be lost without an error."""
    name = named[0].name
    if len(named) > 1:
        return Unreadable("multipart", f"{len(named)} parts are named {name}, where one is the file")
    if named[0].filename is None:
        return Unreadable("not-a-file", f"the part {name} is a plain field, not a file")
    others = [part.name for part in parts if part.filename is not None and part is not named[0]]
    if others:
        return Unreadable("multipart", f"there is a second file, in the part {others[0]}, where one is the file")
    return None
