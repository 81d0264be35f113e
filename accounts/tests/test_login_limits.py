"""Guessing passwords: every door counts, and no header, port or spelling makes anybody new."""

import threading

import pytest
from asgiref.sync import async_to_sync
from axes.models import AccessFailureLog
from django.db import connection
from django.test import Client

from accounts.login_limits import LIMITS, prune_failures, seconds_locked
from accounts.reset_tokens import reset_token
from accounts.tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

HERE = "127.0.0.1"
LOGIN = "/api/v1/auth/login"
PAIR = LIMITS[0]


@pytest.fixture
def ann():
    return make.user(email="ann@cinema.test")


def guess(client, email="ann@cinema.test", password="wrong-password", **options):
    return client.post(LOGIN, {"email": email, "password": password}, content_type="application/json", **options)


def fail(count, email="ann@cinema.test", address=HERE):
    """Write failures down as the door would, without the hashing."""
    AccessFailureLog.objects.bulk_create(
        AccessFailureLog(username=email, ip_address=address, user_agent="", http_accept="", path_info=LOGIN)
        for _ in range(count)
    )


def test_the_eleventh_guess_is_not_looked_at(client, ann):
    answers = [guess(client).status_code for _ in range(PAIR.failures)]

    locked = guess(client, password=make.PASSWORD)

    assert answers == [401] * PAIR.failures
    assert (locked.status_code, locked.json()["code"]) == (429, "too_many_failures")
    assert locked.json()["detail"] == "Too many failed sign-ins. Please try again in 15 minutes."
    assert 0 < int(locked["Retry-After"]) <= PAIR.seconds


@pytest.mark.parametrize("path", [LOGIN, "/auth/login"])
def test_the_headers_tell_what_is_left(client, ann, path):
    def left(password):
        body = {"email": ann.email, "password": password}
        answer = client.post(path, body, content_type="application/json")
        return answer["RateLimit"].partition(";t=")[0], answer["RateLimit-Policy"]

    policy = '"sign-in";q=10;w=900'
    assert [left("wrong-password") for _ in range(2)] == [('"sign-in";r=9', policy), ('"sign-in";r=8', policy)]
    assert left(make.PASSWORD) == ('"sign-in";r=10', policy)


def test_an_unknown_address_is_locked_alike(client):
    assert [guess(client).status_code for _ in range(PAIR.failures + 1)] == [401] * PAIR.failures + [429]


def test_the_lock_ends(client, ann, clock):
    fail(PAIR.failures)
    assert guess(client, password=make.PASSWORD).status_code == 429

    clock.travel(PAIR.seconds)

    assert guess(client, password=make.PASSWORD).status_code == 200


def test_signing_in_begins_the_count_anew(client, ann):
    fail(PAIR.failures - 1)

    assert guess(client, password=make.PASSWORD).status_code == 200
    assert AccessFailureLog.objects.count() == 0


def test_somebody_elsewhere_is_not_locked_out(client, ann):
    fail(PAIR.failures)

    assert guess(client, password=make.PASSWORD, REMOTE_ADDR="198.51.100.7").status_code == 200


