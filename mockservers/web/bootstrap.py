"""Everything of one server: contracts, mocks, seeded tenants, the gateway, the listeners."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Self

from mockservers.core.admin.control import Control
from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.errors import MockserversError, UnknownName
from mockservers.core.state.spool_folders import spool_directory, sweep
from mockservers.core.tenancy.answered_call import AnsweredCall
from mockservers.core.tenancy.mock import Mock, Settings
from mockservers.core.value import Value, field, replace
from mockservers.vendors import load_contract, vendor, vendor_names
from mockservers.web.apps import sender_of, vendor_app
from mockservers.web.browser_guard import BrowserGuard
from mockservers.web.call_feed import CallFeed
from mockservers.web.call_log import CallLog
from mockservers.web.call_sender import CallSender
from mockservers.web.deferred import Deferred
from mockservers.web.gateway import PAGE_PREFIXES, Gateway
from mockservers.web.http_server.server import Server
from mockservers.web.seeds import seed_demo, seed_folder

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from mockservers.web.https_listeners import HttpsListeners


class Tls(Value):
    """How to serve HTTPS at the vendors' own names.

    `directory` keeps the certificate authority; None creates a new one. An `https_port` of None opens no port, so that
    only the proxy serves the names.
    """

    proxy_port: int = 0
    https_port: int | None = 0
    directory: Path | None = None


class Serving(Value):
    """How to serve. `host_names` is {vendor: host}; `readings` {rule: choice}; `seeds` a folder of seeded tenants.

    `allow_hosts` are host names for calls of the admin API, in addition to IP addresses and localhost. `loaded` are
    contracts that are already loaded. `alter` returns a replacement of a vendor: `mockservers.testing.mutation` serves
    mutants with it.
    """

    host: str = "127.0.0.1"
    port: int = 0
    vendors: Sequence[str] = field(default_factory=vendor_names)
    settings: Settings = field(default_factory=Settings)
    contracts: Path | None = None
    seeds: Path | None = None
    demo: bool = True
    host_names: Mapping[str, str] = field(default_factory=dict)
    allow_hosts: Sequence[str] = ()
    spool: Path | None = None
    admin_token: str | None = None
    tls: Tls | None = None
    loaded: Mapping[str, Contract] = field(default_factory=dict)
    alter: Callable[[Vendor, Contract], Vendor] | None = None


class MockApp:
    """The mocks of one server: `control` in this process, `gateway` as WSGI, `server` on a socket.

    `open_https` sets `https`: HTTPS at the vendors' own names. `made_token` is the generated admin token if none was
    given: a log may show it.
    """

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._secure: Server | None = None
        self._started = False
        self.https: HttpsListeners | None = None
        sweep(serving.spool)
        spool = spool_directory(serving.spool) if serving.spool else None
        settings = replace(serving.settings, spool=spool)
        contracts = {
            name: serving.loaded.get(name) or load_contract(name, serving.contracts) for name in serving.vendors
        }
        alter = serving.alter or (lambda served, _contract: served)
        self.mocks = {name: Mock(alter(vendor(name), each), each, settings) for name, each in contracts.items()}
        self._check_readings(serving.settings.readings or {})
        for name in serving.host_names:
            if name not in self.mocks:
                raise UnknownName("vendor", name, self.mocks)
        self.made_token = None if serving.admin_token or _is_loopback(serving.host) else token_urlsafe(24)
        self.admin_token = serving.admin_token or self.made_token
        senders = {name: sender_of(mock) for name, mock in self.mocks.items()}
        sender = CallSender(lambda: self.gateway, senders)
        self.control = Control(self.mocks, self._refuse, sender)
        apps = {name: vendor_app(mock, senders[name]) for name, mock in self.mocks.items()}
        hosts = {host: name for name, host in serving.host_names.items()}
        self.feed = CallFeed()
        self._log: CallLog | None = None
        self._watch(self.feed.add)
        self._watch(sender.hear)
        self.admin = Deferred(self._admin_app)
        guard = BrowserGuard((serving.host, *serving.allow_hosts) if _is_loopback(serving.host) else None)
        page = Deferred(lambda: self._page_app(sender, guard))
        self.gateway = Gateway(apps, self.admin, self.mocks, hosts, dict.fromkeys(PAGE_PREFIXES, page), guard)
        self.server = Server(self.gateway, serving.host, serving.port)
        for name in self.mocks if serving.demo else ():
            seed_demo(self.mocks[name])
        if serving.seeds:
            seed_folder(self.control, serving.seeds)

    def log_to(self, log: CallLog) -> None:
        """Log each call until the server stops, and then the totals. The caller starts the log."""
        self._log = log
        self._watch(log.add)

    def _watch(self, tell: Callable[[AnsweredCall], None]) -> None:
        for mock in self.mocks.values():
            mock.watchers.append(tell)

    def start(self) -> None:
        """Start answering. ServerUnavailable if a port cannot be bound, or if TLS needs a missing extra."""
        self.server.start()
        self._started = True
        if self._serving.tls:
            try:
                self.open_https(self._serving.tls)
            except MockserversError:
                self.stop()
                raise

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def open_https(self, tls: Tls) -> HttpsListeners:
        """Open the HTTPS listener and the proxy of a server that has started."""
        from mockservers.web.https_listeners import HttpsListeners, secured  # noqa: PLC0415 - it needs an extra
        from mockservers.web.proxy import Upstream  # noqa: PLC0415

        self._secure = Server(secured(self.gateway)).start()
        upstream = Upstream(self.server.address, self._secure.address)
        self.https = HttpsListeners(
            upstream,
            self.gateway.hosts,
            host=self._serving.host,
            proxy_port=tls.proxy_port,
            https_port=tls.https_port,
            directory=tls.directory,
        )
        self.https.start()
        return self.https

    def stop(self) -> None:
        """Stop answering. Returns after the sockets are closed."""
        self._started = False
        self.feed.close()
        try:
            self._stop_listening()
        finally:
            if self._log:
                self._log.stop(self.control.totals())

    def _stop_listening(self) -> None:
        if self.https:
            self.https.stop()
        if self._secure:  # both at once: each waits for its requests in progress
            stopping = threading.Thread(target=self._secure.stop, name="mockservers-stop")
            stopping.start()
            self.server.stop()
            stopping.join(timeout=5)
        else:
            self.server.stop()

    def deaf(self) -> list[str]:
        """Return the started listeners that no longer accept connections, which should be none."""
        listeners = {"http": self._started and self.server, "https": self._secure, "proxy": self.https}
        return [name for name, listener in listeners.items() if listener and not listener.is_alive]

    def _admin_app(self) -> WSGIApplication:
        from mockservers.web.admin import admin_app  # noqa: PLC0415 - imports Flask

        return admin_app(self.control, self.admin_token, self._tls, self.feed, self.deaf)

    def _page_app(self, sender: CallSender, guard: BrowserGuard) -> WSGIApplication:
        from mockservers.web.page.app import page_app  # noqa: PLC0415 - imports Flask

        return page_app(self.control, sender, self.admin_token, guard)

    def _refuse(self, length: str | timedelta) -> float:
        if self._secure:
            self._secure.refuse(length)
        return self.server.refuse(length)

    def _tls(self) -> dict[str, Any] | None:
        return self.https.to_dict() if self.https else None

    def _check_readings(self, readings: Mapping[str, str]) -> None:
        readings_by_rule = {
            name: rule.reading for mock in self.mocks.values() for name, rule in mock.contract.rules.items()
        }
        for rule, choice in readings.items():
            reading = readings_by_rule.get(rule)
            if reading is None:
                raise UnknownName("reading", rule, (name for name, each in readings_by_rule.items() if each))
            if choice not in reading.choices:
                raise UnknownName(f"choice of {rule}", choice, reading.choices)

    def demo_tenants(self) -> list[dict[str, Any]]:
        """The demo tenants of this server."""
        return [tenant for tenant in self.control.tenants() if tenant["id"] == f"demo-{tenant['vendor']}"]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
