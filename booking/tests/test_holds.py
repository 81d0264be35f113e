"""R1-R11: a seat kept for one user for a short time."""

from datetime import timedelta

import pytest

from booking.models import SeatClaim
from booking.services import seat_rules
from booking.services.reservations import (
    ExtendLimit,
    HoldExpired,
    extend_holds,
    hold_seats,
    restore_holds,
)
from booking.services.tickets import book_seats
from booking.tests import make
from booking.tests.make import NOON
from cinema_project.common.errors import DomainError, Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]
MINUTE = timedelta(minutes=1)


def hold(buyer, screening, *seat_ids):
    return hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=list(seat_ids))


def ends(held):
    return [hold.expires_at - NOON for hold in held.holds]


@pytest.mark.parametrize(
    ("house", "person", "seconds", "minutes"),
    [
        ({}, {}, 300, 5),
        ({"hold_seconds": 90}, {}, 90, 1),
        ({"hold_seconds": 600}, {}, 600, 10),
        ({"hold_seconds": 90}, {"long_holds": True}, 900, 15),
    ],
)
def test_r01_a_hold_lasts_as_long_as_the_cinema_or_the_person_needs(house, person, seconds, minutes):
    screening = make.screening(house=house)
    first, second, *_ = make.seats_of(screening)

    held = hold(make.user(**person), screening, second, first)

    assert [(one.seat_id, one.reserved_at, one.expires_at - NOON) for one in held.holds] == [
        (first, NOON, timedelta(seconds=seconds)),
        (second, NOON, timedelta(seconds=seconds)),
    ]
    assert (held.expires_in_minutes, held.message) == (minutes, f"Reserved 2 seats for {minutes} minutes")


def test_r02_one_taken_seat_refuses_them_all():
    screening = make.screening()
    first, second, third, *_ = make.seats_of(screening)
    hold(make.user(), screening, second)
    before = make.written(screening)

    with pytest.raises(seat_rules.SeatsHeld):
        hold(make.user(), screening, first, second, third)

    assert make.written(screening) == before


def test_r03_refusals_come_in_their_order(noon):
    """Each step takes away the first reason to refuse, and the next one shows."""
    screening = make.screening(seats=12)
    seats = make.seats_of(screening)
    foreign = make.seats_of(make.screening())[0]
    buyer, other = make.user(), make.user()
    book_seats(buyer=other, screening_id=screening.pk, seat_ids=[seats[2]])
    hold(other, screening, seats[0], seats[1])
    off = make.screening(room=screening.room)
    start = make.start_of(off)
    refusals = []

    def refused(screening_id, seat_ids, **changes):
        if changes:
            type(screening).objects.filter(pk=screening_id).update(**changes)
        with pytest.raises(DomainError) as error:
            hold_seats(buyer=buyer, screening_id=screening_id, seat_ids=seat_ids)
        refusals.append((error.value.code, error.value.detail))

    everything_wrong = [foreign, *seats]
    refused(10**9, [0])
    refused(10**9, everything_wrong)
    refused(off.pk, everything_wrong, start_time=NOON, status="cancelled")
    refused(off.pk, everything_wrong, start_time=start)
    refused(screening.pk, everything_wrong)
    refused(screening.pk, seats)
    refused(screening.pk, [seats[2], seats[1], seats[0]])
    refused(screening.pk, [seats[1], seats[0]])

    assert refusals == [
        ("invalid", "A seat id is a positive whole number."),
        ("screening_not_found", "Screening with id 1000000000 not found"),
        ("screening_past", "Cannot reserve seats for past screenings"),
        ("screening_cancelled", "This screening has been cancelled."),
        ("seat_not_in_room", f"Seats [{foreign}] do not belong to the screening's room"),
        ("seat_limit", "You can have at most 10 seats in one screening."),
        ("seats_booked", f"Seats [{seats[2]}] are already booked"),
        ("seats_held", f"Seats [{seats[0]}, {seats[1]}] are currently reserved by other users"),
    ]


