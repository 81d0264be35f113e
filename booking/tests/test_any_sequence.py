"""P9: whatever people do in whatever order, the product and a plain model of it agree at every step."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from booking.models import Booking, Payment, Refund, SeatClaim
from booking.selectors.invariants import violations
from booking.selectors.ledger import Account, ledger
from booking.selectors.seatmap import seat_map
from booking.services import contested, refunds, unclaimed
from booking.services.reservations import expire_lapsed, extend_holds, hold_seats, release_holds
from booking.services.tickets import book_from_holds, book_seats, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from cinema_project.common.errors import DomainError
from cinema_project.common.models import OutboxMessage
from cinema_project.tests import clock as clocks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.timeout(300)]
EXAMPLES, STEPS = 200, 50
SEATS, PEOPLE = 6, 3
HOLD, LONGEST, CLAIMABLE = timedelta(seconds=300), timedelta(minutes=55), timedelta(minutes=15)
PRICE, CURRENCY = 10, "EUR"
PRICES = {"adult": Decimal("10.00"), "child": Decimal("6.50")}
NOTHING = Account(*[Decimal("0.00")] * 5)
MILLISECOND = timedelta(milliseconds=1)
people = st.integers(0, PEOPLE - 1)
some_seats = st.lists(st.integers(0, SEATS - 1), min_size=1, max_size=3, unique=True)
payments = st.sampled_from(["pay-1", "pay-2", "pay-3", "pay-4"])
kinds = st.none() | st.sampled_from(["adult", "child"])
SLIP, HALF_AN_HOUR = timedelta(seconds=30), timedelta(minutes=30)


@dataclass
class Claim:
    person: int
    started: datetime | None
    until: datetime | None
    sold: bool = False
    extensions: int = 0
    kind: str = "adult"


@dataclass
class Try:
    start: datetime
    released: datetime | None = None


@dataclass(eq=False)
class Ticket:
    person: int
    seat: int
    price: Decimal
    cancelled: bool = False
    refunded: bool = False


@dataclass(eq=False)
class Unclaimed:
    """Money that bought nothing yet, and how far it is on its way back."""

    person: int
    since: datetime
    price: Decimal
    due: bool = False
    refunded: bool = False


@dataclass
class Model:
    """The cinema in plain Python: what a visitor may rely on, and no database."""

    now: datetime = NOON
    start: datetime = NOON + timedelta(hours=2)
    seq: int = 0
    claims: dict[int, Claim] = field(default_factory=dict)
    tickets: list[Ticket] = field(default_factory=list)
    sales: dict[str, tuple[int, frozenset[int], list[int]]] = field(default_factory=dict)
    tries: dict[tuple[int, int], list[Try]] = field(default_factory=dict)
    unclaimed: dict[str, Unclaimed] = field(default_factory=dict)

    def live(self, seat: int) -> Claim | None:
        claim = self.claims.get(seat)
        return claim if claim and (claim.sold or self.now < claim.until) else None

    def held_by(self, person: int, seat: int) -> bool:
        claim = self.live(seat)
        return claim is not None and not claim.sold and claim.person == person

    def taken(self, person: int, seats: list[int]) -> str | None:
        live = [claim for seat in seats if (claim := self.live(seat))]
        if any(claim.sold for claim in live):
            return "seats_booked"
        return "seats_held" if any(claim.person != person for claim in live) else None

    def hold(self, person: int, seats: list[int], kind: str | None) -> object:
        if self.now >= self.start:
            return "screening_past"
        if refusal := self.taken(person, seats):
            return refusal
        new = [seat for seat in seats if not self.live(seat)]
        if any(self.tried_too_often(person, seat) for seat in new):
            return "hold_churn"
        other = [seat for seat in seats if seat not in new and kind and self.claims[seat].kind != kind]
        for seat in new:
            self.claims[seat] = Claim(person, self.now, self.now + HOLD)
            self.tries.setdefault((person, seat), []).append(Try(self.now))
        for seat in [*new, *other]:
            self.claims[seat].kind = kind or "adult"
        self.seq += bool(new or other)
        return [(seat, self.claims[seat].until, self.claims[seat].kind) for seat in sorted(seats)]

    def tried_too_often(self, person: int, seat: int) -> bool:
        since = self.now - HALF_AN_HOUR
        tries = [one for one in self.tries.get((person, seat), []) if one.start > since]
        return sum(one.released is None or one.released - one.start > SLIP for one in tries) >= 3

    def extend(self, person: int, seats: list[int], minutes: int) -> object:
        if self.now >= self.start:
            return "screening_past"
        if not all(self.held_by(person, seat) for seat in seats):
            return "hold_expired"
        claims = [self.claims[seat] for seat in seats]
        ends = [min(claim.until + timedelta(minutes=minutes), claim.started + LONGEST) for claim in claims]
        if any(claim.extensions >= 10 or end <= claim.until for claim, end in zip(claims, ends, strict=True)):
            return "extend_limit"
        for claim, end in zip(claims, ends, strict=True):
            claim.until, claim.extensions = end, claim.extensions + 1
        self.seq += 1
        return [(seat, self.claims[seat].until, self.claims[seat].kind) for seat in sorted(seats)]

    def release(self, person: int, seats: list[int] | None) -> object:
        mine = [seat for seat in range(SEATS) if self.held_by(person, seat) and (seats is None or seat in seats)]
        for seat in mine:
            del self.claims[seat]
            self.tries[person, seat][-1].released = self.now
        self.seq += bool(mine)
        return mine

    def book(self, person: int, seats: list[int], payment: str | None, from_holds: bool) -> object:
        if payment in self.sales:
            buyer, sold, tickets = self.sales[payment]
            return tickets if (buyer, sold) == (person, frozenset(seats)) else "payment_id_reused"
        if refusal := self.not_to_be_had(person, payment):
            return refusal
        held = all(self.held_by(person, seat) for seat in seats)
        if from_holds and not held:
            return self.keep(person, seats, payment, "reservation_expired")
        if not held and self.now >= self.start:
            return "screening_past"
        if refusal := self.taken(person, seats):
            return self.keep(person, seats, payment, refusal)
        numbers = []
        for seat in sorted(seats):
            price = self.price(person, seat)
            self.claims[seat] = Claim(person, None, None, sold=True)
            self.tries.pop((person, seat), None)
            self.tickets.append(Ticket(person, seat, price))
            numbers.append(len(self.tickets) - 1)
        if payment:
            self.sales[payment] = (person, frozenset(seats), numbers)
            self.unclaimed.pop(payment, None)
        self.seq += 1
        return numbers

    def price(self, person: int, seat: int) -> Decimal:
        """What a seat was held for; an adult's price without a hold."""
        return PRICES[self.claims[seat].kind if self.held_by(person, seat) else "adult"]

    def not_to_be_had(self, person: int, payment: str | None) -> str | None:
        money = self.unclaimed.get(payment)
        if money is None:
            return None
        if money.person != person:
            return "payment_id_reused"
        return "payment_refunded" if money.due or self.now >= money.since + CLAIMABLE else None

    def keep(self, person: int, seats: list[int], payment: str | None, refusal: str) -> str:
        if payment and payment not in self.unclaimed:
            price = sum((self.price(person, seat) for seat in seats), Decimal(0))
            self.unclaimed[payment] = Unclaimed(person, self.now, price)
        return refusal

    def give_back(self) -> int:
        lapsed = [money for money in self.unclaimed.values() if not money.due and self.now >= money.since + CLAIMABLE]
        for money in lapsed:
            money.due = True
        return len(lapsed)

    def refund(self) -> int:
        owed = [ticket for ticket in self.tickets if ticket.cancelled and not ticket.refunded]
        owed += [money for money in self.unclaimed.values() if money.due and not money.refunded]
        for one in owed:
            one.refunded = True
        return len(owed)

    def account(self) -> Account:
        """What came in, and what became of it (P8)."""
        money = self.unclaimed.values()
        live = [ticket for ticket in self.tickets if not ticket.cancelled]
        back = [one for one in (*self.tickets, *money) if one.refunded]
        kept = [one for one in money if not one.due]
        everything = [*self.tickets, *money]
        parts = [everything, live, back, [one for one in everything if one not in (*live, *back, *kept)], kept]
        return Account(*(sum((one.price for one in part), Decimal("0.00")) for part in parts))

    def cancel(self, person: int, number: int) -> object:
        ticket = self.tickets[number]
        if ticket.person != person:
            return "not_found"
        if ticket.cancelled:
            return None
        if self.now >= self.start:
            return "screening_past"
        ticket.cancelled = True
        del self.claims[ticket.seat]
        self.seq += 1
        return None

    def cleanup(self) -> int:
        lapsed = [seat for seat in self.claims if not self.live(seat)]
        for seat in lapsed:
            del self.claims[seat]
        self.seq += bool(lapsed)
        return len(lapsed)

    def seen_by(self, person: int | None) -> list[tuple[str, bool, datetime | None]]:
        found = [self.live(seat) for seat in range(SEATS)]
        return [
            ("booked" if claim.sold else "reserved", claim.person == person, claim.until)
            if claim
            else ("available", False, None)
            for claim in found
        ]


