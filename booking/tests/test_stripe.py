"""Stripe: its own library against a Stripe of ours, over real HTTP."""

import time
from decimal import Decimal

import pytest

from accounts.tests.make import bearer
from booking.models import PaymentIntent, ProviderEvent, Refund
from booking.payments import registry
from booking.payments.minor_units import AmountNotPayable, from_minor, to_minor
from booking.payments.provider import Money, PaymentDeclined, ProviderUnavailable
from booking.services import refunds
from booking.services.intents import begin_checkout, begin_payment
from booking.services.processing import pay_for_holds
from booking.services.reconciling import reconcile
from booking.services.refunds import send_due
from booking.services.reservations import hold_seats
from booking.services.tickets import book_from_holds, cancel_ticket
from booking.services.unclaimed import give_back_lapsed
from booking.tests import fake_stripe, make
from booking.tests.fake_stripe import KEY, SECRET, error, signed
from booking.tests.paying import books, payments, refused
from cinema_project.common.database import query
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
WEBHOOK = "/api/v1/payments/stripe/webhook"


@pytest.fixture(scope="module")
def running():
    with fake_stripe.running() as fake:
        yield fake


@pytest.fixture
def stripe(running, settings):
    running.reset()
    settings.PAYMENTS_MODE, settings.PAYMENT_PROVIDER = "verify", "stripe"
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, SECRET
    settings.STRIPE_API_BASE = running.url
    registry.provider_named.cache_clear()
    yield running
    registry.provider_named.cache_clear()


@pytest.fixture
def screening(stripe):
    return make.screening(price="10.00", types=["premium"])


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)[:2]


@pytest.fixture
def buyer():
    return make.user()


@pytest.fixture
def call(buyer, screening, seats):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats)
    return {"buyer": buyer, "screening_id": screening.pk, "seat_ids": seats}


@pytest.fixture
def send(client):
    """Send a message as Stripe does."""

    def run(event, **changes):
        body, signature = signed(event, **changes)
        return client.post(WEBHOOK, body, content_type="application/json", headers={"Stripe-Signature": signature})

    return run


def states(screening):
    return [state for _, state in make.states(screening)]


# --- Paying -------------------------------------------------------------------------------------------------------
def test_an_intent_is_made_once_with_our_name_and_the_payers(stripe, call, buyer):
    intent, again = begin_payment(**call), begin_payment(**call)

    [made] = stripe.intents.values()
    assert (made["amount"], made["currency"]) == (2200, "eur")
    assert made["metadata"] == {"payment_id": intent.payment_id, "payer": str(buyer.pk)}
    assert (intent.reference, intent.client_secret) == (made["id"], made["client_secret"])
    assert again.payment_id == intent.payment_id


def test_an_answer_that_was_lost_is_asked_for_again_by_the_same_key(stripe, call):
    stripe.moods = [error(500, "api_error", "Oops.")] * 2
    with pytest.raises(ProviderUnavailable) as lost:
        begin_payment(**call)

    begin_payment(**call)
    PaymentIntent.objects.update(reference="", client_secret="")
    begin_payment(**call)

    assert lost.value.retry_after == 5
    assert (len(stripe.intents), PaymentIntent.objects.count()) == (1, 1)


def test_r34_what_stripe_took_buys(stripe, call):
    intent = begin_payment(**call)
    assert refused(book_from_holds, **call, payment_id=intent.payment_id)[0] == "payment_not_captured"
    stripe.pay(intent.reference)

    assert book_from_holds(**call, payment_id=intent.payment_id).tickets

    assert books() == {"captured": "22.00", "live": "22.00"}


def test_r19_what_stripe_took_must_be_the_price(stripe, call):
    intent = begin_payment(**call)
    stripe.pay(intent.reference)
    stripe.intents[intent.reference]["amount_received"] = 2199

    assert refused(book_from_holds, **call, payment_id=intent.payment_id) == (
        "payment_mismatch",
        {"refund": "scheduled"},
    )
    assert books() == {"captured": "21.99", "unclaimed": "21.99"}


