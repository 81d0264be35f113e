"""Sales: holds and free seats become tickets (R20-R32), tickets are given back (R37, R38)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings

from booking import promises
from booking.claims import (
    COLUMNS,
    Buyer,
    Claim,
    Found,
    ScreeningState,
    apply,
    buyer_unless_gone,
    claim_of,
    insert_claims,
    lock_screening,
    look,
    new_secret,
    update_claims,
    without_promos,
)
from booking.payments.provider import Money
from booking.realtime import SeatUpdate
from booking.selectors.deadlines import cancel_until
from booking.services import contested, proofs, unclaimed
from booking.services.house_rules import check_gap_everywhere
from booking.services.proofs import PaymentIdInvalid, PaymentIdReused
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
    as_moment,
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
)
from cinema_project.common.outbox import Statement

BOOKING_NUMBER_LENGTH = 8
NUMBERS = ("booking_booking_booking_number_key", "booking_seatclaim_secret_key")  # random: a clash is drawn again


class ReservationExpired(Conflict):
    code = "reservation_expired"


class RequestInProgress(Busy):
    """The same booking, or another of the same seats, is under way (R27): it may yet be made, so its money stays."""

    code = "request_in_progress"


class PaymentMismatch(Invalid):
    """What was paid is not what the seats cost (R19)."""

    code = "payment_mismatch"


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
class _Call:
    """What somebody asks to be sold, checked as far as that needs no look.

    ``money`` is what a provider took for the payment; ``None`` where any payment counts as made.
    """

    buyer: Buyer
    screening_id: int
    seat_ids: list[int]
    payment_id: str | None
    money: Money | None
    ticket_types: TicketTypes
    from_holds: bool


@dataclass(frozen=True, slots=True)
class _Sale:
    """One sale under way: the call, and what a look found."""

    call: _Call
    found: Found

    @property
    def buyer(self) -> Buyer:
        return self.call.buyer

    @property
    def seat_ids(self) -> list[int]:
        return self.call.seat_ids

    @property
    def screening(self) -> ScreeningState:
        return self.found.screening

    @property
    def own_holds(self) -> list[Claim]:
        return own_holds(self.found, self.buyer.id, self.seat_ids)

    def prices(self) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
        """Return by seat what holds keep (R17), and what is priced now: new seats, and holds of another type."""
        other = retyped(self.own_holds, self.call.ticket_types)
        kept = {hold.seat_id: hold.price for hold in self.own_holds if hold not in other}
        rest = [seat_id for seat_id in self.seat_ids if seat_id not in kept]
        return kept, prices(self.screening, rest, self.call.ticket_types)

    @property
    def total(self) -> Decimal:
        return sum((price for part in self.prices() for price in part.values()), Decimal(0))

    @property
    def paid(self) -> unclaimed.Paid:
        money = self.call.money or Money(self.total, self.screening.currency)
        sold_for = (self.call.payment_id or "", self.buyer.id, self.screening.id, self.seat_ids)
        return unclaimed.Paid(*sold_for, money.amount, money.currency)


def book_seats(
    *,
    buyer: Buyer,
    screening_id: int,
    seat_ids: Sequence[int],
    payment_id: str | None = None,
    ticket_types: object = None,
    money: Money | None = None,
) -> Booked:
    """Sell free seats and own holds at once (R20, R31). Repeating a call with its ``payment_id`` repeats its answer.

    Where payments are verified, seats sold without one wait for it as pending tickets (R35).

    :param ticket_types: ``{"<seat id>": "child"}`` (R16); seats held keep what they were held as, unless named here
    :param money: what ``proofs.prove`` said of the payment; without it, the provider is asked here
    :raises Invalid: wrong list or types, foreign seat, past screening, over the limit, or not what was paid
    :raises ScreeningNotFound: if there is no such screening
    :raises Conflict: if a seat is taken, the screening cancelled, or the ``payment_id`` belongs to another sale
    :raises PaymentsNotConfigured: if payments are to be verified and nobody can
    """
    wanted = checked_seat_ids(seat_ids)
    types = checked_ticket_types(ticket_types, wanted)
    return _settled(_Call(buyer, screening_id, wanted, payment_id, money, types, from_holds=False))


def book_from_holds(
    *,
    buyer: Buyer,
    screening_id: int,
    seat_ids: Sequence[int],
    payment_id: str | None,
    money: Money | None = None,
) -> Booked:
    """Sell seats that the buyer holds; made for payment webhooks, which repeat themselves (R20, R32).

    :raises Invalid: wrong list, or no ``payment_id``
    :raises ReservationExpired: if one of the seats is not, or no longer, held by the buyer
    :raises PaymentIdReused: if the ``payment_id`` belongs to another sale
    """
    if not payment_id:
        raise PaymentIdInvalid("payment_id is required.", errors=[{"pointer": "/payment_id", "detail": "is required"}])
    wanted = checked_seat_ids(seat_ids)
    return _settled(_Call(buyer, screening_id, wanted, payment_id, money, {}, from_holds=True))


def _settled(call: _Call) -> Booked:
    proofs.check_payment_id(call.payment_id)
    if call.money is None:
        call = replace(call, money=proofs.prove(buyer=call.buyer, payment_id=call.payment_id))
    try:
        return contested.at_once(
            call.screening_id, lambda: _book_at_once(call), repeatable=call.payment_id is not None
        ) or _book(call)
    except Busy as error:
        if call.payment_id is None:
            raise
        raise RequestInProgress("This booking is being made. Please repeat the request.", retry_after=1) from error
    except CommitUnknown:
        # The sale may stand although its answer was lost: the payment tells (R62).
        replayed = _replay(call)
        if replayed is None:
            raise
        return replayed


def _book_at_once(call: _Call) -> Booked | None:
    try:
        sale = _checked(call)
    except DomainError:  # this payment may have made the sale before: `_book` looks for that first
        return None
    return _sell(sale)


@repeat_on("one_live_claim_per_seat", "booking_payment_pkey", "booking_booking_payment_id_key", *NUMBERS)
@write
def _book(call: _Call) -> Booked:
    lock_screening(call.screening_id)
    # Before any other check: a webhook that comes again days later still gets its tickets (R29).
    return _replay(call) or _sell(_checked(call))


def _checked(call: _Call) -> _Sale:
    """Look, and check the sale in the order of R3; from the check of the room on, a refusal keeps the money (R33)."""
    sale = _Sale(call, look(call.screening_id, call.seat_ids, call.buyer.id))
    keeps = call.money is not None  # what a provider took is kept whatever stands in the way
    try:
        _check_screening(sale)
        keeps = keeps or (call.payment_id is not None and sale.screening.layout.seats.keys() >= {*call.seat_ids})
        _check_holds(sale) if call.from_holds else _check_seats(sale)
        _check_money(sale)
    except DomainError as refusal:
        if keeps:
            unclaimed.keep_if_refused(refusal, sale.paid)
        raise
    return sale


def _check_money(sale: _Sale) -> None:
    paid = sale.call.money
    if paid is not None and paid != Money(sale.total, sale.screening.currency):
        costs = f"{sale.total} {sale.screening.currency}"
        raise PaymentMismatch(f"The payment is of {paid}, but these seats cost {costs}.")


def _check_screening(sale: _Sale) -> None:
    if sale.call.from_holds or len(sale.own_holds) == len(sale.seat_ids):
        check_not_cancelled(sale.screening)  # held before the start: may still be booked (R15)
    else:
        check_on_sale(sale.found)
    if not sale.call.from_holds:
        check_seats_of_room(sale.screening, sale.seat_ids)


def _check_holds(sale: _Sale) -> None:
    missing = sorted(set(sale.seat_ids) - {hold.seat_id for hold in sale.own_holds})
    if missing:
        raise ReservationExpired(f"Seats {missing} are no longer reserved for you", conflicting_seat_ids=missing)


def _check_seats(sale: _Sale) -> None:
    check_seat_limit(sale.found, sale.seat_ids, sale.buyer.id)
    check_seats_free(conflicts(sale.found, sale.seat_ids, sale.buyer.id))
    if len(sale.own_holds) < len(sale.seat_ids):
        check_gap_everywhere(sale.screening.id, sale.seat_ids, sale.buyer.id)


def _sell(sale: _Sale) -> Booked:
    screening, types = sale.screening, sale.call.ticket_types
    held = {hold.seat_id: hold for hold in sale.own_holds}
    kept, priced = sale.prices()
    total = sum([*kept.values(), *priced.values()], Decimal(0))
    number, ticket = new_booking_number(), _ticket(sale, total)
    changes: list[Statement] = []
    if kept:
        changes.append(_sold(sale, [held[seat_id] for seat_id in kept], ticket))
    retyped_holds = [held[seat_id] for seat_id in sorted(priced.keys() & held.keys())]
    for hold in retyped_holds:
        seat_id = hold.seat_id
        other = {"price": priced[seat_id], "ticket_type": types[seat_id]}
        changes.append(_sold(sale, [hold], ticket | other))
    if new := {seat_id: price for seat_id, price in priced.items() if seat_id not in held}:
        mark_ended(sale.found, list(new))
        values = {"user_id": sale.buyer.id, "currency": screening.currency, **ticket}
        changes.append(insert_claims(new, values, {"booking_id": id_of("booking")}, types))
    updates = [SeatUpdate(seat_id, "booked", sale.buyer.id) for seat_id in sale.seat_ids]
    steps = [*_booking(sale, number, total), *([without_promos(retyped_holds)] if retyped_holds else [])]
    if ticket["state"] == "confirmed":
        steps.append(Step("mail", *promises.confirmation(number)))
    claims = apply(sale.found, changes, updates, first=steps, new_bookings=1)
    return Booked(claims, number, sale.call.payment_id, total, screening.layout)


def _ticket(sale: _Sale, total: Decimal) -> dict[str, Any]:
    """Return state and moments of the tickets: those that are still to be paid wait for that (R35)."""
    now = sale.found.now
    if total and sale.call.payment_id is None and settings.PAYMENTS_MODE == "verify":
        return {"state": "pending", "booked_at": now, "expires_at": now + timedelta(seconds=settings.PAY_BY_SECONDS)}
    return {"state": "confirmed", "booked_at": now, "confirmed_at": now}


def _sold(sale: _Sale, holds: list[Claim], values: dict[str, Any]) -> Statement:
    """Make holds tickets."""
    sold = f"booking_id = {id_of('booking')}, {', '.join(f'{column} = %s' for column in values)}"
    return update_claims(sold, [*values.values()], holds, by=sale.buyer.id)


def _booking(sale: _Sale, number: str, total: Decimal) -> list[Step]:
    """Return the step ``booking``, after those of its buyer and its payment."""
    now, payment_id, buyer = sale.found.now, sale.call.payment_id, buyer_unless_gone(sale.buyer.id)
    values = {"payment_id": payment_id, "currency": sale.screening.currency}
    made = {"booking_number": number, "total": total, "booked_at": now}
    if not payment_id:
        booking = _insert("booking_booking", values | made, {"user_id": id_of("buyer")})
        return [buyer, _returning("booking", "id", booking)]
    seats = orjson.dumps(sale.seat_ids).decode()
    paid = {"seat_ids": seats, "amount": total, "status": "claimed", "captured_at": now}
    sql, params = _insert("booking_payment", values | paid, {"user_id": id_of("buyer")})
    payment = (f"{sql} {unclaimed.OR_TAKE}", [*params, now - unclaimed.CLAIMABLE])
    # Its user is the payment's: no booking is made by a payment that is not, or no longer, to be had.
    booking = _insert("booking_booking", values | made, {"user_id": id_of("payment")})
    return [buyer, _returning("payment", "user_id AS id", payment), _returning("booking", "id", booking)]


def _insert(table: str, values: dict[str, Any], sql: dict[str, str]) -> Statement:
    sql = {"screening_id": id_of("counted"), **sql}
    return (
        f"INSERT INTO {table} ({', '.join([*sql, *values])}) VALUES ({', '.join(sql.values())}, {marks(list(values))})",
        list(values.values()),
    )


def _returning(name: str, what: str, statement: Statement) -> Step:
    return Step(name, f"{statement[0]} RETURNING {what}", statement[1])


def _replay(call: _Call) -> Booked | None:
    """Return the sale that this payment made, in its present state (R23-R26); ``None`` if it may still make one."""
    if call.payment_id is None:
        return None
    found = query(
        "SELECT p.user_id, p.screening_id, p.seat_ids, b.id, b.booking_number, b.total, p.status, p.captured_at"
        " FROM booking_payment p LEFT JOIN booking_booking b ON b.payment_id = p.payment_id WHERE p.payment_id = %s",
        [call.payment_id],
    )
    if not found:
        return None
    user_id, screening, seats, booking_id, number, total, status, captured_at = found[0]
    if booking_id is None and user_id == call.buyer.id:
        unclaimed.check_claimable(status, as_moment(captured_at))
        return None
    seats = orjson.loads(seats) if isinstance(seats, str) else seats
    if (user_id, screening, seats) != (call.buyer.id, call.screening_id, call.seat_ids):
        raise PaymentIdReused
    rows = query(f"SELECT {COLUMNS} FROM booking_seatclaim WHERE booking_id = %s ORDER BY seat_id", [booking_id])
    layout = layout_of_screening(call.screening_id)
    return Booked([claim_of(row) for row in rows], number, call.payment_id, as_money(total), layout, replayed=True)


@write
def cancel_ticket(*, ticket_id: int, by: Buyer) -> None:
    """Give a ticket of one's own back until the cinema's cut-off; twice is as good as once (R37, R38).

    :raises NotFound: if it is unknown or somebody else's
    :raises TicketPast: from the cut-off on, which is by default the start of the film
    :raises IllegalTransition: if it has been used
    """
    ticket = own_ticket(ticket_id, by)
    lock_screening(ticket.screening_id)
    ticket = own_ticket(ticket_id, by)  # as it is now that nobody else can change it
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
    [ended] = apply(found, [cancelled], [SeatUpdate(ticket.seat_id, "available")])
    promises.promise_cancellation(ticket.id, change=found.screening.seq + 1)
    return ended


def own_ticket(ticket_id: int, by: Buyer) -> Claim:
    """Return a ticket of one's own.

    :raises NotFound: if it is unknown or somebody else's
    """
    rows = query(
        f"SELECT {COLUMNS} FROM booking_seatclaim WHERE id = %s AND user_id = %s AND booking_id IS NOT NULL",
        [ticket_id, by.id],
    )
    if not rows:
        raise NotFound(f"Ticket with id {ticket_id} not found")
    return claim_of(rows[0])


def new_booking_number() -> str:
    """Return eight characters that can be read out on the phone."""
    return new_secret()[:BOOKING_NUMBER_LENGTH]
