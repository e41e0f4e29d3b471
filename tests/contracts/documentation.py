"""The leaves of contracts that change nothing, by kind, each with its reason. `*` is one token, `**` any number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

DOCUMENTATION: Mapping[str, Mapping[str, str]] = {
    "vendor.yaml": {
        "/pages/**": "where it is written",
        "/hosts/*/description": "prose",
        "/demo/examples/**": "what the forms of the page have",
    },
    "openapi.yaml": {
        "/info/**": "who wrote it, and the license",
        "/tags/**": "order for tools that render the document",
        "/servers/*/description": "prose",
        "/servers/*/variables/*/description": "prose",
        "/paths/*/*/tags/**": "groups for tools that render the document",
        "/paths/**/summary": "prose",
        "/paths/*/*/x-rules/*": "rules to read first; the start checks that there are such rules",
        "/paths/*/*/requestBody/required": "what tools send; what an empty body is answered is a rule",
        "/paths/*/*/requestBody/content/multipart~1form-data/**": "what tools send; the start holds x-upload to it",
        "/paths/*/*/responses/*/content/*/example/**": "what tools show; computed replies go by the schema",
        "/paths/*/*/responses/*/content/*/schema/$ref": "the fields of the reply; without it all that is computed",
        "/paths/*/*/responses/*/headers/**": "what tools read of headers; a rule names them",
        "/paths/*/*/responses/*/$ref": "what tools read of refusals; errors.yaml has what the mock answers",
        "/components/schemas/Accepted/**": "what tools read of replies; a constant is answered",
        "/components/schemas/Refusal/**": "what tools read of refusals; errors.yaml has the answers",
        "/components/responses/**": "what tools read of refusals; errors.yaml has the mock's answers",
        "/components/parameters/*/example": "what tools send",
        "/components/parameters/*/schema/type": "what tools send; all but integers of a query are text",
        "/paths/**/parameters/*/schema/type": "what tools send, except for integers of a query",
        "/paths/**/parameters/*/schema/format": "the size of an integer, for tools",
        "/**/description": "prose",
        "/**/examples/**": "what tests and the kit take values from; the mock answers by the schema",
        "/components/securitySchemes/*/description": "prose",
        "/components/schemas/CustomFields/type": "the frame of the types; a value goes by its own type",
        "/components/schemas/CustomFields/properties/*/type": "the frame of the types; a value goes by its own type",
    },
    "rules.yaml": {
        "/rules/*/says": "prose, listed by `mockservers rules`",
        "/rules/*/reason": "prose, listed by `mockservers rules`",
        "/rules/*/source/**": "where it is written, listed by `mockservers rules`",
        "/rules/*/refs/**": "numbers of facts; the start checks that they are listed",
        "/rules/*/reading/choices/*/says": "prose, listed by `mockservers rules`",
        "/rules/zangsho.request.rate/why": "limits count real time, and the corpus is sent without them",
        "/numbers/**": "the list that refs are checked against",
    },
    "errors.yaml": {
        "/refusals/*/request/**": "a request that causes it, listed by `mockservers errors`; a test sends it",
    },
    "*.schema.json": {
        "/**/description": "prose",
        "/**/examples/**": "what tests and the kit take values from",
        "/**/default": "as the page publishes it; what is not sent stays absent",
        "/properties/*/items/type": "as the page publishes it; a text has no items",
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
