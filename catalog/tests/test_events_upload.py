"""Events come in: each once, with its picture, and each tells what became of it."""

import dataclasses
import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import OperationalError, connection

from catalog import event_pictures
from catalog.models import Event, EventDate, EventPicture
from catalog.services.events import uploading
from catalog.services.events.records import EventCreate
from catalog.services.events.uploading import BatchNotStored, upload
from catalog.tests.make import event_body
from catalog.tests.town import POSTER, files_in, poster
from cinema_project.common.tests.make import png
from cinema_project.tests.sites import answer, cut_off, no_answer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

BATCHES = 6


def new(**fields) -> EventCreate:
    return EventCreate.model_validate(event_body(**fields))


def told(outcomes) -> list[tuple[str, str]]:
    return [(str(one.verdict), one.reason) for one in outcomes]


def test_event_is_stored_with_its_dates_and_its_picture_as_webp(town, media):
    event = new(image_url=f"{town.url}/poster.jpg", type="Stand-Up", id=123, age=18)

    assert told(upload([event])) == [("created", "")]

    stored = Event.objects.get()
    [name] = files_in(media)
    assert (stored.uuid, stored.event_type, stored.source_id, stored.age) == (event.uuid, "stand_up", "123", "18")
    assert (stored.date_preview, stored.last_date) == (event.date_preview, event.date_list[1])
    assert list(stored.dates.order_by("starts_at").values_list("starts_at", flat=True)) == event.date_list
    assert stored.picture_id == name
    assert (media / name).read_bytes()[8:12] == b"WEBP"


def test_batch_of_250_tells_every_outcome(town, media):
    town.does("/other.png", answer(poster((200, 30, 30))))
    upload([known := new(image_url=f"{town.url}/poster.jpg")])
    twice = new(image_url=f"{town.url}/other.png")
    good = [new(image_url=f"{town.url}/{name}") for name in ("poster.jpg", "other.png") for _ in range(120)]
    broken = new(image_url=f"{town.url}/poster.jpg", title="Ends")
    odd = [
        known,
        twice,
        twice,
        new(type="opera"),
        new(image_url=" "),
        new(image_url=f"{town.url}/gone.jpg"),
        new(image_url="ftp://example.com/a.jpg"),
        new(image_url="http://10.0.0.1/a.jpg"),
        broken.model_copy(update={"price": -1}),
        new(image_url=""),
    ]
    batch = [*good[:120], *odd, *good[120:]]

    outcomes = upload(batch)

    assert len(batch) == 250
    assert [str(one.uuid) for one in outcomes] == [str(event.uuid) for event in batch]
    assert told(outcomes[:120]) == told(outcomes[130:]) == [("created", "")] * 120
    assert told(outcomes[120:130]) == [
        ("skipped", "already_exists"),
        ("created", ""),
        ("skipped", "already_exists"),
        ("skipped", "unsupported_type"),
        ("skipped", "no_image_url"),
        ("failed", "image_download_failed"),
        ("failed", "image_download_failed"),
        ("failed", "image_download_failed"),
        ("failed", "not_stored"),
        ("skipped", "no_image_url"),
    ]
    assert Event.objects.count() == 242
    assert len(files_in(media)) == EventPicture.objects.count() == 2


def test_same_batch_twice_leaves_one_row_and_one_file_each(town, media):
    batch = [new(image_url=f"{town.url}/poster.jpg") for _ in range(5)]

    first, second = upload(batch), upload(batch)

    assert (told(first), told(second)) == ([("created", "")] * 5, [("skipped", "already_exists")] * 5)
    assert (Event.objects.count(), EventDate.objects.count(), len(files_in(media))) == (5, 10, 1)
    assert len(town.asked) == 1


def at_once(batch) -> list[list[tuple[str, str]]]:
    """Upload the same batch many times, by connections that have all looked before any has written."""
    prepared = [uploading.prepare(list(reversed(batch)) if number % 2 else batch) for number in range(BATCHES)]
    start = Barrier(BATCHES)

    def one(each):
        try:
            start.wait(timeout=20)
            return told(uploading.write_events(each))
        finally:
            connection.close()

    with ThreadPoolExecutor(BATCHES) as pool:
        return list(pool.map(one, prepared))


