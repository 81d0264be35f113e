"""Two people with the same form open in the admin: neither takes back what the other did."""

from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from booking.services.tickets import book_seats
from booking.tests import make
from catalog.models import Cinema, Movie, Room, Screening, Seat
from catalog.tests import make as catalog
from cinema_project.common.models import OutboxMessage


class Typed(HTMLParser):
    """What a browser would send of the page's form as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.name = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        ticked = kind not in ("checkbox", "radio") or "checked" in given
        if tag == "input" and name and ticked and kind not in ("file", "submit"):
            self.sent[name] = given.get("value", "on" if kind == "checkbox" else "")
        elif tag in ("textarea", "select"):
            self.name = name
        elif tag == "option" and self.name and "selected" in given:
            self.sent[self.name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self.name = ""

    def handle_data(self, data: str) -> None:
        if self.name and self.lasttag == "textarea":
            self.sent[self.name] = self.sent.get(self.name, "") + data.removeprefix("\r\n").removeprefix("\n")


def address(row) -> str:
    return reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk])


def form_of(client, row) -> dict[str, str]:
    return Typed(client.get(address(row)).content.decode()).sent


def save(client, row, sent: dict[str, str]):
    answer = client.post(address(row), sent)
    assert answer.status_code == 302, answer.context["errors"]


ROWS = {
    Cinema: (lambda: catalog.cinema(amenities=["bar"]), {"name": "Lux"}, {"amenities": "bar, café"}, ["bar", "café"]),
    Movie: (lambda: catalog.movie(description="Old."), {"title": "Faust"}, {"description": "New."}, "New."),
    Room: (catalog.room, {"name": "Blue"}, {"cleaning_minutes": "20"}, 20),
    Screening: (make.screening, {"subtitles": "de"}, {"price": "9.00"}, Decimal("9.00")),
    Seat: (
        lambda: catalog.room().seats.get(row_label="A", seat_number=1),
        {"seat_type": "vip"},
        {"row_label": "Z"},
        "Z",
    ),
}


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_what_each_of_two_changed_stays(admin_client, db, model):
    make_row, first, second, kept = ROWS[model]
    row = make_row()
    one, other = form_of(admin_client, row), form_of(admin_client, row)

    save(admin_client, row, one | first)
    save(admin_client, row, other | second)

    now = model.objects.get(pk=row.pk)
    assert {name: str(getattr(now, name)) for name in first} == first
    assert getattr(now, next(iter(second))) == kept


def test_screening_moved_meanwhile_is_not_moved_back(admin_client, db):
    screening = make.screening()
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1], payment_id="paid")
    stale = form_of(admin_client, screening)
    day = (screening.start_time + timedelta(days=3)).astimezone(screening.room.cinema.zone).date()
    save(admin_client, screening, form_of(admin_client, screening) | {"start_time_0": day.isoformat()})

    save(admin_client, screening, stale | {"price": "9.00"})

    now = Screening.objects.get()
    assert (now.start_time.date(), now.price) == (day, Decimal("9.00"))
    assert OutboxMessage.objects.filter(topic="screening_moved").count() == 1
