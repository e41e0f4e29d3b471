"""The transports: Flask apps for the vendors and the admin API, the gateway, the listeners, the HTTP server."""

from __future__ import annotations

from mockservers.web.apps import create_app

__all__ = ["create_app"]
