"""Guests' holds: adopted at the sign-in within R9, and swept after a day."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from accounts.models import User
from accounts.services.guests import make_guest
from booking.models import SeatClaim
from booking.selectors.purchase import basket_of
from booking.services import guests
from booking.services.guests import adopt_holds, sweep_guests
from booking.services.reservations import expire_lapsed, extend_holds, hold_seats, release_holds
from booking.services.tickets import book_from_holds, book_seats
from booking.tasks import sweep_guests as sweeping_task
from booking.tests import make
from catalog.selectors.layouts import layout_of_screening
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]
DAY = 86_400


def guest():
    return make_guest(browser=f"browser {User.objects.count()}")


def hold(buyer, screening, *seat_ids):
    return hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=list(seat_ids)).holds


def owners(screening):
    """Return (seat, state, owner) of every claim, oldest first."""
    claims = SeatClaim.objects.filter(screening=screening).order_by("pk")
    return list(claims.values_list("seat_id", "state", "user_id"))


def told(screening):
    """Return (seq, [(seat, status, owner)]) of every message about the screening."""
    payloads = OutboxMessage.objects.filter(topic="seats").order_by("pk").values_list("payload", flat=True)
    return [
        (payload["seq"], [(seat["seat_id"], seat["status"], seat["user_id"]) for seat in payload["updates"]])
        for payload in payloads
        if payload["screening_id"] == screening.pk
    ]


def names(lost):
    return {
        screening_id: [f"{place.row_label}{place.seat_number}" for place in places]
        for screening_id, places in lost.items()
    }


def test_holds_move_as_they_are_and_watchers_hear_of_it(noon):
    visitor, user, screening = guest(), make.user(), make.screening()
    first, second, *_ = make.seats_of(screening)
    hold(visitor, screening, first, second)
    extend_holds(buyer=visitor, screening_id=screening.pk, seat_ids=[second])
    before = list(SeatClaim.objects.order_by("pk").values("pk", "expires_at", "reserved_at", "extensions", "price"))
    noon.travel(60)

    assert adopt_holds(guest=visitor, user=user) == {}

    assert owners(screening) == [(first, "held", user.pk), (second, "held", user.pk)]
    assert list(SeatClaim.objects.order_by("pk").values(*before[0])) == before
    assert told(screening)[-1] == (3, [(first, "reserved", user.pk), (second, "reserved", user.pk)])


def test_adopting_again_writes_nothing():
    visitor, user, screening = guest(), make.user(), make.screening()
    hold(visitor, screening, *make.seats_of(screening)[:2])
    adopt_holds(guest=visitor, user=user)
    before = make.written(screening)

    assert adopt_holds(guest=visitor, user=user) == {}

    assert make.written(screening) == before


def test_a_guest_without_holds_costs_one_query(django_assert_num_queries):
    visitor, user = guest(), make.user()

    with django_assert_num_queries(1):
        assert adopt_holds(guest=visitor, user=user) == {}


def test_a_hold_made_during_the_sign_in_follows():
    visitor, user, screening = guest(), make.user(), make.screening()
    first, second, *_ = make.seats_of(screening)
    hold(visitor, screening, first)
    adopt_holds(guest=visitor, user=user)
    hold(visitor, screening, second)

    adopt_holds(guest=visitor, user=user)

    assert owners(screening) == [(first, "held", user.pk), (second, "held", user.pk)]


def test_adopted_holds_are_paid_like_any():
    visitor, user, screening = guest(), make.user(), make.screening()
    seat, *_ = make.seats_of(screening)
    hold(visitor, screening, seat)
    adopt_holds(guest=visitor, user=user)

    book_from_holds(buyer=user, screening_id=screening.pk, seat_ids=[seat], payment_id="paid")

    assert owners(screening) == [(seat, "confirmed", user.pk)]


def test_nobody_elses_claims_are_touched():
    visitor, user, other, screening = guest(), make.user(), make.user(), make.screening()
    mine, theirs, sold, guests_too, *_ = make.seats_of(screening)
    hold(visitor, screening, mine)
    hold(other, screening, theirs)
    book_seats(buyer=other, screening_id=screening.pk, seat_ids=[sold])
    another = guest()
    hold(another, screening, guests_too)

    adopt_holds(guest=visitor, user=user)

    assert owners(screening) == [
        (mine, "held", user.pk),
        (theirs, "held", other.pk),
        (sold, "confirmed", other.pk),
        (guests_too, "held", another.pk),
    ]


def test_r09_seats_beyond_ten_are_given_back():
    visitor, user, screening = guest(), make.user(), make.screening(seats=20)
    seats = make.seats_of(screening)
    book_seats(buyer=user, screening_id=screening.pk, seat_ids=seats[:3])
    hold(user, screening, *seats[3:8])
    hold(visitor, screening, *seats[8:12])

    lost = adopt_holds(guest=visitor, user=user)

    assert names(lost) == {screening.pk: ["A11", "A12"]}
    assert owners(screening)[8:] == [
        (seats[8], "held", user.pk),
        (seats[9], "held", user.pk),
        (seats[10], "released", user.pk),
        (seats[11], "released", user.pk),
    ]
    assert told(screening)[-1][1] == [(seats[10], "available", None), (seats[11], "available", None)]


def test_r09_of_three_screenings_the_one_chosen_first_is_given_back(noon):
    visitor, user = guest(), make.user()
    older, newer, own = (make.screening() for _ in range(3))
    hold(visitor, older, make.seats_of(older)[0])
    noon.travel(10)
    hold(visitor, newer, make.seats_of(newer)[0])
    hold(user, own, make.seats_of(own)[0])

    lost = adopt_holds(guest=visitor, user=user)

    assert names(lost) == {older.pk: ["A1"]}
    assert [owners(screening)[0][1:] for screening in (older, newer, own)] == [
        ("released", user.pk),
        ("held", user.pk),
        ("held", user.pk),
    ]


def test_r09_screenings_in_which_the_user_holds_already_do_not_count_twice():
    visitor, user, here, there = guest(), make.user(), make.screening(), make.screening()
    hold(user, here, make.seats_of(here)[0])
    hold(user, there, make.seats_of(there)[0])
    hold(visitor, here, make.seats_of(here)[1])
    hold(visitor, there, make.seats_of(there)[1])

    assert adopt_holds(guest=visitor, user=user) == {}
    assert {owner for screening in (here, there) for _, _, owner in owners(screening)} == {user.pk}


@pytest.mark.parametrize("marked", [True, False])
def test_a_choice_that_lapsed_comes_along_as_a_choice(noon, marked):
    visitor, user, other, screening = guest(), make.user(), make.user(), make.screening()
    first, second, *_ = make.seats_of(screening)
    hold(visitor, screening, first, second)
    noon.travel(301)
    if marked:
        expire_lapsed()

    assert adopt_holds(guest=visitor, user=user) == {}

    assert owners(screening) == [(first, "lapsed", user.pk), (second, "lapsed", user.pk)]
    assert told(screening)[-1] == (2, [(first, "available", None), (second, "available", None)])
    basket = basket_of(user.pk, screening.pk, layout_of_screening(screening.pk))
    assert (basket.ids, basket.lapsed_ids) == ([], [first, second])
    assert [claim.state for claim in hold(other, screening, first)] == ["held"]


def test_sweep_deletes_who_went_a_day_ago(noon):
    visitor, screening = guest(), make.screening()
    first, second, *_ = make.seats_of(screening)
    hold(visitor, screening, first, second)
    release_holds(buyer=visitor, screening_id=screening.pk, seat_ids=[first])
    noon.travel(301)
    expire_lapsed()

    noon.travel(DAY - 302)
    assert sweep_guests() == 0
    noon.travel(1)
    assert sweeping_task() == 1

    assert (User.objects.count(), make.states(screening)) == (0, [])
    assert sweep_guests() == 0


def test_sweep_runs_every_hour():
    entry = PeriodicTask.objects.get(task=sweeping_task.name)

    assert (entry.enabled, str(entry.interval)) == (True, "every hour")


def test_sweep_leaves_people_holds_and_whoever_came_back(noon):
    person, staying, returned, screening = make.user(), guest(), guest(), make.screening(seats=8)
    first, second, third, fourth, *_ = make.seats_of(screening)
    hold(person, screening, first)
    hold(returned, screening, second)
    release_holds(buyer=returned, screening_id=screening.pk)
    noon.at(make.start_of(screening) - timedelta(minutes=1))
    User.objects.update(created_at=make.NOON - timedelta(days=2))
    hold(returned, screening, third)
    release_holds(buyer=returned, screening_id=screening.pk)
    hold(staying, screening, fourth)
    SeatClaim.objects.filter(user=staying).update(reserved_at=make.NOON - timedelta(days=2))
    expire_lapsed()

    assert sweep_guests() == 0

    assert set(User.objects.all()) == {person, staying, returned}


def test_sweep_leaves_guests_who_came_today():
    fresh, old = guest(), guest()
    User.objects.filter(pk=fresh.pk).update(created_at=make.NOON - timedelta(hours=23))
    User.objects.filter(pk=old.pk).update(created_at=make.NOON - timedelta(hours=25))

    assert sweep_guests() == 1

    assert list(User.objects.all()) == [fresh]


def test_sweep_goes_on_chunk_by_chunk(monkeypatch):
    monkeypatch.setattr(guests, "CHUNK", 2)
    for _ in range(5):
        guest()
    User.objects.update(created_at=timezone.now() - timedelta(days=2))

    assert sweep_guests() == 5
