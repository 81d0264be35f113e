"""What the box office knows of one person, for them to take along."""

from typing import Any

from booking.models import Booking, Hold, Payment, PromoUse, Ticket, WaitingParty


def sales_of(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's holds, tickets, bookings and payments, oldest first, as plain values."""
    shown = {"film": "screening__movie__title", "start_time": "screening__start_time"}
    seat = shown | {"row": "seat__row_label", "number": "seat__seat_number"}
    return {
        "reservations": _rows(Hold, user_id, "state", "price", "currency", "reserved_at", "expires_at", **seat),
        "tickets": _rows(Ticket, user_id, "state", "price", "currency", "booked_at", "ended_at", **seat),
        "bookings": _rows(Booking, user_id, "booking_number", "total", "currency", "booked_at", **shown),
        "waiting_lists": _rows(WaitingParty, user_id, "size", "state", "joined_at", "offered_at", **shown),
        "promo_codes": _rows(PromoUse, user_id, "made_at", "released_at", **shown, code="promo__code"),
        "payments": _rows(Payment, user_id, "payment_id", "amount", "currency", "status", "captured_at"),
    }


def _rows(model: Any, user_id: int, *fields: str, **renamed: str) -> list[dict[str, Any]]:
    rows = model.objects.filter(user_id=user_id).order_by("pk").values_list(*fields, *renamed.values())
    return [dict(zip((*fields, *renamed), row, strict=True)) for row in rows]
