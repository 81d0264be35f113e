"""The seat map of a screening, and what its form and its script ask for."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.tokens import page_token
from booking.realtime import wire_time
from booking.selectors.purchase import basket_of
from booking.selectors.seatmap import SeatMap, seat_map
from booking.selectors.seatplan import seat_names, seat_plan, seat_status
from booking.services.choosing import choose_seats, hold_free_seats
from booking.services.reservations import release_holds, restore_holds
from booking.views.answers import SeeOther
from booking.views.visitors import new_guest, who_acts
from catalog.models import Screening
from cinema_project.common import clock
from cinema_project.common.errors import DomainError, Invalid
from cinema_project.common.exception_handler import refusal
from cinema_project.common.rates import RateExceeded

Action = Callable[[User, int, list[int]], None]


def _hold(user: User, screening_id: int, seat_ids: list[int]) -> None:
    hold_free_seats(buyer=user, screening_id=screening_id, seat_ids=seat_ids)


def _release(user: User, screening_id: int, seat_ids: list[int]) -> None:
    if seat_ids:
        release_holds(buyer=user, screening_id=screening_id, seat_ids=seat_ids)


def _extend(user: User, screening_id: int, seat_ids: list[int]) -> None:
    restore_holds(buyer=user, screening_id=screening_id)


def _choose(user: User, screening_id: int, seat_ids: list[int]) -> None:
    choose_seats(buyer=user, screening_id=screening_id, seat_ids=seat_ids)


def _go_on(user: User, screening_id: int, seat_ids: list[int]) -> None:
    if not seat_ids:
        raise Invalid("Choose at least one seat first.")
    choose_seats(buyer=user, screening_id=screening_id, seat_ids=seat_ids)


def _refresh(user: User, screening_id: int, seat_ids: list[int]) -> None:
    """Change nothing: the answer is the present state."""


ACTIONS: dict[str, Action] = {
    "hold": _hold,
    "release": _release,
    "extend": _extend,
    "choose": _choose,
    "continue": _go_on,
    "refresh": _refresh,
}
HOLDING = ("hold", "choose", "continue")
NOBODY = User(pk=0)  # a visitor without holds: nothing to give back, nothing to prolong


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seats(request: HttpRequest, screening_id: int) -> HttpResponse:
    """Show the map; act on a POST; answer the script in JSON."""
    screening = get_object_or_404(Screening.objects.with_places(), pk=screening_id)
    if request.method == "POST":
        response = _act(request, screening)
    elif _wants_json(request):
        response = JsonResponse(_state(who_acts(request), screening_id))
    else:
        response = _page(request, screening)
    patch_vary_headers(response, ["Accept"])
    return response


def _act(request: HttpRequest, screening: Screening) -> HttpResponse:
    seat_ids = _ids(request.POST.getlist("seats"))
    action = request.POST.get("action", "")
    if request.POST.get("drop", "").isdecimal():  # the cross beside one seat, without script
        action, seat_ids = "release", _ids([request.POST["drop"]])
    visitor = who_acts(request)
    error: DomainError | None = None
    if visitor is None and seat_ids and action in HOLDING:
        try:
            visitor = new_guest(request)
        except RateExceeded as refused:
            error = refused
    error = error or _try(ACTIONS.get(action, _refresh), visitor or NOBODY, screening.pk, seat_ids)
    if _wants_json(request):
        return _json_answer(visitor, screening.pk, error)
    if error is not None:
        messages.error(request, _in_words(error, seat_map(screening.pk)))
    elif action == "continue":
        return SeeOther(reverse("booking:checkout_details", args=[screening.pk]))
    return SeeOther(reverse("booking:seats", args=[screening.pk]) + ("#refusal" if error else "#your-seats"))


def _try(action: Action, user: User, screening_id: int, seat_ids: list[int]) -> DomainError | None:
    try:
        action(user, screening_id, seat_ids)
    except DomainError as error:
        return error
    return None


def _json_answer(visitor: User | None, screening_id: int, error: DomainError | None) -> HttpResponse:
    state = _state(visitor, screening_id)
    if error is None:
        return JsonResponse(state)
    problem = refusal(error)
    state["error"] = orjson.loads(problem.content) | {"sentence": _in_words(error, seat_map(screening_id))}
    return JsonResponse(state, status=problem.status_code)


def _page(request: HttpRequest, screening: Screening) -> HttpResponse:
    now = clock.now()
    visitor = who_acts(request)
    viewer_id = visitor.pk if visitor else None
    seats = seat_map(screening.pk)
    basket = basket_of(viewer_id, screening.pk, seats.layout)
    context = {"screening": screening, "cinema": screening.room.cinema, "basket": basket, "section": "films"}
    if screening.status == "cancelled":
        return render(request, "booking/over.html", context)
    if screening.start_time <= now:
        return render(request, "booking/over.html", context, status=410)
    plan = seat_plan(seats, viewer_id)
    asked = _ids(request.GET.get("seats", "").split(",")) or basket.lapsed_ids
    free = {cell.id for cell in plan.cells if cell.status == "available"}
    context |= {
        "plan": plan,
        "chosen": [cell for cell in plan.cells if cell.id in asked and cell.id in free],
        "lapsed": bool(basket.lapsed_ids),
        "seq": seats.seq,
        "now": wire_time(now),
        "expires_at": wire_time(basket.expires_at) if basket.expires_at else "",
        "viewer": viewer_id,
        "token": page_token(visitor),
    }
    return render(request, "booking/seats.html", context)


def _state(visitor: User | None, screening_id: int) -> dict[str, Any]:
    viewer_id = visitor.pk if visitor else None
    seats = seat_map(screening_id)
    basket = basket_of(viewer_id, screening_id, seats.layout)
    return {
        "viewer": viewer_id,
        "holds": [
            {"seat_id": seat.place.id, "price": str(seat.price), "expires_at": wire_time(seat.expires_at)}
            for seat in basket.seats
        ],
        "seats": {str(view.seat.id): seat_status(view) for view in seats.seats(viewer_id)},
        "server_now": wire_time(clock.now()),
        "seq": seats.seq,
    }


def _in_words(error: DomainError, seats: SeatMap) -> str:
    """Name the seats that were lost; any other refusal says itself what is wrong."""
    places = seats.layout.seats
    lost = [places[seat_id] for seat_id in error.extra.get("conflicting_seat_ids", ()) if seat_id in places]
    if not lost:
        return error.detail
    verb = "is" if len(lost) == 1 else "are"
    return f"{seat_names(lost)} {verb} no longer free: somebody was a moment faster. You keep those listed as yours."


def _ids(texts: Iterable[str]) -> list[int]:
    """Read seat ids, each once, in the order given; anything else is left out."""
    return list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 19))


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
