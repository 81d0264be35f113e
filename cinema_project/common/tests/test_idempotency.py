"""R24: an ``Idempotency-Key`` guards one request."""

import hashlib
import threading

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from cinema_project.common import idempotency
from cinema_project.common.errors import Conflict, Invalid
from cinema_project.common.idempotency import IdempotencyKeyReused, once, once_prepared
from cinema_project.common.models import IdempotencyRecord

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def request(key="key", body=b"{}", path="/api/v1/things", user=1, work=None):
    """Send a request; returns ``(answer, replayed)``."""
    headers = {} if key is None else {"idempotency-key": key}
    asked = RequestFactory().post(path, body, content_type="application/json", headers=headers)
    response = once(asked, user, work or Work())
    return response.status_code, response.content, response.headers.get("Idempotent-Replayed")


class Work:
    """What a view does; counts how often."""

    def __init__(self, status=201):
        self.status = status
        self.count = 0

    def __call__(self):
        self.count += 1
        return HttpResponse(f"answer {self.count}", status=self.status)


def test_the_same_request_acts_once_and_gets_the_same_answer():
    work = Work()

    answers = [request(work=work), request(work=work)]

    assert answers == [(201, b"answer 1", None), (201, b"answer 1", "true")]


def test_without_a_key_every_request_acts():
    work = Work()

    assert [request(None, work=work)[1], request(None, work=work)[1]] == [b"answer 1", b"answer 2"]


def test_another_user_or_key_is_another_request():
    work = Work()

    answers = [request(work=work), request(work=work, user=2), request("other", work=work)]

    assert [body for _, body, _ in answers] == [b"answer 1", b"answer 2", b"answer 3"]


@pytest.mark.parametrize("change", [{"body": b'{"a":1}'}, {"path": "/api/v1/others"}])
def test_another_request_with_the_key_is_refused(change):
    request()

    with pytest.raises(IdempotencyKeyReused):
        request(**change)


def test_what_is_stored_of_a_request_cannot_be_tried_out():
    body = b'{"password":"secret"}'

    request(body=body)

    asked = b"POST /api/v1/things?\n" + body
    assert IdempotencyRecord.objects.get().fingerprint != hashlib.sha256(asked).hexdigest()


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\t", "nul\x00"])
def test_a_key_is_1_to_255_printable_characters(key):
    with pytest.raises(Invalid):
        request(key)


def test_a_refused_request_binds_nothing():
    def refuse():
        raise Conflict("no")

    with pytest.raises(Conflict), transaction.atomic():
        request(work=refuse)

    assert request(work=Work()) == (201, b"answer 1", None)


def test_an_answer_is_kept_for_a_day(clock):
    work = Work()
    request(work=work)

    clock.travel(86_399)
    kept = request(work=work), idempotency.prune()
    clock.travel(2)
    again = request(work=work)
    clock.travel(86_401)

    assert kept == ((201, b"answer 1", "true"), 0)
    assert again == (201, b"answer 2", None)
    assert (idempotency.prune(), IdempotencyRecord.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_of_the_same_requests_at_once_one_acts():
    work, answers, gate = Work(), [], threading.Barrier(6)

    def send():
        gate.wait()
        answers.append(request(work=work))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers, key=str) == [(201, b"answer 1", "true")] * 5 + [(201, b"answer 1", None)]


def prepared(key, prepare, body=b"{}"):
    """Send a request whose work needs something prepared; returns its answer."""
    headers = {} if key is None else {"idempotency-key": key}
    asked = RequestFactory().post("/api/v1/things", body, content_type="application/json", headers=headers)
    return once_prepared(asked, 1, prepare, lambda made: HttpResponse(f"made of {made}"))


def test_what_is_prepared_is_prepared_outside_the_transaction_and_once():
    depths, before = [], len(connection.savepoint_ids)

    def prepare():
        depths.append(len(connection.savepoint_ids) - before)
        return len(depths)

    answers = [prepared(key, prepare) for key in ("k", "k", None)]

    assert [answer.content for answer in answers] == [b"made of 1", b"made of 1", b"made of 2"]
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, "true", None]
    assert depths == [0, 0]


def test_nothing_is_prepared_for_another_request_with_the_key():
    prepared("k", lambda: 1)

    with pytest.raises(IdempotencyKeyReused):
        prepared("k", lambda: pytest.fail("asked"), body=b"[]")
