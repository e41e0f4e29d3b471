"""Windows has no fcntl, no poll and fewer signals: everything imports without them, and a server serves and ends.

What stands here is Windows as far as Linux can show it: the modules and names that are missing there are taken away
before anything is imported.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
WINDOWS = """
    import os, select, signal, socket, sys, time
    for module in ("fcntl", "grp", "pwd", "resource", "termios"):
        sys.modules[module] = None
    for owner, names in {
        signal: ("SIGHUP", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGPIPE", "pthread_sigmask"),
        os: ("fork", "getuid", "geteuid", "killpg", "setsid", "getpgid", "sched_getaffinity", "register_at_fork"),
        select: ("poll", "epoll"),
        time: ("clock_gettime", "clock_gettime_ns", "CLOCK_MONOTONIC", "CLOCK_REALTIME"),
        socket: ("SO_REUSEPORT",),
    }.items():
        for name in names:
            if hasattr(owner, name):
                delattr(owner, name)
"""


def on_windows(program: str) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent(WINDOWS) + textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_every_module_imports() -> None:
    ended = on_windows("""
        import importlib, pkgutil
        import mockservers
        names = [module.name for module in pkgutil.walk_packages(mockservers.__path__, "mockservers.")]
        # The MCP SDK goes by sys.platform, which a test cannot change for all of the standard library.
        names = [name for name in names if not name.endswith(("__main__", "mcp_tools"))]
        for name in names:
            importlib.import_module(name)
        print(len(names))
    """)
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 200


def test_a_server_takes_an_upload_delivers_faults_and_ends() -> None:
    ended = on_windows("""
        import requests
        from mockservers.web.bootstrap import MockApp, Serving
        app = MockApp(Serving())
        app.start()
        url = app.server.url
        tenant = f"{url}/__admin/tenants/demo-fanship"
        lines = "".join(f'{{"id":"p-{number}","item_name":"商品"}}\\n' for number in range(20_000)).encode()
        upload = lambda: requests.post(
            f"{url}/fanship/v1/2nd/purchases/20251101/_all",
            headers={"Authorization": "Bearer demo-fanship-token"},
            files={"filename": ("a.ndjson", lines, "application/x-ndjson")},
            timeout=20,
        )
        assert upload().json() == {"status": "OK"}
        for fault in ({"effect": "delay", "delay": "PT0.2S"}, {"effect": "reset"}):
            planned = requests.put(f"{tenant}/faults", json={"faults": [fault]}, timeout=9)
            assert planned.ok, planned.text
            try:
                print(upload().status_code)
            except requests.ConnectionError:
                print("reset")
        print(requests.get(f"{tenant}/ledger", timeout=9).json()["items"])
        app.stop()
    """)
    assert ended.returncode == 0, ended.stderr
    items = {"sent": 60_000, "refused": 20_000, "overwritten": 20_000, "pending": 20_000}
    assert ended.stdout.splitlines() == ["200", "reset", str(items)]
