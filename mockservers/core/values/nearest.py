"""The known name that is nearest to one that is not known, for messages."""

from __future__ import annotations

from collections.abc import Iterable

_LIKE, _LIKE_LONG = 0.6, 0.5


def nearest(name: str, known: Iterable[str], like: float = _LIKE) -> str | None:
    """The nearest known name, letter case aside; None when nothing is like it."""
    from difflib import get_close_matches  # noqa: PLC0415 - every test run would wait for it, and few make mistakes

    folded = {each.casefold(): each for each in known}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=like)
    return folded[found[0]] if found else None


def several_nearest(name: str, known: Iterable[str]) -> list[str]:
    """Up to three known names that are like a longer one, a path or a rule's id: nearest first, each once."""
    from difflib import get_close_matches  # noqa: PLC0415 - as above

    return get_close_matches(name, list(dict.fromkeys(known)), n=3, cutoff=_LIKE_LONG)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'X'?`, to put behind a sentence; empty when nothing is like the name."""
    found = nearest(name, known)
    return f" Did you mean {found!r}?" if found else ""
