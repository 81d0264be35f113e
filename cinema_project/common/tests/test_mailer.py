"""P7: each mail leaves once; after a crash at most twice; nothing else waits for the mail server."""

import smtplib
import threading

import pytest
from django.core import mail
from django.db import connection, transaction

from cinema_project.common import mailer, outbox
from cinema_project.common.letters import Letter
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
delivered: list[str] = []


def letter(payload):
    if payload.get("bad"):
        raise ValueError("no such template")
    if payload.get("void"):
        return None
    return Letter(f"{payload['to']}@cinema.test", "Hello", "accounts/mails/password_changed", {})


def deliver(payload):
    delivered.append(payload["to"])


@pytest.fixture(autouse=True)
def doors(settings):
    mailer._maker.cache_clear()
    outbox._handler.cache_clear()
    settings.MAILS = {"mail": f"{__name__}.letter"}
    settings.OUTBOX_HANDLERS = {"test": f"{__name__}.deliver"}
    delivered.clear()
    yield
    mailer._maker.cache_clear()
    outbox._handler.cache_clear()


def add(to, topic="mail", **payload):
    outbox.add(topic, key=to, payload={"to": to} | payload)


def message(key):
    return OutboxMessage.objects.get(key=key)


def sent():
    return [one.to[0].split("@")[0] for one in mail.outbox]


@pytest.fixture
def server(monkeypatch):
    """Django's mail server of tests, which raises what ``server.error`` says."""

    class Server:
        error: Exception | None = None
        reached = True

    real = mail.backends.locmem.EmailBackend.send_messages

    def send(self, messages):
        if Server.error:
            raise Server.error
        return real(self, messages)

    def reach(self):
        if not Server.reached:
            raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(mail.backends.locmem.EmailBackend, "send_messages", send)
    monkeypatch.setattr(mail.backends.locmem.EmailBackend, "open", reach)
    return Server


def test_mails_are_sent_once_and_by_the_mailer_alone():
    add("ann")
    add("seats", topic="test")

    relayed = outbox.deliver_due()
    mailed = mailer.send_due(), mailer.send_due()

    assert (relayed, delivered) == (1, ["seats"])
    assert (mailed, sent()) == ((1, 0), ["ann"])
    assert message("ann").delivered_at is not None


def test_topics_that_nobody_knows_are_left_alone():
    """As during a release: the next one may know them."""
    add("news", topic="new")

    assert (outbox.deliver_due(), mailer.send_due(), outbox.anything_due()) == (0, 0, False)
    assert message("news").attempts == 0


def test_nothing_to_say_is_said_to_nobody():
    add("ann", void=True)

    mailer.send_due()

    assert (sent(), message("ann").delivered_at is None) == ([], False)


def test_one_bad_mail_holds_up_no_other():
    add("ann", bad=True)
    add("bob")

    mailer.send_due()

    assert sent() == ["bob"]
    assert (message("ann").attempts, message("ann").last_error) == (1, "no such template")


def test_mail_carries_the_same_name_when_it_is_sent_again(clock):
    add("ann")
    add("bob")
    mailer.send_due()
    OutboxMessage.objects.update(delivered_at=None)  # as if the process had died before it could write that down
    clock.travel(31)
    mailer.send_due()

    names = {one.to[0]: set() for one in mail.outbox}
    for one in mail.outbox:
        names[one.to[0]].add(one.extra_headers["Message-ID"])
    assert (len(mail.outbox), [len(found) for found in names.values()]) == (4, [1, 1])
    assert not set.intersection(*names.values())


def test_failed_mail_is_tried_every_half_minute_at_least_for_ten_minutes(server, clock):
    server.error = smtplib.SMTPServerDisconnected("gone")
    add("ann")
    tries = []
    while sum(tries) < 3 * 86_400 and message("ann").failed_at is None:
        mailer.send_due()
        pause = (message("ann").due_at - outbox.clock.now()).total_seconds()
        tries.append(round(pause))
        clock.travel(pause + 0.01)

    in_ten_minutes = [pause for number, pause in enumerate(tries) if sum(tries[:number]) < 600]
    assert tries[:6] == [2, 4, 8, 16, 30, 30]
    assert max(in_ten_minutes) == 30
    assert max(tries) == 3600
    assert 2 * 86_400 < sum(tries) < 3 * 86_400


def test_mail_that_never_leaves_is_given_up_and_kept_for_the_staff(server, clock):
    server.error = smtplib.SMTPServerDisconnected("gone")
    add("ann")
    OutboxMessage.objects.update(attempts=mailer.TRIES - 1)

    mailer.send_due()
    clock.travel(20 * 86_400)
    server.error = None
    tried = mailer.send_due()
    outbox.prune()

    assert (tried, sent()) == (0, [])
    assert (message("ann").failed_at is None, message("ann").last_error) == (False, "gone")

    outbox.deliver_again(message_ids=[message("ann").pk])
    mailer.send_due()
    assert (sent(), message("ann").failed_at) == (["ann"], None)


