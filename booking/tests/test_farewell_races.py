"""R52 with true parallel connections: whoever leaves in the moment of a sale keeps no ticket of it."""

from functools import partial

import pytest
from django.db import transaction

from booking.claims import buyer_unless_gone
from booking.models import SeatClaim
from booking.selectors.invariants import violations
from booking.services import contested, tickets
from booking.services.farewell import close_account
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from booking.tests.parallel import Request, together
from cinema_project.common.database import Step, query

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

LIVE = ("held", "pending", "confirmed")


@pytest.fixture
def ann():
    return make.user()


@pytest.fixture
def careless(monkeypatch):
    """Sell as if nobody could leave meanwhile."""
    monkeypatch.setattr(tickets, "buyer_unless_gone", lambda user_id: Step("buyer", f"SELECT {user_id} AS id"))


def sale_to(buyer, screening, *, first=0, payment_id=None):
    seats = make.seats_of(screening)[first : first + 2]
    return partial(book_seats, buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id=payment_id)


def kept_by(person):
    return SeatClaim.objects.filter(user=person, state__in=LIVE).count()


def leave_after_the_look(monkeypatch, person):
    """Have the person leave once the sale has looked at the room, and before it writes."""
    leaving = [Request(partial(close_account, user=person))]

    def look_and_leave(*asked, look=tickets.look, **options):
        found = look(*asked, **options)
        if leaving:
            leaving.pop().run_alone()
        return found

    monkeypatch.setattr(tickets, "look", look_and_leave)


@pytest.mark.postgresql
@pytest.mark.parametrize("payment_id", [None, "paid"])
def test_r52_a_sale_decided_before_its_buyer_left_is_not_written(monkeypatch, ann, payment_id):
    screening = make.screening()
    leave_after_the_look(monkeypatch, ann)
    sale = Request(sale_to(ann, screening, payment_id=payment_id))

    sale.run_alone()

    assert (sale.outcome, kept_by(ann)) == ("invalid_token", 0)
    assert violations() == []


@pytest.mark.postgresql
def test_r52_nor_is_one_under_the_lock(monkeypatch, ann):
    screening = make.screening()
    monkeypatch.setattr(contested, "lately", lambda screening_id: True)
    leave_after_the_look(monkeypatch, ann)
    sale = Request(sale_to(ann, screening))

    sale.run_alone()

    assert (sale.outcome, kept_by(ann)) == ("invalid_token", 0)


@pytest.mark.postgresql
def test_r52_the_tests_above_catch_a_sale_that_trusts_its_look(monkeypatch, careless, ann):
    leave_after_the_look(monkeypatch, ann)

    Request(sale_to(ann, make.screening())).run_alone()

    assert kept_by(ann) == 2


def leave_before_the_commit(person, sale):
    """Have the person leave while the sale is written, and not committed; return what they keep."""
    leaving = Request(partial(close_account, user=person))
    with transaction.atomic():
        sale()
        leaving.start()
        while leaving.is_alive() and not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
    leaving.join()
    return kept_by(person)


@pytest.mark.postgresql
@pytest.mark.parametrize("held", [True, False])
def test_r52_a_sale_committed_while_its_buyer_leaves_is_undone(ann, held):
    screening = make.screening()
    sale = sale_to(ann, screening, payment_id="paid")
    if held:
        hold_seats(buyer=ann, screening_id=screening.pk, seat_ids=sale.keywords["seat_ids"])

    assert leave_before_the_commit(ann, sale) == 0

    refunds = SeatClaim.objects.values_list("state", "refund__status")
    assert [*refunds] == [("cancelled", "due")] * 2
    assert violations() == []


@pytest.mark.postgresql
def test_r52_the_test_above_catches_a_sale_that_nobody_waits_for(careless, ann):
    assert leave_before_the_commit(ann, sale_to(ann, make.screening())) == 2


def test_r52_whoever_leaves_beside_many_sales_keeps_nothing(ann):
    screenings = [make.screening() for _ in range(4)]
    sales = [sale_to(ann, screening, first=first) for screening in screenings for first in (0, 2)]

    together(*sales[:4], partial(close_account, user=ann), *sales[4:])

    assert kept_by(ann) == 0
    assert violations() == []


def test_the_buyers_step_finds_whoever_is_there(ann):
    with transaction.atomic():
        step = buyer_unless_gone(ann.pk)
        assert query(step.sql, step.params) == [(ann.pk,)]
        close_account(user=ann)
        assert query(step.sql, step.params) == []
