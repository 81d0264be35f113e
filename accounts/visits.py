"""A visit of the pages: from a sign-in until it is ended, or its time is up, however much it is used."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
STAFF_VISIT = timedelta(hours=12)
"""Who may enter the admin signs in once a working day."""


def begin_visit(request: HttpRequest, user: User) -> None:
    """Sign the visitor in as this person."""
    login(request, user, backend=BACKEND)
    renew_visit(request, user)


def renew_visit(request: HttpRequest, user: User) -> None:
    """Give the visit of somebody who just gave their password another key, and its full time.

    Django itself keeps the key when the same person signs in once more, and prolongs a visit with each change.
    """
    request.session.cycle_key()
    request.session.set_expiry(STAFF_VISIT if user.is_staff else timedelta(seconds=settings.SESSION_COOKIE_AGE))
