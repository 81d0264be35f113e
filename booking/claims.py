"""Reading and changing seat claims: the few statements all sales share.

Every change runs the same way (R61): ``lock_screening``, then ``look`` (which also reads the clock, now that the lock
is held), then one ``apply`` that writes the claims, the next ``seat_seq`` and the message about both. Holds and sales
first try without the lock (``services/contested.py``): ``apply`` writes nothing if the screening was changed since.
"""

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, Protocol

from django.db import connection

from booking import realtime
from booking.realtime import SeatUpdate
from catalog.models import TicketType
from catalog.selectors.layouts import RoomLayout, room_layout
from catalog.selectors.screenings import ScreeningNotFound
from cinema_project.common import outbox
from cinema_project.common.clock import NOW_SQL
from cinema_project.common.database import Row, Step, as_moment, as_money, id_of, marks, query, query_steps
from cinema_project.common.errors import Unauthenticated

SECRET_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter looks like a digit
SECRET_LENGTH = 26  # 130 bits
_FROM_RFC_4648 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", SECRET_ALPHABET.encode())
LIVE = "state IN ('held', 'pending', 'confirmed', 'used')"  # as in the index one_live_claim_per_seat
LIVE_STATES = ("held", "pending", "confirmed", "used")
ENDED = "state IN ('lapsed', 'released', 'cancelled', 'refunded')"  # as in the index ended_claims_of_user
LATELY = {
    "postgresql": f"{NOW_SQL} - INTERVAL '30 minutes'",
    "sqlite": f"datetime({NOW_SQL}, '-30 minutes')",  # to the second, which is as early as it may be
}
"""How far back ``look`` sees ended claims."""
CLOSED = "closed"
COLUMNS = (
    "id, screening_id, seat_id, user_id, state, price, currency, ticket_type, secret, extensions, booking_id,"
    " reserved_at, expires_at, booked_at, confirmed_at, ended_at"
)


class BuyerGone(Unauthenticated):
    """The buyer's account was closed while the request was under way."""

    code = "invalid_token"

    def __init__(self) -> None:
        super().__init__("Could not validate credentials")


