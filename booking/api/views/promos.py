"""Promo codes over HTTP."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.callers import Caller, caller_of
from booking.api.serializers.seats import hold_json, money
from booking.promo_rates import PROMO_TRIES
from booking.services.promos import Applied, drop_promo, use_promo
from cinema_project.common.errors import Invalid
from cinema_project.common.idempotency import once
from cinema_project.common.json_api import JsonView, answer, body_of, whole_of
from cinema_project.common.rates import spend


class UsePromo(JsonView):
    """Make one's holds of a screening cheaper; ``promo_code: null`` goes back to the prices without."""

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        screening_id = whole_of(body, "screening_id")
        if "promo_code" not in body:
            sentence = "promo_code is required; null takes it away."
            raise Invalid(sentence, errors=[{"pointer": "/promo_code", "detail": sentence}])
        code = asked_promo(body, caller)

        def work() -> HttpResponse:
            call: dict[str, Any] = {"buyer": caller, "screening_id": screening_id}
            applied = drop_promo(**call) if code is None else use_promo(**call, code=code)
            return answer({"reservations": [hold_json(hold) for hold in applied.holds], **applied_json(applied)})

        return once(request, caller.id, work)


def asked_promo(body: dict[str, Any], caller: Caller) -> Any:
    """Return the ``promo_code`` of a request, if it has one; trying many is not for free.

    :raises RateExceeded: if it is one too many
    """
    code = body.get("promo_code")
    if code is not None:
        spend(PROMO_TRIES, str(caller.id))
    return code


def applied_json(applied: Applied) -> dict[str, Any]:
    """Return what a code has done to all holds of the screening."""
    return {
        "promo_code": applied.code,
        "discount": money(applied.discount),
        "total": money(applied.total),
        "currency": applied.holds[0].currency,
    }
