"""Reads about people."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet, prefetch_related_objects

from accounts.models import ApiKey, Search, TokenFamily, User
from accounts.roles import GROUPS, MANAGER, role_named
from cinema_project.common import clock
from cinema_project.common.errors import NotFound


class PersonNotFound(NotFound):
    code = "user_not_found"


class ApiKeyNotFound(NotFound):
    code = "api_key_not_found"


def groups_of(user: User) -> tuple[str, ...]:
    """Return the names of the user's groups, sorted. Asks the database once for each loaded user."""
    prefetch_related_objects([user], "groups")
    return tuple(sorted(group.name for group in user.groups.all()))


def role_of(user: User) -> str:
    """Return ``admin``, ``manager`` or ``user``."""
    return role_named(is_superuser=user.is_superuser, groups=groups_of(user))


def known_people() -> QuerySet[User]:
    """Return everybody with an account, with their groups: no guests, nobody who left. Oldest account first."""
    return User.objects.filter(is_guest=False, closed_at=None).prefetch_related("groups").order_by("pk")


def with_role(people: QuerySet[User], role: str) -> QuerySet[User]:
    """Return those of the people whom :func:`role_of` calls so."""
    if role == "admin":
        return people.filter(is_superuser=True)
    others = people.filter(is_superuser=False)
    return others.filter(groups__name=MANAGER) if role == MANAGER else others.exclude(groups__name=MANAGER)


def living_keys() -> QuerySet[ApiKey]:
    """Return the API keys that are not revoked, newest first."""
    return ApiKey.objects.filter(revoked_at=None).order_by("-pk")


def living_key(key_id: int) -> ApiKey:
    """Return one API key that is not revoked.

    :raises ApiKeyNotFound: if there is none
    """
    key = living_keys().filter(pk=key_id).first()
    if key is None:
        raise ApiKeyNotFound(f"API key with id {key_id} not found")
    return key


def picture_url_of(user: User) -> str | None:
    """Return the absolute address of the user's picture, wherever it lies."""
    if not user.picture:
        return user.profile_picture_url or None
    address = user.picture.url
    return settings.SITE_URL + address if address.startswith("/") else address


def short_name(user: User) -> str:
    """Return what others may read of a name: ``Ann E.``, and of people who left that they did."""
    if user.closed_at is not None:
        return "Former guest"
    first, *rest = user.full_name.split() or [""]
    return f"{first} {rest[-1][0]}." if rest else first


def public_profile(user_id: int) -> User:
    """Return somebody whom anybody may look up.

    :raises PersonNotFound: if there is nobody, or nobody any more
    """
    user = User.objects.filter(pk=user_id, is_active=True, is_guest=False).first()
    if user is None:
        raise PersonNotFound(f"User with id {user_id} not found")
    return user


def searches_of(user: User) -> QuerySet[Search]:
    """Return what the user looked for, newest first."""
    return user.searches.order_by("-pk")


def living_sign_ins(user: User) -> QuerySet[TokenFamily]:
    """Return the user's sign-ins through the API that still count, the one used last first."""
    living = user.token_families.filter(revoked_at=None, expires_at__gt=clock.now())
    return living.order_by("-rotated_at", "pk")


def personal_data(user: User) -> dict[str, Any]:
    """Return what this app knows of a person, for them to take along, as plain values."""
    sign_ins = user.token_families.order_by("created_at")
    return {
        "profile": {
            "id": user.pk,
            "uuid": str(user.uuid),
            "email": user.email,
            "email_confirmed_at": user.email_confirmed_at,
            "full_name": user.full_name,
            "date_of_birth": user.date_of_birth,
            "profile_picture_url": picture_url_of(user),
            "role": role_of(user),
            "groups": groups_of(user),
            "created_at": user.created_at,
            "updated_at": user.updated_at,
            "last_login": user.last_login,
        },
        "preferences": {
            "dark_mode": user.dark_mode,
            "language": user.language,
            "time_format": user.time_format,
            "long_holds": user.long_holds,
            "notifications_enabled": user.notifications_enabled,
            "newsletter_subscribed": user.newsletter_subscribed,
        },
        "search_history": list(searches_of(user).values("search_query", "search_type", "created_at")),
        "sign_ins": list(sign_ins.values("created_at", "rotated_at", "expires_at", "revoked_at")),
        "api_keys": list(user.api_keys.order_by("pk").values("name", "prefix", "scopes", "created_at", "revoked_at")),
    }


def groups_within_reach(user: User) -> QuerySet[Group]:
    """Return the groups that this person may put people into: those that may change nothing they may not themselves."""
    if user.is_superuser:
        return Group.objects.all()
    # The API goes by the names of these groups, whatever their permissions say.
    by_name = () if MANAGER in groups_of(user) else GROUPS
    return Group.objects.exclude(permissions__in=_changes_beyond(user)).exclude(name__in=by_name)


def people_within_reach(user: User) -> QuerySet[User]:
    """Return the people whose account this person may change: whoever has its password has its rights."""
    if user.is_superuser:
        return User.objects.all()
    return (
        User.objects.filter(is_superuser=False)
        .exclude(groups__in=Group.objects.exclude(pk__in=groups_within_reach(user)))
        .exclude(user_permissions__in=_changes_beyond(user))
    )


def _changes_beyond(user: User) -> QuerySet[Permission]:
    """Return the permissions that this person lacks, but for those to read: managers appoint auditors."""
    own = Permission.objects.filter(Q(group__user=user) | Q(user=user))
    return Permission.objects.exclude(pk__in=own).exclude(codename__startswith="view_")
