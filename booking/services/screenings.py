"""Screenings that people have seats for: moving them (R46, R47) and calling them off (R43-R45)."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from booking.claims import COLUMNS, Claim, apply, claim_of, look_for_due
from booking.models import Payment, PaymentIntent
from booking.realtime import SeatUpdate
from booking.services.seat_rules import check_not_cancelled
from catalog.models import Cinema, Screening, ScreeningStatus, Seat
from catalog.services import corrections
from catalog.services.locks import lock_screening_and_rooms
from cinema_project.common import clock, outbox
from cinema_project.common.database import query, write
from cinema_project.common.errors import Conflict, IllegalTransition

COUNTERPART = """
    SELECT there.id FROM catalog_seat here JOIN catalog_seat there
    ON there.row_label = here.row_label AND there.seat_number = here.seat_number AND there.room_id = %s
    WHERE here.id = booking_seatclaim.seat_id"""
"""The seat of the same row and number in another room."""


class HasLiveClaims(Conflict):
    code = "has_live_claims"


@write
def change_screening(*, screening_id: int, remap: bool = False, **changes: Any) -> Screening:
    """Change a screening. Whoever has a seat keeps it and its price (R17), and is told of another start or room.

    :param remap: with another room, take the claims along to the seats of the same row and number
    :param changes: what ``create_screening`` takes
    :raises ScreeningCancelled: if it was called off
    :raises HasLiveClaims: if another film is wanted, or a room that has not all of the claimed seats (R47), or is of
        a cinema with another currency
    :raises DomainError: as ``catalog.services.corrections.change_screening``
    """
    before = lock_screening_and_rooms(screening_id, changes.get("room_id", 0))
    check_not_cancelled(before)
    claims = _live_claims(screening_id)
    if changes.get("movie_id", before.movie_id) != before.movie_id:
        _check_film_may_change(before, claims)
    goes = changes.get("room_id", before.room_id) != before.room_id
    if goes and claims:
        _check_currency_stays(before, changes["room_id"])
    seats = _seats_there(changes["room_id"], claims, remap) if goes else {}
    after = corrections.change_screening(screening_id=screening_id, **changes)
    if goes:
        _take_along(after, claims, seats)
    if after.start_time != before.start_time:
        Screening.objects.filter(pk=screening_id).update(moved_at=clock.now())
    if (after.start_time, after.room_id) != (before.start_time, before.room_id):
        _tell(before, {claim.user_id for claim in claims if claim.booking_id})
    return after


@write
def cancel_screening(*, screening_id: int, by: int | None = None) -> None:
    """Call a screening off; nobody can claim a seat from this commit on (R44). Twice is as good as once.

    What people have is given back by ``cancellations.finish``. One that nobody ever had a seat of is deleted.

    :param by: whom the log of states names for it, also for what is given back
    :raises ScreeningNotFound: if there is none
    :raises IllegalTransition: if it is over
    """
    screening = lock_screening_and_rooms(screening_id)
    if screening.status == ScreeningStatus.CANCELLED:
        return
    if not screening.seat_seq and not Payment.objects.filter(screening=screening).exists():
        screening.delete()
        return
    if screening.end_time <= clock.now():
        raise IllegalTransition("A screening that is over cannot be cancelled.")
    Screening.objects.filter(pk=screening_id).update(status=ScreeningStatus.CANCELLED, actor=by)
    outbox.add("screening_called_off", key=str(screening_id), payload={"screening_id": screening_id})


def _live_claims(screening_id: int) -> list[Claim]:
    now = clock.now()
    rows = query(f"SELECT {COLUMNS} FROM booking_seatclaim WHERE screening_id = %s ORDER BY seat_id", [screening_id])
    return [claim for claim in map(claim_of, rows) if claim.is_live(now)]


def _check_film_may_change(screening: Screening, claims: Sequence[Claim]) -> None:
    if claims or screening.bookings_count:
        raise HasLiveClaims(f"Seats of this screening of {screening.movie.title} are held or sold: cancel it instead.")


def _check_currency_stays(screening: Screening, room_id: int) -> None:
    """Refuse to take seats to a cinema of other money: what is held or sold keeps its price (R17)."""
    there = Cinema.objects.filter(rooms=room_id).exclude(pk=screening.room.cinema_id).first()
    if there is not None and there.currency != screening.currency:
        raise HasLiveClaims(f"Seats are held or sold in {screening.currency}; {there.name} takes {there.currency}.")


def _seats_there(room_id: int, claims: Sequence[Claim], remap: bool) -> dict[int, int]:
    """Return the seats of a room by those of the same row and number that are claimed.

    :raises HasLiveClaims: if one is missing, with the ``missing_seats``, or if that is not wanted
    """
    if claims and not remap:
        raise HasLiveClaims("Seats of this screening are held or sold: remap them to the same seats of the other room.")
    claimed = Seat.objects.in_bulk([claim.seat_id for claim in claims])
    there = {_place(seat): seat.pk for seat in Seat.objects.filter(room=room_id)}
    if missing := sorted(seat.label for seat in claimed.values() if _place(seat) not in there):
        raise HasLiveClaims(f"The other room has no seat {', '.join(missing)}.", missing_seats=missing)
    return {seat_id: there[_place(seat)] for seat_id, seat in claimed.items()}


def _place(seat: Seat) -> tuple[str, int]:
    """Return row and number: as one word, seat 1 of row A1 would be seat 11 of row A."""
    return seat.row_label, seat.seat_number


def _take_along(screening: Screening, claims: Sequence[Claim], seats: dict[int, int]) -> None:
    """Move the claims into the screening's new room; ended ones, too, as far as it has their seats."""
    moved = (
        f"UPDATE booking_seatclaim SET seat_id = ({COUNTERPART})"
        f" WHERE screening_id = %s AND EXISTS ({COUNTERPART}) RETURNING {COLUMNS}",
        [screening.room_id, screening.pk, screening.room_id],
    )
    if not claims:
        query(*moved)
        return
    left = [SeatUpdate(claim.seat_id, "available") for claim in claims]
    taken = [SeatUpdate(seats[claim.seat_id], *_shown(claim)) for claim in claims]
    apply(look_for_due(screening.pk), [moved], [*left, *taken])
    _let_payments_follow(screening.pk, seats)


def _let_payments_follow(screening_id: int, seats: dict[int, int]) -> None:
    """Have payments under way buy the seats that their payers hold now."""
    undecided = (PaymentIntent.Status.OPEN, PaymentIntent.Status.REPLACED)
    for intent in PaymentIntent.objects.filter(screening=screening_id, status__in=undecided).order_by("pk"):
        intent.seat_ids = sorted(seats.get(seat_id, seat_id) for seat_id in intent.seat_ids)
        intent.save(update_fields=["seat_ids"])


def _shown(claim: Claim) -> tuple[str, int, datetime | None]:
    if claim.state == "held":
        return "reserved", claim.user_id, claim.expires_at
    return "booked", claim.user_id, None


def _tell(before: Screening, owners: Iterable[int]) -> None:
    move = uuid.uuid4().hex
    was = {"start_time": before.start_time.isoformat(), "room": before.room.name}
    for user_id in sorted(owners):
        payload = {"screening_id": before.pk, "user_id": user_id, "was": was}
        outbox.add("screening_moved", key=f"{move}:{user_id}", payload=payload)
