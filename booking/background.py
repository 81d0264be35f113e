"""Door out: work handed to the workers. Messages carry ids; whoever does the work looks at what is true then."""

from typing import Any

from celery import shared_task

from booking.services import cancellations


@shared_task
def finish_cancellation(*, screening_id: int, **_later_arguments: object) -> int:
    """Give everybody their money back for a screening that was called off."""
    return cancellations.finish(screening_id)


def hand_off_cancellation(payload: dict[str, Any]) -> None:
    """Let a worker do that, once the cancellation is committed."""
    finish_cancellation.delay(screening_id=payload["screening_id"])
