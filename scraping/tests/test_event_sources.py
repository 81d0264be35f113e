"""Events found elsewhere: feeds of every kind over real HTTP, and the sample that comes along."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import orjson
import pytest
from django.core.cache import cache
from django.db import connection

from catalog.models import Event, EventType
from catalog.tests.make import event_body
from cinema_project.common.fetching.fetcher import close_shared
from cinema_project.tests.sites import answer
from scraping.events.ical import read_calendar
from scraping.events.memory import memory
from scraping.events.pages import read_events_page
from scraping.events.records import ScrapedEvent
from scraping.events.rss import read_feed
from scraping.events.sample import sample_events
from scraping.events.told import Told, type_of
from scraping.fakes.events import FEEDS, FakeEvents
from scraping.fakes.serving import serving
from scraping.models import Quarantined, Run
from scraping.services import events
from scraping.sources.base import Payload, ReadInPart, Unit
from scraping.sources.events import MOST_PAGES, NAME, EventFeeds
from scraping.tasks import gather_events

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def quiet_pace(settings, tmp_path):
    settings.FETCH_ALLOW_LOOPBACK, settings.MEDIA_ROOT = True, tmp_path
    yield
    close_shared()


@pytest.fixture
def town(settings, quiet_pace):
    site = FakeEvents(count=40)
    with serving(site) as served:
        settings.EVENTS_SOURCE_URL = [f"{served.url}/{feed}" for feed in FEEDS]
        served.upstream = site
        yield served


def stored() -> dict:
    return {
        event.title: (event.event_type, event.place, event.price, [row.starts_at for row in event.dates.order_by("pk")])
        for event in Event.objects.all()
    }


def expected(site: FakeEvents) -> dict:
    told = {}
    for feed in FEEDS:
        for one in site.of(feed):
            price = one.price if feed in ("events.json", "events.html") else 0
            told[one.title] = (one.kind, one.place, price, list(one.dates))
    return told


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_every_kind_of_feed_is_read(town):
    summary = events.send(events.run_scrape())

    assert (summary.sent, summary.skipped, summary.failed) == (40, 0, [])
    found, right = stored(), expected(town.upstream)
    generic = {one.title for one in town.upstream.of("events.html")}
    assert {title: one[1:] for title, one in found.items()} == {title: one[1:] for title, one in right.items()}
    kinds = {title: (found[title][0], right[title][0]) for title in right if title not in generic}
    assert [pair for pair in kinds.values() if pair[0] != pair[1]] == []
    run = Run.objects.get(source=NAME)
    assert (run.state, run.counts["created"]) == ("succeeded", 40)

    again = events.send(events.run_scrape())
    assert (again.sent, again.skipped) == (0, 40)
    assert Event.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_one_feed_that_is_down_costs_no_other(town, settings):
    settings.EVENTS_SOURCE_URL = [*settings.EVENTS_SOURCE_URL[:1], f"{town.url}/nothing"]

    summary = events.send(events.run_scrape(seconds=20))

    assert summary.sent == 10
    assert Run.objects.get(source=NAME).state == "partial"


@pytest.mark.django_db(transaction=True)
def test_events_that_cannot_be_read_wait_in_quarantine(site, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    body = {"events": [{"title": "No date", "id": 1}, 5]}
    site.does("/feed", answer(body))
    settings.EVENTS_SOURCE_URL = [f"{site.url}/feed"]

    assert events.run_scrape() == []
    assert Quarantined.objects.filter(source=NAME).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_sample_fills_the_town_and_moves_on_with_the_weeks(settings, tmp_path, clock):
    settings.MEDIA_ROOT = tmp_path
    clock.at(NOON)
    first = events.send(events.run_scrape())

    clock.travel(7 * 24 * 3600)
    second = events.send(events.run_scrape())

    assert first.failed == second.failed == []
    assert first.sent >= 20
    assert second.sent >= 10
    assert {*Event.objects.values_list("event_type", flat=True)} == {*EventType.values}


def test_sample_is_the_same_each_time_and_never_past():
    told = sample_events(NOON)

    assert told == sample_events(NOON)
    assert all(ScrapedEvent.model_validate(one).last_date > NOON for one in told)
    assert len({one["uuid"] for one in told}) == len(told)


@pytest.mark.django_db(transaction=True)
def test_clock_reads_the_sources_unless_they_are_off(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    events.SourceState.objects.update_or_create(name=NAME, defaults={"is_on": False})
    assert gather_events()["sent"] == 0

    events.SourceState.objects.filter(name=NAME).update(is_on=True)
    assert gather_events()["sent"] >= 20
    assert Run.objects.get(source=NAME).trigger == "clock"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_of_two_workers_that_gather_at_once_one_is_free_at_once(site, settings, tmp_path):
    """Each has a memory of its own, as processes have; the first one waits for a picture meanwhile."""
    settings.MEDIA_ROOT = tmp_path
    site.does("/slow.jpg", site.hang)
    site.does("/feed", answer({"events": [event_body(image_url=f"{site.url}/slow.jpg"), event_body()]}))
    settings.EVENTS_SOURCE_URL = [f"{site.url}/feed"]
    events.SourceState.objects.update_or_create(name=NAME, defaults={"is_on": True})

    def first():
        try:
            return gather_events()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        gathering = pool.submit(first)
        until = time.monotonic() + 20
        while "/slow.jpg" not in site.paths and time.monotonic() < until:
            time.sleep(0.02)
        memory.cache_clear()
        began = time.monotonic()
        second, took = gather_events(), time.monotonic() - began
        assert not gathering.done()
        site.released.set()
        told = gathering.result()

    assert (second, took < 1) == ({"sent": 0, "skipped": 0, "failed": 0}, True)
    assert (told["sent"], told["failed"]) == (1, 1)
    assert gather_events() == {"sent": 0, "skipped": 1, "failed": 1}


@pytest.mark.django_db(transaction=True)
def test_memory_is_filled_from_the_catalogue_when_it_is_empty(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    found = events.run_scrape()
    events.send(found)
    memory.cache_clear()
    cache.clear()

    events.warm_up()

    assert memory().known({str(event.uuid) for event in found}) == {str(event.uuid) for event in found}


# The readers by themselves.

ICS = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:weekly
DTSTART;TZID=Europe/Berlin:20261014T193000
RRULE:FREQ=WEEKLY;UNTIL=20261209T235959Z
EXDATE;TZID=Europe/Berlin:20261125T193000
SUMMARY:Choir
CATEGORIES:MUSIC
IMAGE;VALUE=URI:https://town.example/choir.jpg
END:VEVENT
BEGIN:VEVENT
UID:day
DTSTART;VALUE=DATE:20261224
SUMMARY:Market
END:VEVENT
BEGIN:VEVENT
UID:off
DTSTART:20261224T100000Z
STATUS:CANCELLED
SUMMARY:Off
END:VEVENT
END:VCALENDAR
"""


