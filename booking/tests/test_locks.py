"""R5, R9, R27, R61: what is decided under the screening's lock, with true parallel connections."""

import threading
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from booking import claims
from booking.claims import lock_screening
from booking.rows.best import Wish
from booking.services import reservations, tickets
from booking.services.best import hold_best
from booking.services.reservations import expire_lapsed, extend_holds, hold_seats
from booking.services.tickets import book_from_holds, book_seats
from booking.tests import make
from booking.tests.parallel import Request, expire_now, queued, together
from cinema_project.common import clock as product_clock
from cinema_project.common.database import CommitUnknown, query

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def free_seat():
    screening = make.screening()
    seat, *_ = make.seats_of(screening)
    return {"screening_id": screening.pk, "seat_ids": [seat]}, screening


def held(buyer):
    call, screening = free_seat()
    hold_seats(buyer=buyer, **call)
    return call, screening


def book_late(queue, buyer):
    """Ask for a sale while the hold lives, and let it lapse in the queue."""
    call, screening = held(buyer)
    with queued(queue, screening, lambda: book_from_holds(buyer=buyer, payment_id="paid", **call)) as request:
        expire_now()
    return request.outcome


def test_r05_a_request_that_queued_is_judged_by_the_clock_after_the_lock(queue):
    assert book_late(queue, make.user()) == "reservation_expired"


@pytest.mark.postgresql
def test_r05_the_test_above_catches_a_clock_that_is_read_before_the_lock(queue, monkeypatch):
    early = []

    def lock_after_looking_at_the_clock(screening_id):
        early.append(product_clock.now())
        return lock_screening(screening_id)

    def look_as_of_then(*asked, look=tickets.look, **options):
        found = look(*asked, **options)
        return replace(found, now=early[-1]) if early else found

    monkeypatch.setattr(tickets, "lock_screening", lock_after_looking_at_the_clock)
    monkeypatch.setattr(tickets, "look", look_as_of_then)

    outcome = book_late(queue, make.user())

    assert outcome != "reservation_expired"
    assert [ticket.state for ticket in outcome.tickets] == ["confirmed"]


def test_r05_an_extension_that_queued_too_long_is_refused(queue):
    buyer = make.user()
    call, screening = held(buyer)

    with queued(queue, screening, lambda: extend_holds(buyer=buyer, **call)) as request:
        expire_now()

    assert request.outcome == "hold_expired"


def test_r05_a_hold_that_came_and_lapsed_while_others_queued_is_theirs(queue):
    call, screening = free_seat()
    other = make.user()

    with queued(queue, screening, lambda: hold_seats(buyer=other, **call)) as request:
        hold_seats(buyer=make.user(), **call)
        expire_now()

    assert [hold.state for hold in request.outcome.holds] == ["held"]


def test_r27_of_two_identical_sales_the_second_repeats_the_first(queue):
    buyer = make.user()
    call, screening = held(buyer)
    sale = {"buyer": buyer, "payment_id": "paid", **call}

    with queued(queue, screening, lambda: book_from_holds(**sale)) as request:
        first = book_from_holds(**sale)

    assert (request.outcome.tickets, request.outcome.replayed) == (first.tickets, True)


def test_r26_a_payment_used_elsewhere_in_the_same_moment_is_refused(queue):
    """The two sales lock different screenings: only the payment's own row can tell."""
    buyer = make.user()
    call, screening = held(buyer)
    elsewhere = make.screening()
    other = {"screening_id": elsewhere.pk, "seat_ids": make.seats_of(elsewhere)[:1]}

    with queued(queue, screening, lambda: book_from_holds(buyer=buyer, payment_id="paid", **call)) as request:
        book_seats(buyer=make.user(), payment_id="paid", **other)

    assert request.outcome == "payment_id_reused"


