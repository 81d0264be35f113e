"""Which providers there are. They are loaded when asked for: the library of one takes half a second and 30 MB."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from booking.payments.provider import PaymentProvider
from cinema_project.common.errors import Unavailable

PROVIDERS = {
    "trust": "booking.payments.trust.Trust",
    "fake": "booking.payments.fake.FakeProvider",
    "stripe": "booking.payments.stripe_provider.StripeProvider",
}


class PaymentsNotConfigured(Unavailable):
    """Payments are to be verified, and there is nobody to ask (R34)."""

    code = "payments_not_configured"


@cache
def provider_named(name: str) -> PaymentProvider:
    """Return the provider of this name; also one that takes no new payments may have to give some back.

    :raises PaymentsNotConfigured: if there is none
    """
    if name not in PROVIDERS:
        raise PaymentsNotConfigured("No payment provider is connected, so nothing can be sold now.", retry_after=60)
    provider: PaymentProvider = import_string(PROVIDERS[name])()
    return provider


def current_provider() -> PaymentProvider:
    """Return who takes payments now.

    :raises PaymentsNotConfigured: if nobody does
    """
    return provider_named("trust" if settings.PAYMENTS_MODE == "trust" else settings.PAYMENT_PROVIDER)
