"""Door out: mails about seats. The relay calls these after the commit, and again should they fail."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from booking.models import SeatClaim
from catalog.models import Screening


def send_screening_moved(payload: dict[str, Any]) -> None:
    """Tell somebody who has tickets when and where the film is shown now."""
    user, screening = _recipient(payload), _screening(payload)
    if user is None or screening is None:
        return
    tickets = _claims(SeatClaim.objects.filter(screening=screening, user=user, state__in=("pending", "confirmed")))
    if not tickets:
        return  # given back meanwhile
    was = payload["was"] | {"start_time": _local(datetime.fromisoformat(payload["was"]["start_time"]), screening)}
    _send("screening_moved", f"New time or room: {screening.movie.title}", user, screening, tickets, was=was)


def send_screening_cancelled(payload: dict[str, Any]) -> None:
    """Tell somebody that a screening is off, which of their seats are gone, and what they get back."""
    user, screening = _recipient(payload), _screening(payload)
    if user is None or screening is None:
        return
    claims = _claims(SeatClaim.objects.filter(pk__in=payload["claim_ids"]))
    refunds = [claim.refund for claim in claims if hasattr(claim, "refund")]
    currencies = sorted({refund.currency for refund in refunds})
    sums = [f"{sum(r.amount for r in refunds if r.currency == currency)} {currency}" for currency in currencies]
    _send("screening_cancelled", f"Cancelled: {screening.movie.title}", user, screening, claims, refund=", ".join(sums))


def _recipient(payload: dict[str, Any]) -> User | None:
    return User.objects.filter(pk=payload["user_id"], is_active=True, is_guest=False).first()


def _screening(payload: dict[str, Any]) -> Screening | None:
    return Screening.objects.with_places().filter(pk=payload["screening_id"]).first()


def _claims(found: Any) -> list[SeatClaim]:
    return list(found.select_related("seat", "booking", "refund").order_by("seat__row_label", "seat__seat_number"))


def _local(moment: datetime, screening: Screening) -> str:
    return f"{moment.astimezone(screening.room.cinema.zone):%A %d %B %Y, %H:%M}"


def _send(
    template: str, subject: str, user: User, screening: Screening, claims: Iterable[SeatClaim], **context: Any
) -> None:
    numbers = sorted({claim.booking.booking_number for claim in claims if claim.booking})
    context |= {
        "site_name": settings.SITE_NAME,
        "user": user,
        "screening": screening,
        "start": _local(screening.start_time, screening),
        "zone": screening.room.cinema.timezone,
        "seats": ", ".join(claim.seat.label for claim in claims),
        "numbers": ", ".join(numbers),
        "tickets_address": settings.SITE_URL + reverse("booking:tickets"),
    }
    text = render_to_string(f"booking/mails/{template}.txt", context)
    in_brackets = f" ({context['numbers']})" if numbers else ""
    send_mail(f"{subject}{in_brackets} · {settings.SITE_NAME}", text, None, [user.email])
