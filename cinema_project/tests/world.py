"""A small cinema for browsers to walk through; built inside the product by ``manage.py shell``."""

import json
from datetime import timedelta

from accounts.models import User
from accounts.tests.make import PASSWORD
from catalog.models import Room, Seat
from catalog.tests import make
from cinema_project.common import clock
from cinema_project.tests.product import Product

# One letter a seat, a blank is an aisle; rows of different length.
PLAN = """\
  SSS SSS
 SSSS SSSS
SSSSS SSSSS

SSSSS SSSSS
SSPPP PPPSS
SSPPP PPPSS
WWC   SSSSS"""
KINDS = {"S": "standard", "P": "premium", "W": "wheelchair", "C": "companion"}
PEOPLE = ("alice@cinema.test", "bob@cinema.test")


def build() -> None:
    """Make it, and print the ids that a test needs."""
    cinema = make.cinema(name="Roxy", slug="roxy")
    room = make.room(seats=(0, 0), cinema=cinema, name="Screen 1")
    Seat.objects.bulk_create(_seats(room))
    film = make.movie(title="Nosferatu", slug="nosferatu", state="SHOWING", rating="PG", genre=["horror"])
    coming = make.movie(title="Metropolis", slug="metropolis", state="COMING_SOON")
    start = clock.now().replace(minute=30, second=0, microsecond=0) + timedelta(days=1)
    screening = make.screening(movie=film, room=room, start_time=start, price="10.00")
    for email in PEOPLE:
        User.objects.create_user(email, PASSWORD, full_name=email.split("@")[0].capitalize())
    ids = {seat.label: seat.pk for seat in room.seats.all()}
    print(json.dumps({"screening": screening.pk, "film": film.slug, "coming": coming.slug, "seats": ids}))


def build_in(product: Product) -> dict:
    """Build it in a product, and return what ``build`` printed."""
    done = product.manage("shell", "-v", "0", "-c", "from cinema_project.tests.world import build; build()")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def _seats(room: Room) -> list[Seat]:
    seats, names = [], iter("ABCDEFGHKL")
    for y, line in enumerate(PLAN.splitlines()):
        row = next(names) if line.strip() else ""
        for number, (x, letter) in enumerate(((x, c) for x, c in enumerate(line) if c != " "), start=1):
            seats.append(Seat(room=room, row_label=row, seat_number=number, seat_type=KINDS[letter], x=x, y=y))
    return seats
