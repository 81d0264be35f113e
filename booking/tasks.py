"""What the clock calls."""

from celery import shared_task

from booking.services import reservations


@shared_task
def expire_reservations(**_later_arguments: object) -> int:
    """End lapsed holds; the expirer does it within a fraction of a second, this is for when it is not running."""
    return reservations.expire_lapsed()
