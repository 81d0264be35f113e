"""How often somebody may guess a password. All doors count together: API, gateway, pages, admin.

django-axes asks before each guess and is told of each failure; what counts is in its failure log, on the database's
clock, and numbered one after the other, so that guessing in parallel wins nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessFailureLog
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User, canonical_email
from cinema_project.common import clock
from cinema_project.common.addresses import client_address
from cinema_project.common.clock import NOW_SQL
from cinema_project.common.database import as_moment, query, write
from cinema_project.common.errors import TooMany

LONGEST_NAME = 255
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures in so many seconds, of those that share these columns of the failure log."""

    columns: tuple[str, ...]
    failures: int
    seconds: int


LIMITS = (
    Limit(("username", "ip_address"), 10, 900),
    Limit(("username",), 100, 3600),
    Limit(("ip_address",), 1000, 3600),
)


class TooManyFailures(TooMany):
    code = "too_many_failures"

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(f"Too many failed sign-ins. Please try again in {wait}.", retry_after=seconds)


class FailureLimits(AxesDatabaseHandler):
    """The handler of ``AXES_HANDLER``."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        return seconds_locked(account_of(request, credentials), client_address(request)) > 0

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
        account, address = account_of(request, credentials), client_address(request)
        refused_unseen = getattr(request, "axes_locked_out", False)
        if not refused_unseen and _note_failure(account, address, request) > 0:
            request.axes_locked_out = True

    def user_logged_in(self, sender: Any, request: Any, user: User, **_: Any) -> None:
        forget_failures(user.email, client_address(request))

    def user_logged_out(self, sender: Any, request: Any, user: Any, **_: Any) -> None:
        """Signing out changes no limit."""

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        failures = AccessFailureLog.objects.all()
        if ip_address:
            failures = failures.filter(ip_address=ip_address)
        if username:
            failures = failures.filter(username=username)
        count, _ = failures.delete()
        return count


def account_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return whose password is guessed: one spelling, whether or not there is such an account."""
    given = credentials or {}
    return canonical_email(str(given.get("email") or given.get("username") or ""))[:LONGEST_NAME]


def check_not_one_too_many(email: str, request: HttpRequest) -> None:
    """Let a wrong guess be answered as one, if it was within the limits.

    :raises TooManyFailures: if it was not
    """
    if getattr(request, "axes_locked_out", False):
        check_not_locked(email, request)


def check_not_locked(email: str, request: HttpRequest) -> None:
    """Let somebody pass of whose account there were few wrong guesses.

    :raises TooManyFailures: if there were too many
    """
    seconds = seconds_locked(account_of(request, {"email": email}), client_address(request))
    if seconds:
        raise TooManyFailures(seconds)


def seconds_locked(account: str, address: str) -> int:
    """Return for how many more seconds no guess is looked at; 0 if the next one is."""
    return max(_seconds_locked(limit, account, address, limit.failures) for limit in LIMITS)


def told_in_headers(email: str, request: HttpRequest) -> dict[str, str]:
    """Return ``RateLimit`` and ``RateLimit-Policy``: how many wrong guesses this account has left from here."""
    limit, account, address = LIMITS[0], account_of(request, {"email": email}), client_address(request)
    since = clock.now() - timedelta(seconds=limit.seconds)
    failures = AccessFailureLog.objects.filter(username=account, ip_address=address, attempt_time__gt=since).count()
    wait = _seconds_locked(limit, account, address, 1)
    return {
        "RateLimit": f'"sign-in";r={max(0, limit.failures - failures)};t={wait}',
        "RateLimit-Policy": f'"sign-in";q={limit.failures};w={limit.seconds}',
    }


@write
def forget_failures(account: str, address: str) -> None:
    """Begin to count anew for somebody who knew the password."""
    query("DELETE FROM axes_accessfailurelog WHERE username = %s AND ip_address = %s", [account, address])


@write
def forget_account(account: str) -> None:
    """Begin to count anew for an account whose mailbox was proven: guesses of others lock its owner out no longer."""
    query("DELETE FROM axes_accessfailurelog WHERE username = %s", [account])


def prune_failures() -> int:
    """Forget failures that count no more; return how many."""
    count, _ = AccessFailureLog.objects.filter(attempt_time__lt=clock.now() - KEPT).delete()
    return count


def locked_page(request: HttpRequest, response: HttpResponse, credentials: Any = None) -> HttpResponse:
    """Answer a page whose form was refused for this; an answer that says so already stays."""
    if response.status_code == 429:
        return response
    locked = render(request, "accounts/locked.html", status=429)
    locked["Retry-After"] = str(max(1, seconds_locked(account_of(request, credentials), client_address(request))))
    return locked


@write
def _note_failure(account: str, address: str, request: HttpRequest) -> int:
    """Write one failure down; return for how many seconds it was one too many, else 0."""
    if connection.vendor == "postgresql":  # SQLite has but one writer
        query("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-in:{account}"])
    agent = request.META.get("HTTP_USER_AGENT", "")[:255].replace("\0", "")
    query(
        "INSERT INTO axes_accessfailurelog"
        " (username, ip_address, user_agent, http_accept, path_info, attempt_time, locked_out)"
        f" VALUES (%s, %s, %s, '', %s, {NOW_SQL}, %s)",
        [account, address, agent, request.path[:255], False],
    )
    return max(_seconds_locked(limit, account, address, limit.failures + 1) for limit in LIMITS)


def _seconds_locked(limit: Limit, account: str, address: str, allowed: int) -> int:
    """Look at the oldest failure that must grow old before there are fewer than ``allowed``."""
    values = {"username": account, "ip_address": address}
    same = " AND ".join(f"{column} = %s" for column in limit.columns)
    rows = query(
        f"SELECT attempt_time, {NOW_SQL} FROM axes_accessfailurelog WHERE {same}"
        f" ORDER BY attempt_time DESC LIMIT 1 OFFSET {allowed - 1}",
        [values[column] for column in limit.columns],
    )
    if not rows:
        return 0
    failed_at, now = _moments(rows[0])
    left = failed_at + timedelta(seconds=limit.seconds) - now
    return max(0, -int(-left.total_seconds() // 1))


def _moments(row: tuple[Any, ...]) -> tuple[datetime, datetime]:
    failed_at, now = as_moment(row[0]), as_moment(row[1])
    assert failed_at is not None
    assert now is not None
    return failed_at, now
