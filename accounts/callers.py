"""Who is calling: what one query tells about the bearer of an access token, cheap enough for the hot paths."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from accounts.models import User
from accounts.roles import AUDITOR, STAFF_ROLES, role_named
from accounts.selectors import groups_of
from accounts.signatures import BadToken, TokenExpired, TokenRevoked, read_access
from cinema_project.common.clock import NOW_SQL
from cinema_project.common.database import as_moment, query
from cinema_project.common.errors import Unauthenticated

LIVING_FAMILY = f"""
    SELECT person.id, person.uuid, person.is_superuser, person.long_holds, person.is_active,
           family.revoked_at IS NOT NULL, family.expires_at <= {NOW_SQL}, {NOW_SQL}, team.name
    FROM accounts_tokenfamily family
    JOIN accounts_user person ON person.id = family.user_id
    LEFT JOIN accounts_user_groups member ON member.user_id = person.id
    LEFT JOIN auth_group team ON team.id = member.group_id
    WHERE family.id = %s
    ORDER BY team.name
"""
"""One row for each group of the person, and one for a person without any."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person and their rights at this moment, read from the database and not from the token."""

    id: int
    uuid: UUID
    role: str
    groups: tuple[str, ...] = ()
    long_holds: bool = False
    family: str | None = None

    @property
    def is_staff_member(self) -> bool:
        return self.role in STAFF_ROLES

    def works_in(self, group: str, *, reads: bool = False) -> bool:
        """Tell whether this is staff for the group's work: managers and admins are, auditors while they only read."""
        return self.is_staff_member or group in self.groups or (reads and AUDITOR in self.groups)


def caller_of(request: HttpRequest) -> Caller:
    """Return the bearer of the request's access token.

    :raises Unauthenticated: if there is no token, or one that does not count
    """
    raw = bearer_token(request)
    if raw is None:
        raise Unauthenticated("Not authenticated")
    return caller_with(raw)


def bearer_token(request: HttpRequest) -> str | None:
    """Return what follows ``Bearer`` in the request's header, if anything does."""
    scheme, _, raw = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    return raw.strip() or None if scheme.lower() == "bearer" else None


def caller_with(raw: str) -> Caller:
    """Return the bearer of this access token.

    :raises BadToken: if it is not an access token of ours, or of nobody active
    :raises TokenExpired: if it is too old
    :raises TokenRevoked: if its family has ended
    """
    claims = read_access(raw)
    rows = query(LIVING_FAMILY, [claims.family.replace("-", "")])
    if not rows:
        raise BadToken
    person, person_uuid, is_superuser, long_holds, is_active, revoked, lapsed, now = rows[0][:8]
    if not is_active:
        raise BadToken
    if revoked:
        raise TokenRevoked
    moment = as_moment(now)
    assert moment is not None
    if lapsed or claims.expires_at <= moment.timestamp():
        raise TokenExpired
    groups = tuple(row[8] for row in rows if row[8])
    role = role_named(is_superuser=is_superuser, groups=groups)
    uuid = person_uuid if isinstance(person_uuid, UUID) else UUID(person_uuid)
    return Caller(person, uuid, role, groups, bool(long_holds), claims.family)


def caller_for(user: User) -> Caller:
    """Return the same for somebody known by a session, who needs no token."""
    groups = groups_of(user)
    role = role_named(is_superuser=user.is_superuser, groups=groups)
    return Caller(user.pk, user.uuid, role, groups, user.long_holds)
