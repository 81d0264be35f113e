"""Promo codes with true parallel connections: as many uses as the limit says, whoever comes first."""

from functools import partial

import pytest
from django.db import IntegrityError

from booking.models import PromoCode, PromoUse
from booking.selectors.invariants import violations
from booking.services import promos
from booking.services.promo_sales import book_with_promo
from booking.services.promos import use_promo
from booking.services.reservations import hold_seats
from booking.services.tickets import cancel_ticket
from booking.tests import make
from booking.tests.parallel import expire_now, together
from booking.tests.parties import rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
CLIENTS, LIMIT = 50, 10


def clients(screening, seats):
    """Each buys one seat of its own, with the same code."""
    call = {"screening_id": screening.pk, "payment_id": None, "ticket_types": None, "money": None, "code": "SPRING"}
    return [partial(book_with_promo, **call, buyer=make.user(), seat_ids=[seat]) for seat in seats]


def outcomes(answers):
    return [answer if isinstance(answer, str) else "sold" for answer in answers]


def test_of_fifty_clients_ten_get_what_ten_may_have():
    PromoCode.objects.create(code="SPRING", percent=50, max_uses=LIMIT)
    screening, seats = rows(*[10] * 5)

    found = outcomes(together(*clients(screening, seats)))

    assert (found.count("sold"), found.count("promo_used_up")) == (LIMIT, CLIENTS - LIMIT)
    assert (PromoCode.objects.get().uses, len(make.states(screening))) == (LIMIT, LIMIT)
    assert violations() == []


def test_so_it_is_over_many_screenings():
    """Nobody waits for anybody's screening: only the code's own row tells."""
    PromoCode.objects.create(code="SPRING", percent=50, max_uses=LIMIT)
    sales = [sale for screening in (make.screening(seats=10) for _ in range(5)) for sale in _of(screening)]

    found = outcomes(together(*sales))

    assert (found.count("sold"), found.count("promo_used_up")) == (LIMIT, CLIENTS - LIMIT)


def _of(screening):
    return clients(screening, make.seats_of(screening))


def test_the_tests_above_catch_a_limit_that_is_looked_at_without_the_lock(monkeypatch):
    """The code's row is read but not queued for: then only the database's own limit is left."""
    PromoCode.objects.create(code="SPRING", percent=50, max_uses=1)
    first, second = (make.screening(price="10.00") for _ in range(2))
    buyers = [make.user(), make.user()]
    for buyer, screening in zip(buyers, (first, second), strict=True):
        hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])
    stale = PromoCode.objects.get()
    use_promo(buyer=buyers[0], screening_id=first.pk, code="SPRING")
    monkeypatch.setattr(promos, "_lock", lambda seats, code="": [stale])

    with pytest.raises(IntegrityError, match="promo_within_its_limit"):
        use_promo(buyer=buyers[1], screening_id=second.pk, code="SPRING")

    assert PromoUse.objects.count() == 1


def test_one_person_in_two_tabs_uses_it_once():
    PromoCode.objects.create(code="SPRING", percent=50)
    buyer = make.user()
    screenings = [make.screening(), make.screening()]
    for screening in screenings:
        hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])

    answers = together(*[partial(use_promo, buyer=buyer, screening_id=s.pk, code="SPRING") for s in screenings])

    assert sorted(outcomes(answers)) == ["promo_used", "sold"]


def test_a_freed_use_goes_to_one_of_those_who_want_it():
    PromoCode.objects.create(code="SPRING", percent=50, max_uses=1)
    screening, seats = rows(10)
    (sold,) = together(*clients(screening, seats[:1]))
    cancel_ticket(ticket_id=sold.tickets[0].id, by=_owner(sold))

    found = outcomes(together(*clients(screening, seats[1:])))

    assert (found.count("sold"), PromoCode.objects.get().uses) == (1, 1)


def _owner(sold):
    class Owner:
        id, long_holds = sold.tickets[0].user_id, False

    return Owner


def test_uses_of_lapsed_holds_are_free_for_a_crowd():
    PromoCode.objects.create(code="SPRING", percent=50, max_uses=5)
    for _ in range(5):
        screening, buyer = make.screening(), make.user()
        hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])
        use_promo(buyer=buyer, screening_id=screening.pk, code="SPRING")
    expire_now()
    screening, seats = rows(20)

    found = outcomes(together(*clients(screening, seats)))

    assert (found.count("sold"), PromoCode.objects.get().uses) == (5, 5)
    assert violations() == []
