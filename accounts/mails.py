"""Door out: mails about accounts. The relay calls these after the commit, and again should they fail."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.confirmation_links import COUNTS_FOR, confirmation_token
from accounts.models import User
from accounts.reset_tokens import reset_token


def send_password_reset(payload: dict[str, Any]) -> None:
    """Mail the link for a new password to this address, if somebody active has it.

    Whoever asked learns nothing from how long this takes: it happens elsewhere, and later.
    """
    user = User.objects.filter(email=payload["email"], is_active=True, is_guest=False).first()
    if user is None:
        return
    link = settings.SITE_URL + reverse("accounts:reset_password", args=[reset_token(user)])
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    _send("password_reset", "Choose a new password", user.email, user=user, link=link, minutes=minutes)


def send_email_confirmation(payload: dict[str, Any]) -> None:
    """Mail the link that proves a mailbox, to an account's own address or to the one it is to have."""
    user = User.objects.filter(pk=payload["user_id"], is_active=True).first()
    if user is None:
        return
    token = confirmation_token(user, payload["email"], payload["state"])
    link = settings.SITE_URL + reverse("accounts:confirm_email", args=[token])
    hours = COUNTS_FOR.total_seconds() // 3600
    _send("email_confirmation", "Confirm your address", payload["email"], user=user, link=link, hours=int(hours))


def send_email_changed(payload: dict[str, Any]) -> None:
    """Tell the mailbox that was an account's address, in case its owner knows nothing of the change."""
    _send("email_changed", "Your address was changed", payload["old"], new=payload["new"])


def send_password_changed(payload: dict[str, Any]) -> None:
    """Tell somebody that their password is another one now, in case they know nothing of it."""
    _send("password_changed", "Your password was changed", payload["email"])


def _send(template: str, subject: str, to: str, **context: Any) -> None:
    text = render_to_string(f"accounts/mails/{template}.txt", {"site_name": settings.SITE_NAME, **context})
    send_mail(f"{subject} · {settings.SITE_NAME}", text, None, [to])
