"""Untrusted text, made safe for a terminal: characters that move the cursor, colour or reorder a line are escaped."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return the text on one line, with control characters, bidirectional overrides and lone surrogates escaped.

    >>> printable(f"a{chr(27)}[31m 王小明") == f"a{chr(92)}x1b[31m 王小明"
    True
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode("ascii")


def shortened(text: str, most: int) -> str:
    """Return the text, cut to `most` characters, the last of which is `…`."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
