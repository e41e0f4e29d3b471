"""The known name that is most similar to an unknown one, for messages."""

from __future__ import annotations

from collections.abc import Iterable

_LIKE, _LIKE_LONG = 0.6, 0.5


def nearest(name: str, known: Iterable[str], like: float = _LIKE) -> str | None:
    """Return the most similar known name, without regard to case; None if none is similar."""
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, and rarely needed

    folded = {each.casefold(): each for each in known}
    matches = get_close_matches(name.casefold(), folded, n=1, cutoff=like)
    return folded[matches[0]] if matches else None


def several_nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return up to three names that are similar to a long one, such as a path or a rule's id; most similar first."""
    from difflib import get_close_matches  # noqa: PLC0415 - as above

    return get_close_matches(name, list(dict.fromkeys(known)), n=3, cutoff=_LIKE_LONG)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'X'?`, to append to a sentence; empty if no name is similar."""
    similar = nearest(name, known)
    return f" Did you mean {similar!r}?" if similar else ""
