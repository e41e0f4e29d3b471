"""The image in a test, with Testcontainers. It needs `mockservers[testcontainers]`, a container engine and the image.

    with MockserversContainer() as mocks:
        fanship = mocks.tenant("fanship")

`DockerContainer` is described at https://testcontainers-python.readthedocs.io.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cached_property
from secrets import token_urlsafe
from typing import Any, Self

from mockservers.core.errors import UsageError
from mockservers.core.extras import missing
from mockservers.testing.server import RemoteServer
from mockservers.testing.tenant import MockTenant
from mockservers.testing.tenant_maker import TenantMaker, TenantOptions
from mockservers.vendors import load_contract, vendor_names

try:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import HttpWaitStrategy
except ImportError:
    raise UsageError(missing("mockservers.testing.containers", "testcontainers")) from None

IMAGE = "mockservers:latest"
PORT, PROXY_PORT, HTTPS_PORT = 8080, 8081, 8443


class MockserversContainer(DockerContainer, TenantMaker):
    """A container of mockservers. It is ready when its health check answers.

    `host_names` is {vendor: host} for a vendor that publishes none: {"fanship": "api.example.com"}. `token` is the
    admin token; the default is generated. With `tls`, it also serves HTTPS at the vendors' names. Set other settings of
    `mockservers serve` with `with_env("MOCKSERVERS_…", …)`. Other arguments go to DockerContainer.
    """

    def __init__(
        self,
        image: str = IMAGE,
        *,
        tls: bool = False,
        host_names: Mapping[str, str] | None = None,
        token: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(image, **options)
        self.tls, self.token = tls, token or token_urlsafe(24)
        self._host_names = dict(host_names or {})
        self.with_exposed_ports(PORT, *((PROXY_PORT, HTTPS_PORT) if tls else ()))
        self.with_env("MOCKSERVERS_ADMIN_TOKEN", self.token)
        if self._host_names:
            host_names_value = " ".join(f"{vendor}={host}" for vendor, host in self._host_names.items())
            self.with_env("MOCKSERVERS_HOST_NAME", host_names_value)
        if tls:
            self.with_env("MOCKSERVERS_TLS", "1")
        self.waiting_for(HttpWaitStrategy(PORT, "/__admin/health").for_status_code(200))

    def with_vendor_names(self, network: Any) -> Self:
        """Join a network of Testcontainers under the vendors' own host names.

        Other containers there can call `http://api.zangsho.com:8080`, and with `tls` `https://api.zangsho.com:8443`.
        """
        hosts = [host for vendor in vendor_names() for host in load_contract(vendor).hosts]
        self.with_network(network)
        self.with_network_aliases(*hosts, *self._host_names.values())
        return self

    @property
    def url(self) -> str:
        """`http://HOST:PORT` of the server, for this process."""
        return self._address(PORT)

    @property
    def proxy(self) -> str:
        """`http://HOST:PORT` of the proxy for the vendors' https addresses. Needs `tls=True`."""
        self._need_tls()
        return self._address(PROXY_PORT)

    @cached_property
    def ca(self) -> str:
        """The certificate of its authority, as PEM. Needs `tls=True`."""
        self._need_tls()
        return str(self.server.client.tls()["ca"])

    def ssl_context(self) -> ssl.SSLContext:
        """A client's TLS context that trusts its authority. Needs `tls=True`."""
        return ssl.create_default_context(cadata=self.ca)

    @cached_property
    def server(self) -> RemoteServer:
        """The server in the container: it creates tenants, and controls them over the admin API."""
        return RemoteServer(self.url, token=self.token).start()

    def _made_tenant(self, vendor: str, options: TenantOptions) -> MockTenant:
        return self.server.tenant(vendor, **options)

    def stop(self, force: bool = True, delete_volume: bool = True) -> None:
        """Remove the container and its volumes. Its ledgers are still judged."""
        if "server" in self.__dict__:
            self.server.leave()
            del self.server
        super().stop(force=force, delete_volume=delete_volume)

    def _address(self, port: int) -> str:
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(port)}"

    def _need_tls(self) -> None:
        if not self.tls:
            raise UsageError("This container serves no HTTPS. Fix: MockserversContainer(tls=True).")
