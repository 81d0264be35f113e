from typing import Any

from django.db.models.fields.files import FieldFile
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from catalog.api.serializers.fields import FreeObject, Output, OutputOnce, Words
from catalog.models import CastMember, Movie, MovieState


class Texts(serializers.ListField):
    child = serializers.CharField()


class MovieOutput(OutputOnce):
    """A film. ``overview``, ``runtime`` and ``genres`` are second names of ``description``, ``duration_minutes``,
    ``genre``."""

    genre = Texts()
    genres = Texts(source="genre")
    writers = Texts()
    producers = Texts()
    awards = Texts()
    details = FreeObject()
    cast = serializers.SerializerMethodField()
    overview = serializers.CharField(source="description", allow_null=True)
    runtime = serializers.IntegerField(source="duration_minutes")
    image_url = serializers.SerializerMethodField()
    poster_path = serializers.SerializerMethodField()
    backdrop_path = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()

    class Meta:
        model = Movie
        fields = [
            "id",
            "title",
            "original_title",
            "slug",
            "description",
            "duration_minutes",
            "genre",
            "rating",
            "state",
            "cast",
            "director",
            "writers",
            "producers",
            "release_date",
            "country",
            "language",
            "budget",
            "revenue",
            "production_company",
            "distributor",
            "image_url",
            "trailer_url",
            "awards",
            "details",
            "created_at",
            "updated_at",
            "tmdb_id",
            "overview",
            "poster_path",
            "backdrop_path",
            "runtime",
            "genres",
            "vote_average",
            "vote_count",
            "status",
        ]
        read_only_fields = fields

    def get_cast(self, movie: Movie) -> list[str]:
        return list(dict.fromkeys(member.actor_name for member in movie.cast_members.all()))

    def get_image_url(self, movie: Movie) -> str | None:
        return movie.image_url or self.get_poster_path(movie)

    def get_poster_path(self, movie: Movie) -> str | None:
        return self._address(movie.poster)

    def get_backdrop_path(self, movie: Movie) -> str | None:
        return self._address(movie.backdrop_path)

    def _address(self, file: FieldFile) -> str | None:
        if not file:
            return None
        request: Request | None = self.context.get("request")
        return request.build_absolute_uri(file.url) if request else file.url

    @extend_schema_field({"type": "string", "examples": ["Released", "Upcoming"]})
    def get_status(self, movie: Movie) -> str:
        return "Upcoming" if movie.state == MovieState.COMING_SOON else "Released"


class MoviesOutput(serializers.Serializer[Any]):
    movies = MovieOutput(many=True)
    total = serializers.IntegerField()


class MovieInput(serializers.ModelSerializer[Movie]):
    description = serializers.CharField(max_length=5000, allow_null=True, allow_blank=True, required=False)
    genre = Words()
    state = serializers.ChoiceField(MovieState.choices, required=False, help_text="SHOWING unless given.")
    cast = Words(most=200, longest=255)
    writers = Words(longest=255)
    producers = Words(longest=255)
    budget = serializers.DecimalField(14, 2, min_value=0, allow_null=True, required=False)
    revenue = serializers.DecimalField(14, 2, min_value=0, allow_null=True, required=False)
    image_url = serializers.URLField(max_length=500, allow_null=True, required=False)
    awards = Words(longest=255)
    details = FreeObject(required=False)

    class Meta:
        model = Movie
        fields = [
            "title",
            "original_title",
            "description",
            "duration_minutes",
            "genre",
            "rating",
            "state",
            "cast",
            "director",
            "writers",
            "producers",
            "release_date",
            "country",
            "language",
            "budget",
            "revenue",
            "production_company",
            "distributor",
            "image_url",
            "trailer_url",
            "awards",
            "details",
        ]


class CastInput(serializers.ModelSerializer[CastMember]):
    movie_id = serializers.IntegerField(min_value=1)
    profile_image_url = serializers.URLField(max_length=500, allow_null=True, required=False)

    class Meta:
        model = CastMember
        fields = ["movie_id", "actor_name", "character_name", "role", "profile_image_url", "is_lead", "order"]


class CastOutput(Output):
    class Meta:
        model = CastMember
        fields = [
            "id",
            "movie_id",
            "actor_name",
            "character_name",
            "role",
            "profile_image_url",
            "is_lead",
            "order",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields
