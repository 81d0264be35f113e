"""Door out: mails about money. The relay calls these after the commit, and again should they fail."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from booking.models import Refund
from catalog.models import Screening


def send_payment_given_back(payload: dict[str, Any]) -> None:
    """Tell somebody that a payment bought no seats, and that all of it goes back."""
    user = User.objects.filter(pk=payload["user_id"], is_active=True, is_guest=False).first()
    screening = Screening.objects.with_places().filter(pk=payload["screening_id"]).first()
    refund = Refund.objects.filter(pk=payload["refund_id"]).select_related("payment").first()
    if user is None or screening is None or refund is None:
        return
    start = screening.start_time.astimezone(screening.room.cinema.zone)
    context = {
        "site_name": settings.SITE_NAME,
        "user": user,
        "screening": screening,
        "start": f"{start:%A %d %B %Y, %H:%M}",
        "zone": screening.room.cinema.timezone,
        "refund": refund,
        "seats_address": settings.SITE_URL + reverse("booking:seats", args=[screening.pk]),
    }
    text = render_to_string("booking/mails/payment_given_back.txt", context)
    send_mail(f"Your money goes back: {screening.movie.title} · {settings.SITE_NAME}", text, None, [user.email])
