"""The planned jobs of a tenant: in the order of their due times, then of their planning."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime

from mockservers.core.exchange.call import Job


class Scheduler:
    """Planned jobs. Not thread-safe: callers hold the tenant's lock."""

    def __init__(self) -> None:
        self._order = itertools.count()
        self._heap: list[tuple[datetime, int, Job]] = []

    def plan(self, job: Job) -> None:
        """Plan a job for its due time."""
        heapq.heappush(self._heap, (job.due, next(self._order), job))

    def replace(self, jobs: Iterable[Job]) -> None:
        """Replace all planned jobs."""
        self._heap = []
        for job in jobs:
            self.plan(job)

    def is_due(self, now: datetime) -> bool:
        """Whether any job is due."""
        return bool(self._heap) and self._heap[0][0] <= now

    def due(self, now: datetime) -> Iterator[Job]:
        """Yield and remove the due jobs, soonest first, including jobs that are planned meanwhile."""
        while self.is_due(now):
            yield heapq.heappop(self._heap)[2]

    def __iter__(self) -> Iterator[Job]:
        return (job for _, _, job in sorted(self._heap, key=lambda planned: planned[:2]))