def test_a_hundred_failures_from_everywhere_lock_the_account(client, ann):
    for number in range(20):
        fail(5, address=f"198.51.100.{number}")

    assert guess(client, password=make.PASSWORD, REMOTE_ADDR="203.0.113.9").status_code == 429
    assert guess(client, make.user().email, make.PASSWORD, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_who_proves_the_mailbox_is_let_in_past_the_guesses_of_others(client, ann):
    fail(LIMITS[1].failures, address="198.51.100.1")
    fail(1, email="somebody@cinema.test")
    new = {"token": reset_token(ann), "new_password": "another-2026-cinema"}

    client.post("/api/v1/auth/reset-password", new, content_type="application/json")

    assert guess(client, password="another-2026-cinema").status_code == 200
    assert list(AccessFailureLog.objects.values_list("username", flat=True)) == ["somebody@cinema.test"]


def test_an_address_that_tries_everybody_is_locked_out(client, ann):
    fail(LIMITS[2].failures, email="somebody@cinema.test")

    assert guess(client, password=make.PASSWORD).status_code == 429


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP"])
def test_a_header_makes_nobody_new(client, ann, header):
    fail(PAIR.failures)

    assert guess(client, password=make.PASSWORD, headers={header: "203.0.113.5"}).status_code == 429


def test_behind_a_proxy_its_own_word_counts_and_the_client_s_does_not(client, ann, settings):
    settings.TRUSTED_PROXIES = 1
    fail(PAIR.failures, address="203.0.113.5")

    for told in ("203.0.113.5", "198.51.100.1, 203.0.113.5"):
        assert guess(client, password=make.PASSWORD, headers={"X-Forwarded-For": told}).status_code == 429
    other = guess(client, password=make.PASSWORD, headers={"X-Forwarded-For": "203.0.113.5, 198.51.100.1"})
    assert other.status_code == 200


@pytest.mark.parametrize("spelling", ["ANN@cinema.test", " ann@cinema.test ", "ann@cinema\uff0etest"])
def test_another_spelling_is_the_same_account(client, ann, spelling):
    fail(PAIR.failures)

    assert guess(client, spelling, make.PASSWORD).status_code == 429


def login_form(client, password):
    return client.post(
        LOGIN, f"username=ann@cinema.test&password={password}", content_type="application/x-www-form-urlencoded"
    )


def gateway(client, password):
    body = {"email": "ann@cinema.test", "password": password}
    return client.post("/auth/login", body, content_type="application/json")


def gateway_change(client, password):
    body = {"email": "ann@cinema.test", "password": password, "newPassword": "another-2026-cinema"}
    return client.post("/auth/change-password", body, content_type="application/json")


def page(client, password):
    return client.post("/account/sign-in/", {"email": "ann@cinema.test", "password": password})


def admin(client, password):
    return client.post("/admin/login/", {"username": "ann@cinema.test", "password": password})


DOORS = [login_form, gateway, gateway_change, page, admin]


@pytest.mark.parametrize("door", DOORS)
def test_every_door_counts(client, ann, door):
    for _ in range(PAIR.failures):
        assert door(client, "wrong-password").status_code in (200, 401)

    assert door(client, "wrong-password").status_code == 429
    assert guess(client, password=make.PASSWORD).status_code == 429


@pytest.mark.parametrize("door", DOORS)
def test_every_door_is_shut(client, ann, door):
    fail(PAIR.failures)

    assert door(client, make.PASSWORD).status_code == 429


def test_changing_the_password_counts_and_is_shut_too(client, ann):
    def change():
        body = {"current_password": "wrong-password", "new_password": "another-2026-cinema"}
        return client.put(
            "/api/v1/auth/change-password", body, content_type="application/json", headers=make.bearer(ann)
        )

    assert [change().status_code for _ in range(PAIR.failures + 1)] == [400] * PAIR.failures + [429]


def test_the_page_says_what_to_do(client, ann):
    fail(PAIR.failures)

    shown = page(client, make.PASSWORD).content.decode()

    assert "Too many failed sign-ins. Please try again in 15 minutes." in shown


def test_what_counts_no_more_is_forgotten(client, ann, clock):
    fail(3)
    clock.travel(2 * 24 * 3600)
    guess(client)

    assert (prune_failures(), AccessFailureLog.objects.count()) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_guessing_in_parallel_wins_nothing(ann):
    """Forty guesses at the same moment: no more than ten are told that they were wrong."""
    together, answers = threading.Barrier(40), []

    def one_guess():
        together.wait()
        try:
            answers.append(guess(Client()).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one_guess) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (answers.count(401), answers.count(429)) == (PAIR.failures, 40 - PAIR.failures)
    assert seconds_locked("ann@cinema.test", HERE) > 0


@pytest.mark.parametrize("door", ["/account/sign-in/", "/admin/login/"])
def test_pages_say_so_where_they_are_served_as_asgi(async_client, ann, door):
    fields = {"email": ann.email, "username": ann.email, "password": "wrong-password"}
    guess_there = async_to_sync(async_client.post)

    answers = [guess_there(door, fields) for _ in range(PAIR.failures + 1)]

    assert [answer.status_code for answer in answers] == [200] * PAIR.failures + [429]
    assert int(answers[-1]["Retry-After"]) > 0
