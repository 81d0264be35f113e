"""The paths of the events: answers, refusals, who is let in."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.tests import make as people
from catalog.models import Event, EventType
from catalog.services.events import uploading
from catalog.tests import make
from catalog.tests.make import event_body
from cinema_project.common import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

BATCH, ONE = "/scraperCatalog/upload/batch", "/scraperCatalog/upload"
LISTS = ("/catalog/events", "/scraperCatalog/events")
REQUIRED = (
    *("uuid", "title", "description", "price", "date_preview", "date_list", "place", "genre", "image_url", "url"),
)


@pytest.fixture
def anybody(settings, tmp_path) -> Client:
    """Whoever tries the site out."""
    settings.DEBUG, settings.MEDIA_ROOT = True, tmp_path
    return Client(raise_request_exception=False)


def send(client, path, body, **headers):
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def test_batch_answers_with_what_became_of_each(anybody):
    good, again, odd, bad = event_body(), event_body(), event_body(type="Opera-Ball"), event_body(image_url="ftp://x/y")
    send(anybody, ONE, again)

    answer = send(anybody, BATCH, {"events": [good, again, odd, bad, event_body(image_url="", uuid=odd["uuid"])]})

    assert answer.status_code == 201
    assert answer.json() == {
        "created": [{"uuid": good["uuid"], "type": "concert"}],
        "skipped": [
            {"uuid": again["uuid"], "type": "concert", "reason": "already_exists"},
            {"uuid": odd["uuid"], "type": "opera_ball", "reason": "unsupported_type"},
            {"uuid": odd["uuid"], "type": "opera_ball", "reason": "unsupported_type"},
        ],
        "failed": [
            {
                "uuid": bad["uuid"],
                "type": "concert",
                "reason": "image_download_failed",
                "detail": "The address must be a whole one and begin with http:// or https://.",
            }
        ],
    }


def test_batch_of_250_has_every_outcome_in_one_call(anybody, monkeypatch):
    """One event that the database refuses among them: nothing that a body can say makes it refuse one."""
    row = uploading._row
    monkeypatch.setattr(uploading, "_row", lambda event, *rest: row(event, *rest) | _refusable(event))
    known = event_body()
    send(anybody, ONE, known)
    odd = [
        known,
        event_body(type="opera"),
        event_body(image_url=""),
        event_body(image_url="http://127.0.0.1/a.jpg"),
        event_body(title="Refuse me"),
    ]
    good = [event_body() for _ in range(245)]

    answer = send(anybody, BATCH, {"events": [*good[:100], *odd, *good[100:]]})

    assert answer.status_code == 201
    told = answer.json()
    assert told["created"] == [{"uuid": one["uuid"], "type": "concert"} for one in good]
    assert [(one["uuid"], one["reason"]) for one in told["skipped"]] == [
        (known["uuid"], "already_exists"),
        (odd[1]["uuid"], "unsupported_type"),
        (odd[2]["uuid"], "no_image_url"),
    ]
    assert [(one["uuid"], one["reason"]) for one in told["failed"]] == [
        (odd[3]["uuid"], "image_download_failed"),
        (odd[4]["uuid"], "not_stored"),
    ]
    assert Event.objects.count() == 246


def _refusable(event) -> dict:
    return {"price": -1} if event.title == "Refuse me" else {}


def test_one_event_is_created_then_skipped(anybody):
    event = event_body()

    created, skipped = send(anybody, ONE, event), send(anybody, f"{ONE}/", event)

    named = {"uuid": event["uuid"], "type": "concert"}
    assert (created.status_code, created.json()) == (201, {"detail": "created", **named})
    assert (skipped.status_code, skipped.json()) == (201, {"detail": "skipped", "reason": "already_exists", **named})


@pytest.mark.parametrize(
    ("fields", "reason"), [({"type": "opera"}, "unsupported_type"), ({"image_url": ""}, "no_image_url")]
)
def test_one_event_tells_why_it_is_skipped(anybody, fields, reason):
    answer = send(anybody, ONE, event_body(**fields))

    assert (answer.status_code, answer.json()["reason"]) == (201, reason)


def test_one_event_without_its_picture_is_a_bad_gateway(anybody):
    answer = send(anybody, ONE, event_body(image_url="http://127.0.0.1/a.jpg"))

    assert answer.status_code == 502
    assert answer.json()["detail"] == (
        "not created, image_download_failed: The address must lead to a public host, by its name in plain letters."
    )
    assert answer.json()["code"] == "image_download_failed"


@pytest.mark.parametrize("path", [BATCH, ONE])
def test_outage_is_503_with_the_sentence(anybody, monkeypatch, path):
    def away(*_arguments):
        raise uploading.BatchNotStored

    monkeypatch.setattr(uploading, "_write_events", away)
    body = event_body()

    answer = send(anybody, path, body if path == ONE else {"events": [body]})

    assert (answer.status_code, answer.json()["detail"]) == (503, "failed to process batch")
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("name", REQUIRED)
def test_batch_with_one_that_lacks_a_field_is_refused_whole(anybody, name):
    lacking = event_body()
    del lacking[name]

    answer = send(anybody, BATCH, {"events": [event_body(), lacking]})

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/events/1/{name}"]
    assert Event.objects.count() == 0


WRONG = {
    "uuid": ["1", None, 5, ""],
    "type": [None, 5, ["concert"], "x" * 61],
    "title": ["", None, "x" * 501, "a\0b", {"a": 1}],
    "price": [-1, "cheap", 1.5, None, 2**31, 10**30],
    "date_preview": ["soon", None, "1500-01-01T00:00:00", "9999-12-31T23:59:59", ""],
    "date_list": [None, "2030-01-01", ["x"], [None], ["2030-01-01T00:00:00Z"] * 1001],
    "place": [None, "x" * 501],
    "genre": [None, ["rock"]],
    "image_url": [None, 5],
    "url": [None, 5],
    "age": [["18+"]],
    "id": [["a"], {}],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_malformed_event_is_refused(anybody, name, value):
    answer = send(anybody, ONE, event_body(**{name: value}))

    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["pointer"].startswith(f"/{name}")


@pytest.mark.parametrize("body", [{}, [], {"events": {}}, {"events": None}, {"events": [5]}, "events"])
@pytest.mark.parametrize("path", [BATCH, "/scraper/results"])
def test_body_without_a_list_of_events_is_refused(anybody, path, body):
    assert send(anybody, path, body).status_code == 400


def test_broken_json_is_refused(anybody):
    assert anybody.post(BATCH, "{", content_type="application/json").status_code == 400
    assert anybody.post(BATCH, "a=1", content_type="text/plain").status_code == 415


def test_empty_batch_is_answered(anybody):
    answer = send(anybody, BATCH, {"events": []})

    assert (answer.status_code, answer.json()) == (201, {"created": [], "skipped": [], "failed": []})


@pytest.mark.parametrize("names", [("type", "id"), ("event_type", "source_id"), ("type", "source_id")])
def test_upload_understands_both_names_of_type_and_source(anybody, names):
    body = event_body()
    del body["type"]

    answer = send(anybody, ONE, body | {names[0]: "sport", names[1]: "77"})

    assert answer.json()["detail"] == "created"
    assert list(Event.objects.values_list("event_type", "source_id")) == [("sport", "77")]


@pytest.mark.parametrize("path", [BATCH, ONE, "/scraper/results"])
def test_body_over_ten_megabytes_is_413(anybody, path):
    answer = anybody.post(path, b" " * (10 * 1024 * 1024 + 1), content_type="application/json")

    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["date_prewie", "date_full", "janre"])
def test_slips_of_the_pen_of_scrapers_are_not_taken_by_upload(anybody, name):
    proper = {"date_prewie": "date_preview", "date_full": "date_list", "janre": "genre"}[name]
    body = event_body()
    body[name] = body.pop(proper)

    answer = send(anybody, ONE, body)

    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{proper}"]


@pytest.mark.parametrize("said", ["stand_up", "Stand-Up", "STAND UP", " stand  up ", "Stand_up", "-stand-up-"])
def test_types_are_normalised(anybody, said):
    answer = send(anybody, ONE, event_body(type=said))

    assert answer.json()["type"] == "stand_up"
    assert anybody.get(f"/catalog/events?type={said}").json()[0]["event_type"] == "stand_up"


@pytest.mark.parametrize("kind", EventType.values)
def test_each_type_has_its_list(anybody, kind):
    make.event(event_type="concert" if kind == "sport" else "sport")
    event = make.event(event_type=kind)

    for path in LISTS:
        assert [one["id"] for one in anybody.get(f"{path}?type={kind}").json()] == [event.pk]


def test_event_reads_the_same_wherever_it_stands(anybody, settings):
    settings.TIME_ZONE = "Europe/Moscow"
    sent = event_body(id="123", age="18+", date_preview="2030-09-01T18:00:00", date_list=["2030-09-01T18:00:00"])
    send(anybody, ONE, sent)
    stored = Event.objects.get()
    expected = {
        "id": stored.pk,
        "uuid": sent["uuid"],
        "source_id": "123",
        "title": sent["title"],
        "description": "Loud.",
        "price": 1500,
        "date_preview": "2030-09-01T15:00:00.000000Z",
        "date_list": ["2030-09-01T15:00:00.000000Z"],
        "place": "Harbour Hall",
        "event_type": "concert",
        "genre": "rock",
        "age": "18+",
        "image_url": f"{settings.SITE_URL}/media/{stored.picture_id}",
        "url": "https://example.com/event/1",
        "created_at": f"{stored.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
    }

    shown = [anybody.get(f"{path}{query}").json() for path in LISTS for query in ("", f"?id={stored.pk}", "?limit=1")]
    shown += [anybody.get(f"/catalog/events/{path}").json() for path in ("nearest", "search?q=LOUD")]
    Event.objects.update(archived_at=clock.now())
    shown.append(anybody.get("/scraperCatalog/inactive-events").json())

    assert shown == [[expected]] * 9
    assert anybody.get(f"/media/{stored.picture_id}").status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_unknown_types_and_events_are_not_found(anybody, path):
    event = make.event()
    gone = make.event(archived_at=clock.now())

    said = {
        query: (answer.status_code, answer.json()["detail"])
        for query in ("type=opera", "id=999999", f"id={gone.pk}", f"id={event.pk}&type=sport")
        for answer in [anybody.get(f"{path}?{query}")]
    }

    assert said == {
        "type=opera": (404, "unsupported event type"),
        "id=999999": (404, "event not found"),
        f"id={gone.pk}": (404, "event not found"),
        f"id={event.pk}&type=sport": (404, "event not found"),
    }
    assert anybody.get(f"{path}?id=first").status_code == 400


def test_lists_are_cut_when_asked(anybody):
    events = [make.event(dates=[clock.now() + timedelta(days=day)]) for day in (1, 2, 3)]

    for path in LISTS:
        whole, part = anybody.get(path), anybody.get(f"{path}/?skip=1&limit=1")
        assert [one["id"] for one in whole.json()] == [event.pk for event in events]
        assert [one["id"] for one in part.json()] == [events[1].pk]
        assert whole.headers["X-Total-Count"] == part.headers["X-Total-Count"] == "3"
        assert 'rel="next"' in part.headers["Link"]
        assert anybody.get(f"{path}?limit=501").status_code == 400


def test_nearest_goes_by_the_next_date(anybody):
    now = clock.now()
    hours = {"late": [30], "soon": [2], "again": [-5, 1, 90], "over": [-3], "preview": [40]}
    events = {name: make.event(dates=[now + timedelta(hours=h) for h in at]) for name, at in hours.items()}
    events["preview"].dates.all().delete()

    def names(query=""):
        by_id = {event.pk: name for name, event in events.items()}
        return [by_id[one["id"]] for one in anybody.get(f"/catalog/events/nearest{query}").json()]

    assert names() == ["again", "soon", "late", "preview"]
    assert names("?limit=2") == ["again", "soon"]
    assert names("?type=sport") == []
    assert [anybody.get(f"/catalog/events/nearest?limit={bad}").status_code for bad in ("0", "201", "x")] == [400] * 3


def test_search_looks_for_all_words_without_accents(anybody):
    send(anybody, BATCH, {"events": [event_body(title="Café müller"), event_body(title="Концерт", place="Café")]})

    def found(query):
        return [one["title"] for one in anybody.get(f"/catalog/events/search?q={query}").json()]

    assert sorted(found("cafe")) == ["Café müller", "Концерт"]
    assert found("CAFE Mull") == ["Café müller"]
    assert found("kontsert") == ["Концерт"]
    assert found("cafe nothing") == []
    assert anybody.get("/catalog/events/search").status_code == 400


def test_repeated_request_gets_the_answer_it_had(anybody):
    body = {"events": [event_body()]}

    first, second = (send(anybody, BATCH, body, **{"Idempotency-Key": "batch-1"}) for _ in range(2))
    other = send(anybody, BATCH, {"events": []}, **{"Idempotency-Key": "batch-1"})

    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 422


def test_programs_need_a_key_for_it():
    key, other = people.api_key(scopes=["events:write"]), people.api_key(scopes=["jobs:write"])
    client = Client()

    def asked(raw):
        return send(client, BATCH, {"events": []}, **({"X-API-Key": raw} if raw else {})).status_code

    assert [asked(raw) for raw in (None, "ck_wrong", other.raw, key.raw)] == [401, 401, 403, 201]


def test_archive_of_years_comes_in_pages(anybody):
    over = datetime(2020, 1, 1, tzinfo=UTC)
    for number in range(3):
        make.event(dates=[over], archived_at=over + timedelta(days=number))

    listed = anybody.get("/scraperCatalog/inactive-events?limit=2")

    assert listed.headers["X-Total-Count"] == "3"
    assert len(listed.json()) == 2
