"""``users/me`` and what hangs below it, and what others may know."""

import json

import pytest

from accounts.models import Search, User
from accounts.services.passwords import set_password
from accounts.services.searches import remember_search
from accounts.tests import make
from accounts.tests.test_api import is_problem, user_json
from accounts.tests.test_resets import link_in
from cinema_project.common import mailer

pytestmark = pytest.mark.django_db

ME = "/api/v1/users/me"
SEARCHES = f"{ME}/search-history"


@pytest.fixture
def ann():
    return make.user(email="ann@cinema.test", full_name="Ann Example")


def send(client, method, path, person, body=None):
    headers = make.bearer(person) if person else {}
    content = b"" if body is None else json.dumps(body)
    return client.generic(method, path, content, "application/json", headers=headers)


def test_me_shows_who_is_signed_in(client, ann):
    assert send(client, "GET", ME, ann).json() == user_json(ann)


def test_profile_changes_what_is_given_and_nothing_else(client, ann):
    sent = {"full_name": "Ann B. Example", "date_of_birth": "1990-02-28"}
    answer = send(client, "PUT", ME, ann, sent | {"is_admin": True, "role": "admin", "id": 7, "is_active": False})

    ann.refresh_from_db()
    assert (answer.status_code, answer.json()) == (200, user_json(ann) | {"date_of_birth": "1990-02-28"})
    assert (ann.full_name, str(ann.date_of_birth)) == ("Ann B. Example", "1990-02-28")
    assert (ann.is_superuser, ann.is_staff, ann.is_active) == (False, False, True)
    assert send(client, "PUT", ME, ann, {"date_of_birth": None}).json()["date_of_birth"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"date_of_birth": "1899-12-31"}, "/date_of_birth"),
        ({"date_of_birth": "2999-01-01"}, "/date_of_birth"),
        ({"date_of_birth": "yesterday"}, "/date_of_birth"),
        ({"full_name": ""}, "/full_name"),
        ({"full_name": 7}, "/full_name"),
        ({"full_name": "x" * 256}, "/full_name"),
        ({"email": "nonsense"}, "/email"),
    ],
)
def test_profile_refuses_nonsense(client, ann, body, pointer):
    answer = send(client, "PUT", ME, ann, body)

    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (400, [pointer])


def test_a_new_address_counts_once_its_link_was_followed(client, ann, mailoutbox):
    answer = send(client, "PUT", ME, ann, {"email": "Ann.New@cinema.test"})
    assert (answer.status_code, answer.json()["email"]) == (200, "ann@cinema.test")

    mailer.send_due()
    [mail] = mailoutbox
    assert mail.to == ["ann.new@cinema.test"]
    assert "One press" in client.get(link_in(mail)).content.decode()
    assert User.objects.get().email == "ann@cinema.test"

    for _ in range(2):  # a second press does no harm
        assert client.post(link_in(mail)).status_code == 302
    mailer.send_due()
    ann.refresh_from_db()
    assert (ann.email, ann.email_confirmed_at is not None) == ("ann.new@cinema.test", True)
    assert [(mail.to, mail.subject) for mail in mailoutbox[1:]] == [
        (["ann@cinema.test"], "Your address was changed · Cinema")
    ]


def test_of_an_address_that_somebody_has_nothing_is_said(client, ann, mailoutbox):
    other = make.user()

    answer = send(client, "PUT", ME, ann, {"email": other.email})
    mailer.send_due()

    assert (answer.status_code, answer.json(), mailoutbox) == (200, user_json(ann), [])


def test_a_new_address_wants_a_fresh_sign_in_or_the_password(client, ann):
    headers = make.bearer(ann)
    ann.token_families.update(created_at="2026-01-01T00:00Z")

    def change(**more):
        body = {"email": "ann.new@cinema.test"} | more
        return client.put(ME, body, content_type="application/json", headers=headers)

    assert is_problem(change(), 403, "This takes a sign-in of the last hour. Please sign in again.")
    assert is_problem(change(current_password="wrong"), 400, "Current password is incorrect")
    assert change(current_password=make.PASSWORD).status_code == 200


