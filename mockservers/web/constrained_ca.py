"""A certificate authority for named hosts only, valid for two years (RFC 5280, section 4.2.1.10).

A stolen key cannot impersonate other sites to the programs that trust it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_address, ip_network
from secrets import token_hex

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mockservers.core.values import real_time

LIFE = timedelta(days=730)
"""The validity of an authority and its certificates."""

RENEWED_BEFORE = timedelta(days=30)
"""The remaining validity at which a kept authority is replaced."""

_CLOCKS_DIFFER = timedelta(days=1)
_LOOPBACK = (x509.IPAddress(ip_network("127.0.0.0/8")), x509.IPAddress(ip_network("::1/128")))
_Name = x509.DNSName | x509.IPAddress


def made(organisation: str, hosts: Iterable[str]) -> bytes:
    """Create an authority for these hosts, localhost and the loopback addresses. Return key and certificate as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = real_time.now()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"Testing CA {token_hex(8)}"),
        ]
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now - _CLOCKS_DIFFER + LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(_permitted(hosts), None), critical=True)
        .add_extension(_KEY_USAGE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return pem + certificate.public_bytes(Encoding.PEM)


def why_not(certificate: x509.Certificate, hosts: Iterable[str]) -> str:
    """Return why an authority cannot serve these hosts; empty if it can."""
    now = real_time.now()
    if now < certificate.not_valid_before_utc:
        return f"it is only valid from {certificate.not_valid_before_utc:%Y-%m-%d}"
    if now > certificate.not_valid_after_utc - RENEWED_BEFORE:
        return f"it expires on {certificate.not_valid_after_utc:%Y-%m-%d}"
    permitted = _subtrees(certificate)
    if not permitted:
        return "it could sign for any name"
    lacking = [str(name.value) for name in _permitted(hosts) if name not in permitted]
    return f"it does not permit {', '.join(lacking)}" if lacking else ""


def hosts_of(certificate: x509.Certificate) -> list[str]:
    """Return the host names that an authority's certificate permits."""
    return [str(name.value) for name in _subtrees(certificate) if isinstance(name, x509.DNSName)]


def _subtrees(certificate: x509.Certificate) -> list[x509.GeneralName]:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return []
    return list(constraints.permitted_subtrees or ())


def _permitted(hosts: Iterable[str]) -> list[_Name]:
    names = map(_name, dict.fromkeys([*hosts, "localhost"]))
    return [*_LOOPBACK, *(name for name in names if name not in _LOOPBACK)]


def _name(host: str) -> _Name:
    try:
        return x509.IPAddress(ip_network(ip_address(host)))
    except ValueError:
        return x509.DNSName(host.encode("idna").decode("ascii"))


_KEY_USAGE = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)
