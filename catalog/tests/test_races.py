"""Many people who plan, review or mark the same at once, with connections of their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, transaction

from accounts.tests import make as people
from catalog.models import Cinema, Favourite, Reaction, Review, Room, Screening, Seat
from catalog.selectors import reviews as selectors
from catalog.services import archiving, casts, cinemas, favourites, reviews, screenings
from catalog.services.plans import block
from catalog.tests import make
from cinema_project.common import clock
from cinema_project.common.database import query
from cinema_project.common.errors import DomainError, NotFound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
truly_parallel = pytest.mark.postgresql  # on SQLite, whoever writes is alone

PEOPLE = 8


def all_at_once(act):
    """Return what each got: the class of the refusal, or ``None``."""
    start = Barrier(PEOPLE)

    def one(number):
        try:
            start.wait(timeout=20)
            act(number)
        except DomainError as refused:
            return type(refused)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(PEOPLE) as pool:
        return sorted(pool.map(one, range(PEOPLE)), key=str)


def test_one_of_many_overlapping_screenings_is_put_on():
    room, film = make.room(), make.movie()
    start = clock.now() + timedelta(days=3)

    def put_on(number):
        begins = start + timedelta(minutes=number)
        screenings.create_screening(movie_id=film.pk, room_id=room.pk, start_time=begins, price=Decimal(9))

    assert all_at_once(put_on) == [screenings.RoomOverlap] * (PEOPLE - 1) + [None]
    assert Screening.objects.count() == 1


def test_one_of_many_makes_the_same_seats():
    room = make.room(seats=(0, 0))

    def add_seats(number):
        cinemas.create_seats(room_id=room.pk, seats=block(5, 10))

    assert all_at_once(add_seats) == [cinemas.SeatsExist] * (PEOPLE - 1) + [None]
    assert (Seat.objects.count(), Room.objects.get().layout_version) == (50, 1)


def test_cinemas_of_one_name_each_get_a_slug():
    assert all_at_once(lambda _: cinemas.create_cinema(name="Roxy", city="Berlin", address="1")) == [None] * PEOPLE
    assert Cinema.objects.values("slug").distinct().count() == PEOPLE


def test_of_many_reviews_of_one_person_one_is_kept():
    film, person = make.movie(), people.user()

    def say(number):
        reviews.create_review(user_id=person.pk, movie_id=film.pk, rating=number % 5 + 1)

    assert all_at_once(say) == [reviews.AlreadyReviewed] * (PEOPLE - 1) + [None]
    assert Review.objects.count() == 1


def test_every_reaction_of_many_counts():
    review, persons = make.review(movie=make.movie()), [people.user() for _ in range(PEOPLE)]

    def like_or_not(number):
        kind = "like" if number % 2 else "dislike"
        reviews.react(user_id=persons[number].pk, review_id=review.pk, kind=kind)

    assert all_at_once(like_or_not) == [None] * PEOPLE
    [counted] = selectors.reviews()
    assert (counted.likes, counted.dislikes) == (PEOPLE // 2, PEOPLE // 2)


def test_one_person_who_likes_many_times_at_once_takes_it_back_as_often():
    review, person = make.review(movie=make.movie()), people.user()

    assert all_at_once(lambda _: reviews.react(user_id=person.pk, review_id=review.pk, kind="like")) == [None] * PEOPLE
    assert not Reaction.objects.exists()


def test_of_many_marks_one_is_kept():
    film, person = make.movie(), people.user()

    def mark(_):
        favourites.add_favourite_movie(user_id=person.pk, movie_id=film.pk)

    assert all_at_once(mark) == [favourites.AlreadyFavourite] * (PEOPLE - 1) + [None]
    assert Favourite.objects.count() == 1


def refusal_after(remove, act):
    """Let somebody act who has to wait until the removal is committed; return the code of their refusal."""

    def come_late():
        try:
            act()
        except NotFound as refused:
            return refused.code
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            remove()
            outcome = pool.submit(come_late)
            while not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
                assert not outcome.done()
        return outcome.result()


@truly_parallel
@pytest.mark.parametrize("thing", ["movie", "room", "cinema"])
def test_what_is_just_being_removed_gets_no_screening(thing):
    room, film = make.room(), make.movie()
    start = clock.now() + timedelta(days=3)
    remove = {
        "movie": lambda: archiving.remove_movie(movie_id=film.pk),
        "room": lambda: archiving.remove_room(room_id=room.pk),
        "cinema": lambda: archiving.remove_cinema(cinema_id=room.cinema_id),
    }[thing]

    def put_on():
        screenings.create_screening(movie_id=film.pk, room_id=room.pk, start_time=start, price=Decimal(9))

    assert refusal_after(remove, put_on) == f"{'movie' if thing == 'movie' else 'room'}_not_found"
    assert not Screening.objects.exists()


@truly_parallel
@pytest.mark.parametrize("late", ["review", "mark", "part"])
def test_film_that_is_just_being_erased_cannot_be_named_any_more(late):
    film, person = make.movie(), people.user()
    helm = {"actor_name": "Helm", "character_name": "Maria", "role": "actor"}
    act = {
        "review": lambda: reviews.create_review(user_id=person.pk, movie_id=film.pk, rating=3),
        "mark": lambda: favourites.add_favourite_movie(user_id=person.pk, movie_id=film.pk),
        "part": lambda: casts.create_cast_member(movie_id=film.pk, **helm),
    }[late]

    assert refusal_after(lambda: archiving.remove_movie(movie_id=film.pk), act) == "movie_not_found"


@truly_parallel
def test_cinema_that_is_just_being_erased_gets_no_room():
    cinema = make.cinema()

    def add_room():
        cinemas.create_room(cinema_id=cinema.pk, name="late")

    assert refusal_after(lambda: archiving.remove_cinema(cinema_id=cinema.pk), add_room) == "cinema_not_found"
