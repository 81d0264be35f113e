"""Door out: what mails about seats and money say. The mailer calls these after the commit, and again should it fail.

Each function takes the payload of its topic and returns the letter, or ``None`` if there is nobody to write to, or
nothing to say any more: what is true when the mail is written counts, not what was when it was promised.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from booking.models import Payment, Refund, SeatClaim, WaitingParty
from booking.printing.calendar import calendar_of
from booking.printing.codes import qr_png
from booking.printing.pdf import tickets_pdf
from booking.printing.words import OPENS_DOOR, address_of, in_words, kind_of, start_of
from booking.ticket_codes import code_of, short_code_of
from catalog.models import Screening
from cinema_project.common import clock
from cinema_project.common.letters import Enclosure, Letter, Picture

Payload = dict[str, Any]
PRINTED = ("seat", "booking", "user", "refund", "screening__movie", "screening__room__cinema")


def booking_confirmed(payload: Payload) -> Letter | None:
    """Write to a buyer: the tickets of a sale, on paper and for the calendar."""
    tickets = _tickets(booking__booking_number=payload["booking_number"], state__in=OPENS_DOOR)
    return _about(tickets, "tickets", "Your tickets", printed=True, calendar=True) if tickets else None


def ticket_resent(payload: Payload) -> Letter | None:
    """Write to a buyer: one ticket once more (R40)."""
    tickets = _tickets(pk=payload["ticket_id"], state__in=OPENS_DOOR)
    return _about(tickets, "tickets", "Your ticket", printed=True, calendar=True) if tickets else None


def ticket_cancelled(payload: Payload) -> Letter | None:
    """Write to a buyer: a ticket of theirs is cancelled, and what they get back."""
    tickets = _tickets(pk=payload["ticket_id"], state__in=("cancelled", "refunded"))
    return _about(tickets, "ticket_cancelled", "Ticket cancelled", refund=_back_for(tickets)) if tickets else None


def screening_moved(payload: Payload) -> Letter | None:
    """Write to somebody who has tickets when and where the film is shown now (R46)."""
    tickets = _tickets(screening=payload["screening_id"], user=payload["user_id"], state__in=("pending", "confirmed"))
    if not tickets:
        return None  # given back meanwhile
    was = dict(payload["was"])
    was["start_time"] = in_words(datetime.fromisoformat(was["start_time"]), tickets[0].screening.room.cinema)
    return _about(tickets, "screening_moved", "New time or room", was=was, calendar=True)


def screening_cancelled(payload: Payload) -> Letter | None:
    """Write to somebody that a screening is off, which of their seats are gone, and what they get back (R43)."""
    claims = _claims(pk__in=payload["claim_ids"])
    return _about(claims, "screening_cancelled", "Cancelled", refund=_back_for(claims)) if claims else None


def refund_settled(payload: Payload) -> Letter | None:
    """Write to a buyer: the money for tickets that they gave back, or we took back, has been sent."""
    tickets = _claims(refund__in=payload["refund_ids"])
    return _about(tickets, "refund_settled", "Refund", refund=_back_for(tickets)) if tickets else None


def payment_refunded(payload: Payload) -> Letter | None:
    """Write to somebody who paid and got no seats that the money went back (R33)."""
    payments = Payment.objects.select_related("user", "screening__movie", "screening__room__cinema")
    payment = payments.filter(pk=payload["payment_id"]).first()
    if payment is None or not payment.user.has_mailbox:
        return None
    context = _of_screening(payment.screening) | {"payment": payment, "user": payment.user}
    context["seats_path"] = reverse("booking:seats", args=[payment.screening_id])
    subject = f"Refund: {payment.screening.movie.title}"
    return Letter(payment.user.email, subject, "booking/mails/payment_refunded", context)


def seats_offered(payload: Payload) -> Letter | None:
    """Write to somebody on the waiting list that seats are held for them, and until when."""
    offered = WaitingParty.objects.select_related("user", "screening__movie", "screening__room__cinema")
    party = offered.filter(pk=payload["party_id"], state=WaitingParty.State.OFFERED).first()
    holds = _claims(pk__in=party.claim_ids, state="held", expires_at__gt=clock.now()) if party else []
    if party is None or not holds or not party.user.has_mailbox:
        return None
    until = min(hold.expires_at for hold in holds if hold.expires_at)
    context = _of_screening(party.screening) | {
        "user": party.user,
        "seats": ", ".join(hold.seat.label for hold in holds),
        "total": _sums((hold.price, hold.currency) for hold in holds),
        "until": in_words(until, party.screening.room.cinema),
        "seats_path": reverse("booking:seats", args=[party.screening_id]),
    }
    subject = f"Your turn: seats for {party.screening.movie.title}"
    return Letter(party.user.email, subject, "booking/mails/seats_offered", context)


def _about(
    tickets: Sequence[SeatClaim],
    template: str,
    subject: str,
    *,
    printed: bool = False,
    calendar: bool = False,
    **context: Any,
) -> Letter | None:
    """Write a letter about tickets of one person for one screening; their booking numbers stand in the subject.

    :param printed: with codes to scan, and the tickets as PDF
    :param calendar: with the bookings for the calendar
    """
    user, screening = tickets[0].user, tickets[0].screening
    if not user.has_mailbox:
        return None
    numbers = sorted({ticket.booking.booking_number for ticket in tickets if ticket.booking})
    total = _sums((ticket.price, ticket.currency) for ticket in tickets)
    context |= _of_screening(screening) | {"user": user, "numbers": ", ".join(numbers), "total": total}
    context |= {"tickets": [_line(t) for t in tickets], "seats": ", ".join(ticket.seat.label for ticket in tickets)}
    in_brackets = f" ({context['numbers']})" if numbers else ""
    return Letter(
        to=user.email,
        subject=f"{subject}: {screening.movie.title}{in_brackets}",
        template=f"booking/mails/{template}",
        context=context,
        pictures=[_code(ticket) for ticket in tickets if printed],
        files=[*([_paper(tickets)] if printed else []), *(_entry(number) for number in numbers if calendar)],
    )


def _of_screening(screening: Screening) -> dict[str, Any]:
    return {
        "screening": screening,
        "start": start_of(screening),
        "address": address_of(screening.room.cinema),
        "tickets_path": reverse("booking:tickets"),
    }


def _line(ticket: SeatClaim) -> dict[str, Any]:
    return {"id": ticket.pk, "ticket": ticket, "kind": kind_of(ticket), "short_code": short_code_of(ticket.secret)}


def _code(ticket: SeatClaim) -> Picture:
    return Picture(f"ticket-{ticket.pk}", qr_png(code_of(ticket.secret)))


def _paper(tickets: Sequence[SeatClaim]) -> Enclosure:
    return Enclosure("tickets.pdf", tickets_pdf(tickets), "application/pdf")


def _entry(number: str) -> Enclosure:
    booked = _tickets(booking__booking_number=number)
    return Enclosure(f"booking-{number}.ics", calendar_of(booked, now=clock.now()), "text/calendar")


def _tickets(**which: Any) -> list[SeatClaim]:
    return _claims(**which, booking__isnull=False)


def _claims(**which: Any) -> list[SeatClaim]:
    found = SeatClaim.objects.filter(**which).select_related(*PRINTED)
    return list(found.order_by("seat__row_label", "seat__seat_number", "pk"))


def _back_for(claims: Sequence[SeatClaim]) -> str:
    """Return the sum of the refunds of these claims, such as ``25.00 EUR``; nothing if there are none."""
    refunds = Refund.objects.filter(claim__in=claims).values_list("amount", "currency")
    return _sums(refunds)


def _sums(amounts: Iterable[tuple[Decimal, str]]) -> str:
    sums: dict[str, Decimal] = {}
    for amount, currency in amounts:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return ", ".join(f"{total} {currency}" for currency, total in sorted(sums.items()))
