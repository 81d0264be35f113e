"""Who somebody is, by address and password."""

from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.login_limits import check_not_locked, check_not_one_too_many
from accounts.models import User
from cinema_project.common.errors import Unauthenticated


class WrongCredentials(Unauthenticated):
    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("Incorrect email or password")


def check_credentials(*, email: str, password: str, request: HttpRequest) -> User:
    """Return the active person with this address and password; takes the same time for an unknown address.

    :param request: where the guess comes from, which is what the limits count by
    :raises WrongCredentials: if there is none
    :raises TooManyFailures: after too many wrong guesses; a right one is not looked at then
    """
    user = authenticate(request, email=email, password=password)
    if not isinstance(user, User):
        check_not_one_too_many(email, request)
        raise WrongCredentials
    check_not_locked(email, request)  # again: others may have guessed wrong meanwhile
    return user