def test_r34_a_payment_of_somebody_else_buys_nothing(stripe, call):
    intent = begin_payment(**call)
    stripe.pay(intent.reference)
    stripe.intents[intent.reference]["metadata"]["payer"] = "0"

    assert refused(book_from_holds, **call, payment_id=intent.payment_id)[0] == "payment_id_reused"


def test_process_confirms_with_the_method_of_the_client(stripe, call):
    with pytest.raises(PaymentDeclined, match=r"Your card was declined\."):
        pay_for_holds(**call, method="pm_declined")
    with pytest.raises(PaymentDeclined):
        pay_for_holds(**call, method="banknotes")

    first, again = (pay_for_holds(**call, method="pm_card_visa") for _ in range(2))

    assert (first.money, first) == (Money(Decimal("22.00"), "EUR"), again)
    assert len(stripe.intents) == 1


def test_a_hosted_page_is_stripes_and_leads_back(stripe, call, screening, settings):
    intent = begin_checkout(**call)

    [session] = stripe.sessions.values()
    assert intent.address == session["url"] == f"{stripe.url}/pay/{session['id']}"
    assert (session["amount_total"], session["currency"], intent.reference) == (2200, "eur", session["id"])
    back = f"{settings.SITE_URL}/checkout/{screening.pk}/paid/{intent.payment_id}/"
    assert session["_success_url"] == back


def test_the_pay_page_leads_to_stripe_and_the_way_back_books(stripe, call, client, screening, buyer, seats):
    client.force_login(buyer)
    leaving = client.post(f"/checkout/{screening.pk}/pay/", {"seats": seats})
    intent = PaymentIntent.objects.get()
    stripe.pay(intent.reference)

    back = client.get(f"/checkout/{screening.pk}/paid/{intent.payment_id}/")

    assert (leaving.status_code, leaving["Location"]) == (303, intent.address)
    assert (back.status_code, back["Location"]) == (303, f"/checkout/{screening.pk}/done/")
    assert states(screening) == ["confirmed", "confirmed"]


def test_a_page_that_expired_is_replaced(stripe, call):
    first = begin_checkout(**call)
    stripe.sessions[first.reference]["status"] = "expired"

    again = begin_checkout(**call)

    first.refresh_from_db()
    assert (first.status, len(stripe.sessions), again.address != first.address) == ("closed", 2, True)


# --- Messages -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("begin", [begin_payment, begin_checkout])
def test_a_message_books_from_the_holds_once(stripe, call, send, screening, begin):
    event = stripe.pay(begin(**call).reference)

    answers = [send(event) for _ in range(3)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"received": True})] * 3
    assert states(screening) == ["confirmed", "confirmed"]
    assert ProviderEvent.objects.count() == 1
    assert PaymentIntent.objects.get().status == "paid"
    assert books() == {"captured": "22.00", "live": "22.00"}


def test_messages_may_come_in_any_order_and_more_than_once(stripe, call, send, screening):
    intent = begin_payment(**call)
    failed = stripe.event("payment_intent.payment_failed", stripe.intents[intent.reference])
    created = stripe.event("payment_intent.created", stripe.intents[intent.reference])
    early = stripe.event("payment_intent.succeeded", stripe.intents[intent.reference])
    assert send(early).status_code == 200  # it says so, and it is not so
    assert states(screening) == ["held", "held"]
    late = stripe.pay(intent.reference)

    assert [send(event).status_code for event in (failed, late, created, failed, late)] == [200] * 5

    assert states(screening) == ["confirmed", "confirmed"]


@pytest.mark.parametrize(
    "changes", [{"secret": "whsec_other"}, {"at": int(time.time()) - 301}], ids=["forged", "stale"]
)
def test_a_message_that_is_forged_or_stale_does_nothing(stripe, call, send, screening, changes):
    event = stripe.pay(begin_payment(**call).reference)

    answer = send(event, **changes)

    assert (answer.status_code, answer.json()["code"]) == (400, "signature_invalid")
    assert (states(screening), ProviderEvent.objects.count()) == (["held", "held"], 0)