@pytest.mark.postgresql
def test_r26_a_payment_used_twice_at_once_makes_one_sale(monkeypatch):
    """Both sales have looked for the payment, and found none, before either writes it."""
    both_looked, insert = threading.Barrier(2), tickets._booking

    def insert_together(*arguments):
        if threading.current_thread().name not in repeating:
            repeating.add(threading.current_thread().name)
            both_looked.wait(5)
        return insert(*arguments)

    repeating: set[str] = set()
    monkeypatch.setattr(tickets, "_booking", insert_together)
    screenings = [make.screening(), make.screening()]
    calls = [{"screening_id": one.pk, "seat_ids": make.seats_of(one)[:1]} for one in screenings]
    buyers = [make.user(), make.user()]

    def sale(number):
        return book_seats(buyer=buyers[number], payment_id="paid", **calls[number]).replayed

    assert sorted(together(lambda: sale(0), lambda: sale(1)), key=str) == [False, "payment_id_reused"]


def test_r09_parallel_calls_cannot_exceed_ten_seats():
    screening, buyer = make.screening(seats=24), make.user()
    seats = make.seats_of(screening)

    def take(number):
        wanted = seats[number * 4 : number * 4 + 4]
        return hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=wanted).expires_in_minutes

    outcomes = together(*[lambda number=number: take(number) for number in range(6)])

    assert sorted(outcomes, key=str) == [5, 5, "seat_limit", "seat_limit", "seat_limit", "seat_limit"]
    assert len(make.states(screening)) == 8


def test_r09_parallel_holds_cannot_reach_a_third_screening():
    buyer, screenings = make.user(), [make.screening() for _ in range(3)]

    def hold_one(screening):
        seats = make.seats_of(screening)[:1]
        return hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats).expires_in_minutes

    outcomes = together(*[lambda screening=screening: hold_one(screening) for screening in screenings])

    assert sorted(outcomes, key=str) == [5, 5, "screening_limit"]


@pytest.mark.postgresql
def test_r09_nor_when_all_have_looked_before_any_writes(monkeypatch):
    buyer, screenings, all_looked = make.user(), [make.screening() for _ in range(3)], threading.Barrier(3)
    waited: set[str] = set()

    def look_together(*asked, look=reservations.look, **options):
        found = look(*asked, **options)
        if threading.current_thread().name not in waited:
            waited.add(threading.current_thread().name)
            all_looked.wait(5)
        return found

    monkeypatch.setattr(reservations, "look", look_together)

    def hold_one(screening):
        return hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1]).message

    outcomes = together(*[lambda screening=screening: hold_one(screening) for screening in screenings])

    assert sorted(outcomes) == ["Reserved 1 seat for 5 minutes"] * 2 + ["screening_limit"]


@pytest.mark.postgresql
def test_r09_nor_by_prolonging_a_hold_that_others_see_lapse(monkeypatch):
    buyer = make.user()
    first, second, third = (free_seat()[0] for _ in range(3))
    hold_seats(buyer=buyer, **first)
    hold_seats(buyer=buyer, **second)
    query(
        "UPDATE booking_seatclaim SET expires_at = clock_timestamp() + interval '0.5 s' WHERE screening_id = %s",
        [first["screening_id"]],
    )
    requests = []

    def look_and_dawdle(*asked, look=reservations.look, **options):
        found = look(*asked, **options)
        if not requests:
            time.sleep(0.6)
            requests.append(Request(lambda: hold_seats(buyer=buyer, **third)))
            requests[0].start()
            while requests[0].is_alive() and not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
                pass
        return found

    monkeypatch.setattr(claims, "look", look_and_dawdle)

    extend_holds(buyer=buyer, **first)
    requests[0].join()

    assert requests[0].outcome == "screening_limit"


@pytest.mark.postgresql
def test_a_sale_that_nobody_disturbs_takes_no_lock(monkeypatch):
    monkeypatch.setattr(claims, "lock_screening", None)
    monkeypatch.setattr(tickets, "lock_screening", None)
    buyer, (call, screening) = make.user(), free_seat()

    hold_seats(buyer=buyer, **call)
    sale = book_from_holds(buyer=buyer, payment_id="paid", **call)

    assert not sale.replayed
    assert make.states(screening) == [(call["seat_ids"][0], "confirmed")]


