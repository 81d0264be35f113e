"""Promo codes: taken for the seats one holds, so that everything after it — payment, ticket, refund — has one price.

A use counts while one of its seats is held or sold. Nobody has to give it back: whoever finds a code used up, or used
by themselves, first looks which uses have no seats left.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.db.models import Exists, F, OuterRef, Q

from booking.claims import Buyer, Claim, Found, apply, look, look_locked, update_claims
from booking.models import OCCUPYING_STATES, PromoCode, PromoSeat, PromoUse, SeatClaim
from booking.promo_models import normal_form
from booking.realtime import SeatUpdate
from booking.services.reservations import HoldExpired, expire_screening, own_holds
from catalog.models import Screening
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict, Invalid

CENT = Decimal("0.01")
POINTER = "/promo_code"


class PromoUnknown(Invalid):
    code = "promo_unknown"


class PromoNotValid(Invalid):
    """There is such a code, but not for this: another time, cinema, film or currency."""

    code = "promo_not_valid"


class PromoUsedUp(Conflict):
    code = "promo_used_up"


class PromoUsed(Conflict):
    """The caller has used it as often as one person may."""

    code = "promo_used"


@dataclass(frozen=True, slots=True)
class Applied:
    """The buyer's holds of a screening as they are now. ``code``: of the promo they have, if they have one."""

    holds: list[Claim]
    discount: Decimal
    code: str | None

    @property
    def total(self) -> Decimal:
        return sum((hold.price for hold in self.holds), Decimal(0))


@write
def use_promo(*, buyer: Buyer, screening_id: int, code: object) -> Applied:
    """Make what the buyer holds of a screening cheaper, instead of another code if there was one; twice is as good.

    :raises PromoUnknown: if there is no such code
    :raises PromoNotValid: if it is not for this
    :raises PromoUsedUp: if all its uses are taken
    :raises PromoUsed: if the buyer has used it as often as one person may
    :raises HoldExpired: if the buyer holds nothing
    """
    found, holds = _held(buyer, screening_id)
    seats = _seats_of(holds)
    promo = _locked(seats, _normal(code))
    _check_valid(promo, found)
    use = _use_to_go_on_with(promo, seats) or _take(promo, buyer, found)
    before = {hold.id: hold.price + _discount(seats, hold) for hold in holds}
    discounts = shares(promo, before)
    PromoSeat.objects.filter(claim__in=before).delete()
    PromoSeat.objects.bulk_create(
        PromoSeat(use=use, claim_id=hold, discount=discount) for hold, discount in discounts.items()
    )
    _release_unless_needed({seat.use_id for seat in seats.values()} - {use.pk})
    return _repriced(buyer, holds, {hold: before[hold] - discounts[hold] for hold in before}, promo.code)


@write
def drop_promo(*, buyer: Buyer, screening_id: int) -> Applied:
    """Go back to the prices without the code, and free its use.

    :raises HoldExpired: if the buyer holds nothing
    """
    _, holds = _held(buyer, screening_id)
    seats = _seats_of(holds)
    _lock(seats)
    before = {hold.id: hold.price + _discount(seats, hold) for hold in holds}
    PromoSeat.objects.filter(claim__in=before).delete()
    _release_unless_needed({seat.use_id for seat in seats.values()})
    return _repriced(buyer, holds, before, None)


def tidy_all() -> int:
    """Release the uses that have no seats left; return how many. Changes no answer (R63)."""
    used = PromoCode.objects.filter(uses__gt=0).order_by("pk").values_list("pk", flat=True)
    return sum(_tidy(promo_id) for promo_id in used)


@write
def _tidy(promo_id: int) -> int:
    return _sweep(PromoCode.objects.select_for_update(no_key=True).get(pk=promo_id))


def shares(promo: PromoCode, prices: dict[int, Decimal]) -> dict[int, Decimal]:
    """Return what the code takes off each price; off all together exactly its amount, or all if they cost less."""
    if promo.percent is not None:
        part = promo.percent / 100
        return {seat: (price * part).quantize(CENT, ROUND_HALF_UP) for seat, price in prices.items()}
    total = sum(prices.values(), Decimal(0))
    off = min(promo.amount or Decimal(0), total)
    if not total:
        return dict.fromkeys(prices, Decimal(0))
    parts = {seat: (off * price / total).quantize(CENT, ROUND_DOWN) for seat, price in prices.items()}
    rest = int((off - sum(parts.values(), Decimal(0))) / CENT)
    # A cent each to those with most left to pay: nobody comes below zero.
    for seat in sorted(prices, key=lambda seat: (parts[seat] - prices[seat], seat))[:rest]:
        parts[seat] += CENT
    return parts


def _held(buyer: Buyer, screening_id: int) -> tuple[Found, list[Claim]]:
    found = look_locked(screening_id, [0], buyer.id)
    holds = own_holds(found, buyer.id)
    if not holds:
        raise HoldExpired("You hold no seats of this screening. Please choose them first.")
    return found, holds


def _locked(seats: dict[int, PromoSeat], code: str) -> PromoCode:
    promo = next((promo for promo in _lock(seats, code) if promo.code == code), None)
    if promo is None or not promo.is_active:
        raise PromoUnknown("There is no such promo code.", errors=[_at("There is no such promo code.")])
    return promo


def _lock(seats: dict[int, PromoSeat], code: str = "") -> list[PromoCode]:
    """Queue for this code and those that the seats have, ascending."""
    theirs = {seat.use.promo_id for seat in seats.values()}
    wanted = PromoCode.objects.select_for_update(no_key=True).filter(Q(code=code) | Q(pk__in=theirs))
    return list(wanted.order_by("pk"))


