"""R51: what has a history is archived, not erased."""

from datetime import timedelta

import pytest

from catalog.models import CastMember, Cinema, Movie, Room, Screening, Seat
from catalog.selectors import film_search
from catalog.selectors.cinemas import CinemaNotFound, RoomNotFound
from catalog.selectors.movies import MovieNotFound
from catalog.services.archiving import (
    CinemaIsArchived,
    HasScreeningsToCome,
    bring_cinema_back,
    bring_movie_back,
    bring_room_back,
    remove_cinema,
    remove_movie,
    remove_room,
)
from catalog.services.cinemas import RoomNameTaken
from catalog.tests import make
from catalog.tests.api import Api
from cinema_project.common import clock

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def shown(**fields):
    """A screening that is over."""
    return make.screening(start_time=clock.now() - timedelta(days=1), **fields)


def test_film_without_history_is_erased_with_its_cast():
    film = make.movie(cast=("Helm",))

    remove_movie(movie_id=film.pk)

    assert (Movie.objects.count(), CastMember.objects.count()) == (0, 0)
    with pytest.raises(MovieNotFound):
        remove_movie(movie_id=film.pk)


def test_r51_film_that_was_shown_is_archived_once():
    film = shown().movie

    remove_movie(movie_id=film.pk)
    archived_at = Movie.objects.get().archived_at
    remove_movie(movie_id=film.pk)

    assert archived_at is not None
    assert Movie.objects.get().archived_at == archived_at
    assert Screening.objects.get().movie == film


def test_room_without_history_is_erased_with_its_seats():
    room = make.room()

    remove_room(room_id=room.pk)

    assert (Room.objects.count(), Seat.objects.count(), Cinema.objects.count()) == (0, 0, 1)
    with pytest.raises(RoomNotFound):
        remove_room(room_id=room.pk)


def test_r51_room_that_was_used_is_archived():
    room = shown().room

    remove_room(room_id=room.pk)
    remove_room(room_id=room.pk)

    assert Room.objects.get().archived_at is not None
    assert Seat.objects.count() == 10


def test_cinema_without_history_is_erased_with_all_its_rooms():
    cinema = make.cinema()
    for _ in range(2):
        make.room(cinema=cinema)

    remove_cinema(cinema_id=cinema.pk)

    assert (Cinema.objects.count(), Room.objects.count(), Seat.objects.count()) == (0, 0, 0)
    with pytest.raises(CinemaNotFound):
        remove_cinema(cinema_id=cinema.pk)


def test_cinema_with_history_is_archived_with_all_its_rooms():
    cinema = shown().room.cinema
    make.room(cinema=cinema)

    remove_cinema(cinema_id=cinema.pk)
    remove_cinema(cinema_id=cinema.pk)

    assert Cinema.objects.get().archived_at is not None
    assert not Room.objects.filter(archived_at=None).exists()


@pytest.mark.parametrize("thing", ["movie", "room", "cinema"])
def test_nothing_goes_while_screenings_are_to_come(thing):
    ahead = make.screening()
    running = make.screening(room=ahead.room, movie=ahead.movie, start_time=clock.now() - timedelta(minutes=5))
    make.screening(room=ahead.room, movie=ahead.movie, status="cancelled")
    row = {"movie": ahead.movie, "room": ahead.room, "cinema": ahead.room.cinema}[thing]
    service = {"movie": remove_movie, "room": remove_room, "cinema": remove_cinema}[thing]

    with pytest.raises(HasScreeningsToCome, match="has 2 screenings to come: cancel or move them first") as refused:
        service(**{f"{thing}_id": row.pk})

    assert refused.value.extra == {"screening_ids": [running.pk, ahead.pk]}
    row.refresh_from_db()
    assert row.archived_at is None


def test_archived_things_are_in_no_list_and_cannot_be_planned():
    screening = shown()
    film, room, cinema = screening.movie, screening.room, screening.room.cinema
    api = Api().as_("manager")

    answers = [api.send("delete", path, None).status_code for path in (f"movies/{film.pk}", f"rooms/{room.pk}")]

    start = (clock.now() + timedelta(days=2)).isoformat()
    planned = {"movie_id": make.movie().pk, "room_id": room.pk, "screening_time": start, "price": 9}
    assert answers == [204, 204]
    assert film.pk not in [row["id"] for row in api.get("movies").json()]
    assert api.get(f"movies/{film.pk}").status_code == 404
    assert api.get(f"cinemas/{cinema.pk}/rooms").json() == []
    assert api.post("screenings", planned).json()["code"] == "room_not_found"
    assert api.post("screenings", planned | {"movie_id": film.pk}).json()["code"] == "movie_not_found"
    assert api.get(f"screenings/{screening.pk}").json()["movie"]["title"] == film.title


def test_archived_film_comes_back_with_all_it_had():
    film = shown(movie=make.movie(title="Faust", cast=("Jannings",))).movie
    remove_movie(movie_id=film.pk)

    for _ in range(2):
        bring_movie_back(movie_id=film.pk)

    assert [movie.title for movie in film_search.matching("jannings")] == ["Faust"]
    assert Movie.objects.get().archived_at is None


def test_archived_cinema_comes_back_with_the_rooms_it_had_until_then(clock):
    cinema = shown().room.cinema
    closed_before = shown(room=make.room(cinema=cinema)).room
    remove_room(room_id=closed_before.pk)
    clock.travel(1)
    remove_cinema(cinema_id=cinema.pk)

    for _ in range(2):
        bring_cinema_back(cinema_id=cinema.pk)

    assert Cinema.objects.get().archived_at is None
    assert list(Room.objects.exclude(archived_at=None)) == [closed_before]


def test_archived_room_comes_back_unless_its_name_is_taken():
    room = shown().room
    remove_room(room_id=room.pk)
    new = make.room(cinema=room.cinema, name=room.name)

    with pytest.raises(RoomNameTaken, match="rename that one first"):
        bring_room_back(room_id=room.pk)
    Room.objects.filter(pk=new.pk).update(name="Annex")
    for _ in range(2):
        bring_room_back(room_id=room.pk)

    assert not Room.objects.exclude(archived_at=None).exists()


def test_room_of_an_archived_cinema_does_not_come_back_alone():
    room = shown().room
    remove_cinema(cinema_id=room.cinema_id)

    with pytest.raises(CinemaIsArchived, match="bring the cinema back first"):
        bring_room_back(room_id=room.pk)

    assert Room.objects.get().archived_at is not None


@pytest.mark.parametrize(
    ("service", "unknown", "error"),
    [
        (bring_movie_back, "movie_id", MovieNotFound),
        (bring_room_back, "room_id", RoomNotFound),
        (bring_cinema_back, "cinema_id", CinemaNotFound),
    ],
)
def test_what_was_erased_does_not_come_back(service, unknown, error):
    with pytest.raises(error):
        service(**{unknown: 1})


def test_room_may_take_the_name_of_an_archived_one():
    room = shown().room
    remove_room(room_id=room.pk)
    api = Api().as_("programmer")

    made = api.post(f"cinemas/{room.cinema_id}/rooms", {"name": room.name})

    assert (made.status_code, made.json()["name"]) == (201, room.name)
    assert api.post(f"cinemas/{room.cinema_id}/rooms", {"name": room.name}).status_code == 409