@pytest.mark.postgresql
def test_r62_a_sale_whose_answer_is_lost_is_looked_for_under_the_lock(monkeypatch):
    buyer = make.user()
    call, screening = held(buyer)

    def lose_the_answer(*steps, write=claims.query_steps, **options):
        monkeypatch.undo()
        write(*steps, **options)
        raise CommitUnknown("lost")

    monkeypatch.setattr(claims, "query_steps", lose_the_answer)

    sale = book_from_holds(buyer=buyer, payment_id="paid", **call)

    assert sale.replayed
    assert make.states(screening) == [(call["seat_ids"][0], "confirmed")]


@pytest.mark.postgresql
def test_r62_a_group_whose_answer_is_lost_is_not_chosen_a_second_time(monkeypatch):
    buyer, screening = make.user(), make.screening()

    def lose_the_answer(*steps, write=claims.query_steps, **options):
        monkeypatch.undo()
        write(*steps, **options)
        raise CommitUnknown("lost")

    monkeypatch.setattr(claims, "query_steps", lose_the_answer)

    with pytest.raises(CommitUnknown):
        hold_best(buyer=buyer, screening_id=screening.pk, wish=Wish(2))

    assert [state for _, state in make.states(screening)] == ["held", "held"]


@pytest.mark.postgresql
def test_r61_a_payment_under_way_elsewhere_is_waited_for_once():
    buyer, (call, screening) = make.user(), free_seat()
    payment = (
        "INSERT INTO booking_payment (payment_id, user_id, screening_id, seat_ids, amount, currency, status,"
        " captured_at) VALUES ('paid', %s, %s, '[]', 1, 'EUR', 'claimed', clock_timestamp())"
    )
    with transaction.atomic():
        query(payment, [buyer.pk, screening.pk])
        sale = Request(lambda: book_seats(buyer=buyer, payment_id="paid", **call))
        sale.start()
        sale.join(5)
        transaction.set_rollback(True)

    assert sale.outcome == "request_in_progress"


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ("UPDATE catalog_screening SET status = 'cancelled'", "screening_cancelled"),
        ("UPDATE catalog_screening SET price = 99", [Decimal(99)]),
    ],
)
def test_r61_a_change_between_look_and_write_is_noticed(monkeypatch, change, outcome):
    call, _ = free_seat()
    buyer, changed = make.user(), []

    def look_and_be_overtaken(*asked, look=reservations.look, **options):
        found = look(*asked, **options)
        if not changed:
            changed.append(Request(lambda: query(change)))
            changed[0].start()
            changed[0].join()
        return found

    monkeypatch.setattr(reservations, "look", look_and_be_overtaken)

    hold = Request(lambda: [hold.price for hold in hold_seats(buyer=buyer, **call).holds])
    hold.run()

    assert hold.outcome == outcome


@pytest.mark.postgresql
def test_r61_three_seconds_of_waiting_are_enough(queue):
    call, screening = free_seat()

    with queued(queue, screening, lambda: hold_seats(buyer=make.user(), **call)) as request:
        request.join(10)

    assert request.outcome == "busy"


@pytest.mark.postgresql
def test_r61_a_change_of_the_screening_waits_for_the_sale():
    """``FOR NO KEY UPDATE`` stops a concurrent change of its status."""
    screening = make.screening()
    with transaction.atomic():
        lock_screening(screening.pk)
        cancel = Request(lambda: query("UPDATE catalog_screening SET status = 'cancelled' RETURNING id"))
        cancel.start()
        while not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
        assert query("SELECT status FROM catalog_screening") == [("scheduled",)]
    cancel.join()

    assert query("SELECT status FROM catalog_screening") == [("cancelled",)]


@pytest.mark.postgresql
def test_r63_tidying_waits_for_nobody(clock):
    _, screening = held(make.user())
    clock.travel(301)

    with transaction.atomic():
        lock_screening(screening.pk)
        tidy = Request(expire_lapsed)
        tidy.start()
        tidy.join(2)

    assert tidy.outcome == 0
    assert expire_lapsed() == 1
