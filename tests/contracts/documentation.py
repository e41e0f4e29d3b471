"""The leaves of contracts that change nothing, by file, each kind with its reason.

`*` in a pattern is one token, `**` any number, `{a,b}` one of those; it may name the leaf's value after ` = `, as JSON.
PROSE is for readers and is not replayed. DOCUMENTATION excuses a leaf of one vendor that has no effect on the examples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

Reasons = Mapping[str, str]
"""Pattern of JSON pointers -> why the leaf changes nothing."""

PROSE: Mapping[str, Reasons] = {
    "vendor.yaml": {
        "/pages/**": "where it is written",
        "/hosts/*/description": "prose",
        "/demo/examples/**": "what the forms of the page have",
    },
    "openapi.yaml": {
        "/info/**": "who wrote it, and the license",
        "/tags/**": "order for tools that render the document",
        "/servers/*/description": "prose",
        "/paths/*/*/tags/**": "groups for tools that render the document",
        "/paths/*/*/summary": "prose",
        "/**/description": "prose",
        "/paths/*/*/x-rules/*": "rules to read first; the start checks that there are such rules",
        "/paths/*/*/responses/*/content/*/example/**": "what tools show; computed replies go by the schema",
        "/paths/**/parameters/*/example": "what tools send",
        "/components/parameters/*/example": "what tools send",
        "/paths/*/*/x-reports = []": "says that the reply reports nothing, as its absence does",
        "/**/examples/**": "what tests and the kit take values from; the mock answers by the schema",
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

_REFUSALS: Reasons = {
    "/paths/*/*/responses/*/$ref": "what tools read of refusals; errors.yaml has what the mock answers",
    "/components/responses/**": "what tools read of refusals; errors.yaml has what the mock answers",
}
_BODIES: Reasons = {
    "/paths/*/*/requestBody/required": "what tools send; what an empty body is answered is a rule",
    "/paths/*/*/responses/*/content/*/schema/**": "the fields of the reply; without it, all that is computed",
}
_TEXTS: Reasons = {'/paths/**/parameters/*/schema/type = "string"': "what a query, a path or a header has is text"}
_SHARED_TEXTS: Reasons = {'/components/parameters/*/schema/type = "string"': next(iter(_TEXTS.values()))}
_NULLS: Reasons = {
    '/components/schemas/**/type/* = "null"': "what tools send; a rule says that null is as good as absent",
}
_NULL_MEMBERS: Reasons = {"/components/schemas/**/enum/* = null": next(iter(_NULLS.values()))}


def _schemas(why: str, *places: str) -> Reasons:
    return dict.fromkeys([f"/components/schemas/{place}" for place in places], why)


def _answered(*names: str) -> Reasons:
    """Schemas that only replies have."""
    return _schemas(_ALWAYS, f"{{{','.join(names)}}}/**/{_OF_REPLIES}/**")


_ALWAYS = "what tools read of replies, all of which have it; the start validates examples by it"
_RECORDS = ("Customer", "Order", "Subscription", "SubscriptionEvent")
_OF_REPLIES = "{type,required,format,const,enum,minimum,$ref,items,additionalProperties,oneOf}"
"""The keywords of response schemas that describe what the mock computes. It reads the properties and their order."""
_REFUSED = "what tools read of refusals; errors.yaml has the answers, and the start validates them by it"
_FRAME = "the frame: the body is an object and its fields have their types before this is asked"
_ENUM = "what its enum says as well; the start holds one to the other"

DOCUMENTATION: Mapping[str, Mapping[str, Reasons]] = {
    "omnisegment": {
        "openapi.yaml": {
            **_REFUSALS,
            **_BODIES,
            **_TEXTS,
            **_SHARED_TEXTS,
            **_NULLS,
            **_NULL_MEMBERS,
            **_schemas(_REFUSED, "PlainFailure/**", "TypedFailure/**"),
            **_answered("Success", "OrdersPage", "OrderRead", "AddressRead", "ProductRead"),
            **_schemas("a test sends that many orders; the corpus does not", "OrdersPage/properties/data/maxItems"),
            **_schemas("as the page states it; what is not sent stays absent", "FcmToken/properties/active/default"),
            **_schemas("an empty text is as good as absent", 'IdentifierField/enum/* = ""'),
            **_schemas(_FRAME, "PurchaseImport/type", "PurchaseBatch/type", "ProductImport/type"),
            **_schemas(_FRAME, "AudienceImport/type", "AudienceBatch/type"),
            **_schemas(
                "what tools send; a value of another type is no tenant's credential",
                "*/properties/tid/type",
                "*/properties/api_key/type",
            ),
            **_schemas(
                "the frame of the types; a value goes by its own type",
                "CustomFields/type",
                "CustomFields/properties/*/type",
            ),
        },
    },
    "zangsho": {
        "openapi.yaml": {
            **_REFUSALS,
            **_BODIES,
            **_SHARED_TEXTS,
            **_NULLS,
            **_NULL_MEMBERS,
            **_schemas(_FRAME, "NewOrder/type", "SubscriptionChange/type", "Cancellation/type"),
            **_schemas(_FRAME, "ImportedOrder/anyOf/*/type", "ImportedOrder/anyOf/*/properties/*/type"),
            **_schemas(_ENUM, "OrderStatus/type", "SubscriptionStatus/type"),
            **_answered(
                *("Customer", "Order", "Subscription", "SubscriptionEvent", "Meta", "Instant", "InstantOrNull"),
                *(f"{name}Reply" for name in _RECORDS),
                *(f"{name}List" for name in _RECORDS),
                *("BatchReport", "StoredItem", "SkippedItem", "FailedItem", "Problem", "ValidationError"),
            ),
            **_schemas("as its absence", "Metadata/additionalProperties"),
            **_schemas("an empty text is as good as absent", "OrderFields/properties/order_no/minLength"),
        },
        "rules.yaml": {
            "/rules/zangsho.request.rate/why": "limits count real time, and the corpus is sent without them",
        },
    },
    "fanship": {
        "openapi.yaml": {
            **_REFUSALS,
            **_BODIES,
            **_TEXTS,
            "/paths/*/*/requestBody/content/multipart~1form-data/**": "what tools send; the start holds x-upload to it",
            **_schemas("what tools read of replies; a constant is answered", "Accepted/**"),
            **_schemas(_REFUSED, "Refusal/**"),
        },
        "*.schema.json": {
            "/**/default": "as the page publishes it; what is not sent stays absent",
            "/properties/*/items/type": "as the page publishes it; a text has no items",
        },
    },
    "esputnik": {
        "openapi.yaml": {
            **_REFUSALS,
            **_BODIES,
            **_TEXTS,
            **_NULLS,
            "/paths/*/*/responses/*/headers/**": "what tools read of headers; a rule names them",
            "/paths/**/parameters/*/schema/format": "the size of an integer, for tools",
            **_schemas("the pattern is stricter", "Occurred/format"),
            **_schemas(
                "anything else is an alternative to it, with a status", "PastEvent/properties/occurred/anyOf/0/$ref"
            ),
            **_schemas(
                "anything else is an alternative to it, and fails alone", "Orders/properties/orders/items/anyOf/0/$ref"
            ),
            **_schemas("the frame of the params, which are an object by then", "OrderUpdated/type"),
            **_schemas("as its absence", "{OrderUpdated,EventOrderItem}/additionalProperties"),
            **_schemas("what tools read of items; the code reads its JSON text", "OrderUpdated/properties/items/**"),
            '/paths/*/parameters/*/schema/type = "integer"': "a text that is no number finds no contact either",
            **_schemas(_REFUSED, "Refusal/**"),
            **_schemas(_ENUM, "OrderStatus/type"),
            **_answered(
                *("PastEventResults", "FailedOrders", "FailedOrder", "IdResult", "BaseContact", "SubscriptionResult"),
                *("BulkUpdateResult", "ImportStatus"),
            ),
        },
    },
}


@dataclass(frozen=True)
class Kind:
    """Leaves that change nothing for one reason, in a file of some vendors."""

    vendors: frozenset[str]
    file: str
    pattern: str
    why: str
    prose: bool

    def covers(self, vendor: str, file: str, pointer: str, leaf: object) -> bool:
        """Whether a leaf is one of these."""
        named = "*.schema.json" if file.endswith(".schema.json") else file
        place, _, value = self.pattern.partition(" = ")
        return (
            vendor in self.vendors
            and named == self.file
            and _compiled(place).fullmatch(pointer) is not None
            and value in ("", json.dumps(leaf))
        )


def _kinds() -> Iterator[Kind]:
    for file, patterns in PROSE.items():
        for pattern, why in patterns.items():
            yield Kind(frozenset(DOCUMENTATION), file, pattern, why, prose=True)
    for vendor, files in DOCUMENTATION.items():
        for file, patterns in files.items():
            for pattern, why in patterns.items():
                yield Kind(frozenset({vendor}), file, pattern, why, prose=False)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    tokens = (
        "(/[^/]*)*" if token == "**" else "/[^/]*" if token == "*" else f"/({_one_of(token)})"
        for token in pattern.split("/")[1:]
    )
    return re.compile("".join(tokens))


def _one_of(token: str) -> str:
    tokens = token[1:-1].split(",") if token.startswith("{") else [token]
    return "|".join(map(re.escape, tokens))


KINDS = tuple(_kinds())


def kind_of(vendor: str, file: str, pointer: str, leaf: object) -> Kind | None:
    """The kind of documentation that a leaf is, if it is any."""
    return next((kind for kind in KINDS if kind.covers(vendor, file, pointer, leaf)), None)
