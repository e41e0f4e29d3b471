"""The whole of a server: contracts read, mocks made, tenants seeded, one gateway, one socket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from mockservers.core.contracts import VENDORS, load
from mockservers.core.control import Control
from mockservers.core.errors import UnknownName
from mockservers.core.mock import Mock, Settings
from mockservers.core.spool import spool_directory
from mockservers.vendors import vendor
from mockservers.web.admin import admin_app
from mockservers.web.apps import app_of
from mockservers.web.gateway import Gateway
from mockservers.web.seeds import read_seeds, seed, seed_demo
from mockservers.web.server import Server


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve. `host_names` is {vendor: host}; `readings` {rule: choice}; `seeds` a folder of seeded tenants."""

    host: str = "127.0.0.1"
    port: int = 0
    vendors: Sequence[str] = VENDORS
    settings: Settings = field(default_factory=Settings)
    contracts: Path | None = None
    seeds: Path | None = None
    demo: bool = True
    host_names: Mapping[str, str] = field(default_factory=dict)
    spool: Path | None = None
    admin_token: str | None = None


class Harness:
    """The mocks of one server and the way to them: `control` from here, `gateway` by WSGI, `server` by socket."""

    def __init__(self, serving: Serving) -> None:
        self.mocks = {
            name: Mock(vendor(name), load(name, serving.contracts), serving.settings) for name in serving.vendors
        }
        self._check_readings(serving.settings.readings or {})
        self.admin_token = serving.admin_token or (None if _is_loopback(serving.host) else token_urlsafe(24))
        self.control = Control(self.mocks)
        spool = spool_directory(serving.spool) if serving.spool else None
        apps = {name: app_of(mock, spool) for name, mock in self.mocks.items()}
        hosts = {host: name for name, host in serving.host_names.items()}
        self.gateway = Gateway(apps, admin_app(self.control, self.admin_token), self.mocks, hosts)
        self.server = Server(self.gateway, serving.host, serving.port)
        for name in self.mocks if serving.demo else ():
            seed_demo(self.mocks[name])
        for spec in read_seeds(serving.seeds) if serving.seeds else ():
            seed(self.control.mock(spec["vendor"]), spec)

    def _check_readings(self, readings: Mapping[str, str]) -> None:
        known = {rule: about.reading for mock in self.mocks.values() for rule, about in mock.contract.rules.items()}
        for rule, choice in readings.items():
            reading = known.get(rule)
            if reading is None:
                raise UnknownName("reading", rule, (name for name, about in known.items() if about))
            if choice not in reading.choices:
                raise UnknownName(f"choice of {rule}", choice, reading.choices)

    def demo_tenants(self) -> list[dict[str, Any]]:
        """The demo tenants that are there."""
        return [tenant for tenant in self.control.tenants() if tenant["id"] == f"demo-{tenant['vendor']}"]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
