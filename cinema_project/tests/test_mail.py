"""Mail on its way out: what EMAIL_URL means, and a real server that takes, delays or refuses it."""

import pytest
from aiosmtpd.controller import Controller

from accounts.services.resets import request_password_reset
from accounts.tests import make
from cinema_project import environment
from cinema_project.common import mailer
from cinema_project.common.models import OutboxMessage
from cinema_project.environment import Mail, SettingsError
from cinema_project.tests.processes import free_port

BACKENDS = "django.core.mail.backends"


def read(monkeypatch, value):
    monkeypatch.setitem(environment.source.ENVIRON, "EMAIL_URL", value)
    return environment.mail("EMAIL_URL", "console://")


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("", Mail(f"{BACKENDS}.console.EmailBackend")),
        ("console://", Mail(f"{BACKENDS}.console.EmailBackend")),
        ("file:///var/mail", Mail(f"{BACKENDS}.filebased.EmailBackend", folder="/var/mail")),
        ("file://here/mail", Mail(f"{BACKENDS}.filebased.EmailBackend", folder="here/mail")),
        ("smtp://localhost", Mail(f"{BACKENDS}.smtp.EmailBackend", host="localhost")),
        (
            "smtp://ann%40x.test:p%3Aw@mail.test:587?starttls=1",
            Mail(f"{BACKENDS}.smtp.EmailBackend", "", "mail.test", 587, "ann@x.test", "p:w", starttls=True),
        ),
        ("smtps://mail.test", Mail(f"{BACKENDS}.smtp.EmailBackend", host="mail.test", port=465, ssl=True)),
    ],
)
def test_the_address_says_how_mail_leaves(monkeypatch, url, meant):
    assert read(monkeypatch, url) == meant


@pytest.mark.parametrize("url", ["http://x", "smtp://", "file://", "smtp://h:port", "smtp://h?starttls=maybe"])
def test_a_wrong_address_stops_the_start_without_telling_the_password(monkeypatch, url):
    with pytest.raises(SettingsError, match=r"^EMAIL_URL cannot be used: set it to ") as refused:
        read(monkeypatch, url.replace("//", "//ann:secret@") if "smtp://h" in url else url)

    assert "secret" not in str(refused.value)


class Sink:
    """Answers for a mail server."""

    def __init__(self):
        self.taken, self.answer = [], "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos, envelope.content.decode()))
        return self.answer


@pytest.fixture
def smtp(settings):
    sink = Sink()
    server = Controller(sink, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = f"{BACKENDS}.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
    yield sink
    server.stop()


@pytest.mark.django_db
def test_a_mail_leaves_through_the_server(smtp):
    request_password_reset(email=make.user(email="ann@cinema.test").email)
    mailer.send_due()

    [(recipients, text)] = smtp.taken
    assert recipients == ["ann@cinema.test"]
    assert "Subject: =?utf-8?q?Choose_a_new_password_=C2=B7_Cinema?=" in text
    assert "/account/reset/" in text


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["451 Come back later", "550 Not here"])
def test_a_mail_that_was_refused_is_tried_again(smtp, clock, answer):
    smtp.answer = answer
    request_password_reset(email=make.user(email="ann@cinema.test").email)
    mailer.send_due()

    waiting = OutboxMessage.objects.get(topic="password_reset")
    assert (waiting.attempts, waiting.delivered_at, smtp.taken) == (1, None, [])

    smtp.answer = "250 OK"
    clock.travel(30)
    mailer.send_due()
    assert [recipients for recipients, _ in smtp.taken] == [["ann@cinema.test"]]


@pytest.mark.django_db
def test_a_server_that_is_down_loses_no_mail(settings, clock):
    settings.EMAIL_BACKEND = f"{BACKENDS}.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    request_password_reset(email=make.user().email)

    for _ in range(12):
        mailer.send_due()
        clock.travel(30)

    assert OutboxMessage.objects.get(topic="password_reset").delivered_at is None
