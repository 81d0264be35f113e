"""R40: tickets are sent again, to their buyer alone, three times an hour."""

import threading
import time

import pytest
from django.core import mail

from accounts.tests.make import bearer
from booking.models import SeatClaim
from booking.services.resending import resend_ticket
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.parallel import together
from booking.tests.test_api_seats import problem
from cinema_project.common import mailer, outbox
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def owner():
    return make.user(email="ann@cinema.test")


@pytest.fixture
def tickets(owner):
    screening = make.screening()
    sale = book_seats(buyer=owner, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:2], payment_id="p")
    return [ticket.id for ticket in sale.tickets]


@pytest.fixture
def resend(client, owner):
    def run(ticket, by=owner):
        return client.post(f"/api/v1/tickets/{ticket}/resend", headers=bearer(by))

    return run


def promised():
    return OutboxMessage.objects.filter(topic="ticket_resent").count()


def test_r40_owner_and_staff_have_the_ticket_sent_to_the_owner(resend, tickets):
    staff = [make.user(groups=[group]) for group in ("manager", "box office")]
    mailer.send_due()

    answers = [resend(tickets[0]), *(resend(tickets[0], by=person) for person in staff)]
    mailer.send_due()

    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json() == {"message": "The ticket is on its way to the buyer's mailbox."}
    assert [sent.to for sent in mail.outbox[1:]] == [["ann@cinema.test"]] * 3
    assert {sent.subject.split(":")[0] for sent in mail.outbox[1:]} == {"Your ticket"}


def test_r40_nobody_else_has_it_sent(resend, tickets):
    strangers = [make.user(), make.user(groups=["auditor"]), make.user(groups=["programmer"])]

    refusals = [resend(tickets[0], by=person) for person in strangers] + [resend(10**17)]

    assert {problem(refusal)[:2] for refusal in refusals} == {(404, "not_found")}
    assert promised() == 0


@pytest.mark.parametrize("state", ["cancelled", "used"])
def test_r40_only_a_confirmed_ticket_is_sent(resend, tickets, owner, state):
    if state == "cancelled":
        cancel_ticket(ticket_id=tickets[0], by=owner)
    else:
        SeatClaim.objects.filter(pk=tickets[0]).update(state=state)

    refused = resend(tickets[0])

    assert problem(refused) == (409, "illegal_transition", f"A ticket that is {state} cannot be sent again.")
    assert promised() == 0


def test_r40_three_an_hour_for_each_ticket(resend, tickets, noon):
    allowed = []
    for _ in range(3):
        allowed.append(resend(tickets[0]))
        noon.travel(600)
    refused, other = resend(tickets[0]), resend(tickets[1])
    noon.travel(1799)
    still = resend(tickets[0])
    noon.travel(1)
    again, too_much = resend(tickets[0]), resend(tickets[0])

    assert [answer.status_code for answer in allowed] == [200] * 3
    assert [answer["RateLimit"].split(";")[1] for answer in allowed] == ["r=2", "r=1", "r=0"]
    assert (problem(refused)[:2], refused["Retry-After"]) == ((429, "rate_limit"), "1800")
    assert refused["RateLimit-Policy"] == '"resend";q=3;w=3600'
    assert other.status_code == 200
    assert (still.status_code, still["Retry-After"]) == (429, "1")
    assert (again.status_code, too_much.status_code, too_much["Retry-After"]) == (200, 429, "600")


def test_r40_the_count_outlives_the_mails_that_were_sent(resend, tickets, noon):
    for _ in range(3):
        resend(tickets[0])
    mailer.send_due()
    noon.travel(3599)
    outbox.prune()

    assert resend(tickets[0]).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_r40_three_an_hour_however_many_ask_at_once(tickets, owner, monkeypatch):
    add, ready = outbox.add, threading.Barrier(12)

    def ask():
        ready.wait()
        resend_ticket(ticket_id=tickets[0], user_id=owner.pk)
        return "sent"

    def add_slowly(*message, **more):
        time.sleep(0.05)  # long enough for all others to count, if nothing kept them from it
        add(*message, **more)

    monkeypatch.setattr(outbox, "add", add_slowly)

    outcomes = together(*[ask] * 12)

    assert sorted(outcomes) == ["rate_limit"] * 9 + ["sent"] * 3
    assert promised() == 3


def test_buyer_without_a_mailbox_is_told(resend, tickets, owner):
    owner.is_active = False
    owner.save()

    assert problem(resend(tickets[0], by=make.user(groups=["manager"])))[:2] == (409, "no_mailbox")
    assert promised() == 0


def test_the_page_sends_it_and_says_so(client, owner, tickets):
    client.force_login(owner)

    pages = [client.post(f"/tickets/{tickets[0]}/resend/", follow=True) for _ in range(4)]

    assert "on its way to your mailbox" in pages[0].content.decode()
    assert "Too many requests" in pages[3].content.decode()
    assert promised() == 3
    client.force_login(make.user())
    assert client.post(f"/tickets/{tickets[0]}/resend/").status_code == 404
