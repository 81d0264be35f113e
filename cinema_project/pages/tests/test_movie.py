"""The page of a film."""

from datetime import UTC, datetime

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from accounts.tests import make as people
from booking.services.tickets import book_seats
from catalog.models import Seat
from catalog.tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2031, 6, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(clock):
    clock.at(NOON)


@pytest.fixture
def film():
    return make.movie(title="Nosferatu", slug="nosferatu", state="SHOWING", cast=("Max Schreck",))


def showing(film, hour, *, day=2, **room):
    return make.screening(
        movie=film, room=make.room(**room), start_time=NOON.replace(day=day, hour=hour), price="10.00"
    )


def test_film_page_shows_times_in_the_cinemas_zone(client, film):
    showing(film, 18)

    page = client.get("/movies/nosferatu/")

    assertContains(page, '<time datetime="2031-06-02T20:00:00+02:00">20:00 CEST</time>')
    assertContains(page, "Max Schreck")


def test_late_showing_belongs_to_the_cinemas_next_day(client, film):
    showing(film, 22, cinema=make.cinema(timezone="Asia/Tokyo"))

    assertContains(client.get("/movies/nosferatu/"), "?date=2031-06-03")


def test_one_day_is_shown_at_a_time(client, film):
    first, second = showing(film, 18), showing(film, 18, day=3)

    page = client.get("/movies/nosferatu/?date=2031-06-03")

    assertContains(page, f"/screenings/{second.pk}/")
    assertNotContains(page, f"/screenings/{first.pk}/")


@pytest.mark.parametrize("day", ["", "nonsense", "2031-13-45", "1999-01-01"])
def test_wrong_day_shows_the_first(client, film, day):
    first = showing(film, 18)

    assertContains(client.get(f"/movies/nosferatu/?date={day}"), f"/screenings/{first.pk}/")


def test_sold_out_is_said_in_words(client, film):
    full = showing(film, 18, seats=(1, 3))
    few = showing(film, 19, seats=(1, 5))
    for screening, sold in ((full, 3), (few, 4)):
        ids = list(Seat.objects.filter(room=screening.room).values_list("pk", flat=True)[:sold])
        book_seats(buyer=people.user(), screening_id=screening.pk, seat_ids=ids)

    page = client.get("/movies/nosferatu/")

    assertContains(page, "Sold out")
    assertContains(page, "Few left")


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("SHOWING", "No times in the next two weeks"), ("COMING_SOON", "Coming soon"), ("ENDED", "has left our screens")],
)
def test_film_without_times_says_why(client, state, sentence):
    make.movie(slug="silent", state=state)

    assertContains(client.get("/movies/silent/"), sentence)


def test_unknown_film_is_not_found(client):
    assert client.get("/movies/nothing/").status_code == 404


def test_queries_do_not_grow_with_showings(client, film, django_assert_num_queries):
    showing(film, 18)
    with django_assert_num_queries(6):
        client.get("/movies/nosferatu/")

    showing(film, 19)
    showing(film, 20)
    with django_assert_num_queries(6):
        client.get("/movies/nosferatu/")
