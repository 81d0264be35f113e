"""``Idempotency-Key``: one request acts once, however often it is sent within 24 hours (R24)."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from cinema_project.common import clock
from cinema_project.common.database import repeat_on, write
from cinema_project.common.errors import Invalid, Unprocessable
from cinema_project.common.models import IdempotencyRecord

KEPT = timedelta(hours=24)
Work = Callable[[], HttpResponse]
T = TypeVar("T")


class IdempotencyKeyReused(Unprocessable):
    code = "idempotency_key_reused"


def once(request: HttpRequest, user_id: int, work: Work, *, stranger: str = "") -> HttpResponse:
    """Do the work, or repeat the answer that the same user's same request got before.

    The key is stored in the transaction of the work, so neither can be kept without the other; a second request with
    the key waits for the first one, and a refused one may be tried again.

    :param stranger: names somebody who is no user yet; ``user_id`` is 0 then
    :raises IdempotencyKeyReused: if the key came with another request
    :raises Busy: if the first request is still under way after three seconds
    """
    named = _named(request, stranger)
    return work() if named is None else once_for(user_id, *named, work)


def once_prepared(
    request: HttpRequest,
    user_id: int,
    prepare: Callable[[], T],
    work: Callable[[T], HttpResponse],
    *,
    stranger: str = "",
) -> HttpResponse:
    """Do the same where another computer must be asked before the transaction; a repeated request asks nobody.

    :param prepare: may be done more than once for one request, and makes what ``work`` takes
    """
    named = _named(request, stranger)
    if named is None:
        return work(prepare())
    earlier = IdempotencyRecord.objects.filter(user_id=user_id, key=named[0], created_at__gt=clock.now() - KEPT).first()
    if earlier is not None and earlier.status is not None:
        return _repeated(earlier, named[1])
    prepared = prepare()
    return once_for(user_id, *named, lambda: work(prepared))


def _named(request: HttpRequest, stranger: str = "") -> tuple[str, str] | None:
    """Return the key and the fingerprint of a request that carries one."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return None
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise Invalid("Idempotency-Key must be 1 to 255 printable ASCII characters.")
    if stranger:  # two of them may choose the same key
        key = salted_hmac("idempotency.stranger", f"{stranger}|{key}", algorithm="sha256").hexdigest()
    asked = f"{request.method} {request.path_info}?{request.META.get('QUERY_STRING', '')}\n".encode() + request.body
    # With our secret in it: a body may hold a password, which a plain hash would let a reader of the table guess.
    return key, salted_hmac("idempotency", asked, algorithm="sha256").hexdigest()


@repeat_on("one_answer_per_idempotency_key")
@write
def once_for(user_id: int, key: str, fingerprint: str, work: Work) -> HttpResponse:
    """Do the same for what did not come by HTTP.

    :param fingerprint: 64 characters that tell this request from others with the key
    """
    now = clock.now()
    records = IdempotencyRecord.objects.filter(user_id=user_id, key=key)
    records.filter(created_at__lte=now - KEPT).delete()
    earlier = records.first()
    if earlier is not None:
        return _repeated(earlier, fingerprint)
    record = IdempotencyRecord.objects.create(user_id=user_id, key=key, fingerprint=fingerprint, created_at=now)
    response = work()
    record.status, record.body = response.status_code, response.content.decode()
    record.save(update_fields=["status", "body"])
    return response


def _repeated(record: IdempotencyRecord, fingerprint: str) -> HttpResponse:
    if record.fingerprint != fingerprint:
        raise IdempotencyKeyReused("This Idempotency-Key was used for another request.")
    response = HttpResponse(record.body, status=record.status, content_type="application/json")
    response["Idempotent-Replayed"] = "true"
    return response


def prune() -> int:
    """Forget answers older than a day."""
    count, _ = IdempotencyRecord.objects.filter(created_at__lte=clock.now() - KEPT).delete()
    return count
