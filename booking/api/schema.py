"""What the OpenAPI document says about the plain views of this app (REST framework does not know them)."""

from typing import Any

from booking.api.schema_components import COMPONENTS, Json, list_of, ref
from cinema_project.common.pagination import DEFAULT_LIMIT, page_parameters

__all__ = ["COMPONENTS", "PATHS"]

BEARER: list[Json] = [{"bearer": []}]
OPTIONAL: list[Json] = [{}, {"bearer": []}]
OPEN: list[Json] = []


def _body(name: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": ref(name)}}}


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path_id(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def _query(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this request; sent again within 24 hours it acts once and gets the same answer.",
    "schema": {"type": "string", "maxLength": 255},
}

NO_SCREENING = "Screening with id 123 not found"
TAKEN: Json = {
    "description": "Seats [42, 43] are currently reserved by other users",
    "x-problem": {"code": "seats_held", "conflicting_seat_ids": [42, 43], "alternatives": [[45, 46], [48, 49]]},
}
NO_PROMO: Json = {
    "description": "There is no such promo code.",
    "x-problem": {
        "code": "promo_unknown",
        "errors": [{"pointer": "/promo_code", "detail": "There is no such promo code."}],
    },
}
PROMO_USED_UP: Json = {
    "description": "This promo code is used up.",
    "x-problem": {"code": "promo_used_up"},
}
TOO_FEW: Json = {
    "description": "Fewer than 4 seats are free.",
    "x-problem": {"code": "too_few_seats"},
}
BOOKED: Json = {
    "description": "Seats [44] are already booked",
    "x-problem": {"code": "seats_booked", "conflicting_seat_ids": [44]},
}
NOT_HELD: Json = {
    "description": "Seats [42] are no longer reserved for you",
    "x-problem": {"code": "reservation_expired", "conflicting_seat_ids": [42]},
}
HOLD_EXPIRED: Json = {
    "description": "These seats are no longer held for you. Please choose them again.",
    "x-problem": {"code": "hold_expired"},
}
CHURN: Json = {
    "description": "You held E7 3 times without buying. Choose other seats, buy these at once, or try again in 12"
    " minutes.",
    "x-problem": {"code": "hold_churn", "churned_seat_ids": [42]},
}
PAST: Json = {
    "description": "Cannot reserve seats for past screenings",
    "x-problem": {"code": "screening_past"},
}
KEY_REUSED: Json = {
    "description": "This Idempotency-Key was used for another request.",
    "x-problem": {"code": "idempotency_key_reused"},
}


def _operation(
    name: str, tag: str, summary: str, responses: Json, *, security: list[Json] = BEARER, **more: Any
) -> Json:
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "security": security,
        "responses": responses,
        **more,
    }


def _posting(name: str, tag: str, summary: str, body: str, responses: Json) -> Json:
    return _operation(
        name,
        tag,
        summary,
        responses | {"422": KEY_REUSED},
        requestBody=_body(body),
        parameters=[IDEMPOTENCY_KEY],
    )


PAGE = [_query(*described) for described in page_parameters(DEFAULT_LIMIT)]
SEATS_PAGE = [_query(*described) for described in page_parameters(None)]

HOLDS, SOLD = "Seat reservations", "Tickets"
MAP = _answer("Every seat, by row and number. X-Seat-Seq says which change it includes.", list_of("SeatAvailability"))
MISSING: Json = {"description": NO_SCREENING, "x-problem": {"code": "screening_not_found"}}
NO_SHOWING: Json = {"description": "Showing with id 123 not found", "x-problem": {"code": "screening_not_found"}}
FREE_SEATS = {"200": _answer("The seats that could be held now.", list_of("SeatOfMap"))}
NO_SHOWTIME: Json = {"description": "Showtime with id 123 not found", "x-problem": {"code": "screening_not_found"}}

PATHS: dict[str, Json] = {
    "/api/v1/seat-reservations/screening/{screening_id}/availability": {
        "get": _operation(
            "seat_availability",
            HOLDS,
            "Get Seat Availability",
            {"200": MAP, "404": MISSING},
            security=OPTIONAL,
            parameters=[_path_id("screening_id"), *SEATS_PAGE],
        )
    },
    "/api/v1/seat-reservations/screening/{screening_id}/availability/me": {
        "get": _operation(
            "seat_availability_me",
            HOLDS,
            "Get Seat Availability, own holds marked reserved_by_me",
            {"200": MAP, "404": MISSING},
            parameters=[_path_id("screening_id"), *SEATS_PAGE],
        )
    },
    "/api/v1/seat-reservations/reserve": {
        "post": _posting(
            "reserve_seats",
            HOLDS,
            "Reserve Seats",
            "HoldRequest",
            {"201": _answer("The holds.", ref("SeatReservations")), "400": PAST, "404": MISSING, "409": TAKEN}
            | {"429": CHURN},
        )
    },
    "/api/v1/seat-reservations/best-available": {
        "post": _posting(
            "best_available",
            HOLDS,
            "Hold the best group of seats for a party",
            "BestAvailableRequest",
            {
                "201": _answer("The holds, and which rules gave way.", ref("BestAvailable")),
                "400": PAST,
                "404": MISSING,
                "409": TOO_FEW,
            },
        )
    },
    "/api/v1/seat-reservations/promo-code": {
        "post": _posting(
            "use_promo_code",
            HOLDS,
            "Make one's holds of a screening cheaper by a promo code; null takes it away",
            "PromoRequest",
            {
                "200": _answer("The holds at their new prices.", ref("PromoReservations")),
                "400": NO_PROMO,
                "404": MISSING,
                "409": PROMO_USED_UP,
                "429": {"description": "Too many requests. Please wait."},
            },
        )
    },
    "/api/v1/seat-reservations/toggle": {
        "post": _posting(
            "toggle_seats",
            HOLDS,
            "Hold the seats, or give them back if all are one's own",
            "HoldRequest",
            {"200": _answer("What was done.", ref("SeatToggle")), "404": MISSING, "409": TAKEN, "429": CHURN},
        )
    },
    "/api/v1/seat-reservations/extend": {
        "post": _operation(
            "extend_reservation",
            HOLDS,
            "Extend Reservation",
            {
                "200": _answer("The holds with their new end.", ref("SeatReservations")),
                "404": MISSING,
                "409": HOLD_EXPIRED,
                "422": KEY_REUSED,
            },
            requestBody=_body("SeatSelection"),
            parameters=[
                _query(
                    "additional_minutes",
                    "Minutes to add.",
                    {"type": "integer", "minimum": 1, "maximum": 10, "default": 5},
                ),
                IDEMPOTENCY_KEY,
            ],
        )
    },
    "/api/v1/seat-reservations/cancel": {
        "post": _operation(
            "cancel_seats",
            HOLDS,
            "Cancel reservations of these seats",
            {"200": _answer("How many were held.", ref("CancelledReservations")), "404": MISSING},
            requestBody=_body("SeatSelection"),
        )
    },
    "/api/v1/seat-reservations/cancel/{screening_id}": {
        "delete": _operation(
            "cancel_reservations",
            HOLDS,
            "Cancel Reservations",
            {"204": {"description": "Nothing of it is held any more."}, "404": MISSING},
            parameters=[
                _path_id("screening_id"),
                _query("seat_ids", "Only these seats, as 42,43,44.", {"type": "string", "example": "42,43,44"}),
            ],
        )
    },
    "/api/v1/seat-reservations/my-reservations": {
        "get": _operation(
            "my_reservations",
            HOLDS,
            "My Active Reservations",
            {"200": _answer("Holds, soonest expiry first.", list_of("SeatReservation"))},
            parameters=[
                _query(
                    "include_expired", "Also those ended in the last 24 hours.", {"type": "boolean", "default": False}
                ),
                *PAGE,
            ],
        )
    },
    "/api/v1/seat-reservations/cleanup": {
        "post": _operation(
            "cleanup_reservations",
            HOLDS,
            "Manual Cleanup (open in development, else for staff)",
            {"200": _answer("What was tidied.", ref("Cleanup"))},
            security=OPTIONAL,
        )
    },
    "/api/v1/screenings/{screening_id}/available-seats": {
        "get": _operation(
            "screening_available_seats",
            "Screenings",
            "List the seats of a screening that could be held now",
            FREE_SEATS | {"404": MISSING},
            security=OPEN,
            parameters=[_path_id("screening_id"), *SEATS_PAGE],
        )
    },
    "/api/v1/showtimes/{showtime_id}/seats": {
        "get": _operation(
            "showtime_seats",
            "Showtimes",
            "List the seats of a showtime that could be held now",
            FREE_SEATS | {"404": NO_SHOWTIME},
            security=OPEN,
            parameters=[_path_id("showtime_id"), *SEATS_PAGE],
        )
    },
    "/api/v1/showings/{showing_id}/tickets": {
        "get": _operation(
            "showing_tickets",
            "Showings",
            "Tell how many tickets of a showing are left",
            {"200": _answer("Capacity, less holds and tickets.", ref("TicketsLeft")), "404": NO_SHOWING},
            security=OPEN,
            parameters=[_path_id("showing_id")],
        )
    },
    "/api/v1/showings/{showing_id}/seats": {
        "get": _operation(
            "showing_seats",
            "Showings",
            "List every seat of a showing with its state and price",
            {"200": _answer("Every seat, by row and number.", list_of("SeatOfShowing")), "404": NO_SHOWING},
            security=OPEN,
            parameters=[_path_id("showing_id"), *SEATS_PAGE],
        )
    },
    "/api/v1/tickets/book": {
        "post": _posting(
            "book_tickets",
            SOLD,
            "Quick Book (Reserve + Confirm)",
            "BookingRequest",
            {"201": _answer("The tickets, by seat.", list_of("Ticket")), "400": PAST, "404": MISSING, "409": BOOKED}
            | {"429": {"description": "Too many requests. Please wait."}},
        )
    },
    "/api/v1/tickets/book-from-reservation": {
        "post": _posting(
            "book_from_reservation",
            SOLD,
            "Book From Existing Reservations; repeating a payment_id repeats its tickets",
            "BookingRequest",
            {"201": _answer("The tickets, by seat.", list_of("Ticket")), "404": MISSING, "409": NOT_HELD},
        )
    },
    "/api/v1/tickets/my-tickets": {
        "get": _operation(
            "my_tickets",
            SOLD,
            "My Tickets",
            {"200": _answer("Newest first.", list_of("Ticket"))},
            parameters=[_query("upcoming", "Only before, or from, the start of the film.", {"type": "boolean"}), *PAGE],
        )
    },
    "/api/v1/tickets/{ticket_id}": {
        "get": _operation(
            "get_ticket",
            SOLD,
            "Get Ticket",
            {"200": _answer("The ticket.", ref("Ticket")), "404": {"description": "Ticket with id 2001 not found"}},
            parameters=[_path_id("ticket_id")],
        ),
        "delete": _operation(
            "cancel_ticket",
            SOLD,
            "Cancel Ticket",
            {
                "204": {"description": "Cancelled; a refund is due."},
                "400": {
                    "description": "Cannot cancel tickets for past screenings",
                    "x-problem": {"code": "screening_past"},
                },
                "404": {"description": "Ticket with id 2001 not found"},
                "409": {
                    "description": "A ticket that is used cannot be cancelled.",
                    "x-problem": {"code": "illegal_transition"},
                },
            },
            parameters=[_path_id("ticket_id")],
        ),
    },
    "/ws/stats": {
        "get": _operation(
            "socket_stats",
            "Live",
            "WebSocket Statistics (open in development, else for staff)",
            {"200": _answer("Watchers over all web processes.", ref("SocketStats"))},
            security=OPTIONAL,
        )
    },
}