def _normal(code: object) -> str:
    if not isinstance(code, str) or not 1 <= len(code) <= 100:
        raise PromoUnknown("promo_code must be a text.", errors=[_at("promo_code must be a text.")])
    return normal_form(code).replace("\0", "")


def _at(sentence: str) -> dict[str, str]:
    return {"pointer": POINTER, "detail": sentence}


def _check_valid(promo: PromoCode, found: Found) -> None:
    screening = Screening.objects.select_related("room").get(pk=found.screening.id)
    fault = None
    if promo.valid_from is not None and found.now < promo.valid_from:
        fault = "This promo code cannot be used yet."
    elif promo.valid_until is not None and found.now >= promo.valid_until:
        fault = "This promo code cannot be used any more."
    elif promo.cinema_id not in (None, screening.room.cinema_id):
        fault = "This promo code is for another cinema."
    elif promo.movie_id not in (None, screening.movie_id):
        fault = "This promo code is for another film."
    elif promo.amount is not None and promo.currency != found.screening.currency:
        fault = f"This promo code is for prices in {promo.currency}."
    if fault:
        raise PromoNotValid(fault, errors=[_at(fault)])


def _seats_of(holds: Sequence[Claim]) -> dict[int, PromoSeat]:
    found = PromoSeat.objects.select_related("use").filter(claim__in=[hold.id for hold in holds])
    return {seat.claim_id: seat for seat in found}


def _discount(seats: dict[int, PromoSeat], hold: Claim) -> Decimal:
    return seats[hold.id].discount if hold.id in seats else Decimal(0)


def _use_to_go_on_with(promo: PromoCode, seats: dict[int, PromoSeat]) -> PromoUse | None:
    """Return the use that some of the holds have already, unless other seats were bought by it."""
    uses = {seat.use_id: seat.use for seat in seats.values() if seat.use.promo_id == promo.pk}
    for use_id, use in sorted(uses.items()):
        if not SeatClaim.objects.filter(promo__use=use_id, booking__isnull=False).exists():
            return use
    return None


def _take(promo: PromoCode, buyer: Buyer, found: Found) -> PromoUse:
    """Take one of the uses that are left; the caller has the code's row."""
    turn = _free_turn(promo, buyer)
    if turn is None or _is_full(promo):
        _sweep(promo)
        turn = _free_turn(promo, buyer)
    if turn is None:
        raise PromoUsed(f"You have used this promo code {'already' if promo.uses_per_user == 1 else 'too often'}.")
    if _is_full(promo):
        raise PromoUsedUp("This promo code is used up.")
    PromoCode.objects.filter(pk=promo.pk).update(uses=F("uses") + 1)
    return PromoUse.objects.create(
        promo=promo, user_id=buyer.id, screening_id=found.screening.id, turn=turn, made_at=found.now
    )


def _free_turn(promo: PromoCode, buyer: Buyer) -> int | None:
    taken = set(promo.all_uses.filter(user=buyer.id, released_at=None).values_list("turn", flat=True))
    return next((turn for turn in range(1, promo.uses_per_user + 1) if turn not in taken), None)


def _is_full(promo: PromoCode) -> bool:
    return promo.max_uses is not None and promo.uses >= promo.max_uses


def _sweep(promo: PromoCode) -> int:
    """Release the uses of which nothing is held or sold any more; the caller has the code's row."""
    lapsed = SeatClaim.objects.filter(
        promo__use__promo=promo, state__in=("held", "pending"), expires_at__lte=clock.now()
    )
    for screening_id in lapsed.order_by("screening_id").values_list("screening_id", flat=True).distinct():
        expire_screening(screening_id)  # marked, so that no sale under way can still have them; or left, if one is
    return _released(promo.all_uses.filter(released_at=None).values_list("pk", flat=True), promo)


def _release_unless_needed(use_ids: Collection[int]) -> None:
    """Release those of these uses that have no seats left; the caller has the rows of their codes."""
    for use in PromoUse.objects.filter(pk__in=use_ids, released_at=None).select_related("promo"):
        _released([use.pk], use.promo)


def _released(use_ids: Collection[int], promo: PromoCode) -> int:
    needed = SeatClaim.objects.filter(promo__use=OuterRef("pk"), state__in=OCCUPYING_STATES)
    count = PromoUse.objects.filter(~Exists(needed), pk__in=list(use_ids), released_at=None).update(
        released_at=clock.now()
    )
    if count:
        PromoCode.objects.filter(pk=promo.pk).update(uses=F("uses") - count)
        promo.uses -= count
    return count


def _repriced(buyer: Buyer, holds: Sequence[Claim], prices: dict[int, Decimal], code: str | None) -> Applied:
    """Write the prices that changed; the holds end when they would have."""
    other = [hold for hold in holds if hold.price != prices[hold.id]]
    changed = other and apply(
        look(holds[0].screening_id, [0], buyer.id),  # as it is now: looking for free uses may have ended others' holds
        [update_claims("price = %s", [prices[hold.id]], [hold], by=hold.user_id) for hold in other],
        [SeatUpdate(hold.seat_id, "reserved", hold.user_id, hold.expires_at) for hold in other],
    )
    now = {hold.id: hold for hold in (*holds, *changed)}
    seats = _seats_of(holds)
    discount = sum((seat.discount for seat in seats.values()), Decimal(0))
    return Applied(sorted(now.values(), key=lambda hold: hold.seat_id), discount, code)
