"""One-time tokens for a new password: signed, stored nowhere, void once the password or the last sign-in changes."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from accounts.models import User
from cinema_project.common import clock


class _Tokens(PasswordResetTokenGenerator):
    """Django's, by the database's clock. They count for ``PASSWORD_RESET_TIMEOUT`` seconds."""

    def _now(self) -> datetime:
        return clock.now().replace(tzinfo=None)


_tokens = _Tokens()


def reset_token(user: User) -> str:
    """Return a token that lets its bearer choose this user's next password."""
    return f"{user.uuid.hex}.{_tokens.make_token(user)}"


def user_of(token: str) -> User | None:
    """Return the active user of a token that counts."""
    name, _, proof = token.partition(".")
    try:
        uuid = UUID(hex=name)
    except ValueError:
        return None
    user = User.objects.filter(uuid=uuid, is_active=True, is_guest=False).first()
    return user if user and _tokens.check_token(user, proof) else None
