"""Door out: mails about accounts. The relay calls these after the commit, and again should they fail."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from accounts.reset_tokens import reset_token


def send_password_reset(payload: dict[str, Any]) -> None:
    """Mail the link for a new password to this address, if somebody active has it.

    Whoever asked learns nothing from how long this takes: it happens elsewhere, and later.
    """
    user = User.objects.filter(email=payload["email"], is_active=True).first()
    if user is None:
        return
    link = settings.SITE_URL + reverse("accounts:reset_password", args=[reset_token(user)])
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    text = render_to_string("accounts/mails/password_reset.txt", {"link": link, "minutes": minutes, "user": user})
    send_mail(f"Choose a new password for {settings.SITE_NAME}", text, None, [user.email])