class Buyer(Protocol):
    """Whoever buys: a ``User`` or a ``Caller``."""

    @property
    def id(self) -> int: ...
    @property
    def long_holds(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ScreeningState:
    """What a sale needs to know of a screening, at one moment."""

    id: int
    seq: int
    start_time: datetime
    status: str
    price: Decimal
    currency: str
    layout: RoomLayout


class Claim(NamedTuple):
    """One row of ``booking_seatclaim``: a tuple, because a sale reads nine of them."""

    id: int
    screening_id: int
    seat_id: int
    user_id: int
    state: str
    price: Decimal
    currency: str
    ticket_type: str
    secret: str
    extensions: int
    booking_id: int | None
    reserved_at: datetime | None
    expires_at: datetime | None
    booked_at: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Tell whether the claim keeps the seat from others; at ``expires_at`` itself no longer (R4)."""
        if self.state in ("held", "pending"):
            return self.expires_at is not None and now < self.expires_at
        return self.state in ("confirmed", "used")


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at a screening found: the clock, the screening, and the claims that matter.

    Lapsed holds are among the claims until somebody marks them. ``ended``: what the user had here and gave back, or
    lost, if that was asked for.
    """

    now: datetime
    screening: ScreeningState
    claims: list[Claim]
    version: str  # of the screening's row, and of the buyer's; empty on SQLite
    buyer_version: str | None  # None: there is no such buyer; CLOSED: not any more
    ended: list[Claim] = field(default_factory=list)


def lock_screening(screening_id: int, *, buyer_id: int | None = None, skip_locked: bool = False) -> bool:
    """Queue for the screening's row; tell whether there is one, and with ``skip_locked`` whether it was free.

    :param buyer_id: whose row to queue for as well, where a limit counts over all screenings
    """
    sql, params = "SELECT 1 FROM catalog_screening s WHERE s.id = %s", [screening_id]
    # SQLite has one writer at a time, and `write` began the transaction as that writer.
    if connection.vendor == "postgresql":
        if buyer_id is not None:
            sql, params = sql.replace("WHERE", "JOIN accounts_user buyer ON buyer.id = %s WHERE"), [buyer_id, *params]
        sql += " FOR NO KEY UPDATE" + (" SKIP LOCKED" if skip_locked else "")
    return bool(query(sql, params))


def look_locked(
    screening_id: int,
    seat_ids: Sequence[int],
    user_id: int,
    *,
    lock_user: bool = False,
    with_ended: bool = False,
) -> Found:
    """Queue for the screening's row, and with ``lock_user`` for the user's; then look.

    :raises ScreeningNotFound: if there is no such screening
    """
    lock_screening(screening_id, buyer_id=user_id if lock_user else None)
    return look(screening_id, seat_ids, user_id, with_ended=with_ended)


def look(screening_id: int, seat_ids: Sequence[int], user_id: int, *, with_ended: bool = False) -> Found:
    """Return the screening with the occupying claims on these seats or of this user (elsewhere: only holds).

    :param with_ended: also what the user began to hold here, or bought, in the last 30 minutes and has no more
    :raises ScreeningNotFound: if there is no such screening
    :raises BuyerGone: if the user has left meanwhile
    """
    found = look_for_staff(screening_id, seat_ids, user_id, with_ended=with_ended)
    if found.buyer_version == CLOSED:
        raise BuyerGone
    return found


def look_for_staff(screening_id: int, seat_ids: Sequence[int], user_id: int, *, with_ended: bool = False) -> Found:
    """Return the same, also of somebody who has left.

    :raises ScreeningNotFound: if there is no such screening
    """
    # "held" is a parameter, so that PostgreSQL takes the index of users and never the one of all holds.
    params = [screening_id, user_id, *seat_ids, user_id, "held", screening_id]
    if with_ended:
        params += [screening_id, user_id]
    return _look(screening_id, user_id, _claims_on(len(seat_ids), with_ended), params)


@cache
def _claims_on(seats: int, with_ended: bool) -> str:
    claims = f"""
        SELECT {COLUMNS} FROM booking_seatclaim
        WHERE screening_id = %s AND {LIVE} AND (user_id = %s OR seat_id IN ({marks(range(seats))}))
        UNION ALL
        SELECT {COLUMNS} FROM booking_seatclaim WHERE user_id = %s AND state = %s AND screening_id <> %s"""
    return f"{claims} UNION ALL {_ended_lately()}" if with_ended else claims


def look_at_room(screening_id: int, user_id: int) -> Found:
    """Return the screening with all claims on its seats, and what this user holds elsewhere or had here lately.

    :raises ScreeningNotFound: if there is no such screening
    :raises BuyerGone: if the user has left meanwhile
    """
    claims = f"""
        SELECT {COLUMNS} FROM booking_seatclaim WHERE screening_id = %s AND {LIVE}
        UNION ALL
        SELECT {COLUMNS} FROM booking_seatclaim WHERE user_id = %s AND state = %s AND screening_id <> %s
        UNION ALL {_ended_lately()}"""
    params = [screening_id, user_id, "held", screening_id, screening_id, user_id]
    found = _look(screening_id, user_id, claims, params)
    if found.buyer_version == CLOSED:
        raise BuyerGone
    return found


def look_for_due(screening_id: int) -> Found:
    """Return the screening with its holds and unpaid tickets; those past their moment are to be ended.

    :raises ScreeningNotFound: if there is no such screening
    """
    claims = f"SELECT {COLUMNS} FROM booking_seatclaim WHERE screening_id = %s AND state IN ('held', 'pending')"
    return _look(screening_id, 0, claims, [screening_id])


def look_for_people(screening_id: int, most: int) -> Found:
    """Return the screening with all holds and unused tickets of so many people at most, lapsed ones too.

    :raises ScreeningNotFound: if there is no such screening
    """
    open_ones = "FROM booking_seatclaim WHERE screening_id = %s AND state IN ('held', 'pending', 'confirmed')"
    people = f"SELECT DISTINCT user_id {open_ones} ORDER BY user_id LIMIT %s"
    claims = f"SELECT {COLUMNS} {open_ones} AND user_id IN ({people})"
    return _look(screening_id, 0, claims, [screening_id, screening_id, most])


def _ended_lately() -> str:
    """Return SQL for what a user had of a screening in the last 30 minutes, and has no more."""
    return (
        f"SELECT {COLUMNS} FROM booking_seatclaim WHERE screening_id = %s AND user_id = %s AND {ENDED}"
        f" AND COALESCE(booked_at, reserved_at) > {LATELY[connection.vendor]}"
    )


@cache
def _look_at(claims: str) -> str:
    return f"""
        SELECT clock.now, {_version_of("s")},
            (SELECT CASE WHEN u.closed_at IS NULL THEN {_version_of("u")} ELSE '{CLOSED}' END
             FROM accounts_user u WHERE u.id = %s),
            s.id, s.seat_seq, s.start_time, s.status, s.price, s.currency, s.room_id, r.layout_version + c.version,
            claim.*
        FROM cinema_clock AS clock, catalog_screening s
        JOIN catalog_room r ON r.id = s.room_id JOIN catalog_cinema c ON c.id = r.cinema_id
        LEFT JOIN ({claims}) AS claim ON TRUE
        WHERE s.id = %s"""


def _look(screening_id: int, user_id: int, claims: str, params: Sequence[Any]) -> Found:
    rows = query(_look_at(claims), [user_id, *params, screening_id])
    if not rows:
        raise ScreeningNotFound(f"Screening with id {screening_id} not found")
    now, version, buyer_version, *screening = rows[0][:11]
    read = [claim_of(row[11:]) for row in rows if row[11] is not None]
    return Found(
        now=_moment(now),
        screening=_screening_of(screening),
        claims=[claim for claim in read if claim.state in LIVE_STATES],
        version=version,
        buyer_version=buyer_version,
        ended=[claim for claim in read if claim.state not in LIVE_STATES],
    )


def _version_of(table: str) -> str:
    """Return SQL for what changes with every change of a row. SQLite has no such thing, and with one writer no need."""
    return f"{table}.xmin::text" if connection.vendor == "postgresql" else "''"


def _screening_of(row: Sequence[Any]) -> ScreeningState:
    screening_id, seq, start_time, status, price, currency, room_id, layout_version = row
    layout = room_layout(room_id, layout_version)
    return ScreeningState(screening_id, seq, _moment(start_time), status, as_money(price), currency, layout)


def _moment(value: Any) -> datetime:
    moment = as_moment(value)
    assert moment is not None
    return moment


def claim_of(row: Row) -> Claim:
    """Read a row of ``COLUMNS``."""
    if type(row[5]) is Decimal:  # PostgreSQL gives every value as it is to be
        return Claim._make(row)
    return Claim._make((*row[:5], as_money(row[5]), *row[6:11], *map(as_moment, row[11:])))


def insert_claims(
    prices: dict[int, Decimal],
    values: dict[str, Any],
    sql: dict[str, str],
    ticket_types: Mapping[int, str] | None = None,
) -> outbox.Statement:
    """Insert a claim for each seat of ``prices``; returns ``COLUMNS``. Good for `apply` alone.

    :param values: of the other columns
    :param sql: of the columns that an earlier step decides
    :param ticket_types: by seat; the others are adults, as the table has it by default
    """
    sql = {"screening_id": id_of("counted"), "extensions": "0", **sql}
    columns = [*values, "seat_id", "price", "secret", *(["ticket_type"] if ticket_types else [])]
    rows = [[*values.values(), seat_id, price, new_secret()] for seat_id, price in prices.items()]
    if ticket_types:
        rows = [[*row, ticket_types.get(seat_id, TicketType.ADULT)] for seat_id, row in zip(prices, rows, strict=True)]
    one = f"({', '.join([*sql.values(), marks(columns)])})"
    return (
        f"INSERT INTO booking_seatclaim ({', '.join([*sql, *columns])})"
        f" VALUES {', '.join([one] * len(prices))} RETURNING {COLUMNS}",
        [value for row in rows for value in row],
    )


def update_claims(
    changes: str, values: Sequence[Any], claims: Iterable[Claim], *, by: int | None = None
) -> outbox.Statement:
    """Change these claims; returns ``COLUMNS``.

    :param by: whom the log of states names for it; nobody is the clock
    """
    ids = sorted(claim.id for claim in claims)
    return (
        f"UPDATE booking_seatclaim SET {changes}, actor_id = %s WHERE id IN ({marks(ids)}) RETURNING {COLUMNS}",
        [*values, by, *ids],
    )


def without_promos(claims: Iterable[Claim]) -> Step:
    """Return the step that forgets what promo codes took off these claims, for whoever prices them anew."""
    ids = sorted(claim.id for claim in claims)
    # The screening's id is what makes this good without the lock, see `apply`.
    sql = f"DELETE FROM booking_promoseat WHERE claim_id IN ({marks(ids)}) AND {id_of('counted')} IS NOT NULL"
    return Step("promos", f"{sql} RETURNING id", ids)


def apply(
    found: Found,
    changes: Sequence[outbox.Statement],
    updates: Sequence[SeatUpdate],
    *,
    first: Sequence[Step] = (),
    new_bookings: int = 0,
) -> list[Claim]:
    """Write the changes, count them in ``seat_seq``, and tell the watchers once that is committed (R56).

    One statement on PostgreSQL. Whatever refers to the step ``counted``, as new claims and bookings do, is only written
    if the screening's row is as it was found, and nobody has it locked: so it may come from a look without the lock.
    Changes that refer to nothing need the lock.

    :param changes: statements that return ``COLUMNS``
    :param first: what they refer to, beside the step ``counted``
    :return: the claims they returned, by seat
    :raises Overtaken: if something refers to a row that is not as it was found
    """
    screening = found.screening
    payload = realtime.seats_payload(screening.id, screening.seq + 1, found.now, updates)
    told = Step("told", *outbox.statement("seats", key=f"{screening.id}:{screening.seq + 1}", payload=payload))
    changed = [Step(f"changed_{number}", *statement) for number, statement in enumerate(changes)]
    freed = any(update.status == "available" for update in updates)
    steps = [_counted(found, new_bookings), *first, told, *([_for_those_who_wait(found)] if freed else []), *changed]
    claims = query_steps(steps, returning=[step.name for step in changed])
    outbox.hurry(payload, at_once=realtime.publish)
    return sorted(map(claim_of, claims), key=lambda claim: claim.seat_id)


def _for_those_who_wait(found: Found) -> Step:
    """Return the step that has freed seats offered to the waiting list, if somebody waits."""
    screening = found.screening
    waits = "EXISTS (SELECT 1 FROM booking_waitingparty WHERE screening_id = %s AND state = 'waiting')"
    key, payload = f"{screening.id}:{screening.seq + 1}", {"screening_id": screening.id}
    return Step("freed", *outbox.statement_if((waits, [screening.id]), "seats_freed", key=key, payload=payload))


def _counted(found: Found, new_bookings: int) -> Step:
    changes = "seat_seq = seat_seq + 1, bookings_count = bookings_count + %s"
    return _unless_changed("counted", "catalog_screening", changes, [new_bookings], found.screening.id, found.version)


def buyer_unless_changed(found: Found, buyer_id: int) -> Step:
    """Return the step ``buyer``: the buyer's id, if nothing was held for them elsewhere in the meantime (R9).

    Whatever makes a hold live, or live longer, takes this step: that is how the others notice.
    """
    return _unless_changed("buyer", "accounts_user", "long_holds = long_holds", [], buyer_id, found.buyer_version)


def buyer_unless_gone(buyer_id: int) -> Step:
    """Return the step ``buyer``: the buyer's id, unless they have left (R52); until this is committed, they cannot."""
    sql = "SELECT id FROM accounts_user WHERE id = %s AND closed_at IS NULL"
    return Step("buyer", sql + (" FOR KEY SHARE" if connection.vendor == "postgresql" else ""), [buyer_id])


def _unless_changed(
    name: str, table: str, changes: str, values: Sequence[Any], row_id: int, version: str | None
) -> Step:
    row, params = "%s", [*values, row_id]
    if connection.vendor == "postgresql":
        row = f"(SELECT id FROM {table} t WHERE id = %s AND {_version_of('t')} = %s FOR NO KEY UPDATE SKIP LOCKED)"
        params.append(version)
    return Step(name, f"UPDATE {table} SET {changes} WHERE id = {row} RETURNING id", params)


def new_secret() -> str:
    """Return 130 random bits as 26 characters that can be typed."""
    return base64.b32encode(secrets.token_bytes(20))[:SECRET_LENGTH].translate(_FROM_RFC_4648).decode()
