"""Whose mailbox an address is: proven by a link, for a new account as for a new address."""

import uuid

from django.db import IntegrityError, transaction

from accounts.confirmation_links import Confirmation, LinkInvalid, read_link
from accounts.models import User
from accounts.services.links import ask_to_confirm, may_mail_link
from accounts.services.registration import checked_new_email
from cinema_project.common import clock, outbox
from cinema_project.common.database import write


def request_email_change(*, user: User, email: str) -> None:
    """Have a link mailed to the new address, which counts from the moment that the link is followed.

    Of an address that somebody has nothing is said, and nothing is sent to it.

    :raises EmailInvalid: if it is no e-mail address
    """
    address = checked_new_email(email)
    if address != user.email and not User.objects.filter(email=address).exists():
        request_confirmation(user=user, email=address)


def request_confirmation(*, user: User, email: str) -> None:
    """Have a link mailed that proves this mailbox to be the user's."""
    if may_mail_link(email):
        write(ask_to_confirm)(user=user, email=email)


@write
def confirm_email(*, token: str) -> User:
    """Believe that the user of the link has its mailbox; a new address becomes theirs. Twice is as good as once.

    :raises LinkInvalid: if the link does not count, or no longer
    """
    link = read_link(token)
    user = User.objects.select_for_update().filter(uuid=link.user, is_active=True).first()
    if user is None:
        raise LinkInvalid
    if user.email != link.email:
        _move(user, link)
    elif user.email_confirmed_at is None:
        user.email_confirmed_at = clock.now()
        user.save(update_fields=["email_confirmed_at", "updated_at"])
    return user


def _move(user: User, link: Confirmation) -> None:
    if not link.fits(user):
        raise LinkInvalid
    old, user.email, user.email_confirmed_at = user.email, link.email, clock.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_confirmed_at", "updated_at"])
    except IntegrityError:  # somebody else has the address by now
        raise LinkInvalid from None
    outbox.add("email_changed", key=uuid.uuid4().hex, payload={"old": old, "new": user.email})
