"""R49: a seat that somebody will sit on stays as it is, whoever is faster."""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from booking.claims import lock_screening
from booking.models import SeatClaim
from booking.selectors.seatmap import seat_map
from booking.services import reservations
from booking.services.reservations import hold_seats
from booking.services.seat_rules import SeatNotInRoom, SeatsNotOnSale
from booking.services.seats import SeatHasHistory, SeatHasLiveClaims, change_seat, remove_seat
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.parallel import Request
from catalog.models import Room, Seat
from catalog.services import corrections, locks
from catalog.services.cinemas import create_seats
from catalog.services.corrections import SeatNotFound
from catalog.services.plans import SeatSpec
from catalog.services.screenings import create_screening
from catalog.tests import make as catalog
from cinema_project.common import database
from cinema_project.common.database import query
from cinema_project.common.errors import Conflict

both_databases = pytest.mark.both_databases
truly_parallel = pytest.mark.postgresql  # on SQLite, whoever writes is alone
OTHERWISE = {"row_label": "Z", "seat_number": 9, "seat_type": "vip", "x": 20, "y": 20}


@pytest.fixture
def screening(db):
    return make.screening()


def hold(screening):
    seat_id = make.seats_of(screening)[0]
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat_id])
    return seat_id


def values(seat_id):
    return Seat.objects.values(*OTHERWISE, "is_active").get(pk=seat_id)


@both_databases
@pytest.mark.parametrize("change", OTHERWISE)
def test_r49_seat_with_a_hold_is_not_changed(screening, change):
    seat_id = hold(screening)
    before = values(seat_id)

    with pytest.raises(SeatHasLiveClaims) as refused:
        change_seat(seat_id=seat_id, **{change: OTHERWISE[change]})

    assert (refused.value.code, refused.value.extra) == ("has_live_claims", {"screening_ids": [screening.pk]})
    assert values(seat_id) == before


@both_databases
def test_r49_sold_seat_is_not_removed(screening):
    seat_id = make.seats_of(screening)[0]
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat_id])

    with pytest.raises(SeatHasLiveClaims):
        remove_seat(seat_id=seat_id)

    assert Seat.objects.filter(pk=seat_id).exists()


@both_databases
def test_r49_sold_seat_may_be_switched_off(screening):
    seat_id = hold(screening)
    before = values(seat_id)

    change_seat(seat_id=seat_id, is_active=False)

    assert values(seat_id) == before | {"is_active": False}


@both_databases
def test_seat_beside_a_sold_one_may_change(screening):
    hold(screening)
    beside = make.seats_of(screening)[1]

    change_seat(seat_id=beside, **OTHERWISE)

    assert values(beside) == OTHERWISE | {"is_active": True}


@both_databases
def test_seat_whose_hold_lapsed_may_change_and_not_go(screening, clock):
    seat_id = hold(screening)
    clock.travel(301)

    change_seat(seat_id=seat_id, **OTHERWISE)
    with pytest.raises(SeatHasHistory):
        remove_seat(seat_id=seat_id)

    assert values(seat_id) == OTHERWISE | {"is_active": True}


@both_databases
@pytest.mark.parametrize("state", ["confirmed", "used"])
def test_seat_on_which_somebody_sits_is_not_changed_while_the_film_runs(screening, clock, state):
    seat_id = make.seats_of(screening)[0]
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat_id])
    SeatClaim.objects.update(state=state)
    clock.at(screening.end_time - timedelta(seconds=1))

    with pytest.raises(SeatHasLiveClaims):
        change_seat(seat_id=seat_id, seat_type="vip")


@both_databases
def test_seat_switched_off_is_not_sold_any_more(screening):
    sold, free, *_ = make.seats_of(screening)
    here, buyer = {"screening_id": screening.pk}, make.user()
    [ticket] = book_seats(buyer=buyer, **here, seat_ids=[sold]).tickets
    for seat_id in (sold, free):
        change_seat(seat_id=seat_id, is_active=False)

    for sell in (hold_seats, book_seats):
        with pytest.raises(SeatsNotOnSale) as refused:
            sell(buyer=buyer, **here, seat_ids=[free])
        assert refused.value.extra == {"conflicting_seat_ids": [free]}
    cancel_ticket(ticket_id=ticket.id, by=buyer)
    with pytest.raises(SeatsNotOnSale):
        hold_seats(buyer=buyer, **here, seat_ids=[sold])

    assert {view.seat.id for view in seat_map(screening.pk).seats() if view.status == "booked"} == {sold, free}


@both_databases
def test_new_seats_are_on_sale_at_once(screening):
    before = len(list(seat_map(screening.pk).seats()))

    [new] = create_seats(room_id=screening.room_id, seats=[SeatSpec("Z", 1, "vip")])
    [hold] = hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[new.pk]).holds

    assert (len(list(seat_map(screening.pk).seats())), str(hold.price)) == (before + 1, "18.75")


@both_databases
def test_seat_of_a_film_that_is_over_may_change(screening, clock):
    seat_id = make.seats_of(screening)[0]
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat_id])
    clock.travel(3 * 24 * 3600)

    change_seat(seat_id=seat_id, seat_type="vip")

    assert values(seat_id)["seat_type"] == "vip"


