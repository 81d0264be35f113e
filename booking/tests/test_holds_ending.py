"""R13-R15: giving holds back, and what is left of them."""

from datetime import timedelta

import pytest

from booking.models import Hold
from booking.selectors.tickets import holds_of
from booking.services import seat_rules
from booking.services.reservations import expire_lapsed, extend_holds, hold_seats, release_holds, toggle_holds
from booking.services.tickets import book_from_holds, book_seats
from booking.tests import make
from cinema_project.common.errors import Invalid, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]
MINUTE = timedelta(minutes=1)


def hold(buyer, screening, *seat_ids):
    return hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=list(seat_ids))


def test_r13_cancelling_ignores_foreign_and_unknown_seats():
    screening, buyer, other = make.screening(), make.user(), make.user()
    mine, theirs, kept, *_ = make.seats_of(screening)
    hold(buyer, screening, mine, kept)
    hold(other, screening, theirs)

    released = release_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[mine, theirs, 10**9])

    assert released == [mine]
    assert make.states(screening) == [(mine, "released"), (kept, "held"), (theirs, "held")]


def test_r13_cancelling_all_and_cancelling_nothing():
    screening, buyer = make.screening(), make.user()
    first, second, *_ = make.seats_of(screening)
    hold(buyer, screening, first, second)

    assert release_holds(buyer=buyer, screening_id=screening.pk) == [first, second]
    before = make.written(screening)
    assert release_holds(buyer=buyer, screening_id=screening.pk) == []
    assert make.written(screening) == before


def test_r13_cancelling_refuses_a_malformed_list_and_an_unknown_screening():
    screening, buyer = make.screening(), make.user()

    for seat_ids in ([], [0], [True], ["1"], [1, 1], {"1": 1}):
        with pytest.raises(Invalid):
            release_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seat_ids)
    with pytest.raises(NotFound):
        release_holds(buyer=buyer, screening_id=10**9)


def test_r14_live_holds_soonest_expiry_first_and_ended_ones_on_request(noon):
    screening, buyer = make.screening(), make.user()
    later, sooner, gone, lapsing, sold, _ = make.seats_of(screening)
    hold(buyer, screening, lapsing)
    noon.travel(200)
    hold(buyer, screening, gone, sold)
    release_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[gone])
    book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[sold], payment_id="paid")
    hold(buyer, screening, sooner, later)
    extend_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[later])
    noon.travel(101)

    live = [hold.seat_id for hold, _ in holds_of(buyer.pk)]
    statuses = {
        hold.seat_id: "expired" if lapsed else Hold.objects.get(pk=hold.id).status
        for hold, lapsed in holds_of(buyer.pk, include_expired=True)
    }

    assert live == [sooner, later]
    assert statuses == {lapsing: "expired", gone: "cancelled", sold: "confirmed", sooner: "active", later: "active"}
    expire_lapsed()
    assert [hold.seat_id for hold, _ in holds_of(buyer.pk)] == live


def test_r14_ended_holds_are_shown_for_a_day(noon):
    screening, buyer = make.screening(), make.user()
    seat, *_ = make.seats_of(screening)
    hold(buyer, screening, seat)

    noon.travel(300 + 86_399)
    assert len(holds_of(buyer.pk, include_expired=True)) == 1
    noon.travel(1)
    assert holds_of(buyer.pk, include_expired=True) == []


def test_r15_a_hold_made_in_time_may_be_booked_though_the_film_has_begun(noon):
    screening, buyer = make.screening(), make.user()
    first, second, third, *_ = make.seats_of(screening)
    noon.at(make.start_of(screening) - MINUTE)
    hold(buyer, screening, first, second)
    noon.travel(5 * 60 - 1)

    with pytest.raises(seat_rules.ScreeningPast):
        hold(buyer, screening, third)
    with pytest.raises(seat_rules.ScreeningPast):
        book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[first, third])
    assert len(book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[first]).tickets) == 1
    from_hold = book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[second], payment_id="late")
    assert [ticket.seat_id for ticket in from_hold.tickets] == [second]


def test_toggle_holds_free_seats_and_gives_back_own_ones():
    screening, buyer = make.screening(), make.user()
    first, second, *_ = make.seats_of(screening)
    here = {"buyer": buyer, "screening_id": screening.pk}

    assert [hold.seat_id for hold in toggle_holds(**here, seat_ids=[first]).holds] == [first]
    assert [hold.seat_id for hold in toggle_holds(**here, seat_ids=[first, second]).holds] == [first, second]
    assert toggle_holds(**here, seat_ids=[second, first]) is None
    assert make.states(screening) == [(first, "released"), (second, "released")]
