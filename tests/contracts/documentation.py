"""The leaves of contracts that change nothing, by kind, each with its reason. `*` is one token, `**` any number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

DOCUMENTATION: Mapping[str, Mapping[str, str]] = {
    "vendor.yaml": {
        "/pages/**": "where it is written",
        "/hosts/*/description": "prose",
    },
    "openapi.yaml": {
        "/info/**": "who wrote it, and the license",
        "/tags/**": "order for tools that render the document",
        "/servers/*/description": "prose",
        "/servers/*/variables/*/description": "prose",
        "/paths/*/*/tags/**": "groups for tools that render the document",
        "/paths/**/summary": "prose",
        "/**/description": "prose",
        "/**/examples/**": "what tests and the kit take values from; the mock answers by the schema",
        "/components/securitySchemes/*/description": "prose",
    },
    "rules.yaml": {
        "/rules/*/says": "prose, listed by `mockservers rules`",
        "/rules/*/reason": "prose, listed by `mockservers rules`",
        "/rules/*/source/**": "where it is written, listed by `mockservers rules`",
        "/rules/*/refs/**": "numbers of facts; the start checks that they are listed",
        "/rules/*/reading/choices/*/says": "prose, listed by `mockservers rules`",
        "/numbers/**": "the list that refs are checked against",
    },
    "errors.yaml": {
        "/refusals/*/request/**": "a request that causes it, listed by `mockservers errors`; a test sends it",
    },
    "*.schema.json": {
        "/**/description": "prose",
        "/**/examples/**": "what tests and the kit take values from",
    },
}


def reason(file: str, pointer: str) -> str:
    """Why a leaf may change nothing; empty when it must change something."""
    return next((why for pattern, why in _patterns(file) if pattern.fullmatch(pointer)), "")


@cache
def _patterns(file: str) -> list[tuple[re.Pattern[str], str]]:
    known = DOCUMENTATION["*.schema.json" if file.endswith(".schema.json") else file]
    return [(_compiled(pattern), why) for pattern, why in known.items()]


def _compiled(pattern: str) -> re.Pattern[str]:
    tokens = (
        "(/[^/]*)*" if token == "**" else "/[^/]*" if token == "*" else "/" + re.escape(token)
        for token in pattern.split("/")[1:]
    )
    return re.compile("".join(tokens))
