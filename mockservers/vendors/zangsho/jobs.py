"""Zangsho stores what it is sent at once: no call leaves work for later."""

from __future__ import annotations

from collections.abc import Mapping

from mockservers.core.deciding.vendor import DecideJob

JOBS: Mapping[str, DecideJob] = {}
