"""Figures 7 and 12: the cost of the server in a test run's process, and of the plugin if it is not used."""

from __future__ import annotations

import http.client
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure
from bench.measure import interleaved
from bench.processes import ROOT
from mockservers.web.bootstrap import MockApp, Serving
from mockservers.web.http_server.server import Server

_PLUGIN = "mockservers.testing.plugin"
_ALLOWED = "{'mockservers', 'pytest', '_pytest', 'pluggy', 'iniconfig', 'pygments', 'packaging', 'exceptiongroup'}"
_IMPORTED = f"""
import sys
import pytest
before = set(sys.modules)
import {_PLUGIN}
names = {{name.partition('.')[0] for name in set(sys.modules) - before}}
print(len(names - set(sys.stdlib_module_names) - {_ALLOWED}))
"""


def server() -> Iterator[Figure]:
    """Figure 7."""
    gateway = MockApp(Serving(demo=False)).gateway
    starts, stops = [], []
    for _ in range(15):
        started = time.perf_counter()
        serving = Server(gateway).start()
        client = http.client.HTTPConnection("127.0.0.1", serving.port)
        client.request("GET", "/__admin/health")
        client.getresponse().read()
        starts.append((time.perf_counter() - started) * 1e3)
        stopping = time.perf_counter()
        serving.stop()
        stops.append((time.perf_counter() - stopping) * 1e3)
        client.close()
    yield Figure("7a", starts)
    yield Figure("7b", stops)


def plugin() -> Iterator[Figure]:
    """Figure 12."""
    with TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing(): pass\n")
        rows = interleaved(15, partial(_pytest, folder, "-p", _PLUGIN), partial(_pytest, folder))
    yield Figure("12a", [(with_plugin - without) * 1e3 for with_plugin, without in rows])
    done = subprocess.run([sys.executable, "-c", _IMPORTED], capture_output=True, text=True, check=True, cwd=ROOT)
    yield Figure("12b", [json.loads(done.stdout)])


def _pytest(folder: str, *options: str) -> float:
    """Processor seconds of an empty test run. Only the plugins that `options` name are loaded."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, folder]
    before = _spent_by_children()
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    return _spent_by_children() - before


def _spent_by_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