def test_same_batch_many_times_at_once_leaves_one_row_and_one_file_each(town, media):
    batch = [new(image_url=f"{town.url}/poster.jpg") for _ in range(40)]

    outcomes = list(itertools.chain(*at_once(batch)))

    assert outcomes.count(("created", "")) == 40
    assert outcomes.count(("skipped", "already_exists")) == 40 * (BATCHES - 1)
    assert (Event.objects.count(), EventDate.objects.count(), len(files_in(media))) == (40, 80, 1)


@pytest.mark.postgresql
def test_race_is_lost_without_the_constraint(town):
    """What proves that the test before this one can fail."""
    batch = [new(image_url=f"{town.url}/poster.jpg") for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_event DROP CONSTRAINT one_event_per_uuid")
    try:
        assert at_once(batch) == [[("created", "")] * 3] * BATCHES
        assert Event.objects.count() == 3 * BATCHES
    finally:
        EventDate.objects.all().delete()
        Event.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE catalog_event ADD CONSTRAINT one_event_per_uuid UNIQUE (uuid)")


def test_whole_uploads_at_once_store_one_file(town, media):
    batch = [new(image_url=f"{town.url}/poster.jpg") for _ in range(4)]

    def one(_number):
        try:
            return told(upload(batch))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(itertools.chain(*pool.map(one, range(4))))

    assert outcomes.count(("created", "")) == 4
    assert (Event.objects.count(), len(files_in(media))) == (4, 1)


PICTURES = {
    "private": ("http://192.168.1.1/a.jpg", "The address must lead to a public host, by its name in plain letters."),
    "no scheme": ("poster.jpg", "The address must be a whole one and begin with http:// or https://."),
    "script": ("javascript:alert(1)", "The address must be a whole one and begin with http:// or https://."),
    "missing": ("/gone.jpg", "There is no picture: the server answers with status 404."),
    "no picture": ("/text.jpg", "This is not a JPEG, PNG, WebP or GIF picture: choose another file."),
    "cut off": ("/half.jpg", "The server broke off, or answered something else than HTTP."),
    "silent": ("/silent.jpg", "The server broke off, or answered something else than HTTP."),
    "round and round": ("/round.jpg", "The address leads on and on: more than 3 redirects."),
    "to a private host": ("/inside.jpg", "The address must lead to a public host, by its name in plain letters."),
    "bomb": ("/bomb.png", "The picture has too many pixels: make it smaller, 1500 by 1500 are plenty."),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_picture_that_cannot_be_had_fails_its_event_alone(town, media, kind):
    said, sentence = PICTURES[kind]
    town.does("/text.jpg", answer(b"<html>no</html>"))
    town.does("/half.jpg", cut_off)
    town.does("/silent.jpg", no_answer)
    town.does("/round.jpg", answer(b"", 302, Location=f"{town.url}/round.jpg"))
    town.does("/inside.jpg", answer(b"", 302, Location="http://169.254.169.254/latest/meta-data"))
    town.does("/bomb.png", answer(png(12_000, 12_000)))
    bad = new(image_url=f"{town.url}{said}" if said.startswith("/") else said)

    failed, created = upload([bad, new(image_url=f"{town.url}/poster.jpg")])

    assert dataclasses.astuple(failed)[2:] == ("failed", "image_download_failed", sentence)
    assert told([created]) == [("created", "")]
    assert (Event.objects.count(), len(files_in(media))) == (1, 1)


def test_redirected_picture_is_found(town):
    town.does("/moved.jpg", answer(b"", 301, Location="/poster.jpg"))

    assert told(upload([new(image_url=f"{town.url}/moved.jpg")])) == [("created", "")]


def test_huge_picture_is_not_read_to_its_end(town):
    town.does("/huge.jpg", answer(POSTER + bytes(6 * 1024 * 1024)))

    [outcome] = upload([new(image_url=f"{town.url}/huge.jpg")])

    assert outcome.reason == "image_download_failed"
    assert "larger" in outcome.detail or "MB" in outcome.detail


def test_host_that_hangs_holds_up_a_batch_once(town, monkeypatch):
    limits = dataclasses.replace(event_pictures.LIMITS, seconds=0.5)
    monkeypatch.setattr(event_pictures, "LIMITS", limits)
    town.does("/slow*", town.hang)
    slow = [new(image_url=f"{town.url}/slow{number}.jpg") for number in range(40)]

    outcomes = upload(slow)

    assert {one.reason for one in outcomes} == {"image_download_failed"}
    assert sum("took too long" in one.detail for one in outcomes) <= event_pictures.THREADS + 1
    assert sum("did not answer for other pictures" in one.detail for one in outcomes) >= 30
    assert len(town.asked) <= event_pictures.THREADS + 1


def test_picture_that_is_wanted_again_and_again_is_noted_now_and_then(town, clock):
    at = datetime(2026, 10, 20, 10, tzinfo=UTC)
    used = []
    for minutes in (0, 19, 21):
        clock.at(at + timedelta(minutes=minutes))
        upload([new(image_url=f"{town.url}/poster.jpg")])
        used.append(EventPicture.objects.get().used_at - at)

    assert used == [timedelta(0), timedelta(0), timedelta(minutes=21)]


def test_storage_that_fails_fails_the_events_and_leaves_nothing(town, media, monkeypatch):
    media.write_text("a file where the folder should be")

    [outcome] = upload([event := new(image_url=f"{town.url}/poster.jpg")])

    assert (outcome.reason, outcome.detail) == (
        "image_download_failed",
        "The file could not be stored. Please try again in a moment.",
    )
    assert (Event.objects.count(), EventPicture.objects.filter(stored_at__isnull=False).count()) == (0, 0)
    media.unlink()
    assert told(upload([event])) == [("created", "")]
    assert len(files_in(media)) == 1


def test_picture_of_our_own_is_not_asked_for_over_the_network(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    assert told(upload([new()])) == [("created", "")]
    assert told(upload([new(image_url=f"{settings.SITE_URL}/static/../settings.py")]))[0][0] == "failed"


def test_outage_of_the_database_stores_nothing_and_can_be_repeated(town, monkeypatch):
    event = new(image_url=f"{town.url}/poster.jpg")
    with monkeypatch.context() as patched:
        patched.setattr(uploading, "_insert", lambda *_: (_ for _ in ()).throw(OperationalError("gone")))
        with pytest.raises(BatchNotStored, match=r"^failed to process batch$"):
            upload([event])
    assert Event.objects.count() == 0

    assert told(upload([event])) == [("created", "")]


DETAILS = {
    "all that fits": ("concert", {"performers": ["Ann"], "minutes": 90}, {"performers": ["Ann"], "minutes": 90}),
    "of another type": ("sport", {"performers": ["Ann"], "teams": ["A", "B"]}, {"teams": ["A", "B"]}),
    "part of it": ("theater", {"director": " Ann ", "minutes": "long", "author": 5}, {"director": "Ann"}),
    "nothing of it": ("quest", {"players": {"from": 2}}, {}),
    "no object": ("quest", "for two", {}),
}


@pytest.mark.parametrize("case", DETAILS)
def test_details_are_kept_as_the_type_has_them(town, case):
    kind, said, kept = DETAILS[case]

    assert told(upload([new(type=kind, details=said, image_url=f"{town.url}/poster.jpg")])) == [("created", "")]
    assert Event.objects.get().details == kept


def test_event_that_was_merged_away_does_not_come_in_again(town):
    upload([first := new(image_url=f"{town.url}/poster.jpg"), second := new(image_url=f"{town.url}/poster.jpg")])
    kept = Event.objects.get(uuid=first.uuid)
    Event.objects.filter(uuid=second.uuid).update(archived_at=kept.created_at, merged_into=kept)

    assert told(upload([second])) == [("skipped", "already_exists")]
