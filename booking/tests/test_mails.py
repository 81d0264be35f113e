"""What mails about seats and money say, read back as they arrive."""

from datetime import timedelta
from email.utils import parseaddr

import pytest
from django.core import mail

from booking import promises
from booking.models import Payment, Refund, SeatClaim
from booking.services.farewell import close_account
from booking.services.reservations import hold_seats
from booking.services.screenings import cancel_screening, change_screening
from booking.services.tickets import book_from_holds, book_seats, cancel_ticket
from booking.tests import make
from booking.tests.reading import codes_in, codes_on, enclosed, entry_in, pages_of, parsed, pictures_in
from booking.ticket_codes import code_of
from catalog.tests import make as catalog
from cinema_project.common import mailer, outbox
from cinema_project.common.errors import DomainError
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]


@pytest.fixture(autouse=True)
def house(settings):
    settings.SITE_NAME, settings.SITE_URL = "Lux", "https://lux.test"


@pytest.fixture
def ann():
    return make.user(email="ann@cinema.test", full_name="Ann Example")


def showing(**film):
    return make.screening(
        movie=catalog.movie(**{"title": "Nosferatu"} | film),
        room=catalog.room(
            name="Blue", cinema=catalog.cinema(name="Lux", address="1 Quay", city="Oslo", timezone="Europe/Oslo")
        ),
        start_time=make.NOON.replace(hour=18, microsecond=0),
    )


def buy(person, screening, count=2):
    taken = SeatClaim.objects.filter(screening=screening).values_list("seat_id", flat=True)
    seats = [seat for seat in make.seats_of(screening) if seat not in taken][:count]
    return book_seats(buyer=person, screening_id=screening.pk, seat_ids=seats, payment_id=f"pay {person.pk}")


def arrived():
    """Send what is promised, and return what arrived since."""
    mail.outbox.clear()
    outbox.deliver_due()
    mailer.send_due()
    return [parsed(sent.message().as_bytes()) for sent in mail.outbox]


def text(letter):
    return letter.get_body(["plain"]).get_content()


def html(letter):
    return letter.get_body(["html"]).get_content()


def test_confirmation_brings_everything_one_needs_at_the_door(ann):
    sale = buy(ann, showing())

    [letter] = arrived()

    codes = [code_of(ticket.secret) for ticket in sale.tickets]
    assert (letter["To"], letter["Subject"]) == (
        "ann@cinema.test",
        f"Your tickets: Nosferatu ({sale.booking_number}) · Lux",
    )
    for words in (
        "Ann Example",
        "Nosferatu",
        "Monday 2 June 2031, 20:00 (Europe/Oslo)",
        "Lux, Blue",
        "1 Quay, Oslo",
        sale.booking_number,
        "Row A, seat 1",
        "Row A, seat 2",
        "12.50 EUR",
        "25.00 EUR",
        *(ticket.secret[:8] for ticket in sale.tickets),
        "https://lux.test/tickets/",
    ):
        assert words in text(letter)
        assert words in html(letter)
    assert [codes_in(picture) for picture in pictures_in(letter).values()] == [[code] for code in codes]


def test_confirmation_encloses_paper_and_a_calendar_entry(ann):
    sale = buy(ann, showing())

    [letter] = arrived()

    [paper], [calendar] = enclosed(letter, "application/pdf"), enclosed(letter, "text/calendar")
    assert codes_on(paper) == [[code_of(ticket.secret)] for ticket in sale.tickets]
    assert ["Seat 1" in page for page in pages_of(paper)] == [True, False]
    entry = entry_in(calendar)
    assert (entry["summary"], entry["location"]) == ("Nosferatu", "Lux, Blue, 1 Quay, Oslo")
    assert entry["uid"] == f"booking-{sale.booking_number}@cinema.test"


def test_mail_is_built_as_mail_programs_want_it(ann):
    buy(ann, showing())

    [letter] = arrived()

    related, paper, calendar = letter.iter_parts()
    alternatives, *pictures = related.iter_parts()
    assert letter.get_content_type() == "multipart/mixed"
    assert related.get_content_type() == "multipart/related"
    assert [part.get_content_type() for part in alternatives.iter_parts()] == ["text/plain", "text/html"]
    assert {(part.get_content_type(), part.get_content_disposition()) for part in pictures} == {("image/png", "inline")}
    assert (paper.get_filename(), calendar.get_filename()[-4:]) == ("tickets.pdf", ".ics")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert parseaddr(letter["Message-ID"])[1].endswith("@cinema.test")


def test_confirmation_comes_once_however_often_the_sale_is_repeated(ann):
    screening = showing()
    seats = make.seats_of(screening)[:2]
    hold_seats(buyer=ann, screening_id=screening.pk, seat_ids=seats)
    for _ in range(3):
        book_from_holds(buyer=ann, screening_id=screening.pk, seat_ids=seats, payment_id="paid")

    assert (len(arrived()), len(arrived())) == (1, 0)


@pytest.mark.parametrize("seats", [[10**9], []])
def test_sale_that_failed_says_nothing(ann, seats):
    screening = showing()
    other = buy(make.user(), screening)
    arrived()

    with pytest.raises(DomainError):
        book_seats(buyer=ann, screening_id=screening.pk, seat_ids=seats or [other.tickets[0].seat_id], payment_id="p")

    assert arrived() == []
    assert OutboxMessage.objects.filter(topic="booking_confirmed").count() == 1


