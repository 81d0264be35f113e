"""What the OpenAPI document says about the plain views of this app (REST framework does not know them)."""

from typing import Any

Json = dict[str, Any]

BEARER: list[Json] = [{"bearer": []}]
OPTIONAL: list[Json] = [{}, {"bearer": []}]
OPEN: list[Json] = []


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list_of(name: str) -> Json:
    return {"type": "array", "items": _ref(name)}


def _body(name: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": _ref(name)}}}


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path_id(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def _query(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _nullable(kind: str, **more: Any) -> Json:
    return {"type": [kind, "null"], **more}


ID: Json = {"type": "integer", "example": 42}
TEXT: Json = {"type": "string"}
MOMENT: Json = {"type": "string", "format": "date-time", "example": "2026-01-26T18:30:00Z"}
NO_MOMENT: Json = _nullable("string", format="date-time", example="2026-01-26T18:30:00Z")
SEAT_IDS: Json = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1},
    "minItems": 1,
    "maxItems": 100,
    "uniqueItems": True,
    "example": [42, 43, 44],
}
PRICE: Json = {"type": "number", "example": 15.99}
CURRENCY: Json = {"type": "string", "example": "EUR"}
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this request; sent again within 24 hours it acts once and gets the same answer.",
    "schema": {"type": "string", "maxLength": 255},
}

COMPONENTS: dict[str, Json] = {
    "SeatOfMap": _object(
        id=ID,
        room_id={"type": "integer", "example": 1},
        row_label={"type": "string", "example": "A"},
        seat_number={"type": "integer", "example": 5},
        seat_type={
            "type": "string",
            "enum": ["standard", "premium", "vip", "couple", "wheelchair", "companion"],
            "example": "standard",
        },
        x=_nullable("integer", example=4),
        y=_nullable("integer", example=0),
    ),
    "SeatAvailability": _object(
        seat=_ref("SeatOfMap"),
        status={
            "type": "string",
            "enum": ["available", "reserved", "reserved_by_me", "booked"],
            "example": "reserved",
        },
        reserved_by=_nullable("integer", example=None, description="One's own id on one's own seats; staff see all."),
        expires_at=NO_MOMENT,
        is_mine={"type": "boolean", "example": False},
    ),
    "SeatSelection": {
        "type": "object",
        "properties": {
            "screening_id": {"type": "integer", "minimum": 1, "example": 123},
            "seat_ids": SEAT_IDS,
            "seat_id": {"type": "integer", "minimum": 1, "description": "Instead of seat_ids, for one seat."},
        },
        "required": ["screening_id"],
        "example": {"screening_id": 123, "seat_ids": [42, 43, 44]},
    },
    "BookingRequest": {
        "type": "object",
        "properties": {
            "screening_id": {"type": "integer", "minimum": 1, "example": 123},
            "seat_ids": SEAT_IDS,
            "payment_id": {"type": "string", "minLength": 1, "maxLength": 255, "example": "stripe_pi_1234567890"},
        },
        "required": ["screening_id", "seat_ids"],
    },
    "SeatReservation": _object(
        id={"type": "integer", "example": 1001},
        screening_id={"type": "integer", "example": 123},
        seat_id=ID,
        user_id={"type": "integer", "example": 7},
        reserved_at=MOMENT,
        expires_at=MOMENT,
        status={"type": "string", "enum": ["active", "expired", "cancelled", "confirmed"], "example": "active"},
        price=PRICE,
        currency=CURRENCY,
    ),
    "SeatReservations": _object(
        reservations=_list_of("SeatReservation"),
        expires_in_minutes={"type": "integer", "example": 5},
        message={"type": "string", "example": "Reserved 3 seats for 5 minutes"},
    ),
    "SeatToggle": {
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": ["reserved", "unreserved"], "example": "reserved"},
            "message": TEXT,
            "seat_ids": {"type": "array", "items": {"type": "integer"}, "example": [42]},
            "expires_in_minutes": {"type": "integer", "example": 5},
        },
        "required": ["action", "message", "seat_ids"],
    },
    "CancelledReservations": _object(
        message={"type": "string", "example": "Cancelled 2 reservations"},
        cancelled_count={"type": "integer", "example": 2},
    ),
    "Cleanup": _object(
        message={"type": "string", "example": "Cleaned up 5 expired reservations"},
        timestamp=MOMENT,
        duration_seconds={"type": "number", "example": 0.125},
    ),
    "Ticket": _object(
        id={"type": "integer", "example": 2001},
        user_id={"type": "integer", "example": 7},
        screening_id={"type": "integer", "example": 123},
        seat_id=ID,
        price=PRICE,
        currency=CURRENCY,
        status={
            "type": "string",
            "enum": ["pending", "confirmed", "used", "cancelled", "refunded", "expired"],
            "example": "confirmed",
        },
        booked_at=MOMENT,
        confirmed_at=NO_MOMENT,
        payment_id=_nullable("string", example="stripe_pi_1234567890"),
        booking_number={"type": "string", "example": "7KQ2M9XD"},
        code={"type": "string", "example": "KWATZ4Q75CVMMPGPMQM87MGB68.f283fe3d4b4c2a10"},
        short_code={"type": "string", "example": "KWATZ4Q7"},
        seat={"anyOf": [_ref("SeatOfMap"), {"type": "null"}]},
    ),
    "SocketStats": _object(
        total_connections={"type": "integer", "example": 42},
        active_screenings={"type": "array", "items": {"type": "integer"}, "example": [123, 124]},
        screening_details={
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "example": {"123": 15, "124": 27},
        },
    ),
}

