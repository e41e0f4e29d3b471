"""The credentials of vendors as properties of fixtures' tenants and of the conformance kit's targets.

Type checkers therefore know each name.
"""

from __future__ import annotations


class OmnisegmentCredentials:
    """The credentials of an OmniSegment organisation."""

    credentials: dict[str, str]

    @property
    def tid(self) -> str:
        """The organisation's id, which every body must have."""
        return self.credentials["tid"]

    @property
    def api_key(self) -> str:
        """The API key, which every body must have."""
        return self.credentials["api_key"]


class EsputnikCredentials:
    """The credential of an eSputnik account."""

    credentials: dict[str, str]

    @property
    def api_key(self) -> str:
        """The API key: the password of HTTP Basic, with any user name."""
        return self.credentials["api_key"]


class BearerToken:
    """The credential of a FANSHIP account or a Zangsho workspace."""

    credentials: dict[str, str]

    @property
    def token(self) -> str:
        """The bearer token."""
        return self.credentials["token"]
