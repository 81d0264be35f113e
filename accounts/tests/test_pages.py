"""The pages, as a browser without script sees them."""

import re
from html.parser import HTMLParser

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.reset_tokens import reset_token
from accounts.socket_auth import caller_with_any
from accounts.tests import make

pytestmark = pytest.mark.django_db

SIGN_IN, SIGN_UP, SIGN_OUT = "/account/sign-in/", "/account/sign-up/", "/account/sign-out/"
FORGOT = "/account/forgot/"
ANN = {"full_name": "Ann Example", "email": "ann@cinema.test", "password": make.PASSWORD}


class Tags(HTMLParser):
    """All start tags of a page, as (name, attributes)."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def having(self, element, /, **attributes):
        wanted = {key.replace("_", "-"): value for key, value in attributes.items()}
        return [attrs for tag, attrs in self.found if tag == element and wanted.items() <= attrs.items()]


def tags(response):
    return Tags(response.content.decode())


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_addresses_have_the_agreed_names():
    names = ("account", "sign_in", "sign_up", "sign_out", "socket_token")

    assert [reverse(f"accounts:{name}") for name in names] == [
        "/account/",
        SIGN_IN,
        SIGN_UP,
        SIGN_OUT,
        "/account/socket-token/",
    ]


@pytest.mark.parametrize("path", [SIGN_IN, SIGN_UP])
def test_every_field_has_a_label_and_a_purpose(client, path):
    response = client.get(path)

    page = tags(response)
    fields = [attrs for attrs in page.having("input") if "autocomplete" in attrs]
    assert len(fields) == (2 if path == SIGN_IN else 3)
    for field in fields:
        assert len(page.having("label", **{"for": field["id"]})) == 1
    purposes = {field["autocomplete"] for field in fields}
    assert purposes == {"username", "current-password"} if path == SIGN_IN else {"name", "username", "new-password"}
    assert "no-store" in response["Cache-Control"]
    assert not page.having("script")


def test_sign_in_leads_on_to_next(client):
    person = make.user()

    response = client.post(
        SIGN_IN, {"email": person.email.upper(), "password": make.PASSWORD, "next": "/screenings/7/"}
    )

    assert (response.status_code, response["Location"]) == (302, "/screenings/7/")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_next_survives_a_wrong_password_and_the_way_to_the_other_form(client):
    response = client.get(SIGN_IN, {"next": "/screenings/7/?a=1&b=2"})

    page = tags(response)
    assert page.having("input", name="next")[0]["value"] == "/screenings/7/?a=1&b=2"
    assert page.having("a", href=f"{SIGN_UP}?next=/screenings/7/%3Fa%3D1%26b%3D2")

    response = client.post(SIGN_IN, {"email": "a@cinema.test", "password": "wrong", "next": "/screenings/7/"})
    assert tags(response).having("input", name="next")[0]["value"] == "/screenings/7/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.test/", "//evil.test", "javascript:alert(1)", "\\\\evil.test", "http:///evil.test", " "]
)
@pytest.mark.parametrize("path", [SIGN_IN, SIGN_OUT])
def test_next_never_leads_to_another_site(client, path, elsewhere):
    person = make.user()
    if path == SIGN_OUT:
        client.force_login(person)

    response = client.post(path, {"email": person.email, "password": make.PASSWORD, "next": elsewhere})

    assert (response.status_code, response["Location"]) == (302, "/")


def test_signed_in_visitor_is_sent_on(client):
    client.force_login(make.user())

    assert client.get(SIGN_IN, {"next": "/account/"})["Location"] == "/account/"


def test_wrong_password_is_said_first_and_takes_the_focus(client):
    make.user(email="ann@cinema.test")

    response = client.post(SIGN_IN, {"email": "ann@cinema.test", "password": "wrong"})

    page = tags(response)
    assert "Incorrect email or password" in response.content.decode()
    assert "<title>Error: Sign in" in response.content.decode()
    assert len(page.having("div", role="alert", tabindex="-1", autofocus=None)) == 1
    assert page.having("input", name="email")[0]["value"] == "ann@cinema.test"
    assert "value" not in page.having("input", name="password")[0]
    assert not is_signed_in(client)


def test_faults_are_listed_with_links_to_their_fields(client):
    response = client.post(SIGN_UP, ANN | {"full_name": "", "password": "short"})

    page = tags(response)
    links = [attrs["href"] for attrs in page.having("a") if attrs["href"].startswith("#id_")]
    assert links == ["#id_full_name", "#id_password"]
    name = page.having("input", name="full_name")[0]
    assert name["aria-invalid"] == "true"
    assert page.having("ul", id=name["aria-describedby"].split()[-1])


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"email": "ANN@cinema.test"}, "email", "Email already registered"),
        ({"email": "bob@cinema.test", "password": "short"}, "password", "This password is too short"),
        ({"email": "no address"}, "email", "Enter a valid email address."),
        ({"email": "a\x00@cinema.test"}, "email", "Null characters are not allowed."),
    ],
)
def test_sign_up_says_what_is_wrong_with_which_field(client, fields, field, sentence):
    make.user(email="ann@cinema.test")

    response = client.post(SIGN_UP, ANN | fields)

    errors = re.search(rf'<ul class="errorlist" id="id_{field}_error">(.*?)</ul>', response.content.decode(), re.DOTALL)
    assert sentence in errors[1]
    assert tags(response).having("a", href=f"#id_{field}")
    assert not is_signed_in(client)
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["", "Ann Example"])
def test_sign_up_tells_all_that_is_wrong_at_once(client, name):
    make.user(email="ann@cinema.test")

    answer = client.post(SIGN_UP, ANN | {"full_name": name, "password": "short"}).content.decode()

    assert "Email already registered" in answer
    assert "This password is too short" in answer
    assert ("This field is required." in answer) is not name


def test_sign_up_with_half_a_form_is_no_way_around_the_limit_of_who_has_an_account(client):
    make.user(email="ann@cinema.test")

    first = answer = client.post(SIGN_UP, ANN | {"full_name": ""})
    for _ in range(120):  # 60 are allowed at once, and another each second
        if answer.status_code != 429:
            answer = client.post(SIGN_UP, ANN | {"full_name": ""})

    assert "Email already registered" in first.content.decode()
    assert answer.status_code == 429
    assert "Email already registered" not in answer.content.decode()


def test_forgotten_password_leads_back_to_where_one_was(client, mailoutbox):
    person, there = make.user(email="ann@cinema.test"), "/checkout/7/details/"
    assert tags(client.get(SIGN_IN, {"next": there})).having("a", href=f"{FORGOT}?next={there}")

    asked = client.post(FORGOT, {"email": person.email, "next": there})
    chosen = client.post(f"/account/reset/{reset_token(person)}/", {"password": "another-good-2026"})

    assert tags(asked).having("a", href=f"{SIGN_IN}?next={there}")
    assert (chosen.status_code, chosen["Location"]) == (302, f"{SIGN_IN}?next={there}")


def test_sign_up_makes_an_account_and_signs_in(client):
    response = client.post(SIGN_UP, ANN | {"next": "/account/", "is_superuser": "1"})

    person = User.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/account/")
    assert (person.email, person.full_name, person.is_superuser) == ("ann@cinema.test", "Ann Example", False)
    assert client.session["_auth_user_id"] == str(person.pk)


def test_signing_in_changes_the_session_key(client):
    person = make.user()
    client.session["kept"] = True
    session = client.session
    session["kept"] = True
    session.save()
    before = session.session_key

    client.post(SIGN_IN, {"email": person.email, "password": make.PASSWORD})

    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("path", "name", "is_staff", "hours"),
    [(SIGN_IN, "email", False, 14 * 24), (SIGN_IN, "email", True, 12), ("/admin/login/", "username", True, 12)],
)
def test_a_visit_ends_in_its_time_however_much_it_is_used(client, path, name, is_staff, hours):
    person = make.user(is_staff=is_staff)
    client.post(path, {name: person.email, "password": make.PASSWORD})
    ends = Session.objects.get().expire_date
    session = client.session
    session["used"] = True
    session.save()

    assert Session.objects.get().expire_date == ends
    assert hours * 3600 - 60 < (ends - timezone.now()).total_seconds() <= hours * 3600


@pytest.mark.parametrize(("path", "name"), [(SIGN_IN, "email"), ("/admin/login/", "username")])
def test_signing_in_once_more_ends_the_visit_of_before(client, path, name):
    person = make.user(is_staff=True)
    client.force_login(person)
    before = client.session.session_key

    client.post(path, {name: person.email, "password": make.PASSWORD})

    assert is_signed_in(client)
    assert client.session.session_key != before
    assert [session.session_key for session in Session.objects.all()] == [client.session.session_key]


def test_account_shows_who_is_signed_in(client, django_assert_max_num_queries):
    client.force_login(make.user(full_name="Ann <Example>", email="ann@cinema.test"))

    with django_assert_max_num_queries(5):
        response = client.get("/account/")

    page = response.content.decode()
    assert "Ann &lt;Example&gt;" in page
    assert "ann@cinema.test" in page
    assert tags(response).having("form", method="post", action=SIGN_OUT)


def test_account_sends_strangers_to_sign_in(client):
    response = client.get("/account/")

    assert (response.status_code, response["Location"]) == (302, f"{SIGN_IN}?next=/account/")


@pytest.mark.parametrize("path", [SIGN_OUT, "/admin/logout/"])
def test_sign_out_ends_session_and_sockets(client, path):
    client.force_login(make.user(is_staff=True))
    token = client.get("/account/socket-token/").json()["token"]
    assert caller_with_any(token) is not None

    response = client.post(path)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert not is_signed_in(client)
    assert not Session.objects.exists()
    assert caller_with_any(token) is None
    assert client.post(path).status_code == 302


def test_sign_out_by_a_link_changes_nothing(client):
    client.force_login(make.user())

    assert client.get(SIGN_OUT).status_code == 405
    assert is_signed_in(client)


@pytest.mark.parametrize("path", [SIGN_IN, SIGN_UP, SIGN_OUT])
def test_forms_of_other_sites_are_refused(path):
    client = Client(enforce_csrf_checks=True)
    person = make.user()
    client.force_login(person)

    response = client.post(path, ANN | {"email": person.email})

    assert response.status_code == 403
    assert Session.objects.count() == 1
    assert User.objects.count() == 1


def test_socket_token_is_for_the_one_who_asks(client):
    anonymous = client.get("/account/socket-token/")
    client.force_login(make.user())
    own = client.get("/account/socket-token/")

    assert caller_with_any(anonymous.json()["token"]).user_id is None
    assert caller_with_any(own.json()["token"]).user_id == User.objects.get().pk
    assert (anonymous["Cache-Control"], own["Cache-Control"]) == ("no-store", "no-store")
    assert client.post("/account/socket-token/").status_code == 405


def test_suspended_person_is_signed_out_of_the_pages(client):
    person = make.user()
    client.force_login(person)
    User.objects.update(is_active=False)

    assert client.get("/account/").status_code == 302
    assert caller_with_any(client.get("/account/socket-token/").json()["token"]).user_id is None
