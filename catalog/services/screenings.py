"""Screenings: putting films on."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

from django.db import IntegrityError, transaction

from catalog.models import Cinema, Movie, MovieState, Room, Screening
from catalog.selectors.cinemas import RoomNotFound
from catalog.selectors.movies import MovieNotFound
from catalog.services.checks import check_fields
from catalog.services.locks import lock_movie, lock_rooms
from catalog.zones import to_moment
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict, Invalid

OVERLAP = "screening_room_overlap"
"""The name under which both databases refuse two screenings at once in a room (catalog migration 0002)."""
LONGEST = timedelta(hours=24)


class RoomOverlap(Conflict):
    code = "room_overlap"


class FilmComingSoon(Invalid):
    code = "film_coming_soon"


class StartsInThePast(Invalid):
    code = "starts_in_the_past"


class EndsOutOfOrder(Invalid):
    code = "ends_out_of_order"


@write
def create_screening(
    *,
    movie_id: int,
    room_id: int,
    start_time: datetime,
    price: Decimal,
    end_time: datetime | None = None,
    **details: Any,
) -> Screening:
    """Put a film on.

    :param start_time: a moment, or without offset a time on the cinema's clock; ``end_time`` alike
    :param price: of a standard seat, in the cinema's currency
    :param end_time: if not given, after the trailers and the film
    :param details: other fields of :class:`Screening`, such as ``is_3d`` and ``presale``
    :raises MovieNotFound, RoomNotFound: if there is no such film or room
    :raises FilmComingSoon: unless ``presale``
    :raises StartsInThePast, EndsOutOfOrder, NoSuchMoment: if the times cannot be
    :raises RoomOverlap: if the room is in use, cleaning included (R48)
    """
    room, movie = lock_rooms(room_id).get(room_id), lock_movie(movie_id)
    if movie is None:
        raise MovieNotFound(f"Movie with id {movie_id} not found")
    if room is None:
        raise RoomNotFound(f"Room with id {room_id} not found")
    screening = planned(movie=movie, room=room, start_time=start_time, price=price, end_time=end_time, **details)
    check_on_sale(screening, clock.now())
    save_in_room(screening)
    return screening


def planned(
    *, movie: Movie, room: Room, start_time: datetime, price: Decimal, end_time: datetime | None = None, **details: Any
) -> Screening:
    """Return a screening, not saved, with its times worked out; all else as for ``create_screening``."""
    cinema: Cinema = room.cinema
    start = to_moment(start_time, cinema.zone, field="screening_time")
    length = timedelta(minutes=cinema.trailer_minutes + movie.duration_minutes)
    end = start + length if end_time is None else to_moment(end_time, cinema.zone, field="end_time")
    if not timedelta(0) < end - start <= LONGEST:
        sentence = "A screening ends after it starts, and within 24 hours."
        raise EndsOutOfOrder(sentence, errors=[{"pointer": "/end_time", "detail": sentence}])
    free_at = end + timedelta(minutes=room.cleaning_minutes)
    screening = Screening(
        movie=movie,
        room=room,
        start_time=start,
        end_time=end,
        room_free_at=free_at,
        price=price,
        currency=cinema.currency,
        **details,
    )
    check_fields(screening)
    return screening


def check_on_sale(screening: Screening, now: datetime | None) -> None:
    """Refuse a screening that could not be sold.

    :param now: it must start later; ``None`` lets the past in
    :raises FilmComingSoon, StartsInThePast: if so
    """
    if screening.movie.state == MovieState.COMING_SOON and not screening.presale:
        raise FilmComingSoon(f"{screening.movie.title} is still coming soon: set presale to sell it already.")
    if now is not None and screening.start_time <= now:
        sentence = "A screening cannot start in the past."
        raise StartsInThePast(sentence, errors=[{"pointer": "/screening_time", "detail": sentence}])


def is_overlap(error: IntegrityError) -> bool:
    """Tell whether the database refused a row because its room is in use."""
    return OVERLAP in str(error)


def clash_sentence(clash: Screening, room: Room) -> str:
    """Say which screening has the room, on the cinema's clock."""
    zone = room.cinema.zone
    start, free = (moment.astimezone(zone) for moment in (clash.start_time, clash.room_free_at))
    span = f"{start:%Y-%m-%d %H:%M} to {free:%H:%M}"
    return f"{room.name} is in use from {span}, cleaning included, by {clash.movie.title}."


def save_in_room(screening: Screening) -> None:
    """Write a new or changed screening, unless the room is in use then (R48).

    :raises RoomOverlap: if it is, with the ``conflicting_screening_id``
    """
    try:
        with transaction.atomic():
            screening.save()
    except IntegrityError as refused:
        if not is_overlap(refused):
            raise
        _refuse(screening)


def _refuse(screening: Screening) -> NoReturn:
    clash = (
        Screening.objects.scheduled()
        .select_related("movie")
        .exclude(pk=screening.pk)
        .filter(room=screening.room, start_time__lt=screening.room_free_at, room_free_at__gt=screening.start_time)
        .order_by("start_time")
        .first()
    )
    if clash is None:
        raise RoomOverlap(f"{screening.room.name} is in use at that time.")
    raise RoomOverlap(clash_sentence(clash, screening.room), conflicting_screening_id=clash.pk)
