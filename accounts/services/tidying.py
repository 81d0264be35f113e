"""Rows about people that nobody needs any more."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q

from accounts.login_limits import prune_failures
from accounts.models import TokenFamily
from cinema_project.common import clock

SIGN_INS_KEPT = timedelta(days=30)
"""For the admin and the person's own export; they count no more."""


def forget_what_is_over() -> dict[str, int]:
    """Delete failed sign-ins that count no more, visits of the pages and sign-ins long over; return how many of each.

    Safe to repeat, and at any time.
    """
    now = clock.now()
    over = TokenFamily.objects.filter(Q(revoked_at__lt=now - SIGN_INS_KEPT) | Q(expires_at__lt=now - SIGN_INS_KEPT))
    visits = Session.objects.filter(expire_date__lt=now)
    return {"failures": prune_failures(), "sign_ins": over.delete()[0], "visits": visits.delete()[0]}