@both_databases
def test_seat_that_nobody_ever_had_is_removed_and_maps_are_drawn_anew(screening):
    seat_id = make.seats_of(screening)[0]

    remove_seat(seat_id=seat_id)

    assert not Seat.objects.filter(pk=seat_id).exists()
    assert Room.objects.get().layout_version == screening.room.layout_version + 1


@both_databases
def test_two_seats_cannot_have_one_label(screening):
    first, second, *_ = make.seats_of(screening)

    with pytest.raises(Conflict, match="already has a seat A1"):
        change_seat(seat_id=second, row_label="A", seat_number=1)

    assert values(first)["seat_number"] == 1


@both_databases
@pytest.mark.parametrize("service", [change_seat, remove_seat])
def test_unknown_seat_is_not_found(db, service):
    with pytest.raises(SeatNotFound):
        service(seat_id=1)


@contextmanager
def staff_at_work(change):
    """Do the change, and let the block run before it is committed."""
    with database._writer_queue(), transaction.atomic():
        change()
        yield


def wait_or_end(request):
    """Wait until the request has ended, or waits for a lock."""
    while request.is_alive() and not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
        pass


def hold_after_looking(monkeypatch, screening, seat_id, meanwhile):
    """Hold a seat; between the look and the write of the hold somebody else does what they do."""
    done = []

    def look_then_wait(*asked, look=reservations.look, **options):
        found = look(*asked, **options)
        if not done:
            done.append(Request(meanwhile))
            done[0].run_alone()
        return found

    monkeypatch.setattr(reservations, "look", look_then_wait)
    held = hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat_id])
    return held, done[0].outcome


@pytest.fixture
def sale(transactional_db):
    screening = make.screening()
    return screening, make.seats_of(screening)[0]


@truly_parallel
def test_hold_that_comes_while_staff_change_the_seat_sees_the_change(sale):
    screening, seat_id = sale
    buyer = make.user()
    request = Request(lambda: hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[seat_id]))

    with staff_at_work(lambda: change_seat(seat_id=seat_id, seat_type="vip")):
        request.start()
        wait_or_end(request)
        assert request.is_alive()
    request.join()

    assert [str(hold.price) for hold in request.outcome.holds] == ["18.75"]


@truly_parallel
def test_hold_that_looked_before_the_seat_was_changed_looks_again(sale, monkeypatch):
    screening, seat_id = sale

    held, _ = hold_after_looking(monkeypatch, screening, seat_id, lambda: change_seat(seat_id=seat_id, seat_type="vip"))

    assert [str(hold.price) for hold in held.holds] == ["18.75"]


@truly_parallel
def test_hold_of_a_seat_removed_meanwhile_is_refused(sale, monkeypatch):
    screening, seat_id = sale

    with pytest.raises(SeatNotInRoom) as refused:
        hold_after_looking(monkeypatch, screening, seat_id, lambda: remove_seat(seat_id=seat_id))

    assert refused.value.extra == {"conflicting_seat_ids": [seat_id]}
    assert not SeatClaim.objects.exists()


@truly_parallel
def test_the_tests_above_catch_staff_who_lock_the_room_alone(sale, monkeypatch):
    """Without the screenings' lock a hold goes through beside the change, at the price of before."""
    screening, seat_id = sale
    monkeypatch.setattr(corrections, "stop_sales_in_room", locks.lock_rooms)

    held, changed = hold_after_looking(
        monkeypatch, screening, seat_id, lambda: change_seat(seat_id=seat_id, seat_type="vip")
    )

    assert changed.seat_type == "vip"
    assert [str(hold.price) for hold in held.holds] == ["12.50"]


@truly_parallel
def test_change_that_comes_while_the_seat_is_sold_is_refused(sale):
    screening, seat_id = sale
    request = Request(lambda: change_seat(seat_id=seat_id, seat_type="vip"))

    with staff_at_work(lambda: hold(screening)):
        request.start()
        wait_or_end(request)
    request.join()

    assert request.outcome == "has_live_claims"


@truly_parallel
def test_change_waits_for_who_books_their_hold_although_the_film_runs(sale, clock):
    """R15: a hold of before the start may be booked after it."""
    screening, seat_id = sale
    buyer = make.user(long_holds=True)
    clock.at(screening.start_time - timedelta(seconds=1))
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[seat_id])
    clock.at(screening.start_time + timedelta(seconds=1))
    request = Request(lambda: change_seat(seat_id=make.seats_of(screening)[1], seat_type="vip"))

    with staff_at_work(lambda: lock_screening(screening.pk)):
        request.start()
        wait_or_end(request)
        assert request.is_alive()
    request.join()

    assert request.outcome.seat_type == "vip"


@truly_parallel
def test_screening_put_on_while_a_seat_is_changed_waits(sale):
    screening, seat_id = sale
    start = screening.start_time + timedelta(days=1)
    new = {"movie_id": catalog.movie().pk, "room_id": screening.room_id, "start_time": start, "price": Decimal(9)}
    create = Request(lambda: create_screening(**new))

    with staff_at_work(lambda: change_seat(seat_id=seat_id, seat_type="vip")):
        create.start()
        wait_or_end(create)
        assert create.is_alive()
    create.join()

    assert create.outcome.room_id == screening.room_id
