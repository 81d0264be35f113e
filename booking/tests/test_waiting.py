"""The waiting list: who waits, who gets what comes back, and what becomes of an offer."""

from datetime import timedelta

import pytest
from django.core import mail

from booking import background
from booking.models import SeatClaim, WaitingParty
from booking.selectors.waiting import place_in_line, waiting_of, waiting_party
from booking.services import waiting
from booking.services.farewell import close_account
from booking.services.reservations import expire_lapsed, hold_seats, release_holds
from booking.services.screenings import cancel_screening
from booking.services.seat_rules import ScreeningCancelled, ScreeningPast, SeatLimit
from booking.services.tickets import book_from_holds, book_seats, cancel_ticket
from booking.services.waiting import AlreadyWaiting, SeatsAvailable, join, leave, offer, offer_everywhere
from booking.tests import make
from booking.tests.make import NOON
from booking.tests.parties import held_by, rows
from booking.tests.reading import parsed
from catalog.models import Screening
from cinema_project.common import mailer, outbox
from cinema_project.common.errors import Invalid, NotFound
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]


@pytest.fixture
def room():
    """A screening that is sold out, its seats, and whose they are."""
    screening, seats = rows(4, 4)
    owner = make.user()
    tickets = book_seats(buyer=owner, screening_id=screening.pk, seat_ids=seats).tickets
    return screening, seats, owner, {ticket.seat_id: ticket.id for ticket in tickets}


def give_back(room, *indexes):
    """Cancel the tickets of these seats."""
    _, seats, owner, tickets = room
    for index in indexes:
        cancel_ticket(ticket_id=tickets[seats[index]], by=owner)


def wait_for(room, size=2, buyer=None, **more):
    party = join(buyer=buyer or make.user(), screening_id=room[0].pk, size=size, **more)
    return party.user, party


def status(party):
    view = waiting_party(party.pk, user_id=party.user_id)
    return view.status, view.position


def messages():
    return OutboxMessage.objects.filter(topic="seats_freed", delivered_at=None).count()


def test_who_joins_first_is_first(room):
    _, first = wait_for(room)
    _, second = wait_for(room)

    assert [status(party) for party in (first, second)] == [("waiting", 1), ("waiting", 2)]


def test_seats_that_come_back_are_held_for_the_first_that_they_are_enough_for(room):
    screening, seats, *_ = room
    large, _ = wait_for(room, 3)
    first, party = wait_for(room, 2)
    second, _ = wait_for(room, 2)
    give_back(room, 5, 6)

    assert offer(screening.pk) == 1

    assert [held_by(person, screening) for person in (large, first, second)] == [[], seats[5:7], []]
    view = place_in_line(first.pk, screening.pk)
    assert (view.status, view.position) == ("offered", None)
    assert (view.offered_seat_ids, view.offered_until) == (seats[5:7], NOON + timedelta(seconds=900))
    assert status(party) == ("offered", None)


def test_seats_apart_are_no_offer(room):
    screening, *_ = room
    wait_for(room, 2)
    give_back(room, 0, 2, 5, 7)

    assert offer(screening.pk) == 0


def test_as_many_are_served_as_there_are_seats_for(room):
    screening, *_ = room
    people = [wait_for(room, 2)[0] for _ in range(3)]
    give_back(room, *range(4))

    assert offer(screening.pk) == 2
    assert [len(held_by(person, screening)) for person in people] == [2, 2, 0]


def test_an_offer_is_bought_like_any_hold_and_ends_the_wait(room):
    screening, seats, *_ = room
    person, party = wait_for(room)
    give_back(room, 0, 1)
    offer(screening.pk)

    book_from_holds(buyer=person, screening_id=screening.pk, seat_ids=seats[:2], payment_id="p")

    assert status(party) == ("served", None)
    offer(screening.pk)
    party.refresh_from_db()
    assert party.state == "served"


def test_r63_who_has_got_seats_does_not_leave_whether_or_not_that_was_noted(room):
    screening, seats, *_ = room
    person, party = wait_for(room)
    give_back(room, 0, 1)
    offer(screening.pk)
    book_from_holds(buyer=person, screening_id=screening.pk, seat_ids=seats[:2], payment_id="p")

    leave(buyer=person, party_id=party.pk)

    assert status(party) == ("served", None)
    assert make.states(screening)[-2:] == [(seat, "confirmed") for seat in seats[:2]]


