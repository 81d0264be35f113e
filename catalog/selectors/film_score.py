"""What viewers think of a film, out of ten: the one place that knows where it comes from."""

from typing import Any

from django.db.models import Avg, FloatField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast

from catalog.models import Review


def with_score(movies: QuerySet[Any]) -> QuerySet[Any]:
    """Return the films each with ``score``: twice the average of its reviews, NULL without any."""
    reviews = Review.objects.filter(movie=OuterRef("pk")).order_by().values("movie")
    average = reviews.annotate(average=Avg(Cast("rating", FloatField()))).values("average")
    return movies.annotate(score=Subquery(average) * 2.0)