def test_calendar_repeats_at_the_same_hour_whatever_the_season():
    choir, market = read_calendar(ICS, BERLIN, NOON)

    local = [moment.astimezone(BERLIN) for moment in choir.dates]
    assert [f"{moment:%m-%d %H:%M}" for moment in local] == [
        *("10-14 19:30", "12-02 19:30", "12-09 19:30"),
    ]
    assert (choir.kinds, choir.picture) == (["MUSIC"], "https://town.example/choir.jpg")
    assert market.dates == [datetime(2026, 12, 24, tzinfo=BERLIN)]


def rss(item: str) -> bytes:
    space = "xmlns:ev='http://purl.org/rss/1.0/modules/event/'"
    return f"<?xml version='1.0'?><rss version='2.0' {space}><channel>{item}</channel></rss>".encode()


@pytest.mark.parametrize(
    ("item", "dates"),
    [
        ("<ev:startdate>2026-12-01T19:00:00+01:00</ev:startdate>", [datetime(2026, 12, 1, 18, tzinfo=UTC)]),
        ("<ev:startdate>2026-12-01T19:00:00</ev:startdate>", [datetime(2026, 12, 1, 18, tzinfo=UTC)]),
        ("<pubDate>Tue, 01 Dec 2026 19:00:00 GMT</pubDate>", [datetime(2026, 12, 1, 19, tzinfo=UTC)]),
        ("<pubDate>Tue, 01 Dec 2020 19:00:00 GMT</pubDate>", []),
        ("", []),
    ],
)
def test_feed_tells_when_an_event_begins(item, dates):
    [told] = read_feed(rss(f"<item><title>A</title><link>https://t.example/1</link>{item}</item>"), BERLIN, NOON)

    assert told.dates == dates


