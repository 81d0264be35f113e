"""Leaving, and taking one's data along: what concerns a person in every app."""

import pytest

from accounts.models import ApiKey, Search, TokenFamily, User
from accounts.services.admins import LastAdmin
from accounts.services.searches import remember_search
from accounts.tests import make as people
from accounts.tests.test_api import is_problem, post
from accounts.tokens import issue_tokens
from booking.claims import BuyerGone
from booking.models import SeatClaim
from booking.selectors.invariants import violations
from booking.services.farewell import close_account
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from catalog.models import Favourite
from catalog.services.favourites import add_favourite_movie
from catalog.services.reviews import create_review
from cinema_project.common import clock as clocks

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ME = "/api/v1/users/me"


@pytest.fixture
def ann():
    return people.user(email="ann@cinema.test", full_name="Ann Example")


def states(person):
    return list(SeatClaim.objects.filter(user=person).order_by("pk").values_list("state", flat=True))


def test_r52_closing_gives_seats_back_and_erases_the_person(client, ann):
    coming, past = make.screening(), make.screening()
    book_seats(buyer=ann, screening_id=coming.pk, seat_ids=make.seats_of(coming)[:2], payment_id="paid")
    hold_seats(buyer=ann, screening_id=past.pk, seat_ids=make.seats_of(past)[:1])
    remember_search(user_id=ann.pk, query="metropolis")
    add_favourite_movie(user_id=ann.pk, movie_id=coming.movie_id)
    review = create_review(user_id=ann.pk, movie_id=coming.movie_id, rating=5)
    headers = people.bearer(ann)

    answer = client.delete(ME, headers=headers)

    assert (answer.status_code, answer.content) == (204, b"")
    assert states(ann) == ["cancelled", "cancelled", "released"]
    assert list(SeatClaim.objects.exclude(refund=None).values_list("refund__status", flat=True)) == ["due", "due"]
    left = User.objects.get(pk=ann.pk)
    assert (left.email, left.full_name, left.is_active) == (f"closed-{ann.uuid.hex}@closed.invalid", "", False)
    assert (left.has_usable_password(), left.closed_at is not None) == (False, True)
    assert not Search.objects.exists()
    assert not Favourite.objects.exists()
    assert client.get(f"/api/v1/movies/reviews/{review.pk}").json()["reviewerName"] == "Former guest"
    assert not TokenFamily.objects.filter(revoked_at=None).exists()
    assert client.get("/api/v1/auth/me", headers=headers).status_code == 401
    assert violations() == []


def test_closing_wants_a_fresh_sign_in(client, ann):
    headers = people.bearer(ann)
    ann.token_families.update(created_at="2026-01-01T00:00Z")

    assert is_problem(
        client.delete(ME, headers=headers), 403, "This takes a sign-in of the last hour. Please sign in again."
    )
    assert User.objects.get().closed_at is None


@pytest.mark.parametrize("act", [hold_seats, book_seats])
def test_r52_who_left_buys_nothing_more(ann, act):
    film, stale = make.screening(), User.objects.get(pk=ann.pk)
    close_account(user=ann)

    with pytest.raises(BuyerGone):
        act(buyer=stale, screening_id=film.pk, seat_ids=make.seats_of(film)[:1])

    assert states(ann) == []


def test_r52_what_was_seen_stays_for_accounting(ann, clock):
    film = make.screening()
    book_seats(buyer=ann, screening_id=film.pk, seat_ids=make.seats_of(film)[:1], payment_id="paid")
    clock.at(make.start_of(film))

    close_account(user=ann)

    assert states(ann) == ["confirmed"]


def test_the_address_is_free_again(client, ann):
    close_account(user=ann)

    body = {"email": "ann@cinema.test", "password": people.PASSWORD, "full_name": "Another Ann"}
    assert post(client, "register", body).status_code == 201


def test_r52_closing_twice_is_as_good_as_once(ann):
    close_account(user=ann)
    first = User.objects.values().get(pk=ann.pk)

    close_account(user=ann)

    assert User.objects.values().get(pk=ann.pk) == first


def test_keys_and_groups_end_with_their_owner(ann):
    manager = people.user(groups=("manager",), is_staff=True)
    ApiKey.objects.create(
        name="mine", prefix="ck_abcdefgh", digest="0" * 64, scopes=[], created_by=manager, created_at=clocks.now()
    )

    close_account(user=manager)

    manager.refresh_from_db()
    assert (manager.is_staff, list(manager.groups.all())) == (False, [])
    assert ApiKey.objects.get().revoked_at is not None


@pytest.mark.django_db(transaction=True)
def test_the_last_admin_stays(client):
    admin = people.user(is_superuser=True)
    film = make.screening()
    hold_seats(buyer=admin, screening_id=film.pk, seat_ids=make.seats_of(film)[:1])

    refused = client.delete(ME, headers=people.bearer(admin))

    assert is_problem(refused, 409, "This is the last admin. Make somebody else one first.")
    assert states(admin) == ["held"]
    people.user(is_superuser=True)
    assert client.delete(ME, headers=people.bearer(admin)).status_code == 204
    with pytest.raises(LastAdmin):
        close_account(user=User.objects.get(is_superuser=True))


def test_export_tells_everything_of_oneself_and_nothing_of_others(client, ann):
    film = make.screening()
    book_seats(buyer=ann, screening_id=film.pk, seat_ids=make.seats_of(film)[:1], payment_id="paid by ann")
    book_seats(buyer=make.user(), screening_id=film.pk, seat_ids=make.seats_of(film)[1:2], payment_id="by another")
    remember_search(user_id=ann.pk, query="metropolis")
    issue_tokens(user=ann)
    add_favourite_movie(user_id=ann.pk, movie_id=film.movie_id)
    create_review(user_id=ann.pk, movie_id=film.movie_id, rating=5, title="by ann")
    create_review(user_id=make.user().pk, movie_id=film.movie_id, rating=1, title="by another")

    answer = client.get(f"{ME}/export", headers=people.bearer(ann))

    told = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert told["account"]["profile"]["email"] == "ann@cinema.test"
    assert [search["search_query"] for search in told["account"]["search_history"]] == ["metropolis"]
    assert len(told["account"]["sign_ins"]) == 2
    assert [payment["payment_id"] for payment in told["sales"]["payments"]] == ["paid by ann"]
    assert [ticket["film"] for ticket in told["sales"]["tickets"]] == [film.movie.title]
    assert [review["title"] for review in told["opinions"]["reviews"]] == ["by ann"]
    assert [marked["film"] for marked in told["opinions"]["favourites"]] == [film.movie.title]
    assert "password" not in answer.content.decode()