def test_the_whole_form_may_be_sent_long_after_signing_in(client, ann):
    headers = make.bearer(ann)
    ann.token_families.update(created_at="2026-01-01T00:00Z")

    body = {"full_name": "Ann B.", "email": "ANN@cinema.test"}
    answer = client.put(ME, body, content_type="application/json", headers=headers)

    assert (answer.status_code, answer.json()["full_name"]) == (200, "Ann B.")


def test_a_link_asked_for_before_the_password_changed_is_void(client, ann, mailoutbox):
    send(client, "PUT", ME, ann, {"email": "new@cinema.test"})
    set_password(user=ann, new="another-2026-secret")
    mailer.send_due()

    assert client.post(link_in(mailoutbox[0])).status_code == 400


def test_moments_are_utc_whatever_the_zone_of_the_site(client, ann, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    remember_search(user_id=ann.pk, query="metropolis")

    for path in (ME, f"/api/v1/users/{ann.pk}"):
        assert send(client, "GET", path, ann).json()["created_at"] == f"{ann.created_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    noted = Search.objects.get().created_at
    assert send(client, "GET", SEARCHES, ann).json()[0]["created_at"] == f"{noted:%Y-%m-%dT%H:%M:%S.%fZ}"


@pytest.mark.parametrize("name", ["Ann\nBuy here: https://evil.test", "Ann\r\nBcc: x", "Ann\u2028x", "Ann\x00"])
def test_a_name_is_one_line(client, ann, name):
    assert send(client, "PUT", ME, ann, {"full_name": name}).status_code == 400
    body = {"email": "victim@bank.test", "password": make.PASSWORD, "full_name": name}
    assert send(client, "POST", "/api/v1/auth/register", None, body).status_code == 400


@pytest.mark.parametrize("spoilt", ["password", "email", "taken", "suspended", "old", "forged"])
def test_a_link_that_no_longer_counts_changes_nothing(client, ann, mailoutbox, clock, spoilt):
    send(client, "PUT", ME, ann, {"email": "new@cinema.test"})
    mailer.send_due()
    link = link_in(mailoutbox[0])
    if spoilt == "password":
        ann.set_password("another-2026-secret")
        ann.save()
    elif spoilt == "email":
        User.objects.update(email="third@cinema.test")
    elif spoilt == "taken":
        make.user(email="new@cinema.test")
    elif spoilt == "suspended":
        User.objects.update(is_active=False)
    elif spoilt == "old":
        clock.travel(24 * 3600)
    else:
        link = link[:-5] + "abcd/"

    answer = client.post(link)

    assert answer.status_code == 400
    assert "This link is no longer good. Please ask for a new one." in answer.content.decode()
    ann.refresh_from_db()
    assert (ann.email != "new@cinema.test", ann.email_confirmed_at) == (True, None)


def test_preferences_are_kept(client, ann):
    sent = {
        "dark_mode": True,
        "notifications_enabled": False,
        "newsletter_subscribed": True,
        "language": "pt-BR",
        "long_holds": True,
    }

    answer = send(client, "PUT", f"{ME}/preferences", ann, sent)

    assert (answer.status_code, answer.json()) == (200, sent)
    assert send(client, "PUT", f"{ME}/preferences", ann, {"dark_mode": False}).json() == sent | {"dark_mode": False}
    assert send(client, "GET", ME, ann).json()["newsletter_subscribed"] is True


@pytest.mark.parametrize(
    "body", [{"dark_mode": "yes"}, {"dark_mode": 1}, {"long_holds": None}, {"language": "!"}, {"language": 7}, []]
)
def test_preferences_refuse_nonsense(client, ann, body):
    assert send(client, "PUT", f"{ME}/preferences", ann, body).status_code == 400


def test_others_see_a_first_name_and_nothing_else(client, ann):
    expected = {
        "id": ann.pk,
        "full_name": "Ann E.",
        "profile_picture_url": None,
        "created_at": f"{ann.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
    }

    assert client.get(f"/api/v1/users/{ann.pk}").json() == expected
    assert send(client, "GET", f"/api/v1/users/{ann.pk}", make.user()).json() == expected
    assert send(client, "GET", f"/api/v1/users/{ann.pk}", ann).json() == expected | {"full_name": "Ann Example"}


@pytest.mark.parametrize("state", [{"is_active": False}, {"is_guest": True}])
def test_who_is_not_there_is_not_found(client, ann, state):
    User.objects.filter(pk=ann.pk).update(**state)

    assert is_problem(client.get(f"/api/v1/users/{ann.pk}"), 404, f"User with id {ann.pk} not found")


@pytest.mark.parametrize("path", [SEARCHES, f"{ME}/searches"])
def test_searches_are_noted_listed_and_forgotten(client, ann, path):
    notes = [{"search_query": "metropolis", "search_type": "movie"}, {"search_query": "roxy"}]
    made = [send(client, "POST", path, ann, body) for body in notes]
    listed = send(client, "GET", f"{path}?limit=1", ann)

    assert [answer.status_code for answer in made] == [201, 201]
    latest = Search.objects.get(search_query="roxy")
    assert made[1].json() == {
        "id": latest.pk,
        "user_id": ann.pk,
        "search_query": "roxy",
        "search_type": "general",
        "created_at": f"{latest.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
    }
    assert (listed.json(), listed["X-Total-Count"]) == ([made[1].json()], "2")
    assert send(client, "DELETE", f"{path}/{latest.pk}", ann).status_code == 204
    assert send(client, "GET", path, ann).json() == [made[0].json()]
    assert send(client, "DELETE", path, ann).status_code == 204
    assert send(client, "GET", path, ann).json() == []


def test_a_search_of_somebody_else_is_not_found(client, ann):
    theirs = remember_search(user_id=make.user().pk, query="secret")

    answer = send(client, "DELETE", f"{SEARCHES}/{theirs.pk}", ann)

    assert is_problem(answer, 404, f"Search with id {theirs.pk} not found")
    assert Search.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"search_query": ""},
        {"search_query": "x" * 256},
        {"search_query": 1},
        {"search_query": "x", "search_type": "song"},
    ],
)
def test_searches_refuse_nonsense(client, ann, body):
    assert send(client, "POST", SEARCHES, ann, body).status_code == 400


def test_the_hundred_latest_searches_are_kept(ann):
    for number in range(105):
        remember_search(user_id=ann.pk, query=str(number))
    remember_search(user_id=ann.pk, query="104")  # twice in a row is once

    kept = list(Search.objects.order_by("pk").values_list("search_query", flat=True))
    assert kept == [str(number) for number in range(5, 105)]


def test_noting_a_search_twice_with_one_key_notes_it_once(client, ann):
    headers = make.bearer(ann) | {"Idempotency-Key": "abc"}
    for query in ("metropolis", "metropolis"):
        client.post(SEARCHES, {"search_query": query}, content_type="application/json", headers=headers)
        remember_search(user_id=ann.pk, query="between")

    assert Search.objects.filter(search_query="metropolis").count() == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ME),
        ("PUT", ME),
        ("DELETE", ME),
        ("GET", f"{ME}/export"),
        ("PUT", f"{ME}/preferences"),
        ("GET", SEARCHES),
        ("POST", SEARCHES),
        ("DELETE", SEARCHES),
        ("DELETE", f"{SEARCHES}/1"),
    ],
)
def test_strangers_are_asked_who_they_are(client, method, path):
    assert is_problem(send(client, method, path, None), 401, "Not authenticated")
