"""Reads about people."""

from django.conf import settings
from django.db.models import prefetch_related_objects

from accounts.models import User
from accounts.roles import role_named


def groups_of(user: User) -> tuple[str, ...]:
    """Return the names of the user's groups, sorted. Asks the database once for each loaded user."""
    prefetch_related_objects([user], "groups")
    return tuple(sorted(group.name for group in user.groups.all()))


def role_of(user: User) -> str:
    """Return ``admin``, ``manager`` or ``user``."""
    return role_named(is_superuser=user.is_superuser, groups=groups_of(user))


def picture_url_of(user: User) -> str | None:
    """Return the absolute address of the user's picture, wherever it lies."""
    if not user.picture:
        return user.profile_picture_url or None
    address = user.picture.url
    return settings.SITE_URL + address if address.startswith("/") else address
