"""Which films sell."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from booking.models import ClaimState, SeatClaim
from catalog.models import Movie
from cinema_project.common import clock

TREND = timedelta(days=14)
SOLD_STATES = (ClaimState.CONFIRMED, ClaimState.USED)


def with_tickets_sold(movies: QuerySet[Movie]) -> QuerySet[Any]:
    """Return the films, each with ``tickets_sold`` in the last 14 days, less those given back."""
    since = clock.now() - TREND
    sold = SeatClaim.objects.filter(
        screening__movie=OuterRef("pk"),
        # Nobody buys days after the start: this leaves old screenings out of the search.
        screening__start_time__gt=since - timedelta(days=1),
        state__in=SOLD_STATES,
        confirmed_at__gt=since,
    )
    counted = sold.order_by().values("screening__movie").annotate(count=Count("pk")).values("count")
    return movies.annotate(tickets_sold=Coalesce(Subquery(counted), 0))


def by_trend(movies: QuerySet[Movie]) -> QuerySet[Movie]:
    """Return the films that sold most tickets in the last 14 days first, the newest first on ties."""
    return with_tickets_sold(movies).order_by("-tickets_sold", "-created_at", "-pk")
