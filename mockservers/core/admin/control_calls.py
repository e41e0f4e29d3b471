"""The method of `Control` for each operation of the admin API. The server and its client share this table."""

from __future__ import annotations

from collections.abc import Mapping

CONTROL_CALLS: Mapping[str, str] = {
    "getUnauthenticated": "unauthenticated",
    "getCoverage": "coverage",
    "getTenantCoverage": "coverage",
    "getUnmatched": "unmatched",
    "getDeleted": "deleted",
    "listTenants": "tenants",
    "createTenant": "create_tenant",
    "deleteTenants": "delete_tenants",
    "getTenant": "get_tenant",
    "deleteTenant": "delete_tenant",
    "revokeTenant": "revoke",
    "getState": "state",
    "putState": "put_state",
    "getJournal": "journal",
    "deleteJournal": "delete_journal",
    "resendCall": "resend",
    "getLedger": "ledger",
    "deleteLedger": "delete_ledger",
    "getClock": "clock",
    "moveClock": "move_clock",
    "getReadings": "readings",
    "putReadings": "put_readings",
    "getFaults": "faults",
    "putFaults": "put_faults",
    "addFault": "add_fault",
    "deleteFaults": "delete_faults",
    "getLimits": "limits",
    "putLimits": "put_limits",
    "getWebhooks": "webhooks",
    "putWebhooks": "put_webhooks",
    "resendWebhook": "resend_webhook",
    "listCheckpoints": "checkpoints",
    "takeCheckpoint": "checkpoint",
    "deleteCheckpoint": "delete_checkpoint",
    "getChanges": "changes",
    "rewind": "rewind",
    "refuseConnections": "refuse_connections",
    "importTenant": "import_tenant",
    "exportTenant": "export",
}
"""Arguments are the path parameters, the body if there is one, and the query parameters by name."""

ENVELOPES: Mapping[str, str] = {
    "getUnmatched": "calls",
    "listTenants": "tenants",
    "deleteTenants": "deleted",
    "listCheckpoints": "checkpoints",
}
"""The key that wraps a result which is not a JSON object."""
