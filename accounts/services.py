"""Becoming known, signing in, signing out."""

from contextlib import suppress

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.callers import Caller
from accounts.models import User, canonical_email
from accounts.signatures import BadToken
from accounts.tokens import TokenPair, issue_tokens, renew, revoke_family, rotate
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid, Unauthenticated

LONGEST_EMAIL = 255


class EmailTaken(Invalid):
    code = "email_taken"

    def __init__(self) -> None:
        sentence = "Email already registered"
        super().__init__(sentence, errors=[{"pointer": "/email", "detail": sentence}])


class EmailInvalid(Invalid):
    code = "email_invalid"

    def __init__(self) -> None:
        sentence = "Enter a valid email address."
        super().__init__(sentence, errors=[{"pointer": "/email", "detail": sentence}])


class PasswordRefused(Invalid):
    code = "password_refused"

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences), errors=[{"pointer": "/password", "detail": each} for each in sentences])


class WrongCredentials(Unauthenticated):
    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("Incorrect email or password")


def register_user(*, email: str, password: str, full_name: str = "") -> User:
    """Create an account for an address that has none.

    :raises EmailInvalid: if it is no e-mail address
    :raises EmailTaken: if the address is known, in whatever spelling
    :raises PasswordRefused: if the password is too easy to guess
    """
    user = User(email=_checked_email(email), full_name=full_name)
    if User.objects.filter(email=user.email).exists():
        raise EmailTaken
    _check_password(password, user)
    user.password = make_password(password)  # slow on purpose, so before the transaction
    _insert(user)
    return user


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


def sign_out(*, caller: Caller) -> None:
    """End the caller's token family: its tokens are refused from now on, its sockets close within seconds."""
    if caller.family:
        revoke_family(caller.family)


@write
def end_page_sockets(*, user: User) -> None:
    """Let the sockets of the pages that this user has open close within seconds; signed-in pages reconnect."""
    User.objects.filter(pk=user.pk).update(page_epoch=F("page_epoch") + 1)


def _checked_email(email: str) -> str:
    address = canonical_email(email)
    try:
        validate_email(address)
    except ValidationError:
        raise EmailInvalid from None
    if len(address) > LONGEST_EMAIL:
        raise EmailInvalid
    return address


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordRefused(error.messages) from None


@write
def _insert(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:  # two registrations at the same moment
        raise EmailTaken from None
