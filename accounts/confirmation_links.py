"""Links that prove a mailbox: signed, stored nowhere. They count for a day, on the database's clock."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from cinema_project.common import clock
from cinema_project.common.errors import Invalid

COUNTS_FOR = timedelta(days=1)
SALT = "accounts.confirmation_links"


class LinkInvalid(Invalid):
    code = "link_invalid"

    def __init__(self) -> None:
        super().__init__("This link is no longer good. Please ask for a new one.")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a genuine link says: this user can read the mail of this address."""

    user: UUID
    email: str
    state: str

    def fits(self, user: User) -> bool:
        """Tell whether the user's address and password are still those of when the link was made."""
        return constant_time_compare(self.state, state_of(user))


def confirmation_token(user: User, email: str, state: str) -> str:
    """Return the token of a link, to be sent to this address and nowhere else.

    :param state: of the account when the link was asked for, see ``state_of``
    """
    until = int((clock.now() + COUNTS_FOR).timestamp())
    return signing.dumps([user.uuid.hex, email, state, until], salt=SALT)


def read_link(token: str) -> Confirmation:
    """Return what the link says.

    :raises LinkInvalid: if it is none of ours, or too old
    """
    try:
        user, email, state, until = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise LinkInvalid from None
    if clock.now().timestamp() >= until:
        raise LinkInvalid
    return Confirmation(UUID(hex=user), email, state)


def state_of(user: User) -> str:
    """Return what must not change between asking for a new address and confirming it: the old one, the password."""
    return salted_hmac(SALT, f"{user.email}|{user.password}", algorithm="sha256").hexdigest()[:20]
