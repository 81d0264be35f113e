"""The seat map of a screening, and what its form and its script ask for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.tokens import page_token
from booking.realtime import wire_time
from booking.rows.best import ADJACENCY
from booking.selectors.choices import Choice, choices_named, choices_near
from booking.selectors.halls import hall_of_map
from booking.selectors.purchase import Basket, basket_of
from booking.selectors.seatmap import SeatMap, seat_map
from booking.selectors.seatplan import seat_names, seat_plan, seat_status
from booking.selectors.waiting import place_in_line
from booking.services.best import BestHeld, NoMoreSuggestions, TooFewSeats
from booking.services.house_rules import objection_to
from booking.services.seat_rules import SeatsBooked, SeatsHeld, SeatsNotOnSale
from booking.views.answers import SeeOther
from booking.views.seat_actions import ACTIONS, OF_PEOPLE, SIZES, Asked, asked_of, groups_in, ids_in, refresh
from booking.views.visitors import new_guest, who_acts
from catalog.models import Screening
from catalog.selectors.events import events_around
from cinema_project.common import clock
from cinema_project.common.errors import DomainError
from cinema_project.common.exception_handler import refusal
from cinema_project.common.rates import RateExceeded

NEARLY_NONE = 2  # free seats: whoever comes in company finds nothing
EVENTS_AROUND = 3
NOBODY = User(pk=0)  # a visitor without holds: nothing to give back, nothing to prolong


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of one press of a button."""

    visitor: User | None
    best: BestHeld | None = None
    error: DomainError | None = None

    @property
    def lost_ids(self) -> list[int]:
        """The seats that somebody else has."""
        if isinstance(self.error, (SeatsBooked, SeatsHeld, SeatsNotOnSale)):
            return list(self.error.extra["conflicting_seat_ids"])
        return []


@dataclass(frozen=True, slots=True)
class _Advice:
    """What is wrong with the present choice, and what to take instead."""

    sentence: str = ""
    choices: list[Choice] = field(default_factory=list)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seats(request: HttpRequest, screening_id: int) -> HttpResponse:
    """Show the map; act on a POST; answer the script in JSON."""
    screening = get_object_or_404(Screening.objects.with_places(), pk=screening_id)
    if request.method == "POST":
        response = _act(request, screening)
    elif _wants_json(request):
        response = JsonResponse(_state(who_acts(request), screening))
    else:
        response = _page(request, screening)
    patch_vary_headers(response, ["Accept"])
    return response


def _act(request: HttpRequest, screening: Screening) -> HttpResponse:
    asked = asked_of(request)
    if asked.action in OF_PEOPLE and not request.user.is_authenticated:
        return redirect_to_login(reverse("booking:seats", args=[screening.pk]))
    done = _try(request, screening, asked)
    if _wants_json(request):
        return _json_answer(done, screening)
    if done.error is None and asked.action == "continue":
        return SeeOther(reverse("booking:checkout_details", args=[screening.pk]))
    return _back(request, screening, asked, done)


def _try(request: HttpRequest, screening: Screening, asked: Asked) -> _Done:
    visitor = who_acts(request)
    if visitor is None and asked.may_hold:
        try:
            visitor = new_guest(request)
        except RateExceeded as refused:
            return _Done(None, error=refused)
    try:
        best = ACTIONS.get(asked.action, refresh)(visitor or NOBODY, screening.pk, asked)
    except DomainError as error:
        return _Done(visitor, error=error)
    return _Done(visitor, best)


def _json_answer(done: _Done, screening: Screening) -> HttpResponse:
    state = _state(done.visitor, screening)
    if done.best:
        told = {"seats": _ids_of(done.best), "sentence": _offer(done.best, seat_map(screening.pk))}
        state["best"] = told | {"is_apart": ADJACENCY in done.best.relaxed}
    if done.error is None:
        return JsonResponse(state)
    problem, seats = refusal(done.error), seat_map(screening.pk)
    choices = state["advice"]["choices"]
    if done.lost_ids:
        held = [hold["seat_id"] for hold in state["holds"]]
        choices = [choice.json for choice in _instead_of(done.lost_ids, held, seats, done.visitor)]
    told = {"sentence": _in_words(done, seats), "choices": choices}
    state["error"] = orjson.loads(problem.content) | told
    return JsonResponse(state, status=problem.status_code)


