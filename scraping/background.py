"""Door out: work handed to the workers, on runs and on what they found. Messages carry a number and nothing else."""

import logging
import threading
from typing import Any

from celery import shared_task
from django.conf import settings

from cinema_project.common.errors import DomainError
from scraping.services import execution, matches, runs, tokens

logger = logging.getLogger(__name__)

_slots = threading.BoundedSemaphore(settings.SCRAPE_SLOTS)
"""How many runs the threads of one process work on at once: others have work for them, too."""


@shared_task
def work_on_run(*, run_id: int, **_later_arguments: object) -> str:
    """Work on a run for a while; if it is not over then, it is handed on. Return its state, empty without a slot."""
    if not _slots.acquire(blocking=False):
        execution.put_off(run_id=run_id)
        return ""
    try:
        run = execution.work_on(run_id=run_id)
    except runs.UnknownRun:
        return ""
    finally:
        _slots.release()
    execution.hand_on(run_id=run_id)
    return run.state


def hand_off_run(payload: dict[str, Any]) -> None:
    """Let a worker do that."""
    work_on_run.delay(run_id=payload["run_id"])


@shared_task
def match_films(**_later_arguments: object) -> dict[str, int]:
    """Match what is new or changed; return how many films are what to us."""
    return dict(matches.match_films().by_state)


def hand_off_matching(payload: dict[str, Any]) -> None:
    """Let a worker match what a run found."""
    match_films.delay(run_id=payload["run_id"])


@shared_task
def get_token(**_later_arguments: object) -> bool:
    """Get a new token because staff want one; how it went is written at the token."""
    try:
        return tokens.refresh_token().is_usable
    except DomainError as refused:
        logger.warning("No new token: %s", refused)
        return False