class AnySequence(RuleBasedStateMachine):
    """Each rule asks both and compares the answers; then everybody looks at the map."""

    @initialize()
    def open_the_doors(self):
        self.clock = clocks.here()
        self.model = Model()
        self.clock.at(self.model.now)
        self.screening = make.screening(seats=SEATS, start_time=self.model.start, price=PRICE, currency=CURRENCY)
        self.seats = make.seats_of(self.screening)
        self.people = [make.user() for _ in range(PEOPLE)]
        self.ids: list[int] = []  # of the tickets, in the order of the model's

    def teardown(self):
        """Audit what is there, and leave nothing to the next example, whose books shall be short."""
        if hasattr(self, "clock"):
            assert violations() == []
            Refund.objects.all().delete()
            SeatClaim.objects.all().delete()
            Booking.objects.all().delete()
            Payment.objects.all().delete()
            OutboxMessage.objects.all().delete()
            self.screening.delete()

    def asked(self, service, **given):
        """Call the service; returns its answer, or the code of its refusal."""
        try:
            return service(**given)
        except DomainError as refusal:
            return refusal.code

    def call(self, service, person, seats, **given):
        wanted = None if seats is None else [self.seats[seat] for seat in seats]
        return self.asked(service, buyer=self.people[person], screening_id=self.screening.pk, seat_ids=wanted, **given)

    def index(self, seat_id):
        return self.seats.index(seat_id)

    def holds(self, answer):
        if isinstance(answer, str):
            return answer
        return [(self.index(hold.seat_id), hold.expires_at, hold.ticket_type) for hold in answer.holds]

    @rule(person=people, seats=some_seats, kind=kinds)
    def hold(self, person, seats, kind):
        types = kind and {str(self.seats[seat]): kind for seat in seats}
        answer = self.call(hold_seats, person, seats, ticket_types=types)
        assert self.holds(answer) == self.model.hold(person, seats, kind)

    @rule(person=people, seats=some_seats, seconds=st.sampled_from([1, 30, 31, 300]))
    def hold_for_a_while(self, person, seats, seconds):
        self.hold(person, seats, None)
        self.jump(self.model.now + timedelta(seconds=seconds))
        self.release(person, seats)

    @rule(person=people, seats=some_seats, minutes=st.integers(1, 10))
    def extend(self, person, seats, minutes):
        answer = self.call(extend_holds, person, seats, additional_minutes=minutes)
        assert self.holds(answer) == self.model.extend(person, seats, minutes)

    @rule(person=people)
    def extend_what_one_holds(self, person):
        if mine := [seat for seat in range(SEATS) if self.model.held_by(person, seat)]:
            self.extend(person, mine, 5)

    @rule(person=people, seats=st.none() | some_seats)
    def release(self, person, seats):
        answer = self.call(release_holds, person, seats)
        assert list(map(self.index, answer)) == self.model.release(person, seats)

    @rule(person=people, seats=some_seats, payment=st.none() | payments)
    def book(self, person, seats, payment):
        self.compare_sale(book_seats, person, seats, payment)

    @rule(person=people, seats=some_seats, payment=payments)
    def book_from_holds(self, person, seats, payment):
        self.compare_sale(book_from_holds, person, seats, payment)

    @rule(person=people, payment=payments)
    def book_what_one_holds(self, person, payment):
        if mine := [seat for seat in range(SEATS) if self.model.held_by(person, seat)]:
            self.compare_sale(book_from_holds, person, mine, payment)

    @rule(payment=payments, shift=st.integers(0, 1), from_holds=st.booleans())
    def replay(self, payment, shift, from_holds):
        """Send a sale again, from the same person or from the next."""
        if payment in self.model.sales:
            person, seats, _ = self.model.sales[payment]
            service = book_from_holds if from_holds else book_seats
            self.compare_sale(service, (person + shift) % PEOPLE, sorted(seats, reverse=True), payment)

    def compare_sale(self, service, person, seats, payment):
        payment_id = payment and f"{payment} for {self.screening.pk}"
        answer = self.call(service, person, seats, payment_id=payment_id)
        expected = self.model.book(person, seats, payment, service is book_from_holds)
        if isinstance(expected, str) or isinstance(answer, str):
            assert answer == expected
            return
        sold = [ticket.id for ticket in answer.tickets]
        if not answer.replayed:
            self.ids += sold
        assert sold == [self.ids[number] for number in expected]
        assert [ticket.state for ticket in answer.tickets] == [self.state_of(number) for number in expected]

    def state_of(self, number):
        ticket = self.model.tickets[number]
        return "refunded" if ticket.refunded else "cancelled" if ticket.cancelled else "confirmed"

    @rule(person=people, pick=st.integers(0, 10**6))
    def cancel_ticket(self, person, pick):
        if self.ids:
            number = pick % len(self.ids)
            answer = self.asked(cancel_ticket, ticket_id=self.ids[number], by=self.people[person])
            assert answer == self.model.cancel(person, number)

    @rule()
    def cleanup(self):
        assert self.asked(expire_lapsed) == self.model.cleanup()

    @rule()
    def unclaimed_money_goes_back(self):
        assert unclaimed.give_back_lapsed() == self.model.give_back()

    @rule()
    def refunds_are_sent(self):
        assert refunds.send_due() == self.model.refund()

    @rule(seconds=st.sampled_from([1, 60, 299, 300, 600]))
    def time_passes(self, seconds):
        self.jump(self.model.now + timedelta(seconds=seconds))

    @rule(step=st.sampled_from([-MILLISECOND, timedelta(0), MILLISECOND]))
    def time_jumps_to_an_expiry(self, step):
        """To just before, exactly at, or just after the next one."""
        ends = [claim.until for claim in self.model.claims.values() if claim.until]
        ends += [money.since + CLAIMABLE for money in self.model.unclaimed.values() if not money.due]
        if moments := [end + step for end in ends if end + step > self.model.now]:
            self.jump(min(moments))

    def jump(self, moment):
        self.model.now = moment
        self.clock.at(moment)

    @invariant()
    def everybody_sees_the_same(self):
        if not hasattr(self, "model"):
            return
        shown = seat_map(self.screening.pk)
        for viewer in (None, *range(PEOPLE)):
            seen = shown.seats(None if viewer is None else self.people[viewer].pk)
            found = [(view.status, view.is_mine, view.expires_at) for view in seen]
            assert found == self.model.seen_by(viewer)
        assert shown.seq == self.model.seq

    @invariant()
    def books_balance(self):
        if hasattr(self, "model"):
            messages = OutboxMessage.objects.filter(topic="seats", key__startswith=f"{self.screening.pk}:").count()
            refunds = Refund.objects.filter(claim__screening=self.screening).count()
            cancelled = sum(ticket.cancelled for ticket in self.model.tickets)
            assert (messages, refunds) == (self.model.seq, cancelled)
            account = ledger().get(CURRENCY, NOTHING)
            assert (account, account.adds_up) == (self.model.account(), True)


@pytest.mark.long
def test_p9_any_sequence_of_calls_agrees_with_the_model(monkeypatch):
    monkeypatch.setattr(contested, "LATELY_SECONDS", 0)  # each call tries it without the lock first
    phases = [phase for phase in Phase if phase is not Phase.explain]
    run_state_machine_as_test(
        AnySequence,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not connection.in_atomic_block  # or none would have been
