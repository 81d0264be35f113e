"""Passwords: which are good enough, and how they change."""

import uuid

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest

from accounts.models import TokenFamily, User
from accounts.services.credentials import WrongCredentials, check_credentials
from cinema_project.common import clock, outbox
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid


class PasswordRefused(Invalid):
    code = "password_refused"

    def __init__(self, sentences: list[str], field: str) -> None:
        super().__init__(" ".join(sentences), errors=[{"pointer": f"/{field}", "detail": each} for each in sentences])


class WrongPassword(Invalid):
    code = "wrong_password"

    def __init__(self) -> None:
        sentence = "Current password is incorrect"
        super().__init__(sentence, errors=[{"pointer": "/current_password", "detail": sentence}])


def check_new_password(password: str, user: User, *, field: str = "password") -> None:
    """Let a password pass that is hard enough to guess for somebody who knows the user.

    :param field: of the request, for the answer to name
    :raises PasswordRefused: if it is too easy
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordRefused(error.messages, field) from None


def change_password(
    *, user: User, current: str, new: str, request: HttpRequest, keep_family: str | None = None
) -> None:
    """Give somebody who is signed in another password; all their sign-ins end, but for the one kept.

    :param request: where it comes from: guessing the current password is limited like signing in
    :param keep_family: the token family that made the request
    :raises WrongPassword: if ``current`` is not their password, or no longer
    :raises TooManyFailures: after too many wrong guesses
    :raises PasswordRefused: if the new one is too easy to guess
    """
    confirm_password(user=user, password=current, request=request)
    set_password(user=user, new=new, keep_family=keep_family)


def confirm_password(*, user: User, password: str, request: HttpRequest) -> None:
    """Let somebody go on who is signed in and knows the password, too.

    :raises WrongPassword: if it is another
    :raises TooManyFailures: after too many wrong guesses
    """
    try:
        check_credentials(email=user.email, password=password, request=request)
    except WrongCredentials:
        raise WrongPassword from None


def set_password(*, user: User, new: str, keep_family: str | None = None, field: str = "new_password") -> None:
    """Store another password, tell the person, and end the sign-ins made with the old one.

    :param field: of the request, for the answer to name
    :raises PasswordRefused: if it is too easy to guess
    :raises WrongPassword: if the password was changed meanwhile
    """
    check_new_password(new, user, field=field)
    _replace(user, make_password(new), keep_family)  # slow on purpose, so before the transaction


@write
def _replace(user: User, hashed: str, keep_family: str | None) -> None:
    changed = User.objects.filter(pk=user.pk, password=user.password).update(
        password=hashed, page_epoch=F("page_epoch") + 1, updated_at=clock.now()
    )
    if not changed:
        raise WrongPassword
    families = TokenFamily.objects.filter(user=user, revoked_at=None)
    if keep_family:
        families = families.exclude(pk=keep_family)
    families.update(revoked_at=clock.now())
    outbox.add("password_changed", key=uuid.uuid4().hex, payload={"email": user.email})
    user.password = hashed
