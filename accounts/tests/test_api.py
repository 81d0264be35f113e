"""Every endpoint of /api/v1/auth: happy, refused, not allowed, and nonsense."""

import pytest

from accounts.models import TokenFamily, User
from accounts.tests import make
from accounts.tokens import issue_tokens, page_token

pytestmark = pytest.mark.django_db

AUTH = "/api/v1/auth"
ANN = {"email": "Ann@Cinema.Test", "password": make.PASSWORD, "full_name": "Ann Example"}


def post(client, path, body=None, **options):
    return client.post(f"{AUTH}/{path}", body, content_type="application/json", **options)


def user_json(person):
    return {
        "id": person.pk,
        "uuid": str(person.uuid),
        "email": person.email,
        "full_name": person.full_name,
        "is_active": True,
        "is_admin": False,
        "role": "user",
        "groups": [],
        "date_of_birth": None,
        "profile_picture_url": None,
        "dark_mode": False,
        "notifications_enabled": True,
        "newsletter_subscribed": False,
        "created_at": f"{person.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "updated_at": f"{person.updated_at:%Y-%m-%dT%H:%M:%S.%fZ}",
    }


def is_problem(response, status, detail):
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, response.json()["detail"]) == (status, detail)
    return True


@pytest.mark.parametrize("slash", ["", "/"])
def test_register_answers_the_new_user(client, slash):
    response = post(client, f"register{slash}", ANN)

    person = User.objects.get()
    assert (response.status_code, response.json()) == (201, user_json(person))
    assert person.email == "ann@cinema.test"
    assert person.check_password(make.PASSWORD)


@pytest.mark.parametrize("path", ["/api/v1/auth/register", "/auth/register"])
def test_registering_twice_with_one_key_is_registering_once(client, path):
    def register(email="ann@cinema.test", **changes):
        body = ANN | {"email": email} | changes
        return client.post(path, body, content_type="application/json", headers={"Idempotency-Key": "1"})

    first, again, other = register(), register(), register(password="another-2026-cinema")
    somebody_else = register("bob@cinema.test")

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again["Idempotent-Replayed"] == "true"
    assert (other.status_code, somebody_else.status_code, User.objects.count()) == (422, 201, 2)


def test_register_refuses_a_known_address(client):
    post(client, "register", ANN)

    response = post(client, "register", ANN | {"email": "ANN@cinema.test"})

    assert is_problem(response, 400, "Email already registered")
    assert User.objects.count() == 1


def test_register_ignores_what_is_not_for_the_sender_to_say(client):
    rights = {"is_admin": True, "is_superuser": True, "is_staff": True, "role": "admin", "groups": ["manager"], "id": 1}

    response = post(client, "register", ANN | rights | {"is_active": False})

    assert response.json() == user_json(User.objects.get())


@pytest.mark.parametrize("field", ["email", "password", "full_name"])
@pytest.mark.parametrize("value", [None, "", 7, True, ["a"], {"a": 1}, "a\x00b", "x" * 10_000])
def test_register_refuses_nonsense_and_names_the_field(client, field, value):
    response = post(client, "register", ANN | {field: value})

    assert response.status_code == 400
    assert {error["pointer"] for error in response.json()["errors"]} == {f"/{field}"}
    assert not User.objects.exists()


@pytest.mark.parametrize("field", ["email", "password", "full_name"])
def test_register_wants_every_field(client, field):
    response = post(client, "register", {name: value for name, value in ANN.items() if name != field})

    assert response.json()["errors"] == [{"pointer": f"/{field}", "detail": "This field is required."}]


@pytest.mark.parametrize("path", ["register", "login", "refresh-token"])
@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"text"', "7", "\xff", '{"a": NaN}', '"\\ud800"', "[" * 100_000]
)
def test_malformed_bodies_are_refused(client, path, body):
    response = post(client, path, body.encode("latin-1"))

    assert response.status_code in (400, 401)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["register", "login", "refresh-token"])
def test_unknown_content_type_is_refused(client, path):
    response = client.post(f"{AUTH}/{path}", b"<a/>", content_type="application/xml")

    assert response.status_code == 415


@pytest.mark.parametrize("path", ["register", "login", "refresh-token", "logout"])
def test_get_is_not_allowed_where_something_changes(client, path):
    assert client.get(f"{AUTH}/{path}", headers=make.bearer(make.user())).status_code == 405


def test_login_answers_tokens_and_the_user(client, settings):
    person = make.user()

    response = post(client, "login", {"email": person.email.upper(), "password": make.PASSWORD})

    answer = response.json()
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert set(answer) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", settings.ACCESS_TOKEN_SECONDS)
    assert answer["user"] == user_json(person)
    assert client.get(f"{AUTH}/me", headers=make.header(answer["access_token"])).status_code == 200


@pytest.mark.parametrize("options", [{"content_type": "application/x-www-form-urlencoded"}, {}])
def test_login_takes_a_form(client, options):
    person = make.user()
    form = {"username": person.email, "password": make.PASSWORD, "grant_type": "password"}
    if options:
        form = "&".join(f"{name}={value}" for name, value in form.items())

    response = client.post(f"{AUTH}/login", form, **options)

    assert (response.status_code, response.json()["user"]["id"]) == (200, person.pk)


