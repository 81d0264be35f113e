"""What is remembered of films and rooms: it is never older than the database."""

import orjson
import pytest
from django.test import Client

from catalog.api.serializers import memory
from catalog.api.serializers.cinemas import RoomInCinemaOutput
from catalog.api.serializers.movies import MovieOutput
from catalog.models import CastMember, Movie
from catalog.services.casts import delete_cast_member
from catalog.services.cinemas import create_seats, update_cinema
from catalog.services.corrections import change_room
from catalog.services.movies import update_movie
from catalog.services.plans import SeatSpec
from catalog.tests import make
from cinema_project.common.database import query
from cinema_project.common.renderers import JSONRenderer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
KINDS = (MovieOutput, RoomInCinemaOutput)


@pytest.fixture(autouse=True)
def _nothing_is_known(monkeypatch):
    for kind in KINDS:
        monkeypatch.setattr(kind, "memory", memory.Memory(kind.memory.versions))


def shown(json):
    return orjson.loads(JSONRenderer().render(json))


def film(movie_id):
    return shown(MovieOutput().json_by_id([movie_id])[movie_id])


def room(room_id):
    return shown(RoomInCinemaOutput().json_by_id([room_id])[room_id])


FILM_CHANGES = {
    "the service": lambda film: update_movie(movie_id=film.pk, title="Other"),
    "one statement": lambda film: query("UPDATE catalog_movie SET title = 'Other' WHERE id = %s", [film.pk]),
    "one more in the cast": lambda film: CastMember.objects.create(movie=film, actor_name="Froehlich", order=9),
    "another name in the cast": lambda film: film.cast_members.update(actor_name="Other"),
    "another order of the cast": lambda film: film.cast_members.filter(actor_name="Helm").update(order=9),
    "one fewer in the cast": lambda film: delete_cast_member(cast_id=film.cast_members.get(actor_name="Helm").pk),
    "one who goes to another film": lambda film: film.cast_members.filter(actor_name="Helm").update(movie=make.movie()),
    "one who comes from another film": lambda film: make.movie(cast=("Froehlich",)).cast_members.update(movie=film),
    "a poster": lambda film: Movie.objects.filter(pk=film.pk).update(poster="posters/other.webp"),
}


@pytest.mark.parametrize("change", FILM_CHANGES)
def test_a_changed_film_is_shown_as_it_is_now(change):
    movie = make.movie(cast=("Helm", "Abel"))
    before = film(movie.pk)

    FILM_CHANGES[change](movie)

    assert film(movie.pk) != before
    assert film(movie.pk) == MovieOutput().json_of(Movie.objects.get(pk=movie.pk))


ROOM_CHANGES = {
    "its name": lambda room: change_room(room_id=room.pk, name="Other"),
    "its seats": lambda room: create_seats(room_id=room.pk, seats=[SeatSpec("Z", 1, "vip")]),
    "its cinema": lambda room: update_cinema(cinema_id=room.cinema_id, name="Other"),
}


@pytest.mark.parametrize("change", ROOM_CHANGES)
def test_a_changed_room_is_shown_as_it_is_now(change):
    there = make.room()
    before = room(there.pk)

    ROOM_CHANGES[change](there)

    assert room(there.pk) != before
    assert room(there.pk) == RoomInCinemaOutput().json_of(RoomInCinemaOutput.rows().get())


def test_what_is_changed_back_is_shown_as_it_was():
    movie = make.movie(title="Faust")
    for title in ("Nosferatu", "Faust", "Nosferatu"):
        Movie.objects.update(title=title)
        assert film(movie.pk)["title"] == title


@pytest.mark.postgresql
def test_an_unchanged_film_is_not_read_again(django_assert_num_queries):
    movie = make.movie(cast=("Helm",))
    first = MovieOutput().json_by_id([movie.pk])

    with django_assert_num_queries(0):  # but for its version, which is asked for past the ORM
        assert MovieOutput().json_by_id([movie.pk])[movie.pk] is first[movie.pk]


def test_addresses_are_those_of_the_site_that_was_asked(settings):
    settings.ALLOWED_HOSTS = ["one.test", "two.test"]
    make.movie(poster="posters/faust.webp")

    for host in ("one.test", "two.test", "one.test"):
        [shown] = Client(headers={"host": host}).get("/api/v1/movies").json()
        assert shown["poster_path"] == f"http://{host}/media/posters/faust.webp"


@pytest.mark.postgresql
def test_a_change_in_the_midst_of_reading_is_seen_by_the_next_who_asks():
    movie, known = make.movie(title="Faust"), MovieOutput.memory

    def overtaken(ids):
        Movie.objects.update(title="Nosferatu")
        made = {movie.pk: Movie.objects.get().title}
        Movie.objects.update(title="Metropolis")
        return made

    def looked(read):
        return shown(known.look([movie.pk], "", read)[movie.pk])

    assert looked(overtaken) == "Nosferatu"
    assert looked(lambda ids: {movie.pk: Movie.objects.get().title}) == "Metropolis"


@pytest.mark.postgresql
def test_no_more_is_remembered_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(memory, "MOST", 2)
    known = MovieOutput.memory

    for _ in range(5):
        film(make.movie().pk)

    assert len(known._known) <= 2


def test_a_film_that_is_not_there_is_not_shown():
    assert MovieOutput().json_by_id([2**40]) == {}


def test_a_kind_of_its_own_does_not_take_what_another_knows():
    class Shouting(MovieOutput):
        def get_status(self, movie):
            return "RELEASED!"

    movie = make.movie()
    film(movie.pk)

    assert Shouting().json_by_id([movie.pk])[movie.pk]["status"] == "RELEASED!"


def test_what_is_written_down_can_stand_beside_what_only_the_slow_way_can_write():
    movie = make.movie(title="Faust")
    remembered = MovieOutput().json_by_id([movie.pk])[movie.pk]

    assert shown([remembered, 2**70]) == [film(movie.pk), pytest.approx(2**70)]
