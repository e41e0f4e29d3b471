"""Certificates for the vendors' names, signed by an authority whose key never leaves this machine.

Only programs with the environment of `mockservers env` trust it, and it can sign only for these names.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import Self

from mockservers.core.errors import ServerUnavailable, UsageError
from mockservers.core.extras import missing
from mockservers.core.state.spool_folders import fcntl

try:
    import trustme
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
    from cryptography.x509 import load_pem_x509_certificate

    from mockservers.web.constrained_ca import hosts_of, made, why_not
except ModuleNotFoundError:
    raise ServerUnavailable(missing("HTTPS", "tls")) from None

OWN_NAMES = ("localhost", "127.0.0.1", "::1")
TRUSTSTORE_PASSWORD = "changeit"  # noqa: S105 - Java's default password; it protects a public certificate
_ORGANISATION = "mockservers"
_KEPT = "authority.pem"
_log = logging.getLogger("mockservers")


class Authority:
    """A certificate authority for `hosts` and this machine's names. `pem` is its certificate, its only public part."""

    def __init__(self, hosts: Iterable[str], raw: bytes | None = None) -> None:
        """Load `raw`, its key and certificate as PEM, or create a new one. ValueError if `raw` is invalid."""
        self._hosts = list(hosts)
        raw = raw or made(_ORGANISATION, self._hosts)
        self._ca = trustme.CA.from_pem(raw, raw)
        self.pem = self._ca.cert_pem.bytes()

    @classmethod
    def kept(cls, directory: Path, hosts: Iterable[str]) -> Self:
        """Load the authority in a folder, or create it. Only its user can read its key.

        An authority that expires soon, or does not permit the hosts, is replaced, with a log message. Servers that
        start at the same time get the same one. ServerUnavailable if the folder cannot be used, UsageError if it
        contains an invalid file.
        """
        path, permitted = directory / _KEPT, list(hosts)
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone_in(directory):
                before = _unlink_unusable(path, permitted) if path.exists() else []
                if not path.exists():
                    _keep(made(_ORGANISATION, [*permitted, *before]), path)
                return cls(permitted, path.read_bytes())
        except OSError as error:
            raise ServerUnavailable(
                f"{directory} cannot keep a certificate authority: {error}. Choose a --tls-dir."
            ) from None
        except ValueError as error:
            raise UsageError(
                f"{path} is not a certificate with its key: {error}. Delete it, so that a new one is created."
            ) from None

    def context(self) -> ssl.SSLContext:
        """Return a server's TLS context, with one certificate for all its names, valid as long as the authority."""
        authority = load_pem_x509_certificate(self.pem)
        leaf = self._ca.issue_cert(
            *dict.fromkeys([*self._hosts, *OWN_NAMES]),
            organization_name=_ORGANISATION,
            not_before=authority.not_valid_before_utc,
            not_after=authority.not_valid_after_utc,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        leaf.configure_cert(context)
        return context


def truststore(pem: bytes) -> bytes:
    """Return a PKCS #12 trust store with only this certificate, for Java, which cannot read PEM."""
    trusted = pkcs12.PKCS12Certificate(load_pem_x509_certificate(pem), _ORGANISATION.encode())
    return pkcs12.serialize_java_truststore([trusted], BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode()))


def state_directory() -> Path:
    """Return the folder for persistent files: `$XDG_STATE_HOME/mockservers`, or ~/.local/state/mockservers."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "mockservers"


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Lock a folder against other servers, on systems with locks."""
    if fcntl is None:
        yield
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _unlink_unusable(path: Path, hosts: Iterable[str]) -> list[str]:
    """Remove an authority that cannot serve these hosts. Return the hosts that it permitted."""
    certificate = load_pem_x509_certificate(path.read_bytes())
    reason = why_not(certificate, hosts)
    if reason:
        _log.warning("%s is replaced: %s. Programs that trust it must trust the new one.", path, reason)
        path.unlink(missing_ok=True)
    return hosts_of(certificate)


def _keep(pem: bytes, path: Path) -> None:
    opened, name = mkstemp(
        prefix=f".{path.name}.", dir=path.parent
    )  # mkstemp creates files that only their user can read
    draft = Path(name)
    with os.fdopen(opened, "wb") as file:
        file.write(pem)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another server created it first: use that one
    finally:
        draft.unlink()
