"""Reading and changing seat claims under the screening's lock: the few statements all sales share.

Every change runs the same way (R61): ``lock_screening``, then ``claims_around`` (which also reads the clock, now
that the lock is held), then one ``apply`` that writes the claims, the next ``seat_seq`` and the message about both.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db import connection

from booking import realtime
from booking.realtime import SeatUpdate
from catalog.selectors.layouts import RoomLayout, room_layout
from catalog.selectors.screenings import ScreeningNotFound
from cinema_project.common import outbox
from cinema_project.common.database import Row, as_moment, as_money, marks, query, query_after

SECRET_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter looks like a digit
SECRET_LENGTH = 26  # 130 bits
LIVE = "state IN ('held', 'pending', 'confirmed', 'used')"  # as in the index one_live_claim_per_seat
COLUMNS = (
    "id, screening_id, seat_id, user_id, state, price, currency, secret, extensions, booking_id,"
    " reserved_at, expires_at, booked_at, confirmed_at"
)


class Buyer(Protocol):
    """Whoever buys: a ``User`` or a ``Caller``."""

    @property
    def id(self) -> int: ...
    @property
    def long_holds(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class LockedScreening:
    """A screening whose row this transaction has locked; only `screening_or_404` reads one without."""

    id: int
    seq: int
    start_time: datetime
    status: str
    price: Decimal
    currency: str
    layout: RoomLayout


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of ``booking_seatclaim``."""

    id: int
    screening_id: int
    seat_id: int
    user_id: int
    state: str
    price: Decimal
    currency: str
    secret: str
    extensions: int
    booking_id: int | None
    reserved_at: datetime | None
    expires_at: datetime | None
    booked_at: datetime | None
    confirmed_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Tell whether the claim keeps the seat from others; at ``expires_at`` itself no longer (R4)."""
        if self.state in ("held", "pending"):
            return self.expires_at is not None and now < self.expires_at
        return self.state in ("confirmed", "used")


_SCREENING = """
SELECT s.id, s.seat_seq, s.room_id, r.layout_version + c.version, s.start_time, s.status, s.price, s.currency
FROM catalog_screening s JOIN catalog_room r ON r.id = s.room_id JOIN catalog_cinema c ON c.id = r.cinema_id
WHERE s.id = %s"""


_FOR_BUYER = _SCREENING.replace("WHERE", "JOIN accounts_user buyer ON buyer.id = %s WHERE")


def lock_screening(
    screening_id: int, *, buyer_id: int | None = None, skip_locked: bool = False
) -> LockedScreening | None:
    """Queue for the screening's row; ``None`` if there is none, or somebody has it and ``skip_locked``.

    :param buyer_id: whose row to queue for as well, where a limit counts over all screenings
    """
    # SQLite has one writer at a time, and `write` began the transaction as that writer.
    sql, params = (_SCREENING, [screening_id]) if buyer_id is None else (_FOR_BUYER, [buyer_id, screening_id])
    if connection.vendor == "postgresql":
        sql += " FOR NO KEY UPDATE OF s" + (", buyer" if buyer_id else "") + (" SKIP LOCKED" if skip_locked else "")
    rows = query(sql, params)
    return _locked(rows[0]) if rows else None


def locked_or_404(screening_id: int, *, buyer_id: int | None = None) -> LockedScreening:
    """Queue for the screening's row, and the buyer's if given.

    :raises ScreeningNotFound: if there is no such screening
    """
    return _found(lock_screening(screening_id, buyer_id=buyer_id), screening_id)


def screening_or_404(screening_id: int) -> LockedScreening:
    """Read the screening's row without the lock: good for a refusal, never for a change.

    :raises ScreeningNotFound: if there is no such screening
    """
    rows = query(_SCREENING, [screening_id])
    return _found(_locked(rows[0]) if rows else None, screening_id)


def _found(screening: LockedScreening | None, screening_id: int) -> LockedScreening:
    if screening is None:
        raise ScreeningNotFound(f"Screening with id {screening_id} not found")
    return screening


def _locked(row: Row) -> LockedScreening:
    start_time = as_moment(row[4])
    assert start_time is not None
    return LockedScreening(
        id=row[0],
        seq=row[1],
        start_time=start_time,
        status=row[5],
        price=as_money(row[6]),
        currency=row[7],
        layout=room_layout(row[2], row[3]),
    )


def claims_around(screening_id: int, seat_ids: Sequence[int], user_id: int) -> tuple[datetime, list[Claim]]:
    """Return the clock, and the occupying claims on these seats or of this user (elsewhere: only holds).

    Lapsed holds are among them until somebody marks them.
    """
    sql = f"""
        SELECT clock.now, claim.* FROM cinema_clock AS clock LEFT JOIN (
            SELECT {COLUMNS} FROM booking_seatclaim
            WHERE screening_id = %s AND {LIVE} AND (user_id = %s OR seat_id IN ({marks(seat_ids)}))
            UNION ALL
            SELECT {COLUMNS} FROM booking_seatclaim WHERE user_id = %s AND state = %s AND screening_id <> %s
        ) AS claim ON TRUE"""
    # "held" is a parameter, so that PostgreSQL takes the index of users and never the one of all holds.
    return _clocked(query(sql, [screening_id, user_id, *seat_ids, user_id, "held", screening_id]))


def due_claims(screening_id: int) -> tuple[datetime, list[Claim]]:
    """Return the clock, and the screening's holds and unpaid tickets; those past their moment are to be ended."""
    sql = f"""
        SELECT clock.now, claim.* FROM cinema_clock AS clock LEFT JOIN (
            SELECT {COLUMNS} FROM booking_seatclaim WHERE screening_id = %s AND state IN ('held', 'pending')
        ) AS claim ON TRUE"""
    return _clocked(query(sql, [screening_id]))


