"""Payments over HTTP, in trust and verified."""

from datetime import timedelta

import pytest

from accounts.tests.make import bearer
from booking.models import FakeCharge, PaymentIntent, Refund
from booking.services import refunds, unclaimed
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from booking.tests.paying import books, paid, payments, take_money
from booking.tests.test_api_seats import AT, UNTIL, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
API = "/api/v1"


@pytest.fixture
def screening():
    return make.screening(seats=6, types=["premium"], price="10.00")


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def person():
    return make.user()


@pytest.fixture
def call(client, person):
    def run(method, path, body=None, *, by=person, **headers):
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        known = bearer(by) if by else {}
        return getattr(client, method)(API + path, **sent, headers=known | headers)

    return run


@pytest.fixture
def asked(screening, seats):
    return {"screening_id": screening.pk, "seat_ids": seats[:2]}


def hold(person, asked):
    hold_seats(buyer=person, **asked)


# --- payments/intents ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ["trust", "verify"])
def test_an_intent_answers_what_the_client_needs(call, asked, person, settings, mode):
    settings.PAYMENTS_MODE = mode
    hold(person, asked)

    answer = call("post", "/payments/intents", asked | {"amount": 1, "price": 1})

    intent = PaymentIntent.objects.get()
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "payment_id": intent.payment_id,
            "client_secret": intent.client_secret,
            "amount": 22.0,
            "currency": "EUR",
            "provider": "trust" if mode == "trust" else "fake",
        },
    )
    assert intent.client_secret


def test_an_intent_for_seats_of_nobody_is_refused(call, asked):
    assert problem(call("post", "/payments/intents", asked))[:2] == (409, "reservation_expired")
    assert problem(call("post", "/payments/intents", asked | {"screening_id": 10**9}))[:2] == (
        404,
        "screening_not_found",
    )
    assert problem(call("post", "/payments/intents", {"screening_id": 1}))[0] == 400
    assert problem(call("post", "/payments/intents/", asked, by=None))[0] == 401


def test_an_intent_is_repeated_by_its_idempotency_key_without_the_provider(call, asked, person, verify):
    hold(person, asked)
    key = {"Idempotency-Key": "k"}
    first = call("post", "/payments/intents", asked, **key)
    FakeCharge.objects.all().delete()

    again = call("post", "/payments/intents", asked, **key)
    other = call("post", "/payments/intents", asked | {"seat_ids": asked["seat_ids"][:1]}, **key)

    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert problem(other)[:2] == (422, "idempotency_key_reused")
    assert PaymentIntent.objects.count() == 1


# --- booking ------------------------------------------------------------------------------------------------------
def test_a_booking_with_an_idempotency_key_is_proved_before_its_transaction(call, asked, person, screening, verify):
    intent = paid(person, screening, *asked["seat_ids"])
    body, key = asked | {"payment_id": intent.payment_id}, {"Idempotency-Key": "k"}
    first = call("post", "/tickets/book-from-reservation", body, **key)
    FakeCharge.objects.all().delete()

    again = call("post", "/tickets/book-from-reservation", body, **key)

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again["Idempotent-Replayed"] == "true"


def test_shape_is_checked_before_the_payment(call, asked, verify):
    body = asked | {"seat_ids": [1, 1], "payment_id": "unknown"}

    assert problem(call("post", "/tickets/book", body))[1] == "invalid"
    assert problem(call("post", "/tickets/book", asked | {"payment_id": "unknown"}))[:2] == (400, "payment_unknown")


@pytest.mark.parametrize("mode", ["trust", "verify"])
def test_a_refusal_says_that_the_money_goes_back(call, asked, person, screening, settings, mode):
    settings.PAYMENTS_MODE = mode
    payment_id = "till-1" if mode == "trust" else paid(person, screening, *asked["seat_ids"]).payment_id
    if mode == "verify":
        refused = call("post", "/tickets/book", asked | {"seat_ids": asked["seat_ids"][:1], "payment_id": payment_id})
        status = 400
    else:
        book_seats(buyer=make.user(), **asked)
        refused = call("post", "/tickets/book", asked | {"payment_id": payment_id})
        status = 409

    assert (refused.status_code, refused.json()["refund"]) == (status, "scheduled")
    assert [status for _, status, _, _ in payments()] == ["captured"]


