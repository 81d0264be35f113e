"""R43-R45: a screening is called off; everybody gets everything back once, whatever happens meanwhile."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db.models import F

from booking import tasks
from booking.models import Payment, Refund, SeatClaim
from booking.services import cancellations
from booking.services.cancellations import finish, finish_all
from booking.services.reservations import expire_lapsed, extend_holds, hold_seats
from booking.services.screenings import cancel_screening
from booking.services.tickets import book_from_holds, book_seats, cancel_ticket
from booking.tests import make
from catalog.models import Screening
from catalog.selectors.screenings import ScreeningNotFound
from catalog.tests import make as catalog
from cinema_project.common import mailer, outbox
from cinema_project.common.errors import Conflict, IllegalTransition
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def sold_to(*buyers, seats=6, **fields):
    """A screening in which each buyer has a ticket, and the seat behind it on hold."""
    screening = make.screening(seats=max(seats, 2 * len(buyers)), **fields)
    places = iter(make.seats_of(screening))
    for buyer in buyers:
        book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[next(places)], payment_id=f"pay {buyer.pk}")
        hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[next(places)])
    return screening


def states():
    return list(SeatClaim.objects.order_by("pk").values_list("state", flat=True))


def mails_promised():
    return list(OutboxMessage.objects.filter(topic="screening_cancelled").values_list("payload", flat=True))


def test_screening_that_nobody_had_a_seat_of_is_deleted():
    screening = make.screening()

    cancel_screening(screening_id=screening.pk)

    assert not Screening.objects.exists()
    with pytest.raises(ScreeningNotFound):
        cancel_screening(screening_id=screening.pk)


def test_cancelling_changes_nothing_but_the_status_and_leaves_an_instruction():
    screening = sold_to(make.user())
    before = states()

    cancel_screening(screening_id=screening.pk)
    cancel_screening(screening_id=screening.pk)

    assert (Screening.objects.get().status, states()) == ("cancelled", before)
    instructions = OutboxMessage.objects.filter(topic="screening_called_off")
    assert list(instructions.values_list("payload", flat=True)) == [{"screening_id": screening.pk}]


def test_everybody_gets_everything_back():
    ann, bob = make.user(), make.user()
    screening = sold_to(ann, bob)
    seq = Screening.objects.get().seat_seq

    cancel_screening(screening_id=screening.pk)
    outbox.deliver_due()  # the worker is at hand in tests

    assert states() == ["cancelled", "released"] * 2
    assert list(Refund.objects.values_list("amount", "currency", "status")) == [(Decimal("12.50"), "EUR", "due")] * 2
    assert sorted(payload["user_id"] for payload in mails_promised()) == [ann.pk, bob.pk]
    assert Screening.objects.get().seat_seq == seq + 1
    told = OutboxMessage.objects.filter(topic="seats").last().payload["updates"]
    assert [(update["seat_id"], update["status"]) for update in told] == [
        (seat_id, "available") for seat_id in make.seats_of(screening)[:4]
    ]


def test_r45_cinema_may_cancel_while_the_film_runs_and_not_when_it_is_over(clock):
    over, running = sold_to(make.user()), sold_to(make.user())
    clock.at(running.end_time - timedelta(seconds=1))
    Screening.objects.filter(pk=over.pk).update(end_time=running.end_time - timedelta(seconds=1))

    cancel_screening(screening_id=running.pk)
    with pytest.raises(IllegalTransition):
        cancel_screening(screening_id=over.pk)

    assert list(Screening.objects.order_by("pk").values_list("status", flat=True)) == ["scheduled", "cancelled"]


def test_used_tickets_and_those_given_back_before_stay_as_they_are():
    ann, bob = make.user(), make.user()
    screening = sold_to(ann, bob)
    mine = SeatClaim.objects.filter(state="confirmed", user=ann)
    cancel_ticket(ticket_id=mine.get().pk, by=ann)
    SeatClaim.objects.filter(state="confirmed", user=bob).update(state="used")
    before = list(Refund.objects.values())

    cancel_screening(screening_id=screening.pk)
    finish(screening.pk)

    assert states() == ["cancelled", "released", "used", "released"]
    assert list(Refund.objects.values()) == before


@pytest.mark.parametrize("tidied", [True, False])
def test_r63_hold_that_had_lapsed_has_lapsed_whether_or_not_somebody_tidied(clock, tidied):
    ann, late = make.user(), make.user()
    screening = sold_to(ann)
    hold_seats(buyer=late, screening_id=screening.pk, seat_ids=make.seats_of(screening)[2:3])
    clock.travel(301)
    if tidied:
        expire_lapsed()

    cancel_screening(screening_id=screening.pk)
    finish(screening.pk)

    assert states() == ["cancelled", "lapsed", "lapsed"]
    assert not SeatClaim.objects.filter(state="lapsed").exclude(ended_at=F("expires_at")).exists()
    assert [payload["user_id"] for payload in mails_promised()] == [ann.pk]


def test_payment_without_a_seat_keeps_the_screening():
    screening = make.screening()
    Payment.objects.create(
        payment_id="p",
        user=make.user(),
        screening=screening,
        seat_ids=[],
        amount=1,
        currency="EUR",
        status="captured",
        captured_at=screening.created_at,
    )

    cancel_screening(screening_id=screening.pk)

    assert Screening.objects.get().status == "cancelled"


def test_r44_no_claim_is_possible_from_the_commit_on():
    ann = make.user()
    screening = sold_to(ann)
    sold, held, free, *_ = make.seats_of(screening)
    here = {"buyer": ann, "screening_id": screening.pk}

    cancel_screening(screening_id=screening.pk)

    for refused in (
        lambda: hold_seats(**here, seat_ids=[free]),
        lambda: extend_holds(**here, seat_ids=[held]),
        lambda: book_seats(**here, seat_ids=[free]),
        lambda: book_from_holds(**here, seat_ids=[held], payment_id="late"),
    ):
        with pytest.raises(Conflict) as answer:
            refused()
        assert answer.value.code == "screening_cancelled"
    again = book_seats(**here, seat_ids=[sold], payment_id=f"pay {ann.pk}")
    assert (again.replayed, states()) == (True, ["confirmed", "held"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dies_in", [1, 2, 3])
def test_r43_crash_between_and_within_chunks_is_healed(monkeypatch, dies_in):
    buyers = [make.user() for _ in range(5)]
    screening = sold_to(*buyers)
    cancel_screening(screening_id=screening.pk)
    monkeypatch.setattr(cancellations, "PEOPLE_AT_ONCE", 2)
    chunks = []

    def die(*asked, promise=cancellations._promise_mails):
        chunks.append(asked)
        if len(chunks) == dies_in:
            raise KeyboardInterrupt
        promise(*asked)

    monkeypatch.setattr(cancellations, "_promise_mails", die)
    with pytest.raises(KeyboardInterrupt):
        finish(screening.pk)
    assert states().count("cancelled") in (2 * dies_in - 2, 5)

    tasks.finish_cancellations()

    assert states() == ["cancelled", "released"] * 5
    assert sorted(Refund.objects.values_list("claim__user", flat=True)) == [buyer.pk for buyer in buyers]
    assert sorted(payload["user_id"] for payload in mails_promised()) == [buyer.pk for buyer in buyers]
    assert (finish_all(), finish(screening.pk)) == (0, 0)


def test_work_on_a_screening_that_is_on_or_gone_does_nothing():
    screening = sold_to(make.user())

    assert (finish(screening.pk), finish(10**6)) == (0, 0)
    assert states() == ["confirmed", "held"]


def test_holds_that_came_over_from_a_guest_bring_no_second_mail(monkeypatch):
    ann, guest = make.user(), make.user(is_guest=True)
    screening = sold_to(ann)
    hold_seats(buyer=guest, screening_id=screening.pk, seat_ids=make.seats_of(screening)[2:3])
    cancel_screening(screening_id=screening.pk)
    monkeypatch.setattr(cancellations, "PEOPLE_AT_ONCE", 1)
    cancellations._next_chunk(screening.pk)
    SeatClaim.objects.filter(user=guest).update(user=ann)

    finish(screening.pk)

    assert states() == ["cancelled", "released", "released"]
    assert [payload["user_id"] for payload in mails_promised()] == [ann.pk]


def test_mail_says_what_is_off_and_what_comes_back(settings):
    settings.SITE_NAME = "Roxy"
    ann, guest = make.user(full_name="Ann"), make.user(is_guest=True)
    film, room = catalog.movie(title="Faust"), catalog.room(seats=(1, 6), name="Blue")
    screening = sold_to(ann, guest, movie=film, room=room)
    number = SeatClaim.objects.get(state="confirmed", user=ann).booking.booking_number

    cancel_screening(screening_id=screening.pk)
    outbox.deliver_due()
    mailer.send_due()

    [sent] = mail.outbox  # and none with tickets that are gone
    assert (sent.to, sent.subject) == ([ann.email], f"Cancelled: Faust ({number}) · Roxy")
    assert "we had to cancel Faust" in sent.body
    assert "Your seats: A1, A2" in sent.body
    assert "You get 12.50 EUR back" in sent.body
