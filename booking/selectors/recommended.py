"""Which films to recommend to a person: what they marked, rated and booked, and what sells."""

from collections.abc import Iterable, Iterator

from django.db.models import Avg, Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from booking.models import SeatClaim, sold_at
from booking.selectors.trending import with_tickets_sold
from booking.taste import Film, Recommendation, Verdict, ranked
from catalog.models import Favourite, Movie, MovieState, Review
from cinema_project.common import clock

Opinion = tuple[float, str]
"""How much a person likes a film, and the words before its title that say how we know."""

BOOKED: Opinion = (1.0, "you booked")
MARKED: Opinion = (2.0, "you marked")


def recommendations(user_id: int) -> list[Recommendation]:
    """Return the films on show or to come that the person has not booked, marked or reviewed, the best first."""
    opinions = _opinions(user_id)
    films = {film.id: film for film in _films(opinions)}
    verdicts = [Verdict(films[movie_id], *opinion) for movie_id, opinion in opinions.items()]
    return ranked([film for film in films.values() if film.id not in opinions], verdicts)


def _opinions(user_id: int) -> dict[int, Opinion]:
    """Return what the person thinks by film id; what they say of a film counts more than that they went there."""
    tickets = SeatClaim.objects.filter(sold_at(clock.now()), user=user_id)
    booked = dict.fromkeys(tickets.values_list("screening__movie", flat=True).distinct(), BOOKED)
    favourites = Favourite.objects.filter(user=user_id, movie__isnull=False)
    marked = dict.fromkeys(favourites.values_list("movie", flat=True), MARKED)
    ratings = Review.objects.filter(user=user_id).values_list("movie", "rating")
    rated = {movie: (float(rating - 3), f"you gave {rating} of 5 to") for movie, rating in ratings}
    return booked | marked | rated


def _films(known: Iterable[int]) -> Iterator[Film]:
    """Return the films that could be recommended and those known, the newest first, each with what others think."""
    to_see = Q(archived_at=None) & ~Q(state=MovieState.ENDED)
    rated = Review.objects.filter(movie=OuterRef("pk")).order_by().values("movie")
    films = with_tickets_sold(Movie.objects.filter(to_see | Q(pk__in=[*known]))).annotate(
        stars=Coalesce(Subquery(rated.annotate(stars=Avg("rating")).values("stars")), 0.0),
        raters=Coalesce(Subquery(rated.annotate(raters=Count("pk")).values("raters")), 0),
    )
    facts = ("pk", "title", "genre", "director", "tickets_sold", "stars", "raters")
    for pk, title, genre, director, *numbers in films.order_by("-created_at", "-pk").values_list(*facts):
        yield Film(pk, title, tuple(map(str, genre)), director or "", *numbers)
