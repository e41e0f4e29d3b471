"""YAML for contracts. Texts that the core schema of YAML 1.2 would read as another type are quoted."""

from __future__ import annotations

import re
from typing import Any

import yaml

_DOUBTFUL = re.compile(r"[-+.0-9~]|(true|false|null)$|$", re.IGNORECASE)


class _Dumper(yaml.SafeDumper):
    """Writes no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _DOUBTFUL.match(text) else None)


_Dumper.add_representer(str, _text)


def to_yaml(content: Any) -> str:
    """The text of a file."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
