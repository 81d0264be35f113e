"""Payments over HTTP: beginning one, what became of it, and the books."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.callers import Caller, caller_of
from accounts.roles import AUDITOR
from booking.api.serializers.payments import account_json, intent_json, payment_json
from booking.api.serializers.seats import money as number
from booking.api.serializers.seats import ticket_json
from booking.api.views.reservations import seat_ids_of
from booking.payments.provider import Money, SignatureInvalid
from booking.selectors.ledger import ledger
from booking.selectors.payments import history_of, payment_of
from booking.selectors.tickets import ticket_of, tickets_paid_by
from booking.services.confirming import confirm_payment
from booking.services.events import receive
from booking.services.intents import begin_payment
from booking.services.processing import Paid, pay_for_holds, pay_for_ticket
from booking.services.proofs import check_payment_id, prove
from booking.services.settling import buy
from cinema_project.common.errors import Invalid, NotAllowed
from cinema_project.common.idempotency import once_prepared
from cinema_project.common.json_api import JsonView, answer, answer_page, body_of, whole_of

LONGEST_METHOD = 255


class Intents(JsonView):
    """Begin a payment for the caller's holds."""

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        call = {"buyer": caller, "screening_id": whole_of(body, "screening_id"), "seat_ids": seat_ids_of(body)}

        return once_prepared(
            request, caller.id, lambda: begin_payment(**call), lambda intent: answer(intent_json(intent), status=201)
        )


class StripeWebhook(JsonView):
    """What Stripe tells us. The signature is the proof."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if not settings.STRIPE_WEBHOOK_SECRET:
            raise SignatureInvalid("No messages of Stripe are expected here.")
        receive(provider="stripe", body=request.body, headers=request.headers)
        return answer({"received": True})


class History(JsonView):
    """The caller's payments, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        return answer_page(request, [payment_json(view) for view in history_of(caller.id)])


class TicketsOfPayment(JsonView):
    """What a payment of the caller's bought; nothing yet, perhaps."""

    def get(self, request: HttpRequest, payment_id: str) -> HttpResponse:
        caller = caller_of(request)
        payment_of(payment_id, caller.id)
        return answer_page(request, [ticket_json(ticket) for ticket in tickets_paid_by(payment_id)])


class Process(JsonView):
    """Pay for the caller's holds and book them, in one call."""

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        screening_id, seat_ids, method = whole_of(body, "screening_id"), seat_ids_of(body), _method_of(body)

        def prepare() -> Paid:
            return pay_for_holds(buyer=caller, screening_id=screening_id, seat_ids=seat_ids, method=method)

        def work(paid: Paid) -> HttpResponse:
            call = {"buyer": caller, "screening_id": screening_id, "seat_ids": seat_ids}
            buy(**call, payment_id=paid.payment_id, money=paid.money)
            return answer(_processed(paid))

        return once_prepared(request, caller.id, prepare, work)


class ConfirmPayment(JsonView):
    """A ticket that waits for its payment, and those sold with it, become good."""

    def post(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        caller = caller_of(request)
        ticket_of(ticket_id, user_id=caller.id)
        body = body_of(request)
        method, payment_id = _method_of(body), body.get("transaction_id")

        def prepare() -> tuple[str | None, Money | None]:
            check_payment_id(payment_id)
            if payment_id is None and settings.PAYMENTS_MODE == "verify":
                paid = pay_for_ticket(buyer=caller, ticket_id=ticket_id, method=method)
                return paid.payment_id, paid.money
            return payment_id, prove(buyer=caller, payment_id=payment_id)

        def work(paid: tuple[str | None, Money | None]) -> HttpResponse:
            payment_id, money = paid
            confirmed = confirm_payment(buyer=caller, ticket_id=ticket_id, payment_id=payment_id, money=money)
            response = answer(ticket_json(ticket_of(ticket_id, user_id=caller.id)))
            if confirmed.replayed:
                response["Idempotent-Replayed"] = "true"
            return response

        return once_prepared(request, caller.id, prepare, work)


class Ledger(JsonView):
    """The account of each currency."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not _sees_the_books(caller_of(request)):
            raise NotAllowed("Only staff may see this.")
        return answer({currency: account_json(account) for currency, account in ledger().items()})


def _sees_the_books(caller: Caller) -> bool:
    return caller.is_staff_member or AUDITOR in caller.groups


def _method_of(body: dict[str, Any]) -> str:
    method = body.get("payment_method")
    if not isinstance(method, str) or not 1 <= len(method) <= LONGEST_METHOD or not method.isprintable():
        sentence = f"payment_method must be a text of 1 to {LONGEST_METHOD} characters."
        raise Invalid(sentence, errors=[{"pointer": "/payment_method", "detail": sentence}])
    return method


def _processed(paid: Paid) -> dict[str, Any]:
    tickets = tickets_paid_by(paid.payment_id)
    return {
        "success": True,
        "payment_id": paid.payment_id,
        "transaction_id": paid.reference,
        "message": f"Payment successful. Your booking number is {tickets[0].booking_number}.",
        "tickets": [ticket_json(ticket) for ticket in tickets],
        "amount": number(sum((ticket.claim.price for ticket in tickets), Decimal(0))),
    }
