"""Reviews, reactions and favourites below the API: on both databases."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.selectors import short_name
from accounts.services.closing import erase_person
from accounts.tests import make as people
from catalog.models import Favourite, Reaction, Review
from catalog.selectors import favourites, personal
from catalog.selectors.movies import MovieNotFound
from catalog.selectors.reviews import ReviewNotFound, Summary, found_review, reviews, reviews_of, summary
from catalog.services import favourites as marking
from catalog.services.reviews import (
    AlreadyReviewed,
    NotYourReview,
    create_review,
    delete_review,
    forget_opinions,
    react,
    update_review,
)
from catalog.tests import make
from cinema_project.common import clock as clocks
from cinema_project.common.errors import Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def ann():
    return people.user(full_name="Ann Example")


@pytest.fixture
def film():
    return make.movie()


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Review, Reaction, Favourite)]


def test_review_is_kept_as_said(ann, film, clock):
    now = clocks.now() + timedelta(days=1)
    clock.at(now)

    review = create_review(user_id=ann.pk, movie_id=film.pk, rating=5, title="Yes", comment="Again!")

    assert Review.objects.values().get() == {
        "id": review.pk,
        "user_id": ann.pk,
        "movie_id": film.pk,
        "rating": 5,
        "title": "Yes",
        "comment": "Again!",
        "created_at": now,
        "updated_at": now,
    }


def test_second_review_of_a_film_is_refused(ann, film):
    create_review(user_id=ann.pk, movie_id=film.pk, rating=5)
    before = everything()

    with pytest.raises(AlreadyReviewed) as refused:
        create_review(user_id=ann.pk, movie_id=film.pk, rating=1)

    assert refused.value.detail == "You have already reviewed this movie. Use PUT to update your review."
    assert everything() == before
    assert create_review(user_id=people.user().pk, movie_id=film.pk, rating=1).rating == 1


@pytest.mark.parametrize("wrong", [{"rating": 0}, {"rating": 6}, {"title": "x" * 256}, {"comment": "x" * 2001}])
def test_wrong_value_is_refused_when_made_and_when_changed(ann, film, wrong):
    review = make.review(user=ann, movie=film)

    with pytest.raises(Invalid):
        update_review(review_id=review.pk, user_id=ann.pk, **wrong)
    with pytest.raises(Invalid):
        create_review(user_id=people.user().pk, movie_id=film.pk, **{"rating": 3} | wrong)

    assert list(Review.objects.values_list("pk", "rating", "title")) == [(review.pk, 4, None)]


def test_film_that_is_gone_takes_no_reviews(ann):
    gone = make.movie(archived_at=clocks.now())

    with pytest.raises(MovieNotFound):
        create_review(user_id=ann.pk, movie_id=gone.pk, rating=3)


def test_change_touches_what_is_given(ann, film, clock):
    review = make.review(user=ann, movie=film, title="Yes")
    clock.at(review.created_at + timedelta(hours=1))

    changed = update_review(review_id=review.pk, user_id=ann.pk, rating=2)
    unchanged = update_review(review_id=review.pk, user_id=ann.pk)

    assert (changed.rating, changed.title, changed.created_at) == (2, "Yes", review.created_at)
    assert changed.updated_at == unchanged.updated_at == review.created_at + timedelta(hours=1)


def test_review_of_another_is_theirs(ann, film):
    review = make.review(movie=film)
    before = everything()

    with pytest.raises(NotYourReview):
        update_review(review_id=review.pk, user_id=ann.pk, rating=1)
    with pytest.raises(NotYourReview):
        delete_review(review_id=review.pk, author_id=ann.pk)
    assert everything() == before

    delete_review(review_id=review.pk, author_id=None)
    with pytest.raises(ReviewNotFound):
        delete_review(review_id=review.pk, author_id=None)


def test_reaction_comes_turns_and_goes(ann, film):
    review = make.review(movie=film)
    react(user_id=people.user().pk, review_id=review.pk, kind="like")

    said, counts = [], []
    for kind in ("like", "dislike", "dislike"):
        said.append(react(user_id=ann.pk, review_id=review.pk, kind=kind))
        now = found_review(review.pk, reviews())
        counts.append((now.likes, now.dislikes))

    assert said == ["like", "dislike", None]
    assert counts == [(2, 0), (1, 1), (1, 0)]


def test_database_keeps_one_of_each(ann, film):
    review = make.review(user=ann, movie=film)
    cinema, now = make.cinema(), clocks.now()
    Reaction.objects.create(user=ann, review=review, kind="like", created_at=now)
    Favourite.objects.create(user=ann, cinema=cinema, created_at=now)
    Favourite.objects.create(user=ann, movie=film, created_at=now)
    wrong = [
        lambda: make.review(user=ann, movie=film),
        lambda: make.review(movie=film, rating=6),
        lambda: make.review(movie=film, rating=0),
        lambda: Reaction.objects.create(user=ann, review=review, kind="dislike", created_at=now),
        lambda: Reaction.objects.create(user=people.user(), review=review, kind="shrug", created_at=now),
        lambda: Favourite.objects.create(user=ann, cinema=cinema, created_at=now),
        lambda: Favourite.objects.create(user=ann, movie=film, created_at=now),
        lambda: Favourite.objects.create(user=ann, created_at=now),
        lambda: Favourite.objects.create(user=ann, cinema=make.cinema(), movie=make.movie(), created_at=now),
    ]
    before = everything()

    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()

    assert everything() == before


def test_reviews_come_in_the_order_asked_for(film):
    first, second, third = (make.review(movie=film, rating=rating) for rating in (3, 5, 3))
    make.review(movie=make.movie())
    react(user_id=people.user().pk, review_id=first.pk, kind="like")
    react(user_id=people.user().pk, review_id=second.pk, kind="dislike")

    def order(sort_by, descending):
        return list(reviews_of(film.pk, sort_by=sort_by, descending=descending))

    assert order("created_at", True) == [third, second, first]
    assert order("created_at", False) == [first, second, third]
    assert order("rating", True) == [second, third, first]
    assert order("rating", False) == [third, first, second]
    assert order("likes", True) == [first, third, second]


def test_reviews_of_one_moment_come_as_they_were_written(film):
    now = clocks.now()
    first, second = (make.review(movie=film, created_at=now) for _ in range(2))

    assert list(reviews_of(film.pk)) == [second, first]
    assert list(reviews_of(film.pk, descending=False)) == [first, second]


def test_summary_counts_and_averages(film):
    for rating in (5, 5, 4):
        make.review(movie=film, rating=rating)
    make.review(movie=make.movie(), rating=1)

    assert summary(film.pk) == Summary(film.pk, 3, Decimal("4.67"), {"1": 0, "2": 0, "3": 0, "4": 1, "5": 2})


def test_summary_of_an_unrated_film_is_zero(film):
    assert summary(film.pk) == Summary(film.pk, 0, Decimal(0), {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0})


def test_marked_things_come_latest_first_and_only_one_s_own(ann):
    houses, films = [make.cinema(), make.cinema()], [make.movie(), make.movie()]
    gone = make.movie(archived_at=clocks.now())
    Favourite.objects.create(user=ann, movie=gone, created_at=clocks.now())
    bob = people.user()
    for house, film in zip(houses, films, strict=True):
        marking.add_favourite_cinema(user_id=ann.pk, cinema_id=house.pk)
        marking.add_favourite_movie(user_id=ann.pk, movie_id=film.pk)
    marking.add_favourite_movie(user_id=bob.pk, movie_id=films[0].pk)

    assert list(favourites.favourite_cinemas(ann.pk)) == houses[::-1]
    assert list(favourites.favourite_movies(ann.pk)) == films[::-1]
    assert list(favourites.favourite_movies(bob.pk)) == [films[0]]
    assert favourites.is_favourite_movie(user_id=bob.pk, movie_id=films[0].pk)
    assert not favourites.is_favourite_movie(user_id=bob.pk, movie_id=films[1].pk)
    assert favourites.is_favourite_cinema(user_id=ann.pk, cinema_id=houses[0].pk)
    assert not favourites.is_favourite_cinema(user_id=bob.pk, cinema_id=houses[0].pk)


def test_marking_twice_and_unmarking_twice_is_refused(ann, film):
    marking.add_favourite_movie(user_id=ann.pk, movie_id=film.pk)

    with pytest.raises(marking.AlreadyFavourite, match=r"^Movie already in favorites$"):
        marking.add_favourite_movie(user_id=ann.pk, movie_id=film.pk)
    marking.remove_favourite_movie(user_id=ann.pk, movie_id=film.pk)
    with pytest.raises(marking.NotFavourite, match=r"^Movie not in favorites$"):
        marking.remove_favourite_movie(user_id=ann.pk, movie_id=film.pk)

    assert not Favourite.objects.exists()


def test_opinions_are_told_and_forgotten_but_for_reviews(ann, film):
    other = make.review(movie=film, rating=1)
    review = make.review(user=ann, movie=film, title="Yes")
    react(user_id=ann.pk, review_id=other.pk, kind="like")
    react(user_id=other.user_id, review_id=review.pk, kind="like")
    house = make.cinema()
    marked = [marking.add_favourite_movie(user_id=ann.pk, movie_id=film.pk)]
    marked.append(marking.add_favourite_cinema(user_id=ann.pk, cinema_id=house.pk))

    told = {
        "reviews": [
            {
                "rating": 4,
                "title": "Yes",
                "comment": None,
                "created_at": review.created_at,
                "updated_at": review.updated_at,
                "film": film.title,
            }
        ],
        "reactions": [
            {
                "kind": "like",
                "created_at": Reaction.objects.get(user=ann).created_at,
                "review_id": other.pk,
                "film": film.title,
            }
        ],
        "favourites": [
            {"created_at": marked[0].created_at, "film": film.title, "cinema": None},
            {"created_at": marked[1].created_at, "film": None, "cinema": house.name},
        ],
    }
    assert personal.opinions_of(ann.pk) == told

    forget_opinions(user_id=ann.pk)

    assert personal.opinions_of(ann.pk) == told | {"reactions": [], "favourites": []}
    assert found_review(review.pk, reviews()).likes == 1


def test_who_left_goes_unnamed(ann):
    assert short_name(ann) == "Ann E."

    erase_person(user=ann)
    ann.refresh_from_db()

    assert short_name(ann) == "Former guest"
