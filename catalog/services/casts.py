"""Who plays what: adding, changing and removing parts."""

from typing import Any

from catalog.models import CastMember
from catalog.selectors.casts import cast_members, found_member
from catalog.selectors.movies import movie
from catalog.services.checks import check_fields
from catalog.services.film_index import index_films
from cinema_project.common.database import write


@write
def create_cast_member(*, movie_id: int, **details: Any) -> CastMember:
    """Add a person's part to a film.

    :param details: other fields of :class:`CastMember`
    :raises MovieNotFound: if there is no such film
    :raises Invalid: if a value is not valid
    """
    member = CastMember(movie=movie(movie_id), **details)
    check_fields(member)
    member.save()
    index_films([member.movie_id])
    return member


@write
def update_cast_member(*, cast_id: int, **changes: Any) -> CastMember:
    """Change a part; with ``movie_id`` it moves to another film.

    :raises CastMemberNotFound: if there is none
    :raises MovieNotFound: if there is no such film
    :raises Invalid: if a value is not valid
    """
    member = found_member(cast_id, cast_members().select_for_update(of=("self",)))
    films = {member.movie_id}
    if "movie_id" in changes:
        changes["movie"] = movie(changes.pop("movie_id"))
    for field, value in changes.items():
        setattr(member, field, value)
    check_fields(member)
    member.save()
    index_films(films | {member.movie_id})
    return member


@write
def delete_cast_member(*, cast_id: int) -> None:
    """Take a part out of its film.

    :raises CastMemberNotFound: if there is none
    """
    member = found_member(cast_id, cast_members().select_for_update(of=("self",)))
    member.delete()
    index_films([member.movie_id])
