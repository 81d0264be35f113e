from typing import Any

from rest_framework import serializers

from accounts.selectors import picture_url_of, short_name
from catalog.api.serializers.fields import Input
from catalog.api.serializers.output import Output
from catalog.models import Reaction, Review
from catalog.models.reviews import BEST, LONGEST_COMMENT, WORST
from catalog.selectors.reviews import SORTS

LARGEST_PAGE = 100
LAST_PAGE = 1_000_000


class ReviewOutput(Output):
    reviewerName = serializers.SerializerMethodField(help_text="First name and initial.")
    reviewerAvatar = serializers.SerializerMethodField(help_text="The address of their picture.")
    likes = serializers.IntegerField()
    dislikes = serializers.IntegerField()
    verified = serializers.BooleanField(help_text="Whether they have used a ticket for the film.")

    class Meta:
        model = Review
        fields = [
            "id",
            "user_id",
            "movie_id",
            "rating",
            "title",
            "comment",
            "reviewerName",
            "reviewerAvatar",
            "likes",
            "dislikes",
            "verified",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_reviewerName(self, review: Review) -> str:
        return short_name(review.user) or "Guest"

    def get_reviewerAvatar(self, review: Review) -> str | None:
        return picture_url_of(review.user)


class ReviewInput(Input):
    rating = serializers.IntegerField(min_value=WORST, max_value=BEST)
    comment = serializers.CharField(max_length=LONGEST_COMMENT, allow_null=True, allow_blank=True, required=False)

    class Meta:
        model = Review
        fields = ["rating", "title", "comment"]


class ReviewsQuery(serializers.Serializer[Any]):
    page = serializers.IntegerField(min_value=1, max_value=LAST_PAGE, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=10)
    sort_by = serializers.ChoiceField(SORTS, default="created_at", help_text="The newest first on ties.")
    order = serializers.ChoiceField(["asc", "desc"], default="desc")


class ReviewsOutput(serializers.Serializer[Any]):
    reviews = ReviewOutput(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    has_more = serializers.BooleanField()


class SummaryOutput(serializers.Serializer[Any]):
    movie_id = serializers.IntegerField()
    total_reviews = serializers.IntegerField()
    average_rating = serializers.DecimalField(3, 2, help_text="0 without reviews.")
    rating_breakdown = serializers.DictField(
        child=serializers.IntegerField(), help_text='How many gave "1", "2", "3", "4", "5".'
    )


class ReactionInput(serializers.Serializer[Any]):
    reaction_type = serializers.ChoiceField(Reaction.Kind.choices)


class ReactionOutput(serializers.Serializer[Any]):
    message = serializers.CharField()
    review = ReviewOutput()
    user_reaction = serializers.CharField(allow_null=True, help_text="What you think of it now: like, dislike or null.")
