"""What every page shows."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.services.guests import guest_of
from booking.selectors.purchase import basket_of
from catalog.models import Screening
from catalog.selectors.layouts import layout_of_screening
from cinema_project.common import clock
from cinema_project.pages.preferences import chosen_theme


def site(request: HttpRequest) -> dict[str, str]:
    return {"site_name": settings.SITE_NAME, "theme": chosen_theme(request)}


def purchase(request: HttpRequest) -> dict[str, Any]:
    """Offer the pages where one signs in the purchase that waits for it; looked for only where it is shown."""
    return {"purchase": SimpleLazyObject(lambda: _purchase_behind(request))}


def _purchase_behind(request: HttpRequest) -> dict[str, Any] | None:
    """Return what the checkout's pages would show, if such a page comes next and seats are held."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    try:
        match = resolve(urlsplit(wanted).path)
    except (Resolver404, ValueError):
        return None
    if not match.view_name.startswith("booking:checkout_"):
        return None
    visitor = request.user if isinstance(request.user, User) else guest_of(request.session)
    screening = Screening.objects.with_places().filter(pk=match.kwargs["screening_id"]).first()
    if visitor is None or screening is None:
        return None
    basket = basket_of(visitor.pk, screening.pk, layout_of_screening(screening.pk))
    if basket.expires_at is None:
        return None
    return {
        "screening": screening,
        "cinema": screening.room.cinema,
        "basket": basket,
        "now": clock.now().isoformat(),
        "expires_at": basket.expires_at.isoformat(),
    }