@pytest.mark.parametrize(("microseconds", "taken"), [(-1000, True), (0, False), (1000, False)])
def test_r04_a_hold_ends_at_its_very_moment(noon, microseconds, taken):
    screening = make.screening()
    seat, *_ = make.seats_of(screening)
    [held] = hold(make.user(), screening, seat).holds

    noon.at(held.expires_at + timedelta(microseconds=microseconds))

    if taken:
        with pytest.raises(seat_rules.SeatsHeld):
            hold(make.user(), screening, seat)
    else:
        assert len(hold(make.user(), screening, seat).holds) == 1


def test_r06_who_takes_the_seat_marks_the_old_hold(noon):
    screening = make.screening()
    first, second, *_ = make.seats_of(screening)
    hold(make.user(), screening, first, second)
    noon.travel(300)

    hold(make.user(), screening, first)
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[second])

    assert make.states(screening) == [(first, "lapsed"), (second, "lapsed"), (first, "held"), (second, "confirmed")]
    assert set(SeatClaim.objects.filter(state="lapsed").values_list("ended_at", flat=True)) == {NOON + 5 * MINUTE}


def test_r06_one_may_hold_a_seat_again_after_ones_own_hold_expired(noon):
    screening, buyer = make.screening(), make.user()
    seat, *_ = make.seats_of(screening)
    [old] = hold(buyer, screening, seat).holds
    noon.travel(300)

    [new] = hold(buyer, screening, seat).holds

    assert (new.id != old.id, new.reserved_at) == (True, NOON + 5 * MINUTE)
    assert make.states(screening) == [(seat, "lapsed"), (seat, "held")]


def test_r07_holding_ones_own_seat_returns_the_same_hold(noon):
    screening, buyer = make.screening(), make.user()
    seat, *_ = make.seats_of(screening)
    held = hold(buyer, screening, seat)
    before = make.written(screening)
    noon.travel(60)

    again = hold(buyer, screening, seat)

    assert again.holds == held.holds
    assert make.written(screening) == before


def test_r08_own_seats_stay_and_free_ones_are_new(noon):
    screening, buyer = make.screening(), make.user()
    first, second, *_ = make.seats_of(screening)
    [own] = hold(buyer, screening, second).holds
    noon.travel(60)

    both = hold(buyer, screening, first, second)

    assert ends(both) == [6 * MINUTE, 5 * MINUTE]
    assert both.holds[1] == own
    assert both.message == "Reserved 2 seats for 5 minutes"


def test_r09_ten_seats_a_screening_counting_holds_and_tickets():
    screening, buyer = make.screening(seats=12), make.user()
    seats = make.seats_of(screening)
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:4])
    hold(buyer, screening, *seats[4:9])

    with pytest.raises(seat_rules.SeatLimit):
        hold(buyer, screening, *seats[9:11])
    with pytest.raises(seat_rules.SeatLimit):
        book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[9:11])

    assert len(hold(buyer, screening, *seats[8:10]).holds) == 2


def test_r09_expired_holds_and_cancelled_tickets_do_not_count(noon):
    screening, buyer = make.screening(seats=12), make.user()
    seats = make.seats_of(screening)
    hold(buyer, screening, *seats[:10])
    noon.travel(300)

    assert len(hold(buyer, screening, *seats[2:12]).holds) == 10


def test_r09_holds_in_two_screenings_at_a_time(noon):
    buyer = make.user()
    one, two, three = make.screening(), make.screening(), make.screening()
    hold(buyer, one, make.seats_of(one)[0])
    noon.travel(60)
    hold(buyer, two, make.seats_of(two)[0])

    with pytest.raises(seat_rules.ScreeningLimit):
        hold(buyer, three, make.seats_of(three)[0])
    noon.travel(240)

    assert len(hold(buyer, three, make.seats_of(three)[0]).holds) == 1


