"""Door out: work handed to the workers. Messages carry ids; whoever does the work looks at what is true then."""

from typing import Any

from celery import shared_task

from booking.services import cancellations, events, waiting


@shared_task
def finish_cancellation(*, screening_id: int, **_later_arguments: object) -> int:
    """Give everybody their money back for a screening that was called off."""
    return cancellations.finish(screening_id)


def hand_off_cancellation(payload: dict[str, Any]) -> None:
    """Let a worker do that, once the cancellation is committed."""
    finish_cancellation.delay(screening_id=payload["screening_id"])


@shared_task
def offer_freed_seats(*, screening_id: int, **_later_arguments: object) -> int:
    """Hold seats that came back for those on the waiting list."""
    return waiting.offer(screening_id)


def hand_off_offers(payload: dict[str, Any]) -> None:
    """Let a worker do that, once the seats are free."""
    offer_freed_seats.delay(screening_id=payload["screening_id"])


@shared_task
def receive_fake_message(*, body: str, headers: dict[str, str], **_later_arguments: object) -> None:
    """Do with a message of the test bank what is done with those of a real one, signature and all."""
    events.receive(provider="fake", body=body.encode(), headers=headers)


def hand_off_fake_message(payload: dict[str, Any]) -> None:
    """Let a worker do that: it books, which the relay has no time for."""
    receive_fake_message.delay(body=payload["body"], headers=payload["headers"])
