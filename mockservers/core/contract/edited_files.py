"""Errors of a contract with an overlay: they name the file that the overlay changes, and not only one that it left.

An overlay that removes a value from openapi.yaml leaves a reference to it in rules.yaml. The mistake is in the former.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from mockservers.core.errors import ContractError

_UNRESOLVED = re.compile(r"unresolved \$ref (?P<file>[^#\s]+)#(?P<place>\S*)")


@contextmanager
def naming_edited(vendor: str, names: Collection[str]) -> Iterator[None]:
    """Raise a ContractError of the block with the edited files of a vendor in it. `names` are those of the overlay."""
    edited = [f"{vendor}/{name}" for name in names]
    try:
        yield
    except ContractError as error:
        if not edited or error.file in edited:
            raise
        raise _about(error, vendor, edited) from None


def _about(error: ContractError, vendor: str, edited: list[str]) -> ContractError:
    missing = _UNRESOLVED.fullmatch(error.reason)
    if missing and f"{vendor}/{missing['file']}" in edited:
        reason = f"it is missing, and {error.file}#{error.pointer} refers to it"
        return ContractError(f"{vendor}/{missing['file']}", missing["place"], reason, "Fix: put it back.")
    reason = f"{error.reason.rstrip('.')}. Your overlay does not change this file, but {' and '.join(edited)}"
    return ContractError(error.file, error.pointer, reason, error.fix)
