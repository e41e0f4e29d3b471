"""A decision together with the jobs that are due at once: OmniSegment's background work can end before its answer.

No effect is applied yet: a job sees the held state with the effects of the earlier decisions as an overlay.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mockservers.core.deciding.overlay import Overlay
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Decision, Emit, Schedule

Settled = tuple[tuple[Decision, View], ...]
"""Decisions in their order, each with the view on which it was made."""


_CHANGE_NOTHING = (Schedule, Emit)
"""Effects that do not change the held state."""


def with_immediate_jobs(decide: Callable[[View], Decision], vendor: Vendor) -> Callable[[View], Settled]:
    """Return a function that decides, and then decides the jobs that are due at once, soonest first."""

    def settle(view: View) -> Settled:
        decision = decide(view)
        jobs = _due_at_once(decision, view)
        if not jobs:
            return ((decision, view),)
        settled = [(decision, view)]
        overlay: Overlay | None = None
        while jobs:
            for effect in decision.effects:
                if not isinstance(effect, _CHANGE_NOTHING):
                    overlay = overlay or Overlay(view, vendor.collections)
                    overlay.lay(effect)
            job = jobs.pop(0)
            job_view = view.over(overlay, job.due) if overlay else view.at(job.due)
            decision = vendor.jobs[job.name](job, job_view)
            settled.append((decision, job_view))
            if more := _due_at_once(decision, view):
                jobs = sorted([*jobs, *more], key=_due)
        return tuple(settled)

    return settle


def _due_at_once(decision: Decision, view: View) -> list[Job]:
    """Return the due jobs that a decision schedules, soonest first."""
    jobs = [effect.job for effect in decision.effects if type(effect) is Schedule and effect.job.due <= view.now]
    jobs.sort(key=_due)
    return jobs


def _due(job: Job) -> datetime:
    return job.due
