"""Certificates for the vendors' names, signed by an authority whose key never leaves this machine.

Only programs with the environment that `mockservers env` prints trust it.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable
from pathlib import Path
from tempfile import mkstemp
from typing import Self

from mockservers.core.errors import ServerUnavailable, UsageError

try:
    import trustme
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
    from cryptography.x509 import load_pem_x509_certificate
except ModuleNotFoundError as missing:
    raise ServerUnavailable(f"HTTPS needs {missing.name}. Install it: pip install 'mockservers[tls]'") from None

OWN_NAMES = ("localhost", "127.0.0.1", "::1")
TRUSTSTORE_PASSWORD = "changeit"  # noqa: S105 - Java's own default; what it seals is a public certificate
_ORGANISATION = "mockservers"
_KEPT = "authority.pem"


class Authority:
    """A certificate authority. `pem` is its certificate, its only public part."""

    def __init__(self, ca: trustme.CA | None = None) -> None:
        self._ca = ca or _made()
        self.pem = self._ca.cert_pem.bytes()

    @classmethod
    def kept(cls, directory: Path) -> Self:
        """The authority in a folder, created when there is none. Only its user can read its key.

        Servers that start at the same time get the same one. ServerUnavailable when the folder cannot be used,
        UsageError when it holds something else.
        """
        path = directory / _KEPT
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                _keep(_made(), path)
            raw = path.read_bytes()
        except OSError as error:
            raise ServerUnavailable(
                f"{directory} cannot keep a certificate authority: {error}. Choose a --tls-dir."
            ) from None
        try:
            return cls(trustme.CA.from_pem(raw, raw))
        except ValueError as error:
            raise UsageError(f"{path} is no certificate with its key: {error}. Delete it: a new one is made.") from None

    def context(self, hosts: Iterable[str]) -> ssl.SSLContext:
        """A server's TLS context, with one certificate for all these names and this machine's."""
        leaf = self._ca.issue_cert(*dict.fromkeys([*hosts, *OWN_NAMES]), organization_name=_ORGANISATION)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        leaf.configure_cert(context)
        return context


def truststore(pem: bytes) -> bytes:
    """A PKCS #12 trust store with this certificate alone, for Java, which does not read PEM."""
    trusted = pkcs12.PKCS12Certificate(load_pem_x509_certificate(pem), _ORGANISATION.encode())
    return pkcs12.serialize_java_truststore([trusted], BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode()))


def state_directory() -> Path:
    """Where mockservers keeps what outlives a run: `$XDG_STATE_HOME/mockservers`, or ~/.local/state/mockservers."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "mockservers"


def _made() -> trustme.CA:
    return trustme.CA(organization_name=_ORGANISATION, path_length=0)


def _keep(ca: trustme.CA, path: Path) -> None:
    opened, name = mkstemp(
        prefix=f".{path.name}.", dir=path.parent
    )  # mkstemp creates files that only their user can read
    draft = Path(name)
    with os.fdopen(opened, "wb") as file:
        file.write(ca.private_key_pem.bytes() + ca.cert_pem.bytes())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another server was first: use its authority
    finally:
        draft.unlink()
