"""Holds over HTTP: seat map, reserve, extend, release. Hot paths: plain views, see ``common/json_api.py``."""

import time
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.callers import Caller, caller_of
from booking.api.serializers.seats import availability_body, hold_json, public_body, seat_json
from booking.api.views.promos import applied_json, asked_promo
from booking.realtime import wire_time
from booking.selectors.seatmap import SeatMap, seat_map
from booking.selectors.tickets import holds_of
from booking.services.promo_sales import hold_with_promo
from booking.services.reservations import Held, expire_lapsed, extend_holds, hold_seats, release_holds, toggle_holds
from cinema_project.common import clock
from cinema_project.common.errors import NotAllowed
from cinema_project.common.idempotency import once
from cinema_project.common.json_api import JsonView, answer, answer_page, body_of, whole_of
from cinema_project.common.queries import flag


class Availability(JsonView):
    """The live seat map, open to everybody; a token marks one's own seats."""

    def get(self, request: HttpRequest, screening_id: int) -> HttpResponse:
        seats = seat_map(screening_id)
        if "Authorization" not in request.headers:
            return _map_answer(request, seats, public_body(seats), seats.etag)
        return _own_map(request, seats, caller_of(request), "reserved")


class MyAvailability(JsonView):
    """The same with one's own holds as ``reserved_by_me``."""

    def get(self, request: HttpRequest, screening_id: int) -> HttpResponse:
        caller = caller_of(request)
        return _own_map(request, seat_map(screening_id), caller, "reserved_by_me")


def _own_map(request: HttpRequest, seats: SeatMap, caller: Caller, own_status: str) -> HttpResponse:
    body = availability_body(seats, caller.id, sees_all=caller.is_staff_member, own_status=own_status)
    return _map_answer(request, seats, body, f"{seats.etag}-{caller.id}-{own_status}")


def _map_answer(request: HttpRequest, seats: SeatMap, body: bytes, etag: str) -> HttpResponse:
    if request.headers.get("If-None-Match") == f'"{etag}"':
        response = HttpResponse(status=304)
    elif request.GET:  # complete, unless a part is asked for
        response = answer_page(request, orjson.loads(body), default_limit=None)
    else:
        response = HttpResponse(body, content_type="application/json")
        response["X-Total-Count"] = str(len(seats.layout.seats))
    response["X-Seat-Seq"] = str(seats.seq)
    response["ETag"] = f'"{etag}"'
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Authorization"
    return response


class FreeSeats(JsonView):
    """The seats that could be held now."""

    thing = "Screening"

    def get(self, request: HttpRequest, screening_id: int) -> HttpResponse:
        seats = seat_map(screening_id, self.thing)
        free = [seat_json(seat, seats.layout.room_id) for seat in seats.free_seats()]
        return answer_page(request, free, default_limit=None)


class Reserve(JsonView):
    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        screening_id, seat_ids = whole_of(body, "screening_id"), seat_ids_of(body)
        call = {"buyer": caller, "screening_id": screening_id, "seat_ids": seat_ids}
        promo = asked_promo(body, caller)

        def work() -> HttpResponse:
            if promo is None:
                return _held(hold_seats(**call, ticket_types=body.get("ticket_types")), status=201)
            held, applied = hold_with_promo(**call, ticket_types=body.get("ticket_types"), code=promo)
            return answer(held_json(held) | applied_json(applied), status=201)

        return once(request, caller.id, work)


class Toggle(JsonView):
    """Hold the seats, or give them back if the caller holds all of them."""

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        screening_id, seat_ids = whole_of(body, "screening_id"), seat_ids_of(body)

        def work() -> HttpResponse:
            held = toggle_holds(
                buyer=caller,
                screening_id=screening_id,
                seat_ids=seat_ids,
                ticket_types=body.get("ticket_types"),
            )
            if held is None:
                return answer({"action": "unreserved", "message": "Seats released", "seat_ids": sorted(seat_ids)})
            return answer(
                {
                    "action": "reserved",
                    "message": held.message,
                    "seat_ids": [hold.seat_id for hold in held.holds],
                    "expires_in_minutes": held.expires_in_minutes,
                }
            )

        return once(request, caller.id, work)


class Extend(JsonView):
    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        screening_id, seat_ids = whole_of(body, "screening_id"), seat_ids_of(body)
        minutes = _minutes(request)

        def work() -> HttpResponse:
            return _held(
                extend_holds(buyer=caller, screening_id=screening_id, seat_ids=seat_ids, additional_minutes=minutes)
            )

        return once(request, caller.id, work)


class CancelHolds(JsonView):
    """POST: the older clients' way, with a count for an answer."""

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        wanted = seat_ids_of(body) or []  # all there are is for DELETE; here a forgotten list is a mistake
        released = release_holds(buyer=caller, screening_id=whole_of(body, "screening_id"), seat_ids=wanted)
        count = len(released)
        return answer(
            {"message": f"Cancelled {count} reservation{'' if count == 1 else 's'}", "cancelled_count": count}
        )


class CancelHoldsOfScreening(JsonView):
    def delete(self, request: HttpRequest, screening_id: int) -> HttpResponse:
        caller = caller_of(request)
        release_holds(buyer=caller, screening_id=screening_id, seat_ids=_seat_ids_of_query(request))
        return HttpResponse(status=204)


class MyReservations(JsonView):
    def get(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        include_expired = flag(request.GET, "include_expired")
        holds = holds_of(caller.id, include_expired=include_expired)
        return answer_page(request, [hold_json(hold, expired=expired) for hold, expired in holds])


class Cleanup(JsonView):
    """Tidy up lapsed holds now; for tests and operators, no answer of the API depends on it (R63)."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if not settings.DEBUG and not caller_of(request).is_staff_member:
            raise NotAllowed("Only staff may do this.")
        began = time.perf_counter()
        count = expire_lapsed()
        return answer(
            {
                "message": f"Cleaned up {count} expired reservations",
                "timestamp": wire_time(clock.now()),
                "duration_seconds": round(time.perf_counter() - began, 3),
            }
        )


def seat_ids_of(body: dict[str, Any]) -> Any:
    """Return ``seat_ids``, or ``[seat_id]``; the service says what is wrong with them."""
    if "seat_ids" in body or "seat_id" not in body:
        return body.get("seat_ids")
    return [body["seat_id"]]


def _held(held: Held, status: int = 200) -> HttpResponse:
    return answer(held_json(held), status)


def held_json(held: Held) -> dict[str, Any]:
    """Return the holds of one call as the API shows them."""
    return {
        "reservations": [hold_json(hold) for hold in held.holds],
        "expires_in_minutes": held.expires_in_minutes,
        "message": held.message,
    }


def _minutes(request: HttpRequest) -> int:
    raw = request.GET.get("additional_minutes", "5")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 4 else 0  # the service refuses 0


def _seat_ids_of_query(request: HttpRequest) -> list[int] | None:
    raw = request.GET.get("seat_ids")
    if raw is None:
        return None
    return [int(word) if word.isascii() and word.isdigit() and len(word) <= 19 else 0 for word in raw.split(",")]
