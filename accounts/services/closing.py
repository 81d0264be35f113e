"""Leaving: of a person remains a row that says that somebody was here."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q

from accounts.models import ApiKey, TokenFamily, User
from accounts.services.admins import check_an_admin_remains
from accounts.services.pictures import remove_picture
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.models import IdempotencyRecord


@write
def erase_person(*, user: User) -> None:
    """Void the user's sign-ins and keys, and replace what is personal; sales keep their rows for accounting.

    The address is free again. Twice is as good as once.

    :raises LastAdmin: if nobody else could run the cinema
    """
    check_an_admin_remains(without=[user.pk])
    person = User.objects.select_for_update().get(pk=user.pk)
    if person.closed_at is not None:
        return
    now = clock.now()
    TokenFamily.objects.filter(user=person, revoked_at=None).update(revoked_at=now)
    ApiKey.objects.filter(created_by=person, revoked_at=None).update(revoked_at=now)
    IdempotencyRecord.objects.filter(Q(user_id=person.pk) | Q(user_id=0, body__contains=str(person.uuid))).delete()
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=people, object_id=person.pk).update(object_repr="somebody who left")
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
