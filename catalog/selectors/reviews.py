"""Reviews, for reading."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from catalog.models import Reaction, Review
from catalog.models.reviews import BEST, WORST
from catalog.selectors.movies import movie
from cinema_project.common.errors import NotFound

SORTS = ("created_at", "rating", "likes")


class ReviewNotFound(NotFound):
    code = "review_not_found"


def reviews() -> QuerySet[Review]:
    """Return all reviews, each with its author, ``likes`` and ``dislikes``."""
    counts = {"likes": _count(Reaction.Kind.LIKE), "dislikes": _count(Reaction.Kind.DISLIKE)}
    return Review.objects.select_related("user").annotate(**counts)


def reviews_of(movie_id: int, *, sort_by: str = "created_at", descending: bool = True) -> QuerySet[Review]:
    """Return the reviews of a film in this order, the newest first on ties of another kind.

    :param sort_by: one of ``SORTS``
    :raises MovieNotFound: if there is no such film
    """
    order = f"-{sort_by}" if descending else sort_by
    ties = "pk" if order == "created_at" else "-pk"
    return reviews().filter(movie=movie(movie_id)).order_by(order, ties)


def found_review(review_id: int, among: QuerySet[Review]) -> Review:
    """Return the review of this number.

    :raises ReviewNotFound: if it is not among them
    """
    found = among.filter(pk=review_id).first()
    if found is None:
        raise ReviewNotFound(f"Review with id {review_id} not found")
    return found


@dataclass(frozen=True, slots=True)
class Summary:
    """What all reviewers of a film say together; the average has two decimals and is 0 without reviews."""

    movie_id: int
    total_reviews: int
    average_rating: Decimal
    rating_breakdown: dict[str, int]


def summary(movie_id: int) -> Summary:
    """Return how a film is rated.

    :raises MovieNotFound: if there is no such film
    """
    rated = Review.objects.filter(movie=movie(movie_id)).values_list("rating")
    numbers = dict(rated.annotate(Count("pk")).order_by())
    total = sum(numbers.values())
    points = Decimal(sum(rating * count for rating, count in numbers.items()))
    average = (points / total).quantize(Decimal("0.01"), ROUND_HALF_UP) if total else Decimal(0)
    breakdown = {str(rating): numbers.get(rating, 0) for rating in range(WORST, BEST + 1)}
    return Summary(movie_id, total, average, breakdown)


def _count(kind: str) -> Coalesce:
    """Count in a subquery: a join would have to group all reviews of a film before the page of them is cut."""
    given = Reaction.objects.filter(review=OuterRef("pk"), kind=kind).order_by().values("review")
    return Coalesce(Subquery(given.annotate(count=Count("pk")).values("count")), 0)
