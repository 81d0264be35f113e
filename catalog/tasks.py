"""What the clock calls."""

from celery import shared_task

from catalog.services.events import care


@shared_task
def tend_events(**_later_arguments: object) -> dict[str, int]:
    """Let events go on to their next date, archive those that are over, and forget pictures that nobody shows."""
    return {"forward": care.roll_forward(), "archived": care.archive_past(), "pictures": care.forget_pictures()}
