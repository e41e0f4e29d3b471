"""Schemathesis against the server, one vendor after the other.

    python -m scripts.programs.fuzz SERVER [VENDOR ...] [-- OPTIONS of schemathesis run]

Runs in the environment of Schemathesis, which does not have our packages; SERVER is the program `mockservers`. A vendor
passes if no answer is a server error or violates its contract, and if every operation accepted at least one call.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scripts.programs.running import server

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent


def main() -> int:
    """The exit status: 0 if every vendor passed."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", type=Path)
    arguments.add_argument("vendor", nargs="*")
    ours, theirs = _split(sys.argv[1:])
    chosen = arguments.parse_args(ours)
    vendors = chosen.vendor or sorted(path.parent.name for path in ROOT.glob("contracts/*/openapi.yaml"))
    failed = []
    with server(chosen.program) as url:
        for vendor in vendors:
            print(f"\n--- {vendor}", flush=True)
            if fuzz(vendor, url, theirs):
                failed.append(vendor)
    print(f"Schemathesis: {len(vendors) - len(failed)} of {len(vendors)} vendors answer within their contracts.")
    for vendor in failed:
        print(f"  outside its contract: {vendor}. To see it alone: scripts/schemathesis {vendor}")
    return 1 if failed else 0


def fuzz(vendor: str, url: str, options: list[str]) -> int:
    """Schemathesis' exit status for one vendor, whose prefix replaces scheme and host."""
    file = ROOT / "contracts" / vendor / "openapi.yaml"
    contract = yaml.safe_load(file.read_text("utf-8"))
    base = contract["servers"][0]["url"].rstrip("/")
    credentials = yaml.safe_load(file.with_name("vendor.yaml").read_text("utf-8"))["demo"]["credentials"]
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
        *("run", str(file), "--url", f"{url}/{vendor}{base}"),
        *(f"--header={header}" for header in _headers(contract, credentials)),
        *options,
    ]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "scripts.programs.fuzz_hooks",
        "FUZZ_CREDENTIALS": json.dumps(credentials),
    }
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            # Without its lines of `=`, which a reader of the log could mistake for the last line of pytest.
            print(line.rstrip("\n").strip("= ") if line.startswith("==") else line.rstrip("\n"), flush=True)
    return running.returncode


def _headers(contract: dict[str, Any], credentials: dict[str, str]) -> Iterator[str]:
    """The credentials that the contract requires in headers. `fuzz_hooks` adds those in the query and the body."""
    for scheme in contract["components"]["securitySchemes"].values():
        match scheme:
            case {"type": "http", "scheme": "bearer"}:
                yield f"Authorization: Bearer {credentials['token']}"
            case {"type": "http", "scheme": "basic"}:
                yield f"Authorization: Basic {base64.b64encode(b'demo:' + credentials['api_key'].encode()).decode()}"
            case {"type": "apiKey", "in": "header", "name": name}:
                yield f"{name}: {credentials['api_key']}"
            case _:
                raise SystemExit(f"Nothing here knows how to send {scheme}. Teach {__file__}.")


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


if __name__ == "__main__":
    sys.exit(main())
