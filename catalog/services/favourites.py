"""Cinemas and films that people mark."""

from catalog.models import Favourite
from catalog.selectors.cinemas import cinema
from catalog.selectors.movies import movie
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid, NotFound


class AlreadyFavourite(Invalid):
    code = "already_favorite"


class NotFavourite(NotFound):
    code = "not_favorite"


@write
def add_favourite_cinema(*, user_id: int, cinema_id: int) -> Favourite:
    """Mark a cinema for this person.

    :raises CinemaNotFound: if there is no such cinema
    :raises AlreadyFavourite: if it is marked
    """
    return _add("Cinema", user_id=user_id, cinema_id=cinema(cinema_id).pk)


@write
def add_favourite_movie(*, user_id: int, movie_id: int) -> Favourite:
    """Mark a film for this person.

    :raises MovieNotFound: if there is no such film
    :raises AlreadyFavourite: if it is marked
    """
    return _add("Movie", user_id=user_id, movie_id=movie(movie_id).pk)


@write
def remove_favourite_cinema(*, user_id: int, cinema_id: int) -> None:
    """Take the mark off a cinema.

    :raises NotFavourite: if there is none
    """
    _remove("Cinema", user_id=user_id, cinema_id=cinema_id)


@write
def remove_favourite_movie(*, user_id: int, movie_id: int) -> None:
    """Take the mark off a film.

    :raises NotFavourite: if there is none
    """
    _remove("Movie", user_id=user_id, movie_id=movie_id)


def _add(thing: str, **what: int) -> Favourite:
    favourite, is_new = Favourite.objects.get_or_create(**what, defaults={"created_at": clock.now()})
    if not is_new:
        raise AlreadyFavourite(f"{thing} already in favorites")
    return favourite


def _remove(thing: str, **what: int) -> None:
    count, _ = Favourite.objects.filter(**what).delete()
    if not count:
        raise NotFavourite(f"{thing} not in favorites")
