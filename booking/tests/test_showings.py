"""Screenings in the words of the older clients."""

from datetime import timedelta

import pytest

from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from catalog.models import Seat
from catalog.tests import make as catalog
from catalog.tests.api import Api, ids, utc
from cinema_project.common import clock

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def api():
    return Api()


def showing_body(screening):
    return {
        "id": screening.pk,
        "movie_id": screening.movie_id,
        "tmdb_id": screening.movie.tmdb_id,
        "movie_title": screening.movie.title,
        "room_id": screening.room_id,
        "room_name": screening.room.name,
        "start_time": utc(screening.start_time),
        "end_time": utc(screening.end_time),
        "price": 12.5,
        "currency": "EUR",
        "is_3d": False,
        "is_imax": False,
        "is_dolby": False,
        "language": None,
        "subtitles": None,
        "status": "scheduled",
        "bookings_count": 0,
    }


def test_showings_to_come_by_time(api):
    later = make.screening(movie=catalog.movie(tmdb_id=19), start_time=clock.now() + timedelta(days=3))
    first = make.screening()
    make.screening(start_time=clock.now() - timedelta(minutes=1))
    make.screening(status="cancelled")

    assert api.get("showings/").json() == [showing_body(first), showing_body(later)]
    assert api.get(f"showings/{later.pk}").json() == showing_body(later)
    assert ids(api.get("showings", movie_id=later.movie_id)) == [later.pk]
    day = later.start_time.astimezone(later.room.cinema.zone).date()
    assert ids(api.get("showings", date=day.isoformat())) == [later.pk]


def test_tickets_left_are_the_capacity_less_holds_and_tickets(api):
    film = catalog.movie(title="Metropolis", description="A city.", poster="posters/a.webp")
    screening = make.screening(seats=6, movie=film)
    first, second, third, *_, last = make.seats_of(screening)
    Seat.objects.filter(pk=last).update(is_active=False)
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[first, second])
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[third])

    assert api.get(f"showings/{screening.pk}/tickets").json() == {
        "showing_id": screening.pk,
        "total_capacity": 5,
        "available_tickets": 2,
        "price": 12.5,
        "movie_title": "Metropolis",
        "movie_id": film.pk,
        "start_time": utc(screening.start_time),
        "end_time": utc(screening.end_time),
        "room_name": screening.room.name,
        "movie_poster": "http://testserver/media/posters/a.webp",
        "movie_overview": "A city.",
    }


def test_seats_of_a_showing_say_what_they_are_and_cost(api):
    screening = make.screening(seats=3, types=["standard", "vip", "wheelchair"])
    seat_ids = make.seats_of(screening)
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seat_ids[1:2])

    shown = api.get(f"showings/{screening.pk}/seats/")

    first = {
        "id": seat_ids[0],
        "room_id": screening.room_id,
        "row_label": "A",
        "seat_number": 1,
        "seat_type": "standard",
        "x": 0,
        "y": 0,
        "row": "A",
        "number": 1,
        "status": "available",
        "isAccessible": False,
        "price": 12.5,
    }
    assert (shown.json()[0], shown["X-Total-Count"]) == (first, "3")
    told = [(seat["number"], seat["status"], seat["isAccessible"], seat["price"]) for seat in shown.json()]
    assert told == [(1, "available", False, 12.5), (2, "reserved", False, 18.75), (3, "available", True, 12.5)]


def test_now_playing_are_the_films_with_a_showing_to_come(api):
    metropolis, faust = catalog.movie(title="Metropolis"), catalog.movie(title="Faust")
    for film in (metropolis, metropolis, faust):
        make.screening(movie=film)
    make.screening(start_time=clock.now() - timedelta(days=1))
    make.screening(status="cancelled")
    catalog.movie()

    playing = api.get("showings/now-playing/")

    assert [film["title"] for film in playing.json()] == ["Faust", "Metropolis"]
    assert playing["X-Total-Count"] == "2"


@pytest.mark.parametrize("number", [0, 7, 10**17])
@pytest.mark.parametrize("path", ["showings/{}", "showings/{}/tickets", "showings/{}/seats"])
def test_unknown_showing_is_not_found(api, path, number):
    refused = api.get(path.format(number))

    assert (refused.status_code, refused.json()["code"]) == (404, "screening_not_found")


@pytest.mark.parametrize("query", [{"date": "tomorrow"}, {"movie_id": "x"}, {"limit": "501"}])
def test_wrong_question_is_refused(api, query):
    assert api.get("showings", **query).status_code == 400


@pytest.mark.parametrize("path", ["showings", "showings/now-playing", "showings/{}/seats"])
def test_list_takes_as_many_queries_for_three_as_for_one(api, path, django_assert_max_num_queries):
    screening = make.screening(movie=catalog.movie(cast=("Helm",)))
    path = path.format(screening.pk)
    api.get(path)
    with django_assert_max_num_queries(20) as taken:
        api.get(path)
    before = len(taken)  # the next request forgets them

    for _ in range(2):
        make.screening(movie=catalog.movie(cast=("Abel",)))
        Seat.objects.create(room=screening.room, row_label=f"B{_}", seat_number=1)
    api.get(path)
    with django_assert_max_num_queries(before):
        assert api.get(path).status_code == 200
