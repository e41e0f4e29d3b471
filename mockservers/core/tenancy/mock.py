"""One mocked vendor: its contract, its tenants by credentials, and the calls that reach none of them.

The credentials in a request select the tenant, so the code under test needs no change.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from mockservers.core.accounting.audit import Audit
from mockservers.core.accounting.evidence import UNAUTHENTICATED
from mockservers.core.accounting.journal import BYTES, EXCHANGES, Journal
from mockservers.core.accounting.rule_coverage import RuleCoverage
from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.contract.edited_files import naming_edited
from mockservers.core.contract.needs import check_needs
from mockservers.core.deciding.shared_rules import refused_unstored
from mockservers.core.deciding.vendor import Decide, Vendor
from mockservers.core.errors import Conflict, ContractError, UnknownName, UsageError
from mockservers.core.exchange.call import Body, Call, Json, Request, Unreadable
from mockservers.core.exchange.decision import Reply
from mockservers.core.tenancy.answered_call import AnsweredCall
from mockservers.core.tenancy.tenant import Answer, Tenant
from mockservers.core.tenancy.totals import Totals
from mockservers.core.tenancy.unauthenticated import Reason, placeholder, unknown, unreadable
from mockservers.core.tenancy.unmatched import unmatched_record
from mockservers.core.value import Value, replace
from mockservers.core.values import real_time
from mockservers.core.values.clock import Clock
from mockservers.core.values.json_text import NotJson, TooDeep, loads, pointer

UNMATCHED_KEPT = 1_000

_ID = re.compile(r"[!-.0-~]{1,100}")
_NO_ID = re.compile(r"[^!-.0-~]")


class Settings(Value):
    """Settings of a mock. `open`: unknown well-formed credentials create a tenant on first use, up to `tenants_max`.

    With `audit`, the law of conservation is checked for every call (core/accounting/audit.py).
    """

    open: bool = False
    tenants_max: int = 100_000
    journal_max: int = EXCHANGES
    journal_bytes: int = BYTES
    readings: Mapping[str, str] | None = None
    spool: Path | None = None
    audit: bool = False


class Mock:
    """One mocked vendor: authenticates requests and routes each to its tenant."""

    def __init__(self, vendor: Vendor, contract: Contract, settings: Settings | None = None) -> None:
        self.vendor = vendor
        self.contract = contract
        with naming_edited(contract.vendor, contract.edited):
            _check_operations(vendor, contract)
            check_needs(contract, vendor.needs)
        self.settings = settings or Settings()
        self.unmatched: deque[dict[str, Any]] = deque(maxlen=UNMATCHED_KEPT)
        self.unauthenticated = self._make(UNAUTHENTICATED, {})
        self.reasons: dict[int, Reason] = {}
        self.watchers: list[Callable[[AnsweredCall], None]] = []
        self.deleted = 0
        self.deleted_totals = Totals()
        self._deleted: dict[tuple[str, ...], str] = {}
        self._by_id: dict[str, Tenant] = {}
        self._by_credentials: dict[tuple[str, ...], Tenant] = {}
        self._lock = Lock()
        self._credential_names = tuple(credential.name for credential in contract.credentials)
        self._made = 0
        self._exercised = RuleCoverage()  # by deleted tenants

    # -- calls --------------------------------------------------------------------------------------------------

    def handle(self, operation: Operation, path: Mapping[str, str], request: Request) -> Answer:
        """Answer a call of an operation. Never raises: any request gets an answer of the vendor."""
        call = self.call(operation.id, path, request)
        tenant = self._tenant_of(call)
        if tenant is None:
            return self._unauthenticated(call, request, self.vendor.unauthenticated)
        return self._notify(tenant, tenant.exchange(call, request))

    def refuse(self, operation: Operation, path: Mapping[str, str], request: Request, refusal: str) -> Answer:
        """Answer a call whose body could not be stored, with the refusal of that name, without a decision."""
        call = self.call(operation.id, path, request)
        decision = refused_unstored(self.contract, refusal)
        tenant = self._tenant_of(call)
        if tenant is None:
            return self._unauthenticated(call, request, lambda _call, _view: decision)
        return self._notify(tenant, tenant.exchange(call, request, lambda _call, _view: decision))

    def handle_unmatched(
        self, request: Request, refusal: str, headers: Sequence[tuple[str, str]] = (), answered: Reply | None = None
    ) -> Answer:
        """Answer a call that matches no operation with that refusal and further headers; record it in `unmatched`.

        `answered` is what the client was sent instead.
        """
        tenant = self._tenant_of(self.call("", {}, request)) or self.unauthenticated
        reply = self.contract.refusal(refusal)
        reply = replace(answered, rule=reply.rule) if answered else replace(reply, headers=(*reply.headers, *headers))
        answer = tenant.note_unmatched(request, reply)
        self.unmatched.append(unmatched_record(self.contract, request, answer.tenant, answer.exchange, reply))
        return self._notify(tenant, answer)

    def knows(self, request: Request) -> bool:
        """Whether a request without its body selects a tenant. True if credentials can be in the body."""
        return not self.contract.openapi.get("security") or self._tenant_of(self.call("", {}, request)) is not None

    def _unauthenticated(self, call: Call, request: Request, decide: Decide) -> Answer:
        """Answer a call that selects no tenant, and record the reason."""
        reason = self.reason(call)
        with self.unauthenticated.lock:
            answer = self.unauthenticated.exchange(call, request, decide)
            self.reasons[answer.exchange] = reason
            if len(self.reasons) > self.settings.journal_max:
                del self.reasons[next(iter(self.reasons))]
        return self._notify(self.unauthenticated, answer, reason.why)

    def _notify(self, tenant: Tenant, answer: Answer, why: str = "") -> Answer:
        """Notify the watchers, without holding a lock, and return the answer."""
        if self.watchers and answer.recorded is not None:
            call = AnsweredCall(self.contract, tenant.id, tenant.credentials, answer.recorded, answer.findings, why)
            for notify_watcher in self.watchers:
                notify_watcher(call)
        return answer

    def call(self, operation: str, path: Mapping[str, str], request: Request) -> Call:
        """Return a request as a Call, with the body parsed as far as possible. Needs no lock."""
        read = self.vendor.read.get(operation)
        body = read(request, self.contract) if read else json_body(request)
        now = real_time.now()
        return Call(
            vendor=self.vendor.name,
            operation=operation,
            body=body,
            received_at=now,
            arrived_at=now,
            path=path,
            query=request.query if request.query_string else {},
            repeated=request.repeated if request.query_string else (),
            headers=request.headers,
        )

    def _tenant_of(self, call: Call) -> Tenant | None:
        credentials = self.vendor.credentials(call, self.contract)
        if credentials is None:
            return None
        key = self._key(credentials)
        if key is None:
            return None
        tenant = self._by_credentials.get(key)
        if tenant is None and self.settings.open:
            tenant = self._open(key, credentials)
        return None if tenant is None or tenant.revoked else tenant

    def reason(self, call: Call) -> Reason:
        """Return why a call's credentials select no tenant."""
        credentials = self.vendor.credentials(call, self.contract)
        key = None if credentials is None else self._key(credentials)
        if credentials is None or key is None:
            return unreadable(call, self.contract)
        tenant = self._by_credentials.get(key)
        if tenant is not None:
            return Reason("revoked", f"the credentials of tenant {tenant.id} are revoked", tenant.id)
        if key in self._deleted:
            name = self._deleted[key]
            return Reason("deleted", f"these were the credentials of tenant {name}, which is deleted", name)
        reason_of_value = placeholder(credentials, self.contract) or unknown(credentials, self.contract)
        if reason_of_value.cause == "unknown" and self.settings.open:
            return Reason("full", f"there are {self.settings.tenants_max} tenants already; raise --tenants-max")
        return reason_of_value

    def _key(self, credentials: Mapping[str, str]) -> tuple[str, ...] | None:
        try:
            return tuple(map(credentials.__getitem__, self._credential_names))
        except KeyError:
            return None

    def unauthenticated_requests(self) -> list[dict[str, Any]]:
        """Return the calls whose credentials select no tenant, with the reasons, oldest first."""
        return [
            {
                **exchange.to_dict(),
                "vendor": self.vendor.name,
                "vendor_title": self.contract.title,
                "tenant": self.unauthenticated.id,
                "exchange": exchange.id,
                "method": exchange.method,
                "path": exchange.path,
                "status": exchange.reply.status,
                "rule": exchange.reply.rule,
                "cause": reason.cause if reason else None,
                "why": reason.why if reason else "",
                "once_of": reason.once_of if reason else "",
            }
            for exchange in self.unauthenticated.journal
            for reason in [self.reasons.get(exchange.id)]
        ]

    def unmatched_calls(self) -> list[dict[str, Any]]:
        """Return the calls that match no operation, oldest first; `rewound` if their tenant undid them."""
        calls = list(self.unmatched)
        return [{**call, "rewound": self._is_rewound(call["tenant"], call["exchange"])} for call in calls]

    def _is_rewound(self, name: str, exchange: int) -> bool:
        tenant = self._by_id.get(name)
        return tenant is not None and tenant.journal.is_rewound(exchange)

    # -- tenants ------------------------------------------------------------------------------------------------

    def create(
        self,
        *,
        credentials: Mapping[str, str] | None = None,
        name: str | None = None,
        readings: Mapping[str, str] | None = None,
        now: datetime | None = None,
        frozen: bool = False,
        taken: Callable[[str], bool] = lambda _: False,
    ) -> Tenant:
        """Create a tenant, by default with generated credentials and name. `frozen` stops its clock at `now`.

        A generated name is neither `taken` nor the name of another tenant of this vendor.

        UsageError for malformed credentials and placeholders of the vendor's page. Conflict if a tenant has the
        credentials or the name already, or if the server has `tenants_max` tenants.
        """
        with self._lock:
            self._made += 1
            while not name and (taken(generated := f"{self.vendor.name}-{self._made}") or generated in self._by_id):
                self._made += 1
            number = self._made
        name = name or f"{self.vendor.name}-{number}"
        tenant_credentials = self._checked(credentials) if credentials else self._generated(number)
        tenant = self._make(name, tenant_credentials, readings, Clock(now, frozen=frozen))
        key = tuple(tenant_credentials[credential.name] for credential in self.contract.credentials)
        with self._lock:
            if len(self._by_id) >= self.settings.tenants_max:
                raise Conflict(
                    f"There are {self.settings.tenants_max} tenants already. Delete some, or raise --tenants-max."
                )
            if name in self._by_id:
                raise Conflict(f"There is a tenant {name!r} already. Choose another id, or delete it first.")
            if key in self._by_credentials:
                raise Conflict(f"Tenant {self._by_credentials[key].id!r} has these credentials already.")
            self._by_id[name] = tenant
            self._by_credentials[key] = tenant
        return tenant

    def delete(self, name: str) -> None:
        """Delete a tenant with its state."""
        with self._lock:
            tenant = self.tenant(name)
            del self._by_id[name]
            key = tuple(tenant.credentials[credential.name] for credential in self.contract.credentials)
            del self._by_credentials[key]
            self._exercised.add(tenant.exercised)
            self.deleted += 1
            self.deleted_totals += Totals.of(tenant)
            self._deleted[key] = name
            if len(self._deleted) > UNMATCHED_KEPT:
                del self._deleted[next(iter(self._deleted))]
        tenant.outbox.close()

    def tenant(self, name: str) -> Tenant:
        """Return a tenant by its id."""
        try:
            return self._by_id[name]
        except KeyError:
            raise UnknownName("tenant", name, list(self._by_id)[:20]) from None

    def coverage(self) -> dict[str, Any]:
        """Return the operations that were called and the rules that were exercised, including deleted tenants."""
        total = RuleCoverage()
        for tenant in (self.unauthenticated, *self):
            with tenant.lock:
                total.add(tenant.exercised, calls=tenant is not self.unauthenticated)
        with self._lock:
            total.add(self._exercised)
        return total.to_dict(self.contract)

    def totals(self) -> Totals:
        """Return the totals of all tenants, including deleted ones."""
        with self._lock:
            deleted = self.deleted_totals
        return sum((Totals.of(tenant) for tenant in self), deleted + Totals.of_unauthenticated(self.unauthenticated))

    def __contains__(self, name: str) -> bool:
        return name in self._by_id

    def __iter__(self) -> Iterator[Tenant]:
        return iter(list(self._by_id.values()))

    def _open(self, key: tuple[str, ...], credentials: Mapping[str, str]) -> Tenant | None:
        try:
            name = self._name_for(credentials)
            return self.create(credentials=credentials, name=None if name in self else name)
        except UsageError:
            return self._by_credentials.get(key)  # another call may have created it meanwhile

    def _name_for(self, credentials: Mapping[str, str]) -> str:
        """Return the id of a tenant that is created on first use, from its first credential."""
        return f"{self.vendor.name}:{_as_id_part(credentials[self.contract.credentials[0].name])}"

    def _checked(self, credentials: Mapping[str, str]) -> dict[str, str]:
        names = [credential.name for credential in self.contract.credentials]
        if set(credentials) != set(names):
            raise UsageError(
                f"Credentials of {self.vendor.name} are {', '.join(names)}; given: {', '.join(credentials) or 'none'}."
            )
        for credential in self.contract.credentials:
            value = credentials[credential.name]
            if value in credential.placeholders:
                raise UsageError(
                    f"{value!r} is the placeholder of the vendor's page, never a {credential.name}. Choose another one."
                )
            if not credential.pattern.fullmatch(value):
                raise UsageError(f"{value!r} is not a {credential.name}: it must match {credential.pattern.pattern}.")
        return {name: credentials[name] for name in names}

    def _generated(self, number: int) -> dict[str, str]:
        return {credential.name: credential.generate(number) for credential in self.contract.credentials}

    def _make(
        self,
        name: str,
        credentials: Mapping[str, str],
        readings: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> Tenant:
        rules, chosen = self.contract.rules, (self.settings.readings or {}).items()
        common = {rule: choice for rule, choice in chosen if rule in rules and rules[rule].reading}
        tenant = Tenant(
            name,
            self.vendor,
            self.contract,
            credentials,
            clock=clock,
            readings={**common, **(readings or {})},
            journal=Journal(self.settings.journal_max, self.settings.journal_bytes),
            spool=self.settings.spool,
        )
        tenant.audit = Audit(self.contract) if self.settings.audit else None
        return tenant


def _check_operations(vendor: Vendor, contract: Contract) -> None:
    """Check that the vendor's code decides every operation of the contract."""
    for name, operation in contract.operations.items():
        if name not in vendor.operations:
            raise ContractError(
                f"{contract.vendor}/openapi.yaml",
                pointer("paths", operation.path.removeprefix(contract.base_path), operation.method.lower()),
                f"nothing in the mock answers {name}",
                "Check the spelling, or take it out.",
            )


def _as_id_part(credential: str) -> str:
    """Return a credential as part of an id, which is short, printable ASCII without spaces and slashes."""
    if _ID.fullmatch(credential):
        return credential
    digest = sha256(credential.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"{_NO_ID.sub('_', credential[:40])}-{digest}"


def json_body(request: Request) -> Body:
    """Return the body of a request as JSON, or why it is not JSON."""
    if request.parts is not None or request.broken:
        return Unreadable("media-type", request.broken or "a multipart body is not JSON")
    if not request.body or request.body.isspace():
        return Unreadable("empty", "the body is empty")
    try:
        parsed = loads(request.body)
    except TooDeep as reason:
        return Unreadable("too-deep", str(reason))
    except NotJson as reason:
        kind = "not-utf8" if "UTF-8" in str(reason) else "not-json"
        return Unreadable(kind, str(reason))
    return Json(parsed.value, parsed.duplicates)
