"""The catalogue as staff see it. Screenings and seats are in booking's admin: people may have claims on them."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from catalog.admin_forms import CinemaForm, MovieForm, NewRoomForm, RoomForm
from catalog.archive_admin import ArchivingAdmin
from catalog.event_admin import EventAdmin
from catalog.filters import CriteriaFilter
from catalog.models import PRICE_FACTORS, CastMember, Cinema, Event, Movie, Review, Room, SeatType
from catalog.review_admin import ReviewAdmin
from catalog.selectors import film_search
from catalog.selectors.layouts import room_layout
from catalog.selectors.movies import genres
from catalog.services import archiving, cinemas, corrections, movies, plans
from catalog.services.film_index import index_films
from catalog.tmdb_admin import TmdbAdmin
from cinema_project.common.staff_forms import adopt, all_values, changed_values

admin.site.register(Review, ReviewAdmin)
admin.site.register(Event, EventAdmin)
SEAT_FACTORS, TICKET_FACTORS = PRICE_FACTORS[: len(SeatType)], PRICE_FACTORS[len(SeatType) :]


@admin.register(Cinema)
class CinemaAdmin(ArchivingAdmin):
    form = CinemaForm
    list_display = ("name", "city", "timezone", "currency", "room_count", "archived_at")
    list_filter = ("city", "currency", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "city", "address")
    ordering = ("name", "pk")
    readonly_fields = ("slug", "archived_at", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "city", "address", "amenities", ("latitude", "longitude"))}),
        ("Time and money", {"fields": (("timezone", "currency"), "booking_fee")}),
        (
            "Prices",
            {
                "description": "A ticket costs the screening's price, times the factor of its seat, times the factor of"
                " who sits there, and the booking fee.",
                "fields": (SEAT_FACTORS[:3], SEAT_FACTORS[3:], TICKET_FACTORS),
            },
        ),
        (
            "Screenings",
            {"fields": (("trailer_minutes", "hold_seconds"), ("cancel_cutoff_minutes", "companion_release_minutes"))},
        ),
        ("Record", {"fields": ("slug", "archived_at", "created_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cinema]:
        return super().get_queryset(request).annotate(room_count=Count("rooms"))

    @admin.display(description="rooms", ordering="room_count")
    def room_count(self, cinema: Cinema) -> SafeString:
        return _linked_count("room", f"cinema__id__exact={cinema.pk}", getattr(cinema, "room_count"))

    def save_model(self, request: HttpRequest, obj: Cinema, form: Any, change: bool) -> None:
        if change:
            cinemas.update_cinema(cinema_id=obj.pk, **changed_values(form))
        else:
            adopt(obj, cinemas.create_cinema(**all_values(form)))

    def remove(self, pk: int) -> None:
        archiving.remove_cinema(cinema_id=pk)

    def restore(self, pk: int) -> None:
        archiving.bring_cinema_back(cinema_id=pk)


@admin.register(Room)
class RoomAdmin(ArchivingAdmin):
    form = RoomForm
    list_display = ("name", "cinema", "seat_count", "cleaning_minutes", "step_free", "hearing_loop", "archived_at")
    list_filter = ("cinema", "step_free", "hearing_loop", ("archived_at", admin.EmptyFieldListFilter))
    list_select_related = ("cinema",)
    search_fields = ("name", "cinema__name", "cinema__city")
    ordering = ("cinema__name", "name", "pk")
    autocomplete_fields = ("cinema",)
    readonly_fields = ("picture", "seat_count", "archived_at", "created_at")
    facts = ("name", "cleaning_minutes", "step_free", "hearing_loop")
    record = ("archived_at", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        return super().get_queryset(request).annotate(seat_count=Count("seats", filter=Q(seats__is_active=True)))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({"form": NewRoomForm} if obj is None else {}), **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("cinema", *self.facts, "plan")}),)
        return (
            (None, {"fields": (*self.facts, "seat_count", "picture")}),
            ("Record", {"fields": ("cinema", *self.record)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj is None else (*self.readonly_fields, "cinema")

    @admin.display(description="seats on sale", ordering="seat_count")
    def seat_count(self, room: Room) -> SafeString:
        return _linked_count("seat", f"room__id__exact={room.pk}", getattr(room, "seat_count"))

    @admin.display(description="plan")
    def picture(self, room: Room) -> str:
        layout = room_layout(room.pk, room.layout_version + room.cinema.version)
        return render_to_string("catalog/admin/room_plan.html", {"seats": layout.seats.values()})

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        if change:
            corrections.change_room(room_id=obj.pk, **changed_values(form))
            return
        values = all_values(form)
        plan = values.pop("plan").rstrip()
        adopt(obj, cinemas.create_room(cinema_id=values.pop("cinema").pk, **values))
        if plan:
            cinemas.create_seats(room_id=obj.pk, seats=plans.plan_to_seats(plan.splitlines()))

    def remove(self, pk: int) -> None:
        archiving.remove_room(room_id=pk)

    def restore(self, pk: int) -> None:
        archiving.bring_room_back(room_id=pk)


class CastInline(TabularInline):
    model = CastMember
    fields = ("order", "actor_name", "character_name", "role", "is_lead")
    ordering = ("order", "pk")
    extra = 0
    tab = True


class GenreFilter(admin.SimpleListFilter):
    """Films of a genre, as the API finds them."""

    title = parameter_name = "genre"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(genre, genre) for genre in genres()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Movie]) -> QuerySet[Movie]:
        return CriteriaFilter({"genre": self.value()}, queryset).qs


@admin.register(Movie)
class MovieAdmin(TmdbAdmin, ArchivingAdmin):
    form = MovieForm
    list_display = (
        "thumbnail",
        "title",
        "state",
        "rating",
        "duration_minutes",
        "release_date",
        "screening_count",
        "archived_at",
    )
    list_display_links = ("title",)
    list_filter = ("state", "rating", GenreFilter, "language", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("title", "original_title", "director", "cast_members__actor_name")
    date_hierarchy = "release_date"
    ordering = ("title", "pk")
    inlines = (CastInline,)
    readonly_fields = ("slug", "vote_average", "vote_count", "archived_at", "created_at", "updated_at")
    fieldsets = (
        (
            None,
            {"fields": ("title", "original_title", "state", "description", ("duration_minutes", "rating"), "genre")},
        ),
        (
            "Pictures",
            {"fields": ("poster", "backdrop_path", "image_url", "trailer_url"), "classes": ("tab",)},
        ),
        ("Makers", {"fields": ("director", "writers", "producers", "awards"), "classes": ("tab",)}),
        (
            "Release",
            {
                "fields": (
                    ("release_date", "country", "language"),
                    ("production_company", "distributor"),
                    ("budget", "revenue"),
                ),
                "classes": ("tab",),
            },
        ),
        (
            "Record",
            {
                "fields": (
                    "slug",
                    "tmdb_id",
                    ("vote_average", "vote_count"),
                    "archived_at",
                    "created_at",
                    "updated_at",
                ),
                "classes": ("tab",),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Movie]:
        return super().get_queryset(request).annotate(screening_count=Count("screenings"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Movie], search_term: str
    ) -> tuple[QuerySet[Movie], bool]:
        """Find films as visitors do, archived ones too."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=film_search.ids_of(search_term, among=Movie.objects.all())), False

    @admin.display(description="poster")
    def thumbnail(self, movie: Movie) -> SafeString | str:
        address = movie.poster.url if movie.poster else ""
        return format_html('<img src="{}" alt="" width="40" height="60" loading="lazy">', address) if address else ""

    @admin.display(description="screenings", ordering="screening_count")
    def screening_count(self, movie: Movie) -> SafeString:
        return _linked_count("screening", f"movie__id__exact={movie.pk}&when=all", getattr(movie, "screening_count"))

    def save_model(self, request: HttpRequest, obj: Movie, form: Any, change: bool) -> None:
        if change:
            movies.update_movie(movie_id=obj.pk, **changed_values(form))
        else:
            adopt(obj, movies.create_movie(**all_values(form)))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        index_films([form.instance.pk])  # the cast has changed

    def remove(self, pk: int) -> None:
        archiving.remove_movie(movie_id=pk)

    def restore(self, pk: int) -> None:
        archiving.bring_movie_back(movie_id=pk)


def _linked_count(model: str, query: str, count: int) -> SafeString:
    """Return a count that leads to what it counts."""
    address = reverse(f"admin:catalog_{model}_changelist")
    return format_html('<a href="{}?{}" class="text-primary-600 dark:text-primary-500">{}</a>', address, query, count)
