"""What the clock calls."""

from celery import shared_task

from booking.services import guests, reservations


@shared_task
def expire_reservations(**_later_arguments: object) -> int:
    """End lapsed holds; the expirer does it within a fraction of a second, this is for when it is not running."""
    return reservations.expire_lapsed()


@shared_task
def sweep_guests(**_later_arguments: object) -> int:
    """Delete guests who came, held seats, and went without signing in."""
    return guests.sweep_guests()
