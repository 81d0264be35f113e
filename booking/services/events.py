"""Messages of payment providers: checked, acted upon once, remembered."""

from collections.abc import Mapping
from datetime import timedelta

from booking.models import ProviderEvent
from booking.payments.registry import provider_named
from booking.services import refunds, settling
from cinema_project.common import clock

KEPT = timedelta(days=30)
"""A provider repeats a message for some days, and its signature counts for minutes."""


def receive(*, provider: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Act upon a message. It only says where to look: what is true, the provider is asked.

    A message is remembered when its work is done, so one whose work failed may come again.

    :raises SignatureInvalid: if the provider did not send it, or long ago
    :raises Unavailable: if the provider does not answer; it will send the message again
    """
    event = provider_named(provider).parse_event(body, headers)
    if ProviderEvent.objects.filter(provider=provider, event_id=event.id).exists():
        return
    if event.payment_id:
        settling.settle(payment_id=event.payment_id)
    if event.refund_reference:
        refunds.ask_about(reference=event.refund_reference)
        if event.kind == "refund.failed":
            refunds.tell_of_failure(reference=event.refund_reference)
    seen = {"kind": event.kind[:100], "reference": event.payment_id, "received_at": clock.now()}
    ProviderEvent.objects.get_or_create(provider=provider, event_id=event.id, defaults=seen)


def prune() -> int:
    """Forget messages that cannot come again."""
    count, _ = ProviderEvent.objects.filter(received_at__lt=clock.now() - KEPT).delete()
    return count
