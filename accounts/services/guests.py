"""Visitors who hold seats before they sign in: rows of their own, which nobody can sign in as."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac

from accounts.models import User
from cinema_project.common.database import write

DOMAIN = "guests.invalid"  # where no mail can arrive (RFC 2606)
SESSION_KEY = "guest_id"


def guest_of(session: SessionBase) -> User | None:
    """Return the guest whose id lies in this session, if there still is one."""
    guest_id = session.get(SESSION_KEY)
    return User.objects.filter(pk=guest_id, is_guest=True).first() if guest_id else None


@write
def make_guest(*, browser: str) -> User:
    """Return the guest for this browser, made if need be.

    A button pressed twice sends two requests, and neither knows the session that the other begins: hence the name.

    :param browser: a secret of the visitor's browser
    """
    digest = salted_hmac("accounts.guests", browser, algorithm="sha256").hexdigest()
    made = {"is_guest": True, "password": make_password(None)}
    guest, _ = User.objects.get_or_create(email=f"guest-{UUID(digest[:32])}@{DOMAIN}", defaults=made)
    return guest
