"""What lists can be narrowed by: one definition for the API and the admin."""

import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from catalog.models import Movie, MovieState, Screening
from catalog.selectors.screenings import day_spans

LARGEST_ID = 2**63 - 1
FLAGS = [("true", "true"), ("false", "false")]
SORTS = [("release_date", "release date"), ("created_at", "newest")]


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(django_filters.Filter):
    """Rows that belong to the one with this number."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **kwargs)


class MovieFilter(django_filters.FilterSet):
    """Films; those that ended only when asked for."""

    state = django_filters.ChoiceFilter(choices=MovieState.choices)
    include_ended = django_filters.ChoiceFilter(choices=FLAGS, method="_leave", help_text="Default false.")
    sort_by = django_filters.ChoiceFilter(choices=SORTS, method="_leave", help_text="Default created_at, newest first.")

    class Meta:
        model = Movie
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Movie]) -> QuerySet[Movie]:
        asked = self.form.cleaned_data
        found = super().filter_queryset(queryset)
        if not asked["state"] and asked["include_ended"] != "true":
            found = found.exclude(state=MovieState.ENDED)
        return self.in_order(found, asked["sort_by"])

    def in_order(self, found: QuerySet[Movie], sort_by: str) -> QuerySet[Movie]:
        return found.order_by("-release_date" if sort_by == "release_date" else "-created_at", "-pk")

    def _leave(self, queryset: QuerySet[Movie], name: str, value: str) -> QuerySet[Movie]:
        return queryset


class DayFilter(django_filters.FilterSet):
    """Screenings of one day."""

    date = django_filters.DateFilter(
        method="_on_day", input_formats=["%Y-%m-%d"], help_text="A day on the clocks of each cinema, 2026-11-21."
    )

    class Meta:
        model = Screening
        fields: list[str] = []

    def _on_day(self, queryset: QuerySet[Screening], name: str, value: datetime.date) -> QuerySet[Screening]:
        return queryset.filter(pk__in=Screening.objects.starting_in(day_spans(value)).values("pk"))


class ShowtimeFilter(DayFilter):
    """Screenings of a film, a cinema, a day."""

    movie_id = IdFilter(field_name="movie_id")
    cinema_id = IdFilter(field_name="room__cinema_id")


class ScreeningFilter(ShowtimeFilter):
    """The same, and of a room."""

    room_id = IdFilter(field_name="room_id")
