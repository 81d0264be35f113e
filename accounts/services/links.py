"""Links by mail, to addresses that anybody may have typed in."""

import uuid
from typing import Any

from accounts.confirmation_links import state_of
from accounts.models import User
from accounts.request_rates import LINKS_BY_MAIL
from cinema_project.common import outbox
from cinema_project.common.rates import RateExceeded, spend


def may_mail_link(to: str) -> bool:
    """Tell whether this mailbox may get another link, or somebody seems to be flooding it. Counts; asks Redis."""
    try:
        spend(LINKS_BY_MAIL, to)
    except RateExceeded:
        return False
    return True


def mail_link(topic: str, payload: dict[str, Any]) -> None:
    """Promise a mail with a link. Inside a transaction, and after ``may_mail_link``."""
    outbox.add(topic, key=uuid.uuid4().hex, payload=payload)


def ask_to_confirm(*, user: User, email: str) -> None:
    """Promise a link that proves this mailbox to be the user's. Inside a transaction, and after ``may_mail_link``."""
    mail_link("email_confirmation", {"user_id": user.pk, "email": email, "state": state_of(user)})
