from typing import Any

from rest_framework import serializers

from catalog.api.serializers.output import Output
from catalog.models import Favourite


class FavouriteOutput(Output):
    class Meta:
        model = Favourite
        fields = ["id", "user_id", "cinema_id", "movie_id", "created_at"]
        read_only_fields = fields


class IsFavouriteOutput(serializers.Serializer[Any]):
    is_favorite = serializers.BooleanField()
