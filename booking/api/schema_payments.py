"""What the OpenAPI document says about payments."""

from booking.api.schema import (
    BEARER,
    IDEMPOTENCY_KEY,
    KEY_REUSED,
    MISSING,
    NOT_HELD,
    OPEN,
    PAGE,
    SOLD,
    _answer,
    _body,
    _operation,
    _path_id,
    _posting,
)
from booking.api.schema_components import CURRENCY, MOMENT, PRICE, SEAT_IDS, TEXT, Json, _object, list_of, ref

__all__ = ["COMPONENTS", "PATHS"]

PAYMENTS = "Payments"
STAFF: list[Json] = [{"bearer": ["staff"]}]
PAYMENT_ID: Json = {"type": "string", "minLength": 1, "maxLength": 255, "example": "pay_6f1d0c2b9a7e4d51"}
METHOD: Json = {"type": "string", "minLength": 1, "maxLength": 255, "example": "card"}
BY_NAME: Json = {"name": "payment_id", "in": "path", "required": True, "schema": PAYMENT_ID}
UNKNOWN: Json = {"description": "Payment pay_6f1d0c2b9a7e4d51 not found"}
DECLINED: Json = {
    "description": "The bank declined this payment. Nothing was taken.",
    "x-problem": {"code": "payment_declined"},
}
NOT_WAITING: Json = {
    "description": "A ticket that is confirmed cannot be confirmed.",
    "x-problem": {"code": "illegal_transition"},
}
MISMATCH: Json = {
    "description": "The payment is of 20.00 EUR, but these tickets cost 24.00 EUR.",
    "x-problem": {"code": "payment_mismatch", "refund": "scheduled"},
}
FORGED: Json = {
    "description": "This message was not signed by Stripe, or too long ago.",
    "x-problem": {"code": "signature_invalid"},
}
HISTORY = {"200": _answer("Newest first.", list_of("PaymentMade"))}
BOUGHT = {"200": _answer("The tickets, by seat; none, if it bought nothing.", list_of("Ticket")), "404": UNKNOWN}
BEGINNING = {"201": _answer("The payment.", ref("PaymentBegun")), "404": MISSING, "409": NOT_HELD}

PATHS: dict[str, Json] = {
    "/api/v1/payments/intents": {
        "post": _posting(
            "begin_payment", PAYMENTS, "Begin a payment for seats that one holds", "SeatSelection", BEGINNING
        )
    },
    "/api/v1/payments/stripe/webhook": {
        "post": _operation(
            "stripe_webhook",
            PAYMENTS,
            "Messages of Stripe, proved by the header Stripe-Signature",
            {"200": _answer("Taken.", ref("MessageTaken")), "400": FORGED},
            security=OPEN,
            requestBody={
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}, "example": {"id": "evt_1"}}},
            },
        )
    },
    "/api/v1/payments/history": {
        "get": _operation("payment_history", PAYMENTS, "My payments", HISTORY, parameters=PAGE),
    },
    "/api/v1/payments/{payment_id}/tickets": {
        "get": _operation("tickets_of_payment", PAYMENTS, "What a payment bought", BOUGHT, parameters=[BY_NAME, *PAGE]),
    },
    "/api/v1/payment/process": {
        "post": _posting(
            "process_payment",
            PAYMENTS,
            "Pay for one's holds and book them",
            "PaymentOrder",
            {"200": _answer("Paid and booked.", ref("PaymentProcessed")), "404": MISSING, "409": DECLINED},
        )
    },
    "/api/v1/payment/history": {
        "get": _operation("payment_history_by_old_name", PAYMENTS, "My payments", HISTORY, parameters=PAGE),
    },
    "/api/v1/payment/ticket/{payment_id}": {
        "get": _operation(
            "tickets_of_payment_by_old_name", PAYMENTS, "What a payment bought", BOUGHT, parameters=[BY_NAME, *PAGE]
        ),
    },
    "/api/v1/tickets/{ticket_id}/confirm-payment": {
        "post": _operation(
            "confirm_payment",
            SOLD,
            "Confirm Payment of a ticket that waits for it, and of those sold with it",
            {
                "200": _answer("The ticket.", ref("Ticket")),
                "400": MISMATCH,
                "404": {"description": "Ticket with id 2001 not found"},
                "409": NOT_WAITING,
                "422": KEY_REUSED,
            },
            security=BEARER,
            requestBody=_body("PaymentConfirmation"),
            parameters=[_path_id("ticket_id"), IDEMPOTENCY_KEY],
        )
    },
    "/api/v1/admin/payments/ledger": {
        "get": _operation(
            "payment_ledger",
            PAYMENTS,
            "The books: captured is live, refunded, due or unclaimed (staff)",
            {"200": _answer("The account of each currency.", ref("Ledger"))},
            security=STAFF,
        )
    },
}
COMPONENTS: dict[str, Json] = {
    "PaymentBegun": _object(
        payment_id=PAYMENT_ID,
        client_secret={"type": "string", "example": "pi_3Q_secret_8cV1"},
        amount=PRICE,
        currency=CURRENCY,
        provider={"type": "string", "enum": ["trust", "fake", "stripe"], "example": "stripe"},
    ),
    "PaymentMade": _object(
        payment_id=PAYMENT_ID,
        status={
            "type": "string",
            "enum": ["captured", "claimed", "part_refunded", "refund_due", "refunded"],
            "example": "claimed",
        },
        amount=PRICE,
        currency=CURRENCY,
        screening_id={"type": "integer", "example": 123},
        tickets={"type": "array", "items": {"type": "integer"}, "example": [2001, 2002]},
        captured_at=MOMENT,
        refunds=list_of("RefundOfPayment"),
    ),
    "RefundOfPayment": _object(
        amount=PRICE,
        status={"type": "string", "enum": ["due", "sent", "settled", "failed"], "example": "settled"},
        at=MOMENT,
    ),
    "PaymentOrder": {
        "type": "object",
        "properties": {
            "screening_id": {"type": "integer", "minimum": 1, "example": 123},
            "seat_ids": SEAT_IDS,
            "payment_method": METHOD,
        },
        "required": ["screening_id", "seat_ids", "payment_method"],
    },
    "PaymentProcessed": _object(
        success={"type": "boolean", "example": True},
        payment_id=PAYMENT_ID,
        transaction_id={"type": "string", "example": "pi_3Q"},
        message=TEXT,
        tickets=list_of("Ticket"),
        amount=PRICE,
    ),
    "PaymentConfirmation": {
        "type": "object",
        "properties": {"payment_method": METHOD, "transaction_id": {**PAYMENT_ID, "description": "A payment_id."}},
        "required": ["payment_method"],
    },
    "MessageTaken": _object(received={"type": "boolean", "example": True}),
    "Ledger": {
        "type": "object",
        "additionalProperties": ref("LedgerAccount"),
        "example": {"EUR": {"captured": 120.0, "live": 90.0, "refunded": 20.0, "due": 0.0, "unclaimed": 10.0}},
    },
    "LedgerAccount": _object(captured=PRICE, live=PRICE, refunded=PRICE, due=PRICE, unclaimed=PRICE),
}
