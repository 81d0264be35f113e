"""Best available: the house chooses."""

import pytest

from booking.rows.best import Wish
from booking.services.best import NoMoreSuggestions, TooFewSeats, hold_best
from booking.services.reservations import hold_seats
from booking.services.seat_rules import ScreeningLimit, ScreeningPast, SeatLimit
from booking.services.ticket_types import TicketTypesInvalid
from booking.services.tickets import book_seats
from booking.tests import make
from booking.tests.parties import held_by, rows, seats_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_best_group_is_held_like_any_other():
    screening, seats = rows(6, 6, 6)
    buyer = make.user()

    found = hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2))

    assert seats_of(found) == seats[8:10] == held_by(buyer, screening)
    assert (found.relaxed, found.message) == ((), "Reserved 2 seats for 5 minutes.")
    assert make.written(screening)[0] == 1


def test_rules_that_gave_way_are_said_in_words():
    screening, _ = rows(3)

    gap = hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(2))

    assert gap.relaxed == ("gap",)
    assert gap.message == (
        "Reserved 2 seats for 5 minutes. A single seat stays free beside them: there was no other place for 2."
    )


def test_a_party_that_must_part_is_told_so():
    screening, seats = rows(5)
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[2:3])

    found = hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(4))

    assert (seats_of(found), found.relaxed) == ([*seats[:2], *seats[3:]], ("adjacency",))
    assert found.message.endswith("They are not side by side: there were no 4 free seats next to each other.")


def test_too_few_seats_are_refused_and_nothing_is_written():
    screening, seats = rows(4)
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:2])
    before = make.written(screening)

    with pytest.raises(TooFewSeats, match="Fewer than 3 seats are free"):
        hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(3))

    assert make.written(screening) == before


def test_lapsed_holds_are_free_seats(clock):
    screening, seats = rows(4)
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats)
    clock.travel(301)

    assert len(seats_of(hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(4)))) == 4


def test_r09_counts_what_one_has_already():
    screening, seats = rows(20)
    buyer = make.user()
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:5])
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[5:8])

    with pytest.raises(SeatLimit):
        hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(3))
    assert len(seats_of(hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2)))) == 2
    assert len(held_by(buyer, screening)) == 7


def test_r09_no_third_screening():
    buyer = make.user()
    for screening in (make.screening(), make.screening()):
        hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(1))

    with pytest.raises(ScreeningLimit):
        hold_best(buyer=buyer, screening_id=make.screening().pk, wish=Wish(1))


def test_r15_none_from_the_start_on(clock):
    screening, _ = rows(4)
    clock.at(make.start_of(screening))

    with pytest.raises(ScreeningPast):
        hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(1))


def test_next_suggestion_replaces_the_one_before():
    screening, seats = rows(6, 6)
    buyer = make.user()
    first = seats_of(hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2)))

    avoid = frozenset({frozenset(first)})
    second = hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2, avoid=avoid), instead_of=first)

    assert (first, seats_of(second)) == (seats[8:10], seats[2:4])
    assert held_by(buyer, screening) == seats[2:4]


def test_after_the_last_suggestion_the_seats_stay():
    screening, seats = rows(2)
    buyer = make.user()
    hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2))
    wish = Wish(2, avoid=frozenset({frozenset(seats)}))
    before = make.written(screening)

    with pytest.raises(NoMoreSuggestions):
        hold_best(buyer=buyer, screening_id=screening.pk, wish=wish, instead_of=seats)

    assert make.written(screening) == before
    assert held_by(buyer, screening) == seats


def test_r07_what_stays_of_the_former_choice_is_not_held_anew(noon):
    screening, seats = rows(4)
    buyer = make.user()
    kept = hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2)).held.holds
    noon.travel(60)

    more = hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(4), instead_of=seats)

    assert [hold for hold in more.held.holds if hold in kept] == kept
    assert seats_of(more) == seats


def test_wheelchair_spaces_and_companions_are_for_those_who_ask():
    screening, seats = rows(4, types=["wheelchair", "companion"])
    buyer = make.user()

    with pytest.raises(TooFewSeats):
        hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(3))
    found = hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2, seat_type="wheelchair"))

    assert seats_of(found) == seats[:2]
    with pytest.raises(TooFewSeats, match="no free wheelchair space"):
        hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(1, seat_type="wheelchair"))


def test_companions_come_later_to_a_wheelchair_space():
    screening, seats = rows(4, types=["wheelchair", "companion"])
    buyer, wish = make.user(), Wish(1, seat_type="companion")
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])

    with pytest.raises(TooFewSeats, match="Companion seats go with a wheelchair space"):
        hold_best(buyer=make.user(), screening_id=screening.pk, wish=wish)
    assert seats_of(hold_best(buyer=buyer, screening_id=screening.pk, wish=wish)) == seats[1:2]


def test_without_the_gap_rule_single_seats_do_not_matter(settings):
    settings.GAP_RULE = "off"
    screening, seats = rows(3)

    found = hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(1))

    assert (seats_of(found), found.relaxed) == (seats[1:2], ())


def test_r12_a_seat_that_was_held_too_often_is_left_out(noon):
    screening, seats = rows(6)
    buyer = make.user()
    for _ in range(3):
        hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2))
        noon.travel(301)

    found = hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2))

    assert seats_of(found) == seats[:2]
    assert seats_of(hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(2))) == seats[2:4]


def test_r16_each_ticket_has_its_type_and_price():
    screening, _ = rows(6)

    found = hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(2), ticket_types=["adult", "child"])

    assert [(hold.ticket_type, str(hold.price)) for hold in found.held.holds] == [("adult", "12.50"), ("child", "8.13")]


@pytest.mark.parametrize("types", [[], ["adult"], ["adult", "dog"], ["adult", ["child"]], "adult", {"1": "child"}, 3])
def test_r16_other_types_are_refused(types):
    screening, _ = rows(6)

    with pytest.raises(TicketTypesInvalid):
        hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(2), ticket_types=types)
