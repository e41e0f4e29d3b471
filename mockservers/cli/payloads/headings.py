"""The lines at the top of a module of payload types: which type each operation takes."""

from __future__ import annotations

from mockservers.cli.payloads.declarations import Models, Named


def heading(models: Models, flag: str) -> list[str]:
    """What the module contains, the command that writes it, and a table of the operations."""
    rows = [
        (payload.operation, f"{payload.method} {payload.path}", payload.type.name, " in each line" * payload.is_line)
        for payload in models.payloads
        if isinstance(payload.type, Named)
    ]
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:2]]
    return [
        f"Payloads of {models.title}, from its contract. {models.title} ignores or refuses a key that no type has.",
        "",
        f"Written by `mockservers models {models.vendor} {flag}`. Do not edit it; run the command again.",
        "",
        *(f"  {name:{widths[0]}}  {call:{widths[1]}}  {kind}{suffix}" for name, call, kind, suffix in rows),
    ]