@pytest.mark.parametrize("email", ["known@cinema.test", "unknown@cinema.test", "no address"])
def test_login_refuses_wrong_credentials_the_same_way(client, email):
    make.user(email="known@cinema.test")

    response = post(client, "login", {"email": email, "password": "wrong"})

    assert is_problem(response, 401, "Incorrect email or password")
    assert response["Cache-Control"] == "no-store"
    assert response["WWW-Authenticate"] == "Bearer"
    assert not TokenFamily.objects.exists()


@pytest.mark.parametrize("value", [None, "", 7, True, ["a"], {"a": 1}, "a\x00b", "x" * 10_000])
@pytest.mark.parametrize("field", ["email", "password"])
def test_login_refuses_nonsense(client, field, value):
    response = post(client, "login", {"email": "a@cinema.test", "password": "b"} | {field: value})

    assert response.status_code == 400
    assert {error["pointer"] for error in response.json()["errors"]} == {f"/{field}"}


def test_login_ignores_a_stale_token_in_the_header(client):
    person = make.user()
    credentials = {"email": person.email, "password": make.PASSWORD}

    assert post(client, "login", credentials, headers=make.header("garbage")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "groups", "seen"),
    [
        ({}, ("box office", "auditor"), {"role": "user", "is_admin": False, "groups": ["auditor", "box office"]}),
        ({}, ("manager", "programmer"), {"role": "manager", "is_admin": False, "groups": ["programmer"]}),
        ({"is_superuser": True}, (), {"role": "admin", "is_admin": True, "groups": []}),
    ],
)
def test_me_tells_role_and_groups(client, fields, groups, seen):
    person = make.user(groups=groups, **fields)

    response = client.get(f"{AUTH}/me", headers=make.bearer(person))

    assert (response.status_code, response.json()) == (200, user_json(person) | seen)


def test_me_speaks_utc_whatever_the_zone_of_the_site(client, settings):
    settings.TIME_ZONE = "Asia/Jakarta"
    person = make.user()

    assert client.get(f"{AUTH}/me", headers=make.bearer(person)).json()["created_at"] == user_json(person)["created_at"]


@pytest.mark.parametrize("number_of_groups", [0, 3])
def test_me_asks_for_the_person_and_the_groups(client, django_assert_max_num_queries, number_of_groups):
    headers = make.bearer(make.user(groups=("auditor", "manager", "programmer")[:number_of_groups]))

    with django_assert_max_num_queries(3):
        client.get(f"{AUTH}/me", headers=headers)


@pytest.mark.parametrize(("method", "path"), [("get", "me"), ("post", "logout")])
def test_private_endpoints_want_a_token_that_counts(client, method, path):
    person = make.user()
    pair = issue_tokens(user=person)
    sentence = "Could not validate credentials"

    assert is_problem(getattr(client, method)(f"{AUTH}/{path}"), 401, "Not authenticated")
    for token in ("garbage", pair.refresh_token, page_token(person), make.forged(pair.access_token, key="x" * 64)):
        assert is_problem(getattr(client, method)(f"{AUTH}/{path}", headers=make.header(token)), 401, sentence)


def test_a_session_of_the_pages_is_no_way_into_the_api(client):
    client.force_login(make.user())

    assert client.get(f"{AUTH}/me").status_code == 401


def test_logout_ends_access_and_refresh_token_at_once(client):
    person = make.user()
    pair, other = issue_tokens(user=person), issue_tokens(user=person)

    response = post(client, "logout", headers=make.header(pair.access_token))

    assert (response.status_code, response.json()) == (200, {"message": "Successfully logged out"})
    sentence = "Token has been revoked"
    assert is_problem(client.get(f"{AUTH}/me", headers=make.header(pair.access_token)), 401, sentence)
    assert is_problem(post(client, "logout", headers=make.header(pair.access_token)), 401, sentence)
    assert is_problem(post(client, "refresh-token", {"token": pair.refresh_token}), 401, sentence)
    assert is_problem(post(client, "refresh-token", {"token": pair.access_token}), 401, sentence)
    assert client.get(f"{AUTH}/me", headers=make.header(other.access_token)).status_code == 200


def test_refresh_token_is_exchanged_for_new_ones(client):
    person = make.user()
    pair = issue_tokens(user=person)

    response = post(client, "refresh-token", {"token": pair.refresh_token}, headers=make.header("stale"))

    answer = response.json()
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert answer["user"] == user_json(person)
    assert pair.refresh_token != answer["refresh_token"]
    assert client.get(f"{AUTH}/me", headers=make.header(answer["access_token"])).status_code == 200


@pytest.mark.parametrize("way", ["body", "header", "header and empty body", "header and null"])
def test_access_token_that_still_counts_is_exchanged(client, way):
    pair = issue_tokens(user=make.user())
    body = {"body": {"token": pair.access_token}, "header and empty body": {}, "header and null": {"token": None}}
    headers = make.header(pair.access_token) if way != "body" else {}

    response = post(client, "refresh-token", body.get(way), headers=headers)

    assert response.status_code == 200
    assert response.json()["refresh_token"] == pair.refresh_token


