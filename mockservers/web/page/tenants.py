"""Tenants: the state, clock, readings, faults, limits, webhooks and checkpoints of each, with a form for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from mockservers.core.admin.control import Control
from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.faults.kinds import EFFECTS
from mockservers.core.faults.rate_limits import MODES
from mockservers.core.tenancy.checkpoints import first_changes_since
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.json_text import NotJson, loads

SHOWN = 500
"""The most tenants in the list, which has the newest first."""

CHANGES_SHOWN = 20
"""The most added, removed or changed documents of a collection that are shown since a checkpoint."""

ROWS_SHOWN = 50
"""The most documents of a collection that are shown."""


def add(app: flask.Flask, control: Control) -> None:
    """Add the screens and their forms."""

    @app.get("/tenants")
    def tenants() -> str:
        known = [tenant for mock in control.mocks.values() for tenant in mock]
        shown = [(each, each.ledger.items.get("sent", 0)) for each in reversed(known[-SHOWN:])]
        return flask.render_template("tenants.html", tenants=shown, left=len(known) - len(shown))

    @app.post("/tenants")
    def create() -> Response:
        tenant = control.create_tenant({"vendor": flask.request.form.get("vendor", "")})
        return flask.redirect(f"/tenants/{tenant['id']}", 303)

    @app.post("/tenants/import")
    def import_() -> Response:
        return flask.redirect(f"/tenants/{_imported(control, flask.request.files.get('file'))}", 303)

    @app.get("/tenants/<path:name>")
    def tenant(name: str) -> str:
        return flask.render_template("tenant.html", **_about(control, control.tenant(name), flask.request.args))

    @app.post("/tenants/<path:name>/do/<action>")
    def act(name: str, action: str) -> Response:
        if action not in _ACTIONS:
            raise UnknownName("action", action, _ACTIONS)
        message = _ACTIONS[action](control, name, flask.request.form)
        is_deleted = action == "delete"
        place = "/tenants" if is_deleted else flask.url_for("tenant", name=name, said=message)
        return flask.redirect(place, 303)


def _imported(control: Control, file: FileStorage | None) -> str:
    """Import a tenant and return its id. If its name exists already, it gets a new one."""
    try:
        export = loads(file.read() if file else b"").value
    except NotJson as reason:
        raise UsageError(f"The file is not an export: {reason}. Fix: choose one that this screen exported.") from None
    exists = isinstance(export, dict) and any(each["id"] == export.get("id") for each in control.tenants())
    if exists:
        export.pop("id")
    tenant_id: str = control.import_tenant(export)["id"]
    return tenant_id


def _about(control: Control, tenant: Tenant, args: Mapping[str, str]) -> dict[str, Any]:
    clock = control.clock(tenant.id)
    contract = tenant.contract
    with tenant.lock:
        tenant.run_due()
        collections = [_collection(tenant, name) for name in tenant.vendor.collections]
    checkpoint = args.get("changes", "")
    return {
        "tenant": tenant,
        "contract": contract,
        "base_url": f"{flask.request.host_url.rstrip('/')}/{tenant.vendor.name}",
        "clock": clock,
        "jobs": list(dict.fromkeys(due["job"] for due in clock["due"])),
        "ledger": tenant.ledger.to_dict(()),
        "collections": [each for each in collections if each is not None],
        "readings": [(contract.rules[name], choice) for name, choice in control.readings(tenant.id).items()],
        "faults": control.faults(tenant.id),
        "effects": [*contract.refusals, *EFFECTS],
        "limits": control.limits(tenant.id),
        "modes": MODES,
        "webhooks": control.webhooks(tenant.id),
        "checkpoints": control.checkpoints(tenant.id),
        "changes": first_changes_since(tenant, checkpoint, CHANGES_SHOWN) if checkpoint else {},
        "checkpoint": checkpoint,
        "said": args.get("said", ""),
    }


def _collection(tenant: Tenant, name: str) -> tuple[str, int, list[str], list[dict[str, Any]]] | None:
    """Return name, size, columns and the first documents of a collection."""
    documents = tenant.store.first_documents(tenant.view(), name, ROWS_SHOWN)
    if documents is None:
        return None
    size, rows = documents
    return name, size, list(dict.fromkeys(key for row in rows for key in row)), rows


Form = Mapping[str, str]


def _move(control: Control, name: str, form: Form) -> str:
    kind = form.get("kind", "advance")
    moved = control.move_clock(name, {kind: form.get("value", "")})
    jobs = ", ".join(f"{job['job']} at {job['at']}" for job in moved["fired"])
    return f"It is {moved['now']} now. Ran: {jobs or 'nothing'}."


def _read(control: Control, name: str, form: Form) -> str:
    control.put_readings(name, {form.get("rule", ""): form.get("choice", "")})
    return f"{form.get('rule')} is read as {form.get('choice')}."


def _plan(control: Control, name: str, form: Form) -> str:
    fault: dict[str, Any] = {"effect": form.get("effect", "")}
    fault |= {"operation": form["operation"]} if form.get("operation") else {}
    needed = EFFECTS[fault["effect"]].required if fault["effect"] in EFFECTS else frozenset()
    fault |= {parameter: form.get(parameter, "") for parameter in needed}
    for number in ("nth", "count", *(needed & {"status"})):
        if form.get(number):
            fault[number] = _whole(form[number], number)
    control.add_fault(name, fault)
    return f"Planned: {fault['effect']}."


def _whole(text: str, name: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"{name} must be a positive integer, not {text!r}. Fix: correct it.")
    return int(text)


def _clear_faults(control: Control, name: str, _: Form) -> str:
    control.delete_faults(name)
    return "No fault is planned any more."


def _limit(control: Control, name: str, form: Form) -> str:
    control.put_limits(name, {"mode": form.get("mode", "")})
    return f"Rate limits: {form.get('mode')}."


def _send_webhooks(control: Control, name: str, form: Form) -> str:
    control.put_webhooks(name, {"url": form.get("url") or None})
    return f"Webhooks go to {form.get('url') or 'nowhere'}."


def _resend(control: Control, name: str, form: Form) -> str:
    control.resend_webhook(name, form.get("webhook", ""))
    return "The webhook is sent again."


def _keep(control: Control, name: str, form: Form) -> str:
    checkpoint = control.checkpoint(name, {"name": form["name"]} if form.get("name") else {})
    return f"Checkpoint {checkpoint['name']} is kept."


def _rewind(control: Control, name: str, form: Form) -> str:
    rewound = control.rewind(name, form.get("name", ""))
    return f"Back at {rewound['name']}: {rewound['rewound']} exchanges were rewound."


def _revoke(control: Control, name: str, _: Form) -> str:
    control.revoke(name)
    return "The credentials are revoked."


def _delete(control: Control, name: str, _: Form) -> str:
    control.delete_tenant(name)
    return ""


_ACTIONS: Mapping[str, Callable[[Control, str, Form], str]] = {
    "clock": _move,
    "reading": _read,
    "fault": _plan,
    "no-faults": _clear_faults,
    "limits": _limit,
    "webhooks": _send_webhooks,
    "resend": _resend,
    "checkpoint": _keep,
    "rewind": _rewind,
    "revoke": _revoke,
    "delete": _delete,
}
"""The forms of a tenant's page, by the last segment of their path. Each returns a message."""
