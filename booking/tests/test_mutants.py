"""Three deliberate mistakes, each made by the test alone, and the tests that notice. See ``test_races.py`` for a sale
without its lock, and ``test_locks.py`` for a clock that is read too early."""

from dataclasses import replace
from decimal import Decimal

import pytest

from booking.api.views import reservations as views
from booking.models import Payment
from booking.services import reservations, tickets
from booking.tests import make, test_api_seats, test_sales, test_truth
from booking.tests.test_api_seats import call, person
from cinema_project.common import outbox

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.breaks_invariants]
RED = (AssertionError, pytest.fail.Exception)
__all__ = ["call", "person"]


@pytest.fixture
def screening():
    return make.screening(seats=10, price="15.00")


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


def test_effects_by_on_commit_alone_are_noticed(screening, seats, monkeypatch):
    monkeypatch.setattr(outbox, "statement", lambda topic, *, key, payload: ("SELECT 1", []))

    with pytest.raises(RED):
        test_truth.test_r57_a_message_without_its_commit_hook_is_delivered_all_the_same(screening, seats, monkeypatch)


def test_a_price_taken_from_the_body_is_noticed(call, screening, seats, person, monkeypatch):
    said = []

    def read(request, body_of=views.body_of):
        said.append(body_of(request))
        return said[-1]

    def as_said(screening, seat_ids, ticket_types, prices=reservations.prices):
        price = said[-1].get("price")
        return dict.fromkeys(seat_ids, Decimal(str(price))) if price else prices(screening, seat_ids, ticket_types)

    monkeypatch.setattr(views, "body_of", read)
    monkeypatch.setattr(reservations, "prices", as_said)

    with pytest.raises(RED, match=r"15\.0"):
        test_api_seats.test_reserve_takes_one_seat_id_and_ignores_what_the_server_decides(
            call, screening, seats, person
        )


def test_a_replay_before_the_owner_check_is_noticed(screening, seats, monkeypatch):
    def careless(call, replay=tickets._replay):
        paid = Payment.objects.filter(pk=call.payment_id).select_related("user").first()
        return replay(replace(call, buyer=paid.user) if paid else call)

    monkeypatch.setattr(tickets, "_replay", careless)

    with pytest.raises(RED):
        test_sales.test_r26_somebody_elses_payment_tells_nothing(screening, seats, make.user())
