"""Seats in the admin: what people will sit on is shown, and cannot be changed."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from booking.services.tickets import book_seats
from booking.tests import make
from catalog.models import Room, Seat
from catalog.tests import make as catalog

FIELDS = {"row_label": "Z", "seat_number": "9", "seat_type": "vip", "x": "0", "y": "0", "is_active": "on"}


@pytest.fixture(autouse=True)
def programmer(client, db):
    user = make.user(is_staff=True)
    user.groups.set(Group.objects.filter(name__in=("programmer", "manager")))
    client.force_login(user)
    return user


def post(client, page, seat_id, **fields):
    return client.post(reverse(f"admin:catalog_seat_{page}", args=[seat_id]), fields)


def test_sold_seat_is_only_switched_off(client):
    screening = make.screening()
    seat_id = make.seats_of(screening)[0]
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat_id])

    answer = post(client, "change", seat_id, **FIELDS | {"is_active": ""})
    deleted = post(client, "delete", seat_id, post="yes")

    kept = Seat.objects.get(pk=seat_id)
    assert (answer.status_code, deleted.status_code) == (302, 403)
    assert (kept.label, kept.seat_type, kept.is_active) == ("A1", "standard", False)


def test_seat_nobody_claimed_is_corrected_or_removed(client):
    room = catalog.room()
    first, second, *_ = room.seats.order_by("pk").values_list("pk", flat=True)

    changed = post(client, "change", first, **FIELDS)
    taken = post(client, "change", second, **FIELDS)
    removed = post(client, "delete", second, post="yes")

    assert (changed.status_code, taken.status_code, removed.status_code) == (302, 200, 302)
    assert "The room already has a seat Z9." in taken.content.decode()
    assert Seat.objects.get(pk=first).label == "Z9"
    assert not Seat.objects.filter(pk=second).exists()
    assert Room.objects.get(pk=room.pk).layout_version == room.layout_version + 2
