"""What lists can be narrowed by: one definition for the API and the admin."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.db.models import F, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from catalog.models import Movie, MovieState, Screening
from catalog.models.screenings import ScreeningQuerySet
from catalog.selectors.film_score import with_score
from catalog.selectors.screenings import day_spans
from catalog.zones import day_bounds
from cinema_project.common.database import LARGEST_ID
from cinema_project.common.words import fold

SORTS = [("release_date", "release date"), ("created_at", "newest")]
SEARCH_SORTS = {"title": "title", "release_date": "release_date", "rating": "score"}
TEXTS = ("title", "director", "cast", "genre", "description")
"""What an advanced search looks for in words; the rest only narrows it."""
ORDERS = [("asc", "ascending"), ("desc", "descending")]


class Choice(forms.ChoiceField):
    """One of some words; the refusal of another names them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = ", ".join(str(word) for word, _ in kwargs["choices"])
        self.error_messages["invalid_choice"] = f"Choose one of {known}."


class ChoiceFilter(django_filters.ChoiceFilter):
    field_class = Choice


class Flag(Choice):
    """``true`` or ``false``; 1 and 0 are the same."""

    def to_python(self, value: Any) -> str:
        word = super().to_python(value).lower()
        return {"1": "true", "0": "false"}.get(word, word)


class FlagFilter(django_filters.Filter):
    field_class = Flag

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[("true", "true"), ("false", "false")], **kwargs)


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(django_filters.Filter):
    """Rows that belong to the one with this number."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **kwargs)


@extend_schema_field(OpenApiTypes.INT)
class YearFilter(django_filters.Filter):
    """Films by the year of their release."""

    field_class = forms.IntegerField

    def __init__(self, lookup_expr: str = "year", **kwargs: Any) -> None:
        super().__init__("release_date", lookup_expr, min_value=1, max_value=9999, **kwargs)


class PartFilter(django_filters.CharFilter):
    """Films of which a field contains the text, whatever its case and accents."""

    def filter(self, qs: QuerySet[Movie], value: str) -> QuerySet[Movie]:
        if not value:
            return qs
        return qs.filter(texts__field=self.field_name, texts__folded__contains=fold(value))  # one text of each field


class FilterSet(django_filters.FilterSet):
    """Of a dozen filters a request names two: only those are made, and stand in ``cleaned_data``."""

    base_filters: dict[str, django_filters.Filter]

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        self.base_filters = {name: one for name, one in self.base_filters.items() if name in (data or {})}
        super().__init__(data, *args, **kwargs)


class MovieFilter(FilterSet):
    """Films; those that ended only when asked for."""

    state = ChoiceFilter(choices=MovieState.choices)
    include_ended = FlagFilter(method="_leave", help_text="Default false.")
    sort_by = ChoiceFilter(choices=SORTS, method="_leave", help_text="Default created_at, newest first.")

    class Meta:
        model = Movie
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Movie]) -> QuerySet[Movie]:
        asked = self.form.cleaned_data
        found = super().filter_queryset(queryset)
        if not asked.get("state") and asked.get("include_ended") != "true":
            found = found.exclude(state=MovieState.ENDED)
        return self.in_order(found, asked.get("sort_by", ""))

    def in_order(self, found: QuerySet[Movie], sort_by: str) -> QuerySet[Movie]:
        newest = F("release_date").desc(nulls_last=True) if sort_by == "release_date" else "-created_at"
        return found.order_by(newest, "-pk")

    def _leave(self, queryset: QuerySet[Movie], name: str, value: str) -> QuerySet[Movie]:
        return queryset


class CriteriaFilter(FilterSet):
    """Films by what they are; of names a part will do. All criteria given must be met."""

    genre = PartFilter(max_length=255)
    director = PartFilter(max_length=255)
    country = PartFilter(max_length=255)
    language = PartFilter(max_length=255)
    rating = django_filters.CharFilter(lookup_expr="iexact", max_length=255, help_text="The age rating, such as PG-13.")

    class Meta:
        model = Movie
        fields: list[str] = []


class MovieCriteriaFilter(CriteriaFilter):
    """The same, by year, and by what viewers think of them."""

    release_year = YearFilter()
    min_rating = django_filters.NumberFilter(
        method="_at_least", min_value=0, max_value=10, help_text="Twice the average of the reviews, at least."
    )

    def filter_queryset(self, queryset: QuerySet[Movie]) -> QuerySet[Movie]:
        return super().filter_queryset(queryset).order_by("title", "pk")

    def _at_least(self, queryset: QuerySet[Movie], name: str, value: Decimal) -> QuerySet[Movie]:
        return with_score(queryset).filter(score__gte=value) if value else queryset


class AdvancedFilter(CriteriaFilter):
    """The same, by more texts and a span of years, in any order."""

    title = PartFilter(max_length=255)
    cast = PartFilter(max_length=255)
    description = PartFilter(max_length=255)
    release_year_from = YearFilter("year__gte")
    release_year_to = YearFilter("year__lte")
    sort_by = ChoiceFilter(choices=[(name, name) for name in SEARCH_SORTS], method="_leave", help_text="Default title.")
    sort_order = ChoiceFilter(choices=ORDERS, method="_leave", help_text="Default asc.")

    def filter_queryset(self, queryset: QuerySet[Movie]) -> QuerySet[Movie]:
        asked = self.form.cleaned_data
        found, sort = super().filter_queryset(queryset), SEARCH_SORTS[asked.get("sort_by") or "title"]
        if sort == "score":
            found = with_score(found)
        key = F(sort)
        if asked.get("sort_order") == "desc":
            return found.order_by(key.desc(nulls_last=True), "-pk")
        return found.order_by(key.asc(nulls_last=True), "pk")

    def _leave(self, queryset: QuerySet[Movie], name: str, value: str) -> QuerySet[Movie]:
        return queryset


class DayFilter(FilterSet):
    """Screenings of one day."""

    date = django_filters.DateFilter(
        method="_on_day", input_formats=["%Y-%m-%d"], help_text="A day on the clocks of each cinema, 2026-11-21."
    )

    class Meta:
        model = Screening
        fields: list[str] = []

    def __init__(self, *args: Any, zone: ZoneInfo | None = None, **kwargs: Any) -> None:
        """Narrow screenings; ``zone`` is that of their cinema if they are all of one."""
        super().__init__(*args, **kwargs)
        self.zone = zone

    def _on_day(self, queryset: ScreeningQuerySet, name: str, value: datetime.date) -> ScreeningQuerySet:
        return queryset.between(*day_bounds(value, self.zone)) if self.zone else queryset.starting_in(day_spans(value))


class ShowtimeFilter(DayFilter):
    """Screenings of a film, a cinema, a day."""

    movie_id = IdFilter(field_name="movie_id")
    cinema_id = IdFilter(field_name="room__cinema_id")


class ScreeningFilter(ShowtimeFilter):
    """The same, and of a room."""

    room_id = IdFilter(field_name="room_id")
