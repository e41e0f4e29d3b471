"""The certificate authority, and the files and variables that make programs trust it."""

from __future__ import annotations

import ssl
import stat
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.x509 import load_pem_x509_certificate

from mockservers.cli.running import exports
from mockservers.core.errors import ServerUnavailable, UsageError
from mockservers.core.values import real_time
from mockservers.web.constrained_ca import made
from mockservers.web.environment import Trust, applied, environment
from mockservers.web.tls import Authority, state_directory
from tests.asking import VENDORS, contract

HOSTS = [host for vendor in VENDORS for host in contract(vendor).hosts]


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return Trust.written(tmp_path_factory.mktemp("trust me"), Authority(HOSTS).pem)


def handshake(server: ssl.SSLContext, pem: bytes, host: str) -> None:
    """Perform a TLS handshake in memory."""
    peer(server, pem, host)


def peer(server: ssl.SSLContext, pem: bytes, host: str) -> bytes:
    """The server's certificate, as the client has verified it in a handshake."""
    client = ssl.create_default_context(cadata=pem.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 does
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    greeting = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for end in (greeting, answering):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    certificate = greeting.getpeercert(binary_form=True)
    assert certificate
    return certificate


# -- authority --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [*HOSTS, "localhost", "127.0.0.1", "::1"])
def test_the_certificate_is_valid_for_every_host_of_every_vendor(host: str) -> None:
    authority = Authority(HOSTS)
    handshake(authority.context(), authority.pem, host)


def test_the_certificate_is_valid_for_no_other_name() -> None:
    authority = Authority(HOSTS)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(authority.context(), authority.pem, "example.com")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority.context(), Authority(HOSTS).pem, HOSTS[0])


@pytest.mark.parametrize("host", ["example.com", "evil-api.zangsho.com", "192.0.2.1", "2001:db8::1"])
def test_a_stolen_authority_key_cannot_impersonate_other_sites(host: str) -> None:
    """Name constraints: clients refuse what the authority signs for any name but the vendors' and this machine's."""
    authority = Authority(HOSTS)
    stolen = Authority([host], made("stolen", [host]))
    stolen._ca = authority._ca
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(stolen.context(), authority.pem, host)


def test_the_authority_and_its_certificates_are_valid_for_two_years() -> None:
    authority = Authority(HOSTS)
    leaf = ssl.DER_cert_to_PEM_cert(peer(authority.context(), authority.pem, HOSTS[0]))
    for pem in (authority.pem, leaf.encode()):
        certificate = load_pem_x509_certificate(pem)
        assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=730)
        assert certificate.not_valid_before_utc <= real_time.now() - timedelta(hours=23)


def test_a_kept_authority_is_reused(tmp_path: Path) -> None:
    first = Authority.kept(tmp_path / "kept", HOSTS)
    again = Authority.kept(tmp_path / "kept", reversed(HOSTS[1:]))
    assert again.pem == first.pem
    handshake(again.context(), first.pem, HOSTS[1])


@pytest.mark.parametrize("days", [-3, 701, 1_000])
def test_a_kept_authority_is_replaced_before_it_expires(
    tmp_path: Path, days: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In its last month, after its end, and before its beginning, as after a clock was set back."""
    first = Authority.kept(tmp_path, HOSTS)
    now = real_time.now() + timedelta(days=days)
    monkeypatch.setattr("mockservers.web.constrained_ca.real_time.now", lambda: now)
    second = Authority.kept(tmp_path, HOSTS)
    assert second.pem != first.pem
    assert Authority.kept(tmp_path, HOSTS).pem == second.pem
    assert [record.getMessage().split(" is replaced: ")[0] for record in caplog.records] == [
        str(tmp_path / "authority.pem")
    ]


def test_a_kept_authority_is_replaced_for_a_host_that_it_does_not_permit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The new one is good for all of them, so that two servers with different names do not replace each other's."""
    Authority.kept(tmp_path, [*HOSTS, "old.example"])
    more = Authority.kept(tmp_path, [*HOSTS, "new.example"])
    handshake(more.context(), more.pem, "new.example")
    assert "it does not permit new.example" in caplog.records[0].getMessage()
    for hosts in (HOSTS, [*HOSTS, "old.example"]):
        assert Authority.kept(tmp_path, hosts).pem == more.pem


def test_a_kept_authority_without_name_constraints_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = trustme.CA(organization_name="mockservers", path_length=0)
    (tmp_path / "authority.pem").write_bytes(old.private_key_pem.bytes() + old.cert_pem.bytes())
    assert Authority.kept(tmp_path, HOSTS).pem != old.cert_pem.bytes()
    assert "it could sign for any name" in caplog.records[0].getMessage()


def test_only_the_user_can_read_the_authority_key(tmp_path: Path) -> None:
    Authority.kept(tmp_path / "kept", HOSTS)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "kept", *(tmp_path / "kept").iterdir()]}
    assert modes == {tmp_path / "kept": 0o700, tmp_path / "kept" / "authority.pem": 0o600}