NO_SCREENING = "Screening with id 123 not found"
TAKEN: Json = {
    "description": "Seats [42, 43] are currently reserved by other users",
    "x-problem": {"code": "seats_held", "conflicting_seat_ids": [42, 43]},
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


HOLDS, SOLD = "Seat reservations", "Tickets"
MAP = _answer("Every seat, by row and number. X-Seat-Seq says which change it includes.", _list_of("SeatAvailability"))
MISSING: Json = {"description": NO_SCREENING}
FREE_SEATS = {"200": _answer("The seats that could be held now.", _list_of("SeatOfMap")), "404": MISSING}

PATHS: dict[str, Json] = {
    "/api/v1/seat-reservations/screening/{screening_id}/availability": {
        "get": _operation(
            "seat_availability",
            HOLDS,
            "Get Seat Availability",
            {"200": MAP, "404": MISSING},
            security=OPTIONAL,
            parameters=[_path_id("screening_id")],
        )
    },
    "/api/v1/seat-reservations/screening/{screening_id}/availability/me": {
        "get": _operation(
            "seat_availability_me",
            HOLDS,
            "Get Seat Availability, own holds marked reserved_by_me",
            {"200": MAP, "404": MISSING},
            parameters=[_path_id("screening_id")],
        )
    },
    "/api/v1/seat-reservations/reserve": {
        "post": _posting(
            "reserve_seats",
            HOLDS,
            "Reserve Seats",
            "SeatSelection",
            {"201": _answer("The holds.", _ref("SeatReservations")), "400": PAST, "404": MISSING, "409": TAKEN},
        )
    },
    "/api/v1/seat-reservations/toggle": {
        "post": _posting(
            "toggle_seats",
            HOLDS,
            "Hold the seats, or give them back if all are one's own",
            "SeatSelection",
            {"200": _answer("What was done.", _ref("SeatToggle")), "404": MISSING, "409": TAKEN},
        )
    },
    "/api/v1/seat-reservations/extend": {
        "post": _operation(
            "extend_reservation",
            HOLDS,
            "Extend Reservation",
            {
                "200": _answer("The holds with their new end.", _ref("SeatReservations")),
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
            {"200": _answer("How many were held.", _ref("CancelledReservations")), "404": MISSING},
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
            {"200": _answer("Holds, soonest expiry first.", _list_of("SeatReservation"))},
            parameters=[
                _query(
                    "include_expired", "Also those ended in the last 24 hours.", {"type": "boolean", "default": False}
                )
            ],
        )
    },
    "/api/v1/seat-reservations/cleanup": {
        "post": _operation(
            "cleanup_reservations",
            HOLDS,
            "Manual Cleanup (open in development, else for staff)",
            {"200": _answer("What was tidied.", _ref("Cleanup"))},
            security=OPTIONAL,
        )
    },
    "/api/v1/screenings/{screening_id}/available-seats": {
        "get": _operation(
            "screening_available_seats",
            "Screenings",
            "Get Screening Available Seats",
            FREE_SEATS,
            security=OPEN,
            parameters=[_path_id("screening_id")],
        )
    },
    "/api/v1/showtimes/{showtime_id}/seats": {
        "get": _operation(
            "showtime_seats",
            "Showtimes",
            "Get Showtime Seats",
            FREE_SEATS,
            security=OPEN,
            parameters=[_path_id("showtime_id")],
        )
    },
    "/api/v1/tickets/book": {
        "post": _posting(
            "book_tickets",
            SOLD,
            "Quick Book (Reserve + Confirm)",
            "BookingRequest",
            {"201": _answer("The tickets, by seat.", _list_of("Ticket")), "400": PAST, "404": MISSING, "409": BOOKED},
        )
    },
    "/api/v1/tickets/book-from-reservation": {
        "post": _posting(
            "book_from_reservation",
            SOLD,
            "Book From Existing Reservations; repeating a payment_id repeats its tickets",
            "BookingRequest",
            {"201": _answer("The tickets, by seat.", _list_of("Ticket")), "404": MISSING, "409": NOT_HELD},
        )
    },
    "/api/v1/tickets/my-tickets": {
        "get": _operation(
            "my_tickets",
            SOLD,
            "My Tickets",
            {"200": _answer("Newest first.", _list_of("Ticket"))},
            parameters=[_query("upcoming", "Only before, or from, the start of the film.", {"type": "boolean"})],
        )
    },
    "/api/v1/tickets/{ticket_id}": {
        "get": _operation(
            "get_ticket",
            SOLD,
            "Get Ticket",
            {"200": _answer("The ticket.", _ref("Ticket")), "404": {"description": "Ticket with id 2001 not found"}},
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
            {"200": _answer("Watchers over all web processes.", _ref("SocketStats"))},
            security=OPTIONAL,
        )
    },
}
