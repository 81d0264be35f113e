"""Effects that must happen because a transaction was committed (R57).

``add`` writes a row in the surrounding transaction; the relay (``deliver_due``) hands it to the handler that
``settings.OUTBOX_HANDLERS`` names for its topic. Handlers may be called more than once for a row. Mails, the topics of
``settings.MAILS``, are not the relay's: ``mailer`` sends them, at the pace of the mail server.
"""

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from cinema_project.common import clock
from cinema_project.common.clock import NOW_SQL
from cinema_project.common.database import query
from cinema_project.common.models import OutboxMessage

logger = logging.getLogger(__name__)

Payload = dict[str, Any]
Handler = Callable[[Payload], None]
Statement = tuple[str, Sequence[Any]]

BATCH = 500
KEPT = timedelta(hours=1)
FAILURES_KEPT = timedelta(days=30)
MAX_PAUSE_SECONDS = 30
wake = threading.Event()
"""Set when this process has committed a message: an embedded relay need not wait for its next look."""


def add(topic: str, *, key: str, payload: Payload, at_once: Handler | None = None) -> None:
    """Promise one effect, once the surrounding transaction commits.

    :param key: names the effect; writing it twice for one topic is refused by the database
    :param at_once: called right after the commit to hurry things; the relay delivers all the same
    """
    query(*statement(topic, key=key, payload=payload))
    hurry(payload, at_once)


def statement(topic: str, *, key: str, payload: Payload) -> Statement:
    """Return the SQL that ``add`` would run, for callers that save a round trip; they call ``hurry`` themselves."""
    return (
        "INSERT INTO common_outboxmessage (topic, key, payload, created_at, due_at, attempts, last_error)"
        f" VALUES (%s, %s, %s, {NOW_SQL}, {NOW_SQL}, 0, '')",
        [topic, key, orjson.dumps(payload).decode()],
    )


def statement_if(condition: Statement, topic: str, *, key: str, payload: Payload) -> Statement:
    """Return the same SQL, which writes nothing unless the condition holds at that moment."""
    sql, values = statement(topic, key=key, payload=payload)
    insert, _, row = sql.partition(" VALUES ")
    if connection.vendor == "postgresql":  # nothing else says there what a parameter is
        row = row.replace("%s, %s, %s", "%s, %s, CAST(%s AS jsonb)")
    return f"{insert} SELECT {row[1:-1]} WHERE {condition[0]}", [*values, *condition[1]]


def hurry(payload: Payload, at_once: Handler | None = None) -> None:
    """Ask for delivery right after the commit; nothing is lost if that fails."""
    transaction.on_commit(partial(_after_commit, payload, at_once), robust=True)


def _after_commit(payload: Payload, at_once: Handler | None) -> None:
    wake.set()
    if at_once is not None:
        at_once(payload)


def deliver_due() -> int:
    """Deliver what is due, in order; return how many messages were tried. Any number of relays may run."""
    with transaction.atomic():
        tried = list(lock_free(due(settings.OUTBOX_HANDLERS).order_by("pk"))[:BATCH])
        if tried:
            now = clock.now()
            delivered = [message.pk for message in tried if _delivered(message, now)]
            OutboxMessage.objects.filter(pk__in=delivered).update(delivered_at=now)
    return len(tried)


def anything_due() -> bool:
    """Tell cheaply, without a write transaction, whether ``deliver_due`` would find something."""
    return due(settings.OUTBOX_HANDLERS).exists()


def due(topics: Collection[str]) -> QuerySet[OutboxMessage]:
    """Return the messages of these topics that are to be delivered now."""
    waiting = OutboxMessage.objects.filter(topic__in=list(topics), delivered_at=None, failed_at=None)
    return waiting.filter(due_at__lte=clock.now())


def lock_free(messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
    """Let a transaction have those messages for itself that nobody else is delivering."""
    # SQLite has one writer at a time, and no need of it.
    return messages.select_for_update(skip_locked=True) if connection.vendor == "postgresql" else messages


def deliver_again(*, message_ids: Sequence[int]) -> int:
    """Have these messages delivered once more, whether or not they were; return how many there are."""
    again = OutboxMessage.objects.filter(pk__in=message_ids)
    count = again.update(delivered_at=None, failed_at=None, attempts=0, last_error="", due_at=clock.now())
    transaction.on_commit(wake.set)
    return count


def withdraw(topic: str, *, key: str) -> None:
    """Take a promise back that has not been kept yet. Inside the transaction that made it."""
    OutboxMessage.objects.filter(topic=topic, key=key, delivered_at=None).delete()


def prune() -> int:
    """Forget messages delivered over an hour ago, as watchers may replay the last hour, and those failed long ago."""
    now = clock.now()
    delivered, _ = OutboxMessage.objects.filter(delivered_at__lt=now - KEPT).delete()
    failed, _ = OutboxMessage.objects.filter(failed_at__lt=now - FAILURES_KEPT).delete()
    return delivered + failed


def _delivered(message: OutboxMessage, now: datetime) -> bool:
    try:
        _handler(message.topic)(message.payload)
    except Exception as error:  # one bad effect must not hold up the others
        logger.exception("Could not deliver %s", message)
        message.attempts += 1
        message.last_error = str(error)[:1000]
        message.due_at = now + timedelta(seconds=min(MAX_PAUSE_SECONDS, 2**message.attempts))
        message.save(update_fields=["attempts", "last_error", "due_at"])
        return False
    return True


@cache
def _handler(topic: str) -> Handler:
    handler: Handler = import_string(settings.OUTBOX_HANDLERS[topic])
    return handler
