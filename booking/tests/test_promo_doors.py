"""Promo codes over HTTP and at the checkout."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.tokens import issue_tokens
from booking.models import Payment, PromoCode
from booking.services.reservations import hold_seats
from booking.tests import make

pytestmark = pytest.mark.django_db
HOLDS = "/api/v1/seat-reservations"


@pytest.fixture
def buyer(client):
    person = make.user()
    client.force_login(person)
    return person


@pytest.fixture
def screening():
    PromoCode.objects.create(code="SPRING", percent=20)
    return make.screening(price="10.00")


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def post(client, buyer):
    headers = {"authorization": f"Bearer {issue_tokens(user=buyer).access_token}"}

    def send(path, body, **more):
        return client.post(path, body, content_type="application/json", headers=headers | more)

    return send


def test_reserve_takes_a_code(post, screening, seats):
    answer = post(f"{HOLDS}/reserve", {"screening_id": screening.pk, "seat_ids": seats[:2], "promo_code": "spring"})

    body = answer.json()
    assert answer.status_code == 201
    assert [hold["price"] for hold in body["reservations"]] == [8.0, 8.0]
    found = {name: body[name] for name in ("promo_code", "discount", "total", "currency", "message")}
    assert found == {
        "promo_code": "SPRING",
        "discount": 4.0,
        "total": 16.0,
        "currency": "EUR",
        "message": "Reserved 2 seats for 5 minutes",
    }


@pytest.mark.parametrize("path", [f"{HOLDS}/promo-code", f"{HOLDS}/promo-code/"])
def test_what_is_held_gets_cheaper_and_dearer_again(post, buyer, screening, seats, path):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])

    with_it = post(path, {"screening_id": screening.pk, "promo_code": "SPRING"})
    without = post(path, {"screening_id": screening.pk, "promo_code": None})

    assert [(answer.status_code, answer.json()["total"]) for answer in (with_it, without)] == [(200, 8.0), (200, 10.0)]
    assert without.json()["promo_code"] is None


def test_book_takes_a_code_and_the_price_of_the_body_counts_for_nothing(post, screening, seats):
    body = {"screening_id": screening.pk, "seat_ids": seats[:2], "payment_id": "p", "promo_code": "SPRING", "price": 1}

    answer = post("/api/v1/tickets/book", body)

    assert (answer.status_code, [ticket["price"] for ticket in answer.json()]) == (201, [8.0, 8.0])
    assert str(Payment.objects.get().amount) == "16.00"
    assert post("/api/v1/tickets/book", body)["Idempotent-Replayed"] == "true"


def test_r23_a_sale_with_a_code_may_be_repeated_for_ever(post, screening, seats):
    body = {"screening_id": screening.pk, "seat_ids": seats[:2], "payment_id": "p", "promo_code": "SPRING"}

    answers = [post("/api/v1/tickets/book", body) for _ in range(40)]

    assert {answer.status_code for answer in answers} == {201}


def test_refusals(post, buyer, screening, seats):
    def told(path, **body):
        answer = post(path, {"screening_id": screening.pk} | body)
        return answer.status_code, answer.json()["code"]

    assert told(f"{HOLDS}/promo-code", promo_code="SPRING") == (409, "hold_expired")
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    assert told(f"{HOLDS}/promo-code") == (400, "invalid")
    assert told(f"{HOLDS}/promo-code", promo_code="WINTER") == (400, "promo_unknown")
    assert told(f"{HOLDS}/promo-code", promo_code=7) == (400, "promo_unknown")
    assert told(f"{HOLDS}/reserve", seat_ids=seats[1:2], promo_code="WINTER") == (400, "promo_unknown")
    assert told("/api/v1/tickets/book", seat_ids=seats[1:2], promo_code=["x"]) == (400, "promo_unknown")


def test_who_tries_many_codes_has_to_wait(post, buyer, screening, seats):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    body = {"screening_id": screening.pk, "promo_code": "WINTER"}

    answers = [post(f"{HOLDS}/promo-code", body) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [400] * 30 + [429]
    assert int(answers[-1]["Retry-After"]) >= 1


def details(screening):
    return f"/checkout/{screening.pk}/details/"


def test_the_field_at_the_checkout_lowers_the_total(client, buyer, screening, seats):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:2])

    answer = client.post(details(screening), {"promo": " spring ", "action": "price"})

    assertRedirects(answer, details(screening), status_code=303)
    shown = client.get(details(screening))
    assertContains(shown, 'value="SPRING"')
    assertContains(shown, "Promo code SPRING: 4.00 EUR off")
    assertContains(shown, "16.00 EUR")
    assertContains(client.get(f"/checkout/{screening.pk}/pay/"), "Pay 16.00 EUR")


def test_an_empty_field_takes_it_away(client, buyer, screening, seats):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    client.post(details(screening), {"promo": "SPRING", "action": "price"})

    client.post(details(screening), {"promo": "", "action": "price"})

    assertNotContains(client.get(details(screening)), "SPRING")


def test_it_counts_for_other_ticket_types_and_for_seats_chosen_later(client, buyer, screening, seats):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    client.post(details(screening), {"promo": "SPRING", "action": "price"})
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[1:2])

    form = {"promo": "SPRING", f"type-{seats[0]}": "child", f"type-{seats[1]}": "adult", "action": "go"}
    assertRedirects(client.post(details(screening), form), f"/checkout/{screening.pk}/pay/", status_code=303)

    assertContains(client.get(f"/checkout/{screening.pk}/pay/"), "Pay 13.20 EUR")


def test_a_wrong_code_says_so_and_stays_at_the_details(client, buyer, screening, seats):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])

    answer = client.post(details(screening), {"promo": "WINTER", "action": "go"}, follow=True)

    assert answer.redirect_chain[-1][0].startswith(details(screening))
    assertContains(answer, "There is no such promo code.")
    assertContains(answer, 'value="WINTER"')


@pytest.mark.parametrize("limit", ["0", "-1", "x", ""])
def test_staff_may_not_lower_a_limit_below_what_is_used(client, screening, seats, limit):
    client.force_login(make.user(is_staff=True, is_superuser=True))
    code = PromoCode.objects.get()
    PromoCode.objects.update(uses=3)
    form = {"code": "summer", "percent": "20", "uses_per_user": "1", "max_uses": limit, "is_active": "on"}

    answer = client.post(f"/admin/booking/promocode/{code.pk}/change/", form)

    code.refresh_from_db()
    assert (answer.status_code, code.code, code.uses) == ((302, "SUMMER", 3) if limit == "" else (200, "SPRING", 3))
    PromoCode.objects.update(uses=0)
