"""One user's way through one screening: holds, the choice that lapsed, the booking made."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.crypto import salted_hmac

from booking.claims import Claim
from booking.models import Booking
from booking.selectors.seatplan import KIND_WORDS
from booking.selectors.tickets import holds_of
from catalog.models import SeatType, TicketType
from catalog.selectors.layouts import RoomLayout, SeatPlace


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A seat in the summary, at the price it was held for."""

    place: SeatPlace
    kind_word: str
    price: Decimal
    expires_at: datetime
    ticket_type: str

    @property
    def ticket_word(self) -> str:
        return TicketType(self.ticket_type).label

    @property
    def name(self) -> str:
        return f"{self.place.row_label}{self.place.seat_number}"


@dataclass(frozen=True, slots=True)
class TicketChoice:
    """What a seat costs for one type of ticket."""

    ticket_type: str
    word: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Basket:
    """What a user holds at a screening, or held until it lapsed."""

    seats: list[HeldSeat]
    lapsed_ids: list[int]
    payment_id: str

    @property
    def total(self) -> Decimal:
        return sum((seat.price for seat in self.seats), Decimal("0.00"))

    @property
    def expires_at(self) -> datetime | None:
        """When the first of the holds ends."""
        return min((seat.expires_at for seat in self.seats), default=None)

    @property
    def ids(self) -> list[int]:
        return [seat.place.id for seat in self.seats]


def basket_of(user_id: int | None, screening_id: int, layout: RoomLayout) -> Basket:
    """Return the user's live holds; if there are none, the seats of those that lapsed last."""
    if user_id is None:
        return Basket([], [], "")
    here = [found for found in holds_of(user_id, include_expired=True) if found[0].screening_id == screening_id]
    live = [hold for hold, lapsed in here if hold.state == "held" and not lapsed]
    seats = [_held(hold, layout) for hold in sorted(live, key=lambda hold: hold.seat_id)]
    return Basket(seats, [] if live else _lapsed_together([hold for hold, _ in here]), payment_id_of(user_id, live))


def ticket_choices(seat: HeldSeat, layout: RoomLayout, base: Decimal) -> list[TicketChoice]:
    """Return what a held seat could cost; as it is held, it keeps its price.

    :param base: the price of the screening
    """
    return [
        TicketChoice(
            ticket_type=kind,
            word=kind.label,
            price=seat.price if kind == seat.ticket_type else layout.price(base, seat.place.id, kind),
        )
        for kind in TicketType
    ]


def payment_id_of(user_id: int, holds: list[Claim]) -> str:
    """Name the payment for exactly these holds: sending it twice, or from two tabs, buys once."""
    held = ",".join(str(hold.id) for hold in sorted(holds, key=lambda hold: hold.id))
    return "page-" + salted_hmac("checkout", f"{user_id}:{held}", algorithm="sha256").hexdigest()[:40]


def latest_booking(user_id: int | None, screening_id: int) -> Booking | None:
    """Return the user's newest booking of the screening; one that waits for its payment is none yet."""
    paid = Booking.objects.filter(user=user_id, screening=screening_id, tickets__confirmed_at__isnull=False)
    return paid.order_by("-booked_at", "-pk").first()


def _held(hold: Claim, layout: RoomLayout) -> HeldSeat:
    place = layout.seats[hold.seat_id]
    assert hold.expires_at is not None
    return HeldSeat(place, KIND_WORDS[SeatType(place.seat_type)], hold.price, hold.expires_at, hold.ticket_type)


def _lapsed_together(holds: list[Claim]) -> list[int]:
    """Return the seats of the choice that ended last, unless it ended in a sale or was given back."""
    newest = max((hold.expires_at for hold in holds if hold.expires_at), default=None)
    together = [hold for hold in holds if hold.expires_at == newest]
    return sorted(hold.seat_id for hold in together if hold.state in ("held", "lapsed"))