def _clocked(rows: list[Row]) -> tuple[datetime, list[Claim]]:
    now = as_moment(rows[0][0])
    assert now is not None
    return now, [claim_of(row[1:]) for row in rows if row[1] is not None]


def claim_of(row: Row) -> Claim:
    """Read a row of ``COLUMNS``."""
    values = [*row[:5], as_money(row[5]), *row[6:10], *map(as_moment, row[10:])]
    return Claim(*values)


def insert_claims(rows: Sequence[Sequence[Any]]) -> outbox.Statement:
    """Insert claims, each ``(screening, seat, user, state, price, currency, reserved_at, expires_at, booking,
    booked_at, confirmed_at)``; returns ``COLUMNS``."""
    one = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, %s)"
    return (
        "INSERT INTO booking_seatclaim"
        " (screening_id, seat_id, user_id, state, price, currency, reserved_at, expires_at,"
        " booking_id, booked_at, confirmed_at, extensions, secret)"
        f" VALUES {', '.join([one] * len(rows))} RETURNING {COLUMNS}",
        [value for row in rows for value in (*row, new_secret())],
    )


def update_claims(changes: str, values: Sequence[Any], claims: Iterable[Claim]) -> outbox.Statement:
    """Change these claims; returns ``COLUMNS``."""
    ids = sorted(claim.id for claim in claims)
    return (
        f"UPDATE booking_seatclaim SET {changes} WHERE id IN ({marks(ids)}) RETURNING {COLUMNS}",
        [*values, *ids],
    )


def apply(
    screening: LockedScreening,
    now: datetime,
    changes: Sequence[outbox.Statement],
    updates: Sequence[SeatUpdate],
    *,
    new_bookings: int = 0,
) -> list[Claim]:
    """Write the changes, count them in ``seat_seq``, and tell the watchers once that is committed (R56).

    :param changes: statements that return ``COLUMNS``
    :return: the claims they returned, by seat
    """
    claims = [row for statement in changes[:-1] for row in query(*statement)]
    counted = (
        "UPDATE catalog_screening SET seat_seq = seat_seq + 1, bookings_count = bookings_count + %s WHERE id = %s",
        [new_bookings, screening.id],
    )
    payload = realtime.seats_payload(screening.id, screening.seq + 1, now, updates)
    told = outbox.statement("seats", key=f"{screening.id}:{screening.seq + 1}", payload=payload)
    claims += query_after([counted, told], *changes[-1])
    outbox.hurry(payload, at_once=realtime.publish)
    return sorted(map(claim_of, claims), key=lambda claim: claim.seat_id)


def new_secret() -> str:
    """Return 130 random bits as 26 characters that can be typed."""
    number = secrets.randbits(5 * SECRET_LENGTH)
    return "".join(SECRET_ALPHABET[number >> 5 * place & 31] for place in range(SECRET_LENGTH))
