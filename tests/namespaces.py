"""Whether this machine lets its users make the namespaces that `mockservers run --isolate` needs."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

from mockservers.cli.isolation.network import INSIDE


@cache
def can_isolate() -> bool:
    """Tried in a process of its own, since what forbids it differs by kernel, distribution and container."""
    if sys.platform != "linux":
        return False
    source = f"import sys; sys.path.insert(0, {str(INSIDE.parent)!r}); import inside; inside.leave()"
    return subprocess.run([sys.executable, "-c", source], capture_output=True, check=False).returncode == 0