# --- payment/process ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ["trust", "verify"])
def test_process_pays_for_the_holds_and_books_them(call, asked, person, settings, mode):
    settings.PAYMENTS_MODE = mode
    hold(person, asked)

    answer = call("post", "/payment/process", asked | {"payment_method": "card"})

    body = answer.json()
    intent = PaymentIntent.objects.get()
    assert (answer.status_code, sorted(body)) == (
        200,
        ["amount", "message", "payment_id", "success", "tickets", "transaction_id"],
    )
    assert (body["success"], body["payment_id"], body["transaction_id"], body["amount"]) == (
        True,
        intent.payment_id,
        intent.reference,
        22.0,
    )
    assert [(t["seat_id"], t["status"], t["payment_id"]) for t in body["tickets"]] == [
        (seat, "confirmed", intent.payment_id) for seat in asked["seat_ids"]
    ]
    assert books() == {"captured": "22.00", "live": "22.00"}


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}])
def test_process_twice_pays_once(call, asked, person, verify, key):
    hold(person, asked)
    body = asked | {"payment_method": "card"}

    first, again = (call("post", "/payment/process", body, **key).json() for _ in range(2))

    assert first == again
    assert (PaymentIntent.objects.count(), books()) == (1, {"captured": "22.00", "live": "22.00"})


def test_process_confirms_tickets_that_wait(call, asked, person, verify):
    book_seats(buyer=person, **asked)

    answer = call("post", "/payment/process", asked | {"payment_method": "card"})

    assert [ticket["status"] for ticket in answer.json()["tickets"]] == ["confirmed"] * 2


def test_process_takes_nothing_when_the_bank_declines_or_nothing_is_held(call, asked, person, verify):
    answers = [call("post", "/payment/process", asked | {"payment_method": "card"})]
    hold(person, asked)
    answers.append(call("post", "/payment/process", asked | {"payment_method": "card_declined"}))
    answers.append(call("post", "/payment/process", asked | {"payment_method": ["card"]}))
    answers.append(call("post", "/payment/process", asked))
    answers.append(call("post", "/payment/process", asked | {"payment_method": "card"}, by=make.user()))

    assert [problem(answer)[:2] for answer in answers] == [
        (409, "reservation_expired"),
        (409, "payment_declined"),
        (400, "invalid"),
        (400, "invalid"),
        (409, "reservation_expired"),
    ]
    assert books() == {}
    assert call("post", "/payment/process", asked | {"payment_method": "another card"}).status_code == 200


# --- tickets/{id}/confirm-payment ---------------------------------------------------------------------------------
def waiting(person, asked):
    return [ticket.id for ticket in book_seats(buyer=person, **asked).tickets]


def test_confirm_payment_answers_the_ticket(call, asked, person, screening, verify):
    first, second = waiting(person, asked)
    intent = call("post", "/payments/intents", asked).json()
    assert intent["amount"] == 22.0
    take_money(PaymentIntent.objects.get())
    body = {"payment_method": "card", "transaction_id": intent["payment_id"]}

    answer, other, again = (
        call("post", f"/tickets/{ticket}/confirm-payment", body) for ticket in (first, second, first)
    )

    assert answer.status_code == 200
    assert answer.json() == call("get", f"/tickets/{first}").json()
    assert {name: answer.json()[name] for name in ("id", "status", "booked_at", "confirmed_at", "payment_id")} == {
        "id": first,
        "status": "confirmed",
        "booked_at": AT,
        "confirmed_at": AT,
        "payment_id": intent["payment_id"],
    }
    assert [reply.get("Idempotent-Replayed") for reply in (answer, other, again)] == [None, "true", "true"]


