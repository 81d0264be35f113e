"""What the clock calls."""

from celery import shared_task

from accounts.services.tidying import forget_what_is_over


@shared_task
def tidy_up(**_later_arguments: object) -> dict[str, int]:
    """Forget failed sign-ins, visits and sign-ins that count no more."""
    return forget_what_is_over()
