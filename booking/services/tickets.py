"""Sales: holds and free seats become tickets (R20-R32), tickets are given back (R37, R38)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings

from booking.claims import (
    COLUMNS,
    SECRET_ALPHABET,
    Buyer,
    Claim,
    Found,
    ScreeningState,
    apply,
    claim_of,
    insert_claims,
    lock_screening,
    look,
    update_claims,
)
from booking.realtime import SeatUpdate
from booking.selectors.deadlines import cancel_until
from booking.services import contested
from booking.services.reservations import mark_ended, own_holds
from booking.services.seat_rules import (
    check_not_cancelled,
    check_on_sale,
    check_seat_limit,
    check_seats_free,
    check_seats_of_room,
    checked_seat_ids,
    conflicts,
)
from booking.services.ticket_types import TicketTypes, checked_ticket_types, prices, retyped
from booking.states import word_of
from catalog.selectors.layouts import RoomLayout, layout_of_screening
from cinema_project.common.database import (
    CommitUnknown,
    Step,
    as_money,
    id_of,
    marks,
    query,
    repeat_on,
    write,
)
from cinema_project.common.errors import (
    Busy,
    Conflict,
    DomainError,
    IllegalTransition,
    Invalid,
    NotFound,
    Unavailable,
)
from cinema_project.common.outbox import Statement

BOOKING_NUMBER_LENGTH = 8
NUMBERS = ("booking_booking_booking_number_key", "booking_seatclaim_secret_key")  # random: a clash is drawn again


class ReservationExpired(Conflict):
    code = "reservation_expired"


class PaymentIdReused(Conflict):
    code = "payment_id_reused"


class RequestInProgress(Conflict):
    """The same booking, or another of the same seats, is under way (R27)."""

    code = "request_in_progress"


class PaymentIdInvalid(Invalid):
    code = "payment_id_invalid"


class PaymentsNotConfigured(Unavailable):
    """Payments are to be verified, and there is nobody to ask (R34)."""

    code = "payments_not_configured"


class TicketPast(Invalid):
    code = "screening_past"


@dataclass(frozen=True, slots=True)
class Booked:
    """The tickets of one sale, by seat. ``replayed``: the sale had been made by an earlier call (R23)."""

    tickets: list[Claim]
    booking_number: str
    payment_id: str | None
    total: Decimal
    layout: RoomLayout
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _Sale:
    """One sale under way: the call, and what a look found."""

    buyer: Buyer
    seat_ids: list[int]
    payment_id: str | None
    found: Found
    ticket_types: TicketTypes

    @property
    def screening(self) -> ScreeningState:
        return self.found.screening

    @property
    def own_holds(self) -> list[Claim]:
        return own_holds(self.found, self.buyer.id, self.seat_ids)


def book_seats(
    *,
    buyer: Buyer,
    screening_id: int,
    seat_ids: Sequence[int],
    payment_id: str | None = None,
    ticket_types: object = None,
) -> Booked:
    """Sell free seats and own holds at once (R20, R31). Repeating a call with its ``payment_id`` repeats its answer.

    :param ticket_types: ``{"<seat id>": "child"}`` (R16); seats held keep what they were held as, unless named here
    :raises Invalid: wrong list, foreign seat, past screening, over the limit
    :raises ScreeningNotFound: if there is no such screening
    :raises Conflict: if a seat is taken, the screening cancelled, or the ``payment_id`` belongs to another sale
    :raises PaymentsNotConfigured: if payments are to be verified and nobody can
    """
    return _settled(buyer, screening_id, seat_ids, payment_id, from_holds=False, ticket_types=ticket_types)


def book_from_holds(*, buyer: Buyer, screening_id: int, seat_ids: Sequence[int], payment_id: str | None) -> Booked:
    """Sell seats that the buyer holds; made for payment webhooks, which repeat themselves (R20, R32).

    :raises Invalid: wrong list, or no ``payment_id``
    :raises ReservationExpired: if one of the seats is not, or no longer, held by the buyer
    :raises PaymentIdReused: if the ``payment_id`` belongs to another sale
    """
    if not payment_id:
        raise PaymentIdInvalid("payment_id is required.", errors=[{"pointer": "/payment_id", "detail": "is required"}])
    return _settled(buyer, screening_id, seat_ids, payment_id, from_holds=True)


def _settled(
    buyer: Buyer,
    screening_id: int,
    seat_ids: Sequence[int],
    payment_id: str | None,
    *,
    from_holds: bool,
    ticket_types: object = None,
) -> Booked:
    wanted = checked_seat_ids(seat_ids)
    types = checked_ticket_types(ticket_types, wanted)
    _check_payment_id(payment_id)
    try:
        return contested.at_once(
            screening_id,
            lambda: _book_at_once(buyer, screening_id, wanted, payment_id, from_holds, types),
            repeatable=payment_id is not None,
        ) or _book(buyer, screening_id, wanted, payment_id, from_holds, types)
    except Busy as error:
        if payment_id is None:
            raise
        raise RequestInProgress("This booking is being made. Please repeat the request.", retry_after=1) from error
    except CommitUnknown:
        # The sale may stand although its answer was lost: the payment tells (R62).
        replayed = _replay(buyer, screening_id, wanted, payment_id) if payment_id else None
        if replayed is None:
            raise
        return replayed


def _book_at_once(
    buyer: Buyer, screening_id: int, seat_ids: list[int], payment_id: str | None, from_holds: bool, types: TicketTypes
) -> Booked | None:
    try:
        sale = _checked(buyer, screening_id, seat_ids, payment_id, from_holds, types)
    except DomainError:  # this payment may have made the sale before: `_book` looks for that first
        return None
    return _sell(sale)


@repeat_on("one_live_claim_per_seat", "booking_payment_pkey", "booking_booking_payment_id_key", *NUMBERS)
@write
def _book(
    buyer: Buyer, screening_id: int, seat_ids: list[int], payment_id: str | None, from_holds: bool, types: TicketTypes
) -> Booked:
    lock_screening(screening_id)
    # Before any other check: a webhook that comes again days later still gets its tickets (R29).
    earlier = _replay(buyer, screening_id, seat_ids, payment_id) if payment_id else None
    return earlier or _sell(_checked(buyer, screening_id, seat_ids, payment_id, from_holds, types))


def _checked(
    buyer: Buyer, screening_id: int, seat_ids: list[int], payment_id: str | None, from_holds: bool, types: TicketTypes
) -> _Sale:
    sale = _Sale(buyer, seat_ids, payment_id, look(screening_id, seat_ids, buyer.id), types)
    if settings.PAYMENTS_MODE == "verify":
        raise PaymentsNotConfigured("No payment provider is connected, so nothing can be sold now.", retry_after=60)
    _check_holds(sale) if from_holds else _check_seats(sale)
    return sale


def _check_holds(sale: _Sale) -> None:
    check_not_cancelled(sale.screening)
    missing = sorted(set(sale.seat_ids) - {hold.seat_id for hold in sale.own_holds})
    if missing:
        raise ReservationExpired(f"Seats {missing} are no longer reserved for you", conflicting_seat_ids=missing)


def _check_seats(sale: _Sale) -> None:
    if len(sale.own_holds) == len(sale.seat_ids):
        check_not_cancelled(sale.screening)  # held before the start: may still be booked (R15)
    else:
        check_on_sale(sale.found)
    check_seats_of_room(sale.screening, sale.seat_ids)
    check_seat_limit(sale.found, sale.seat_ids, sale.buyer.id)
    check_seats_free(conflicts(sale.found, sale.seat_ids, sale.buyer.id))


def _sell(sale: _Sale) -> Booked:
    screening, now = sale.screening, sale.found.now
    held = {hold.seat_id: hold for hold in sale.own_holds}
    other = {hold.seat_id for hold in retyped(sale.own_holds, sale.ticket_types)}
    kept = {seat_id: hold.price for seat_id, hold in held.items() if seat_id not in other}
    priced = prices(screening, [seat_id for seat_id in sale.seat_ids if seat_id not in kept], sale.ticket_types)
    total = sum([*kept.values(), *priced.values()], Decimal(0))
    number = new_booking_number()
    changes: list[Statement] = []
    if kept:
        changes.append(_confirmation(sale, [held[seat_id] for seat_id in kept]))
    changes += [_confirmation(sale, [held[seat_id]], priced[seat_id]) for seat_id in sorted(other)]
    if new := {seat_id: price for seat_id, price in priced.items() if seat_id not in held}:
        mark_ended(sale.found, list(new))
        tickets = {"user_id": sale.buyer.id, "state": "confirmed", "currency": screening.currency}
        moments = {"booked_at": now, "confirmed_at": now}
        booking = {"booking_id": id_of("booking")}
        changes.append(insert_claims(new, tickets | moments, booking, sale.ticket_types))
    updates = [SeatUpdate(seat_id, "booked", sale.buyer.id) for seat_id in sale.seat_ids]
    sold = apply(sale.found, changes, updates, first=_booking(sale, number, total), new_bookings=1)
    return Booked(sold, number, sale.payment_id, total, screening.layout)


def _confirmation(sale: _Sale, holds: list[Claim], price: Decimal | None = None) -> Statement:
    """Make holds tickets; with a price, one hold that becomes a ticket of another type than it was held for."""
    now, by = sale.found.now, sale.buyer.id
    confirm = f"state = 'confirmed', booking_id = {id_of('booking')}, booked_at = %s, confirmed_at = %s"
    if price is None:
        return update_claims(confirm, [now, now], holds, by=by)
    ticket_type = sale.ticket_types[holds[0].seat_id]
    return update_claims(f"{confirm}, price = %s, ticket_type = %s", [now, now, price, ticket_type], holds, by=by)


def _booking(sale: _Sale, number: str, total: Decimal) -> list[Step]:
    """Return the step ``booking``, after the one of its payment."""
    now = sale.found.now
    values = {"user_id": sale.buyer.id, "payment_id": sale.payment_id, "currency": sale.screening.currency}
    booking = _insert("booking_booking", values | {"booking_number": number, "total": total, "booked_at": now})
    steps = [Step("booking", f"{booking[0]} RETURNING id", booking[1])]
    if sale.payment_id:
        seats = orjson.dumps(sale.seat_ids).decode()
        paid = values | {"seat_ids": seats, "amount": total, "status": "claimed", "captured_at": now}
        steps = [Step("payment", *_insert("booking_payment", paid)), *steps]
    return steps


def _insert(table: str, values: dict[str, Any]) -> Statement:
    columns = f"screening_id, {', '.join(values)}"
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({id_of('counted')}, {marks(list(values))})",
        list(values.values()),
    )


def _replay(buyer: Buyer, screening_id: int, seat_ids: list[int], payment_id: str | None) -> Booked | None:
    """Return the sale that this payment made, in its present state (R23-R26)."""
    found = query(
        "SELECT p.user_id, p.screening_id, p.seat_ids, b.id, b.booking_number, b.total"
        " FROM booking_payment p JOIN booking_booking b ON b.payment_id = p.payment_id WHERE p.payment_id = %s",
        [payment_id],
    )
    if not found:
        return None
    user_id, screening, seats, booking_id, number, total = found[0]
    seats = orjson.loads(seats) if isinstance(seats, str) else seats
    if (user_id, screening, seats) != (buyer.id, screening_id, seat_ids):
        raise PaymentIdReused("This payment_id belongs to another booking.")
    rows = query(f"SELECT {COLUMNS} FROM booking_seatclaim WHERE booking_id = %s ORDER BY seat_id", [booking_id])
    layout = layout_of_screening(screening_id)
    return Booked([claim_of(row) for row in rows], number, payment_id, as_money(total), layout, replayed=True)


@write
def cancel_ticket(*, ticket_id: int, by: Buyer) -> None:
    """Give a ticket of one's own back until the cinema's cut-off; twice is as good as once (R37, R38).

    :raises NotFound: if it is unknown or somebody else's
    :raises TicketPast: from the cut-off on, which is by default the start of the film
    :raises IllegalTransition: if it has been used
    """
    ticket = _own_ticket(ticket_id, by)
    lock_screening(ticket.screening_id)
    ticket = _own_ticket(ticket_id, by)  # as it is now that nobody else can change it
    if ticket.state in ("cancelled", "refunded"):
        return
    found = look(ticket.screening_id, [ticket.seat_id], by.id)
    if found.now >= cancel_until(found.screening, ticket.booked_at):
        raise TicketPast("Cannot cancel tickets for past screenings")
    if ticket.state not in ("pending", "confirmed") or not ticket.is_live(found.now):
        raise IllegalTransition(f"A ticket that is {word_of(ticket.state)} cannot be cancelled.")
    give_back(found, ticket, by=by.id)


def give_back(found: Found, ticket: Claim, *, by: int) -> Claim:
    """Cancel a ticket: its seat is free, and if it was paid, its refund is due. The caller has the screening's lock."""
    if ticket.state == "confirmed":
        query(
            "INSERT INTO booking_refund (claim_id, amount, currency, status, created_at, actor_id)"
            " VALUES (%s, %s, %s, 'due', %s, %s)",
            [ticket.id, ticket.price, ticket.currency, found.now, by],
        )
    cancelled = update_claims("state = 'cancelled', ended_at = %s", [found.now], [ticket], by=by)
    return apply(found, [cancelled], [SeatUpdate(ticket.seat_id, "available")])[0]


def _own_ticket(ticket_id: int, by: Buyer) -> Claim:
    rows = query(
        f"SELECT {COLUMNS} FROM booking_seatclaim WHERE id = %s AND user_id = %s AND booking_id IS NOT NULL",
        [ticket_id, by.id],
    )
    if not rows:
        raise NotFound(f"Ticket with id {ticket_id} not found")
    return claim_of(rows[0])


def new_booking_number() -> str:
    """Return eight characters that can be read out on the phone."""
    return "".join(secrets.choice(SECRET_ALPHABET) for _ in range(BOOKING_NUMBER_LENGTH))


def _check_payment_id(payment_id: Any) -> None:
    if payment_id is None:
        return
    printable = isinstance(payment_id, str) and payment_id.isascii() and payment_id.isprintable()
    if not printable or not 1 <= len(payment_id) <= 255:
        sentence = "payment_id must be 1 to 255 printable ASCII characters."
        raise PaymentIdInvalid(sentence, errors=[{"pointer": "/payment_id", "detail": sentence}])
