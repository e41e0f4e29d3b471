"""Clients of many kinds at the vendors' own https addresses, led there by their environment alone."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests

from mockservers.testing.https import MockHttps
from mockservers.testing.server import MockServer, RemoteServer
from mockservers.testing.vendor_tenants import FanshipTenant, ZangshoTenant

URL = "https://api.zangsho.com/v1/customers"
CUSTOMER = {"email": "wang.xiaoming@example.com", "name": "王小明"}
BODY = json.dumps(CUSTOMER, ensure_ascii=False)

NODE_FETCH = """
fetch(process.env.URL, {method: 'POST', body: process.env.BODY,
                        headers: {authorization: process.env.AUTH, 'content-type': 'application/json'}})
  .then(async (answer) => console.log(answer.status, await answer.text()))
"""
NODE_HTTPS = """
const headers = {authorization: process.env.AUTH, 'content-type': 'application/json'}
require('https').request(process.env.URL, {method: 'POST', headers}, (answer) => {
  console.log(answer.statusCode)
  answer.pipe(process.stdout)
}).end(process.env.BODY)
"""
PHP = """
$ch = curl_init(getenv('URL'));
curl_setopt_array($ch, [CURLOPT_POSTFIELDS => getenv('BODY'), CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => ['Authorization: ' . getenv('AUTH'), 'Content-Type: application/json']]);
$text = curl_exec($ch);
echo curl_getinfo($ch, CURLINFO_RESPONSE_CODE), ' ', $text, curl_error($ch);
"""
RUBY = """
require 'net/http'
headers = {'Authorization' => ENV['AUTH'], 'Content-Type' => 'application/json'}
answer = Net::HTTP.post(URI(ENV['URL']), ENV['BODY'], headers)
puts answer.code + ' ' + answer.body
"""
AIOHTTP = """
import aiohttp, asyncio, os
async def main():
    async with aiohttp.ClientSession(trust_env=True) as session:
        headers = {"Authorization": os.environ["AUTH"], "Content-Type": "application/json"}
        async with session.post(os.environ["URL"], data=os.environ["BODY"].encode(), headers=headers) as answer:
            print(answer.status, await answer.text())
