"""Cinemas, rooms and seats, for reading."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from catalog.models import Cinema, Room, Seat
from catalog.selectors import ranking
from cinema_project.common.database import LARGEST_ID, query
from cinema_project.common.errors import NotFound
from cinema_project.common.words import fold, words_of

INSIDE = 0.3
"""What the typed text standing in a name as it is adds to the score."""


class CinemaNotFound(NotFound):
    code = "cinema_not_found"


class RoomNotFound(NotFound):
    code = "room_not_found"


def visible_cinemas() -> QuerySet[Cinema]:
    """Return every cinema that is not archived, by name."""
    return Cinema.objects.visible().order_by("name", "pk")


def matching(text: str) -> list[Cinema]:
    """Return the cinemas that the text means by name, city or address, the best match first."""
    asked = ranking.typed(text)
    houses = {house.pk: house for house in visible_cinemas()}
    hits = [(pk, word, weight) for pk, house in houses.items() for word, weight in _weighed_words(house)]
    found = ranking.scores_of(asked, hits)
    for pk, house in houses.items():
        if asked.text and any(asked.text in fold(part) for part in (house.name, house.city, house.address)):
            found[pk] = found.get(pk, 0.0) + INSIDE
    best = ranking.best(found)
    return sorted((houses[pk] for pk in best), key=lambda house: -round(best[house.pk], 3))


def _weighed_words(house: Cinema) -> Iterator[tuple[str, float]]:
    for weight, part in ((1.0, house.name), (0.9, house.city), (0.6, house.address)):
        yield from ((word, weight) for word in words_of(part))


def cinema(cinema_id: int) -> Cinema:
    """Return one cinema that is not archived.

    :raises CinemaNotFound: if there is none
    """
    found = Cinema.objects.visible().filter(pk=cinema_id).first()
    if found is None:
        raise _not_found(cinema_id)
    return found


def zone_of(cinema_id: int) -> ZoneInfo:
    """Return the time zone of a cinema without reading the rest of it.

    :raises CinemaNotFound: if there is none, or it is archived
    """
    found = query(
        "SELECT timezone FROM catalog_cinema WHERE id = %s AND archived_at IS NULL", [min(cinema_id, LARGEST_ID)]
    )
    if not found:
        raise _not_found(cinema_id)
    return ZoneInfo(found[0][0])


def _not_found(cinema_id: int) -> CinemaNotFound:
    return CinemaNotFound(f"Cinema with id {cinema_id} not found")


def rooms_of(cinema_id: int) -> QuerySet[Room]:
    """Return the rooms of a cinema, each with the cinema and ``capacity``, the number of seats on sale.

    :raises CinemaNotFound: if there is no such cinema
    """
    rooms = Room.objects.visible().filter(cinema=cinema(cinema_id)).select_related("cinema")
    return with_capacity(rooms).order_by("name", "pk")


def room(room_id: int) -> Room:
    """Return one room with its cinema and ``capacity``.

    :raises RoomNotFound: if there is none
    """
    found = with_capacity(Room.objects.visible()).select_related("cinema").filter(pk=room_id).first()
    if found is None:
        raise RoomNotFound(f"Room with id {room_id} not found")
    return found


def seats_of(room_id: int) -> QuerySet[Seat]:
    """Return the seats of a room as they stand, front row first, from the left.

    :raises RoomNotFound: if there is no such room
    """
    return Seat.objects.filter(room=room(room_id), is_active=True).order_by("y", "row_label", "seat_number", "pk")


def with_capacity(rooms: QuerySet[Room]) -> QuerySet[Room]:
    """Return the rooms, each with ``capacity``, the number of its seats on sale."""
    return rooms.annotate(capacity=Count("seats", filter=Q(seats__is_active=True)))
