"""Taking films, rooms and cinemas out of the programme: archived where something happened there, else erased (R51).

What is archived can be brought back.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel

from catalog.models import CastMember, Cinema, FilmText, FilmWord, Movie, Room, Screening, Seat
from catalog.selectors.cinemas import CinemaNotFound, RoomNotFound
from catalog.selectors.movies import MovieNotFound
from catalog.services.cinemas import RoomNameTaken
from catalog.services.film_index import index_films
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict


class HasScreeningsToCome(Conflict):
    code = "has_screenings_to_come"


class CinemaIsArchived(Conflict):
    code = "cinema_archived"


@write
def remove_movie(*, movie_id: int) -> None:
    """Take a film out of all lists; without history it is erased. Twice is as good as once.

    :raises MovieNotFound: if there is none
    :raises HasScreeningsToCome: if it is still to be shown, with the ``screening_ids``
    """
    movie = Movie.objects.select_for_update().filter(pk=movie_id).first()
    if movie is None:
        raise MovieNotFound(f"Movie with id {movie_id} not found")
    _check_nothing_to_come(movie.title, Screening.objects.filter(movie=movie))
    itself = Movie.objects.filter(pk=movie_id)
    if _have_history(itself, besides=[CastMember, FilmText, FilmWord]):
        _archive(itself)
    else:
        movie.delete()
        index_films([movie_id])


@write
def remove_room(*, room_id: int) -> None:
    """Close a room; without history it is erased with its seats. Twice is as good as once.

    :raises RoomNotFound: if there is none
    :raises HasScreeningsToCome: if something is still to be shown there, with the ``screening_ids``
    """
    room = Room.objects.select_for_update().filter(pk=room_id).first()
    if room is None:
        raise RoomNotFound(f"Room with id {room_id} not found")
    _check_nothing_to_come(room.name, Screening.objects.filter(room=room))
    itself = Room.objects.filter(pk=room_id)
    if _have_rooms_history(itself):
        _archive(itself)
    else:
        _erase_rooms(itself)


@write
def remove_cinema(*, cinema_id: int) -> None:
    """Close a cinema with its rooms; without history all of it is erased. Twice is as good as once.

    :raises CinemaNotFound: if there is none
    :raises HasScreeningsToCome: if something is still to be shown there, with the ``screening_ids``
    """
    cinema = Cinema.objects.select_for_update().filter(pk=cinema_id).first()
    if cinema is None:
        raise CinemaNotFound(f"Cinema with id {cinema_id} not found")
    itself, rooms = Cinema.objects.filter(pk=cinema_id), Room.objects.filter(cinema=cinema)
    locked = list(rooms.select_for_update().order_by("pk"))
    _check_nothing_to_come(cinema.name, Screening.objects.filter(room__in=locked))
    if _have_history(itself, besides=[Room]) or _have_rooms_history(rooms):
        now = clock.now()
        _archive(itself, now)
        _archive(rooms, now)
    else:
        _erase_rooms(rooms)
        cinema.delete()


@write
def bring_movie_back(*, movie_id: int) -> None:
    """Have an archived film in all lists again. Twice is as good as once.

    :raises MovieNotFound: if there is none
    """
    if not Movie.objects.filter(pk=movie_id).update(archived_at=None):
        raise MovieNotFound(f"Movie with id {movie_id} not found")


@write
def bring_room_back(*, room_id: int) -> None:
    """Open an archived room again. Twice is as good as once.

    :raises RoomNotFound: if there is none
    :raises CinemaIsArchived: if its cinema is
    :raises RoomNameTaken: if its cinema has another of that name by now
    """
    room = Room.objects.select_for_update(of=("self",)).select_related("cinema").filter(pk=room_id).first()
    if room is None:
        raise RoomNotFound(f"Room with id {room_id} not found")
    if room.cinema.archived_at is not None:
        raise CinemaIsArchived(f"{room.cinema.name} is archived: bring the cinema back first.")
    room.archived_at = None
    try:
        with transaction.atomic():
            room.save(update_fields=["archived_at"])
    except IntegrityError as clash:
        raise RoomNameTaken(f"{room.cinema.name} has another room named {room.name}: rename that one first.") from clash


@write
def bring_cinema_back(*, cinema_id: int) -> None:
    """Open an archived cinema again, with the rooms that it had until then. Twice is as good as once.

    :raises CinemaNotFound: if there is none
    """
    cinema = Cinema.objects.select_for_update().filter(pk=cinema_id).first()
    if cinema is None:
        raise CinemaNotFound(f"Cinema with id {cinema_id} not found")
    if cinema.archived_at is not None:
        Room.objects.filter(cinema=cinema, archived_at=cinema.archived_at).update(archived_at=None)
        Cinema.objects.filter(pk=cinema_id).update(archived_at=None)


def _check_nothing_to_come(name: str, found: models.QuerySet[Screening]) -> None:
    ahead = found.filter(status="scheduled", end_time__gt=clock.now()).order_by("start_time", "pk")
    ids = list(ahead.values_list("pk", flat=True))
    if ids:
        number = "1 screening" if len(ids) == 1 else f"{len(ids)} screenings"
        raise HasScreeningsToCome(f"{name} has {number} to come: cancel or move them first.", screening_ids=ids)


def _have_rooms_history(rooms: models.QuerySet[Room]) -> bool:
    """Tell whether something happened in the rooms. A screening that went elsewhere may have left claims behind."""
    return _have_history(rooms, besides=[Seat]) or _have_history(Seat.objects.filter(room__in=rooms))


def _have_history(rows: models.QuerySet[Any], *, besides: Iterable[type[models.Model]] = ()) -> bool:
    """Tell whether rows of any app name one of these, other than those that make it up."""
    fields = rows.model._meta.get_fields(include_hidden=True)
    relations = [
        field for field in fields if isinstance(field, ForeignObjectRel) and field.related_model not in besides
    ]
    return any(
        relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": rows}).exists()
        for relation in relations
    )


def _archive(rows: models.QuerySet[Any], now: datetime | None = None) -> None:
    rows.filter(archived_at=None).update(archived_at=now or clock.now())


def _erase_rooms(rooms: models.QuerySet[Room]) -> None:
    Seat.objects.filter(room__in=rooms).delete()
    rooms.delete()
