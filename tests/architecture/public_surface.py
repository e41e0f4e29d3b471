"""The public surface: every name that users and other programs write. Whoever changes one changes it here, too.

Nothing has been released, so a name is changed, and the old one is not kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

PACKAGE = {"Client", "EsputnikTenant", "FanshipTenant", "OmnisegmentTenant", "ZangshoTenant", "intercept"}
"""The names of `mockservers`."""

COMMANDS: Mapping[str, str] = {
    "serve": (
        "--host --port --open --contracts --reading --seed --host-name --tls --spool-dir --log --audit "
        "--tenants-max --journal-max --journal-bytes --allow-host --admin-token --https-port --proxy-port --tls-dir "
        "--until-stdin-closes"
    ),
    "explain": "VENDOR FILE --operation --path --state --now --reading --contracts --json",
    "rules": "VENDOR --contracts --json",
    "errors": "VENDOR --url --contracts --json",
    "ledger": "--url --tenant --fail-on --at-least --expect --junit --sarif --follow --json --admin-token",
    "coverage": "--url --tenant --format --fail-under --called --admin-token",
    "report": "--url --tenant --output --github --fail-on --at-least --expect --admin-token",
    "conform": (
        "VENDOR[-webhooks] COMMAND --env --also --profile --seed --only --time-limit --keep --reset --known-failing "
        "--orders --shop --zone --status --read-back --webhook-secret --url --admin-token --junit --json"
    ),
    "mutate": "COMMAND --only --fail-under --time-limit --jobs --junit --json --open --reading --seed --host-name",
    "env": "--url --json --admin-token",
    "run": (
        "COMMAND --url --open --reading --seed --host-name --isolate --reach --fail-on --at-least --expect "
        "--admin-token"
    ),
    "init": "VENDORS --for --ci --directory --force",
    "models": "VENDOR --python --ts --contracts",
    "mcp": "--url --contracts --admin-token",
    "overlay": "VENDOR FILE... --directory --force",
    "new-vendor": "NAME --openapi --directory",
    "healthcheck": "--host --port",
}
"""The arguments and options of each command."""

ADMIN: Mapping[str, str] = {
    "/health": "GET",
    "/version": "GET",
    "/openapi.json": "GET",
    "/metrics": "GET",
    "/events": "GET",
    "/tls": "GET",
    "/connections": "PUT",
    "/unauthenticated": "GET",
    "/unmatched": "GET",
    "/deleted": "GET",
    "/coverage": "GET",
    "/verdict": "GET",
    "/tenants": "DELETE GET POST",
    "/tenants/import": "POST",
    "/tenants/{tenant}": "DELETE GET",
    "/tenants/{tenant}/revoke": "POST",
    "/tenants/{tenant}/state": "GET PUT",
    "/tenants/{tenant}/journal": "DELETE GET",
    "/tenants/{tenant}/journal/{exchange}/resend": "POST",
    "/tenants/{tenant}/journal.har": "GET",
    "/tenants/{tenant}/ledger": "DELETE GET",
    "/tenants/{tenant}/coverage": "GET",
    "/tenants/{tenant}/verdict": "GET",
    "/tenants/{tenant}/clock": "GET POST",
    "/tenants/{tenant}/readings": "GET PUT",
    "/tenants/{tenant}/faults": "DELETE GET POST PUT",
    "/tenants/{tenant}/limits": "GET PUT",
    "/tenants/{tenant}/webhooks": "GET PUT",
    "/tenants/{tenant}/webhooks/{webhook}/resend": "POST",
    "/tenants/{tenant}/checkpoints": "GET POST",
    "/tenants/{tenant}/checkpoints/{checkpoint}": "DELETE",
    "/tenants/{tenant}/checkpoints/{checkpoint}/changes": "GET",
    "/tenants/{tenant}/checkpoints/{checkpoint}/rewind": "POST",
    "/tenants/{tenant}/export": "GET",
}
"""The methods of each path below `/__admin`."""

CREDENTIALS: Mapping[str, str] = {
    "omnisegment": "tid api_key",
    "fanship": "token",
    "esputnik": "api_key",
    "zangsho": "token",
}
"""The credentials of each vendor, which are attributes of its tenants."""

COLLECTIONS: Mapping[str, str] = {
    "omnisegment": "members source_ids products custom_fields orders",
    "fanship": "uploads purchases members",
    "esputnik": "contacts events event_types orders settings rfm_orders revenue_orders",
    "zangsho": "customers orders subscriptions subscription_events activity",
}
"""The collections of each vendor's state."""

FIXTURES = {"omnisegment", "fanship", "esputnik", "zangsho", "mock_server", "mock_https"}
"""The fixtures of the pytest plugin."""

PYTEST_OPTIONS = {
    "--mockservers-fail-on",
    "--mockservers-now",
    "--mockservers-audit",
    "--mockservers-coverage",
    "--mockservers-coverage-fail-under",
    "--mockservers-report",
    "--mockservers-sarif",
    "--mockservers-mutate",
    "--mockservers-mutate-fail-under",
    "--mockservers-mutant",
}
"""The options of the pytest plugin. `--mockservers-mutant` is for the runs that the plugin itself starts."""

INI_OPTIONS = {
    "mockservers_fail_on",
    "mockservers_now",
    "mockservers_audit",
    "mockservers_coverage",
    "mockservers_coverage_fail_under",
    "mockservers_report",
    "mockservers_sarif",
}
"""The settings of the pytest plugin in pytest's own configuration file."""

MARKERS = {"expect_loss", "mockservers_now"}
"""The markers of the pytest plugin."""

TENANT: Mapping[str, str] = {
    "": (
        "id vendor url credentials state journal ledger clock readings faults limits webhooks unmatched "
        "checkpoint export resend expect_loss verdict check close"
    ),
    "ledger": "items silent findings",
    "clock": "now due advance to to_next run_due",
    "faults": "plan replace clear planned fired unfired",
    "limits": "mode declared",
    "webhooks": "to deliveries resend",
}
"""The attributes of a tenant in a test, and those of its parts."""

CHECKPOINT = "name changes rewind delete"
"""The attributes of what `tenant.checkpoint()` returns."""

CONFORMANCE = (
    "Esputnik EsputnikTarget Fanship FanshipTarget Omnisegment OmnisegmentTarget Zangsho ZangshoTarget "
    "Suite Target Report Result PropertyFailure run"
)
"""The names of `mockservers.testing.conformance`."""