def test_confirm_payment_without_transaction_charges_the_method(call, asked, person, verify):
    first, second = waiting(person, asked)
    path = f"/tickets/{first}/confirm-payment/"

    declined = call("post", path, {"payment_method": "card_declined"})
    answer = call("post", path, {"payment_method": "card"})
    again = call("post", f"/tickets/{second}/confirm-payment", {"payment_method": "card"})

    assert problem(declined)[:2] == (409, "payment_declined")
    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")
    assert problem(again) == (409, "illegal_transition", "A ticket that is confirmed cannot be confirmed.")
    assert books() == {"captured": "22.00", "live": "22.00"}


@pytest.mark.parametrize("mode", ["trust", "verify"])
def test_confirm_payment_of_a_confirmed_ticket_is_refused(call, asked, person, screening, settings, mode):
    [ticket, _] = waiting(person, asked)
    settings.PAYMENTS_MODE = mode
    path = f"/tickets/{ticket}/confirm-payment"
    body = {"payment_method": "card"}
    if mode == "verify":
        settings.PAYMENTS_MODE = "trust"
        other = make.user()
        [ticket, _] = waiting(other, {"screening_id": screening.pk, "seat_ids": make.seats_of(screening)[3:5]})
        settings.PAYMENTS_MODE = "verify"
        return assert_refused(call("post", f"/tickets/{ticket}/confirm-payment", body, by=other))
    return assert_refused(call("post", path, body | {"transaction_id": "t 1"}))


def assert_refused(answer):
    assert problem(answer)[:2] == (409, "illegal_transition")
    assert payments() == []


def test_confirm_payment_is_for_the_owner_and_well_formed(call, asked, person, verify):
    [ticket, _] = waiting(person, asked)
    path, body = f"/tickets/{ticket}/confirm-payment", {"payment_method": "card"}

    assert problem(call("post", path, body, by=make.user()))[0] == 404
    assert problem(call("post", "/tickets/999999999/confirm-payment", body))[0] == 404
    assert problem(call("post", path, body, by=None))[0] == 401
    assert problem(call("post", path, {}))[0] == 400
    for wrong in ("", "x" * 256, 5, "ü"):
        assert problem(call("post", path, body | {"transaction_id": wrong}))[1] == "payment_id_invalid"


# --- What became of it --------------------------------------------------------------------------------------------
def test_history_shows_what_a_payment_bought_and_what_went_back(call, asked, person, screening, seats, noon):
    first, _ = book_seats(buyer=person, **asked, payment_id="one").tickets
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[2:3], payment_id="theirs")
    noon.travel(60)
    cancel_ticket(ticket_id=first.id, by=person)
    noon.travel(60)
    refunds.send_due()
    noon.travel(60)
    assert call("post", "/tickets/book", asked | {"seat_ids": seats[2:3], "payment_id": "two"}).status_code == 409

    answer = call("get", "/payments/history/")

    two, one = answer.json()
    assert answer["X-Total-Count"] == "2"
    assert two == {
        "payment_id": "two",
        "status": "captured",
        "amount": 10.0,
        "currency": "EUR",
        "screening_id": screening.pk,
        "tickets": [],
        "captured_at": AT.replace("12:00", "12:03"),
        "refunds": [],
    }
    assert (one["payment_id"], one["status"], one["amount"], len(one["tickets"])) == ("one", "part_refunded", 22.0, 2)
    assert one["refunds"] == [{"amount": 12.0, "status": "settled", "at": AT.replace("12:00", "12:02")}]
    assert call("get", "/payment/history").json() == answer.json()
    noon.travel(15 * 60)
    assert call("get", "/payments/history?limit=1").json()[0]["status"] == "refund_due"
    unclaimed.give_back_lapsed()
    assert call("get", "/payments/history?limit=1").json()[0] == two | {
        "status": "refund_due",
        "refunds": [{"amount": 10.0, "status": "due", "at": AT.replace("12:00", "12:18")}],
    }


@pytest.mark.parametrize("count", [1, 3])
def test_history_takes_as_many_queries_for_three_as_for_one(
    client, person, screening, seats, count, django_assert_num_queries
):
    for seat in seats[:count]:
        [ticket] = book_seats(
            buyer=person, screening_id=screening.pk, seat_ids=[seat], payment_id=f"pay {seat}"
        ).tickets
        cancel_ticket(ticket_id=ticket.id, by=person)
    headers = bearer(person)

    with django_assert_num_queries(3):  # payments, tickets, refunds
        assert len(client.get(f"{API}/payments/history", headers=headers).json()) == count


