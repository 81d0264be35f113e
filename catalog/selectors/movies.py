"""Films, for reading."""

from datetime import timedelta

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from catalog.models import CastMember, Cinema, Movie, Screening
from catalog.models.movies import MovieQuerySet
from cinema_project.common import clock
from cinema_project.common.errors import NotFound

TREND = timedelta(days=14)


class MovieNotFound(NotFound):
    code = "movie_not_found"


def visible_movies() -> MovieQuerySet:
    """Return every film that is not archived, with its cast at hand."""
    return Movie.objects.visible().prefetch_related(cast_at_hand())


def cast_at_hand() -> Prefetch:
    """Return what to prefetch so that a film's ``cast_members.all()`` needs no query and is in order."""
    return Prefetch("cast_members", CastMember.objects.order_by("order", "pk"))


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


def with_screenings_to_come() -> QuerySet[Movie]:
    """Return the films that somebody can buy a ticket of, by title."""
    ahead = Screening.objects.upcoming(clock.now()).filter(movie=OuterRef("pk"))
    return visible_movies().filter(Exists(ahead)).order_by("title", "pk")


def matching(text: str) -> QuerySet[Movie]:
    """Return the films in whose title, genre or cast the text stands, those whose title begins with it first."""
    found = Q(title__icontains=text) | Q(original_title__icontains=text) | Q(director__icontains=text)
    found |= Q(Exists(CastMember.objects.filter(movie=OuterRef("pk"), actor_name__icontains=text)))
    found |= Q(genre__icontains=text)
    begins = Q(title__istartswith=text) | Q(original_title__istartswith=text)
    rank = Case(When(begins, then=0), When(title__icontains=text, then=1), default=2)
    return visible_movies().filter(found).annotate(rank=rank).order_by("rank", "title", "pk")


def by_trend(movies: QuerySet[Movie]) -> QuerySet[Movie]:
    """Return the films with the most bookings in the last 14 days' screenings first, the newest first on ties."""
    recent = Q(screenings__start_time__gt=clock.now() - TREND)
    trend = Coalesce(Sum("screenings__bookings_count", filter=recent), 0)
    return movies.annotate(trend=trend).order_by("-trend", "-created_at", "-pk")


def coming_soon() -> QuerySet[Movie]:
    """Return the films to come, the next release first, those without a date last."""
    return visible_movies().coming_soon().order_by(F("release_date").asc(nulls_last=True), "title", "pk")


def cast_of(movie_id: int) -> QuerySet[CastMember]:
    """Return who is in a film, in the order of the credits.

    :raises MovieNotFound: if there is no such film
    """
    return movie(movie_id).cast_members.order_by("order", "pk")
