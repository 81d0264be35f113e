"""What a failure means for a unit."""

from datetime import UTC, datetime

import pytest

from cinema_project.common.fetching.bodies import AnswerTooLarge
from cinema_project.common.fetching.network import Aborted, NotReached
from cinema_project.common.public_urls import UrlRefused
from scraping.fetching.breaker import HostBlocked
from scraping.fetching.pace import TurnLater
from scraping.fetching.retry import Decision, UnexpectedStatus, backoff, decide, retry_after
from scraping.sources.base import SourceDown, UnitGone

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3),
        ("0", 1),
        ("999999999999", 3600),
        (" 120 ", 120),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 1),
        ("Sun, 22 Nov 2026 12:00:00 GMT", 3600),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("²", None),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_reason(value, seconds):
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "error",
    [
        UnitGone("gone"),
        HostBlocked("blocked"),
        UrlRefused("inside"),
        AnswerTooLarge("large"),
        *(UnexpectedStatus(status) for status in (400, 401, 403, 404, 410, 302, 204)),
    ],
)
def test_what_will_not_work_later_is_given_up(error):
    assert decide(error, 0).after is None


@pytest.mark.parametrize(
    "error",
    [NotReached("away"), ZeroDivisionError(), *(UnexpectedStatus(status) for status in (408, 425, 429, 500, 502, 503))],
)
def test_what_may_work_later_is_tried_again(error):
    decision = decide(error, 0)

    assert decision.after is not None
    assert 0 < decision.after <= 2
    assert decision.counts


def test_other_failures_have_their_own_ways():
    assert decide(Aborted("off"), 0).silent
    assert decide(SourceDown("closed"), 0) == Decision(None, "closed", ends_run=True)
    assert decide(TurnLater(7.0), 0) == Decision(7.0, "The next turn comes in 7 seconds.", counts=False)
    assert 30 <= decide(UnexpectedStatus(429, 30.0), 0).after <= 30.5


def test_pauses_double_up_to_a_limit_and_differ():
    for failures, most in ((0, 2), (1, 4), (5, 64), (20, 300), (1000, 300)):
        pauses = [backoff(failures) for _ in range(200)]

        assert max(pauses) <= most
        assert min(pauses) < most / 2 < max(pauses)
