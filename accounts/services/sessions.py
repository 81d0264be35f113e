"""Signing in and out."""

from contextlib import suppress

from django.contrib.auth import authenticate
from django.db.models import F

from accounts.callers import Caller
from accounts.models import User
from accounts.services.passwords import WrongPassword, change_password
from accounts.signatures import BadToken
from accounts.tokens import TokenPair, issue_tokens, renew, revoke_family, rotate
from cinema_project.common.database import write
from cinema_project.common.errors import Unauthenticated


class WrongCredentials(Unauthenticated):
    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("Incorrect email or password")


def check_credentials(*, email: str, password: str) -> User:
    """Return the active person with this address and password; takes the same time for an unknown address.

    :raises WrongCredentials: if there is none
    """
    user = authenticate(username=email, password=password)
    if not isinstance(user, User):
        raise WrongCredentials
    return user


def sign_in(*, email: str, password: str) -> TokenPair:
    """Begin a token family.

    :raises WrongCredentials: if the address or the password is wrong, or the person suspended
    """
    return issue_tokens(user=check_credentials(email=email, password=password))


def refresh_tokens(*, token: str) -> TokenPair:
    """Return new tokens for a refresh token, which is spent, or for an access token that still counts.

    :raises Unauthenticated: if the token does not count
    """
    with suppress(BadToken):
        return renew(token)
    return rotate(token)


def sign_in_with_new_password(*, email: str, password: str, new: str) -> TokenPair:
    """Change the password of somebody who is not signed in but knows it, and sign them in; all else of theirs ends.

    :raises WrongCredentials: if the address or the password is wrong, or the person suspended
    :raises PasswordRefused: if the new one is too easy to guess
    """
    user = check_credentials(email=email, password=password)
    try:
        change_password(user=user, current=password, new=new, field="newPassword")
    except WrongPassword:  # another change came first
        raise WrongCredentials from None
    return issue_tokens(user=user)


def sign_out(*, caller: Caller) -> None:
    """End the caller's token family: its tokens are refused from now on, its sockets close within seconds."""
    if caller.family:
        revoke_family(caller.family)


@write
def end_page_sockets(*, user: User) -> None:
    """Let the sockets of the pages that this user has open close within seconds; signed-in pages reconnect."""
    User.objects.filter(pk=user.pk).update(page_epoch=F("page_epoch") + 1)
