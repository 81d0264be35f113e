"""Forms of the catalogue's admin: how staff type lists and plans. They hold no rules."""

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminURLInputWidget

from catalog.models import Cinema, Movie, Room
from cinema_project.common.staff_forms import ServiceForm, WordsField


class CinemaForm(ServiceForm):
    amenities = WordsField()

    class Meta:
        model = Cinema
        fields = ("name", "address", "city", "amenities", "timezone", "currency", "latitude", "longitude")


class MovieForm(ServiceForm):
    genre = WordsField()
    writers = WordsField()
    producers = WordsField()
    awards = WordsField()
    trailer_url = forms.URLField(
        required=False, empty_value=None, assume_scheme="https", widget=UnfoldAdminURLInputWidget
    )

    class Meta:
        model = Movie
        fields = ("title",)


class RoomForm(ServiceForm):
    class Meta:
        model = Room
        fields = ("name",)


class NewRoomForm(RoomForm):
    plan = forms.CharField(
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
        label="Seats",
        help_text=(
            "One line a row, the screen on top: s standard, p premium, v VIP, c couple, w wheelchair space, "
            "k companion, _ aisle. For example sss_sss."
        ),
    )
