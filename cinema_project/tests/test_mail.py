"""Mail on its way out: what EMAIL_URL means, and a real server that takes, delays or refuses it."""

from urllib.parse import urlsplit

import pytest

from accounts.services.resets import request_password_reset
from accounts.tests import make
from booking.tests.reading import parsed
from cinema_project import environment
from cinema_project.common import mailer, outbox
from cinema_project.common.models import OutboxMessage
from cinema_project.environment import Mail, SettingsError
from cinema_project.tests.mail_servers import OK, HangsUp, Sink, certificate_for, running
from cinema_project.tests.processes import HOST, free_port

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


@pytest.fixture
def smtp(settings):
    with running(Sink()) as sink:
        use(settings, f"smtp://{HOST}:{sink.port}")
        yield sink


def use(settings, url):
    """Send mails as this EMAIL_URL says."""
    mail = environment._as_mail(urlsplit(url))
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = mail.backend, mail.folder
    settings.EMAIL_HOST, settings.EMAIL_PORT = mail.host, mail.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = mail.user, mail.password
    settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = mail.ssl, mail.starttls


def forget(*names):
    """Promise each of these people a mail."""
    for name in names:
        request_password_reset(email=make.user(email=f"{name}@cinema.test").email)


@pytest.mark.django_db
def test_a_mail_leaves_through_the_server(smtp):
    forget("ann")
    mailer.send_due()

    [received] = smtp.taken
    letter = received.letter
    assert received.recipients == ["ann@cinema.test"]
    assert (letter["To"], letter["Subject"]) == ("ann@cinema.test", "Choose a new password · Cinema")
    assert letter["From"] == "tickets@cinema.test"
    for kind in ("plain", "html"):
        assert "/account/reset/" in letter.get_body([kind]).get_content()


@pytest.mark.django_db
def test_a_server_with_a_password_and_tls_is_talked_to_safely(settings, tmp_path, monkeypatch):
    certificate = certificate_for(HOST, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with running(Sink(), tls=certificate.context, user=("cinema", "pop:corn")) as sink:
        use(settings, f"smtp://cinema:pop%3Acorn@{HOST}:{sink.port}?starttls=1")
        forget("ann")
        mailer.send_due()

    assert sink.people() == ["ann"]
    assert sink.taken[0].was_safe


@pytest.mark.django_db
def test_smtps_speaks_tls_from_the_first_word(settings, tmp_path, monkeypatch):
    certificate = certificate_for(HOST, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with running(Sink(), tls_only=certificate.context) as sink:
        use(settings, f"smtps://{HOST}:{sink.port}")
        forget("ann")
        mailer.send_due()

    assert sink.people() == ["ann"]


@pytest.mark.django_db
def test_a_server_that_cannot_prove_its_name_gets_no_mail(settings, tmp_path):
    certificate = certificate_for(HOST, tmp_path)
    with running(Sink(), tls_only=certificate.context) as sink:
        use(settings, f"smtps://{HOST}:{sink.port}")
        forget("ann")
        mailer.send_due()

    assert sink.taken == []
    assert "CERTIFICATE_VERIFY_FAILED" in OutboxMessage.objects.get(topic="password_reset").last_error


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["451 Come back later", "550 Not here"])
def test_a_mail_that_was_refused_is_tried_again(smtp, clock, answer):
    smtp.answer = answer
    forget("ann")
    mailer.send_due()

    waiting = OutboxMessage.objects.get(topic="password_reset")
    assert (waiting.attempts, waiting.delivered_at, smtp.taken) == (1, None, [])

    smtp.answer = OK
    clock.travel(30)
    mailer.send_due()
    assert smtp.people() == ["ann"]


@pytest.mark.django_db
def test_one_mailbox_that_is_unknown_for_good_costs_nobody_else_theirs(smtp, clock, client):
    smtp.unknown = {"bob@cinema.test"}
    forget("ann", "bob", "cleo")
    for _ in range(10):
        mailer.send_due()
        clock.travel(60)

    assert smtp.people() == ["ann", "cleo"]
    assert smtp.asked.count("bob@cinema.test") == 3
    client.force_login(make.user(email="boss@cinema.test", is_staff=True, is_superuser=True))
    shown = client.get("/admin/common/outboxmessage/?failed_at__isempty=0").content.decode()
    assert "550, b&#x27;No such user here&#x27;" in shown

    smtp.unknown = set()
    outbox.deliver_again(message_ids=[OutboxMessage.objects.exclude(failed_at=None).get().pk])
    mailer.send_due()
    assert smtp.people() == ["ann", "cleo", "bob"]


@pytest.mark.django_db
def test_a_server_that_is_down_loses_no_mail(settings, clock):
    port = free_port()
    use(settings, f"smtp://{HOST}:{port}")
    forget("ann")
    for _ in range(12):
        mailer.send_due()
        clock.travel(30)
    with running(Sink(), port=port) as sink:
        mailer.send_due()
        mailer.send_due()

    assert sink.people() == ["ann"]


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["before the end of the mail", "after the end of the mail"])
def test_a_server_that_hangs_up_gets_the_mail_again_under_the_same_name(settings, clock, moment):
    with HangsUp(after_all=moment.startswith("after")) as rude:
        use(settings, f"smtp://{HOST}:{rude.port}")
        forget("ann")
        mailer.send_due()
        assert OutboxMessage.objects.get().delivered_at is None
        [begun] = rude.heard
    with running(Sink()) as sink:
        use(settings, f"smtp://{HOST}:{sink.port}")
        clock.travel(3)
        mailer.send_due()

    assert sink.people() == ["ann"]
    assert sink.taken[0].letter["Message-ID"] in begun


@pytest.mark.django_db
def test_a_folder_gets_each_mail_as_a_file(settings, tmp_path):
    use(settings, f"file://{tmp_path}/mail")
    forget("ann", "bob")
    mailer.send_due()

    files = list((tmp_path / "mail").iterdir())
    letters = [parsed(file.read_bytes().split(b"\n-----")[0]) for file in files]
    assert sorted(letter["To"] for letter in letters) == ["ann@cinema.test", "bob@cinema.test"]


@pytest.mark.django_db
def test_the_console_shows_each_mail(settings, capsys):
    use(settings, "console://")
    forget("ann")
    mailer.send_due()

    assert "To: ann@cinema.test" in capsys.readouterr().out
