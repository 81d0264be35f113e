"""Tickets in the hands of staff: the list, the status, the door."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.callers import Caller, caller_of
from accounts.roles import BOX_OFFICE
from booking.api.serializers.seats import ticket_json
from booking.realtime import wire_time
from booking.selectors.history import Use
from booking.selectors.tickets import everybodys_tickets, ticket_of, tickets_with
from booking.services.check_in import check_in
from booking.services.ticket_status import change_status
from booking.states import TICKET_STATES
from cinema_project.common.errors import Invalid, NotAllowed
from cinema_project.common.idempotency import once
from cinema_project.common.json_api import JsonView, answer, body_of, whole_of
from cinema_project.common.pagination import SkipLimitPagination


def staff_of(request: HttpRequest, group: str = "", *, reads: bool = False) -> Caller:
    """Return the caller.

    :param group: whose work it is, beside the managers' and admins'
    :param reads: whether auditors may look
    :raises NotAllowed: if it is not the caller's work
    """
    caller = caller_of(request)
    if not caller.works_in(group, reads=reads):
        raise NotAllowed("You do not have permission to perform this action.")
    return caller


class EverybodysTickets(JsonView):
    def get(self, request: HttpRequest) -> HttpResponse:
        staff_of(request, BOX_OFFICE, reads=True)
        return answer_tickets(request, everybodys_tickets(_state_of(request)).values_list("pk", flat=True))


class TicketStatus(JsonView):
    def put(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        caller = staff_of(request, BOX_OFFICE)
        change_status(ticket_id=ticket_id, status=body_of(request).get("status"), by=caller.id)
        return answer(ticket_json(ticket_of(ticket_id, user_id=None)))


class CheckIn(JsonView):
    """At the door; a request that is repeated with its ``Idempotency-Key`` is the first scan still."""

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = staff_of(request, BOX_OFFICE)
        body = body_of(request)
        screening_id = whole_of(body, "screening_id") if body.get("screening_id") is not None else None

        def work() -> HttpResponse:
            done = check_in(code=body.get("code"), screening_id=screening_id, by=caller.id)
            ticket = ticket_of(done.ticket_id, user_id=None)
            return answer(ticket_json(ticket) | {"first_scan": _scan(done.scan)})

        return once(request, caller.id, work)


def answer_tickets(request: HttpRequest, ids: Any) -> HttpResponse:
    """Answer with the part of these tickets that was asked for."""
    pagination = SkipLimitPagination()
    response = answer(tickets_json(pagination.cut(ids, request, 100)))
    for name, value in pagination.headers().items():
        response[name] = value
    return response


def tickets_json(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return the tickets of these numbers, in their order."""
    return [ticket_json(ticket) for ticket in tickets_with(ids)]


def _state_of(request: HttpRequest) -> str | None:
    asked = request.GET.get("status_filter")
    if asked is None:
        return None
    if asked not in TICKET_STATES:
        sentence = f"status_filter is one of {', '.join(sorted(TICKET_STATES))}."
        raise Invalid(sentence, errors=[{"pointer": "/status_filter", "detail": sentence}])
    return TICKET_STATES[asked]


def _scan(scan: Use) -> dict[str, str | None]:
    return {"at": wire_time(scan.at) if scan.at else None, "by": scan.by}
