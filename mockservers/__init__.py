"""Local stand-ins for OmniSegment, FANSHIP, eSputnik and Zangsho that tell what became of every item sent.

`mockservers serve` runs them; the pytest fixtures `omnisegment`, `fanship`, `esputnik` and `zangsho` give a test a
fresh tenant of each. Nothing is imported here, so that a pytest run which uses none of it pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockservers.client import Client
    from mockservers.testing.intercept import intercept

__all__ = ["Client", "intercept"]


def __getattr__(name: str) -> Any:
    if name == "intercept":
        from mockservers.testing.intercept import intercept  # noqa: PLC0415 - see above

        return intercept
    if name == "Client":
        from mockservers.client import Client  # noqa: PLC0415 - as above

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
