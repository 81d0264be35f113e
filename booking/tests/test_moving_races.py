"""R44, R47, R61: staff move and call off screenings while others sell their seats, with true parallel connections."""

from datetime import timedelta
from decimal import Decimal

import pytest

from booking.models import SeatClaim
from booking.selectors.invariants import violations
from booking.services import cancellations, reservations, screenings, tickets
from booking.services.reservations import hold_seats
from booking.services.screenings import cancel_screening, change_screening
from booking.services.tickets import book_seats
from booking.tests import make
from booking.tests.parallel import Request, together
from catalog.models import Screening
from catalog.services.screenings import create_screening
from catalog.tests import make as catalog
from cinema_project.common.database import query

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
truly_parallel = pytest.mark.postgresql  # on SQLite, whoever writes is alone
SALES = {"hold": (hold_seats, reservations), "sale": (book_seats, tickets)}


def outcome_of(request):
    return request.outcome if isinstance(request.outcome, str) else "done"


def sell_after_looking(monkeypatch, what, screening, meanwhile):
    """Hold or buy a seat; between the look and the write staff do what they do. Return how it ended."""
    sell, module = SALES[what]
    looked = []

    def look_then_wait(*asked, look=module.look, **options):
        found = look(*asked, **options)
        if not looked:
            looked.append(Request(meanwhile))
            looked[0].run_alone()
        return found

    monkeypatch.setattr(module, "look", look_then_wait)
    seat_ids, buyer = make.seats_of(screening)[:1], make.user()
    sale = Request(lambda: sell(buyer=buyer, screening_id=screening.pk, seat_ids=seat_ids))
    sale.run()
    return outcome_of(looked[0]), outcome_of(sale)


@truly_parallel
@pytest.mark.parametrize("what", SALES)
def test_sale_that_looked_before_the_screening_went_elsewhere_is_refused(monkeypatch, what):
    screening, there = make.screening(), catalog.room(seats=(1, 6))

    outcomes = sell_after_looking(
        monkeypatch, what, screening, lambda: change_screening(screening_id=screening.pk, room_id=there.pk)
    )

    assert outcomes == ("done", "seat_not_in_room")
    assert not SeatClaim.objects.exists()


@truly_parallel
@pytest.mark.parametrize("what", SALES)
@pytest.mark.parametrize(("claimed", "refusal"), [(True, "screening_cancelled"), (False, "screening_not_found")])
def test_sale_that_looked_before_the_screening_was_called_off_is_refused(monkeypatch, what, claimed, refusal):
    screening = make.screening()
    if claimed:
        hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening)[1:2])

    outcomes = sell_after_looking(monkeypatch, what, screening, lambda: cancel_screening(screening_id=screening.pk))

    assert outcomes == ("done", refusal)
    assert SeatClaim.objects.count() == claimed


def hold_while_moving(monkeypatch, screening, there):
    """Move the screening; once staff's change has looked at its claims, a visitor comes. Return how that ends."""
    seat_ids, buyer = make.seats_of(screening)[1:2], make.user()
    visitor = Request(lambda: hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seat_ids))

    def look_then_wait(*asked, look=screenings._live_claims):
        claims = look(*asked)
        visitor.start()
        while visitor.is_alive() and not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
        return claims

    monkeypatch.setattr(screenings, "_live_claims", look_then_wait)
    change_screening(screening_id=screening.pk, room_id=there.pk)
    visitor.join()
    return outcome_of(visitor)


@truly_parallel
def test_r47_visitor_who_comes_while_staff_move_the_screening_waits():
    with pytest.MonkeyPatch.context() as patched:
        screening, there = make.screening(), catalog.room(seats=(1, 1))

        assert hold_while_moving(patched, screening, there) == "seat_not_in_room"

    assert (SeatClaim.objects.count(), violations()) == (0, [])


@truly_parallel
@pytest.mark.breaks_invariants
def test_r47_the_test_above_catches_staff_who_do_not_lock():
    def look_at_screening(screening_id, *_rooms):
        return Screening.objects.with_places().get(pk=screening_id)

    with pytest.MonkeyPatch.context() as patched:
        screening, there = make.screening(), catalog.room(seats=(1, 1))
        patched.setattr(screenings, "lock_screening_and_rooms", look_at_screening)

        assert hold_while_moving(patched, screening, there) == "done"

    assert [one.rule for one in violations()] == ["a claimed seat is in the screening's room"]


def test_two_who_move_a_screening_at_once_leave_it_whole():
    screening = make.screening(seats=4)
    rooms = [catalog.room(seats=(1, 4), cinema=screening.room.cinema) for _ in range(2)]
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening)[:2], payment_id="paid")
    starts = [screening.start_time + timedelta(days=days) for days in (1, 2)]
    moves = [(room.pk, start) for room, start in zip(rooms, starts, strict=True)]

    def move(room_id, start):
        change_screening(screening_id=screening.pk, room_id=room_id, start_time=start, remap=True)
        return "moved"

    outcomes = together(*[lambda one=one: move(*one) for one in moves])

    now = Screening.objects.get()
    assert "moved" in outcomes
    assert set(outcomes) <= {"moved", "busy"}
    assert (now.room_id, now.start_time) in moves
    assert now.end_time == now.start_time + timedelta(minutes=105)
    assert set(SeatClaim.objects.values_list("seat__room", flat=True)) == {now.room_id}
    assert violations() == []


def test_two_screenings_change_rooms_with_each_other_and_nobody_waits_crosswise():
    first, second = make.screening(seats=2), make.screening(seats=2)
    later = first.start_time + timedelta(days=2)
    ways = [(first, second.room_id), (second, first.room_id)]

    def go(screening, room_id):
        change_screening(screening_id=screening.pk, room_id=room_id, start_time=later)
        return "moved"

    assert together(*[lambda way=way: go(*way) for way in ways]) == ["moved", "moved"]
    assert [one.room_id for one in Screening.objects.order_by("pk")] == [second.room_id, first.room_id]


def test_r48_of_two_who_want_a_room_at_once_one_gets_it():
    screening, room, film = make.screening(), catalog.room(), catalog.movie()
    start = screening.start_time + timedelta(days=1)

    def move():
        change_screening(screening_id=screening.pk, room_id=room.pk, start_time=start)
        return "there"

    def put_on():
        create_screening(movie_id=film.pk, room_id=room.pk, start_time=start, price=Decimal(9))
        return "there"

    assert sorted(together(move, put_on)) == ["room_overlap", "there"]
    assert Screening.objects.filter(room=room).count() == 1


@pytest.mark.parametrize("round_number", range(5))
def test_r44_whatever_is_sold_while_the_screening_is_called_off_is_given_back(round_number):
    screening, buyers = make.screening(), [make.user() for _ in range(3)]
    seats = make.seats_of(screening)
    hold_seats(buyer=buyers[0], screening_id=screening.pk, seat_ids=seats[5:])

    def call_off():
        cancel_screening(screening_id=screening.pk)
        cancellations.finish(screening.pk)
        return "off"

    def buy(number):
        here = {"buyer": buyers[number], "screening_id": screening.pk, "seat_ids": [seats[number]]}
        book_seats(**here, payment_id=f"{round_number} {number}")
        return "sold"

    outcomes = together(*[lambda number=number: buy(number) for number in range(3)], call_off)

    assert outcomes[3] == "off"
    assert set(outcomes[:3]) <= {"sold", "screening_cancelled"}
    states = [state for _, state in make.states(screening)]
    assert sorted(states) == ["cancelled"] * outcomes.count("sold") + ["released"]
    assert violations() == []
