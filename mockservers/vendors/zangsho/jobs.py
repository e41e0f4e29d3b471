"""Zangsho processes every call at once, so it has no jobs."""

from __future__ import annotations

from collections.abc import Mapping

from mockservers.core.deciding.vendor import DecideJob

JOBS: Mapping[str, DecideJob] = {}
