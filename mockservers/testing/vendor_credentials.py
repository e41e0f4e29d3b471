"""The credentials of vendors as properties: of the tenants that fixtures hand out, and of the kit's targets.

So a type checker knows each name.
"""

from __future__ import annotations


class OmnisegmentCredentials:
    """What an OmniSegment organisation is known by."""

    credentials: dict[str, str]

    @property
    def tid(self) -> str:
        """The organisation's id, which every body carries."""
        return self.credentials["tid"]

    @property
    def api_key(self) -> str:
        """The API key, which every body carries."""
        return self.credentials["api_key"]


class EsputnikCredentials:
    """What an eSputnik account is known by."""

    credentials: dict[str, str]

    @property
    def api_key(self) -> str:
        """The API key: the password of HTTP Basic, with any user name."""
        return self.credentials["api_key"]


class BearerToken:
    """What a FANSHIP account and a Zangsho workspace are known by."""

    credentials: dict[str, str]

    @property
    def token(self) -> str:
        """The bearer token."""
        return self.credentials["token"]
