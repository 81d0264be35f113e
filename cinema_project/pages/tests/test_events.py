"""The pages of what else is on, and its calendar."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from icalendar import Calendar

from booking.tests import make as booking
from catalog.models import Event
from catalog.services.events.care import merge_events
from catalog.tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NOON = datetime(2026, 10, 24, 12, tzinfo=UTC)
"""The day before the clocks go back in Berlin."""
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon(clock, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    clock.at(NOON)


def titles(client, query=""):
    return [event.title for event in client.get(f"/events/{query}").context["page"]]


def test_page_lists_what_is_to_come_the_next_first(client):
    make.event(title="Over", dates=[NOON - HOUR])
    make.event(title="Taken out", archived_at=NOON)
    make.event(title="Late", dates=[NOON + 48 * HOUR])
    make.event(title="Again", dates=[NOON - 24 * HOUR, NOON + HOUR])

    assert titles(client) == ["Again", "Late"]
    assert "Sat 24 Oct, 15:00 CEST" in client.get("/events/").content.decode()


def test_page_is_narrowed_by_type_day_and_words(client):
    make.event(title="Gig", event_type="concert", search_text="gig harbour", dates=[NOON + HOUR])
    make.event(title="Match", event_type="sport", search_text="match stadium", dates=[NOON + 25 * HOUR])

    assert (
        titles(client, "?type=sport") == titles(client, "?q=STADIUM") == titles(client, "?date=2026-10-25") == ["Match"]
    )
    assert titles(client, "?type=opera&date=never") == ["Gig", "Match"]
    assert titles(client, "?date=0001-01-01") == ["Gig", "Match"]
    assert titles(client, "?q=nothing") == []
    assert "Nothing matches" in client.get("/events/?q=nothing").content.decode()


def test_empty_town_says_what_to_do(client):
    assert "Nothing is announced" in client.get("/events/").content.decode()


def test_queries_do_not_grow_with_events(client, django_assert_max_num_queries):
    for _ in range(40):
        make.event()

    with django_assert_max_num_queries(4):
        client.get("/events/")


def test_event_has_a_page_with_its_dates_to_come(client):
    event = make.event(
        title="<b>Gig</b>", url="https://t.example/gig", dates=[NOON - HOUR, NOON + HOUR, NOON + 26 * HOUR]
    )

    page = client.get(f"/events/{event.uuid}/").content.decode()

    assert "&lt;b&gt;Gig" in page
    assert "Saturday 24 October 2026, 15:00 CEST" in page
    assert "Sunday 25 October 2026, 15:00 CET" in page
    assert "13:00 CEST" not in page
    assert 'href="https://t.example/gig"' in page


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", ""])
def test_address_that_is_none_of_the_web_is_no_link(client, url):
    event = make.event(url=url)

    assert "More about it" not in client.get(f"/events/{event.uuid}/").content.decode()


def test_event_that_is_over_says_so_and_a_merged_one_shows_the_other(client):
    over = make.event(archived_at=NOON)
    first, second = make.event(title="Kept"), make.event(title="Gone")
    merge_events(event_ids=[first.pk, second.pk])

    assert "This event is over" in client.get(f"/events/{over.uuid}/").content.decode()
    assert client.get(f"/events/{second.uuid}/").context["event"] == first
    assert client.get(f"/events/{uuid4()}/").status_code == 404


def test_calendar_has_an_entry_for_each_date_to_come(client):
    gig = make.event(title="Gig", dates=[NOON - HOUR, NOON + HOUR, NOON + 26 * HOUR])
    make.event(title="Match", event_type="sport", dates=[NOON + 3 * HOUR])

    answer = client.get("/events.ics")

    entries = Calendar.from_ical(answer.content).walk("VEVENT")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert [str(entry["SUMMARY"]) for entry in entries] == ["Gig", "Gig", "Match"]
    assert [entry.decoded("DTSTART").astimezone(UTC) for entry in entries[:2]] == [NOON + HOUR, NOON + 26 * HOUR]
    assert [f"{entry.decoded('DTSTART'):%H:%M}" for entry in entries[:2]] == ["15:00", "15:00"]
    assert str(gig.uuid) in str(entries[0]["UID"])
    assert len({str(entry["UID"]) for entry in entries}) == 3
    only = Calendar.from_ical(client.get("/events.ics?type=Sport").content).walk("VEVENT")
    assert [str(entry["SUMMARY"]) for entry in only] == ["Match"]
    assert client.get("/events.ics?type=opera").status_code == 404
    assert client.get("/events.ics", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_empty_calendar_is_one(client):
    assert Calendar.from_ical(client.get("/events.ics").content).walk("VEVENT") == []


def test_screening_tells_what_else_is_on_around_then(client):
    screening = booking.screening(start_time=NOON + 30 * HOUR)
    near = make.event(title="Near", dates=[NOON + 24 * HOUR])
    make.event(title="Far", dates=[NOON + 90 * HOUR])
    make.event(title="Over by then", dates=[NOON - HOUR])

    page = client.get(reverse("booking:seats", args=[screening.pk]))

    assert page.context["around"] == [near]
    assert f"/events/{near.uuid}/" in page.content.decode()


def test_staff_merge_archive_and_bring_back(admin_client):
    first, second = make.event(title="Gig", dates=[NOON + HOUR]), make.event(title="gig", dates=[NOON + 2 * HOUR])

    def act(action, *rows, **more):
        ticked = {"action": action, "_selected_action": [row.pk for row in rows], **more}
        return admin_client.post(reverse("admin:catalog_event_changelist"), ticked, follow=True)

    assert "Merge these events?" in act("merge", first, second).content.decode()
    act("merge", first, second, sure="yes")
    second.refresh_from_db()
    assert (second.merged_into, first.dates.count()) == (first, 2)
    said = [str(message) for message in act("bring_back", second).context["messages"]]
    assert said == [f"{second}: It was merged into event {first.pk}."]
    act("take_out", first)
    assert Event.objects.active().count() == 0
    act("bring_back", first)
    assert list(Event.objects.active()) == [first]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("event_type=sport", ["Match"]),
        ("when=today", ["Gig"]),
        ("when=week", ["Gig", "Match"]),
        ("when=over", ["Over"]),
        ("place=East+Stadium", ["Match"]),
        ("archived_at__isempty=0", ["Over"]),
        ("q=match", ["Match"]),
    ],
)
def test_staff_find_events(admin_client, query, shown):
    make.event(title="Gig", dates=[NOON + HOUR])
    make.event(title="Match", event_type="sport", place="East Stadium", dates=[NOON + 49 * HOUR, NOON + 73 * HOUR])
    make.event(title="Over", dates=[NOON - 30 * HOUR], archived_at=NOON)

    page = admin_client.get(reverse("admin:catalog_event_changelist") + f"?{query}")

    assert sorted(event.title for event in page.context["cl"].result_list) == shown


def test_staff_correct_an_event(admin_client):
    event = make.event(title="Gig", price=10)
    address = reverse("admin:catalog_event_change", args=[event.pk])
    form = admin_client.get(address).context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields} | {
        f"initial-{n}": form[n].value() or "" for n in form.fields
    }

    admin_client.post(address, sent | {"title": "Café gig"})

    event.refresh_from_db()
    assert (event.title, event.search_text.startswith("cafe gig")) == ("Café gig", True)