def test_tickets_that_were_given_back_meanwhile_are_not_confirmed(ann):
    first, second = buy(ann, showing()).tickets
    cancel_ticket(ticket_id=first.id, by=ann)

    confirmation, cancellation = arrived()

    assert codes_on(*enclosed(confirmation, "application/pdf")) == [[code_of(second.secret)]]
    assert cancellation["Subject"].startswith("Ticket cancelled: ")


def test_cancelled_ticket_is_told_with_what_comes_back(ann):
    sale = buy(ann, showing())
    arrived()

    for _ in range(2):
        cancel_ticket(ticket_id=sale.tickets[0].id, by=ann)

    [letter] = arrived()
    assert letter["Subject"] == f"Ticket cancelled: Nosferatu ({sale.booking_number}) · Lux"
    for words in ("You get", "12.50 EUR", "Monday 2 June 2031, 20:00 (Europe/Oslo)", "A1"):
        assert words in text(letter)
        assert words in html(letter)
    assert not list(letter.iter_attachments())


def test_moved_screening_brings_its_new_calendar_entry(ann):
    screening = showing()
    buy(ann, screening)
    [confirmed] = arrived()

    change_screening(screening_id=screening.pk, start_time=screening.start_time + timedelta(days=1))

    [letter] = arrived()
    [before], [after] = (enclosed(one, "text/calendar") for one in (confirmed, letter))
    assert entry_in(before)["uid"] == entry_in(after)["uid"]
    assert entry_in(after)["dtstart"].dt == screening.start_time + timedelta(days=1)
    assert "Tuesday 3 June 2031, 20:00 (Europe/Oslo)" in html(letter)
    assert "<del>Monday 2 June 2031, 20:00, Blue</del>" in html(letter)


def test_cancelled_screening_is_told_to_each_with_their_sum(ann):
    screening, bob = showing(), make.user(email="bob@cinema.test")
    numbers = {person.email: buy(person, screening).booking_number for person in (ann, bob)}
    arrived()

    cancel_screening(screening_id=screening.pk)

    letters = {letter["To"]: letter for letter in arrived()}
    assert {to: letter["Subject"] for to, letter in letters.items()} == {
        email: f"Cancelled: Nosferatu ({number}) · Lux" for email, number in numbers.items()
    }
    assert all("25.00 EUR" in html(letter) for letter in letters.values())


def test_settled_refunds_are_told_together(ann):
    sale = buy(ann, showing())
    for ticket in sale.tickets:
        cancel_ticket(ticket_id=ticket.id, by=ann)
    arrived()

    promises.promise_refund_news(Refund.objects.values_list("pk", flat=True))

    [letter] = arrived()
    assert letter["Subject"] == f"Refund: Nosferatu ({sale.booking_number}) · Lux"
    assert "25.00 EUR" in text(letter)
    assert "25.00 EUR" in html(letter)


def test_r33_money_that_came_without_seats_is_told(ann):
    screening = showing()
    Payment.objects.create(
        payment_id="p" * 255,
        user=ann,
        screening=screening,
        seat_ids=[],
        amount="25.00",
        currency="EUR",
        status="refunded",
        captured_at=make.NOON,
    )

    promises.promise_return_news("p" * 255)

    [letter] = arrived()
    assert letter["Subject"] == "Refund: Nosferatu · Lux"
    assert "the seats were gone" in text(letter)
    assert "25.00 EUR" in html(letter)
    Payment.objects.all().delete()


def test_nobody_writes_to_guests_or_to_people_who_left(ann):
    screening = showing()
    buy(make.user(is_guest=True), screening)
    buy(make.user(is_active=False), screening)
    buy(ann, screening, count=1)
    close_account(user=ann)

    assert arrived() == []
    assert not OutboxMessage.objects.filter(delivered_at=None).exists()


EVIL = '"><script>alert(1)</script><img src=x onerror=y>{{ settings.SECRET_KEY }}'


def test_names_stay_names_in_every_mail(ann, settings):
    ann.full_name = EVIL
    ann.save()
    settings.SITE_NAME = "Lux & Co"
    screening = showing(title=f"Film {EVIL}")
    screening.room.name = f"Room {EVIL}"
    screening.room.save()
    screening.room.cinema.name, screening.room.cinema.address = f"House {EVIL}", f"Road {EVIL}"
    screening.room.cinema.save()
    sale = buy(ann, screening)
    letters = arrived()
    change_screening(screening_id=screening.pk, start_time=screening.start_time + timedelta(days=1))
    letters += arrived()
    cancel_ticket(ticket_id=sale.tickets[0].id, by=ann)
    letters += arrived()
    cancel_screening(screening_id=screening.pk)
    letters += arrived()
    promises.promise_refund_news(Refund.objects.values_list("pk", flat=True))
    letters += arrived()

    assert len(letters) == 5
    for letter in letters:
        assert "<script" not in html(letter)
        assert "<img src=x" not in html(letter)
        assert "&lt;script&gt;" in html(letter)
        assert "Lux &amp; Co" in html(letter)
        assert f"Film {EVIL}" in text(letter)


def test_line_breaks_in_a_title_make_no_headers(ann):
    buy(ann, showing(title="Faust\r\nBcc: everybody@cinema.test\r\n\r\n<html>"))

    [letter] = arrived()

    assert letter["Bcc"] is None
    assert letter["Subject"].strip().startswith("Your tickets: Faust Bcc: everybody@cinema.test <html> (")
    assert letter.get_content_type() == "multipart/mixed"
