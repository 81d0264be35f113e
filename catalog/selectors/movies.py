"""Films, for reading."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, F, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler

from catalog.models import CastMember, Cinema, FilmText, Movie, Screening
from catalog.models.movies import MovieQuerySet
from catalog.models.search import TextField
from cinema_project.common import clock
from cinema_project.common.errors import NotFound


class MovieNotFound(NotFound):
    code = "movie_not_found"


class NamesOf(Subquery):
    """The first column of a subquery as one JSON list."""

    template = "(SELECT COALESCE(jsonb_agg(actor_name), '[]') FROM (%(subquery)s) AS people)"
    output_field = JSONField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, self.template.replace("jsonb_agg", "json_group_array"), **context)


def visible_movies() -> MovieQuerySet:
    """Return every film that is not archived, with its cast at hand."""
    return with_cast(Movie.objects.visible())


def with_cast(movies: MovieQuerySet) -> MovieQuerySet:
    """Return the films, each with ``cast_names`` in the order of the credits: rows would take ten times longer."""
    cast = CastMember.objects.filter(movie=OuterRef("pk")).order_by("order", "pk")
    return movies.annotate(cast_names=NamesOf(cast.values("actor_name")))


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


def coming_soon() -> QuerySet[Movie]:
    """Return the films to come, the next release first, those without a date last."""
    return visible_movies().coming_soon().order_by(F("release_date").asc(nulls_last=True), "title", "pk")


def genres() -> list[str]:
    """Return every genre that a film has, folded as searches compare them."""
    texts = FilmText.objects.filter(field=TextField.GENRE).values_list("folded", flat=True).distinct()
    return sorted({genre for text in texts for genre in text.split("\n") if genre})


def cast_of(movie_id: int) -> QuerySet[CastMember]:
    """Return who is in a film, in the order of the credits.

    :raises MovieNotFound: if there is no such film
    """
    return movie(movie_id).cast_members.order_by("order", "pk")