@pytest.mark.parametrize("payment_id", ["one", "a/b c", "100%?#&", "history"])
def test_tickets_of_a_payment(call, asked, person, payment_id):
    sold = book_seats(buyer=person, **asked, payment_id=payment_id).tickets
    quoted = payment_id.replace("%", "%25").replace("?", "%3F").replace("#", "%23").replace(" ", "%20")

    for path in (f"/payments/{quoted}/tickets", f"/payment/ticket/{quoted}", f"/payments/{quoted}/tickets/"):
        answer = call("get", path)
        assert [ticket["id"] for ticket in answer.json()] == [ticket.id for ticket in sold]
    assert problem(call("get", f"/payments/{quoted}/tickets", by=make.user()))[0] == 404


def test_tickets_of_a_payment_that_bought_nothing_are_none(call, asked, person):
    hold(person, asked)
    begun = call("post", "/payments/intents", asked).json()["payment_id"]

    assert call("get", f"/payments/{begun}/tickets").json() == []
    assert problem(call("get", f"/payments/{begun}/tickets", by=make.user()))[0] == 404
    for unknown in ("nothing", "%00", "%C3%BC"):
        assert problem(call("get", f"/payment/ticket/{unknown}"))[0] == 404


def test_ledger_is_for_staff_and_adds_up(call, asked, person, screening, seats):
    [ticket, _] = book_seats(buyer=person, **asked, payment_id="one").tickets
    book_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[2:3])
    cancel_ticket(ticket_id=ticket.id, by=person)
    call("post", "/tickets/book", asked | {"seat_ids": seats[2:3], "payment_id": "two"}, by=make.user())
    swiss = make.screening(price="7.00", currency="CHF")
    book_seats(buyer=person, screening_id=swiss.pk, seat_ids=make.seats_of(swiss)[:1], payment_id="three")

    answers = {
        group: call("get", "/admin/payments/ledger/", by=make.user(groups=[group]))
        for group in ("manager", "auditor", "box office", "programmer")
    }

    assert answers["manager"].json() == {
        "CHF": {"captured": 7.0, "live": 7.0, "refunded": 0.0, "due": 0.0, "unclaimed": 0.0},
        "EUR": {"captured": 42.0, "live": 20.0, "refunded": 0.0, "due": 12.0, "unclaimed": 10.0},
    }
    assert {group: answer.status_code for group, answer in answers.items()} == {
        "manager": 200,
        "auditor": 200,
        "box office": 403,
        "programmer": 403,
    }
    assert problem(call("get", "/admin/payments/ledger", by=None))[0] == 401


# --- Messages -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"id": "evt_1", "object": "event"}'])
def test_no_message_of_stripe_counts_where_nobody_expects_one(client, body):
    answer = client.post(f"{API}/payments/stripe/webhook", body, content_type="application/json")

    assert problem(answer)[:2] == (400, "signature_invalid")


def test_pay_by_is_kept_over_http(call, asked, person, verify, noon):
    answer = call("post", "/tickets/book", asked)

    assert [(ticket["status"], ticket["confirmed_at"]) for ticket in answer.json()] == [("pending", None)] * 2
    assert (NOON + timedelta(seconds=300)).isoformat(timespec="microseconds").replace("+00:00", "Z") == UNTIL
    ticket = answer.json()[0]["id"]
    noon.travel(299.999)
    seen = [call("get", f"/tickets/{ticket}").json()["status"]]
    noon.travel(0.001)
    seen += [call("get", f"/tickets/{ticket}").json()["status"], call("get", "/tickets/my-tickets").json()[0]["status"]]
    assert seen == ["pending", "expired", "expired"]  # though nobody tidied up
    assert call("post", "/tickets/book", asked, by=make.user()).status_code == 201
    assert Refund.objects.count() == 0
