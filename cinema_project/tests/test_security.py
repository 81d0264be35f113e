"""What every answer says to the browser, who else may call, and a start as in production."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys

import pytest
from django.test import Client, RequestFactory

from accounts.tests import make
from cinema_project.tests.product import ROOT
from cinema_project.tests.test_settings import PRODUCTION

pytestmark = pytest.mark.django_db

ALLOW = "access-control-allow-"
FRIEND, STRANGER = "https://app.cinema.test", "https://evil.test"
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
MAP = "/api/v1/seat-reservations/screening/1/availability"
PAGES = ["/account/sign-in/", "/admin/login/", "/docs", "/nothing/here/"]
API = ["/api/v1/movies", MAP, "/api/v1/auth/me", "/me/ping", "/openapi.json", "/health"]
ASK = """
import json, sys
import django
django.setup()
from django.test import Client
answers = [Client().get(path, headers={"host": "cinema.test"}, secure=secure) for path, secure in json.load(sys.stdin)]
cookies = {
    cookie.key: [bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"]]
    for answer in answers for cookie in answer.cookies.values()
}
print(json.dumps([[[answer.status_code, dict(answer.headers)] for answer in answers], cookies]))
"""


def in_production(tmp_path, *arguments, given="", **env):
    """Start as production does, in a process of its own."""
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **PRODUCTION, **env}
    environment |= {"DJANGO_SETTINGS_MODULE": "cinema_project.settings"}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("path", PAGES + API)
def test_every_answer_carries_the_safe_headers(client, path):
    answer = client.get(path, headers={"accept": "text/html"})

    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE


@pytest.mark.parametrize("path", PAGES)
def test_no_page_can_be_framed_nor_send_its_forms_elsewhere(client, path):
    answer = client.get(path, headers={"accept": "text/html"})

    policy = answer.headers["Content-Security-Policy"].split("; ")
    wanted = {"form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"}
    assert wanted <= {*policy}
    assert answer.headers["X-Frame-Options"] == "DENY"


def cors(answer):
    return {name.lower(): value for name, value in answer.headers.items() if name.lower().startswith(ALLOW)}


@pytest.mark.parametrize("path", ["/api/v1/movies", MAP])
def test_other_sites_may_call_if_they_are_listed(client, settings, path):
    settings.CORS_ALLOWED_ORIGINS = [FRIEND]

    assert cors(client.get(path, headers={"origin": FRIEND})) == {f"{ALLOW}origin": FRIEND}
    assert cors(client.get(path, headers={"origin": STRANGER})) == {}
    assert cors(client.get(path, headers={"origin": "null"})) == {}


def test_preflight_names_what_is_allowed_to_those_alone(client, settings):
    settings.CORS_ALLOWED_ORIGINS = [FRIEND]

    def preflight(origin):
        return client.options(
            "/api/v1/auth/login",
            headers={
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization",
            },
        )

    told = cors(preflight(FRIEND))
    assert told[f"{ALLOW}origin"] == FRIEND
    assert "authorization" in told[f"{ALLOW}headers"].split(", ")
    assert f"{ALLOW}credentials" not in told
    assert cors(preflight(STRANGER)) == {}


@pytest.mark.parametrize("path", ["/account/sign-in/", "/admin/login/", "/api/v1/auth/login", "/api/v1/tickets/book"])
def test_longer_bodies_than_anything_we_take_are_refused_unread(client, path):
    answer = client.generic("POST", path, b"x" * (10 * 1024 * 1024 + 1), content_type="application/json")

    assert answer.status_code == 413
    assert "10 MB" in answer.content.decode()
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_signed_in_pages_are_not_kept(client):
    client.force_login(make.user(is_staff=True))

    for path in ("/account/", "/account/close/", "/admin/"):
        assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/account/", "/account/close/", "/tickets/", "/admin/"])
def test_every_page_of_a_person_has_the_way_out(client, path):
    client.force_login(make.user(is_staff=True))

    page = client.get(path, headers={"accept": "text/html"}).content.decode()

    assert re.search(r'<form[^>]* action="(/account/sign-out/|/admin/logout/)"', page)


def test_deploy_check_finds_nothing_and_nothing_is_silenced(tmp_path):
    key = secrets.token_urlsafe(50)
    done = in_production(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "INFO", SECRET_KEY=key)

    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n")


def test_production_speaks_https_and_keeps_its_cookies_to_it(sqlite_template, tmp_path):
    shutil.copy(sqlite_template, tmp_path / "cinema.sqlite3")
    migrated = in_production(tmp_path, "manage.py", "migrate", "-v", "0")
    asked = json.dumps([["/health", False], ["/health", True], ["/account/sign-in/", True]])
    done = in_production(tmp_path, "-c", ASK, given=asked)

    assert (migrated.returncode, done.returncode) == (0, 0), migrated.stderr + done.stderr
    [plain, secure, page], cookies = json.loads(done.stdout)
    assert (plain[0], plain[1]["Location"]) == (301, "https://cinema.test/health")
    assert "Strict-Transport-Security" not in plain[1]
    for status, headers in (secure, page):
        assert status == 200
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert cookies == {"csrftoken": [True, False, "Lax"]}


def test_production_checks_passwords_against_the_lists(tmp_path):
    show = "from cinema_project import settings; print([one['NAME'] for one in settings.AUTH_PASSWORD_VALIDATORS])"

    names = in_production(tmp_path, "-c", show).stdout

    assert "django.contrib.auth.password_validation.CommonPasswordValidator" in names
    assert "accounts.password_rules.HouseWords" in names


@pytest.mark.parametrize("secure", [False, True])
def test_cookie_of_a_visit_is_out_of_reach_of_scripts_and_other_sites(client, settings, secure):
    settings.SESSION_COOKIE_SECURE = secure
    person = make.user()

    client.post("/account/sign-in/", {"email": person.email, "password": make.PASSWORD})

    cookie = client.cookies["sessionid"]
    assert len(cookie.value) == 32  # letters and digits: 165 bits
    assert (cookie["httponly"], bool(cookie["secure"]), cookie["samesite"]) == (True, secure, "Lax")


def test_forwarded_scheme_counts_only_behind_a_proxy(settings):
    request = RequestFactory().get("/", headers={"x-forwarded-proto": "https"})

    assert not request.is_secure()
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert request.is_secure()


def test_every_test_that_the_table_names_exists():
    named = re.findall(r"`(\S+\.py)::(test_\w+)`", (ROOT / "docs/security.md").read_text())

    assert len(named) > 80
    assert [f"{path}::{name}" for path, name in named if f"def {name}(" not in (ROOT / path).read_text()] == []


@pytest.mark.parametrize("path", ["/auth/nothing/", "/auth/", "/me/", "/catalog/x/", "/scraper/x", "/scraperCatalog/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_addresses_of_the_gateway_are_not_found(client, path, method):
    answer = getattr(client, method)(path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("referer", "again"),
    [
        ("http://testserver/screenings/7/?seats=1", ["/screenings/7/?seats=1"]),
        ("http://testserver//evil.test/", []),
        ("https://evil.test/screenings/7/", []),
        ("", []),
    ],
)
def test_form_from_before_a_sign_in_says_what_to_do(referer, again):
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post("/account/sign-in/", {"email": "ann@cinema.test"}, headers={"referer": referer})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This page is out of date" in page
    assert re.findall(r'href="([^"]*)">Load it again', page) == again


def test_staff_without_the_right_learn_whom_to_ask(client):
    client.force_login(make.user(email="door@cinema.test", is_staff=True, groups=["box office"]))

    answer = client.get("/admin/accounts/user/")

    assert answer.status_code == 403
    assert "door@cinema.test" in answer.content.decode()
    assert "Ask a manager" in answer.content.decode()
