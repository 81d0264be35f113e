"""R5, R9, R61: guests' holds change hands while others sell, hold and tidy, with true parallel connections."""

import pytest
from django.db import connection

from accounts.models import User
from accounts.services.guests import make_guest
from booking.models import SeatClaim
from booking.services import guests, reservations
from booking.services.guests import adopt_holds, sweep_guests
from booking.services.reservations import expire_lapsed, hold_seats
from booking.services.tickets import book_from_holds, book_seats
from booking.tests import make
from booking.tests.parallel import Request, expire_now, queued, together
from cinema_project.common.database import query

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
LIVE = ("held", "confirmed")


@pytest.fixture
def guest():
    return make_guest(browser="a browser's secret")


@pytest.fixture
def user():
    return make.user()


def seat_of(screening):
    return make.seats_of(screening)[0]


def hold(buyer, screening):
    return hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[seat_of(screening)]).message


def owners(screening):
    return list(SeatClaim.objects.filter(screening=screening).order_by("pk").values_list("state", "user_id"))


def test_r05_a_hold_that_lapses_while_the_adoption_queues_is_lost(queue, guest, user):
    screening, other = make.screening(), make.user()
    hold(guest, screening)

    with queued(queue, screening, lambda: adopt_holds(guest=guest, user=user)) as request:
        expire_now()

    assert request.outcome == {}
    assert owners(screening) == [("lapsed", user.pk)]
    hold(other, screening)
    assert owners(screening) == [("lapsed", user.pk), ("held", other.pk)]


def test_a_seat_sold_while_the_adoption_queues_stays_sold(queue, guest, user):
    screening, other = make.screening(), make.user()
    hold(guest, screening)

    with queued(queue, screening, lambda: adopt_holds(guest=guest, user=user)):
        expire_now()
        book_seats(buyer=other, screening_id=screening.pk, seat_ids=[seat_of(screening)])

    assert owners(screening) == [("lapsed", user.pk), ("confirmed", other.pk)]


def test_two_tabs_adopt_once(queue, guest, user):
    screening = make.screening()
    hold(guest, screening)

    with queued(queue, screening, lambda: adopt_holds(guest=guest, user=user)) as request:
        adopt_holds(guest=guest, user=user)
        before = make.written(screening)

    assert request.outcome == {}
    assert make.written(screening) == before
    assert owners(screening) == [("held", user.pk)]


def test_a_seat_paid_in_another_tab_while_the_adoption_queues_stays_paid(queue, guest, user):
    screening = make.screening()
    hold(guest, screening)
    sale = {"buyer": user, "screening_id": screening.pk, "seat_ids": [seat_of(screening)], "payment_id": "paid"}

    with queued(queue, screening, lambda: adopt_holds(guest=guest, user=user)):
        adopt_holds(guest=guest, user=user)
        book_from_holds(**sale)

    assert owners(screening) == [("confirmed", user.pk)]


@pytest.mark.postgresql
def test_a_hold_decided_before_the_adoption_and_written_after_it_follows(monkeypatch, guest, user):
    """The guest's last click is under way when the visitor signs in: it looks, is overtaken, and looks again."""
    screening, adoptions = make.screening(), []
    _, second, *_ = make.seats_of(screening)
    hold(guest, screening)

    def look_and_be_overtaken(*asked, look=reservations.look, **options):
        found = look(*asked, **options)
        if not adoptions:
            adoptions.append(Request(lambda: adopt_holds(guest=guest, user=user)))
            adoptions[0].run_alone()
        return found

    monkeypatch.setattr(reservations, "look", look_and_be_overtaken)

    hold_seats(buyer=guest, screening_id=screening.pk, seat_ids=[second])

    assert owners(screening) == [("held", user.pk), ("held", guest.pk)]
    adopt_holds(guest=guest, user=user)
    assert owners(screening) == [("held", user.pk), ("held", user.pk)]


