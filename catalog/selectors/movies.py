"""Films, for reading."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from catalog.models import CastMember, Cinema, FilmText, Movie, Screening
from catalog.models.search import TextField
from cinema_project.common import clock
from cinema_project.common.database import LARGEST_ID, query
from cinema_project.common.errors import NotFound


class MovieNotFound(NotFound):
    code = "movie_not_found"


def know_cast(movies: Iterable[Movie]) -> None:
    """Give each film ``cast_names``, in the order of the credits: one query, without rows, which take far longer."""
    films = list(movies)
    names: dict[int, list[str]] = defaultdict(list)
    parts = CastMember.objects.filter(movie__in=films).order_by("order", "pk")
    for movie_id, name in parts.values_list("movie_id", "actor_name"):
        names[movie_id].append(name)
    for film in films:
        film.cast_names = names[film.pk]


def know_credits(movies: Sequence[Movie]) -> None:
    """Give each film ``credits``, its cast members in their order, in one query."""
    parts = CastMember.objects.order_by("order", "pk")
    prefetch_related_objects(movies, Prefetch("cast_members", parts, to_attr="credits"))


def movie(movie_id: int) -> Movie:
    """Return one film that is not archived.

    :raises MovieNotFound: if there is none
    """
    found = Movie.objects.visible().filter(pk=movie_id).first()
    if found is None:
        raise _not_found(movie_id)
    return found


def _not_found(movie_id: int) -> MovieNotFound:
    return MovieNotFound(f"Movie with id {movie_id} not found")


def require_movie(movie_id: int) -> None:
    """Make sure of a film without reading it.

    :raises MovieNotFound: if there is none, or it is archived
    """
    if not query("SELECT 1 FROM catalog_movie WHERE id = %s AND archived_at IS NULL", [min(movie_id, LARGEST_ID)]):
        raise _not_found(movie_id)


def now_showing(cinema: Cinema | None = None) -> QuerySet[Movie]:
    """Return the films now showing, by title; with a cinema only those it still shows at a later moment."""
    movies = Movie.objects.showing().order_by("title", "pk")
    if cinema is None:
        return movies
    ahead = Screening.objects.upcoming(clock.now()).filter(movie=OuterRef("pk"), room__cinema=cinema)
    return movies.filter(Exists(ahead))


def with_screenings_to_come() -> QuerySet[Movie]:
    """Return the films that somebody can buy a ticket of, by title."""
    ahead = Screening.objects.upcoming(clock.now()).filter(movie=OuterRef("pk"))
    return Movie.objects.visible().filter(Exists(ahead)).order_by("title", "pk")


def coming_soon() -> QuerySet[Movie]:
    """Return the films to come, the next release first, those without a date last."""
    return Movie.objects.coming_soon().order_by(F("release_date").asc(nulls_last=True), "title", "pk")


def genres() -> list[str]:
    """Return every genre that a film has, folded as searches compare them."""
    texts = FilmText.objects.filter(field=TextField.GENRE).values_list("folded", flat=True).distinct()
    return sorted({genre for text in texts for genre in text.split("\n") if genre})


def cast_of(movie_id: int) -> QuerySet[CastMember]:
    """Return who is in a film, in the order of the credits.

    :raises MovieNotFound: if there is no such film
    """
    return movie(movie_id).cast_members.order_by("order", "pk")
