"""``/scraper/results`` and ``/scraper/run``: names that scrapers use, what was processed before, Redis away."""

import dataclasses
import json

import pytest
from django.test import Client

from catalog import event_pictures
from catalog.models import Event
from catalog.services.events import uploading
from catalog.tests.make import event_body
from catalog.tests.town import town as serving_town
from cinema_project.tests.sites import answer
from scraping.events.memory import KEY, memory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
in_redis = pytest.mark.postgresql

RESULTS, RUN = "/scraper/results", "/scraper/run"
ALIASES = {
    "event_type": ("event_type", "type"),
    "source_id": ("id", "source_id"),
    "date_preview": ("date_preview", "date_prewie"),
    "date_list": ("date_list", "date_full"),
    "genre": ("genre", "janre"),
    "age": ("age", "raiting"),
}
VALUES = {
    "event_type": "show",
    "source_id": "77",
    "date_preview": "2031-01-01T10:00:00Z",
    "date_list": ["2031-01-01T10:00:00Z"],
    "genre": "jazz",
    "age": "16+",
}


@pytest.fixture
def anybody(settings, tmp_path) -> Client:
    settings.DEBUG, settings.MEDIA_ROOT = True, tmp_path
    return Client(raise_request_exception=False)


@pytest.fixture
def town(settings, tmp_path):
    with serving_town(settings, tmp_path) as site:
        yield site


def send(client, *bodies):
    return client.post(RESULTS, json.dumps({"events": bodies}), content_type="application/json")


def plain_body() -> dict:
    taken = {alias for names in ALIASES.values() for alias in names}
    return {name: value for name, value in event_body().items() if name not in taken}


@pytest.mark.parametrize("pick", [0, 1])
@pytest.mark.parametrize("name", ALIASES)
def test_each_field_is_understood_by_each_of_its_names(anybody, name, pick):
    body = plain_body() | {ALIASES[field][0]: value for field, value in VALUES.items() if field != name}
    body[ALIASES[name][pick]] = VALUES[name]

    answer = send(anybody, body)

    assert (answer.status_code, answer.json()) == (202, {"sent": 1, "skipped": 0, "failed": []})
    [shown] = anybody.get("/scraperCatalog/events").json()
    expected = {**VALUES, "date_preview": "2031-01-01T10:00:00.000000Z", "date_list": ["2031-01-01T10:00:00.000000Z"]}
    assert {field: shown[field] for field in VALUES} == expected


def test_all_slips_at_once_and_unknown_fields(anybody):
    body = plain_body() | {names[1]: VALUES[field] for field, names in ALIASES.items()} | {"rating_of_ours": 5}

    assert send(anybody, body).json()["sent"] == 1


@pytest.mark.parametrize("name", ["uuid", "title", "price", "image_url", "date_preview"])
def test_malformed_event_is_400_for_all(anybody, name):
    body = event_body()
    del body[name]

    answer = send(anybody, event_body(), body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/events/1/{name}"]
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (5, "Input should be an object with the fields of an event"),
        ({"title": "x" * 501}, "String should have at most 500 characters"),
        ({"place": "a\0b"}, "Must not hold the character NUL"),
    ],
    ids=["no object", "too long", "NUL"],
)
def test_malformed_event_is_told_in_plain_words(anybody, event, words):
    body = event_body() | event if isinstance(event, dict) else event

    assert [error["detail"] for error in send(anybody, body).json()["errors"]] == [words]


def test_summary_counts_what_became_of_them(anybody, settings):
    settings.BATCH_SIZE = 2
    known, new = event_body(), event_body()
    send(anybody, known)
    bad = event_body(image_url="ftp://x/y")

    answer = send(anybody, known, new, new, event_body(type="opera"), bad, event_body(image_url=""))

    assert answer.status_code == 202
    assert answer.json() == {
        "sent": 1,
        "skipped": 2,
        "failed": [
            {
                "uuid": bad["uuid"],
                "type": "concert",
                "reason": "image_download_failed",
                "status_code": 502,
                "detail": "The address must be a whole one and begin with http:// or https://.",
            }
        ],
    }


