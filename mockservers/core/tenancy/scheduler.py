"""What a tenant's vendor has planned: jobs in due order, those of one moment in the order of their planning."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime

from mockservers.core.exchange.call import Job


class Scheduler:
    """Jobs to be done. Not locked: the tenant's lock is around it."""

    def __init__(self) -> None:
        self._order = itertools.count()
        self._heap: list[tuple[datetime, int, Job]] = []

    def plan(self, job: Job) -> None:
        """Do this job when its time has come."""
        heapq.heappush(self._heap, (job.due, next(self._order), job))

    def replace(self, jobs: Iterable[Job]) -> None:
        """Do these jobs, and no others."""
        self._heap = []
        for job in jobs:
            self.plan(job)

    def is_due(self, now: datetime) -> bool:
        """Whether any job is due."""
        return bool(self._heap) and self._heap[0][0] <= now

    def due(self, now: datetime) -> Iterator[Job]:
        """The jobs that are due, soonest first, each taken off as it is given; those that they plan are among them."""
        while self.is_due(now):
            yield heapq.heappop(self._heap)[2]

    def __iter__(self) -> Iterator[Job]:
        return (job for _, _, job in sorted(self._heap, key=lambda planned: planned[:2]))
