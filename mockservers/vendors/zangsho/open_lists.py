"""Values of fields whose list the pages show in part: taken, and at risk of not being in the rest of it."""

from __future__ import annotations

from mockservers.vendors.zangsho.kinds import Fields, Work
from mockservers.vendors.zangsho.problems import Problem, invalid

_RULES = {
    "payment_method": "zangsho.order.payment-method",
    "currency": "zangsho.order.currency",
    "billing_cycle": "zangsho.order.billing-cycle",
}


def unseen_value(work: Work, fields: Fields) -> Problem | None:
    """The first value that no page shows, where such a value fails."""
    for name, rule_id in _RULES.items():
        given = fields.get(name)
        unseen = given is not None and given not in work.draft.value(rule_id, "seen")
        if unseen and work.draft.reading(rule_id) == "seen-only":
            return invalid(work.draft.contract, rule_id, name, given=given)
    return None
