"""The gateway's dialect: every endpoint happy, refused and not allowed; the cookie to the letter."""

import subprocess

import pytest

from accounts.models import User
from accounts.tests import make
from accounts.tokens import issue_tokens

pytestmark = pytest.mark.django_db

ANN = {"email": "user@example.com", "password": "P@ssw0rd-2026"}
NEW = "another-2026-secret"


@pytest.fixture
def ann():
    return make.user(**ANN)


def post(client, path, body=None, **options):
    return client.post(f"/auth/{path}", body, content_type="application/json", **options)


def test_register_answers_uuid_and_address(client):
    response = post(client, "register", ANN)

    person = User.objects.get()
    assert (response.status_code, response.json()) == (201, {"id": str(person.uuid), "email": ANN["email"]})


@pytest.mark.parametrize("by", ["header", "setting"])
def test_register_through_the_gateway_answers_its_word(client, settings, by):
    settings.AUTH_REGISTER_REPLY = "gateway" if by == "setting" else "auth"

    response = post(client, "register", ANN, headers={"X-Gateway": "1"} if by == "header" else {})

    assert (response.status_code, response.json()) == (201, {"message": "Succes"})


def test_register_refuses_a_known_address(client, ann):
    response = post(client, "register", ANN | {"email": "USER@example.com"})

    assert (response.status_code, response.json()["detail"]) == (400, "Email already registered")


def test_login_sets_the_cookie_to_the_letter(client, ann):
    response = post(client, "login", ANN)

    assert (response.status_code, sorted(response.json())) == (200, ["access_token", "token_type"])
    assert response.json()["token_type"] == "bearer"
    cookie = response.cookies["refresh_token"]
    assert make.claims_of(cookie.value)["type"] == "refresh"
    assert {name: cookie[name] for name in ("path", "httponly", "samesite", "secure", "max-age", "domain")} == {
        "path": "/auth/refresh",
        "httponly": True,
        "samesite": "Lax",
        "secure": "",
        "max-age": 2_592_000,
        "domain": "",
    }
    assert response["Cache-Control"] == "no-store"


def test_the_cookie_is_secure_in_production(client, ann, settings):
    settings.COOKIE_SECURE = True

    assert post(client, "login", ANN).cookies["refresh_token"]["secure"] is True


@pytest.mark.parametrize("wrong", [{"email": "nobody@example.com"}, {"password": "wrong"}])
def test_login_refuses_without_saying_what_was_wrong(client, ann, wrong):
    response = post(client, "login", ANN | wrong)

    assert (response.status_code, response.json()["detail"]) == (401, "Incorrect email or password")
    assert "refresh_token" not in response.cookies


def test_refresh_takes_the_cookie_and_gives_the_next(client, ann):
    first = post(client, "login", ANN).cookies["refresh_token"].value

    response = post(client, "refresh")

    assert response.status_code == 200
    assert response.cookies["refresh_token"].value != first
    assert client.get("/me/ping", headers=make.header(response.json()["access_token"])).status_code == 200


def test_refresh_takes_the_token_of_the_header(client, ann):
    pair = issue_tokens(user=ann)

    assert post(client, "refresh", headers=make.header(pair.refresh_token)).status_code == 200
    client.cookies.clear()
    assert post(client, "refresh", headers=make.header(pair.access_token)).status_code == 401


def test_refresh_needs_a_token(client):
    response = post(client, "refresh")

    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_a_spent_cookie_ends_the_sign_in(client, ann, clock):
    spent = post(client, "login", ANN).cookies["refresh_token"].value
    fresh = post(client, "refresh").json()["access_token"]
    clock.travel(5)
    client.cookies["refresh_token"] = spent

    assert post(client, "refresh").status_code == 401
    assert client.get("/me/ping", headers=make.header(fresh)).status_code == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 200),
        ("https://app.cinema.test", 200),
        ("https://evil.test", 403),
        ("http://testserver.evil.test", 403),
        ("null", 403),
    ],
)
def test_the_cookie_counts_for_the_sites_we_know(client, ann, settings, origin, status):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.cinema.test"]
    post(client, "login", ANN)

    response = post(client, "refresh", headers={"Origin": origin})

    assert response.status_code == status
    if status == 403:
        assert response.json()["code"] == "origin_refused"
        assert post(client, "refresh").status_code == 200  # nothing was spent


@pytest.mark.parametrize("path", ["login", "change-password", "logout"])
def test_foreign_pages_neither_set_nor_clear_the_cookie(client, ann, path):
    headers = make.bearer(ann) | {"Origin": "https://evil.test"}

    response = post(client, path, ANN | {"newPassword": NEW}, headers=headers)

    assert (response.status_code, response.json()["code"]) == (403, "origin_refused")
    assert response.cookies == {}
    ann.refresh_from_db()
    assert ann.check_password(ANN["password"])


def test_change_password_by_the_old_one_signs_in_anew(client, ann):
    before = issue_tokens(user=ann)

    response = post(client, "change-password", ANN | {"newPassword": NEW})

    assert (response.status_code, response.json()["token_type"]) == (200, "bearer")
    assert "refresh_token" in response.cookies
    assert client.get("/me/ping", headers=make.header(response.json()["access_token"])).status_code == 200
    assert client.get("/me/ping", headers=make.header(before.access_token)).status_code == 401
    assert post(client, "login", ANN).status_code == 401


@pytest.mark.parametrize("wrong", [{"email": "nobody@example.com"}, {"password": "wrong"}])
def test_change_password_refuses_wrong_credentials(client, ann, wrong):
    response = post(client, "change-password", ANN | {"newPassword": NEW} | wrong)

    assert (response.status_code, response.json()["detail"]) == (401, "Incorrect email or password")


def test_change_password_names_the_field_of_a_bad_one(client, ann):
    response = post(client, "change-password", ANN | {"newPassword": "1234"})

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "/newPassword")


def test_logout_ends_the_sign_in_and_clears_the_cookie(client, ann):
    access = post(client, "login", ANN).json()["access_token"]

    response = post(client, "logout", headers=make.header(access))

    assert (response.status_code, response.json()) == (200, {"detail": "Logged out"})
    cookie = response.cookies["refresh_token"]
    assert (cookie.value, cookie["path"], cookie["max-age"]) == ("", "/auth/refresh", 0)
    assert client.get("/me/ping", headers=make.header(access)).status_code == 401
    assert post(client, "logout", headers=make.header(access)).status_code == 401


def test_ping_names_the_person(client, ann):
    response = client.get("/me/ping", headers=make.bearer(ann))

    assert (response.status_code, response.json()) == (200, {"message": "pong", "user_id": str(ann.uuid)})
    assert client.get("/me/ping").status_code == 401


def test_curl_keeps_its_cookie(live_server, ann, tmp_path):
    """As the guide has it: sign in with a cookie jar, then refresh from the jar."""
    jar = str(tmp_path / "cookies.txt")
    body = '{"email":"user@example.com","password":"P@ssw0rd-2026"}'
    login = ["-i", "-c", jar, "-X", "POST", f"{live_server.url}/auth/login", "-H", "Content-Type: application/json"]

    answers = [curl(*login, "-d", body), curl("-i", "-b", jar, "-X", "POST", f"{live_server.url}/auth/refresh")]

    assert [answer.split()[1] for answer in answers] == ["200", "200"]
    assert all("refresh_token=ey" in answer for answer in answers)


def curl(*arguments: str) -> str:
    return subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, check=True, timeout=20).stdout
