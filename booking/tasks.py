"""What the clock calls."""

from celery import shared_task

from booking.services import cancellations, events, guests, promos, reconciling, refunds, reservations, unclaimed


@shared_task
def expire_reservations(**_later_arguments: object) -> int:
    """End lapsed holds; the expirer does it within a fraction of a second, this is for when it is not running."""
    return reservations.expire_lapsed()


@shared_task
def sweep_guests(**_later_arguments: object) -> int:
    """Delete guests who came, held seats, and went without signing in."""
    return guests.sweep_guests()


@shared_task
def tidy_promos(**_later_arguments: object) -> int:
    """Release the uses of promo codes that have no seats left; whoever needs one does it, too."""
    return promos.tidy_all()


@shared_task
def finish_cancellations(**_later_arguments: object) -> int:
    """Take up the cancellations of screenings that a crash, or a broker that was away, left undone."""
    return cancellations.finish_all()


@shared_task
def send_refunds(**_later_arguments: object) -> int:
    """Give back money that nobody claimed in time, and all that is owed for tickets."""
    unclaimed.give_back_lapsed()
    return refunds.send_due()


@shared_task
def reconcile_payments(**_later_arguments: object) -> int:
    """Ask what became of payments that nobody told us about."""
    return reconciling.reconcile()


@shared_task
def check_ledger(**_later_arguments: object) -> list[str]:
    """Check that all money that came in is accounted for, and raise the alarm if it is not."""
    events.prune()
    return reconciling.unbalanced()
