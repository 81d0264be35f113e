"""Who plays what, for reading."""

from django.db.models import QuerySet

from catalog.models import CastMember
from cinema_project.common.errors import NotFound


class CastMemberNotFound(NotFound):
    code = "cast_member_not_found"


def cast_members() -> QuerySet[CastMember]:
    """Return all parts in films that are not archived, film by film, in the order of the credits."""
    return CastMember.objects.filter(movie__archived_at=None).order_by("movie_id", "order", "pk")


def found_member(cast_id: int, among: QuerySet[CastMember]) -> CastMember:
    """Return the part of this number.

    :raises CastMemberNotFound: if it is not among them
    """
    found = among.filter(pk=cast_id).first()
    if found is None:
        raise CastMemberNotFound("Cast member not found")
    return found
