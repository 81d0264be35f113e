"""Tickets and holds of the demo: past screenings were visited, the next days' are part-sold, some seats are held."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.db.models import QuerySet

from accounts.models import User
from booking.models import OCCUPYING_STATES, Booking, ClaimState, SeatClaim
from booking.payments.provider import Money
from booking.promises import BOOKING_CONFIRMED
from booking.services.history import PastSale, record_past_sales
from booking.services.reservations import expire_lapsed, hold_seats
from booking.services.tickets import book_seats
from catalog.models import Screening, TicketType
from catalog.selectors.layouts import layout_of_screening
from cinema_project.common import clock, outbox
from cinema_project.common.database import write
from cinema_project.common.errors import DomainError
from cinema_project.demo.parties import parties

PART_SOLD = timedelta(days=2)
HELD_SEATS = 2
PAST_SAMPLES, COMING_SAMPLES = (0, 3), (4, 30)
"""Which of the past screenings, and of the next ones, the people with shown accounts have tickets for."""


def sell(*, seed: int, crowd: Sequence[User], shown: Sequence[User]) -> int:
    """Sell tickets for screenings that have none yet, past ones and those of the next days; return how many tickets."""
    expire_lapsed()
    now = clock.now()
    unsold = _screenings().filter(start_time__lt=now + PART_SOLD, bookings_count=0)
    past = list(unsold.filter(start_time__lte=now))
    coming = list(unsold.filter(start_time__gt=now + timedelta(minutes=30)))
    visitors = _without_tickets(shown)
    guests = {past[at].pk: visitors for at in PAST_SAMPLES if at < len(past)}
    guests |= {coming[at].pk: visitors for at in COMING_SAMPLES if at < len(coming)}
    sold = sum(_fill_past(screening, seed, crowd, guests.get(screening.pk, [])) for screening in past)
    return sold + sum(_fill(screening, seed, crowd, guests.get(screening.pk, [])) for screening in coming)


def hold_some(*, seed: int, crowd: Sequence[User]) -> int:
    """Let each of these people who holds nothing hold seats in one of the next screenings; return how many seats."""
    soon = clock.now() + timedelta(minutes=15)
    holding = set(SeatClaim.objects.filter(state=ClaimState.HELD).values_list("user_id", flat=True))
    pairs = zip(crowd, _screenings().filter(start_time__gt=soon)[: len(crowd)], strict=False)
    return sum(_hold(user, screening, seed) for user, screening in pairs if user.pk not in holding)


def _hold(user: User, screening: Screening, seed: int) -> int:
    layout, taken = layout_of_screening(screening.pk), _taken(screening)
    groups = parties(layout, _dice(seed, screening), seats=1, taken=taken)
    seats = next(groups, [])[:HELD_SEATS]
    try:
        return len(hold_seats(buyer=user, screening_id=screening.pk, seat_ids=seats).holds) if seats else 0
    except DomainError:  # somebody was faster
        return 0


def _without_tickets(users: Sequence[User]) -> list[User]:
    served = set(Booking.objects.filter(user__in=users).values_list("user_id", flat=True))
    return [user for user in users if user.pk not in served]


@write
def _fill(screening: Screening, seed: int, crowd: Sequence[User], guests: Sequence[User]) -> int:
    audience = _audience(screening, _dice(seed, screening), crowd, guests)
    kinds = Random(f"{seed}/{screening.pk}/kinds")
    return sum(_book(screening, number, user, seats, kinds) for number, (user, seats) in enumerate(audience))


def _book(screening: Screening, number: int, user: User, seats: list[int], dice: Random) -> int:
    kinds, layout = _ticket_types(seats, dice), layout_of_screening(screening.pk)
    adult = TicketType.ADULT
    price = sum((layout.price(screening.price, seat, kinds.get(seat, adult)) for seat in seats), Decimal(0))
    try:
        booked = book_seats(
            buyer=user,
            screening_id=screening.pk,
            seat_ids=seats,
            payment_id=_payment_id(screening, number),
            ticket_types={str(seat): kind for seat, kind in kinds.items()},
            money=Money(price, screening.currency),  # no provider knows of it: it came at the counter
        )
    except DomainError:  # people are using this demo: the seats, or this user's ten, are taken
        return 0
    outbox.withdraw(BOOKING_CONFIRMED, key=booked.booking_number)  # nobody wants hundreds of mails from a demo
    return len(seats)


def _fill_past(screening: Screening, seed: int, crowd: Sequence[User], guests: Sequence[User]) -> int:
    dice = _dice(seed, screening)
    sales = [
        PastSale(
            user_id=user.pk,
            payment_id=_payment_id(screening, number),
            seat_ids=seats,
            booked_at=screening.start_time - timedelta(minutes=dice.randint(20, 4000)),
            used=dice.random() < 0.95,
            ticket_types=_ticket_types(seats, dice),
        )
        for number, (user, seats) in enumerate(_audience(screening, dice, crowd, guests))
    ]
    return record_past_sales(screening_id=screening.pk, sales=sales)


def _ticket_types(seats: Sequence[int], dice: Random) -> dict[int, str]:
    """Let some come as children, seniors or members; the first of a party is an adult or a member."""
    kinds = dice.choices(TicketType.values, weights=(74, 12, 6, 8), k=len(seats))
    first = TicketType.ADULT if kinds[0] == TicketType.CHILD else kinds[0]
    return {seat: kind for seat, kind in zip(seats, [first, *kinds[1:]], strict=True) if kind != TicketType.ADULT}


def _audience(
    screening: Screening, dice: Random, crowd: Sequence[User], guests: Sequence[User]
) -> Iterator[tuple[User, list[int]]]:
    """Yield who sits where. Nobody comes with more than two groups, so the limit of ten seats holds."""
    layout = layout_of_screening(screening.pk)
    share = min(0.9, max(0.05, dice.triangular(0.0, 0.95, 0.3)))
    buyers = [*guests, *dice.sample(crowd, len(crowd)) * 2]
    groups = parties(layout, dice, seats=round(share * len(layout.seats)), taken=_taken(screening))
    yield from zip(buyers, groups, strict=False)


def _taken(screening: Screening) -> set[int]:
    claims = SeatClaim.objects.filter(screening=screening, state__in=OCCUPYING_STATES)
    return set(claims.values_list("seat_id", flat=True))


def _dice(seed: int, screening: Screening) -> Random:
    room = screening.room
    return Random(f"{seed}/{room.cinema.slug}/{room.name}/{screening.start_time:%Y-%m-%dT%H:%M}")


def _payment_id(screening: Screening, number: int) -> str:
    return f"demo-{screening.pk}-{number}"


def _screenings() -> QuerySet[Screening]:
    return Screening.objects.scheduled().with_places().order_by("start_time", "room__cinema__slug", "room__name")
