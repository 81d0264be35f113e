"""Reviews over HTTP. They stand here because a ticket verifies them, and the catalogue knows of no tickets."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import SignedInRequest
from booking.selectors.audience import with_verified
from catalog.api.described import KEY_REUSED, ONCE, refusal
from catalog.api.serializers.reviews import (
    ReactionInput,
    ReactionOutput,
    ReviewInput,
    ReviewOutput,
    ReviewsOutput,
    ReviewsQuery,
    SummaryOutput,
)
from catalog.api.views.base import CatalogueView
from catalog.api.views.movies import NO_MOVIE
from catalog.models import Review
from catalog.selectors import reviews as selectors
from catalog.services import reviews as services
from cinema_project.common.idempotency import once
from cinema_project.common.pagination import NumberedPages
from cinema_project.common.renderers import JSONRenderer

NO_REVIEW = refusal(selectors.ReviewNotFound, "Review with id 5 not found")
NOT_YOURS = refusal(services.NotYourReview, "You can only change your own reviews.")
DONE = {"like": "You like this review.", "dislike": "You dislike this review.", None: "Your reaction is removed."}


def review(review_id: int) -> Review:
    """Return one review with all that its answer tells.

    :raises ReviewNotFound: if there is none
    """
    return selectors.found_review(review_id, with_verified(selectors.reviews()))


class ReviewsOfMovie(CatalogueView):
    queryset = Review.objects.none()
    serializer_class = ReviewOutput
    write_permission = IsAuthenticated

    @extend_schema(operation_id="list_reviews", parameters=[ReviewsQuery], responses={200: ReviewsOutput} | NO_MOVIE)
    def get(self, request: Request, movie_id: int) -> Response:
        """List what people say of a film, page by page."""
        query = ReviewsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        pages = NumberedPages(page=asked["page"], page_size=asked["page_size"])
        found = selectors.reviews_of(movie_id, sort_by=asked["sort_by"], descending=asked["order"] == "desc")
        page = pages.paginate_queryset(with_verified(found), request)
        content = {
            "reviews": self.as_json(ReviewOutput, page),
            "total": pages.total,
            "page": pages.page,
            "page_size": pages.limit,
            "has_more": pages.has_more,
        }
        return Response(content, headers=pages.headers())

    @extend_schema(
        operation_id="create_review",
        parameters=ONCE,
        request=ReviewInput,
        responses={201: ReviewOutput}
        | refusal(services.AlreadyReviewed, "You have already reviewed this movie. Use PUT to update your review.")
        | NO_MOVIE
        | KEY_REUSED,
    )
    def post(self, request: SignedInRequest, movie_id: int) -> HttpResponse:
        """Review a film, once."""

        def make() -> Review:
            said = self.asked(ReviewInput)
            return review(services.create_review(user_id=request.user.pk, movie_id=movie_id, **said).pk)

        return self.created(request, make)


class SummaryOfMovie(CatalogueView):
    serializer_class = SummaryOutput

    @extend_schema(operation_id="show_review_summary", responses={200: SummaryOutput} | NO_MOVIE)
    def get(self, request: Request, movie_id: int) -> Response:
        """Tell how many rated a film, and how."""
        return self.shown(SummaryOutput, selectors.summary(movie_id))


class OneReview(CatalogueView):
    queryset = Review.objects.none()
    serializer_class = ReviewOutput
    write_permission = IsAuthenticated

    @extend_schema(operation_id="show_review", responses={200: ReviewOutput} | NO_REVIEW)
    def get(self, request: Request, review_id: int) -> Response:
        """Show one review."""
        return self.shown(ReviewOutput, review(review_id))

    @extend_schema(
        operation_id="update_review",
        request=ReviewInput(partial=True),
        responses={200: ReviewOutput} | NO_REVIEW | NOT_YOURS,
    )
    def put(self, request: SignedInRequest, review_id: int) -> Response:
        """Change your review. Fields that are not given stay as they are."""
        changes = self.asked(ReviewInput, partial=True)
        services.update_review(review_id=review_id, user_id=request.user.pk, **changes)
        return self.shown(ReviewOutput, review(review_id))

    @extend_schema(operation_id="delete_review", responses={204: None} | NO_REVIEW | NOT_YOURS)
    def delete(self, request: SignedInRequest, review_id: int) -> Response:
        """Take your review back. Staff may delete anybody's."""
        author = None if request.auth.is_staff_member else request.user.pk
        services.delete_review(review_id=review_id, author_id=author)
        return Response(status=status.HTTP_204_NO_CONTENT)


class React(CatalogueView):
    queryset = Review.objects.none()
    serializer_class = ReactionOutput
    write_permission = IsAuthenticated

    @extend_schema(
        operation_id="react_to_review",
        parameters=ONCE,
        request=ReactionInput,
        responses={200: ReactionOutput} | NO_REVIEW | KEY_REUSED,
    )
    def post(self, request: SignedInRequest, review_id: int) -> HttpResponse:
        """Like or dislike a review. The same again takes it back."""

        def work() -> HttpResponse:
            kind = self.asked(ReactionInput)["reaction_type"]
            now = services.react(user_id=request.user.pk, review_id=review_id, kind=kind)
            told = {"message": DONE[now], "review": review(review_id), "user_reaction": now}
            return HttpResponse(JSONRenderer().render(ReactionOutput(told).data), content_type="application/json")

        return once(request._request, request.user.pk, work)
