"""The waiting list with true parallel connections: nobody is offered twice, and nobody passed over."""

from functools import partial

import pytest
from django.db import IntegrityError

from booking.models import WaitingParty
from booking.selectors.invariants import violations
from booking.services import waiting
from booking.services.farewell import close_account
from booking.services.reservations import hold_seats, release_holds
from booking.services.tickets import book_seats, cancel_ticket
from booking.services.waiting import join, offer
from booking.tests import make
from booking.tests.parallel import Request, queued, together
from booking.tests.parties import held_by, rows
from cinema_project.common.database import Overtaken, query

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def sold_out(*lengths):
    screening, seats = rows(*lengths)
    owners = [make.user() for _ in range(0, len(seats), 8)]
    tickets = {}
    for number, owner in enumerate(owners):
        for ticket in book_seats(
            buyer=owner, screening_id=screening.pk, seat_ids=seats[number * 8 : number * 8 + 8]
        ).tickets:
            tickets[ticket.seat_id] = (ticket.id, owner)
    return screening, seats, tickets


def party_of(size, screening):
    return join(buyer=make.user(), screening_id=screening.pk, size=size).user


def test_many_workers_make_each_offer_once_and_in_order():
    screening, seats, tickets = sold_out(8, 8)
    people = [party_of(2, screening) for _ in range(6)]
    for seat in seats[:8]:
        cancel_ticket(ticket_id=tickets[seat][0], by=tickets[seat][1])

    offers = together(*[partial(offer, screening.pk)] * 8)

    assert sum(offers) == 4
    assert [len(held_by(person, screening)) for person in people] == [2, 2, 2, 2, 0, 0]
    assert violations() == []


def test_seats_given_back_beside_offers_all_find_their_party():
    screening, seats, tickets = sold_out(*[2] * 8)
    people = [party_of(2, screening) for _ in range(8)]

    def give_back(pair):
        for seat in pair:
            cancel_ticket(ticket_id=tickets[seat][0], by=tickets[seat][1])
        offer(screening.pk)

    together(*[partial(give_back, seats[start : start + 2]) for start in range(0, 16, 2)])
    offer(screening.pk)

    assert [len(held_by(person, screening)) for person in people] == [2] * 8
    assert violations() == []


def test_an_offer_that_queued_finds_what_was_sold_meanwhile(queue):
    screening, seats, tickets = sold_out(8)
    person = party_of(2, screening)
    for seat in seats[:2]:
        cancel_ticket(ticket_id=tickets[seat][0], by=tickets[seat][1])

    with queued(queue, screening, partial(offer, screening.pk)) as request:
        hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])

    assert (request.outcome, held_by(person, screening)) == (0, [])
    assert WaitingParty.objects.get().state == "waiting"


def test_without_the_lock_two_workers_would_collide(monkeypatch):
    """The tests above can fail: here, the second worker believes what the first one found."""
    screening, seats, tickets = sold_out(8)
    for _ in range(2):
        party_of(2, screening)
    for seat in seats[:2]:
        cancel_ticket(ticket_id=tickets[seat][0], by=tickets[seat][1])
    found = waiting.look_at_room(screening.pk, 0)
    assert offer(screening.pk) == 1
    monkeypatch.setattr(waiting, "look_at_room", lambda *asked: found)

    with pytest.raises((IntegrityError, Overtaken)):
        waiting._offer_next(screening.pk)


def test_one_person_joins_once_however_often_they_press():
    screening, *_ = sold_out(8)
    person = make.user()

    answers = together(*[partial(join, buyer=person, screening_id=screening.pk, size=2)] * 5)

    assert sorted(isinstance(answer, str) for answer in answers) == [False, True, True, True, True]
    assert WaitingParty.objects.count() == 1


@pytest.mark.postgresql
def test_r52_who_leaves_while_an_offer_is_made_keeps_no_seats(monkeypatch):
    screening, seats, tickets = sold_out(8)
    person = party_of(2, screening)
    for seat in seats[:2]:
        cancel_ticket(ticket_id=tickets[seat][0], by=tickets[seat][1])
    leaving = Request(partial(close_account, user=person))

    def promised(party_id):
        leaving.start()
        while not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass

    monkeypatch.setattr(waiting, "promise_offer", promised)

    assert offer(screening.pk) == 1
    leaving.join()

    assert (held_by(person, screening), WaitingParty.objects.get().state) == ([], "left")


def test_giving_an_offer_back_at_the_same_moment_serves_the_next_once():
    screening, seats, tickets = sold_out(8)
    people = [party_of(2, screening) for _ in range(3)]
    for seat in seats[:2]:
        cancel_ticket(ticket_id=tickets[seat][0], by=tickets[seat][1])
    offer(screening.pk)

    release = partial(release_holds, buyer=people[0], screening_id=screening.pk)
    together(release, *[partial(offer, screening.pk)] * 4)
    offer(screening.pk)

    assert [len(held_by(person, screening)) for person in people] == [0, 2, 0]