def _back(request: HttpRequest, screening: Screening, asked: Asked, done: _Done) -> HttpResponse:
    """Send a visitor without script back to the page, with what it cannot know by itself in the address."""
    known: list[tuple[str, str]] = []
    seats = seat_map(screening.pk)
    if done.best:
        messages.success(request, _offer(done.best, seats))
        offered = asked.offered if asked.action == "next" else []
        known = [("offered", "-".join(map(str, group))) for group in [*offered, _ids_of(done.best)]]
        known += [("quantity", str(asked.quantity))]
        full = ADJACENCY in done.best.relaxed
        marks = (("apart", not asked.together), ("wheelchair", asked.wheelchair), ("full", full))
        known += [(name, "") for name, on in marks if on]
    if done.error:
        messages.error(request, _in_words(done, seats))
        known = [("lost", ",".join(map(str, done.lost_ids)))] if done.lost_ids else []
        known += [("full", ""), ("quantity", str(asked.quantity))] if isinstance(done.error, TooFewSeats) else []
    part = "#refusal" if done.error else "#your-seats"
    return SeeOther(reverse("booking:seats", args=[screening.pk]) + (f"?{urlencode(known)}" if known else "") + part)


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
    asked = ids_in(request.GET.get("seats", "").split(",")) or basket.lapsed_ids
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
        "around": list(events_around(screening.start_time, now)[:EVENTS_AROUND]),
    }
    context |= _told(request) | _finder(request, basket)
    context |= {
        "waiting": place_in_line(viewer_id, screening.pk),
        "is_full": "full" in request.GET or sum(cell.id in free and not cell.sign for cell in plan.cells) < NEARLY_NONE,
    }
    advice = _advice(basket, screening, seats, viewer_id, now)
    lost = ids_in(request.GET.get("lost", "").split(","))
    context |= {
        "advice": advice,
        "instead": _instead_of(lost, basket.ids, seats, visitor) if lost else advice.choices,
    }
    return render(request, "booking/seats.html", context)


def _told(request: HttpRequest) -> dict[str, Any]:
    """Part what went wrong from what went well."""
    told = list(messages.get_messages(request))
    return {
        "refusals": [message for message in told if message.level >= messages.WARNING],
        "successes": [message for message in told if message.level < messages.WARNING],
    }


def _finder(request: HttpRequest, basket: Basket) -> dict[str, Any]:
    """Keep what was asked of best available, for a visitor without script."""
    return {
        "sizes": SIZES,
        "size": request.GET.get("quantity") or str(len(basket.seats) or 2),
        "apart": "apart" in request.GET,
        "wheelchair": "wheelchair" in request.GET,
        "offered": ["-".join(map(str, group)) for group in groups_in(request.GET.getlist("offered"))],
    }


def _state(visitor: User | None, screening: Screening) -> dict[str, Any]:
    viewer_id, now = visitor.pk if visitor else None, clock.now()
    seats = seat_map(screening.pk)
    basket = basket_of(viewer_id, screening.pk, seats.layout)
    advice = _advice(basket, screening, seats, viewer_id, now)
    return {
        "viewer": viewer_id,
        "holds": [
            {"seat_id": seat.place.id, "price": str(seat.price), "expires_at": wire_time(seat.expires_at)}
            for seat in basket.seats
        ],
        "seats": {str(view.seat.id): seat_status(view) for view in seats.seats(viewer_id)},
        "advice": {"sentence": advice.sentence, "choices": [choice.json for choice in advice.choices]},
        "server_now": wire_time(now),
        "seq": seats.seq,
    }


def _advice(basket: Basket, screening: Screening, seats: SeatMap, viewer_id: int | None, now: datetime) -> _Advice:
    """Warn of what Continue would refuse."""
    if not basket.seats:
        return _Advice()
    hall, to_start = hall_of_map(seats, viewer_id), screening.start_time - now
    objection = objection_to(hall, basket.ids, to_start=to_start, layout=seats.layout)
    if objection is None:
        return _Advice()
    return _Advice(objection.detail, choices_named(hall, objection.extra.get("alternatives", ())))


def _instead_of(lost: list[int], held: Iterable[int], seats: SeatMap, visitor: User | None) -> list[Choice]:
    """Work out choices for the whole party: what was lost and what it has."""
    return choices_near(hall_of_map(seats, visitor.pk if visitor else None), {*lost, *held})


def _ids_of(best: BestHeld) -> list[int]:
    return [hold.seat_id for hold in best.held.holds]


def _offer(best: BestHeld, seats: SeatMap) -> str:
    names = seat_names(seats.layout.seats[seat_id] for seat_id in _ids_of(best))
    verb = "is" if len(best.held.holds) == 1 else "are"
    return " ".join([f"{names} {verb} held for you.", *best.relaxed_words])


def _in_words(done: _Done, seats: SeatMap) -> str:
    """Name the seats that were lost; any other refusal says itself what is wrong."""
    assert done.error is not None
    if isinstance(done.error, NoMoreSuggestions):
        return f"{done.error.detail} “Best available” starts again with the best."
    places = seats.layout.seats
    lost = [places[seat_id] for seat_id in done.lost_ids if seat_id in places]
    if not lost:
        return done.error.detail
    verb = "is" if len(lost) == 1 else "are"
    return f"{seat_names(lost)} {verb} no longer free: somebody was a moment faster. You keep those listed as yours."


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
