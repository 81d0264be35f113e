"""Door out: what mails about accounts say. The mailer calls these after the commit, and again should it fail."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.confirmation_links import COUNTS_FOR, confirmation_token
from accounts.models import User
from accounts.reset_tokens import reset_token
from cinema_project.common.letters import Letter

Payload = dict[str, Any]


def password_reset(payload: Payload) -> Letter | None:
    """Write the link for a new password to this address, if somebody active has it.

    Whoever asked learns nothing from how long this takes: it happens elsewhere, and later.
    """
    user = User.objects.filter(email=payload["email"], is_active=True, is_guest=False).first()
    if user is None:
        return None
    link = settings.SITE_URL + reverse("accounts:reset_password", args=[reset_token(user)])
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    return _letter("password_reset", "Choose a new password", user.email, link=link, minutes=minutes)


def email_confirmation(payload: Payload) -> Letter | None:
    """Write the link that proves a mailbox, to an account's own address or to the one it is to have."""
    user = User.objects.filter(pk=payload["user_id"], is_active=True).first()
    if user is None:
        return None
    token = confirmation_token(user, payload["email"], payload["state"])
    link = settings.SITE_URL + reverse("accounts:confirm_email", args=[token])
    hours = int(COUNTS_FOR.total_seconds() // 3600)
    return _letter("email_confirmation", "Confirm your address", payload["email"], link=link, hours=hours)


def email_changed(payload: Payload) -> Letter:
    """Write to the mailbox that was an account's address, in case its owner knows nothing of the change."""
    return _letter("email_changed", "Your address was changed", payload["old"], new=payload["new"])


def password_changed(payload: Payload) -> Letter:
    """Write to somebody that their password is another one now, in case they know nothing of it."""
    return _letter("password_changed", "Your password was changed", payload["email"])


def _letter(template: str, subject: str, to: str, **context: Any) -> Letter:
    return Letter(to, subject, f"accounts/mails/{template}", context)