@pytest.mark.parametrize("header", [None, "", "t=1", "v1=x", "t=x,v1=y", "t=1,v1=ü"])
def test_a_message_without_a_good_signature_does_nothing(stripe, client, header):
    headers = {} if header is None else {"Stripe-Signature": header}

    for body in (b"{}", b"\xff\xfe", b"[]"):
        answer = client.post(WEBHOOK, body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "signature_invalid")


def test_a_changed_body_is_no_message(stripe, call, client):
    body, signature = signed(stripe.pay(begin_payment(**call).reference))
    headers = {"Stripe-Signature": signature}

    answer = client.post(WEBHOOK, body.replace("EUR", "USD") + " ", content_type="application/json", headers=headers)

    assert answer.status_code == 400


def test_messages_about_what_is_not_ours_are_taken_and_left_alone(stripe, send):
    for about in ({"id": "cus_1", "object": "customer"}, {"id": "pi_9", "metadata": {"payment_id": "theirs"}}):
        assert send(stripe.event("something.happened", about)).status_code == 200


def test_a_message_comes_again_when_stripe_itself_was_away(stripe, call, send, screening):
    event = stripe.pay(begin_payment(**call).reference)
    stripe.moods = [error(503, "api_error", "Away.")] * 2

    away = send(event)

    assert (away.status_code, away.json()["code"], away["Retry-After"]) == (503, "payment_provider_unavailable", "5")
    assert ProviderEvent.objects.count() == 0
    assert send(event).status_code == 200
    assert states(screening) == ["confirmed", "confirmed"]


def test_r33_money_that_comes_after_the_hold_goes_back_through_stripe(stripe, call, send, seats, noon):
    intent = begin_checkout(**call)
    noon.travel(300)
    send(stripe.pay(intent.reference))
    assert payments() == [(intent.payment_id, "captured", seats, "22.00")]
    noon.travel(900)

    assert (give_back_lapsed(), send_due()) == (1, 1)

    [refund] = stripe.refunds.values()
    assert (refund["amount"], refund["payment_intent"], payments()[0][1]) == (
        2200,
        stripe.sessions[intent.reference]["payment_intent"],
        "refunded",
    )


def test_a_lost_message_is_made_good_by_asking(stripe, call, screening, noon):
    stripe.pay(begin_payment(**call).reference)
    noon.travel(60)

    reconcile()

    assert states(screening) == ["confirmed", "confirmed"]


@pytest.mark.parametrize("begin", [begin_payment, begin_checkout])
def test_what_is_given_up_is_cancelled_at_stripe(stripe, call, noon, begin):
    intent = begin(**call)
    noon.travel(3600)

    reconcile()

    there = stripe.intents.get(intent.reference) or stripe.sessions[intent.reference]
    assert there["status"] in ("canceled", "expired")
    assert PaymentIntent.objects.get().status == "closed"


@pytest.mark.parametrize("begin", [begin_payment, begin_checkout])
def test_money_that_takes_days_cannot_be_cancelled_and_is_asked_about_until_it_is_there(stripe, call, noon, begin):
    """Its message may get lost like any other."""
    intent = begin(**call)
    under_way(stripe, intent)
    noon.travel(3600)
    reconcile()
    stripe.pay(intent.reference)
    noon.travel(3 * 86400)

    reconcile()

    assert PaymentIntent.objects.get().status == "paid"
    assert books() == {"captured": "22.00", "unclaimed": "22.00"}


def under_way(stripe, intent):
    """Let the payer order a transfer that takes some days."""
    if intent.hosted:
        stripe.sessions[intent.reference].update(status="complete", payment_status="unpaid")
    else:
        stripe.intents[intent.reference]["status"] = "processing"


def test_a_wrong_key_is_no_fault_of_the_visitors(stripe, call, settings, caplog):
    settings.STRIPE_SECRET_KEY = "sk_other"
    registry.provider_named.cache_clear()

    with pytest.raises(ProviderUnavailable):
        begin_payment(**call)

    assert "Stripe refused a request" in caplog.text
    assert "sk_other" not in caplog.text


