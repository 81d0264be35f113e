from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from catalog.models import MovieState, ScreeningStatus
from catalog.selectors import cinemas, movies, screenings
from catalog.tests import make
from cinema_project.common import clock

pytestmark = pytest.mark.django_db


def test_visible_cinemas_leaves_archived_ones_out():
    open_house = make.cinema()
    make.cinema(archived_at=clock.now())

    assert list(cinemas.visible_cinemas()) == [open_house]


def test_room_counts_only_seats_on_sale():
    room = make.room(seats=(1, 3))
    room.seats.filter(seat_number=1).update(is_active=False)

    assert cinemas.room(room.pk).capacity == 2


def test_now_showing_of_a_cinema_needs_a_screening_ahead():
    here = make.room()
    shown, gone, elsewhere = make.movie(), make.movie(), make.movie()
    make.screening(movie=shown, room=here)
    make.screening(movie=gone, room=here, start_time=clock.now() - timedelta(days=1))
    make.screening(movie=elsewhere)
    make.movie(state=MovieState.ENDED)

    assert list(movies.now_showing(here.cinema)) == [shown]
    assert set(movies.now_showing()) == {shown, gone, elsewhere}


def test_coming_soon_lists_the_next_release_first():
    late = make.movie(state=MovieState.COMING_SOON, release_date="2030-02-01")
    undated = make.movie(state=MovieState.COMING_SOON)
    soon = make.movie(state=MovieState.COMING_SOON, release_date="2030-01-01")

    assert list(movies.coming_soon()) == [soon, late, undated]


def test_upcoming_leaves_out_past_cancelled_and_archived():
    ahead = make.screening()
    make.screening(start_time=clock.now() - timedelta(minutes=1))
    make.screening(status=ScreeningStatus.CANCELLED)
    make.screening(movie=make.movie(archived_at=clock.now()))

    assert list(screenings.upcoming()) == [ahead]
    assert list(screenings.upcoming(movie_id=make.movie().pk)) == []


def test_upcoming_of_a_day_uses_each_cinema_s_own_day():
    day = (clock.now() + timedelta(days=30)).date()
    found = []
    for zone in ("Asia/Tokyo", "America/Los_Angeles"):
        room = make.room(cinema=make.cinema(timezone=zone))
        midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(zone))
        make.screening(room=room, start_time=midnight - timedelta(hours=3))
        found.append(make.screening(room=room, start_time=midnight))

    assert list(screenings.upcoming().starting_in(screenings.day_spans(day))) == found


def test_next_showtimes_gives_the_nearest_of_each_film_in_constant_queries(django_assert_max_num_queries):
    room = make.room()
    films = [make.movie(), make.movie(), make.movie()]
    first = [make.screening(movie=films[0], room=room) for _ in range(5)]
    second = [make.screening(movie=films[1], room=room)]

    with django_assert_max_num_queries(2):
        found = screenings.next_showtimes(films, room.cinema, per_movie=3)
        rooms = {one.room.cinema.name for shows in found.values() for one in shows}

    assert found == {films[0].pk: first[:3], films[1].pk: second, films[2].pk: []}
    assert rooms == {room.cinema.name}
