"""Sentences that quote keys and values of requests: overlong words are cut."""

from __future__ import annotations

import re

from mockservers.core.values.printable import shortened

WORD_MAX = 80
"""Maximum characters of a word. The body of the request has the whole word."""

_LONG = re.compile(rf"\S{{{WORD_MAX + 1},}}")


def brief(text: str) -> str:
    """The text with `…` as the last character of each word that is longer than `WORD_MAX`."""
    return _LONG.sub(lambda word: shortened(word[0], WORD_MAX), text)
