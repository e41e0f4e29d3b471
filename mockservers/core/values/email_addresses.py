"""E-mail addresses: `local@domain` of RFC 5321, without the forms that no vendor's page shows.

- The local part is a dot-atom: letters, digits and !#$%&'*+-/=?^_`{|}~, dots between them; at most 64 octets.
- The domain is labels of letters, digits and inner hyphens with dots between them; at most 63 octets each. One
  label is enough (`root@localhost`).
- The whole is at most 254 octets (RFC 5321, 4.5.3.1.3, less the angle brackets).
- Internationalised addresses (RFC 6531) pass: letters, marks, digits and signs beyond ASCII in the local part, letters,
  marks and digits in the domain. Lengths of a local part count octets of UTF-8, those of a label its `xn--` form.
- Quoted local parts, comments, display names, address literals (`a@[192.0.2.1]`) and a dot at the end are refused.
"""

from __future__ import annotations

import re
from unicodedata import category

_ATOM = re.compile(r"[^\x00- \"(),.:;<>@\[\\\]\x7f]+")
_LABEL = re.compile(r"[^\x00-/:-@\[-`{-\x7f](?:[^\x00-,./:-@\[-`{-\x7f]*[^\x00-/:-@\[-`{-\x7f])?")
"""Negated sets: Python takes a hundred times as long to compile a set that names all characters beyond ASCII."""
_MOST, _MOST_LOCAL, _MOST_LABEL = 254, 64, 63
_ASCII = re.compile(
    r"(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]++(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]++)*+"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
"""The whole pattern, for addresses in ASCII."""
_IN_LOCAL = frozenset("LMNPS")
_IN_DOMAIN = frozenset("LMN")


def is_email(text: str) -> bool:
    """Whether a whole text is an e-mail address."""
    if len(text) > _MOST:
        return False
    if text.isascii():
        return _ASCII.fullmatch(text) is not None
    local, at, domain = text.rpartition("@")
    if not at or not _is_local_part(local):
        return False
    labels = [_ascii_label(label) for label in domain.split(".")]
    if not all(labels):
        return False
    return len(local.encode()) + sum(1 + len(label or "") for label in labels) <= _MOST


def _is_local_part(local: str) -> bool:
    atoms = local.split(".")
    return (
        all(map(_ATOM.fullmatch, atoms))
        and all(_has_only(_IN_LOCAL, atom) for atom in atoms)
        and len(local.encode()) <= _MOST_LOCAL
    )


def _ascii_label(label: str) -> str | None:
    """Return the label in its DNS form; None if it is not a label."""
    if _LABEL.fullmatch(label) is None or not _has_only(_IN_DOMAIN, label):
        return None
    encoded = label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
    return encoded if len(encoded) <= _MOST_LABEL else None


def _has_only(categories: frozenset[str], text: str) -> bool:
    """Whether all characters beyond ASCII are in these Unicode categories, so not spaces, controls or surrogates."""
    return text.isascii() or all(character.isascii() or category(character)[0] in categories for character in text)
