"""What people marked, for reading."""

from django.db.models import QuerySet

from catalog.models import Cinema, Favourite, Movie
from catalog.selectors.cinemas import cinema, visible_cinemas
from catalog.selectors.movies import movie


def favourite_cinemas(user_id: int) -> QuerySet[Cinema]:
    """Return the cinemas that this person marked, the latest first."""
    return visible_cinemas().filter(favourites__user=user_id).order_by("-favourites__pk")


def favourite_movies(user_id: int) -> QuerySet[Movie]:
    """Return the films that this person marked, the latest first."""
    return Movie.objects.visible().filter(favourites__user=user_id).order_by("-favourites__pk")


def is_favourite_cinema(*, user_id: int, cinema_id: int) -> bool:
    """Tell whether this person marked the cinema.

    :raises CinemaNotFound: if there is no such cinema
    """
    return Favourite.objects.filter(user=user_id, cinema=cinema(cinema_id)).exists()


def is_favourite_movie(*, user_id: int, movie_id: int) -> bool:
    """Tell whether this person marked the film.

    :raises MovieNotFound: if there is no such film
    """
    return Favourite.objects.filter(user=user_id, movie=movie(movie_id)).exists()
