"""Films, for reading."""

from django.db.models import Exists, F, OuterRef, QuerySet

from catalog.models import CastMember, Cinema, Movie, Screening
from cinema_project.common import clock
from cinema_project.common.errors import NotFound


class MovieNotFound(NotFound):
    code = "movie_not_found"


def visible_movies() -> QuerySet[Movie]:
    """Return every film that is not archived, with its cast at hand."""
    return Movie.objects.visible().prefetch_related("cast_members")


def movie(movie_id: int) -> Movie:
    """Return one film that is not archived, with its cast at hand.

    :raises MovieNotFound: if there is none
    """
    found = visible_movies().filter(pk=movie_id).first()
    if found is None:
        raise MovieNotFound(f"Movie with id {movie_id} not found")
    return found


def now_showing(cinema: Cinema | None = None) -> QuerySet[Movie]:
    """Return the films now showing, by title; with a cinema only those it still shows at a later moment."""
    movies = visible_movies().showing().order_by("title", "pk")
    if cinema is None:
        return movies
    ahead = Screening.objects.upcoming(clock.now()).filter(movie=OuterRef("pk"), room__cinema=cinema)
    return movies.filter(Exists(ahead))


def coming_soon() -> QuerySet[Movie]:
    """Return the films to come, the next release first, those without a date last."""
    return visible_movies().coming_soon().order_by(F("release_date").asc(nulls_last=True), "title", "pk")


def cast_of(movie_id: int) -> QuerySet[CastMember]:
    """Return who is in a film, in the order of the credits.

    :raises MovieNotFound: if there is no such film
    """
    return movie(movie_id).cast_members.order_by("order", "pk")
