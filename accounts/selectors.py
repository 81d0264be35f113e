"""Reads about people."""

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
