"""A decision together with the jobs that are due at once: OmniSegment answers, and its background work is done by then.

Nothing of it has happened yet: a job sees what the decision before it would leave, laid over what is held.
"""

from __future__ import annotations

from collections.abc import Callable

from mockservers.core.deciding.overlay import Overlay
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Decision, Schedule

Settled = tuple[tuple[Decision, View], ...]
"""Decisions in the order in which they happen, each with the view that it was made on."""


def settling(decide: Callable[[View], Decision], vendor: Vendor) -> Callable[[View], Settled]:
    """What decides, and goes on with the jobs that are due by then, soonest first."""

    def settle(view: View) -> Settled:
        decision = decide(view)
        settled = [(decision, view)]
        jobs = due_at_once(decision, view)
        if not jobs:
            return ((decision, view),)
        overlay = Overlay(view, vendor.collections)
        while jobs:
            for effect in settled[-1][0].effects:
                overlay.lay(effect)
            job = jobs.pop(0)
            job_view = view.over(overlay, job.due)
            decision = vendor.jobs[job.name](job, job_view)
            settled.append((decision, job_view))
            jobs = sorted([*jobs, *due_at_once(decision, view)], key=lambda each: each.due)
        return tuple(settled)

    return settle


def due_at_once(decision: Decision, view: View) -> list[Job]:
    """The jobs that a decision schedules and whose time has come, soonest first."""
    jobs = [effect.job for effect in decision.effects if isinstance(effect, Schedule) and effect.job.due <= view.now]
    return sorted(jobs, key=lambda job: job.due)
