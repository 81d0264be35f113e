"""What sells and what may please, over HTTP."""

from datetime import timedelta

import pytest

from booking.models import SeatClaim
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make as sales
from catalog.models import Movie, MovieState
from catalog.services.favourites import add_favourite_movie
from catalog.tests import make
from catalog.tests.api import Api, film_body, ids
from cinema_project.common import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return Api()


def sell(film, seats, *, buyer=None, **fields):
    buyer, screening = buyer or sales.user(), sales.screening(movie=film, **fields)
    chosen = sales.seats_of(screening)[:seats]
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=chosen, payment_id=f"for {screening.pk}")
    return SeatClaim.objects.filter(screening=screening)


def test_trending_counts_the_tickets_of_two_weeks(api):
    few, none, many, newest = (make.movie() for _ in range(4))
    sell(few, 1)
    sell(many, 3)
    long_ago = clock.now() - timedelta(days=14, seconds=1)
    sell(none, 4).update(booked_at=long_ago, confirmed_at=long_ago)
    make.movie(state=MovieState.ENDED)
    make.movie(archived_at=clock.now())

    wanted = [many.pk, few.pk, newest.pk, none.pk]
    assert ids(api.get("movies/trending")) == ids(api.get("movies/trending/")) == wanted
    assert ids(api.get("movies", sort_by="trending")) == wanted
    assert ids(api.get("movies/trending", skip=1, limit=2)) == wanted[1:3]


def test_trending_leaves_cancelled_and_unpaid_tickets_out(api):
    unpaid, sold, cancelled = (make.movie() for _ in range(3))
    buyer = sales.user()
    for ticket in sell(cancelled, 2, buyer=buyer):
        cancel_ticket(ticket_id=ticket.pk, by=buyer)
    for ticket in sell(unpaid, 3):
        sales.unpaid(ticket.pk, until=clock.now() + timedelta(minutes=5))
    sell(sold, 1).update(state="used")

    assert ids(api.get("movies/trending")) == [sold.pk, cancelled.pk, unpaid.pk]


def test_trending_is_of_films_on_show(api):
    shown, coming = make.movie(), make.movie(state=MovieState.COMING_SOON)

    assert ids(api.get("movies/trending")) == [shown.pk]
    assert ids(api.get("movies", sort_by="trending")) == [coming.pk, shown.pk]


def test_unknown_order_is_refused(api):
    assert api.get("movies", sort_by="taste").status_code == 400
    assert api.get("movies", sort_by="created_at").status_code == 200


def test_recommended_is_the_film_and_why(api):
    api.as_()
    liked, alike = make.movie(title="Nosferatu", genre=["Horror"]), make.movie(genre=["horror"], cast=("Helm", "Abel"))
    other = make.movie(genre=["comedy"])
    me = api.get("auth/me").json()["id"]
    add_favourite_movie(user_id=me, movie_id=liked.pk)

    answer = api.get("movies/recommended")

    assert answer.json()[0] == film_body(alike) | {"genre": ["horror"], "genres": ["horror"]} | {
        "reason": "More horror: you marked Nosferatu."
    }
    assert [(film["id"], film["reason"]) for film in answer.json()[1:]] == [(other.pk, "New to you.")]
    assert answer["X-Total-Count"] == "2"
    assert ids(api.get("movies/recommended/", limit=1)) == [alike.pk]


def test_recommended_are_ten_unless_told_otherwise(api):
    api.as_()
    for _ in range(12):
        make.movie()

    assert [len(ids(api.get("movies/recommended", **asked))) for asked in ({}, {"limit": 11}, {"skip": 11})] == [
        10,
        11,
        1,
    ]
    assert api.get("movies/recommended", limit=0).status_code == 400
    assert api.get("movies/recommended", limit=501).status_code == 400


def test_nobody_is_recommended_nothing(api):
    assert api.get("movies/recommended").status_code == 401


@pytest.mark.parametrize(("address", "queries"), [("movies/trending", 4), ("movies/recommended", 7)])
def test_list_takes_as_many_queries_for_three_as_for_one(api, django_assert_num_queries, address, queries):
    api.as_()
    for number in (1, 3):
        while Movie.objects.count() < number:
            sell(make.movie(cast=("Helm",)), 1)
        with django_assert_num_queries(queries):
            assert len(ids(api.get(address))) == number
