"""Guests: nobody signs in as one, or registers as one, and no mail is sent to one."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.mails import password_reset
from accounts.models import User
from accounts.reset_tokens import reset_token, user_of
from accounts.services.credentials import WrongCredentials, check_credentials
from accounts.services.guests import SESSION_KEY, guest_of, make_guest
from accounts.services.registration import EmailInvalid, checked_new_email, register_user
from accounts.socket_auth import caller_with_any
from accounts.tests import make
from accounts.tokens import page_token

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def guest():
    return make_guest(browser="a browser's secret")


def session_with(client, guest_id):
    session = client.session
    session[SESSION_KEY] = guest_id
    session.save()
    return session


def test_guest_is_a_row_without_a_name_or_a_password(guest):
    assert re.fullmatch(r"guest-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@guests\.invalid", guest.email)
    assert (guest.is_guest, guest.has_usable_password(), guest.full_name) == (True, False, "")
    assert (guest.is_staff, guest.is_superuser) == (False, False)


def test_one_browser_has_one_guest(guest):
    assert make_guest(browser="a browser's secret") == guest
    assert make_guest(browser="another's") != guest
    assert User.objects.count() == 2


def test_guest_of_a_session_is_found_until_it_is_gone(client, guest):
    session = session_with(client, guest.pk)

    assert guest_of(session) == guest
    guest.delete()
    assert guest_of(session) is None
    assert guest_of(Client().session) is None


def test_a_person_is_nobodys_guest(client):
    assert guest_of(session_with(client, make.user().pk)) is None


@pytest.mark.parametrize("password", ["", "!", "None", make.PASSWORD])
def test_nobody_signs_in_as_a_guest(client, guest, password):
    sent = {"email": guest.email, "password": password}

    with pytest.raises(WrongCredentials):
        check_credentials(**sent, request=make.request_from())
    with pytest.raises(WrongCredentials):
        check_credentials(email=guest.email, password=guest.password, request=make.request_from())
    client.post("/account/sign-in/", sent)
    assert "_auth_user_id" not in client.session
    assert client.post("/api/v1/auth/login", sent, "application/json").status_code in (400, 401)


def test_page_token_of_a_guest_is_good_for_sockets_alone(client, guest):
    token = page_token(guest)

    assert caller_with_any(token).user_id == guest.pk
    assert client.get("/api/v1/auth/me", headers=make.header(token)).status_code == 401
    assert client.post("/api/v1/seat-reservations/reserve", headers=make.header(token)).status_code == 401


def test_socket_token_of_a_visitor_is_their_guests(client, guest):
    session_with(client, guest.pk)

    token = client.get("/account/socket-token/").json()["token"]

    assert caller_with_any(token).user_id == guest.pk


def test_socket_token_after_the_sign_in_is_the_persons(client, guest):
    session_with(client, guest.pk)
    person = make.user()
    client.post("/account/sign-in/", {"email": person.email, "password": make.PASSWORD})

    token = client.get("/account/socket-token/").json()["token"]

    assert client.session[SESSION_KEY] == guest.pk
    assert caller_with_any(token).user_id == person.pk


def test_guest_does_not_follow_into_the_session_of_the_next_person(client, guest):
    session_with(client, guest.pk)
    first, second = make.user(), make.user()
    client.post("/account/sign-in/", {"email": first.email, "password": make.PASSWORD})

    client.post("/account/sign-in/", {"email": second.email, "password": make.PASSWORD})

    assert client.session["_auth_user_id"] == str(second.pk)
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("email", ["ann@guests.invalid", "guest-1@GUESTS.invalid", " ann@guests\uff0einvalid "])
def test_nobody_gets_an_address_that_a_guest_could_have(client, email):
    with pytest.raises(EmailInvalid):
        checked_new_email(email)
    with pytest.raises(EmailInvalid):
        register_user(email=email, password=make.PASSWORD)

    fields = {"email": "ann@guests.invalid", "password": make.PASSWORD, "full_name": "Ann"}
    answer = client.post("/api/v1/auth/register", fields, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "email_invalid")
    assert client.post("/auth/register", fields, "application/json").status_code == 400
    assert User.objects.count() == 0


def test_asking_for_a_guests_address_is_asking_for_any(client, guest):
    known = client.get("/api/v1/auth/check-email", {"email": guest.email})
    unknown = client.get("/api/v1/auth/check-email", {"email": "guest-1@guests.invalid"})

    assert (known.json()["exists"], unknown.json()["exists"]) == (True, False)


def test_password_reset_sends_a_guest_nothing(client, guest, settings):
    settings.DEBUG = True

    answer = client.post("/api/v1/auth/forgot-password", {"email": guest.email}, "application/json")

    assert answer.status_code == 200
    assert password_reset({"email": guest.email}) is None
    assert user_of(answer.json()["reset_token"]) is None
    assert mail.outbox == []
    assert user_of(reset_token(guest)) is None


def test_staff_do_not_see_guests_among_the_people(client, guest):
    client.force_login(make.user(is_staff=True, is_superuser=True))

    assert guest.email not in client.get("/admin/accounts/user/").content.decode()
    assert client.get(f"/admin/accounts/user/{guest.pk}/password/").status_code == 404
