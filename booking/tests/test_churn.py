"""R12: nobody keeps a seat from others by holding it again and again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.tests.make import bearer
from booking.services import contested, reservations
from booking.services.churn import HoldChurn
from booking.services.guests import adopt_holds
from booking.services.reservations import hold_seats, release_holds, toggle_holds
from booking.services.seat_rules import SeatsHeld
from booking.services.tickets import book_from_holds, book_seats, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from booking.tests.parallel import Request, together

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]
KEPT = 31


@pytest.fixture(autouse=True)
def calm(monkeypatch):
    """Each call tries it without the lock first."""
    monkeypatch.setattr(contested, "LATELY_SECONDS", 0)


class Visitor:
    def __init__(self, clock, screening=None, **person):
        self.clock, self.screening = clock, screening or make.screening()
        self.buyer = make.user(**person)
        self.seats = make.seats_of(self.screening)

    def call(self, service, *numbers, **more):
        seats = [self.seats[number] for number in numbers or (0,)]
        return service(buyer=self.buyer, screening_id=self.screening.pk, seat_ids=seats, **more)

    def hold(self, *numbers):
        return self.call(hold_seats, *numbers)

    def keep(self, *numbers, seconds=KEPT):
        """Hold seats, and give them back after so many seconds."""
        self.hold(*numbers)
        self.clock.travel(seconds)
        self.call(release_holds, *numbers)


@pytest.fixture
def visitor(noon):
    return Visitor(noon)


def test_r12_fourth_hold_of_a_seat_within_half_an_hour_is_refused(visitor, noon):
    for _ in range(3):
        visitor.keep()
    before = make.written(visitor.screening)

    with pytest.raises(HoldChurn) as refused:
        visitor.hold()

    # The first of the three began 93 seconds ago: it counts for 30 minutes.
    assert (refused.value.code, refused.value.retry_after) == ("hold_churn", 1800 - 93)
    assert refused.value.extra == {"churned_seat_ids": visitor.seats[:1]}
    assert "A1" in refused.value.detail
    assert make.written(visitor.screening) == before


@pytest.mark.parametrize(("microseconds", "refused"), [(-1, True), (0, False)])
def test_r12_seat_is_free_again_at_the_very_moment_that_was_said(visitor, noon, microseconds, refused):
    for _ in range(3):
        visitor.keep()
    noon.at(NOON + timedelta(minutes=30, microseconds=microseconds))

    if refused:
        with pytest.raises(HoldChurn) as said:
            visitor.hold()
        assert said.value.retry_after == 1
    else:
        assert visitor.hold().holds


def test_r12_holds_that_lapsed_count_marked_or_not(visitor, noon):
    for _ in range(3):
        visitor.hold()
        noon.travel(300)

    with pytest.raises(HoldChurn) as refused:
        visitor.hold()

    assert refused.value.retry_after == 900


@pytest.mark.parametrize(("seconds", "counts"), [(29, False), (30, False), (30.001, True)])
def test_r12_holds_given_back_within_thirty_seconds_do_not_count(visitor, noon, seconds, counts):
    for _ in range(4):
        try:
            visitor.keep(seconds=seconds)
        except HoldChurn:
            assert counts

    assert len(make.states(visitor.screening)) == (3 if counts else 4)


def test_r12_counts_by_seat_person_and_screening(visitor, noon):
    for _ in range(3):
        visitor.keep(0, 1)
    visitor.keep(2)

    with pytest.raises(HoldChurn) as refused:
        visitor.hold(0, 1, 2, 3)
    assert refused.value.extra["churned_seat_ids"] == visitor.seats[:2]
    assert visitor.hold(2, 3).holds
    assert Visitor(noon, visitor.screening).hold(0, 1).holds
    other = make.screening(room=visitor.screening.room)
    assert hold_seats(buyer=visitor.buyer, screening_id=other.pk, seat_ids=visitor.seats[:2]).holds


def test_r12_seat_that_one_still_holds_is_no_new_hold(visitor, noon):
    visitor.keep()
    visitor.keep()
    visitor.hold()

    assert visitor.hold(0, 1).holds


def test_r12_booking_begins_the_count_anew(visitor, noon):
    for _ in range(2):
        visitor.keep()
    visitor.hold()
    [ticket] = visitor.call(book_from_holds, payment_id="paid").tickets
    noon.travel(1)
    cancel_ticket(ticket_id=ticket.id, by=visitor.buyer)

    for _ in range(3):
        visitor.keep()
    with pytest.raises(HoldChurn):
        visitor.hold()


def test_r12_seat_may_be_bought_at_once_whatever_was_held(visitor, noon):
    for _ in range(3):
        visitor.keep()

    assert visitor.call(book_seats).tickets


def test_r12_that_somebody_else_has_the_seat_is_said_first(visitor, noon):
    for _ in range(3):
        visitor.keep()
    Visitor(noon, visitor.screening).hold()

    with pytest.raises(SeatsHeld):
        visitor.hold()


def test_r12_toggling_is_holding(visitor, noon):
    for _ in range(3):
        visitor.call(toggle_holds)
        noon.travel(KEPT)
        assert visitor.call(toggle_holds) is None

    with pytest.raises(HoldChurn):
        visitor.call(toggle_holds)


def test_r12_signing_in_forgets_nothing(visitor, noon):
    guest = Visitor(noon, visitor.screening, is_guest=True)
    for _ in range(3):
        guest.keep()

    adopt_holds(guest=guest.buyer, user=visitor.buyer)

    with pytest.raises(HoldChurn):
        visitor.hold()


def test_r12_answer_says_when_to_come_back(client, visitor, noon):
    for _ in range(3):
        visitor.keep()
    body = {"screening_id": visitor.screening.pk, "seat_ids": visitor.seats[:1]}

    answers = [
        client.post(f"/api/v1/seat-reservations/{name}", body, "application/json", headers=bearer(visitor.buyer))
        for name in ("reserve", "toggle")
    ]

    assert [(answer.status_code, answer.json()["code"], answer["Retry-After"]) for answer in answers] == [
        (429, "hold_churn", "1707")
    ] * 2


def overtaken(monkeypatch, visitor):
    """Hold the seat for the third time, having looked before the third hold of another tab, which is over by now."""
    for _ in range(2):
        visitor.keep()
    looked = []

    def look_and_be_overtaken(*asked, look=reservations.look, **options):
        found = look(*asked, **options)
        if not looked:
            looked.append(found)
            Request(visitor.keep).run_alone()
        return found

    monkeypatch.setattr(reservations, "look", look_and_be_overtaken)
    late = Request(visitor.hold)
    late.run()
    assert looked
    return late.outcome


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_r12_hold_decided_before_another_tab_held_and_gave_back_looks_again(monkeypatch, visitor):
    assert overtaken(monkeypatch, visitor) == "hold_churn"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_test_above_catches_a_count_from_before_the_lock(monkeypatch, visitor):
    def count_once(found, *asked, check=reservations.check_churn):
        check(replace(found, ended=found.ended[:2]), *asked)

    monkeypatch.setattr(reservations, "check_churn", count_once)

    assert overtaken(monkeypatch, visitor).holds


@pytest.mark.django_db(transaction=True)
def test_r12_parallel_calls_start_no_fourth_hold(visitor):
    for _ in range(2):
        visitor.keep()

    held = together(*[visitor.hold] * 8)
    visitor.clock.travel(KEPT)
    visitor.call(release_holds)
    late = together(*[visitor.hold] * 8)

    assert len({outcome.holds[0].id for outcome in held}) == 1
    assert late == ["hold_churn"] * 8
    assert len(make.states(visitor.screening)) == 3
