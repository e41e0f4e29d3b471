"""Environment variables that lead an unchanged program from the vendors' own https addresses to the mocks."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from threading import get_ident
from typing import Self

from mockservers.core.value import Value
from mockservers.web.http_server.server import authority
from mockservers.web.tls import TRUSTSTORE_PASSWORD, truststore

LOCAL = ("localhost", "127.0.0.1", "::1")
"""The hosts that do not use the proxy."""

NODE_PROXY = Path(__file__).with_name("node_proxy.cjs")


class Trust(Value):
    """Files that make programs trust an authority.

    `ca` is its certificate; `bundle` is that after the certificates that this machine trusts; `truststore` is the same
    for Java; `php` is a folder with an ini file.
    """

    ca: Path
    bundle: Path
    truststore: Path
    php: Path

    @classmethod
    def written(cls, directory: Path, pem: bytes) -> Self:
        """Write the files for an authority's certificate."""
        php = directory / "php"
        php.mkdir(parents=True, exist_ok=True)
        trust = cls(directory / "ca.pem", directory / "bundle.pem", directory / "truststore.p12", php)
        _write(trust.ca, pem)
        trusted_here = _trusted_here()
        _write(trust.bundle, trusted_here if pem in trusted_here else trusted_here.rstrip() + b"\n" + pem)
        _write(trust.truststore, truststore(pem))
        _write(php / "mockservers.ini", f'curl.cainfo="{trust.bundle}"\nopenssl.cafile="{trust.bundle}"\n'.encode())
        return trust


def environment(
    proxy: tuple[str, int], trust: Trust, inherited: Mapping[str, str] | None = None
) -> dict[str, str | None]:
    """Return the variables to set; None means unset.

    Values in `inherited` (os.environ) for Node, Java and PHP are kept.
    """
    host, port = proxy
    variables = os.environ if inherited is None else inherited
    url = f"http://{authority(host, port)}"
    return {
        **_trusting(trust, variables, _java_proxy(host, port)),
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), url),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(LOCAL)),
        **dict.fromkeys(("ALL_PROXY", "all_proxy")),
        "NODE_USE_ENV_PROXY": "1",
        "NODE_OPTIONS": _joined(variables.get("NODE_OPTIONS", ""), " ", f'--require="{NODE_PROXY}"'),
    }


def direct_environment(trust: Trust, inherited: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Return the variables for a program that resolves the vendors' names to the mocks, without a proxy."""
    variables = os.environ if inherited is None else inherited
    proxies = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    return {**_trusting(trust, variables, {}), **dict.fromkeys(proxies)}


def _trusting(trust: Trust, variables: Mapping[str, str], java: Mapping[str, str]) -> dict[str, str | None]:
    """Return the variables that make programs trust an authority. `java` are further system properties."""
    return {
        **dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), str(trust.bundle)),
        "SSL_CERT_DIR": None,
        "NODE_EXTRA_CA_CERTS": str(trust.ca),
        "JAVA_TOOL_OPTIONS": _joined(
            variables.get("JAVA_TOOL_OPTIONS", ""), " ", _java({**java, **_java_truststore(trust)})
        ),
        "PHP_INI_SCAN_DIR": _joined(variables.get("PHP_INI_SCAN_DIR", ""), ":", str(trust.php)) or None,
    }


def applied(variables: Mapping[str, str | None], inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the inherited environment with the variables set and unset."""
    base = os.environ if inherited is None else inherited
    changed = {**base, **variables}
    return {name: value for name, value in changed.items() if value is not None}


def _java_proxy(host: str, port: int) -> dict[str, str]:
    return {
        "https.proxyHost": host,
        "https.proxyPort": str(port),
        "http.proxyHost": host,
        "http.proxyPort": str(port),
        "http.nonProxyHosts": "localhost|127.*|[::1]",
    }


def _java_truststore(trust: Trust) -> dict[str, str]:
    return {
        "javax.net.ssl.trustStore": str(trust.truststore),
        "javax.net.ssl.trustStoreType": "PKCS12",
        "javax.net.ssl.trustStorePassword": TRUSTSTORE_PASSWORD,
    }


def _java(properties: Mapping[str, str]) -> str:
    return " ".join(
        f'"-D{name}={value}"' if " " in value else f"-D{name}={value}" for name, value in properties.items()
    )


def _joined(present: str, by: str, value: str) -> str:
    """Append a value to the inherited one. PHP reads an empty first part as its built-in folder."""
    if value in present:
        return present
    return f"{present}{by}{value}" if present or by == ":" else value


def _trusted_here() -> bytes:
    path = ssl.get_default_verify_paths().cafile
    return Path(path).read_bytes() if path else b""


def _write(path: Path, content: bytes) -> None:
    """Write a file atomically: a concurrent reader finds the old content or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
    draft.write_bytes(content)
    draft.replace(path)
