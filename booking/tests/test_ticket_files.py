"""Tickets as pictures, on paper and in calendars, read back as scanners, people and programs do."""

from datetime import datetime, timedelta

import pytest

from accounts.tests.make import bearer
from booking.models import SeatClaim
from booking.printing import fonts
from booking.selectors.printing import printed_ticket
from booking.services.reservations import hold_seats
from booking.services.screenings import change_screening
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.reading import codes_in, codes_on, drawn, entry_in, pages_of
from booking.tests.test_api_seats import problem
from booking.ticket_codes import code_of, secret_of
from catalog.tests import make as catalog

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]

FILES = (".pdf", ".ics", "/qr.svg", "/qr.png")
TONIGHT = make.NOON.replace(hour=18, microsecond=0)


class Sold:
    """Somebody's two tickets for a film tonight."""

    def __init__(self, client, start=TONIGHT, **film):
        self.client, self.owner = client, make.user()
        self.screening = make.screening(
            movie=catalog.movie(**{"title": "Nosferatu"} | film),
            room=catalog.room(
                name="Blue", cinema=catalog.cinema(name="Lux", address="1 Quay", city="Oslo", timezone="Europe/Oslo")
            ),
            start_time=start,
        )
        seats = make.seats_of(self.screening)[:2]
        self.sale = book_seats(buyer=self.owner, screening_id=self.screening.pk, seat_ids=seats, payment_id="p")
        self.ids = [ticket.id for ticket in self.sale.tickets]

    def get(self, file, *, by=None, ticket=0):
        return self.client.get(f"/api/v1/tickets/{self.ids[ticket]}{file}", headers=bearer(by or self.owner))

    def cancel(self, *tickets):
        for number in tickets:
            cancel_ticket(ticket_id=self.ids[number], by=self.owner)

    def code(self, ticket=0):
        return code_of(printed_ticket(self.ids[ticket], user_id=None).secret)


@pytest.fixture
def sold(client):
    return Sold(client)


@pytest.mark.parametrize("file", FILES)
def test_files_are_for_the_owner_and_for_staff(sold, file):
    people = [sold.owner, *(make.user(groups=[group]) for group in ("manager", "box office", "auditor"))]
    strangers = [make.user(), make.user(groups=["programmer"])]

    answers = [sold.get(file, by=person) for person in people]
    refusals = [sold.get(file, by=person) for person in strangers]

    assert {answer.status_code for answer in answers} == {200}
    assert {problem(refusal)[:2] for refusal in refusals} == {(404, "not_found")}
    assert sold.client.get(f"/api/v1/tickets/{sold.ids[0]}{file}").status_code == 401


@pytest.mark.parametrize("file", FILES)
def test_files_are_had_with_and_without_the_slash_and_kept_by_one_browser_alone(sold, file):
    plain, slashed = sold.get(file), sold.get(f"{file}/")
    known = sold.client.get(
        f"/api/v1/tickets/{sold.ids[0]}{file}", headers=bearer(sold.owner) | {"If-None-Match": plain["ETag"]}
    )

    assert (slashed.status_code, slashed.content) == (200, plain.content)
    assert plain["Cache-Control"] == "private, no-cache"
    assert known.status_code == 304


@pytest.mark.parametrize("file", FILES)
def test_an_unknown_ticket_and_a_hold_have_no_files(sold, file):
    free = make.seats_of(sold.screening)[2:3]
    [hold] = hold_seats(buyer=sold.owner, screening_id=sold.screening.pk, seat_ids=free).holds
    sold.ids += [hold.id, 10**17]

    refusals = [sold.get(file, ticket=number) for number in (2, 3)]

    assert {problem(refusal)[:2] for refusal in refusals} == {(404, "not_found")}


