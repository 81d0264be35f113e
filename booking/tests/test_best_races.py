"""Best available with true parallel connections: nobody comes between the choice and the hold."""

from dataclasses import replace
from functools import partial

import pytest
from django.db import IntegrityError

from booking.rows.best import Wish
from booking.services import best
from booking.services.best import hold_best
from booking.services.reservations import hold_seats
from booking.tests import make
from booking.tests.parallel import queued, together
from booking.tests.parties import rows, seats_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def choice(person, screening) -> list[int]:
    return seats_of(hold_best(buyer=person, screening_id=screening.pk, wish=Wish(2)))


def test_two_parties_at_once_get_different_seats(queue):
    screening, seats = rows(6, 6)
    one, other = make.user(), make.user()

    def ask():
        return seats_of(hold_best(buyer=other, screening_id=screening.pk, wish=Wish(2)))

    with queued(queue, screening, ask) as request:
        first = seats_of(hold_best(buyer=one, screening_id=screening.pk, wish=Wish(2)))

    assert (first, request.outcome) == (seats[8:10], seats[2:4])


@pytest.mark.postgresql
def test_a_choice_that_was_overtaken_is_made_anew(monkeypatch):
    """Between the look and the write, somebody takes one of the seats."""
    screening, seats = rows(6)
    thief, looked = make.user(), []

    def look_and_lose(*asked, look=best.look_at_room):
        found = look(*asked)
        if not looked:
            looked.append(found)
            hold_seats(buyer=thief, screening_id=screening.pk, seat_ids=seats[2:3])
        return found

    monkeypatch.setattr(best, "look_at_room", look_and_lose)

    assert seats_of(hold_best(buyer=make.user(), screening_id=screening.pk, wish=Wish(2))) == seats[:2]


def test_a_crowd_fills_the_room_and_nobody_is_refused():
    screening, seats = rows(8, 8, 8)
    people = [make.user() for _ in range(12)]

    groups = together(*[partial(choice, person, screening) for person in people])

    assert sorted(seat for group in groups for seat in group) == seats


def test_a_crowd_would_collide_if_it_did_not_look(monkeypatch):
    """The test above can fail: here, nobody sees what the others hold."""
    screening, _ = rows(8, 8, 8)

    def look_away(*asked, look=best.look_at_room):
        return replace(look(*asked), claims=[])

    monkeypatch.setattr(best, "look_at_room", look_away)
    choice(make.user(), screening)

    with pytest.raises(IntegrityError):
        choice(make.user(), screening)
