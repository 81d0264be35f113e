"""What the OpenAPI document says about bookings, the third kind of plain views of this app."""

from booking.api.schema import BEARER, BOOKED, IDEMPOTENCY_KEY, KEY_REUSED, MISSING, PAGE, PAST, TAKEN
from booking.api.schema_components import CURRENCY, MOMENT, PRICE, SEAT_IDS, Json, list_of, ref

__all__ = ["COMPONENTS", "PATHS"]

TAG = "Bookings"


def _json(schema: Json, description: str) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _operation(name: str, summary: str, responses: Json, **more: object) -> Json:
    described = {"operationId": name, "tags": [TAG], "summary": summary, "security": BEARER}
    return described | {"responses": responses} | more


def _posting(name: str, summary: str, body: str, responses: Json) -> Json:
    asked = {"required": True, "content": {"application/json": {"schema": ref(body)}}}
    responses = responses | {"400": PAST, "404": MISSING, "422": KEY_REUSED}
    return _operation(name, summary, responses, requestBody=asked, parameters=[IDEMPOTENCY_KEY])


PATHS: dict[str, Json] = {
    "/api/v1/bookings/my-bookings": {
        "get": _operation(
            "my_bookings",
            "My Bookings",
            {"200": _json(list_of("Booking"), "By the start of the film.")},
            parameters=PAGE,
        )
    },
    "/api/v1/bookings/create": {
        "post": _posting(
            "create_booking",
            "Book free seats and own holds; repeating a payment_id repeats its booking",
            "BookingOfShowing",
            {"201": _json(ref("Booking"), "The booking."), "409": BOOKED},
        )
    },
    "/api/v1/bookings/reserve-seats": {
        "post": _posting(
            "reserve_seats_of_booking",
            "Reserve Seats, the same as seat-reservations/reserve",
            "SeatSelection",
            {"201": _json(ref("SeatReservations"), "The holds."), "409": TAKEN},
        )
    },
    "/api/v1/bookings/{booking_id}": {
        "get": _operation(
            "get_booking",
            "Get Booking",
            {
                "200": _json(ref("Booking"), "The booking."),
                "404": {"description": "Booking with id 501 not found"},
            },
            parameters=[
                {"name": "booking_id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
            ],
        )
    },
}
_BOOKING: dict[str, Json] = {
    "id": {"type": "integer", "example": 501},
    "booking_number": {"type": "string", "example": "7KQ2M9XD"},
    "movie_title": {"type": "string", "example": "Nosferatu"},
    "poster_path": {"type": ["string", "null"], "example": "https://cinema.test/media/posters/nosferatu.webp"},
    "room_name": {"type": "string", "example": "Room 1"},
    "showing_time": MOMENT,
    "seats": {
        "type": "array",
        "items": {"type": "string"},
        "example": ["A5", "A6"],
        "description": "Those of tickets still good; all of a cancelled booking.",
    },
    "total_price": PRICE | {"description": "Of these seats."},
    "currency": CURRENCY,
    "booking_date": MOMENT,
    "status": {"type": "string", "enum": ["upcoming", "past", "cancelled"], "example": "upcoming"},
}
COMPONENTS: dict[str, Json] = {
    "Booking": {"type": "object", "properties": _BOOKING, "required": list(_BOOKING)},
    "BookingOfShowing": {
        "type": "object",
        "properties": {
            "screening_id": {"type": "integer", "minimum": 1, "example": 123},
            "showing_id": {"type": "integer", "minimum": 1, "description": "Another name of screening_id."},
            "seat_ids": SEAT_IDS,
            "payment_id": {"type": ["string", "null"], "minLength": 1, "maxLength": 255, "example": "pi_1234567890"},
        },
        "required": ["seat_ids"],
        "anyOf": [{"required": ["screening_id"]}, {"required": ["showing_id"]}],
        "example": {"screening_id": 123, "seat_ids": [42, 43], "payment_id": "pi_1234567890"},
    },
}
