"""The gap rule and companions' seats: who is refused, and what is offered instead."""

from datetime import timedelta

import pytest

from booking.services import contested
from booking.services.house_rules import CompanionSeat, SingleSeatGap, check_choice
from booking.services.reservations import hold_seats, toggle_holds
from booking.services.seat_rules import SeatsBooked, SeatsHeld
from booking.services.tickets import book_from_holds, book_seats
from booking.tests import make
from booking.tests.parties import rows

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def hold(screening, seat_ids, buyer=None):
    buyer = buyer or make.user()
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seat_ids, unfinished=True)
    return buyer


def test_a_choice_that_leaves_a_seat_single_is_refused_with_others_to_take():
    screening, seats = rows(5)
    buyer = hold(screening, seats[1:3])

    with pytest.raises(SingleSeatGap) as refused:
        check_choice(buyer=buyer, screening_id=screening.pk)

    assert refused.value.detail == "A1 would be left as a single seat. Please choose other seats, such as A1 and A2."
    assert refused.value.extra == {
        "conflicting_seat_ids": seats[:1],
        "alternatives": [seats[:2], seats[3:]],
    }


def test_the_last_party_is_never_refused():
    screening, seats = rows(3)
    buyer = hold(screening, seats[:2])

    check_choice(buyer=buyer, screening_id=screening.pk)


def test_seats_taken_by_others_count_and_what_lapsed_does_not(clock):
    screening, seats = rows(6, 6)
    hold(screening, seats[4:6])
    buyer = hold(screening, seats[:3])

    with pytest.raises(SingleSeatGap):
        check_choice(buyer=buyer, screening_id=screening.pk)

    clock.travel(301)
    again = hold(screening, seats[:3])
    check_choice(buyer=again, screening_id=screening.pk)


def test_a_seat_that_was_single_before_is_nobodys_fault():
    screening, seats = rows(6)
    buyer = make.user()
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[1:2])
    hold(screening, seats[3:5], buyer)

    with pytest.raises(SingleSeatGap) as refused:
        check_choice(buyer=buyer, screening_id=screening.pk)

    assert refused.value.detail == "A3 and A6 would be left single. Please choose other seats, such as A3 and A4."
    assert refused.value.extra == {
        "conflicting_seat_ids": [seats[2], seats[5]],
        "alternatives": [seats[2:4], seats[4:]],
    }


@pytest.mark.parametrize("rule", ["pages", "off"])
def test_the_api_knows_no_gap_rule(settings, rule):
    settings.GAP_RULE = rule
    screening, seats = rows(5)
    call = {"screening_id": screening.pk, "seat_ids": seats[1:2]}

    hold_seats(buyer=make.user(), **call)
    toggle_holds(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[3:4])

    assert len(make.states(screening)) == 2


def test_no_page_refuses_where_the_rule_is_off(settings):
    settings.GAP_RULE = "off"
    screening, seats = rows(5)

    check_choice(buyer=hold(screening, seats[1:3]), screening_id=screening.pk)


def refused(call, **given):
    with pytest.raises(SingleSeatGap):
        call(**given)


def test_everybody_is_held_to_the_rule_where_the_settings_say_all(settings):
    settings.GAP_RULE = "all"
    screening, seats = rows(5)
    buyer = make.user()
    bad, good = ({"buyer": buyer, "screening_id": screening.pk, "seat_ids": s} for s in (seats[1:3], seats[:2]))
    before = make.written(screening)

    for call in (hold_seats, toggle_holds, book_seats):
        refused(call, **bad)
    assert make.written(screening) == before

    hold_seats(**good)
    refused(toggle_holds, buyer=buyer, screening_id=screening.pk, seat_ids=seats[3:4])
    assert len(book_from_holds(payment_id="paid", **good).tickets) == 2


def test_seats_held_before_a_neighbour_went_are_sold_even_so(settings):
    settings.GAP_RULE = "all"
    screening, seats = rows(5)
    buyer = hold(screening, seats[1:3])

    assert len(book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[1:3]).tickets) == 2


def test_pages_may_hold_what_they_refuse_in_the_end(settings):
    settings.GAP_RULE = "all"
    screening, seats = rows(5)

    buyer = hold(screening, seats[1:2])

    with pytest.raises(SingleSeatGap):
        check_choice(buyer=buyer, screening_id=screening.pk)


def test_a_companion_seat_goes_with_the_space_beside_it():
    screening, seats = rows(6, types=["wheelchair", "companion"])
    stranger, friend = hold(screening, seats[1:2]), make.user()

    with pytest.raises(CompanionSeat) as refused:
        check_choice(buyer=stranger, screening_id=screening.pk)
    assert refused.value.detail == (
        "A2 is a companion seat: it goes with the wheelchair space beside it."
        " Please choose that space, too, or other seats."
    )
    assert refused.value.extra == {"conflicting_seat_ids": seats[1:2]}

    book_seats(buyer=stranger, screening_id=screening.pk, seat_ids=seats[:1])  # it is theirs now
    check_choice(buyer=stranger, screening_id=screening.pk)
    check_choice(buyer=friend, screening_id=screening.pk)


def test_a_party_with_a_wheelchair_may_sit_as_it_likes():
    screening, seats = rows(5, types=["wheelchair", "companion"])

    check_choice(buyer=hold(screening, seats[:4]), screening_id=screening.pk)


@pytest.mark.parametrize(("minutes", "before", "is_refused"), [(60, 61, True), (60, 60, False), (0, 1, True)])
def test_companion_seats_are_for_everybody_shortly_before_the_start(clock, minutes, before, is_refused):
    screening, seats = rows(6, types=["wheelchair", "companion"])
    house = screening.room.cinema
    house.companion_release_minutes = minutes
    house.save()
    clock.at(make.start_of(screening) - timedelta(minutes=before))
    buyer = hold(screening, seats[1:2])

    if is_refused:
        with pytest.raises(CompanionSeat):
            check_choice(buyer=buyer, screening_id=screening.pk)
    else:
        check_choice(buyer=buyer, screening_id=screening.pk)


@pytest.mark.parametrize(("take", "error"), [(book_seats, SeatsBooked), (hold_seats, SeatsHeld)])
def test_whoever_comes_too_late_is_told_what_is_left_nearby(take, error):
    screening, seats = rows(6, 6)
    take(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[2:4])

    with pytest.raises(error) as refused:
        hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[2:4])

    assert refused.value.extra == {
        "conflicting_seat_ids": seats[2:4],
        "alternatives": [seats[8:10], seats[:2], seats[4:6]],
    }


def test_a_crowd_is_refused_without_them():
    screening, seats = rows(6)
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])
    told = []

    for _ in range(contested.MOST_OFFERS + 1):
        with pytest.raises(SeatsHeld) as refused:
            hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])
        told.append("alternatives" in refused.value.extra)

    assert told == [True] * contested.MOST_OFFERS + [False]
