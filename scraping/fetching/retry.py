"""What a failure means for a unit: try again, put off, or give up."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from cinema_project.common import clock
from cinema_project.common.errors import DomainError
from cinema_project.common.fetching.network import Aborted, NotReached
from scraping.fetching.breaker import CircuitOpen, HostBlocked
from scraping.fetching.pace import TurnLater
from scraping.sources.base import SourceDown, UnitGone

FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 300.0
LEAST_BACKOFF = 0.25
SHORTEST_RETRY_AFTER, LONGEST_RETRY_AFTER = 1.0, 3600.0
BUSY = (429, 503)
TRANSIENT = (408, 425, 429)


class UnexpectedStatus(NotReached):
    """The site answers, but not with what was asked for.

    :param retry_after_seconds: how long the site wants to be left alone
    """

    code = "unexpected_status"

    def __init__(self, status: int, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"The site answers with status {status}.")
        self.status = status
        self.retry_after_seconds = retry_after_seconds

    @property
    def is_transient(self) -> bool:
        return self.status in TRANSIENT or self.status >= 500


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a unit.

    :param after: seconds until it is tried again; ``None``: never
    :param counts: whether it counts as a failure of the unit
    :param ends_run: the whole source cannot be fetched
    :param silent: nobody is to blame; the unit goes back as if it had not been begun
    """

    after: float | None
    reason: str
    counts: bool = True
    ends_run: bool = False
    silent: bool = False


def decide(error: Exception, failures: int) -> Decision:
    """Say what a failure means.

    :param failures: how often the unit failed before
    """
    reason = _words(error)
    if isinstance(error, Aborted):
        return Decision(0.0, reason, counts=False, silent=True)
    if isinstance(error, SourceDown):
        return Decision(None, reason, ends_run=True)
    if isinstance(error, TurnLater):
        return Decision(error.seconds, reason, counts=False)
    if isinstance(error, CircuitOpen):
        return Decision(max(0.0, (error.until - clock.now()).total_seconds()), reason, counts=False)
    if isinstance(error, UnexpectedStatus) and error.is_transient:
        least = error.retry_after_seconds or 0.0
        return Decision(least + backoff(failures, least > 0), reason)
    if _is_final(error):
        return Decision(None, reason)
    return Decision(backoff(failures), reason)


def _is_final(error: Exception) -> bool:
    if isinstance(error, UnitGone | HostBlocked | UnexpectedStatus):
        return True
    return isinstance(error, DomainError) and not isinstance(error, NotReached)


def backoff(failures: int, was_told: bool = False) -> float:
    """Return how many seconds to wait: anything up to a limit that doubles, so that not all come back at once.

    :param was_told: the site said how long; a little is added to that
    """
    if was_told:
        return random.uniform(0, 0.5)
    return random.uniform(LEAST_BACKOFF, min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** min(failures, 20)))


def retry_after(value: str, now: datetime) -> float | None:
    """Read the header ``Retry-After``: seconds or a date; return seconds within reason, ``None`` if it says nothing."""
    text = value.strip()
    if text.isdecimal() and text.isascii():
        seconds = float(text[:9])
    else:
        try:
            seconds = (parsedate_to_datetime(text) - now) / timedelta(seconds=1)
        except (ValueError, TypeError):
            return None
    return min(max(seconds, SHORTEST_RETRY_AFTER), LONGEST_RETRY_AFTER)


def _words(error: Exception) -> str:
    if isinstance(error, DomainError | SourceDown | UnitGone):
        return str(error)[:500] or type(error).__name__
    return f"{type(error).__name__}: {error}"[:500]
