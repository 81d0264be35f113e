"""Putting what TMDB says into a film, but for what staff edited.

``Movie.imported`` keeps what was put in of each field. A field with another value was edited since, and stays.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models.fields.files import FieldFile

from catalog.models import CastMember, Movie
from catalog.services.checks import check_fields

EMPTY: tuple[Any, ...] = (None, "", [])
PART_FIELDS = ("actor_name", "character_name", "role", "profile_image_url", "is_lead", "order")


@dataclass(frozen=True, slots=True)
class Change:
    before: Any
    after: Any


def merge(movie: Movie, facts: dict[str, Any]) -> tuple[dict[str, Change], list[str]]:
    """Put the facts into the film, which is not saved; its cast is not touched.

    :param facts: values of its fields, and of ``cast``
    :returns: what changes, and the fields that staff edited and that the facts say otherwise
    """
    changes, kept = {}, []
    for name, fact in facts.items():
        before, after = _present(movie, name), _plain(fact)
        if before == after:
            continue
        if _is_edited(movie, name, before):
            kept.append(name)
            continue
        changes[name] = Change(before, after)
        if name != "cast":
            setattr(movie, name, fact)
    movie.imported = movie.imported | {name: change.after for name, change in changes.items()}
    return changes, kept


def set_cast(movie: Movie, parts: list[list[Any]]) -> None:
    """Replace the cast of a film.

    :raises Invalid: if a part is not valid
    """
    cast = [CastMember(movie=movie, **dict(zip(PART_FIELDS, part, strict=True))) for part in parts]
    for member in cast:
        check_fields(member, but={"character_name", "profile_image_url"})  # that is where TMDB_IMAGE_URL leads
    movie.cast_members.all().delete()
    CastMember.objects.bulk_create(cast)


def _present(movie: Movie, name: str) -> Any:
    if name != "cast":
        return _plain(getattr(movie, name))
    if movie._state.adding:
        return []
    return [list(part) for part in movie.cast_members.order_by("order", "pk").values_list(*PART_FIELDS)]


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    if isinstance(value, FieldFile):
        return value.name or ""
    return value.isoformat() if isinstance(value, date) else value


def _is_edited(movie: Movie, name: str, present: Any) -> bool:
    if name in movie.imported:
        return present != movie.imported[name]
    return not movie._state.adding and present not in EMPTY
