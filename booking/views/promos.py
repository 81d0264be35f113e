"""The field for a promo code at the checkout."""

from django.http import HttpRequest

from accounts.models import User
from booking.promo_rates import PROMO_TRIES
from booking.selectors.promos import promo_of
from booking.services.promos import drop_promo, use_promo
from cinema_project.common.rates import spend


def take_promo(request: HttpRequest, user: User, screening_id: int) -> None:
    """Make the code in the field the one that the user's holds have; an empty field takes it away.

    Other ticket types had their prices worked out without it: so it is taken again then.

    :raises DomainError: as ``use_promo``
    :raises RateExceeded: if somebody tries too many
    """
    asked = request.POST.get("promo", "").strip()
    now = promo_of(user.pk, screening_id)
    if not asked and now:
        drop_promo(buyer=user, screening_id=screening_id)
    if asked and (now is None or now.code != asked.upper() or not now.is_complete):
        spend(PROMO_TRIES, str(user.pk))
        use_promo(buyer=user, screening_id=screening_id, code=asked)
