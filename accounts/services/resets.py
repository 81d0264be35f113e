"""A new password for somebody who forgot theirs."""

from accounts.login_limits import forget_account
from accounts.models import User
from accounts.reset_tokens import user_of
from accounts.services.links import mail_link, may_mail_link
from accounts.services.passwords import WrongPassword, set_password
from accounts.services.registration import checked_email
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid


class ResetTokenInvalid(Invalid):
    code = "reset_token_invalid"

    def __init__(self) -> None:
        super().__init__("Invalid or expired reset token")


def request_password_reset(*, email: str) -> None:
    """Have a one-time link mailed to this address, if it has an account; the same work and time if not.

    :raises EmailInvalid: if it is no e-mail address
    """
    address = checked_email(email)
    if may_mail_link(address):
        write(mail_link)("password_reset", {"email": address})


def reset_password(*, token: str, password: str, field: str = "new_password") -> User:
    """Give the token's bearer the password they chose; all sign-ins made before end, and so does a lock.

    :param field: of the request, for the answer to name
    :raises ResetTokenInvalid: if the token does not count, or no longer
    :raises PasswordRefused: if the password is too easy to guess
    """
    user = user_of(token)
    if user is None:
        raise ResetTokenInvalid
    try:
        set_password(user=user, new=password, field=field)
    except WrongPassword:  # the token was used twice at the same moment
        raise ResetTokenInvalid from None
    forget_account(user.email)
    return user
