"""What the bodies of the plain views look like, for the OpenAPI document."""

from typing import Any

Json = dict[str, Any]


def ref(name: str) -> Json:
    """Point to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(name: str) -> Json:
    """Describe a list of a component."""
    return {"type": "array", "items": ref(name)}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


object_of = _object
"""The same for other modules: an object all of whose properties are always there."""


def _nullable(kind: str, **more: Any) -> Json:
    return {"type": [kind, "null"], **more}


ID: Json = {"type": "integer", "example": 42}
TEXT: Json = {"type": "string"}
MOMENT: Json = {"type": "string", "format": "date-time", "example": "2026-01-26T18:30:00Z"}
NO_MOMENT: Json = _nullable("string", format="date-time", example="2026-01-26T18:30:00Z")
PROMO_CODE: Json = {
    "type": ["string", "null"],
    "minLength": 1,
    "maxLength": 100,
    "description": "Makes the seats cheaper, within its limits.",
    "example": None,
}
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
TICKET_TYPE: Json = {"type": "string", "enum": ["adult", "child", "senior", "member"], "example": "adult"}
TICKET_TYPES: Json = {
    "type": ["object", "null"],
    "additionalProperties": TICKET_TYPE,
    "description": "Ticket types by seat id; adults where nothing is said. Seats one holds already are priced anew.",
    "example": {"42": "child"},
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
        seat=ref("SeatOfMap"),
        status={
            "type": "string",
            "enum": ["available", "reserved", "reserved_by_me", "booked"],
            "example": "reserved",
        },
        reserved_by=_nullable("integer", example=None, description="One's own id on one's own seats; staff see all."),
        expires_at=NO_MOMENT,
        is_mine={"type": "boolean", "example": False},
    ),
    "TicketsLeft": _object(
        showing_id={"type": "integer", "example": 123},
        total_capacity={"type": "integer", "example": 150},
        available_tickets={"type": "integer", "example": 42},
        price=PRICE,
        movie_title={"type": "string", "example": "Nosferatu"},
        movie_id={"type": "integer", "example": 3},
        start_time=MOMENT,
        end_time=MOMENT,
        room_name={"type": "string", "example": "Room 1"},
        movie_poster=_nullable("string", example="https://cinema.test/media/posters/nosferatu.webp"),
        movie_overview=_nullable("string", example="A count buys a house."),
    ),
    "SeatOfShowing": {
        "allOf": [
            ref("SeatOfMap"),
            _object(
                row={"type": "string", "example": "A"},
                number={"type": "integer", "example": 5},
                status={"type": "string", "enum": ["available", "reserved", "booked"], "example": "available"},
                isAccessible={"type": "boolean", "example": False},
                price=PRICE,
            ),
        ]
    },
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
    "HoldRequest": {
        "type": "object",
        "properties": {
            "screening_id": {"type": "integer", "minimum": 1, "example": 123},
            "seat_ids": SEAT_IDS,
            "seat_id": {"type": "integer", "minimum": 1, "description": "Instead of seat_ids, for one seat."},
            "ticket_types": TICKET_TYPES,
            "promo_code": PROMO_CODE,
        },
        "required": ["screening_id"],
        "example": {"screening_id": 123, "seat_ids": [42, 43, 44], "ticket_types": {"44": "child"}},
    },
    "BookingRequest": {
        "type": "object",
        "properties": {
            "screening_id": {"type": "integer", "minimum": 1, "example": 123},
            "seat_ids": SEAT_IDS,
            "payment_id": {"type": "string", "minLength": 1, "maxLength": 255, "example": "stripe_pi_1234567890"},
            "ticket_types": TICKET_TYPES,
            "promo_code": PROMO_CODE,
        },
        "required": ["screening_id", "seat_ids"],
        "example": {"screening_id": 123, "seat_ids": [42, 43, 44], "payment_id": "stripe_pi_1234567890"},
    },
    "PromoRequest": {
        "type": "object",
        "properties": {"screening_id": {"type": "integer", "minimum": 1, "example": 123}, "promo_code": PROMO_CODE},
        "required": ["screening_id", "promo_code"],
        "example": {"screening_id": 123, "promo_code": "SPRING-20"},
    },
    "PromoReservations": _object(
        reservations=list_of("SeatReservation"),
        promo_code=_nullable("string", example="SPRING-20"),
        discount={"type": "number", "example": 6.4, "description": "Off all of them; their prices are what is left."},
        total={"type": "number", "example": 25.58},
        currency=CURRENCY,
    ),
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
        ticket_type=TICKET_TYPE,
    ),
    "SeatReservations": _object(
        reservations=list_of("SeatReservation"),
        expires_in_minutes={"type": "integer", "example": 5},
        message={"type": "string", "example": "Reserved 3 seats for 5 minutes"},
    ),
    "BestAvailableRequest": {
        "type": "object",
        "properties": {
            "screening_id": {"type": "integer", "minimum": 1, "example": 123},
            "quantity": {"type": "integer", "minimum": 1, "maximum": 10, "example": 2},
            "together": {
                "type": "boolean",
                "default": True,
                "description": "Side by side if there is any such group; false: the best seats, wherever they are.",
            },
            "seat_type": {
                "type": ["string", "null"],
                "enum": ["standard", "premium", "vip", "couple", "wheelchair", "companion", None],
                "description": (
                    "Only seats of this kind. wheelchair: one such space, and seats beside it for the others, those "
                    "for companions first. Without it, neither of the two is ever chosen."
                ),
            },
            "avoid": {
                "type": "array",
                "items": {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1, "maxItems": 10},
                "maxItems": 100,
                "description": "Groups suggested before: the next best comes, and holds of one's own on these end.",
                "example": [[42, 43]],
            },
            "ticket_types": {
                "type": "array",
                "items": TICKET_TYPE,
                "description": "One for each ticket (R16); all are adults without it.",
                "example": ["adult", "child"],
            },
        },
        "required": ["screening_id", "quantity"],
        "example": {"screening_id": 123, "quantity": 2},
    },
    "BestAvailable": _object(
        reservations=list_of("SeatReservation"),
        expires_in_minutes={"type": "integer", "example": 5},
        message={"type": "string", "example": "Reserved 2 seats for 5 minutes."},
        relaxed={
            "type": "array",
            "items": {"type": "string", "enum": ["gap", "adjacency"]},
            "description": "Rules that had to give way; message says it in words.",
            "example": [],
        },
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
        ticket_type=TICKET_TYPE,
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
        seat={"anyOf": [ref("SeatOfMap"), {"type": "null"}]},
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
