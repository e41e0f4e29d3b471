"""Who gets the page: browsers on this machine, and beyond loopback those who log in; never another site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from mockservers.web.bootstrap import MockApp, Serving

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def mock_app() -> Iterator[MockApp]:
    with MockApp(Serving(vendors=("zangsho",))) as made:
        yield made


@pytest.fixture(scope="module")
def beyond() -> Iterator[MockApp]:
    with MockApp(Serving(host="0.0.0.0", vendors=("zangsho",), admin_token="the-token")) as made:
        yield made


def get(mock_app: MockApp, path: str = "/", **headers: str) -> requests.Response:
    return requests.get(mock_app.server.url + path, headers={**HTML, **headers}, timeout=10, allow_redirects=False)


def test_browsers_get_html_and_programs_get_json(mock_app: MockApp) -> None:
    assert get(mock_app).headers["Content-Type"] == "text/html; charset=utf-8"
    assert "vendors" in requests.get(mock_app.server.url, timeout=10).json()


def test_the_policy_allows_nothing_inline_and_no_other_host(mock_app: MockApp) -> None:
    answer = get(mock_app)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Host": "evil.example:80", "Origin": "http://evil.example:80"}],
)  # fmt: skip
def test_a_request_from_another_site_is_refused(mock_app: MockApp, headers: dict[str, str]) -> None:
    answer = get(mock_app, "/calls", **headers)
    assert answer.status_code == 403
    assert "Fix: " in answer.text


def test_a_link_on_another_site_opens_a_call(mock_app: MockApp) -> None:
    assert get(mock_app, "/calls", **{"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_the_page_accepts_the_same_host_names_as_the_admin_api() -> None:
    with MockApp(Serving(vendors=("zangsho",), allow_hosts=["mocks.internal"])) as made:
        assert get(made, "/calls", Host="mocks.internal:80").status_code == 200
        assert get(made, "/calls", Host="others.internal:80").status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_on_another_site_changes_nothing(mock_app: MockApp, site: str) -> None:
    url = f"{mock_app.server.url}/tenants"
    answer = requests.post(url, {"vendor": "zangsho"}, headers={"Sec-Fetch-Site": site}, timeout=10)
    assert answer.status_code == 403
    assert len(mock_app.control.tenants()) == 1


def test_beyond_loopback_the_page_asks_for_the_admin_token(beyond: MockApp) -> None:
    assert get(beyond, "/calls").headers["Location"] == "/page/login"
    session = requests.Session()
    login = f"{beyond.server.url}/page/login"
    assert session.post(login, {"token": "another"}, timeout=10).status_code == 401
    assert requests.get(f"{beyond.server.url}/__admin/tenants", timeout=10).status_code == 401
    entered = session.post(login, {"token": "the-token"}, headers=HTML, timeout=10)
    assert entered.status_code == 200
    assert "Losses and risks" in entered.text
    assert session.get(f"{beyond.server.url}/__admin/tenants", timeout=10).json()["tenants"] != []
    session.close()


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_is_not_the_token(beyond: MockApp) -> None:
    login = f"{beyond.server.url}/page/login"
    answer = requests.post(login, {"token": "the-token"}, timeout=10, allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "the-token" not in cookie


def test_an_unknown_call_or_tenant_gets_a_page_that_says_so(mock_app: MockApp) -> None:
    for path in ("/calls/zangsho/demo-zangsho/99", "/tenants/nobody", "/calls/nobody/x/1"):
        answer = get(mock_app, path)
        assert answer.status_code == 404
        assert "<h1>" in answer.text