def test_r42_the_pictures_carry_the_signed_secret(sold):
    svg, png = sold.get("/qr.svg"), sold.get("/qr.png")

    assert (svg["Content-Type"], png["Content-Type"]) == ("image/svg+xml", "image/png")
    assert codes_in(png.content) == codes_in(drawn(svg.content.decode())) == [sold.code()]
    assert len(secret_of(sold.code())) == 26  # of 5 random bits each
    assert secret_of(sold.code()[:-1] + "x") is None


def test_the_code_of_the_api_is_the_one_in_the_picture(sold):
    ticket = sold.get("").json()

    assert len(ticket["code"]) >= 22
    assert codes_in(sold.get("/qr.png").content) == [ticket["code"]]
    assert ticket["code"].startswith(ticket["short_code"])


def test_paper_says_what_the_door_and_the_visitor_need(sold):
    pdf = sold.get(".pdf")

    [page] = pages_of(pdf.content)
    for words in (
        f"Booking {sold.sale.booking_number}",
        "Nosferatu",
        "Monday 2 June 2031, 20:00 (Europe/Oslo)",
        "Lux, Blue",
        "1 Quay, Oslo",
        "Row A",
        "Seat 1",
        "12.50 EUR",
        f"Code to type {sold.code()[:8]}",
    ):
        assert words in page
    assert codes_on(pdf.content) == [[sold.code()]]
    assert pdf["Content-Disposition"] == f'inline; filename="tickets-{sold.sale.booking_number}-A1.pdf"'


def test_cancelled_ticket_says_so_on_paper_and_has_no_code(sold):
    sold.cancel(0)

    pdf, svg, png = (sold.get(file) for file in (".pdf", "/qr.svg", "/qr.png"))

    assert "Cancelled This ticket does not open the door." in pages_of(pdf.content)[0]
    assert codes_on(pdf.content) == [[]]
    assert {problem(refused)[:2] for refused in (svg, png)} == {(409, "ticket_void")}


def test_used_ticket_keeps_its_code(sold):
    SeatClaim.objects.filter(pk=sold.ids[0]).update(state="used")

    assert codes_in(sold.get("/qr.png").content) == [sold.code()]


def test_calendar_holds_the_booking_once_in_the_time_of_the_cinema(sold):
    first, second = (entry_in(sold.get(".ics", ticket=number).content) for number in (0, 1))

    start, end = first["dtstart"].dt, first["dtend"].dt
    assert (start, end) == (sold.screening.start_time, sold.screening.end_time)
    assert (start.utcoffset(), str(start.tzinfo)) == (timedelta(hours=2), "Europe/Oslo")
    assert first["uid"] == second["uid"]
    assert (first["summary"], first["location"]) == ("Nosferatu", "Lux, Blue, 1 Quay, Oslo")
    assert f"row A seat 1, row A seat 2\nBooking {sold.sale.booking_number}" in first["description"]
    assert first["status"] == "CONFIRMED"


def test_calendar_follows_what_happens_to_the_booking(sold, noon):
    before = entry_in(sold.get(".ics").content)
    noon.travel(60)
    change_screening(screening_id=sold.screening.pk, start_time=sold.screening.start_time + timedelta(hours=1))
    sold.cancel(0)
    moved = entry_in(sold.get(".ics").content)
    sold.cancel(1)
    noon.travel(60)
    gone = sold.get(".ics")

    assert moved["dtstart"].dt - before["dtstart"].dt == timedelta(hours=1)
    assert "Your seats: row A seat 2\n" in moved["description"]
    assert before["sequence"] < moved["sequence"] < entry_in(gone.content)["sequence"]
    assert (entry_in(gone.content)["status"], b"METHOD:CANCEL" in gone.content) == ("CANCELLED", True)


WORLD = {
    "accents": "Amélie – “Œuvre” à 5 €",
    "Cyrillic": "Кин-дза-дза!",
    "Greek and Vietnamese": "Στέλλα, Mùi đu đủ xanh",
    "Arabic": "سكر بنات (2007)",
    "Hebrew": "ביקור התזמורת",
    "Thai": "ฉลาดเกมส์โกง",
    "Hindi": "लगान",
    "Japanese": "東京物語",
    "Korean": "기생충",
    "Chinese": "卧虎藏龙",
    "an emoji": "😀 Movie",
}


