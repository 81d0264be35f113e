"""Reviews of films, and what others think of them."""

from typing import Any

from django.db import IntegrityError, transaction

from catalog.models import Favourite, Reaction, Review
from catalog.selectors.movies import movie
from catalog.selectors.reviews import found_review
from catalog.services.checks import check_fields
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid, NotAllowed


class AlreadyReviewed(Invalid):
    code = "already_reviewed"

    def __init__(self) -> None:
        super().__init__("You have already reviewed this movie. Use PUT to update your review.")


class NotYourReview(NotAllowed):
    code = "not_your_review"

    def __init__(self) -> None:
        super().__init__("You can only change your own reviews.")


@write
def create_review(
    *, user_id: int, movie_id: int, rating: int, title: str | None = None, comment: str | None = None
) -> Review:
    """Say what this person thinks of a film.

    :param rating: 1 to 5
    :raises MovieNotFound: if there is no such film
    :raises AlreadyReviewed: if the person said so before
    :raises Invalid: if a value is not valid
    """
    film, now = movie(movie_id), clock.now()
    texts = {"title": title, "comment": comment}
    review = Review(user_id=user_id, movie=film, rating=rating, created_at=now, updated_at=now, **texts)
    check_fields(review)
    try:
        with transaction.atomic():
            review.save(force_insert=True)
    except IntegrityError as there_is_one:
        raise AlreadyReviewed from there_is_one
    return review


@write
def update_review(*, review_id: int, user_id: int, **changes: Any) -> Review:
    """Change ``rating``, ``title`` or ``comment`` of one's own review.

    :raises ReviewNotFound: if there is none
    :raises NotYourReview: if somebody else wrote it
    :raises Invalid: if a value is not valid
    """
    review = _locked(review_id, author_id=user_id)
    if not changes:
        return review
    for field, value in changes.items():
        setattr(review, field, value)
    check_fields(review)
    review.updated_at = clock.now()
    review.save(update_fields=[*changes, "updated_at"])
    return review


@write
def delete_review(*, review_id: int, author_id: int | None) -> None:
    """Take a review back, with the reactions to it.

    :param author_id: who must have written it; ``None`` for staff, who may delete everybody's
    :raises ReviewNotFound: if there is none
    :raises NotYourReview: if somebody else wrote it
    """
    _locked(review_id, author_id=author_id).delete()


@write
def react(*, user_id: int, review_id: int, kind: str) -> str | None:
    """Like or dislike a review; the same again takes it back. Return what the person thinks of it now.

    :param kind: of :class:`Reaction.Kind`
    :raises ReviewNotFound: if there is none
    """
    review = _locked(review_id, author_id=None)
    before = Reaction.objects.filter(user=user_id, review=review).first()
    if before is not None and before.kind == kind:
        before.delete()
        return None
    Reaction.objects.update_or_create(
        user_id=user_id, review=review, defaults={"kind": kind, "created_at": clock.now()}
    )
    return kind


@write
def forget_opinions(*, user_id: int) -> None:
    """Delete a person's favourites and reactions. Reviews stay: others read them, and their author goes unnamed."""
    Reaction.objects.filter(user=user_id).delete()
    Favourite.objects.filter(user=user_id).delete()


def _locked(review_id: int, *, author_id: int | None) -> Review:
    review = found_review(review_id, Review.objects.select_for_update())
    if author_id not in (None, review.user_id):
        raise NotYourReview
    return review
