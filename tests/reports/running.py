"""A run to report on: customers that are sent to Zangsho's demo tenant."""

from __future__ import annotations

import requests

from mockservers.core.accounting.evidence import gather
from mockservers.core.accounting.verdict import Policy, judge
from mockservers.core.value import replace
from mockservers.reports.run_report import RunReport, report_of
from mockservers.web.bootstrap import MockApp

TOKEN = {"Authorization": "Bearer 1|demo-zangsho-token"}


def report(mock_app: MockApp, *customers: dict[str, str], expected: tuple[str, ...] = ()) -> RunReport:
    """The report once these have been sent. Losses by the `expected` rules are accepted."""
    for customer in customers:
        url = f"{mock_app.server.url}/zangsho/v1/customers"
        requests.post(url, json=customer, headers=TOKEN, timeout=10).raise_for_status()
    evidence = gather(mock_app.control)
    accounts = tuple(replace(account, accepted=expected) for account in evidence.accounts)
    evidence = replace(evidence, accounts=accounts)
    return report_of(mock_app.control, evidence, judge(evidence, Policy("silent")))
