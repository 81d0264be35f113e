"""Leaving: of a person remains a row that says that somebody was here."""

from django.contrib.auth.hashers import make_password
from django.db.models import F, Q

from accounts.models import ApiKey, TokenFamily, User
from accounts.services.pictures import remove_picture
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict
from cinema_project.common.models import IdempotencyRecord


class LastAdmin(Conflict):
    code = "last_admin"

    def __init__(self) -> None:
        super().__init__("You are the last admin. Make somebody else one first.")


def check_may_leave(user: User) -> None:
    """Let anybody leave but the last who could run the cinema.

    :raises LastAdmin: if that is who it is
    """
    admins = User.objects.filter(is_superuser=True, is_active=True)
    if user.is_superuser and not admins.exclude(pk=user.pk).exists():
        raise LastAdmin


@write
def erase_person(*, user: User) -> None:
    """Void the user's sign-ins and keys, and replace what is personal; sales keep their rows for accounting.

    The address is free again. Twice is as good as once.

    :raises LastAdmin: if nobody else could run the cinema
    """
    # With the other admins: of two that leave at the same moment, one stays.
    locked = User.objects.select_for_update().filter(Q(pk=user.pk) | Q(is_superuser=True))
    person = next(one for one in locked.order_by("pk") if one.pk == user.pk)
    if person.closed_at is not None:
        return
    check_may_leave(person)
    now = clock.now()
    TokenFamily.objects.filter(user=person, revoked_at=None).update(revoked_at=now)
    ApiKey.objects.filter(created_by=person, revoked_at=None).update(revoked_at=now)
    IdempotencyRecord.objects.filter(user_id=person.pk).delete()
    person.searches.all().delete()
    person.groups.clear()
    person.user_permissions.clear()
    remove_picture(user=person)
    User.objects.filter(pk=person.pk).update(
        email=f"closed-{person.uuid.hex}@closed.invalid",
        password=make_password(None),
        full_name="",
        date_of_birth=None,
        email_confirmed_at=None,
        is_active=False,
        is_staff=False,
        is_superuser=False,
        notifications_enabled=False,
        newsletter_subscribed=False,
        page_epoch=F("page_epoch") + 1,
        closed_at=now,
        updated_at=now,
    )
