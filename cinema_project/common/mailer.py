"""Sends the mails of the outbox, apart from the relay: a mail server that is slow or away holds up nothing else.

``settings.MAILS`` names for each topic the function that makes of a payload the letter, or ``None`` if there is nothing
to say any more. Several threads each take one mail at a time, with no transaction open while they write and send it. A
mail that was taken is left alone by others for ``LEASE``, prolonged while it is being sent: so a crash costs at most
that delay, and sends at most the mail under way a second time. Nothing else does.
"""

import logging
import math
import os
import smtplib
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import close_old_connections, connection, transaction
from django.utils.module_loading import import_string

from cinema_project.common import clock, outbox
from cinema_project.common.letters import Letter, mail_of
from cinema_project.common.models import OutboxMessage

logger = logging.getLogger(__name__)

SENDERS = 4
LOOK_SECONDS = 1.0
LEASE = timedelta(seconds=30)
RENEW_SECONDS = 10.0
UNREACHABLE_PAUSE_SECONDS = 5.0
OUTAGE_PAUSE_SECONDS = 1.0
NICE = 5
"""Sales and seat maps come first: on a busy machine a mail may wait."""
LONGEST_REST_SECONDS = 1.0

SHORT_PAUSES = 23
"""Tries within ten minutes: pauses of 2, 4, 8, 16 seconds, then of half a minute."""
LONGEST_PAUSE_SECONDS = 3600
TRIES = 100
"""Three days, nearly: the pauses after the first ten minutes grow to an hour."""
TRIES_IF_REFUSED = 3
"""Half a minute apart: a refusal for good may still be a mail server's bad moment."""
FOR_GOOD = range(500, 600)


class MakesLetter(Protocol):
    def __call__(self, payload: outbox.Payload, /) -> Letter | None: ...


class Unreachable(Exception):
    """There is no talking to the mail server now."""


_under_way: set[int] = set()
"""The mails that threads of this process are sending."""
_desk = threading.Lock()
"""At which mails are written, one at a time: the relay, or the web, works in the same interpreter."""


def run(stop: threading.Event) -> None:
    """Send until told to stop, then finish what is under way. Any number may run."""
    senders = [threading.Thread(target=_send_on, args=(stop,), name="mail", daemon=True) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    while not stop.wait(RENEW_SECONDS):
        _renew_leases()
    for sender in senders:
        sender.join()


def send_due() -> int:
    """Send here and now what is due; return how many mails were tried."""
    tried = 0
    while _send_next():
        tried += 1
    return tried


def _send_on(stop: threading.Event) -> None:
    _be_nice()
    while not stop.is_set():
        pause = LOOK_SECONDS
        try:
            close_old_connections()
            while not stop.is_set() and _send_next(patient=False):
                pass
        except Unreachable:
            pause = UNREACHABLE_PAUSE_SECONDS  # each mail would only find out the same
        except Exception:  # an outage, mostly of the database: this thread outlives them all
            logger.exception("Could not send mails; trying again")
            connection.close()
            pause = OUTAGE_PAUSE_SECONDS
        stop.wait(pause)
    connection.close()


def _send_next(*, patient: bool = True) -> bool:
    """Try one mail; return whether one was due.

    :raises Unreachable: if there is no mail server, unless ``patient``
    """
    message = _take()
    if message is None:
        return False
    _under_way.add(message.pk)
    try:
        _send(message)
    except Exception as error:
        _put_back(message, error)
        if isinstance(error, Unreachable) and not patient:
            raise
    else:
        OutboxMessage.objects.filter(pk=message.pk).update(delivered_at=clock.now(), last_error="")
    finally:
        _under_way.discard(message.pk)
    return True


def _take() -> OutboxMessage | None:
    due = outbox.due(settings.MAILS)
    if not due.exists():  # without a write transaction
        return None
    with transaction.atomic():
        message = outbox.lock_free(due.order_by("due_at", "pk")).first()
        if message is not None:
            message.attempts += 1
            message.due_at = clock.now() + LEASE
            message.save(update_fields=["attempts", "due_at"])
    return message


def _send(message: OutboxMessage) -> None:
    server = get_connection()
    try:
        try:
            server.open()  # before the work of writing the mail: it may be in vain
        except OSError as error:  # of the network, or what smtplib says to the server's answers
            raise Unreachable(str(error)) from error
        mail = _written(message)
        if mail is not None:
            server.send_messages([mail])
    finally:
        with suppress(Exception):  # the mail was taken, whatever the server says to the farewell
            server.close()


def _written(message: OutboxMessage) -> EmailMessage | None:
    """Write the mail, if there is still something to say. Takes half of the process's time at most, for all threads."""
    with _desk:
        began = time.monotonic()
        letter = _maker(message.topic)(message.payload)
        mail = mail_of(letter, message_id=_name(message)) if letter is not None else None
        time.sleep(min(time.monotonic() - began, LONGEST_REST_SECONDS))
    return mail


def _put_back(message: OutboxMessage, error: Exception) -> None:
    """Say when to try again, or that nobody will: then the staff see the mail among the failed ones."""
    refused = is_refused_for_good(error)
    now, failed = clock.now(), message.attempts >= (TRIES_IF_REFUSED if refused else TRIES)
    logger.log(logging.ERROR if failed else logging.WARNING, "Could not send %s: %r", message, error)
    OutboxMessage.objects.filter(pk=message.pk).update(
        due_at=now + timedelta(seconds=outbox.MAX_PAUSE_SECONDS if refused else pause_after(message.attempts)),
        failed_at=now if failed else None,
        last_error=(str(error) or repr(error))[:1000],
    )


def pause_after(attempts: int) -> float:
    """Return the seconds until the next try."""
    if attempts <= SHORT_PAUSES:
        return min(outbox.MAX_PAUSE_SECONDS, 2.0**attempts)
    return min(LONGEST_PAUSE_SECONDS, outbox.MAX_PAUSE_SECONDS * 1.5 ** min(attempts - SHORT_PAUSES, 20))


def is_refused_for_good(error: Exception) -> bool:
    """Tell whether the server will never take this mail: it knows no such mailbox, or wants no such content."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code in FOR_GOOD for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code in FOR_GOOD


def _renew_leases() -> None:
    mails = list(_under_way)
    if not mails:
        return
    try:
        until = clock.now() + LEASE
        OutboxMessage.objects.filter(pk__in=mails, delivered_at=None, due_at__lt=until).update(due_at=until)
    except Exception:
        logger.exception("Could not keep the mails that are being sent")
        connection.close()


def _name(message: OutboxMessage) -> str:
    """Name the mail for good, also apart from those of an earlier database with the same numbers."""
    return f"{message.topic}.{message.pk}.{math.floor(message.created_at.timestamp())}"


@cache
def _maker(topic: str) -> MakesLetter:
    maker: MakesLetter = import_string(settings.MAILS[topic])
    return maker


def _be_nice() -> None:
    if sys.platform == "linux":  # elsewhere that is a matter of processes
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
