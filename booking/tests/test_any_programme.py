"""Whatever staff do to the programme while seats are sold: no money, no seat and no claim gets lost."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from booking.models import Booking, Refund, SeatClaim
from booking.selectors.invariants import violations
from booking.selectors.seatmap import seat_map
from booking.services import cancellations
from booking.services.reservations import expire_lapsed, hold_seats
from booking.services.screenings import cancel_screening, change_screening
from booking.services.seats import change_seat, remove_seat
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from catalog.models import Screening, Seat
from catalog.services.archiving import remove_room
from catalog.services.screenings import create_screening
from catalog.tests import make as catalog
from cinema_project.common import clock
from cinema_project.common.errors import DomainError
from cinema_project.tests import clock as clocks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.timeout(300)]
EXAMPLES, STEPS = 30, 40
LENGTH, CLEANING = timedelta(minutes=105), timedelta(minutes=15)
picks = st.integers(0, 10**6)
rooms = people = st.integers(0, 2)
sure = st.integers(0, 5).map(lambda number: number == 5)
starts = st.integers(1, 40).map(lambda number: NOON + number * timedelta(minutes=15))


class AnyProgramme(RuleBasedStateMachine):
    @initialize()
    def open_the_doors(self):
        self.clock = clocks.here()
        self.clock.at(NOON)
        house = catalog.cinema()
        self.rooms = [catalog.room(seats=(1, seats), cinema=house).pk for seats in (3, 3, 2)]
        self.film = catalog.movie(duration_minutes=90).pk
        self.people = [make.user() for _ in range(3)]
        self.ended: Counter[str] = Counter()
        self.renamed = 0
        for room_id in self.rooms[:2]:
            create_screening(movie_id=self.film, room_id=room_id, start_time=NOON + LENGTH, price=Decimal(10))

    def teardown(self):
        """Leave nothing that the next example would tidy."""
        if hasattr(self, "clock"):
            cancellations.finish_all()
            self.clock.at(NOON + timedelta(days=2))
            expire_lapsed()

    def done(self, service, **given):
        """Call the service; returns the code of its refusal."""
        try:
            service(**given)
        except DomainError as refusal:
            return refusal.code
        return None

    def screenings(self):
        return list(Screening.objects.filter(room__in=self.rooms).order_by("pk"))

    def screening(self, pick):
        found = self.screenings()
        return found[pick % len(found)] if found else None

    def is_free(self, room_id, start, besides=None):
        on = [one for one in self.screenings() if one.status == "scheduled" and one.room_id == room_id]
        end = start + LENGTH + CLEANING
        return all(one.start_time >= end or start >= one.room_free_at for one in on if one.pk != besides)

    @rule(room=rooms, start=starts)
    def put_on(self, room, start):
        room_id = self.rooms[room]
        free = self.is_free(room_id, start)
        refusal = self.done(create_screening, movie_id=self.film, room_id=room_id, start_time=start, price=Decimal(10))
        if refusal not in ("starts_in_the_past", "room_not_found"):
            assert refusal == (None if free else "room_overlap")

    @rule(pick=picks, start=starts)
    def move(self, pick, start):
        if screening := self.screening(pick):
            free = self.is_free(screening.room_id, start, besides=screening.pk)
            refusal = self.done(change_screening, screening_id=screening.pk, start_time=start)
            if screening.start_time != start and refusal not in ("starts_in_the_past", "screening_cancelled"):
                over = screening.end_time <= clock.now()
                assert refusal == ("illegal_transition" if over else None if free else "room_overlap")

    @rule(pick=picks, room=rooms, start=starts, strict=sure)
    def go_elsewhere(self, pick, room, start, strict):
        if screening := self.screening(pick):
            there = {"room_id": self.rooms[room], "start_time": start, "remap": not strict}
            self.done(change_screening, screening_id=screening.pk, **there)

    @rule(pick=picks)
    def reprice(self, pick):
        if screening := self.screening(pick):
            self.done(change_screening, screening_id=screening.pk, price=screening.price + 1)

    @rule(pick=picks, sure=sure)
    def call_off(self, pick, sure):
        if sure and (screening := self.screening(pick)):
            self.done(cancel_screening, screening_id=screening.pk)

    @rule(pick=picks)
    def work_a_chunk_off(self, pick):
        if screening := self.screening(pick):
            cancellations._next_chunk(screening.pk)

    @rule(room=rooms, sure=sure)
    def close_room(self, room, sure):
        if sure:
            self.done(remove_room, room_id=self.rooms[room])

    @rule(pick=picks, gone=sure)
    def rebuild(self, pick, gone):
        seats = list(Seat.objects.filter(room__in=self.rooms).order_by("pk").values_list("pk", flat=True))
        if not seats:
            return
        seat_id = seats[pick % len(seats)]
        taken = any(seat_map(one.pk).taken.get(seat_id) for one in self.screenings() if one.end_time > clock.now())
        self.renamed += 1
        change = {"seat_id": seat_id} if gone else {"seat_id": seat_id, "row_label": f"R{self.renamed}"}
        assert (self.done(remove_seat if gone else change_seat, **change) == "has_live_claims") == taken

    @rule(pick=picks, person=people, seat=picks)
    def hold(self, pick, person, seat):
        self.sell(hold_seats, pick, person, seat)

    @rule(pick=picks, person=people, seat=picks)
    def book(self, pick, person, seat):
        self.sell(book_seats, pick, person, seat)

    def sell(self, service, pick, person, seat):
        screening = self.screening(pick)
        if screening and (seats := make.seats_of(screening)):
            seat_ids = [seats[seat % len(seats)]]
            self.done(service, buyer=self.people[person], screening_id=screening.pk, seat_ids=seat_ids)

    @rule(pick=picks)
    def give_back(self, pick):
        tickets = list(SeatClaim.objects.filter(user__in=self.people, booking__isnull=False).order_by("pk"))
        if tickets:
            ticket = tickets[pick % len(tickets)]
            self.done(cancel_ticket, ticket_id=ticket.pk, by=ticket.user)

    @rule(minutes=st.sampled_from([1, 1, 6, 60]))
    def time_passes(self, minutes):
        self.clock.travel(minutes * 60)

    @invariant()
    def books_balance(self):
        assert violations() == []

    @invariant()
    def money_is_paid_or_to_be_paid_back(self):
        if hasattr(self, "people"):
            tickets = SeatClaim.objects.filter(user__in=self.people, state="confirmed")
            paid = Booking.objects.filter(user__in=self.people)
            due = Refund.objects.filter(claim__user__in=self.people)
            assert total(paid, "total") == total(tickets, "price") + total(due, "amount")

    @invariant()
    def what_has_ended_stays_so_and_nothing_vanishes(self):
        if hasattr(self, "people"):
            now = Counter(SeatClaim.objects.filter(user__in=self.people).values_list("state", flat=True))
            ended = Counter({state: now[state] for state in ("cancelled", "released", "lapsed")})
            assert self.ended <= ended
            self.ended = ended


def total(rows, field):
    return rows.aggregate(sum=Sum(field))["sum"] or 0


@pytest.mark.long
def test_any_programme_keeps_all_money_and_seats(monkeypatch):
    monkeypatch.setattr(cancellations, "PEOPLE_AT_ONCE", 1)
    run_state_machine_as_test(
        AnyProgramme,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            phases=[phase for phase in Phase if phase is not Phase.explain],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not connection.in_atomic_block  # or none would have been