@pytest.mark.parametrize("end", ["lapse", "release", "leave"])
def test_an_offer_that_is_not_taken_goes_to_the_next(room, noon, end):
    screening, seats, *_ = room
    person, party = wait_for(room)
    other, _ = wait_for(room)
    give_back(room, 0, 1)
    offer(screening.pk)
    if end == "lapse":
        noon.travel(900)
        expire_lapsed()
    elif end == "release":
        release_holds(buyer=person, screening_id=screening.pk)
    else:
        leave(buyer=person, party_id=party.pk)

    assert offer(screening.pk) == 1

    assert (held_by(person, screening), held_by(other, screening)) == ([], seats[:2])
    assert status(party) == ("left" if end == "leave" else "lapsed", None)
    assert join(buyer=person, screening_id=screening.pk, size=2).pk > party.pk  # at the end of the line


def test_a_lapsed_offer_is_known_as_one_before_anybody_tidies_up(room, noon):
    screening, *_ = room
    _, party = wait_for(room)
    give_back(room, 0, 1)
    offer(screening.pk)
    noon.travel(900)

    assert status(party) == ("lapsed", None)


def test_freed_seats_leave_a_message_if_somebody_waits_and_only_then(room, noon):
    screening, seats, *_ = room
    give_back(room, 0)
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])
    assert messages() == 0

    wait_for(room)
    give_back(room, 4)
    noon.travel(301)
    expire_lapsed()

    assert messages() == 2


def test_the_message_leads_to_the_offer(room, monkeypatch):
    screening, seats, *_ = room
    person, _ = wait_for(room)
    give_back(room, 0, 1)

    outbox.deliver_due()

    assert held_by(person, screening) == seats[:2]


def test_the_clock_makes_good_a_message_that_was_lost(room):
    screening, seats, *_ = room
    person, _ = wait_for(room)
    give_back(room, 0, 1)
    OutboxMessage.objects.all().delete()

    assert (offer_everywhere(), offer_everywhere()) == (1, 0)
    assert held_by(person, screening) == seats[:2]


def test_nothing_is_done_where_nothing_is_to_be_done(room, django_assert_max_num_queries):
    screening, *_ = room
    wait_for(room)
    sequence = Screening.objects.get(pk=screening.pk).seat_seq

    with django_assert_max_num_queries(2):
        assert offer(screening.pk) == 0
    assert Screening.objects.get(pk=screening.pk).seat_seq == sequence


def test_a_mail_says_what_is_held_and_until_when(room, settings):
    settings.SITE_URL = "https://lux.test"
    screening, *_ = room
    wait_for(room, buyer=make.user(email="ann@cinema.test", full_name="Ann Example"))
    give_back(room, 0, 1)
    mail.outbox.clear()
    offer(screening.pk)

    mailer.send_due()

    [letter] = [parsed(sent.message().as_bytes()) for sent in mail.outbox if "Your turn" in sent.subject]
    for part in ("plain", "html"):
        text = letter.get_body([part]).get_content()
        for words in (
            "Ann Example",
            screening.movie.title,
            "A1, A2",
            "25.00 EUR",
            "Monday 2 June 2031, 14:15",
            f"https://lux.test/screenings/{screening.pk}/",
        ):
            assert words in text
    assert letter["To"] == "ann@cinema.test"


def test_no_mail_about_an_offer_that_is_over(room, noon):
    screening, *_ = room
    wait_for(room)
    give_back(room, 0, 1)
    offer(screening.pk)
    mail.outbox.clear()
    noon.travel(900)

    mailer.send_due()

    assert [sent for sent in mail.outbox if "Your turn" in sent.subject] == []


def test_nobody_waits_for_what_there_is():
    screening, seats = rows(4)

    with pytest.raises(SeatsAvailable) as refused:
        join(buyer=make.user(), screening_id=screening.pk, size=2)

    assert refused.value.extra == {"alternatives": [seats[:2]]}


def test_a_large_party_may_wait_while_there_are_some_seats(room):
    give_back(room, 0, 1)

    assert status(wait_for(room, 3)[1]) == ("waiting", 1)
    with pytest.raises(SeatsAvailable):
        wait_for(room, 2)


def test_one_place_for_each_person(room):
    person, _ = wait_for(room)

    with pytest.raises(AlreadyWaiting):
        wait_for(room, 3, buyer=person)


def test_r09_counts_what_one_has(room):
    _, _, owner, _ = room  # has eight tickets

    with pytest.raises(SeatLimit):
        wait_for(room, 3, buyer=owner)
    assert status(wait_for(room, 2, buyer=owner)[1]) == ("waiting", 1)


def test_r09_holds_that_lapsed_do_not_count_marked_or_not(noon):
    screening, seats = rows(8)
    person = make.user()
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:5])
    noon.travel(301)
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[5:])

    assert status(wait_for((screening,), 6, buyer=person)[1]) == ("waiting", 1)


