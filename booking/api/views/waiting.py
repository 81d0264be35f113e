"""The waiting list over HTTP."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.callers import caller_of
from booking.realtime import wire_time
from booking.selectors.waiting import WaitingView, waiting_of, waiting_party
from booking.services.waiting import join, leave
from cinema_project.common.idempotency import once
from cinema_project.common.json_api import JsonView, answer, answer_page, body_of, whole_of


class WaitingList(JsonView):
    """One's own places in the lines for screenings; POST joins one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        return answer_page(request, [_json(view) for view in waiting_of(caller.id)])

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        screening_id = whole_of(body, "screening_id")
        wished = {"size": body.get("party_size"), "wheelchair": body.get("wheelchair", False)}

        def work() -> HttpResponse:
            party = join(buyer=caller, screening_id=screening_id, **wished)
            return answer(_json(waiting_party(party.pk, user_id=caller.id)), status=201)

        return once(request, caller.id, work)


class PlaceInLine(JsonView):
    def get(self, request: HttpRequest, party_id: int) -> HttpResponse:
        caller = caller_of(request)
        return answer(_json(waiting_party(party_id, user_id=caller.id)))

    def delete(self, request: HttpRequest, party_id: int) -> HttpResponse:
        leave(buyer=caller_of(request), party_id=party_id)
        return HttpResponse(status=204)


def _json(view: WaitingView) -> dict[str, Any]:
    return {
        "id": view.id,
        "screening_id": view.screening_id,
        "party_size": view.size,
        "wheelchair": view.wheelchair,
        "status": view.status,
        "position": view.position,
        "joined_at": wire_time(view.joined_at),
        "offered_seat_ids": view.offered_seat_ids,
        "offered_until": view.offered_until and wire_time(view.offered_until),
    }
