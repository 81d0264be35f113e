"""Reviews over HTTP."""

import pytest

from accounts.models import User
from booking.models import SeatClaim, Ticket
from booking.services.tickets import book_seats
from booking.tests import make as sales
from catalog.models import Reaction, Review
from catalog.tests import make
from catalog.tests.api import Api, utc
from cinema_project.common import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def film():
    return make.movie()


@pytest.fixture
def api():
    return Api().as_(full_name="Ann Example", profile_picture_url="https://people.test/ann.webp")


def body(review, **fields):
    return {
        "id": review.pk,
        "user_id": review.user_id,
        "movie_id": review.movie_id,
        "rating": review.rating,
        "title": review.title,
        "comment": review.comment,
        "reviewerName": "Ann E.",
        "reviewerAvatar": "https://people.test/ann.webp",
        "likes": 0,
        "dislikes": 0,
        "verified": False,
        "created_at": utc(review.created_at),
        "updated_at": utc(review.updated_at),
    } | fields


def problem(response):
    return response.status_code, response.json()["detail"]


def test_review_is_made_and_read(api, film):
    made = api.post(f"movies/{film.pk}/reviews", {"rating": 5, "title": "Yes", "comment": "Again!", "user_id": 99})

    review = Review.objects.get()
    assert (made.status_code, made.json()) == (201, body(review, rating=5, title="Yes", comment="Again!"))
    for address in (f"movies/reviews/{review.pk}", f"movies/reviews/{review.pk}/"):
        assert Api().get(address).json() == body(review)
    assert Api().get(f"movies/{film.pk}/reviews/").json() == {
        "reviews": [body(review)],
        "total": 1,
        "page": 1,
        "page_size": 10,
        "has_more": False,
    }


def test_second_review_is_refused(api, film):
    api.post(f"movies/{film.pk}/reviews/", {"rating": 5})

    assert problem(api.post(f"movies/{film.pk}/reviews", {"rating": 4})) == (
        400,
        "You have already reviewed this movie. Use PUT to update your review.",
    )


def test_the_same_key_reviews_once(api, film):
    first, second = (
        api.post(f"movies/{film.pk}/reviews", {"rating": 5}, **{"Idempotency-Key": "k1"}) for _ in range(2)
    )

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("rating", {}),
        ("rating", {"rating": 0}),
        ("rating", {"rating": 6}),
        ("rating", {"rating": "x"}),
        ("title", {"rating": 3, "title": "x" * 256}),
        ("title", {"rating": 3, "title": "\0"}),
        ("comment", {"rating": 3, "comment": "x" * 2001}),
    ],
)
def test_wrong_review_is_pointed_at(api, film, field, wrong):
    answer = api.post(f"movies/{film.pk}/reviews", wrong)

    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == {f"/{field}"}
    assert not Review.objects.exists()


def test_reviews_come_page_by_page(film):
    reviews = [make.review(movie=film, rating=rating) for rating in (1, 5, 3)]
    listed = f"movies/{film.pk}/reviews"

    first = Api().get(listed, page_size=2, sort_by="rating", order="asc")
    second = Api().get(listed, page_size=2, sort_by="rating", order="asc", page=2)

    assert [review["id"] for review in first.json()["reviews"]] == [reviews[0].pk, reviews[2].pk]
    assert [review["id"] for review in second.json().pop("reviews")] == [reviews[1].pk]
    assert (first.json()["has_more"], second.json()["has_more"]) == (True, False)
    assert (second.json()["total"], second.json()["page"], second.json()["page_size"]) == (3, 2, 2)
    assert (first["X-Total-Count"], second["X-Total-Count"]) == ("3", "3")
    address = f"http://testserver/api/v1/{listed}?order=asc&page={{}}&page_size=2&sort_by=rating"
    assert first["Link"] == f'<{address.format(2)}>; rel="next"'
    assert second["Link"] == f'<{address.format(1)}>; rel="prev"'
    assert Api().get(listed, page=9).json()["reviews"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "x"),
        ("page", "9" * 30),
        ("page_size", "0"),
        ("page_size", "101"),
        ("sort_by", "title"),
        ("order", "up"),
    ],
)
def test_wrong_question_is_pointed_at(film, name, value):
    answer = Api().get(f"movies/{film.pk}/reviews", **{name: value})

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]


def test_summary_of_a_film(film):
    for rating in (5, 4, 4):
        make.review(movie=film, rating=rating)

    for address in (f"movies/{film.pk}/reviews/summary", f"movies/{film.pk}/reviews/summary/"):
        assert Api().get(address).json() == {
            "movie_id": film.pk,
            "total_reviews": 3,
            "average_rating": 4.33,
            "rating_breakdown": {"1": 0, "2": 0, "3": 0, "4": 2, "5": 1},
        }


def test_film_that_does_not_exist_has_no_reviews(api):
    gone = make.movie(archived_at=clock.now()).pk

    answers = [api.get(f"movies/{gone}/reviews"), api.get(f"movies/{gone}/reviews/summary")]
    answers.append(api.post(f"movies/{gone}/reviews", {"rating": 3}))

    assert {problem(answer) for answer in answers} == {(404, f"Movie with id {gone} not found")}


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("put", ""), ("delete", ""), ("post", "/react")])
def test_review_that_does_not_exist(api, method, path):
    answer = api.send(method, f"movies/reviews/99999{path}", {"reaction_type": "like"})

    assert problem(answer) == (404, "Review with id 99999 not found")


