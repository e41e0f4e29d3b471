"""The transports: Flask apps for the vendors and the admin API, the gateway, the listeners, the HTTP server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockservers.web.apps import create_app

__all__ = ["create_app"]


if not TYPE_CHECKING:  # otherwise a type checker would accept misspelt names of this module

    def __getattr__(name: str) -> Any:
        if name != "create_app":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from mockservers.web.apps import create_app  # noqa: PLC0415 - imported on first use

        return create_app
