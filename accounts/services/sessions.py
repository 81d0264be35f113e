"""Signing in and out."""

from contextlib import suppress
from datetime import timedelta

from django.contrib.auth.signals import user_logged_in
from django.db.models import F
from django.http import HttpRequest

from accounts.callers import Caller
from accounts.models import TokenFamily, User
from accounts.services.credentials import WrongCredentials, check_credentials
from accounts.services.passwords import WrongPassword, set_password
from accounts.signatures import BadToken
from accounts.supervision import end_sign_ins
from accounts.tokens import TokenPair, issue_tokens, renew, revoke_family, rotate
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import NotAllowed

FRESH = timedelta(hours=1)
"""What may take an account from its owner wants a sign-in no older than this."""


class SignInAgain(NotAllowed):
    code = "sign_in_again"

    def __init__(self) -> None:
        super().__init__("This takes a sign-in of the last hour. Please sign in again.")


def sign_in(*, email: str, password: str, request: HttpRequest) -> TokenPair:
    """Begin a token family.

    :raises WrongCredentials: if the address or the password is wrong, or the person suspended
    :raises TooManyFailures: after too many wrong guesses
    """
    user = check_credentials(email=email, password=password, request=request)
    user_logged_in.send(sender=User, request=request, user=user)
    return issue_tokens(user=user)


def refresh_tokens(*, token: str) -> TokenPair:
    """Return new tokens for a refresh token, which is spent, or for an access token that still counts.

    :raises Unauthenticated: if the token does not count
    """
    with suppress(BadToken):
        return renew(token)
    return rotate(token)


def sign_in_with_new_password(*, email: str, password: str, new: str, request: HttpRequest) -> TokenPair:
    """Change the password of somebody who is not signed in but knows it, and sign them in; all else of theirs ends.

    :raises WrongCredentials: if the address or the password is wrong, or the person suspended
    :raises TooManyFailures: after too many wrong guesses
    :raises PasswordRefused: if the new one is too easy to guess
    """
    user = check_credentials(email=email, password=password, request=request)
    try:
        set_password(user=user, new=new, field="newPassword")
    except WrongPassword:  # another change came first
        raise WrongCredentials from None
    return issue_tokens(user=user)


def check_fresh_sign_in(*, caller: Caller) -> None:
    """Let somebody pass who gave their password lately.

    :raises SignInAgain: if that was over an hour ago
    """
    since = clock.now() - FRESH
    if not TokenFamily.objects.filter(pk=caller.family or "", created_at__gt=since).exists():
        raise SignInAgain


def sign_out(*, caller: Caller) -> None:
    """End the caller's token family: its tokens are refused from now on, its sockets close within seconds."""
    if caller.family:
        revoke_family(caller.family)


def sign_out_everywhere(*, user: User) -> None:
    """End all of the user's sign-ins: apps, pages, sockets."""
    end_sign_ins(user_ids=[user.pk])
    user.refresh_from_db(fields=["page_epoch", "session_epoch"])


@write
def end_page_sockets(*, user: User) -> None:
    """Let the sockets of the pages that this user has open close within seconds; signed-in pages reconnect."""
    User.objects.filter(pk=user.pk).update(page_epoch=F("page_epoch") + 1)