@pytest.mark.parametrize(
    "content", [b"<rss", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff"]
)
def test_broken_feed_tells_nothing(content):
    assert list(read_feed(content, BERLIN, NOON)) == []


def test_page_with_an_event_for_each_date_tells_of_one():
    page = """<script type="application/ld+json">[
      {"@type": "MusicEvent", "name": "Gig", "startDate": "2026-12-01T20:00:00+01:00", "location": "Hall",
       "image": {"@type": "ImageObject", "url": "/a.jpg"}, "offers": {"lowPrice": "12,50"}},
      {"@type": "MusicEvent", "name": "Gig", "startDate": "2026-12-02T20:00:00+01:00", "location": "Hall"},
      {"@type": "Event", "name": "Off", "startDate": "2026-12-02", "eventStatus": "https://schema.org/EventCancelled"}
    ]</script>"""

    [gig] = read_events_page(page, BERLIN)

    assert [moment.day for moment in gig.dates] == [1, 2]
    assert gig.as_scraped("https://t.example/whats-on")["image_url"] == "https://t.example/a.jpg"
    assert gig.as_scraped("https://t.example/")["price"] == 12


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [(["Live Music"], "concert"), (["Stand-Up"], "stand_up"), (["News", "Workshop"], "master_class"), ([], "show")],
)
def test_kinds_are_read_from_what_sites_call_them(kinds, kind):
    assert type_of(kinds) == kind


PAGE = "https://t.example/gig/1"


@pytest.mark.parametrize(
    ("said", "shared", "named"),
    [
        (PAGE, set(), PAGE),
        ("/gig/1", set(), PAGE),
        (PAGE, {PAGE}, "https://t.example/feed#A"),
        ("https://t.example/", set(), "https://t.example/feed#A"),
        ("", set(), "https://t.example/feed#A"),
        ("http://[", set(), "https://t.example/feed#A"),
    ],
)
def test_event_without_uuid_is_named_by_its_own_page(said, shared, named):
    told = Told("A", "A", url=said).as_scraped("https://t.example/feed", shared)

    assert told["uuid"] == str(uuid5(NAMESPACE_URL, named))


@pytest.mark.django_db(transaction=True)
def test_events_of_json_without_uuid_are_named_by_their_pages(site, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    urls = [PAGE, "https://t.example/all", "https://t.example/all"]
    bodies = [event_body(url=url, id=str(number)) for number, url in enumerate(urls)]
    for body in bodies:
        del body["uuid"]
    site.does("/feed", answer({"events": bodies}))
    settings.EVENTS_SOURCE_URL = [f"{site.url}/feed"]

    found = events.run_scrape()

    assert [event.uuid for event in found] == [
        uuid5(NAMESPACE_URL, PAGE),
        *(uuid5(NAMESPACE_URL, f"{site.url}/feed#{number}") for number in (1, 2)),
    ]


def test_event_without_a_date_is_refused_by_the_schema():
    with pytest.raises(ValueError, match="date_preview"):
        ScrapedEvent.model_validate(Told("a", "A").as_scraped("https://t.example/"))


def read_last_page(following: str | None):
    """Read the last page that is read of a feed, which names this one as the next."""
    unit = Unit(f"1/{MOST_PAGES}", {"url": "https://town.example/events", "at": NOON.isoformat(), "page": MOST_PAGES})
    content = orjson.dumps({"events": [{"uuid": "5"}], "next": following})
    found = EventFeeds().parse(unit, Payload(unit.args["url"], content))
    assert next(found).external_id == "5"
    return found


def test_feed_that_goes_on_beyond_the_limit_is_read_in_part():
    with pytest.raises(ReadInPart, match="More than 100 pages follow each other; the first 100 are read"):
        next(read_last_page("?page=101"))


@pytest.mark.parametrize("following", ["https://elsewhere.example/", None])
def test_feed_that_ends_at_the_limit_is_read_whole(following):
    assert list(read_last_page(following)) == []