@pytest.mark.postgresql
def test_r09_a_hold_of_the_user_elsewhere_cannot_slip_past_an_adoption(monkeypatch, guest, user):
    screenings, adoptions = [make.screening() for _ in range(3)], []
    hold(guest, screenings[0])
    hold(guest, screenings[1])

    def look_and_be_overtaken(*asked, look=reservations.look, **options):
        found = look(*asked, **options)
        if not adoptions:
            adoptions.append(Request(lambda: adopt_holds(guest=guest, user=user)))
            adoptions[0].run_alone()
        return found

    monkeypatch.setattr(reservations, "look", look_and_be_overtaken)

    late = Request(lambda: hold(user, screenings[2]))
    late.run()

    assert late.outcome == "screening_limit"
    assert [owners(screening) for screening in screenings] == [[("held", user.pk)], [("held", user.pk)], []]


@pytest.mark.postgresql
def test_r09_nor_slip_in_while_the_adoption_decides(monkeypatch, guest, user):
    screenings, holds = [make.screening() for _ in range(3)], []
    hold(guest, screenings[0])
    hold(guest, screenings[1])

    def decide_and_dawdle(*asked, allowed=guests.seats_allowed):
        decided = allowed(*asked)
        if not holds:
            holds.append(Request(lambda: hold(user, screenings[2])))
            holds[0].start()
            while holds[0].is_alive() and not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
                pass
        return decided

    monkeypatch.setattr(guests, "seats_allowed", decide_and_dawdle)

    adopt_holds(guest=guest, user=user)
    holds[0].join()

    assert holds[0].outcome == "screening_limit"
    assert [owners(screening) for screening in screenings] == [[("held", user.pk)], [("held", user.pk)], []]


@pytest.mark.postgresql
def test_a_guest_who_holds_a_seat_again_is_not_swept(monkeypatch, guest):
    screening, clicks = make.screening(), []
    User.objects.update(created_at="2001-01-01T00:00:00Z")

    def held_meanwhile(guest_ids, delete=guests._delete):
        clicks.append(Request(lambda: hold(guest, screening)))
        clicks[0].run_alone()
        return delete(guest_ids)

    monkeypatch.setattr(guests, "_delete", held_meanwhile)

    assert sweep_guests() == 0
    assert owners(screening) == [("held", guest.pk)]


def test_a_guest_who_was_swept_in_that_moment_is_asked_to_try_again(guest):
    screening = make.screening()
    User.objects.all().delete()

    late = Request(lambda: hold(guest, screening))
    late.run_alone()

    assert late.outcome == "busy"
    assert make.written(screening) == (0, [], 0, 0)


def test_sweeping_in_parallel_deletes_each_guest_once():
    for number in range(20):
        make_guest(browser=f"browser {number}")
    User.objects.update(created_at="2001-01-01T00:00:00Z")

    assert sum(together(*[sweep_guests] * 3)) == 20
    assert User.objects.count() == 0


def test_two_first_requests_of_a_browser_make_one_guest():
    made = together(*[lambda: make_guest(browser="pressed twice").pk] * 4)

    assert made == [User.objects.get().pk] * 4


@pytest.mark.parametrize("lapsing", [True, False])
def test_whatever_happens_at_once_a_seat_has_one_owner(lapsing):
    """Ten rounds: two tabs adopt while somebody buys, somebody holds and the tidying runs."""
    for _ in range(10):
        screening = make.screening()
        guest, user = make_guest(browser=f"browser of {screening.pk}"), make.user()
        hold(guest, screening)
        if lapsing:
            expire_now()
        buyer, holder = make.user(), make.user()
        sale = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": [seat_of(screening)]}

        outcomes = together(
            lambda guest=guest, user=user: adopt_holds(guest=guest, user=user),
            lambda sale=sale: len(book_seats(**sale).tickets),
            lambda holder=holder, screening=screening: hold(holder, screening),
            expire_lapsed,
            lambda guest=guest, user=user: adopt_holds(guest=guest, user=user),
        )

        connection.close()
        live = [owner for state, owner in owners(screening) if state in LIVE]
        got_it = [buyer.pk] if outcomes[1] == 1 else [holder.pk] if lapsing else [user.pk]
        assert (outcomes[0], outcomes[4]) == ({}, {})
        assert live == got_it
        assert guest.pk not in {owner for _, owner in owners(screening)}
