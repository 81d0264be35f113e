from typing import Any

from django.core.files.storage import default_storage
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers.fields import FreeObject, Input, RowId, Texts, Words
from catalog.api.serializers.memory import Memory
from catalog.api.serializers.output import Output
from catalog.api.serializers.showtimes import ShowtimeOutput
from catalog.models import CastMember, Movie, MovieState
from catalog.selectors.movies import know_cast, know_credits
from catalog.selectors.screenings import NEXT_SHOWTIMES, know_showtimes

FACTS = [
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
"""What staff say of a film."""


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


class MovieOutput(Output):
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
    cast_members = CastOutput(source="credits", many=True, help_text="With `expand`: the credits, in their order.")
    showtimes = ShowtimeOutput(many=True, help_text=f"With `expand`: the next {NEXT_SHOWTIMES} screenings.")
    extras = ("cast_members", "showtimes")
    columns = {
        "image_url": ("image_url", "poster"),
        "poster_path": ("poster",),
        "backdrop_path": ("backdrop_path",),
        "status": ("state",),
    }
    needs = {"cast": know_cast, "cast_members": know_credits, "showtimes": know_showtimes}
    memory = Memory("SELECT m.id, m.ctid::text || m.xmin::text FROM catalog_movie m WHERE m.id = ANY(%s)")
    """A change of the cast changes the film's row, too (migration 0014)."""

    class Meta:
        model = Movie
        fields = [
            "id",
            "slug",
            *FACTS,
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
            "cast_members",
            "showtimes",
        ]
        read_only_fields = fields

    def get_cast(self, movie: Movie) -> list[str]:
        if "cast_names" not in movie.__dict__:
            know_cast([movie])
        return list(dict.fromkeys(movie.cast_names))

    def get_image_url(self, movie: Movie) -> str | None:
        return movie.image_url or self.get_poster_path(movie)

    def get_poster_path(self, movie: Movie) -> str | None:
        return self._address(movie, "poster")

    def get_backdrop_path(self, movie: Movie) -> str | None:
        return self._address(movie, "backdrop_path")

    def _address(self, movie: Movie, picture: str) -> str | None:
        # The name as it stands in the row: lists have up to 500 films, and a FieldFile of each takes its time.
        name = str(movie.__dict__[picture] or "")
        if not name:
            return None
        address = str(default_storage.url(name))
        return f"{self.site}{address}" if address.startswith("/") else address

    @extend_schema_field({"type": "string", "examples": ["Released", "Upcoming"]})
    def get_status(self, movie: Movie) -> str:
        return "Upcoming" if movie.state == MovieState.COMING_SOON else "Released"


class MoviesOutput(serializers.Serializer[Any]):
    movies = MovieOutput(many=True)
    total = serializers.IntegerField()


class SuggestionOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["movie", "person"])
    text = serializers.CharField(help_text="A title, or a name.")
    movie_ids = serializers.ListField(
        child=serializers.IntegerField(), help_text="The films of this title, or with or by this person."
    )


class MovieInput(Input):
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
        fields = FACTS


class CastInput(Input):
    movie_id = RowId()
    profile_image_url = serializers.URLField(max_length=500, allow_null=True, required=False)

    class Meta:
        model = CastMember
        fields = ["movie_id", "actor_name", "character_name", "role", "profile_image_url", "is_lead", "order"]
