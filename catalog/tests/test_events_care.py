"""Events move on to their next date and leave when they are over; staff take out, bring back and merge."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from catalog.models import Event, EventPicture
from catalog.services.events import care
from catalog.services.events.records import EventCreate
from catalog.services.events.uploading import upload
from catalog.tasks import tend_events
from catalog.tests import make
from catalog.tests.make import event_body
from catalog.tests.town import files_in
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
NOON = datetime(2026, 10, 20, 10, tzinfo=UTC)


def standing(event) -> tuple[str, bool]:
    """Return which date lists show on the town's clock, and whether the event is archived."""
    event.refresh_from_db()
    return f"{event.date_preview.astimezone(BERLIN):%d %H:%M %Z}", event.archived_at is not None


def test_event_of_five_dates_walks_through_a_change_of_the_clock_to_the_archive(clock, settings, tmp_path, client):
    """Five nights at half past two: in the night to 25 October Berlin has that time twice."""
    settings.TIME_ZONE, settings.MEDIA_ROOT = "Europe/Berlin", tmp_path
    clock.at(datetime(2026, 10, 23, 12, tzinfo=BERLIN))
    nights = [f"2026-10-{day}T02:30:00" for day in (24, 26)]
    doubled = ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]
    dates = [nights[0], *doubled, nights[1], "2026-10-26T03:00:00"]
    upload([EventCreate.model_validate(event_body(date_preview=nights[0], date_list=dates))])
    event = Event.objects.get()

    def after(moment: datetime) -> tuple[str, bool]:
        clock.at(moment)
        tend_events()
        return standing(event)

    at = [datetime(2026, 10, 24, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]
    at += [datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]
    at += [datetime(2026, 10, 26, 2, tzinfo=UTC)]
    second = timedelta(seconds=1)

    assert [after(moment) for one in at for moment in (one - second, one)] == [
        ("24 02:30 CEST", False),
        ("25 02:30 CEST", False),
        ("25 02:30 CEST", False),
        ("25 02:30 CET", False),
        ("25 02:30 CET", False),
        ("26 02:30 CET", False),
        ("26 02:30 CET", False),
        ("26 03:00 CET", False),
        ("26 03:00 CET", False),
        ("26 03:00 CET", True),
    ]
    assert client.get("/catalog/events").json() == []
    [archived] = client.get("/scraperCatalog/inactive-events").json()
    assert (archived["id"], len(archived["date_list"])) == (event.pk, 5)


def test_second_round_changes_nothing(clock):
    clock.at(NOON)
    make.event(dates=[NOON - HOUR, NOON + HOUR])
    make.event(dates=[NOON - HOUR])

    first, messages = tend_events(), OutboxMessage.objects.filter(topic="events_changed").count()

    assert first == {"forward": 1, "archived": 1, "pictures": 0}
    assert tend_events() == {"forward": 0, "archived": 0, "pictures": 0}
    assert OutboxMessage.objects.filter(topic="events_changed").count() == messages


def test_preview_beyond_all_dates_stays_until_it_is_past(clock):
    clock.at(NOON)
    event = make.event(dates=[NOON - HOUR], date_preview=NOON + HOUR, last_date=NOON + HOUR)

    tend_events()
    assert event.pk in Event.objects.active().values_list("pk", flat=True)
    clock.at(NOON + HOUR)
    tend_events()
    assert list(Event.objects.active()) == []


def test_rounds_at_once_archive_each_event_once(clock):
    clock.at(NOON)
    events = [make.event(dates=[NOON - HOUR, NOON + HOUR * (number % 2)]) for number in range(30)]

    def one(_number):
        try:
            return care.roll_forward(), care.archive_past()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(one, range(4)))

    assert (sum(forward for forward, _ in done), sum(over for _, over in done)) == (15, 15)
    assert len(events) == Event.objects.count()


def test_archived_event_comes_back_at_its_next_date(clock):
    clock.at(NOON)
    event = make.event(dates=[NOON - HOUR, NOON + HOUR, NOON + 2 * HOUR])
    care.archive_event(event_id=event.pk)
    care.archive_event(event_id=event.pk)

    care.restore_event(event_id=event.pk)

    event.refresh_from_db()
    assert (event.archived_at, event.date_preview) == (None, NOON + HOUR)


def test_event_that_is_over_does_not_come_back(clock):
    clock.at(NOON)
    event = make.event(dates=[NOON - HOUR], archived_at=NOON)

    with pytest.raises(care.EventOver):
        care.restore_event(event_id=event.pk)
    with pytest.raises(care.EventNotFound):
        care.restore_event(event_id=event.pk + 1)


def test_merged_events_are_the_first_with_the_dates_of_all(clock):
    clock.at(NOON)
    second = make.event(dates=[NOON + HOUR], place="", age="16+", source_id="b")
    first = make.event(dates=[NOON + 2 * HOUR, NOON + HOUR], age=None)
    third = make.event(dates=[NOON + 5 * HOUR])

    kept = care.merge_events(event_ids=[first.pk, second.pk, third.pk])
    again = care.merge_events(event_ids=[make.event(dates=[NOON + HOUR]).pk, kept.pk])

    assert kept.pk == again.pk == second.pk
    assert kept.place == "Harbour Hall"
    assert [row.starts_at for row in kept.dates.order_by("starts_at")] == [
        NOON + HOUR,
        NOON + 2 * HOUR,
        NOON + 5 * HOUR,
    ]
    assert (kept.date_preview, kept.last_date) == (NOON + HOUR, NOON + 5 * HOUR)
    assert set(Event.objects.filter(merged_into=kept).values_list("archived_at", flat=True)) == {NOON}
    assert list(Event.objects.archived()) == []
    with pytest.raises(care.NothingToMerge):
        care.merge_events(event_ids=[kept.pk, first.pk])


def test_pictures_that_nobody_shows_go_after_an_hour(town, media, clock):
    clock.at(NOON)
    upload([EventCreate.model_validate(event_body(image_url=f"{town.url}/poster.jpg"))])
    Event.objects.all().delete()
    [file] = files_in(media)

    assert care.forget_pictures() == 0
    clock.at(NOON + HOUR + timedelta(seconds=1))
    assert care.forget_pictures() == 1
    assert (files_in(media), EventPicture.objects.count()) == ([], 0)
    upload([EventCreate.model_validate(event_body(image_url=f"{town.url}/poster.jpg"))])
    assert files_in(media) == [file]


def test_picture_of_an_event_stays(town, media, clock):
    clock.at(NOON)
    upload([EventCreate.model_validate(event_body(image_url=f"{town.url}/poster.jpg"))])

    clock.at(NOON + 50 * HOUR)

    assert care.forget_pictures() == 0
    assert len(files_in(media)) == 1