# --- Refunds ------------------------------------------------------------------------------------------------------
@pytest.fixture
def bought(stripe, call):
    """The payment of two tickets, and the first of them given back."""
    intent = begin_payment(**call)
    stripe.pay(intent.reference)
    first, _ = book_from_holds(**call, payment_id=intent.payment_id).tickets
    cancel_ticket(ticket_id=first.id, by=call["buyer"])
    return intent


def test_r39_a_ticket_is_refunded_in_part(stripe, bought, screening):
    assert send_due() == 1

    [refund] = stripe.refunds.values()
    assert (refund["amount"], refund["payment_intent"]) == (1200, bought.reference)
    assert states(screening) == ["refunded", "confirmed"]
    assert books() == {"captured": "22.00", "live": "10.00", "refunded": "12.00"}


def test_r39_a_ticket_that_cost_nothing_is_refunded_without_stripe(stripe, call, screening):
    query("UPDATE booking_seatclaim SET price = 0 WHERE seat_id = %s", [call["seat_ids"][0]])
    stripe.pay(begin_payment(**call).reference)
    tickets = book_from_holds(**call, payment_id=PaymentIntent.objects.get().pk).tickets
    cancel_ticket(ticket_id=tickets[0].id, by=call["buyer"])

    send_due()

    assert (states(screening), stripe.refunds) == (["refunded", "confirmed"], {})
    assert OutboxMessage.objects.filter(topic="refund_settled").count() == 0


def test_r39_an_answer_that_was_lost_refunds_once_even_when_stripe_forgot_the_key(stripe, bought, noon):
    stripe.refund_status = "pending"
    send_due()
    Refund.objects.update(reference="")
    stripe.answered.clear()
    next(iter(stripe.refunds.values()))["status"] = "succeeded"
    noon.travel(60)

    send_due()

    assert (len(stripe.refunds), Refund.objects.get().status) == (1, "settled")


def test_r39_a_refund_that_the_bank_refused_is_made_anew(stripe, bought, noon):
    stripe.refund_status = "failed"
    send_due()
    assert (Refund.objects.get().status, Refund.objects.get().last_error) == ("sent", "expired_or_canceled_card")
    stripe.refund_status = "succeeded"
    noon.travel(60)

    send_due()

    assert [refund["status"] for refund in stripe.refunds.values()] == ["failed", "succeeded"]
    assert Refund.objects.get().status == "settled"


def test_r39_news_of_a_refund_is_asked_about(stripe, bought, send, noon):
    stripe.refund_status = "pending"
    send_due()
    [refund] = stripe.refunds.values()
    assert (Refund.objects.get().status, Refund.objects.get().reference) == ("sent", refund["id"])
    refund["status"] = "succeeded"

    send(stripe.event("refund.updated", refund))

    assert refunds.send_due() == 1
    assert Refund.objects.get().status == "settled"


def test_r39_a_refund_that_fails_after_all_is_told_of(stripe, bought, send, caplog):
    send_due()
    [refund] = stripe.refunds.values()

    send(stripe.event("refund.failed", refund | {"status": "failed"}))

    assert "ALERT: refund" in caplog.text
    assert Refund.objects.get().status == "settled"


# --- Coins --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("22.00", "EUR", 2200), ("0.01", "USD", 1), ("1200.00", "JPY", 1200), ("1.50", "KWD", 1500)],
)
def test_amounts_are_counted_in_the_smallest_coin(amount, currency, units):
    price = Money(Decimal(amount), currency)

    assert to_minor(price) == units
    assert from_minor(units, currency.lower()) == price


def test_an_amount_smaller_than_the_smallest_coin_cannot_be_paid():
    with pytest.raises(AmountNotPayable):
        to_minor(Money(Decimal("12.50"), "JPY"))


def test_an_intent_over_http_is_stripes(stripe, call, client, screening, seats):
    asked = {"screening_id": screening.pk, "seat_ids": seats}
    answer = client.post(
        "/api/v1/payments/intents", asked, content_type="application/json", headers=bearer(call["buyer"])
    )

    [made] = stripe.intents.values()
    assert (answer.status_code, answer.json()["client_secret"], answer.json()["provider"]) == (
        201,
        made["client_secret"],
        "stripe",
    )
