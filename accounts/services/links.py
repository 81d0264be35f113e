"""Links by mail, to addresses that anybody may have typed in."""

import uuid
from typing import Any

from accounts.request_rates import LINKS_BY_MAIL
from cinema_project.common import outbox
from cinema_project.common.rates import RateExceeded, spend


def mail_link(topic: str, *, to: str, payload: dict[str, Any]) -> None:
    """Promise a mail with a link to this address; none if somebody seems to be flooding the mailbox.

    Whoever asked learns of neither.
    """
    try:
        spend(LINKS_BY_MAIL, to)
    except RateExceeded:
        return
    outbox.add(topic, key=uuid.uuid4().hex, payload=payload)


def ask_to_confirm(*, user_id: int, email: str) -> None:
    """Promise a link that proves this mailbox to be the user's."""
    mail_link("email_confirmation", to=email, payload={"user_id": user_id, "email": email})
