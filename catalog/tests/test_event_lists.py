"""The lists of events in the cache: the agreed keys, never old for long, read once however many ask."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.conf import settings as conf
from django.core.cache import cache
from django.db import connection
from django.test import Client

from catalog.models import Event
from catalog.services.events import care, lists
from catalog.services.events.records import EventCreate
from catalog.services.events.uploading import upload
from catalog.tests import make
from catalog.tests.make import event_body
from cinema_project.common import outbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
in_redis = pytest.mark.postgresql  # on SQLite everything is in one process

READERS = 8


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def reads(monkeypatch) -> list[str]:
    """What was read from the database, in order."""
    asked, read = [], lists._read

    def counted(scope):
        asked.append(scope)
        return read(scope)

    monkeypatch.setattr(lists, "_read", counted)
    return asked


def ids(event_type: str = "") -> list[int]:
    return [one["id"] for one in json.loads(lists.get(event_type).content)]


def kept(name: str):
    if conf.REDIS_URL:
        return redis.Redis.from_url(conf.REDIS_URL).get(name)
    return cache.get(name)


@pytest.mark.parametrize("event_type", ["", "concert"])
def test_list_is_kept_under_its_key(event_type, reads):
    event = make.event()

    assert ids(event_type) == ids(event_type) == [event.pk]
    assert reads == [event_type or "all"]
    assert [one["id"] for one in json.loads(kept(f"catalog:events-cache:{event_type or 'all'}"))] == [event.pk]


@in_redis
def test_list_is_kept_as_long_as_the_setting_says(settings):
    settings.EVENTS_CACHE_TTL = 77
    lists.get()

    assert 70 < redis.Redis.from_url(conf.REDIS_URL).ttl("catalog:events-cache:all") <= 77


def test_empty_list_is_kept_too(reads):
    assert ids("sport") == ids("sport") == []
    assert reads == ["sport"]
    assert kept("catalog:events-cache:sport") == b"[]"


@in_redis
def test_list_whose_key_is_gone_is_read_anew(reads):
    lists.get()
    redis.Redis.from_url(conf.REDIS_URL).delete("catalog:events-cache:all")

    lists.get()

    assert reads == ["all", "all"]


def test_upload_and_archive_show_at_once_in_the_lists_they_change():
    assert (ids(), ids("concert"), ids("sport")) == ([], [], [])

    upload([EventCreate.model_validate(event_body())])
    event = Event.objects.get()
    assert (ids(), ids("concert"), ids("sport")) == ([event.pk], [event.pk], [])

    care.archive_event(event_id=event.pk)
    assert (ids(), ids("concert")) == ([], [])

    care.restore_event(event_id=event.pk)
    assert (ids(), ids("concert")) == ([event.pk], [event.pk])


def test_change_of_a_process_that_died_after_its_commit_shows_through_the_relay(monkeypatch):
    assert ids() == []
    monkeypatch.setattr(lists, "change_at_once", lambda payload: None)
    monkeypatch.setattr("catalog.services.events.news.lists.change_at_once", lambda payload: None)
    upload([EventCreate.model_validate(event_body())])
    assert ids() == []

    outbox.deliver_due()

    assert len(ids()) == 1


def test_other_lists_are_not_read_anew(reads):
    ids(), ids("sport")
    upload([EventCreate.model_validate(event_body())])

    ids(), ids("sport"), ids("concert")

    assert reads == ["all", "sport", "all", "concert"]


def all_at_once(event_type: str = "") -> list[list[int]]:
    start = threading.Barrier(READERS)

    def one(_number):
        try:
            start.wait(timeout=20)
            return ids(event_type)
        finally:
            connection.close()

    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(one, range(READERS)))


def slowly(monkeypatch) -> None:
    read = lists._read

    def slow(scope):
        time.sleep(0.3)
        return read(scope)

    monkeypatch.setattr(lists, "_read", slow)


def test_many_who_ask_at_once_read_the_database_once(reads, monkeypatch):
    event = make.event()
    slowly(monkeypatch)

    assert all_at_once() == [[event.pk]] * READERS
    assert reads == ["all"]


def test_without_the_claim_everybody_would_read(reads, monkeypatch):
    """What proves that the test before this one can fail."""
    make.event()
    slowly(monkeypatch)
    monkeypatch.setattr(lists._shared().store, "claim", lambda name, seconds: True)

    all_at_once()

    assert len(reads) == READERS


def test_while_one_reads_anew_the_others_get_the_old_list(reads, monkeypatch):
    assert ids() == []
    event = make.event()
    lists.change({"types": ["concert"]})
    slowly(monkeypatch)
    began = time.monotonic()

    answers = all_at_once()

    assert time.monotonic() - began < 1.5
    assert [] in answers
    assert [event.pk] in answers
    assert reads == ["all", "all"]
    assert ids() == [event.pk]


def test_change_during_a_read_is_not_lost(monkeypatch):
    """The read began before the change and ends after it: what it brings is old."""
    read = lists._read

    def overtaken(scope):
        found = read(scope)
        monkeypatch.setattr(lists, "_read", read)
        make.event()
        lists.change({"types": []})
        return found

    monkeypatch.setattr(lists, "_read", overtaken)

    assert ids() == []
    assert len(ids()) == 1


@in_redis
def test_without_redis_lists_are_read_and_kept_for_a_moment(settings, reads, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(lists, "ALONE_SECONDS", 0.5)
    lists.forget()
    first = make.event()

    assert all_at_once() == [[first.pk]] * READERS
    assert len(reads) <= 2

    second = make.event()
    assert ids() == [first.pk]
    time.sleep(lists.ALONE_SECONDS)
    assert ids() == [first.pk, second.pk]


@in_redis
def test_upload_goes_on_without_redis(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    lists.forget()

    assert [str(one.verdict) for one in upload([EventCreate.model_validate(event_body())])] == ["created"]
    assert len(ids()) == 1


def test_answer_that_is_known_is_304_and_takes_no_query(django_assert_num_queries):
    make.event()
    client = Client()
    etag = client.get("/catalog/events").headers["ETag"]

    with django_assert_num_queries(0):
        known = client.get("/catalog/events", headers={"If-None-Match": etag})

    assert (known.status_code, known.content) == (304, b"")
    make.event()
    lists.change({"types": []})
    assert client.get("/catalog/events", headers={"If-None-Match": etag}).status_code == 200
