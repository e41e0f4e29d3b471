"""Load and disasters want a machine to themselves: MOCKSERVERS_LOAD=1 scripts/test tests/hostile runs them."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("MOCKSERVERS_LOAD") else ["test_load.py", "test_uploads.py"]