def test_refresh_without_a_body_at_all_reads_the_header(client):
    pair = issue_tokens(user=make.user())

    response = client.generic("POST", f"{AUTH}/refresh-token", headers=make.header(pair.access_token))

    assert response.status_code == 200


def test_reused_refresh_token_ends_access_too(client, clock):
    first = issue_tokens(user=make.user())
    second = post(client, "refresh-token", {"token": first.refresh_token}).json()
    clock.travel(2)

    assert is_problem(post(client, "refresh-token", {"token": first.refresh_token}), 401, "Token has been revoked")
    assert is_problem(post(client, "refresh-token", {"token": second["refresh_token"]}), 401, "Token has been revoked")
    assert is_problem(
        client.get(f"{AUTH}/me", headers=make.header(second["access_token"])), 401, "Token has been revoked"
    )


def test_refresh_refuses_what_does_not_count(client, clock):
    person = make.user()
    pair = issue_tokens(user=person)
    sentence = "Could not validate credentials"

    assert is_problem(post(client, "refresh-token"), 401, "Not authenticated")
    for token in ("garbage", page_token(person), make.forged(pair.refresh_token, key="x" * 64), "x" * 10_000):
        assert is_problem(post(client, "refresh-token", {"token": token}), 401, sentence)
    clock.travel(1000)
    assert is_problem(post(client, "refresh-token", {"token": pair.access_token}), 401, "Token has expired")


@pytest.mark.parametrize("value", [7, True, ["a"], {"a": 1}, "a\x00b", ""])
def test_refresh_refuses_nonsense(client, value):
    response = post(client, "refresh-token", {"token": value})

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/token"


def test_forms_over_ten_megabytes_are_refused(client):
    form = "username=ann&password=" + "x" * (10 * 1024 * 1024)

    assert client.post(f"{AUTH}/login", form, content_type="application/x-www-form-urlencoded").status_code == 413


@pytest.mark.parametrize("path", ["register", "login", "refresh-token"])
def test_bodies_over_ten_megabytes_are_refused(client, path):
    response = post(client, path, b'{"token": "' + b"x" * (10 * 1024 * 1024) + b'"}')

    assert response.status_code == 413


@pytest.fixture
def ann():
    return make.user(email="ann@cinema.test")


def change(client, person, **given):
    body = {"current_password": make.PASSWORD, "new_password": "another-2026-secret"} | given
    return client.put(f"{AUTH}/change-password", body, content_type="application/json", headers=make.bearer(person))


def test_change_password_ends_every_other_sign_in(client, ann):
    elsewhere, here = issue_tokens(user=ann), issue_tokens(user=ann)
    client.force_login(ann)
    body = {"current_password": make.PASSWORD, "new_password": "another-2026-secret"}

    response = client.put(
        f"{AUTH}/change-password", body, content_type="application/json", headers=make.header(here.access_token)
    )

    assert (response.status_code, response.json()) == (200, {"message": "Password changed successfully"})
    statuses = [
        client.get(f"{AUTH}/me", headers=make.header(pair.access_token)).status_code for pair in (elsewhere, here)
    ]
    assert statuses == [401, 200]
    assert post(client, "refresh-token", {"token": elsewhere.refresh_token}).status_code == 401
    assert client.get("/account/").status_code == 302  # the pages' session ended, too
    ann.refresh_from_db()
    assert ann.check_password("another-2026-secret")


def test_change_password_wants_the_current_one(client, ann):
    response = change(client, ann, current_password="not it")

    assert is_problem(response, 400, "Current password is incorrect")
    assert response.json()["errors"][0]["pointer"] == "/current_password"
    ann.refresh_from_db()
    assert ann.check_password(make.PASSWORD)


@pytest.mark.parametrize("new", ["", "short", "12345678", "ann@cinema.test", None, 7, "x" * 1000])
def test_change_password_refuses_a_bad_one_and_keeps_the_old(client, ann, new):
    response = change(client, ann, new_password=new)

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/new_password"
    ann.refresh_from_db()
    assert ann.check_password(make.PASSWORD)


def test_change_password_is_for_the_signed_in(client):
    assert client.put(f"{AUTH}/change-password", {}, content_type="application/json").status_code == 401


@pytest.mark.parametrize(("email", "exists"), [("ANN@Cinema.Test", True), ("bob@cinema.test", False)])
def test_check_email_tells_whether_an_address_is_known(client, ann, email, exists):
    response = client.get(f"{AUTH}/check-email", {"email": email})

    assert (response.status_code, response.json()) == (200, {"email": email, "exists": exists})


@pytest.mark.parametrize("email", [None, "", "no address", "a" * 300 + "@cinema.test"])
def test_check_email_refuses_what_is_no_address(client, email):
    response = client.get(f"{AUTH}/check-email", {} if email is None else {"email": email})

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/email"
