"""The signals that a test can send to a process of its own: one that is ignored here stays ignored there."""

from __future__ import annotations

import signal


def heard(*numbers: signal.Signals) -> list[signal.Signals]:
    """Those of the signals that are not ignored, as SIGHUP is below nohup and SIGINT in a shell's background."""
    return [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
