"""A newcomer: an empty folder, an environment that knows nothing of this checkout, and a page to paste from.

Once everything is installed the newcomer has no network, where the machine lets its users make namespaces.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.code_blocks import Block, matches
from tests.namespaces import can_isolate

INSTALLS = ("pip install", "npm ")
CHECKOUT = "/path/to/mockservers"
NO_NETWORK = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
PASSED_ON = (
    "PATH",
    "PIP_",
    "npm_config_",
    "NPM_CONFIG_",
    "SSL_CERT",
    "NODE_EXTRA_CA",
    "REQUESTS_CA",
    "HTTPS_PROXY",
    "https_proxy",
)
"""What of this environment a newcomer has, too: where programs are, and how packages come here."""


@dataclass
class Newcomer:
    """Pastes blocks into one shell, in an empty folder. `checkout` is a copy of this project, as git has it."""

    folder: Path
    checkout: Path
    seconds: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.environment:
            return
        home = Path.home()
        self.environment = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
        path = self.environment["PATH"].split(os.pathsep)
        self.environment["PATH"] = os.pathsep.join(each for each in path if ".venv" not in each)
        self.environment |= {"HOME": str(self.folder), "LANG": "C.UTF-8", "CI": "1", "NO_COLOR": "1"}
        for name, file in (("PIP_CONFIG_FILE", ".config/pip/pip.conf"), ("NPM_CONFIG_USERCONFIG", ".npmrc")):
            if (home / file).is_file():
                self.environment.setdefault(name, str(home / file))

    def again(self, folder: Path) -> Newcomer:
        """A copy of this newcomer in another empty folder."""
        return Newcomer(folder, self.checkout, self.seconds, dict(self.environment))

    def follow(self, block: Block) -> None:
        """Do what a block is for: save it, or paste it. `seconds` counts what that takes."""
        began = time.monotonic()
        if "file" in block.comments:
            (self.folder / block.comments["file"]).write_text(block.text, "utf-8")
        else:
            self._paste(block)
        self.seconds += time.monotonic() - began

    def _paste(self, block: Block) -> None:
        """Paste a block into the shell that had those before: its variables, its folder and its `activate` stay."""
        state, text = self.folder.parent / "environment", block.text.replace(CHECKOUT, str(self.checkout))
        script = f'set -e\n{text}\nenv -0 > "{state}"\n'
        if block.comments.get("exit"):
            script = text
        offline = NO_NETWORK if _can_go_offline() and not any(word in text for word in INSTALLS) else ()
        done = subprocess.run(
            [*offline, "bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == int(block.comments.get("exit", "0")), f"{text}\n{printed}"
        if block.expected:
            assert matches(printed, block.expected), f"{text}\nprints:\n{printed}"
        if state.exists():
            pairs = state.read_text("utf-8").rstrip("\0").split("\0")
            self.environment = dict(pair.partition("=")[::2] for pair in pairs)
            state.unlink()


def _can_go_offline() -> bool:
    return can_isolate() and shutil.which("unshare") is not None and shutil.which("ip") is not None