def test_only_what_is_in_the_catalogue_counts_as_processed(anybody):
    good, bad, odd = event_body(), event_body(image_url="ftp://x/y"), event_body(type="opera")
    send(anybody, good, bad, odd)

    assert memory().known({one["uuid"] for one in (good, bad, odd)}) == {good["uuid"]}


def test_batch_that_the_database_does_not_take_is_told_whole_and_comes_in_later(anybody, monkeypatch, settings):
    settings.BATCH_SIZE = 2
    bodies = [event_body() for _ in range(3)]

    def away(*_arguments):
        raise uploading.BatchNotStored

    with monkeypatch.context() as patched:
        patched.setattr(uploading, "_write_events", away)
        answer = send(anybody, *bodies)

    told = [
        {"uuids": [one["uuid"] for one in part], "status_code": 502, "detail": "failed to process batch"}
        for part in (bodies[:2], bodies[2:])
    ]
    assert (answer.status_code, answer.json()) == (202, {"sent": 0, "skipped": 0, "failed": told})
    assert send(anybody, *bodies).json()["sent"] == 3


@in_redis
def test_redis_away_is_503_and_nothing_is_stored(anybody, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    memory.cache_clear()

    answers = [send(anybody, event_body()), anybody.post(RUN)]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert "send them again" in answers[0].json()["detail"]
    assert answers[0].headers["Retry-After"] == "5"
    assert Event.objects.count() == 0


@in_redis
def test_processed_events_are_a_set_that_does_not_end(anybody):
    body = event_body()
    send(anybody, body)

    server = memory()._server
    assert server.type(KEY) == b"set"
    assert (server.smembers(KEY), server.ttl(KEY)) == ({body["uuid"].encode()}, -1)


def test_run_reads_our_own_sources_and_sends_what_is_new(anybody):
    first, second = anybody.post(RUN), anybody.post(f"{RUN}/")

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["sent"] >= 20
    assert second.json() == {"sent": 0, "skipped": first.json()["sent"], "failed": []}


def test_host_that_hangs_is_waited_for_once_in_all_batches_of_a_call(anybody, settings, monkeypatch, town):
    limits = dataclasses.replace(event_pictures.LIMITS, seconds=0.5)
    monkeypatch.setattr(event_pictures, "LIMITS", limits)
    settings.BATCH_SIZE = 2
    town.does("/slow*", town.hang)
    bodies = [event_body(image_url=f"{town.url}/slow{number}.jpg") for number in range(8)]

    told = send(anybody, *bodies, event_body(image_url=f"{town.url.replace('127.0.0.1', 'localhost')}/poster.jpg"))

    assert told.json()["sent"] == 1
    details = [one["detail"] for one in told.json()["failed"]]
    assert sum("took too long" in detail for detail in details) == 2
    assert sum("did not answer for other pictures" in detail for detail in details) == 6


def test_run_of_dead_sources_is_a_bad_gateway_and_goes_well_once_one_answers(anybody, settings, site):
    settings.EVENTS_SOURCE_URL = [f"{site.url}/feed"]
    site.does("/feed", answer(b"", 404))

    dead = anybody.post(RUN)

    assert (dead.status_code, dead.json()["code"]) == (502, "sources_down")
    assert dead.json()["detail"].startswith("No source of events could be read: ")
    assert "404" in dead.json()["detail"]
    site.does("/feed", answer({"events": [event_body()]}))
    assert anybody.post(RUN).json()["sent"] == 1


def test_strangers_are_not_let_in(settings):
    client = Client()

    assert [client.post(path, "{}", content_type="application/json").status_code for path in (RESULTS, RUN)] == [
        401,
        401,
    ]
