"""The leaves of contracts that change nothing, by kind, each with its reason. `*` is one token, `**` any number.

A pattern may name the leaf's value after ` = `, as JSON.
"""

from __future__ import annotations

import json
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
        **dict.fromkeys(
            [f"/components/schemas/{name}/**" for name in ("Refusal", "PlainFailure", "TypedFailure")],
            "what tools read of refusals; errors.yaml has the answers, and the start validates them by it",
        ),
        **dict.fromkeys(
            [
                f"/components/schemas/{name}{leaf}"
                for name in ("Success", "PastEventResults", "FailedOrders", "FailedOrder")
                for leaf in ("/**/type/**", "/**/required/*", "/**/const")
            ]
            + [f"/components/schemas/{name}/required/*" for name in ("Customer", "Subscription", "SubscriptionEvent")],
            "what tools read of replies, all of which have it; the start validates examples by it",
        ),
        **dict.fromkeys(
            ["/components/schemas/*/properties/tid/type", "/components/schemas/*/properties/api_key/type"],
            "what tools send; a value of another type is no tenant's credential",
        ),
        **dict.fromkeys(
            [
                *(f"/components/schemas/{name}/type" for name in ("NewOrder", "SubscriptionChange", "Cancellation")),
                *(f"/components/schemas/{name}/type" for name in ("PurchaseImport", "PurchaseBatch", "ProductImport")),
                *(f"/components/schemas/{name}/type" for name in ("AudienceImport", "AudienceBatch")),
                "/components/schemas/ImportedOrder/anyOf/*/type",
                "/components/schemas/ImportedOrder/anyOf/*/properties/*/type",
            ],
            "the frame: the body is an object and its fields have their types before this is asked",
        ),
        **dict.fromkeys(
            [f"/components/schemas/{name}/type" for name in ("OrderStatus", "SubscriptionStatus")],
            "what its enum says as well; the start holds one to the other",
        ),
        "/components/schemas/OrderFields/properties/order_no/minLength": "an empty text is as good as absent",
        '/components/schemas/**/type/* = "null"': "what tools send; a rule says that null is as good as absent",
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


def reason(file: str, pointer: str, leaf: object) -> str:
    """Why a leaf may change nothing; empty when it must change something."""
    for pattern, value, why in _patterns(file):
        if pattern.fullmatch(pointer) and value in ("", json.dumps(leaf)):
            return why
    return ""


@cache
def _patterns(file: str) -> list[tuple[re.Pattern[str], str, str]]:
    known = DOCUMENTATION["*.schema.json" if file.endswith(".schema.json") else file]
    parts = [(*pattern.partition(" = "), why) for pattern, why in known.items()]
    return [(_compiled(pattern), value, why) for pattern, _, value, why in parts]


def _compiled(pattern: str) -> re.Pattern[str]:
    tokens = (
        "(/[^/]*)*" if token == "**" else "/[^/]*" if token == "*" else "/" + re.escape(token)
        for token in pattern.split("/")[1:]
    )
    return re.compile("".join(tokens))
