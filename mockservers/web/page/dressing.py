"""A call of an operation with a tenant's credentials, by the contract's security schemes."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from urllib.parse import quote, urlencode

from mockservers.core.contract.authorization import carried
from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.contract.placeholders import fill
from mockservers.core.value import Value

_BOUNDARY = f"mockservers-try-{token_hex(16)}"


class Dressed(Value):
    """A call: path and query, headers, body."""

    target: str
    headers: Mapping[str, str]
    body: bytes


def dressed(
    contract: Contract, operation: Operation, credentials: Mapping[str, str], path: str, content: bytes
) -> Dressed:
    """Return a call. {placeholders} in the path are filled; `content` is a body, or the file of an upload."""
    by_scheme = carried(contract, operation, credentials)
    headers = {each.name: each.value for each in by_scheme if each.place == "header"}
    target = fill(path, {name: quote(value, safe="") for name, value in credentials.items()})
    query = {each.name: each.value for each in by_scheme if each.place == "query" and f"{each.name}=" not in target}
    if query:
        target += ("&" if "?" in target else "?") + urlencode(query)
    if operation.upload:
        headers["Content-Type"] = f"multipart/form-data; boundary={_BOUNDARY}"
        disposition = f'Content-Disposition: form-data; name="{operation.upload}"; filename="upload.ndjson"'
        head = f"--{_BOUNDARY}\r\n{disposition}\r\nContent-Type: application/x-ndjson\r\n\r\n"
        return Dressed(target, headers, b"".join((head.encode(), content, f"\r\n--{_BOUNDARY}--\r\n".encode())))
    reads = "requestBody" in operation.spec
    if content and reads:
        headers["Content-Type"] = "application/json"
    return Dressed(target, headers, content if reads else b"")
