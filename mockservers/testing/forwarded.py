"""A request of `requests` to a vendor's host name, sent to a server elsewhere, as it is but for the address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from requests import PreparedRequest
    from urllib3 import HTTPResponse


@contextmanager
def forwarding(url: str, also: Mapping[str, str]) -> Iterator[Callable[[PreparedRequest], HTTPResponse]]:
    """What sends a request to the server at `url` and gives its answer, or raises what `requests` raises.

    Entered before `requests` is patched. The server knows the vendors by their host names; `also` are {host: vendor}
    that it does not know.
    """
    adapter = HTTPAdapter()
    send = HTTPAdapter.send  # what a patch puts in its place would come back here

    def forwarded(request: PreparedRequest) -> HTTPResponse:
        place = urlsplit(request.url or "")
        asked = request.copy()
        vendor = also.get(place.hostname or "")
        if vendor is None:
            asked.headers.setdefault("Host", place.netloc.rpartition("@")[2])
        asked.url = f"{url}/{vendor}{request.path_url}" if vendor else f"{url}{request.path_url}"
        timeout = getattr(request, "req_kwargs", {}).get("timeout")
        answer: HTTPResponse = send(adapter, asked, stream=True, timeout=timeout).raw
        return answer

    try:
        yield forwarded
    finally:
        adapter.close()
