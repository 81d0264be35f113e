"""Who has been to which film."""

from django.db.models import Exists, OuterRef, QuerySet

from booking.models import ClaimState, SeatClaim
from catalog.models import Review


def with_verified(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Return the reviews, each with ``verified``: whether its author has used a ticket for that film."""
    used = SeatClaim.objects.filter(user=OuterRef("user"), screening__movie=OuterRef("movie"), state=ClaimState.USED)
    return reviews.annotate(verified=Exists(used))
