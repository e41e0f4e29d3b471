"""The vendors' own https addresses in a test process, for every client in any language."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UnknownName
from mockservers.web.environment import applied
from mockservers.web.https_listeners import HttpsListeners


class MockHttps:
    """The vendors' own https addresses, answered by the mocks of the test process, or of the server at MOCKSERVERS_URL.

    The credentials of the fixtures `zangsho`, `fanship`, … are valid there, too. `proxy` is an http address, `ca` the
    certificate to trust, `bundle` that certificate with those that this machine trusts. `server` is the http address of
    the mocks.
    """

    def __init__(self, listeners: HttpsListeners, contracts: Mapping[str, Contract], server: str) -> None:
        self.server = server
        self._contracts = contracts
        self._listeners = listeners
        self.proxy: str = listeners.proxy
        self.https_port: int = listeners.https_port or 0
        self.ca: Path = listeners.trust.ca
        self.bundle: Path = listeners.trust.bundle

    def url(self, vendor: str) -> str:
        """The vendor's own scheme and host: `https://api.zangsho.com`. If the vendor publishes none, a placeholder."""
        try:
            return self._contracts[vendor].origin
        except KeyError:
            raise UnknownName("vendor", vendor, self._contracts) from None

    @property
    def variables(self) -> dict[str, str | None]:
        """Variables that make programs use these addresses: to set, and (None) to unset."""
        return self._listeners.environment()

    @property
    def env(self) -> dict[str, str]:
        """The environment of this process with these variables, for `subprocess.run(…, env=mock_https.env)`."""
        return applied(self.variables)

    @property
    def refused(self) -> Counter[str]:
        """Other hosts that clients called, which were refused: {"host:port": times}."""
        return self._listeners.refused

    def ssl_context(self) -> ssl.SSLContext:
        """A TLS context that trusts the mocks, for clients that do not read the variables."""
        return ssl.create_default_context(cafile=str(self.ca))
