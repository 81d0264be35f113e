"""Buyers and screenings to sell, on top of the builders of the catalogue."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import User
from booking.models import Booking, Payment, SeatClaim
from catalog.models import Screening, SeatType
from catalog.tests import make as catalog
from cinema_project.common.database import query
from cinema_project.common.models import OutboxMessage

NOON = datetime(2031, 6, 2, 12, 0, 0, 500_000, tzinfo=UTC)
"""Where tests stop the clock; not on a full second, which SQLite would write shorter than its clock does."""

_numbers = count(1)


def user(*, groups: Sequence[str] = (), **fields: Any) -> User:
    """Somebody without a password: hashing hundreds of them takes its time."""
    number = next(_numbers)
    made = User.objects.create(**{"email": f"person-{number}@cinema.test", "full_name": f"Person {number}"} | fields)
    made.groups.set(Group.objects.get_or_create(name=name)[0] for name in groups)
    return made


def screening(
    *, seats: int = 6, types: Sequence[str] = (), house: dict[str, Any] | None = None, **fields: Any
) -> Screening:
    """A screening tomorrow in a room with one row of seats; ``types`` are those of its first seats."""
    if "room" not in fields:
        fields["room"] = catalog.room(seats=(1, seats), cinema=catalog.cinema(**house or {}))
        for seat, seat_type in zip(fields["room"].seats.order_by("pk"), types, strict=False):
            seat.seat_type = SeatType(seat_type)
            seat.save()
    return catalog.screening(**fields)


def seats_of(screening: Screening) -> list[int]:
    return list(screening.room.seats.order_by("pk").values_list("pk", flat=True))


def start_of(screening: Screening) -> datetime:
    return Screening.objects.values_list("start_time", flat=True).get(pk=screening.pk)


def states(screening: Screening) -> list[tuple[int, str]]:
    """Return ``(seat id, state)`` of every claim ever made, oldest first."""
    return list(SeatClaim.objects.filter(screening=screening).order_by("pk").values_list("seat_id", "state"))


def written(screening: Screening) -> tuple[int, list[tuple[int, str]], int, int]:
    """Return all that a sale changes: ``seat_seq``, the claims, the bookings, the messages to come."""
    now = Screening.objects.get(pk=screening.pk)
    return now.seat_seq, states(screening), now.bookings_count, OutboxMessage.objects.count()


def unpaid(ticket_id: int, *, until: datetime) -> None:
    """Make a ticket one that waits for its payment, as none becomes once it was confirmed.

    Tickets that were sold with it count as paid at the counter.
    """
    payments = list(Payment.objects.filter(booking__tickets=ticket_id))
    Booking.objects.filter(tickets=ticket_id).update(payment=None)
    for payment in payments:
        payment.delete()
    with without_triggers("booking_seatclaim"):
        SeatClaim.objects.filter(pk=ticket_id).update(state="pending", expires_at=until, confirmed_at=None)


@contextmanager
def without_triggers(table: str) -> Iterator[None]:
    """Let a test put rows into states that they cannot come to."""
    if connection.vendor == "postgresql":
        query("SET CONSTRAINTS ALL IMMEDIATE")  # or what is to be checked yet would stand in the way
        query(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        query(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        query("SET CONSTRAINTS ALL DEFERRED")
        return
    triggers = query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
    for name, _ in triggers:
        query(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        query(sql)


def close_connection() -> None:
    """Give the database connection of a thread of the test back."""
    connection.close()