asyncio.run(main())
"""
JAVA = """
import java.net.URI; import java.net.http.*;
public class Post { public static void main(String[] given) throws Exception {
  var e = System.getenv();
  var asked = HttpRequest.newBuilder(URI.create(e.get("URL"))).header("Authorization", e.get("AUTH"))
    .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(e.get("BODY"))).build();
  var answer = HttpClient.newHttpClient().send(asked, HttpResponse.BodyHandlers.ofString());
  System.out.println(answer.statusCode() + " " + answer.body());
}}
"""


def run(command: Sequence[str], https: MockHttps, tenant: ZangshoTenant, **more: str) -> str:
    given = {**https.env, "URL": URL, "BODY": BODY, "AUTH": f"Bearer {tenant.token}", "LC_ALL": "C.UTF-8", **more}
    done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


PROGRAMS: Mapping[str, list[str]] = {
    "curl": [
        "sh",
        "-c",
        'curl -sS -w " %{http_code}" -H "Authorization: $AUTH" -H "Content-Type: application/json" -d "$BODY" "$URL"',
    ],
    "aiohttp": [sys.executable, "-c", AIOHTTP],
    "node fetch": ["node", "-e", NODE_FETCH],
    "node https": ["node", "-e", NODE_HTTPS],
    "php": ["php", "-r", PHP],
    "ruby": ["ruby", "-e", RUBY],
    "go": ["go", "run", str(Path(__file__).with_name("client.go"))],
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_reaches_the_mock_by_its_environment(
    mock_https: MockHttps, zangsho: ZangshoTenant, program: str
) -> None:
    command = PROGRAMS[program]
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} here")
    said = run(command, mock_https, zangsho)
    assert "201" in said
    assert "wang.xiaoming@example.com" in said
    assert zangsho.state["customers"][0]["name"] == "王小明"
    assert zangsho.journal[0]["request"]["path"] == "/v1/customers"


@pytest.mark.skipif(shutil.which("javac") is None, reason="there is no JDK here")
def test_java_reaches_the_mock(mock_https: MockHttps, zangsho: ZangshoTenant, tmp_path: Path) -> None:
    source = tmp_path / "Post.java"
    source.write_text(JAVA)
    said = run(["java", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", str(source)], mock_https, zangsho)
    assert "201 {" in said
    assert zangsho.state["customers"][0]["name"] == "王小明"


# -- in the test process ----------------------------------------------------------------------------------------------


def _holds_the_customer(tenant: ZangshoTenant) -> None:
    assert [(held["email"], held["name"]) for held in tenant.state["customers"]] == [(CUSTOMER["email"], "王小明")]
    assert (tenant.ledger.items, tenant.ledger.silent) == ({"sent": 1, "kept": 1}, 0)


def _headers(tenant: ZangshoTenant) -> dict[str, str]:
    return {"Authorization": f"Bearer {tenant.token}", "Content-Type": "application/json"}


def test_requests_reaches_the_mock_in_the_test_process(mock_https: MockHttps, zangsho: ZangshoTenant) -> None:
    assert requests.post(URL, json=CUSTOMER, headers=_headers(zangsho), timeout=9).status_code == 201
    _holds_the_customer(zangsho)


def test_urllib_reaches_the_mock_in_the_test_process(mock_https: MockHttps, zangsho: ZangshoTenant) -> None:
    asked = urllib.request.Request(URL, BODY.encode(), _headers(zangsho))
    with urllib.request.urlopen(asked, timeout=9) as answer:
        assert answer.status == 201
    _holds_the_customer(zangsho)


def test_httpx_reaches_the_mock_in_the_test_process(mock_https: MockHttps, zangsho: ZangshoTenant) -> None:
    with httpx.Client() as client:
        assert client.post(URL, json=CUSTOMER, headers=_headers(zangsho)).status_code == 201
    _holds_the_customer(zangsho)


def test_asynchronous_httpx_reaches_the_mock_in_the_test_process(mock_https: MockHttps, zangsho: ZangshoTenant) -> None:
    async def post() -> int:
        async with httpx.AsyncClient() as client:
            return (await client.post(URL, json=CUSTOMER, headers=_headers(zangsho))).status_code

    assert asyncio.run(post()) == 201
    _holds_the_customer(zangsho)


def test_aiohttp_reaches_the_mock_with_the_tls_context_of_the_fixture(
    mock_https: MockHttps, zangsho: ZangshoTenant
) -> None:
    async def post() -> int:
        connector = aiohttp.TCPConnector(ssl=mock_https.ssl_context())
        async with aiohttp.ClientSession(trust_env=True, connector=connector) as session:
            asked = session.post(URL, data=BODY.encode(), headers=_headers(zangsho))
            async with asked as answer:
                return answer.status

    assert asyncio.run(post()) == 201
    _holds_the_customer(zangsho)


def test_a_remote_server_is_reached_like_one_in_this_process(mock_server: MockServer) -> None:
    elsewhere = RemoteServer(mock_server.url)
    https = elsewhere.https
    with requests.Session() as session, elsewhere.tenant("zangsho", url=https.url("zangsho")) as tenant:
        session.trust_env, session.proxies, session.verify = False, {"https": https.proxy}, str(https.ca)
        url = f"{tenant.url}/v1/customers"
        assert session.post(url, json=CUSTOMER, headers=_headers(tenant), timeout=9).status_code == 201
        _holds_the_customer(tenant)
    elsewhere.stop()


# -- uploads, and places that are none --------------------------------------------------------------------------------


def test_an_upload_with_expect_100_continue_arrives(
    mock_https: MockHttps, fanship: FanshipTenant, tmp_path: Path
) -> None:
    lines = tmp_path / "purchases.ndjson"
    lines.write_text("".join(f'{{"id":"{number}"}}\n' for number in range(30_000)))
    url = f"{mock_https.url('fanship')}/v1/2nd/purchases/20251101/_all"
    command = ["curl", "-sS", "-H", f"Authorization: Bearer {fanship.token}", "-H", "Expect: 100-continue"]
    command += ["-F", f"filename=@{lines};type=application/x-ndjson", url]
    done = subprocess.run(command, env=mock_https.env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ('{"status":"OK"}', "")
    assert fanship.ledger.items["sent"] == 30_000


@pytest.mark.parametrize(
    "command",
    [
        ["curl", "-sS", "https://example.com/"],
        ["node", "-e", "fetch('https://example.com/').catch((error) => console.log(error.cause))"],
        ["node", "-e", "require('https').get('https://example.com/').on('error', console.log)"],
        [sys.executable, "-c", "import requests; requests.get('https://example.com/')"],
    ],
    ids=["curl", "node fetch", "node https", "requests"],
)
def test_no_program_reaches_anything_else(mock_https: MockHttps, zangsho: ZangshoTenant, command: list[str]) -> None:
    before = mock_https.refused["example.com:443"]
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} here")
    assert "403" in run(command, mock_https, zangsho)
    assert mock_https.refused["example.com:443"] == before + 1


@pytest.mark.parametrize(
    "command",
    [
        ["sh", "-c", 'curl -sS "$URL"'],
        ["node", "-e", "fetch(process.env.URL).then(async (answer) => console.log(await answer.text()))"],
        ["node", "-e", "require('http').get(process.env.URL, (answer) => answer.pipe(process.stdout))"],
    ],
    ids=["curl", "node fetch", "node http"],
)
def test_services_of_this_machine_stay_reachable(
    mock_https: MockHttps, zangsho: ZangshoTenant, command: list[str]
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} here")
    assert '"status":"ok"' in run(command, mock_https, zangsho, URL=f"{mock_https.server}/__admin/health")