def test_r10_extending_adds_minutes_to_the_end(noon):
    screening, buyer = make.screening(), make.user()
    first, second, *_ = make.seats_of(screening)
    before = hold(buyer, screening, first, second)
    noon.travel(120)

    held = extend_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[second, first], additional_minutes=7)

    assert [(one.id, one.reserved_at) for one in held.holds] == [(one.id, NOON) for one in before.holds]
    assert ends(held) == [12 * MINUTE, 12 * MINUTE]
    assert (held.expires_in_minutes, held.message) == (7, "Extended reservation for 2 seats by 7 minutes")


def test_r10_ten_extensions_and_no_more():
    screening, buyer = make.screening(), make.user()
    seat, *_ = make.seats_of(screening)
    hold(buyer, screening, seat)

    granted = [
        extend_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[seat], additional_minutes=1) for _ in range(10)
    ]
    with pytest.raises(ExtendLimit) as refused:
        extend_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[seat], additional_minutes=1)

    assert ends(granted[-1]) == [15 * MINUTE]
    assert refused.value.code == "extend_limit"


def test_r10_fifty_five_minutes_from_the_start_and_no_more():
    screening, buyer = make.screening(house={"hold_seconds": 90}), make.user()
    seat, *_ = make.seats_of(screening)
    hold(buyer, screening, seat)
    asked = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": [seat], "additional_minutes": 10}

    granted = [extend_holds(**asked) for _ in range(6)]
    with pytest.raises(ExtendLimit):
        extend_holds(**asked)

    assert [ends(held)[0] / MINUTE for held in granted] == [11.5, 21.5, 31.5, 41.5, 51.5, 55]
    assert [held.expires_in_minutes for held in granted] == [10, 10, 10, 10, 10, 3]


@pytest.mark.parametrize("minutes", [0, 11, -5, 2.5, True, "5", None])
def test_r10_additional_minutes_are_a_whole_number_from_1_to_10(minutes):
    screening, buyer = make.screening(), make.user()
    seat, *_ = make.seats_of(screening)
    hold(buyer, screening, seat)
    before = make.written(screening)

    with pytest.raises(Invalid):
        extend_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[seat], additional_minutes=minutes)

    assert make.written(screening) == before


def test_r10_more_time_takes_holds_back_to_their_full_length(noon):
    screening, buyer = make.screening(), make.user()
    seat, *_ = make.seats_of(screening)
    hold(buyer, screening, seat)
    noon.travel(240)

    held = restore_holds(buyer=buyer, screening_id=screening.pk)

    assert (ends(held), held.expires_in_minutes) == ([9 * MINUTE], 4)
    with pytest.raises(ExtendLimit):
        restore_holds(buyer=buyer, screening_id=screening.pk)
    with pytest.raises(HoldExpired):
        restore_holds(buyer=make.user(), screening_id=screening.pk)


def test_r11_extending_is_all_or_nothing_and_only_for_own_live_holds(noon):
    screening, buyer, other = make.screening(), make.user(), make.user()
    mine, theirs, free, *_ = make.seats_of(screening)
    hold(buyer, screening, mine)
    hold(other, screening, theirs)
    before = make.written(screening)

    for seat_ids in ([mine, theirs], [mine, free], [mine, 10**9]):
        with pytest.raises(HoldExpired) as refused:
            extend_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seat_ids)
        assert refused.value.code == "hold_expired"
    noon.travel(300)
    with pytest.raises(HoldExpired):
        extend_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[mine])

    assert make.written(screening) == before


def test_r11_nothing_is_extended_once_the_film_has_begun(noon):
    screening, buyer = make.screening(), make.user()
    seat, *_ = make.seats_of(screening)
    noon.at(make.start_of(screening) - MINUTE)
    hold(buyer, screening, seat)
    noon.travel(60)

    with pytest.raises(seat_rules.ScreeningPast):
        extend_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[seat])
