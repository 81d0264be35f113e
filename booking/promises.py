"""Door out: promises of mails, written in the transaction of what they tell (R57). ``mails`` writes them, later."""

import hashlib
from collections.abc import Sequence

from cinema_project.common import outbox
from cinema_project.common.outbox import Statement

BOOKING_CONFIRMED = "booking_confirmed"


def confirmation(booking_number: str) -> Statement:
    """Return the statement that promises the mail with a booking's tickets, for a sale that writes all at once."""
    return outbox.statement(BOOKING_CONFIRMED, key=booking_number, payload={"booking_number": booking_number})


def promise_confirmation(booking_number: str) -> None:
    """Promise the mail with a booking's tickets, once they are paid for."""
    outbox.add(BOOKING_CONFIRMED, key=booking_number, payload={"booking_number": booking_number})


def promise_cancellation(ticket_id: int, *, change: int) -> None:
    """Promise a mail to the owner of a ticket that was cancelled.

    :param change: the ``seat_seq`` of the cancellation, as staff may revive a ticket and cancel it again
    """
    outbox.add("ticket_cancelled", key=f"{ticket_id}:{change}", payload={"ticket_id": ticket_id})


def promise_refund_news(refund_ids: Sequence[int]) -> None:
    """Promise one mail about refunds that have reached their payer, all of one person's."""
    refunds = sorted(refund_ids)
    outbox.add("refund_settled", key=str(refunds[-1]), payload={"refund_ids": refunds})


def promise_return_news(payment_id: str) -> None:
    """Promise a mail about money that came without seats, and was sent back (R33)."""
    key = hashlib.sha256(payment_id.encode()).hexdigest()  # the name itself may be longer than a key
    outbox.add("payment_refunded", key=key, payload={"payment_id": payment_id})


def promise_offer(party_id: int) -> None:
    """Promise a mail to a party on the waiting list: seats are held for it."""
    outbox.add("seats_offered", key=str(party_id), payload={"party_id": party_id})


def promise_ticket(ticket_id: int, *, change: int) -> None:
    """Promise a mail with one ticket, which staff made a valid one.

    :param change: the ``seat_seq`` of that
    """
    outbox.add("ticket_resent", key=f"{ticket_id}:{change}", payload={"ticket_id": ticket_id})