def test_who_is_suspended_is_passed_over_but_stays_in_line(room):
    screening, seats, *_ = room
    suspended, party = wait_for(room)
    other, _ = wait_for(room)
    suspended.is_active = False
    suspended.save()
    give_back(room, 0, 1)

    assert offer(screening.pk) == 1

    assert held_by(other, screening) == seats[:2]
    assert status(party) == ("waiting", 1)


def test_one_screening_that_cannot_be_served_keeps_no_other_from_it(room, monkeypatch):
    screening, seats, *_ = room
    person, _ = wait_for(room)
    give_back(room, 0, 1)
    broken, taken = rows(2)
    book_seats(buyer=make.user(), screening_id=broken.pk, seat_ids=taken)
    wait_for((broken,))
    monkeypatch.setattr(waiting, "offer", lambda pk, offer=offer: 1 / 0 if pk == broken.pk else offer(pk))

    assert offer_everywhere() == 1
    assert held_by(person, screening) == seats[:2]


def test_r09_who_holds_seats_in_two_other_films_is_passed_over_but_stays_in_line(room):
    screening, seats, *_ = room
    busy, party = wait_for(room)
    free, _ = wait_for(room)
    for elsewhere in (make.screening(), make.screening()):
        hold_seats(buyer=busy, screening_id=elsewhere.pk, seat_ids=make.seats_of(elsewhere)[:1])
    give_back(room, 0, 1)

    offer(screening.pk)

    assert held_by(free, screening) == seats[:2]
    assert status(party) == ("waiting", 1)


@pytest.mark.parametrize(("size", "wheelchair"), [(0, False), ("2", False), (True, False), (None, False), (2, "yes")])
def test_a_malformed_party_is_refused(room, size, wheelchair):
    with pytest.raises(Invalid):
        wait_for(room, size, wheelchair=wheelchair)


def test_nobody_waits_for_a_film_that_has_begun_or_is_off(room, noon):
    screening, *_ = room
    cancel_screening(screening_id=screening.pk)
    with pytest.raises(ScreeningCancelled):
        wait_for(room)

    noon.at(make.start_of(screening))
    with pytest.raises(ScreeningPast):
        wait_for(room)


def test_the_line_is_closed_at_the_start(room, noon):
    screening, *_ = room
    _, party = wait_for(room)
    give_back(room, 0, 1)
    noon.at(make.start_of(screening))

    assert status(party) == ("closed", None)
    assert offer_everywhere() == 0
    party.refresh_from_db()
    assert party.state == "closed"


def test_an_offer_ends_with_the_start_at_the_latest(room, noon):
    screening, *_ = room
    person, _ = wait_for(room)
    give_back(room, 0, 1)
    start = make.start_of(screening)
    noon.at(start - timedelta(seconds=60))

    offer(screening.pk)

    assert {hold.expires_at for hold in SeatClaim.objects.filter(user=person)} == {start}


def test_a_cancelled_screening_closes_its_line(room):
    screening, *_ = room
    _, party = wait_for(room)
    cancel_screening(screening_id=screening.pk)
    background.finish_cancellation(screening_id=screening.pk)

    offer_everywhere()

    party.refresh_from_db()
    assert party.state == "closed"


def test_a_screening_that_nobody_ever_had_a_seat_of_goes_with_its_line(monkeypatch):
    screening = make.screening(seats=1)
    monkeypatch.setattr(waiting, "_seats_for", lambda *asked: None)
    wait_for((screening,))

    cancel_screening(screening_id=screening.pk)

    assert not WaitingParty.objects.exists()


def test_a_party_with_a_wheelchair_waits_for_its_space():
    screening, seats = rows(4, types=["wheelchair", "companion"])
    owner = make.user()
    tickets = book_seats(buyer=owner, screening_id=screening.pk, seat_ids=seats[:2]).tickets
    person = join(buyer=make.user(), screening_id=screening.pk, size=2, wheelchair=True).user
    assert offer(screening.pk) == 0

    for ticket in tickets:
        cancel_ticket(ticket_id=ticket.id, by=owner)

    assert offer(screening.pk) == 1
    assert held_by(person, screening) == seats[:2]


def test_leaving_twice_is_as_good_as_once_and_nobody_leaves_for_others(room):
    person, party = wait_for(room)

    with pytest.raises(NotFound):
        leave(buyer=make.user(), party_id=party.pk)
    leave(buyer=person, party_id=party.pk)
    leave(buyer=person, party_id=party.pk)

    assert status(party) == ("left", None)
    assert waiting_of(person.pk)[0].is_active is False


def test_r52_who_closes_their_account_leaves_every_line(room):
    screening, *_ = room
    person, party = wait_for(room)
    give_back(room, 0, 1)

    close_account(user=person)

    assert offer(screening.pk) == 0
    party.refresh_from_db()
    assert party.state == "left"