def test_servers_that_start_simultaneously_share_one_authority(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda _: Authority.kept(tmp_path, HOSTS).pem, range(8))
        assert len(set(found)) == 1


def test_an_invalid_authority_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_text("nonsense")
    with pytest.raises(UsageError, match="Delete it"):
        Authority.kept(tmp_path, HOSTS)
    with pytest.raises(ServerUnavailable, match="--tls-dir"):
        Authority.kept(tmp_path / "authority.pem" / "below", HOSTS)


def test_state_is_kept_in_the_users_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_directory() == tmp_path / "mockservers"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_directory() == tmp_path / ".local" / "state" / "mockservers"


# -- environment ------------------------------------------------------------------------------------------------------


def of(trust: Trust, inherited: Mapping[str, str]) -> dict[str, str]:
    return applied(environment(("127.0.0.1", 8081), trust, inherited), inherited)


def test_the_environment_points_to_the_proxy_and_excludes_this_machine(trust: Trust) -> None:
    given = of(
        trust, {"PATH": "/bin", "ALL_PROXY": "socks5://corporate", "NO_PROXY": "esputnik.com", "SSL_CERT_DIR": "/x"}
    )
    assert {name: given[name] for name in ("PATH", "HTTPS_PROXY", "http_proxy", "NO_PROXY")} == {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://127.0.0.1:8081",
        "http_proxy": "http://127.0.0.1:8081",
        "NO_PROXY": "localhost,127.0.0.1,::1",
    }
    assert not {"ALL_PROXY", "SSL_CERT_DIR"} & given.keys()


def test_existing_variables_are_kept_and_not_duplicated(trust: Trust) -> None:
    inherited = {
        "NODE_OPTIONS": "--max-old-space-size=512", "JAVA_TOOL_OPTIONS": "-Xmx1g", "PHP_INI_SCAN_DIR": "/etc/php",
    }  # fmt: skip
    once = of(trust, inherited)
    assert once["NODE_OPTIONS"].startswith("--max-old-space-size=512 --require=")
    assert once["JAVA_TOOL_OPTIONS"].startswith("-Xmx1g -Dhttps.proxyHost=127.0.0.1")
    assert once["PHP_INI_SCAN_DIR"] == f"/etc/php:{trust.php}"
    assert of(trust, {}) == of(trust, of(trust, {}))
    assert of(trust, once) == once


def test_the_bundle_trusts_what_this_machine_trusts_and_the_mocks(trust: Trust) -> None:
    theirs = ssl.create_default_context()
    ours = ssl.create_default_context(cafile=str(trust.bundle))
    assert ours.cert_store_stats()["x509_ca"] == theirs.cert_store_stats()["x509_ca"] + 1


def test_paths_with_spaces_survive_the_shell_node_and_java(trust: Trust) -> None:
    lines = exports(environment(("127.0.0.1", 1), trust, {}))
    script = f'{lines}\nprintf "%s\\n" "$SSL_CERT_FILE" "$NODE_OPTIONS" "$JAVA_TOOL_OPTIONS" "${{ALL_PROXY-unset}}"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[0] == str(trust.bundle)
    assert said[1].startswith('--require="/')
    assert f'"-Djavax.net.ssl.trustStore={trust.truststore}"' in said[2]
    assert said[3] == "unset"


def test_an_ipv6_address_is_written_in_brackets(trust: Trust) -> None:
    assert environment(("::1", 8081), trust, {})["HTTPS_PROXY"] == "http://[::1]:8081"
