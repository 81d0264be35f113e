"""What staff do about other people's accounts."""

import uuid
from collections.abc import Sequence

from django.db.models import F

from accounts.models import TokenFamily, User
from accounts.selectors import people_within_reach
from accounts.services.admins import check_an_admin_remains
from cinema_project.common import clock, outbox
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict, NotAllowed


class OwnAccount(Conflict):
    code = "own_account"


@write
def suspend_users(*, user_ids: Sequence[int], by: User) -> int:
    """Shut people out: their tokens, pages and sockets end. Return how many were not suspended before.

    :raises OwnAccount: if ``by`` is among them
    :raises NotAllowed: if somebody among them is out of the reach of ``by``, such as an admin
    :raises LastAdmin: if nobody else could run the cinema
    """
    if by.pk in user_ids:
        raise OwnAccount("You cannot suspend yourself.")
    people = User.objects.filter(pk__in=user_ids)
    if people.exclude(pk__in=people_within_reach(by)).exists():
        raise NotAllowed("Only an admin can suspend an admin.")
    check_an_admin_remains(without=user_ids)
    by.refresh_from_db(fields=["is_active"])
    if not by.is_active:  # another admin was faster
        raise NotAllowed("Your account was suspended.")
    count = people.filter(is_active=True).update(is_active=False)
    end_sign_ins(user_ids=user_ids)
    return count


@write
def unsuspend_users(*, user_ids: Sequence[int], by: User) -> int:
    """Let people in again; return how many were suspended.

    :raises NotAllowed: if somebody among them is out of the reach of ``by``, such as an admin
    """
    people = User.objects.filter(pk__in=user_ids, is_active=False, closed_at=None)
    if people.exclude(pk__in=people_within_reach(by)).exists():
        raise NotAllowed("Only an admin can let an admin in again.")
    return people.update(is_active=True)


@write
def sign_out_users(*, user_ids: Sequence[int], by: User) -> int:
    """End every sign-in of these people, who may sign in again. Return how many people they are.

    :raises NotAllowed: if somebody among them is out of the reach of ``by``, such as an admin
    """
    people = User.objects.filter(pk__in=user_ids)
    if people.exclude(pk__in=people_within_reach(by)).exists():
        raise NotAllowed("Only an admin can end an admin's sign-ins.")
    end_sign_ins(user_ids=user_ids)
    return people.count()


@write
def end_sign_ins(*, user_ids: Sequence[int]) -> None:
    """End every token of these people, every visit of the pages, and the sockets that hang on them."""
    TokenFamily.objects.filter(user__in=user_ids, revoked_at=None).update(revoked_at=clock.now())
    User.objects.filter(pk__in=user_ids).update(page_epoch=F("page_epoch") + 1, session_epoch=F("session_epoch") + 1)


@write
def password_was_set(*, user: User) -> None:
    """End what began with the old password, and tell the person: staff gave them a new one."""
    end_sign_ins(user_ids=[user.pk])
    user.refresh_from_db(fields=["page_epoch", "session_epoch"])
    outbox.add("password_changed", key=uuid.uuid4().hex, payload={"email": user.email})


@write
def email_was_set(*, user: User, old: str) -> None:
    """Tell the mailbox that was the person's: staff gave them another address, which nobody has confirmed yet."""
    User.objects.filter(pk=user.pk).update(email_confirmed_at=None)
    outbox.add("email_changed", key=uuid.uuid4().hex, payload={"old": old, "new": user.email})
