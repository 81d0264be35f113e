"""R17, R46, R47: a screening that people have seats of gets another price, time or room."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from booking.models import SeatClaim
from booking.selectors.seatmap import seat_map
from booking.selectors.tickets import tickets_of
from booking.services.intents import begin_payment
from booking.services.reservations import hold_seats
from booking.services.screenings import HasLiveClaims, change_screening
from booking.services.seat_rules import ScreeningCancelled
from booking.services.settling import settle
from booking.services.tickets import TicketPast, book_from_holds, book_seats, cancel_ticket
from booking.tests import make
from booking.tests.paying import books, take_money
from catalog.models import Cinema, Screening, Seat
from catalog.selectors.cinemas import RoomNotFound
from catalog.services.archiving import remove_cinema, remove_room
from catalog.services.screenings import RoomOverlap, StartsInThePast
from catalog.tests import make as catalog
from cinema_project.common import mailer
from cinema_project.common.errors import IllegalTransition
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def sold(noon):
    """A screening with two tickets of one buyer, and a hold of another visitor."""
    return Sold()


class Sold:
    def __init__(self):
        self.screening = make.screening()
        self.first, self.second, self.third, *_ = make.seats_of(self.screening)
        self.owner, self.visitor = make.user(full_name="Ann"), make.user()
        here = {"screening_id": self.screening.pk}
        self.sale = book_seats(buyer=self.owner, **here, seat_ids=[self.first, self.second], payment_id="paid")
        hold_seats(buyer=self.visitor, **here, seat_ids=[self.third])

    def change(self, **changes):
        return change_screening(screening_id=self.screening.pk, **changes)

    def claims(self):
        found = SeatClaim.objects.order_by("pk")
        return list(found.values_list("seat__row_label", "seat__seat_number", "state", "price"))

    def messages(self):
        return [message.payload for message in OutboxMessage.objects.filter(topic="seats").order_by("pk")]


def promised(topic):
    return [message.payload["user_id"] for message in OutboxMessage.objects.filter(topic=topic).order_by("pk")]


def test_r17_new_price_touches_neither_holds_nor_tickets(sold):
    before = sold.claims()

    sold.change(price="99.00")
    book_from_holds(buyer=sold.visitor, screening_id=sold.screening.pk, seat_ids=[sold.third], payment_id="later")

    assert [claim[3] for claim in sold.claims()] == [claim[3] for claim in before]
    assert promised("screening_moved") == []


def test_r46_owners_are_told_of_a_new_start_and_may_cancel_until_then(sold, clock):
    start = sold.screening.start_time + timedelta(days=3)

    moved = sold.change(start_time=start)
    clock.at(start - timedelta(seconds=1))
    cancel_ticket(ticket_id=sold.sale.tickets[0].id, by=sold.owner)

    assert (moved.start_time, moved.end_time) == (start, start + timedelta(minutes=105))
    assert promised("screening_moved") == [sold.owner.pk]
    assert [claim[2] for claim in sold.claims()] == ["cancelled", "confirmed", "held"]


def test_r46_each_move_is_told(sold):
    start = sold.screening.start_time

    for days in (1, 0, 1):
        sold.change(start_time=start + timedelta(days=days))

    assert promised("screening_moved") == [sold.owner.pk] * 3


def test_r46_mail_tells_the_new_time_on_the_clock_of_the_cinema(noon, settings):
    settings.SITE_NAME, settings.SITE_URL = "Roxy", "https://roxy.test"
    screening = make.screening(
        start_time=datetime.fromisoformat("2031-06-03T18:00:00Z"),
        movie=catalog.movie(title="Faust"),
        room=catalog.room(name="Blue", cinema=catalog.cinema(name="Lux")),
    )
    owner = make.user(full_name="Ann")
    sale = book_seats(buyer=owner, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:2])

    change_screening(screening_id=screening.pk, start_time=datetime.fromisoformat("2031-06-04T19:30:00Z"))
    mailer.send_due()

    _, sent = mail.outbox
    assert (sent.to, sent.subject) == ([owner.email], f"New time or room: Faust ({sale.booking_number}) · Roxy")
    assert "Hello Ann," in sent.body
    assert "Now:    Wednesday 4 June 2031, 21:30 (Europe/Berlin), Blue, Lux" in sent.body
    assert "Before: Tuesday 3 June 2031, 20:00, Blue" in sent.body
    assert "Your seats: A1, A2" in sent.body
    assert "https://roxy.test/tickets/" in sent.body


def test_r46_who_gave_the_tickets_back_meanwhile_gets_no_mail(sold):
    sold.change(start_time=sold.screening.start_time + timedelta(days=3))
    for ticket in sold.sale.tickets:
        cancel_ticket(ticket_id=ticket.id, by=sold.owner)

    mailer.send_due()

    assert [sent.subject.split(":")[0] for sent in mail.outbox] == ["Ticket cancelled"] * len(sold.sale.tickets)


def test_r46_nothing_moves_into_the_past(sold, clock):
    with pytest.raises(StartsInThePast):
        sold.change(start_time=make.NOON - timedelta(seconds=1))

    assert (make.start_of(sold.screening), promised("screening_moved")) == (sold.screening.start_time, [])


def test_r48_nothing_moves_onto_another_screening(sold):
    other = make.screening(room=sold.screening.room)

    with pytest.raises(RoomOverlap) as refused:
        sold.change(start_time=other.start_time)

    assert refused.value.extra == {"conflicting_screening_id": other.pk}
    assert promised("screening_moved") == []


def test_cancelled_screening_does_not_change(sold):
    Screening.objects.update(status="cancelled")

    with pytest.raises(ScreeningCancelled):
        sold.change(price="1.00")


def test_film_of_sold_seats_stays(sold):
    with pytest.raises(HasLiveClaims, match="held or sold: cancel it instead"):
        sold.change(movie_id=catalog.movie().pk)

    assert Screening.objects.get().movie == sold.screening.movie


def test_film_of_tickets_that_were_given_back_stays_too(sold, clock):
    for ticket in sold.sale.tickets:
        cancel_ticket(ticket_id=ticket.id, by=sold.owner)
    clock.travel(301)

    with pytest.raises(HasLiveClaims):
        sold.change(movie_id=catalog.movie().pk)

    assert Screening.objects.get().movie == sold.screening.movie


def test_r47_claimed_screening_keeps_its_room_without_remap(sold):
    with pytest.raises(HasLiveClaims, match="remap them"):
        sold.change(room_id=catalog.room().pk)

    assert Screening.objects.get().room == sold.screening.room


def test_r47_every_claimed_seat_must_be_there(sold):
    room = catalog.room(seats=(1, 1))
    before = sold.claims(), make.written(sold.screening)

    with pytest.raises(HasLiveClaims, match="no seat A2, A3") as refused:
        sold.change(room_id=room.pk, remap=True)

    assert refused.value.extra == {"missing_seats": ["A2", "A3"]}
    assert (sold.claims(), make.written(sold.screening)) == before


def test_r47_row_and_number_must_be_the_same_not_only_the_word_they_make(noon):
    room, there = catalog.room(seats=(0, 0)), catalog.room(seats=(0, 0))
    seat = Seat.objects.create(room=room, row_label="A", seat_number=11)
    Seat.objects.create(room=there, row_label="A1", seat_number=1)
    screening = make.screening(room=room)
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat.pk])

    with pytest.raises(HasLiveClaims, match="no seat A11"):
        change_screening(screening_id=screening.pk, room_id=there.pk, remap=True)

    assert (Screening.objects.get().room, SeatClaim.objects.get().seat) == (room, seat)


def test_r47_claims_go_along_to_the_same_seats_and_everybody_sees_it(sold):
    room = catalog.room(seats=(1, 4))
    there = list(room.seats.order_by("pk").values_list("pk", flat=True))
    before, seq = sold.claims(), Screening.objects.get().seat_seq
    told = len(sold.messages())

    sold.change(room_id=room.pk, remap=True)

    assert sold.claims() == before
    shown = {view.seat.id: view.status for view in seat_map(sold.screening.pk).seats()}
    assert shown == dict(zip(there, ["booked", "booked", "reserved", "available"], strict=True))
    assert (Screening.objects.get().room, Screening.objects.get().seat_seq) == (room, seq + 1)
    [message] = sold.messages()[told:]
    assert [(update["seat_id"], update["status"], update["user_id"]) for update in message["updates"]] == [
        (sold.first, "available", None),
        (sold.second, "available", None),
        (sold.third, "available", None),
        (there[0], "booked", sold.owner.pk),
        (there[1], "booked", sold.owner.pk),
        (there[2], "reserved", sold.visitor.pk),
    ]
    assert promised("screening_moved") == [sold.owner.pk]
    booked = book_from_holds(
        buyer=sold.visitor, screening_id=sold.screening.pk, seat_ids=[there[2]], payment_id="later"
    )
    assert [ticket.seat_id for ticket in booked.tickets] == [there[2]]


def test_r47_payment_under_way_buys_the_seats_that_its_payer_has_now(sold, verify):
    third = {"buyer": sold.visitor, "screening_id": sold.screening.pk, "seat_ids": [sold.third]}
    intent = begin_payment(**third)
    sold.change(room_id=catalog.room(seats=(1, 4)).pk, remap=True)
    take_money(intent)

    settle(payment_id=intent.pk)

    assert [ticket.seat.seat_number for ticket in tickets_of(sold.visitor.pk) if ticket.seat] == [3]
    assert books() == {"captured": "37.50", "live": "37.50"}


def test_r17_claimed_screening_goes_to_no_cinema_with_another_currency(sold):
    there = catalog.room(seats=(1, 4), cinema=catalog.cinema(currency="JPY"))
    before = sold.claims(), make.written(sold.screening)

    with pytest.raises(HasLiveClaims, match=r"held or sold in EUR; .+ takes JPY"):
        sold.change(room_id=there.pk, remap=True)

    assert (sold.claims(), make.written(sold.screening), Screening.objects.get().currency) == (*before, "EUR")


def test_r17_moved_screening_keeps_the_currency_it_is_sold_in(sold):
    Cinema.objects.update(currency="JPY")

    sold.change(start_time=sold.screening.start_time + timedelta(days=3))
    there = catalog.room(seats=(1, 4), cinema=sold.screening.room.cinema)
    sold.change(room_id=there.pk, remap=True)

    assert (Screening.objects.get().room, Screening.objects.get().currency) == (there, "EUR")


def test_r23_sale_of_before_the_remap_is_still_repeated(sold):
    sold.change(room_id=catalog.room(seats=(1, 4)).pk, remap=True)

    again = book_seats(
        buyer=sold.owner, screening_id=sold.screening.pk, seat_ids=[sold.first, sold.second], payment_id="paid"
    )

    assert (again.replayed, [ticket.id for ticket in again.tickets]) == (
        True,
        [ticket.id for ticket in sold.sale.tickets],
    )


def test_room_that_is_archived_is_not_found(sold):
    with pytest.raises(RoomNotFound):
        sold.change(room_id=catalog.room(seats=(1, 4), archived_at=make.NOON).pk, remap=True)


def test_ended_claims_stand_in_no_room_s_way_and_keep_their_name(sold, clock):
    for ticket in sold.sale.tickets:
        cancel_ticket(ticket_id=ticket.id, by=sold.owner)
    clock.travel(301)

    sold.change(room_id=catalog.room(seats=(1, 1)).pk)

    assert [(row, number) for row, number, *_ in sold.claims()] == [("A", 1), ("A", 2), ("A", 3)]
    assert [ticket.seat.seat_number for ticket in tickets_of(sold.owner.pk)] == [1, 2]


@pytest.mark.parametrize("thing", ["room", "cinema"])
def test_r51_room_that_a_screening_left_is_archived_with_the_seats_that_claims_still_name(sold, clock, thing):
    left = sold.screening.room
    for ticket in sold.sale.tickets:
        cancel_ticket(ticket_id=ticket.id, by=sold.owner)
    clock.travel(301)
    sold.change(room_id=catalog.room(seats=(1, 1)).pk)

    if thing == "room":
        remove_room(room_id=left.pk)
    else:
        remove_cinema(cinema_id=left.cinema_id)

    left.refresh_from_db()
    assert (left.archived_at is not None, left.seats.count()) == (True, 6)
    assert [ticket.seat.seat_number for ticket in tickets_of(sold.owner.pk)] == [1, 2]


def test_r37_who_saw_the_film_gets_no_money_back_because_it_is_moved_afterwards(sold, clock):
    clock.at(sold.screening.end_time)

    with pytest.raises(IllegalTransition):
        sold.change(start_time=sold.screening.end_time + timedelta(days=1))
    with pytest.raises(TicketPast):
        cancel_ticket(ticket_id=sold.sale.tickets[0].id, by=sold.owner)

    assert promised("screening_moved") == []
