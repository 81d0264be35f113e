"""Best available over HTTP: the house chooses."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.callers import caller_of
from booking.api.views.reservations import held_json
from booking.rows.best import Wish
from booking.services.best import hold_best
from booking.services.seat_rules import MOST_SEATS
from catalog.models import SeatType
from cinema_project.common.database import LARGEST_ID
from cinema_project.common.errors import Invalid
from cinema_project.common.idempotency import once
from cinema_project.common.json_api import JsonView, answer, body_of, whole_of

MOST_AVOIDED = 100


class BestAvailable(JsonView):
    """Hold the best group for a party; asked again with ``avoid``, the next best instead of the former."""

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        screening_id, wish = whole_of(body, "screening_id"), _wish_of(body)
        instead_of = frozenset().union(*wish.avoid)

        def work() -> HttpResponse:
            best = hold_best(
                buyer=caller,
                screening_id=screening_id,
                wish=wish,
                instead_of=instead_of,
                ticket_types=body.get("ticket_types"),
            )
            return answer(held_json(best.held) | {"message": best.message, "relaxed": best.relaxed}, status=201)

        return once(request, caller.id, work)


def _wish_of(body: dict[str, Any]) -> Wish:
    quantity = whole_of(body, "quantity")
    together = body.get("together", True)
    if not isinstance(together, bool):
        raise _wrong("/together", "together must be true or false.")
    seat_type = body.get("seat_type")
    if seat_type is not None and seat_type not in SeatType.values:
        raise _wrong("/seat_type", f"seat_type must be one of {', '.join(SeatType.values)}.")
    return Wish(quantity, together, seat_type, _avoided(body.get("avoid")))


def _avoided(value: object) -> frozenset[frozenset[int]]:
    groups = [] if value is None else value
    if not isinstance(groups, list) or len(groups) > MOST_AVOIDED or not all(map(_is_group, groups)):
        raise _wrong("/avoid", f"avoid must be a list of at most {MOST_AVOIDED} lists of seat ids.")
    return frozenset(map(frozenset, groups))


def _is_group(group: object) -> bool:
    return (
        isinstance(group, list)
        and 1 <= len(group) <= MOST_SEATS
        and all(type(seat_id) is int and 0 < seat_id <= LARGEST_ID for seat_id in group)
    )


def _wrong(pointer: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors=[{"pointer": pointer, "detail": sentence}])
