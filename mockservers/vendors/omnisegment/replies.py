"""The vendor's answers: a refusal of the whole request, or the text about one item."""

from __future__ import annotations

from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.requests import item_count
from mockservers.vendors.omnisegment.values import shortened


def refuse(
    draft: Draft, call: Call, refusal: str, rule_id: str, at: str = "", text: str = "", **values: Any
) -> Decision:
    """Refuse a whole request with every item in it. `text` is the message of a refusal without a fixed one."""
    items = item_count(call)
    short_values = {name: shortened(value) for name, value in values.items()}
    if items:
        draft.outcome("refused", rule_id, count=items, at=at, **short_values)
    else:
        draft.note("noted", rule_id, at=at, **short_values)
    return reply_text(draft, refusal, text)


def reply_success(draft: Draft, call: Call) -> Decision:
    """Answer that the request was accepted."""
    return draft.decision(draft.contract.success(call.operation))


def reply_text(draft: Draft, refusal: str, text: str) -> Decision:
    """Answer with a refusal whose message is a text of the vendor: its type is the part before the colon."""
    return draft.decision(draft.contract.refusal(refusal, message=text, type=text.partition(":")[0]))
