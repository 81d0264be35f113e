"""Films: making and changing them."""

from collections.abc import Sequence
from typing import Any

from catalog.models import CastMember, Movie, MovieState
from catalog.selectors.movies import MovieNotFound
from catalog.services.checks import check_fields, save_with_slug
from catalog.services.film_index import index_films
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid

FORWARD = list(MovieState.values)


class StateGoesBack(Invalid):
    code = "state_goes_back"


@write
def create_movie(*, title: str, duration_minutes: int, cast: Sequence[str] = (), **details: Any) -> Movie:
    """Add a film.

    :param cast: the actors' names, in the order of the credits
    :param details: other fields of :class:`Movie`
    :raises Invalid: if a value is not valid
    """
    movie = Movie(title=title, duration_minutes=duration_minutes, **details)
    check_fields(movie)
    save_with_slug(movie, title)
    _set_cast(movie, cast)
    index_films([movie.pk])
    return movie


@write
def update_movie(*, movie_id: int, cast: Sequence[str] | None = None, **changes: Any) -> Movie:
    """Change fields of a film.

    :param cast: the actors' names; those not named leave the film, ``None`` changes nobody
    :raises MovieNotFound: if there is none
    :raises StateGoesBack: unless the state goes COMING_SOON, SHOWING, ENDED
    :raises Invalid: if a value is not valid
    """
    movie = Movie.objects.visible().select_for_update().filter(pk=movie_id).first()
    if movie is None:
        raise MovieNotFound(f"Movie with id {movie_id} not found")
    check_state(movie, changes.get("state", movie.state))
    for field, value in changes.items():
        setattr(movie, field, value)
    check_fields(movie)
    movie.save()
    if cast is not None:
        _set_cast(movie, cast)
    index_films([movie.pk])
    return movie


def check_state(movie: Movie, state: str) -> None:
    """Let a film's state move forward only.

    :raises StateGoesBack: if it would not
    """
    if state in FORWARD and FORWARD.index(state) < FORWARD.index(movie.state):
        sentence = f"A film goes from COMING_SOON to SHOWING to ENDED: {movie.state} cannot become {state}."
        raise StateGoesBack(sentence, errors=[{"pointer": "/state", "detail": sentence}])


def _set_cast(movie: Movie, names: Sequence[str]) -> None:
    there = {member.actor_name: member for member in movie.cast_members.all()}
    for order, name in enumerate(dict.fromkeys(names)):
        member = there.pop(name, None) or CastMember(movie=movie, actor_name=name, role="actor")
        member.order = order
        check_fields(member, but={"character_name"})
        member.save()
    CastMember.objects.filter(pk__in=[member.pk for member in there.values()]).delete()
