"""Forgotten passwords: the mail with the link, the API and the pages that take it."""

import re

import pytest

from accounts.models import TokenFamily, User
from accounts.reset_tokens import reset_token
from accounts.tests import make
from accounts.tokens import issue_tokens
from cinema_project.common import mailer
from cinema_project.common.models import OutboxMessage

pytestmark = pytest.mark.django_db

AUTH = "/api/v1/auth"
NEW = "another-2026-secret"


@pytest.fixture
def ann():
    return make.user(email="ann@cinema.test", full_name="Ann Example")


def post(client, path, body):
    return client.post(f"{AUTH}/{path}", body, content_type="application/json")


def reset(client, token, password=NEW):
    return post(client, "reset-password", {"token": token, "new_password": password})


def link_in(mail):
    return re.search(r"https?://[^/\s]+(/\S+)", mail.body)[1]


def test_forgot_mails_a_link_to_the_known(client, ann, mailoutbox):
    response = post(client, "forgot-password", {"email": "ANN@cinema.test"})
    mailer.send_due()

    assert (response.status_code, response.json()["expires_in_minutes"]) == (200, 30)
    [mail] = mailoutbox
    assert mail.to == ["ann@cinema.test"]
    assert "Ann Example" not in mail.body
    assert client.get(link_in(mail)).status_code == 200


def test_forgot_answers_and_does_the_same_for_the_unknown(client, ann, mailoutbox):
    known = post(client, "forgot-password", {"email": "ann@cinema.test"})
    messages = OutboxMessage.objects.count()

    unknown = post(client, "forgot-password", {"email": "nobody@cinema.test"})
    mailer.send_due()

    assert (unknown.status_code, unknown.json()) == (200, known.json())
    assert OutboxMessage.objects.count() == messages + 1  # the same work, so the same time
    assert [mail.to for mail in mailoutbox] == [["ann@cinema.test"]]


def test_forgot_mails_nothing_to_the_suspended(client, mailoutbox):
    make.user(email="ann@cinema.test", is_active=False)

    assert post(client, "forgot-password", {"email": "ann@cinema.test"}).status_code == 200
    mailer.send_due()

    assert mailoutbox == []


def test_forgot_hands_out_the_token_in_development_alone(client, ann, settings):
    settings.DEBUG = True
    token = post(client, "forgot-password", {"email": ann.email}).json()["reset_token"]
    settings.DEBUG = False

    assert "reset_token" not in post(client, "forgot-password", {"email": ann.email}).json()
    assert reset(client, token).status_code == 200


def test_a_mail_server_that_is_down_only_delays(client, ann, mailoutbox, monkeypatch, clock):
    post(client, "forgot-password", {"email": ann.email})
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", lambda *_: 1 / 0)
        mailer.send_due()

    clock.travel(60)
    mailer.send_due()

    assert len(mailoutbox) == 1


def test_reset_sets_the_password_and_ends_every_sign_in(client, ann):
    pair = issue_tokens(user=ann)

    response = reset(client, reset_token(ann))

    assert (response.status_code, list(response.json())) == (200, ["message"])
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    assert client.get(f"{AUTH}/me", headers=make.header(pair.access_token)).status_code == 401
    assert not TokenFamily.objects.filter(revoked_at=None).exists()


def refused(response):
    return (response.status_code, response.json()["detail"]) == (400, "Invalid or expired reset token")


def test_a_token_counts_once(client, ann):
    token = reset_token(ann)
    reset(client, token)

    assert refused(reset(client, token, "yet-another-2026"))


def test_a_token_ends_after_half_an_hour(client, ann, clock):
    token = reset_token(ann)
    clock.travel(1799)
    assert reset(client, token, "1234").json()["errors"][0]["pointer"] == "/new_password"

    clock.travel(2)
    assert refused(reset(client, token))


@pytest.mark.parametrize("wrong", ["x", ".", "é.x", "a" * 200])
def test_nonsense_is_no_token(client, ann, wrong):
    assert refused(reset(client, wrong))


def test_the_token_of_one_does_not_open_another(client, ann):
    proof = reset_token(ann).partition(".")[2]
    other = make.user()

    assert refused(reset(client, f"{other.uuid.hex}.{proof}"))


def test_pages_lead_from_forgotten_to_signed_in(client, ann, mailoutbox):
    asked = client.post("/account/forgot/", {"email": ann.email})
    mailer.send_due()
    link = link_in(mailoutbox[0])

    assert "Look into your mail" in asked.content.decode()
    too_easy = client.post(link, {"password": "1234"})
    assert "too short" in too_easy.content.decode()
    assert client.post(link, {"password": NEW}, follow=True).redirect_chain == [("/account/sign-in/", 302)]
    assert client.post("/account/sign-in/", {"email": ann.email, "password": NEW}).status_code == 302


def test_page_says_what_to_do_with_an_old_link(client, ann):
    token = reset_token(ann)
    User.objects.filter(pk=ann.pk).update(is_active=False)

    page = client.post(f"/account/reset/{token}/", {"password": NEW}).content.decode()

    assert "ask for a new one" in page


def test_page_refuses_what_is_no_address(client):
    page = client.post("/account/forgot/", {"email": "no address"}).content.decode()

    assert "Enter a valid email address." in page