def test_author_changes_a_part_and_takes_it_back(api, film):
    review = api.post(f"movies/{film.pk}/reviews", {"rating": 5, "title": "Yes"}).json()
    address = f"movies/reviews/{review['id']}"

    changed = api.send("put", f"{address}/", {"rating": 2, "likes": 99})
    removed = api.send("delete", address, {})

    updated = {"rating": 2, "updated_at": changed.json()["updated_at"]}
    assert (changed.status_code, changed.json()) == (200, review | updated)
    assert updated["updated_at"] > review["updated_at"]
    assert (removed.status_code, removed.content) == (204, b"")
    assert api.post(f"movies/{film.pk}/reviews", {"rating": 4}).status_code == 201


def test_reviews_of_others_are_theirs_but_staff_may_delete(film):
    review = make.review(movie=film)
    address = f"movies/reviews/{review.pk}"

    for person in (Api().as_(), Api().as_("programmer"), Api().as_("auditor")):
        for method in ("put", "delete"):
            assert problem(person.send(method, address, {})) == (403, "You can only change your own reviews.")
    assert Api().as_("manager").send("put", address, {"rating": 1}).status_code == 403
    assert Review.objects.values_list("rating", flat=True).get() == 4
    assert Api().as_("manager").send("delete", address, {}).status_code == 204
    assert not Review.objects.exists()


def test_nobody_only_reads(film):
    review = make.review(movie=film)
    nobody = Api()

    answers = [nobody.post(f"movies/{film.pk}/reviews", {"rating": 3})]
    answers += [nobody.send(method, f"movies/reviews/{review.pk}", {}) for method in ("put", "delete")]
    answers.append(nobody.post(f"movies/reviews/{review.pk}/react", {"reaction_type": "like"}))

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401]


def test_reaction_comes_turns_and_goes(api, film):
    review = make.review(movie=film)
    address = f"movies/reviews/{review.pk}/react"

    told = [api.post(address, {"reaction_type": kind}).json() for kind in ("like", "dislike")]
    told.append(api.post(f"{address}/", {"reaction_type": "dislike"}).json())

    assert [one["user_reaction"] for one in told] == ["like", "dislike", None]
    assert [(one["review"]["likes"], one["review"]["dislikes"]) for one in told] == [(1, 0), (0, 1), (0, 0)]
    assert [one["message"] for one in told] == [
        "You like this review.",
        "You dislike this review.",
        "Your reaction is removed.",
    ]
    assert told[2]["review"] == Api().get(f"movies/reviews/{review.pk}").json()


def test_repeated_reaction_with_its_key_is_not_taken_back(api, film):
    address = f"movies/reviews/{make.review(movie=film).pk}/react"

    first, second = (api.post(address, {"reaction_type": "like"}, **{"Idempotency-Key": "k1"}) for _ in range(2))

    assert (first.status_code, first.json()) == (200, second.json())
    assert Reaction.objects.count() == 1


@pytest.mark.parametrize("wrong", [{}, {"reaction_type": "shrug"}, {"reaction_type": None}])
def test_unknown_reaction_is_refused(api, film, wrong):
    answer = api.post(f"movies/reviews/{make.review(movie=film).pk}/react", wrong)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/reaction_type"]


def test_used_ticket_for_the_film_verifies_a_review():
    seen, other = sales.screening(), sales.screening()
    reviews = [make.review(movie=seen.movie), make.review(movie=seen.movie), make.review(movie=other.movie)]
    book_seats(
        buyer=reviews[0].user, screening_id=seen.pk, seat_ids=sales.seats_of(seen)[:2], payment_id="by the first"
    )
    book_seats(
        buyer=reviews[2].user, screening_id=seen.pk, seat_ids=sales.seats_of(seen)[2:3], payment_id="by the third"
    )

    def verified():
        told = {review.pk: Api().get(f"movies/reviews/{review.pk}").json()["verified"] for review in reviews}
        listed = Api().get(f"movies/{seen.movie_id}/reviews").json()["reviews"]
        listed += Api().get(f"movies/{other.movie_id}/reviews").json()["reviews"]
        assert {review["id"]: review["verified"] for review in listed} == told
        return [told[review.pk] for review in reviews]

    assert verified() == [False, False, False]
    SeatClaim.objects.filter(pk__in=Ticket.objects.values("pk")).update(state="used")
    assert verified() == [True, False, False]


def test_reviewer_without_a_name_and_one_who_left(film):
    nameless, gone = make.review(movie=film), make.review(movie=film)
    User.objects.filter(pk=nameless.user_id).update(full_name="")
    User.objects.filter(pk=gone.user_id).update(full_name="", closed_at=clock.now(), is_active=False)

    reviews = Api().get(f"movies/{film.pk}/reviews").json()["reviews"]

    assert [(review["reviewerName"], review["reviewerAvatar"]) for review in reviews] == [
        ("Former guest", None),
        ("Guest", None),
    ]


def test_list_takes_as_many_queries_for_three_as_for_one(film, django_assert_num_queries):
    for number in (1, 3):
        while Review.objects.count() < number:
            review = make.review(movie=film)
            Reaction.objects.create(user=review.user, review=review, kind="like", created_at=clock.now())
        with django_assert_num_queries(3):  # the film, the count, the page
            page = Api().get(f"movies/{film.pk}/reviews").json()
        assert [review["likes"] for review in page["reviews"]] == [1] * number