def test_failures_are_forgotten_after_a_month(server, clock):
    server.error = smtplib.SMTPDataError(554, b"spam")
    add("ann")
    OutboxMessage.objects.update(attempts=mailer.TRIES_IF_REFUSED - 1)
    mailer.send_due()

    clock.travel(29 * 86_400)
    kept = outbox.prune()
    clock.travel(2 * 86_400)

    assert (kept, outbox.prune()) == (0, 1)


REFUSED = {
    "unknown mailbox": (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), True),
    "mailbox busy": (smtplib.SMTPRecipientsRefused({"a@b": (450, b"greylisted")}), False),
    "content": (smtplib.SMTPDataError(554, b"spam"), True),
    "content later": (smtplib.SMTPDataError(451, b"try later"), False),
    "sender": (smtplib.SMTPSenderRefused(550, b"not you", "a@b"), False),
    "password": (smtplib.SMTPAuthenticationError(535, b"wrong"), False),
    "silence": (TimeoutError("timed out"), False),
    "hung up": (smtplib.SMTPServerDisconnected("gone"), False),
}


@pytest.mark.parametrize(("error", "for_good"), REFUSED.values(), ids=REFUSED)
def test_only_what_can_never_arrive_is_given_up_soon(server, clock, error, for_good):
    server.error = error
    add("ann")
    for _ in range(5):
        mailer.send_due()
        clock.travel(31)

    assert (message("ann").failed_at is not None, message("ann").attempts) == (for_good, 3 if for_good else 5)


def test_without_a_server_no_mail_is_written(server, monkeypatch):
    written = []
    monkeypatch.setattr(mailer, "mail_of", lambda *what, **how: written.append(what))
    server.reached = False
    add("ann")

    mailer.send_due()

    assert written == []
    assert (message("ann").attempts, message("ann").last_error) == (1, "nobody there")


def test_server_that_answers_badly_to_the_farewell_has_the_mail_all_the_same(monkeypatch):
    monkeypatch.setattr(mail.backends.locmem.EmailBackend, "close", lambda self: 1 / 0)
    add("ann")

    mailer.send_due()

    assert (sent(), message("ann").attempts, message("ann").delivered_at is None) == (["ann"], 1, False)


@pytest.mark.django_db(transaction=True)
def test_mail_under_way_is_left_alone_however_long_it_takes(server, clock, monkeypatch):
    began, goes_on = threading.Event(), threading.Event()

    def wait(self, messages):
        began.set()
        assert goes_on.wait(10)
        mail.outbox.extend(messages)

    monkeypatch.setattr(mail.backends.locmem.EmailBackend, "send_messages", wait)
    add("ann")
    sender = threading.Thread(target=lambda: (mailer.send_due(), connection.close()))
    sender.start()
    assert began.wait(10)
    others = []
    for _ in range(5):
        clock.travel(25)
        others.append(mailer.send_due())
        mailer._renew_leases()
    goes_on.set()
    sender.join()

    assert (others, sent()) == ([0] * 5, ["ann"])
    assert message("ann").delivered_at is not None


@pytest.mark.django_db(transaction=True)
def test_mail_of_a_process_that_died_is_sent_after_half_a_minute(clock, monkeypatch):
    add("ann")
    mailer._take()  # and that was its last deed

    early = mailer.send_due()
    clock.travel(31)

    assert (early, mailer.send_due(), sent()) == (0, 1, ["ann"])


@pytest.mark.django_db(transaction=True)
def test_many_mailers_send_each_mail_once():
    for number in range(30):
        add(f"person-{number}")
    stops = [threading.Event() for _ in range(2)]

    def run(stop):
        mailer.run(stop)
        connection.close()

    threads = [threading.Thread(target=run, args=(stop,)) for stop in stops]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(mail.outbox) >= 30)
    for stop in stops:
        stop.set()
    for thread in threads:
        thread.join(10)

    assert sorted(sent()) == sorted(f"person-{number}" for number in range(30))
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_mail_is_written_or_sent(monkeypatch):
    seen = []

    def look(self, messages):
        seen.append(connection.in_atomic_block)
        return len(messages)

    monkeypatch.setattr(mail.backends.locmem.EmailBackend, "send_messages", look)
    add("ann")
    mailer.send_due()

    assert seen == [False]


@pytest.mark.django_db(transaction=True)
def test_rolled_back_means_no_mail():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        add("ann")
        raise ZeroDivisionError

    assert (mailer.send_due(), sent()) == (0, [])


def wait_until(ready):
    """Give threads up to ten seconds."""
    pause = threading.Event()
    for _ in range(1000):
        if ready():
            return
        pause.wait(0.01)
    raise AssertionError("nothing happened")
