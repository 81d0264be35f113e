"""The account page: each form, with what it refuses, and all without script."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from accounts.services.searches import remember_search
from accounts.tests import make
from accounts.tests.test_resets import link_in
from cinema_project.common import mailer

pytestmark = pytest.mark.django_db

ACCOUNT = "/account/"
NEW = "another-2026-secret"


@pytest.fixture
def ann(client):
    person = make.user(email="ann@cinema.test", full_name="Ann Example")
    client.force_login(person)
    return person


def send(client, form, **fields):
    return client.post(ACCOUNT, {"form": form, **{f"{form}-{name}": value for name, value in fields.items()}})


def said(client):
    return client.get(ACCOUNT).content.decode()


def test_profile_is_saved(client, ann):
    assert send(client, "profile", full_name="Ann B.", date_of_birth="1990-02-28").status_code == 302

    ann.refresh_from_db()
    assert (ann.full_name, str(ann.date_of_birth)) == ("Ann B.", "1990-02-28")
    page = said(client)
    assert "Your profile is saved." in page
    assert 'value="1990-02-28"' in page


def test_what_is_refused_is_said_and_what_was_typed_stays(client, ann):
    page = send(client, "profile", full_name="Ann Typed", date_of_birth="2999-01-01").content.decode()

    assert "The date of birth must be a day from 1900-01-01 until today." in page
    assert 'value="Ann Typed"' in page
    ann.refresh_from_db()
    assert ann.full_name == "Ann Example"


def test_a_picture_is_shown_and_removed(client, ann, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    content = BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "PNG")

    send(client, "picture", picture=SimpleUploadedFile("me.png", content.getvalue()))
    ann.refresh_from_db()
    assert f'src="/media/{ann.picture.name}"' in said(client)
    assert client.get(ann.picture.url)["Content-Type"] == "image/webp"

    send(client, "no-picture")
    ann.refresh_from_db()
    assert (ann.picture.name, 'class="portrait"' in said(client)) == ("", False)


def test_what_is_no_picture_is_refused(client, ann):
    page = send(client, "picture", picture=SimpleUploadedFile("me.png", b"GIF89a but not really"))

    assert "choose" in page.content.decode()
    ann.refresh_from_db()
    assert ann.picture.name == ""


def test_choices_are_saved_and_shown(client, ann):
    send(client, "preferences", dark_mode="true", language="en", time_format="12", long_holds="on")

    ann.refresh_from_db()
    assert (ann.dark_mode, ann.time_format, ann.long_holds) == (True, "12", True)
    assert (ann.notifications_enabled, ann.newsletter_subscribed) == (False, False)
    assert 'data-theme="dark"' in said(client)
    send(client, "preferences", dark_mode="unknown", language="en")
    assert "data-theme" not in said(client)


def test_the_switch_below_every_page_changes_the_account(client, ann):
    client.post("/theme/", {"theme": "dark"})
    ann.refresh_from_db()
    assert ann.dark_mode is True

    client.post("/theme/", {"theme": "system"})
    ann.refresh_from_db()
    assert ann.dark_mode is None


def test_a_new_address_wants_the_password_and_its_link(client, ann, mailoutbox):
    refused = send(client, "email", email="new@cinema.test", current_password="wrong")
    assert "Current password is incorrect" in refused.content.decode()

    before = client.session.session_key
    send(client, "email", email="new@cinema.test", current_password=make.PASSWORD)
    assert client.session.session_key != before
    mailer.send_due()
    assert client.post(link_in(mailoutbox[0]), follow=True).redirect_chain == [(ACCOUNT, 302)]

    ann.refresh_from_db()
    assert ann.email == "new@cinema.test"


def test_the_password_changes_and_only_this_visit_goes_on(client, ann, mailoutbox):
    elsewhere = type(client)()
    elsewhere.force_login(ann)

    send(client, "password", current_password=make.PASSWORD, new_password=NEW)

    assert "Your password is changed." in said(client)
    assert elsewhere.get(ACCOUNT).status_code == 302
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    mailer.send_due()
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed · Cinema"]


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [("wrong", NEW, "Current password is incorrect"), (make.PASSWORD, "1234", "This password is too short.")],
)
def test_a_password_is_refused_with_the_reason(client, ann, current, new, sentence):
    page = send(client, "password", current_password=current, new_password=new)

    assert sentence in page.content.decode()
    ann.refresh_from_db()
    assert ann.check_password(make.PASSWORD)


def test_signing_out_everywhere_spares_this_visit_alone(client, ann):
    elsewhere = type(client)()
    elsewhere.force_login(ann)
    headers = make.bearer(ann)
    assert "In an app since" in said(client)
    refused = send(client, "visits", current_password="wrong")
    assert "Current password is incorrect" in refused.content.decode()
    assert elsewhere.get(ACCOUNT).status_code == 200

    send(client, "visits", current_password=make.PASSWORD)

    assert "In an app since" not in said(client)
    assert elsewhere.get(ACCOUNT).status_code == 302
    assert client.get("/api/v1/auth/me", headers=headers).status_code == 401


def test_searches_are_shown_and_cleared(client, ann):
    remember_search(user_id=ann.pk, query="metropolis & more")
    assert "metropolis &amp; more" in said(client)

    send(client, "searches")

    assert "metropolis" not in said(client)


def test_the_link_to_confirm_can_be_had_again(client, ann, mailoutbox):
    assert "(not confirmed)" in said(client)
    send(client, "link")
    mailer.send_due()

    client.post(link_in(mailoutbox[0]))

    assert "(not confirmed)" not in said(client)
    send(client, "link")
    mailer.send_due()
    assert len(mailoutbox) == 1


def test_a_form_that_does_not_exist_changes_nothing(client, ann):
    assert send(client, "nonsense").status_code == 400


@pytest.mark.parametrize("path", [ACCOUNT, "/account/close/", "/account/export/"])
def test_strangers_sign_in_first(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer["Location"]) == (302, f"/account/sign-in/?next={path}")


def test_closing_wants_the_password_and_ends_the_visit(client, ann):
    refused = client.post("/account/close/", {"current_password": "wrong"})
    assert "Current password is incorrect" in refused.content.decode()
    assert User.objects.get().closed_at is None

    page = client.post("/account/close/", {"current_password": make.PASSWORD}, follow=True, HTTP_ACCEPT="text/html")

    assert "Your account is closed." in page.content.decode()
    assert User.objects.get().closed_at is not None
    assert client.get(ACCOUNT).status_code == 302


def test_my_data_is_a_file(client, ann):
    answer = client.get("/account/export/")

    assert answer["Content-Disposition"] == 'attachment; filename="my-cinema-data.json"'
    assert answer.json()["account"]["profile"]["email"] == "ann@cinema.test"
