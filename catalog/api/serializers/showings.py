from typing import Any

from rest_framework import serializers

from catalog.api.serializers.screenings import ScreeningOutput


class ShowingOutput(ScreeningOutput):
    """A screening in the words of the older clients."""

    room_name = serializers.CharField(source="room.name")
    movie_title = serializers.CharField(source="movie.title")
    tmdb_id: "serializers.Field[Any, Any, Any, Any]" = serializers.IntegerField(source="movie.tmdb_id", allow_null=True)

    extras = ()

    class Meta(ScreeningOutput.Meta):
        fields = [
            "id",
            "movie_id",
            "tmdb_id",
            "movie_title",
            "room_id",
            "room_name",
            "start_time",
            "end_time",
            "price",
            "currency",
            "is_3d",
            "is_imax",
            "is_dolby",
            "language",
            "subtitles",
            "status",
            "bookings_count",
        ]
        read_only_fields = fields
