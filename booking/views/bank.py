"""The page of the test bank, and where its messages arrive. Both are there only while it takes the payments."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from booking.models import FakeCharge
from booking.payments.fake_outcomes import OUTCOMES, choose
from booking.selectors.payments import held_until
from booking.services.events import receive
from booking.views.answers import SeeOther
from cinema_project.common import clock
from cinema_project.common.errors import DomainError
from cinema_project.common.exception_handler import refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bank_page(request: HttpRequest, secret: str) -> HttpResponse:
    """Show what may happen to a payment; do it, and go back to the house."""
    _check_it_is_open()
    charge = get_object_or_404(FakeCharge, secret=secret)
    outcome = request.POST.get("outcome", "")
    if request.method == "POST" and outcome in OUTCOMES:
        now = clock.now()
        until = held_until(charge.payment_id) or now
        choose(charge=charge, outcome=outcome, late=max(until - now, timedelta(0)) + timedelta(seconds=1))
        if charge.return_address and outcome != "never":
            return SeeOther(_own_path(charge.return_address))
        charge.refresh_from_db()
    decided = bool(charge.captured_at or charge.closed_at)
    return render(request, "booking/test_bank.html", {"charge": charge, "outcomes": OUTCOMES, "decided": decided})


@csrf_exempt  # the signature is the proof
@require_POST
def bank_message(request: HttpRequest) -> HttpResponse:
    """Take a message of the test bank."""
    _check_it_is_open()
    try:
        receive(provider="fake", body=request.body, headers=request.headers)
    except DomainError as error:
        return refusal(error)
    return JsonResponse({"received": True})


def _check_it_is_open() -> None:
    if settings.PAYMENTS_MODE != "verify" or settings.PAYMENT_PROVIDER != "fake":
        raise Http404


def _own_path(address: str) -> str:
    """Stay on the host that the visitor came by."""
    return address.removeprefix(settings.SITE_URL)
