"""No import has to come first: contracts load in a new process whichever module was imported before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.asking import VENDORS

FIRST = [
    "mockservers.core.contract.loading",
    "mockservers.core.tenancy.mock",
    "mockservers.vendors",
    "mockservers.web.apps",
    "mockservers.testing.tenant",
]
"""Modules that may be the first to be imported."""


@pytest.mark.parametrize("first", FIRST)
def test_every_contract_loads_whatever_was_imported_first(first: str) -> None:
    code = f"""
        import importlib
        importlib.import_module({first!r})
        from mockservers.vendors import load_contract
        print([load_contract(vendor).vendor for vendor in {list(VENDORS)!r}])
    """
    lines = "\n".join(line.strip() for line in code.splitlines())
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr) == (str(list(VENDORS)), "")