@pytest.mark.parametrize("title", WORLD.values(), ids=WORLD)
def test_films_of_all_the_world_are_printed_with_letters_of_their_own(client, title):
    sold = Sold(client, title=title)

    assert codes_on(sold.get(".pdf").content) == [[sold.code()]]
    assert fonts.is_western(title) or fonts.writable(title, fonts.faces_for(title)) == title


@pytest.mark.parametrize("name", ["accents", "Cyrillic", "Greek and Vietnamese", "Japanese", "Korean", "Chinese"])
def test_titles_can_be_searched_and_copied(client, name):
    [page] = pages_of(Sold(client, title=WORLD[name]).get(".pdf").content)

    assert WORLD[name] in page


@pytest.mark.parametrize(
    "title",
    [
        "Wide " * 51,
        "W" * 255,
        "\u202e\u0000x\n\ty".replace("\0", ""),
        "ᠮᠣᠩᠭᠣᠯ \ue000 \U000e0041",
        "<b>&amp;\\(",
        "東" * 255,
    ],
    ids=["words", "one word", "control characters", "nobody's letters", "markup", "long and Chinese"],
)
def test_no_title_spoils_the_page(client, title):
    sold = Sold(client, title=title)

    assert codes_on(sold.get(".pdf").content) == [[sold.code()]]
    assert entry_in(sold.get(".ics").content)["summary"].strip() == title.strip()


def test_what_no_font_has_is_marked():
    faces = fonts.faces_for("a\ue000")

    assert fonts.writable("a\ue000", faces) == "a?"


def test_the_same_ticket_is_the_same_file(sold, noon):
    first = sold.get(".pdf").content
    noon.travel(3600)

    assert sold.get(".pdf").content == first


class Pages:
    def __init__(self, sold, person):
        self.sold = sold
        sold.client.force_login(person)

    def get(self, path):
        return self.sold.client.get(path.format(*self.sold.ids))


def test_the_pages_lead_to_the_files(sold):
    pages = Pages(sold, sold.owner)
    ticket = pages.get("/tickets/{}/").content.decode()
    one, entry = pages.get("/tickets/{}.pdf"), pages.get("/tickets/{}.ics")
    both = pages.get("/tickets/{1}/all.pdf")

    for link in ("/tickets/{}.pdf", "/tickets/{}.ics"):
        assert f'href="{link.format(*sold.ids)}"' in ticket
    assert codes_in(drawn(ticket)) == [sold.code()]
    assert codes_on(one.content) == [[sold.code()]]
    assert codes_on(both.content) == [[sold.code()], [sold.code(1)]]
    assert entry_in(entry.content)["summary"] == "Nosferatu"
    assert f"/tickets/{sold.ids[0]}/all.pdf" in pages.get(f"/checkout/{sold.screening.pk}/done/").content.decode()


@pytest.mark.parametrize("path", ["/tickets/{}.pdf", "/tickets/{}.ics", "/tickets/{}/all.pdf"])
def test_the_pages_hand_nothing_to_strangers(sold, path):
    nobody = sold.client.get(path.format(*sold.ids))
    stranger = Pages(sold, make.user()).get(path)
    staff = Pages(sold, make.user(groups=["box office"])).get(path)

    assert (nobody.status_code, stranger.status_code, staff.status_code) == (302, 404, 200)


def test_moments_are_the_cinemas_in_winter_too(client):
    sold = Sold(client, start=datetime.fromisoformat("2031-12-01T18:00:00Z"))

    assert entry_in(sold.get(".ics").content)["dtstart"].dt.utcoffset() == timedelta(hours=1)
    assert "Monday 1 December 2031, 19:00" in pages_of(sold.get(".pdf").content)[0]
