"""R59: a ``booking/request`` with a valid token buys through the booking service, and nothing else does anything."""

import json
import threading
from typing import Any

import pytest
from django.db import OperationalError

from accounts.models import TokenFamily, User
from accounts.tests.make import api_key, forged
from accounts.tokens import issue_tokens, page_token, revoke_family
from booking.models import Booking, ClaimState, SeatClaim
from booking.mqtt import requests
from booking.mqtt.requests import answer_to
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.brokers import until
from booking.tests.parallel import together
from catalog.models import Screening
from cinema_project.common.database import CommitUnknown
from cinema_project.common.errors import Unavailable
from cinema_project.common.models import IdempotencyRecord

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
LONG = 1024 * 1024


@pytest.fixture
def screening() -> Screening:
    return make.screening()


@pytest.fixture
def seats(screening) -> list[int]:
    return make.seats_of(screening)


def token_of(person: User) -> str:
    return issue_tokens(user=person).access_token


def asked(screening: Screening, seat_ids: list[int], person: User, **more: Any) -> dict[str, Any]:
    return {"token": token_of(person), "showing_id": screening.pk, "seat_ids": seat_ids} | more


def ask(body: Any) -> tuple[str, dict[str, Any]] | None:
    """Return the topic and the words of the answer."""
    answer = answer_to(body if isinstance(body, bytes) else json.dumps(body).encode())
    return answer and (answer.topic, json.loads(answer.body))


def said(body: Any) -> dict[str, Any]:
    answer = ask(body)
    assert answer is not None
    return answer[1]


def refusal(sentence: str) -> dict[str, Any]:
    return {"success": False, "message": sentence, "booking_number": None, "tickets": None}


def test_a_request_buys_and_tells_its_person(screening, seats):
    person = make.user()

    topic, answer = ask(asked(screening, seats[1::-1], person, payment_id="paid"))

    booking = Booking.objects.get()
    assert (booking.user, booking.payment_id, booking.booking_number) == (person, "paid", answer["booking_number"])
    assert topic == f"booking/response/{person.uuid}"
    assert (answer["success"], answer["message"]) == (True, "Booking successful")
    assert [(ticket["seat_id"], ticket["status"], ticket["price"]) for ticket in answer["tickets"]] == [
        (seats[0], "confirmed", 12.5),
        (seats[1], "confirmed", 12.5),
    ]


def test_a_request_sells_the_own_hold_and_not_that_of_others(screening, seats):
    person, other = make.user(), make.user()
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])
    hold_seats(buyer=other, screening_id=screening.pk, seat_ids=seats[1:2])
    book_seats(buyer=other, screening_id=screening.pk, seat_ids=seats[2:3])

    answers = [said(asked(screening, [seat], person)) for seat in seats[:3]]

    assert answers[0]["success"]
    assert answers[1:] == [
        refusal(f"Seats [{seats[1]}] are currently reserved by other users"),
        refusal(f"Seats [{seats[2]}] are already booked"),
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"showing_id": None}, "showing_id must be a positive whole number."),
        ({"showing_id": "1"}, "showing_id must be a positive whole number."),
        ({"showing_id": 9 * 10**17}, f"Screening with id {9 * 10**17} not found"),
        ({"seat_ids": None}, "seat_ids must be a list with at least one seat id."),
        ({"seat_ids": []}, "seat_ids must be a list with at least one seat id."),
        ({"seat_ids": ["1"]}, "A seat id is a positive whole number."),
        ({"seat_ids": {"a": 1}}, "seat_ids must be a list with at least one seat id."),
        ({"seat_ids": [10**30]}, "A seat id is a positive whole number."),
        ({"seat_ids": [3, 3]}, "seat_ids names a seat twice."),
        ({"payment_id": ""}, "payment_id must be 1 to 255 printable ASCII characters."),
        ({"payment_id": "a\0"}, "payment_id must be 1 to 255 printable ASCII characters."),
        ({"payment_id": [1]}, "payment_id must be 1 to 255 printable ASCII characters."),
        ({"payment_id": "ä"}, "payment_id must be 1 to 255 printable ASCII characters."),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(screening, seats, changes, sentence):
    assert said(asked(screening, seats[:1], make.user()) | changes) == refusal(sentence)
    assert make.written(screening) == (0, [], 0, 0)


def test_what_the_server_says_is_not_for_the_sender_to_say(screening, seats):
    person, other = make.user(), make.user()

    said(asked(screening, seats[:1], person, user_id=other.pk, price=0.01, total=0, status="used", role="admin"))

    claim = SeatClaim.objects.get()
    assert (claim.user, str(claim.price), claim.state) == (person, "12.50", "confirmed")


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"null", b"[]", b"7", b'"token"', b"\xff\xfe", b"\0", b"{}", b'{"token": ' + b"[" * 5000, b"{" * LONG],
    ids=lambda payload: repr(payload[:12]),
)
def test_what_is_no_request_gets_no_answer(payload):
    assert answer_to(payload) is None


@pytest.mark.parametrize("token", [None, 7, [], {}, True, "", "x" * 5000, "a.b.c", "ä.ö.ü", "\0"], ids=repr)
def test_what_is_no_token_gets_no_answer(screening, seats, token):
    assert ask(asked(screening, seats[:1], make.user()) | {"token": token}) is None
    assert make.written(screening) == (0, [], 0, 0)


def test_r59_tokens_that_do_not_count_change_nothing(screening, seats, clock):
    person, suspended, signed_out = make.user(), make.user(), make.user()
    good = issue_tokens(user=person)
    tokens = [
        forged(good.access_token, key="another key of thirty-two characters"),
        good.refresh_token,
        page_token(person),
        api_key().raw,
        token_of(suspended),
        token_of(signed_out),
    ]
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    revoke_family(TokenFamily.objects.get(user=signed_out).pk)
    body = asked(screening, seats[:1], person)

    assert [ask(body | {"token": token}) for token in tokens] == [None] * 6
    clock.travel(901)
    assert ask(body) is None
    assert make.written(screening) == (0, [], 0, 0)


def test_a_request_larger_than_any_gets_no_answer(screening, seats):
    assert ask(asked(screening, seats[:1], make.user(), note="x" * LONG)) is None
    assert make.written(screening) == (0, [], 0, 0)


@pytest.mark.parametrize("payment", [{}, {"payment_id": "paid"}], ids=["without payment", "with payment"])
def test_a_request_that_comes_twice_sells_once_and_says_the_same(screening, seats, payment):
    body = asked(screening, seats[:2], make.user(), **payment)

    first, again = said(body), said(body)

    assert first == again
    assert first["success"]
    assert Booking.objects.count() == 1


def test_a_request_that_comes_many_times_at_once_sells_once(screening, seats):
    body = asked(screening, seats[:2], make.user())

    answers = together(*[lambda: said(body)] * 8)

    assert answers == [answers[0]] * 8
    assert answers[0]["success"]
    assert Booking.objects.count() == 1


def test_a_request_that_comes_again_after_the_ticket_was_given_back_sells_nothing(screening, seats):
    person = make.user()
    body = asked(screening, seats[:1], person)
    number = said(body)["tickets"][0]["id"]
    cancel_ticket(ticket_id=number, by=person)

    assert said(body)["success"]
    assert said(body | {"request": "another one"})["booking_number"] != said(body)["booking_number"]
    assert SeatClaim.objects.filter(state=ClaimState.CONFIRMED).count() == 1


def test_a_refused_request_may_be_tried_again(screening, seats):
    person, other = make.user(), make.user()
    hold_seats(buyer=other, screening_id=screening.pk, seat_ids=seats[:1])
    body = asked(screening, seats[:1], person)
    assert not said(body)["success"]
    SeatClaim.objects.update(state=ClaimState.RELEASED)

    assert said(body)["success"]


def test_what_is_remembered_of_a_request_cannot_be_read_back(screening, seats):
    body = asked(screening, seats[:1], make.user())
    said(body)

    record = IdempotencyRecord.objects.get()
    assert body["token"] not in f"{record.key} {record.fingerprint} {record.body}"
    assert record.key == f"mqtt:{record.fingerprint}"


def test_r26_the_payment_of_somebody_else_is_refused(screening, seats):
    said(asked(screening, seats[:1], make.user(), payment_id="paid"))

    answers = [said(asked(screening, seats[n : n + 1], make.user(), payment_id="paid")) for n in (0, 1)]

    assert answers == [refusal("This payment_id belongs to another booking.")] * 2


def test_a_person_may_ask_sixty_times_a_minute(screening, seats):
    person, other = make.user(), make.user()
    wrong = asked(screening, [], person)
    for _ in range(60):
        said(wrong)

    assert said(asked(screening, seats[:1], person))["message"].startswith("Too many requests. Please try again in ")
    assert said(asked(screening, seats[:1], other))["success"]


def test_a_fault_of_ours_is_told_without_its_words(screening, seats, monkeypatch):
    monkeypatch.setattr(requests, "book_seats", lambda **asked: {}["secret"])

    assert said(asked(screening, seats[:1], make.user())) == refusal(
        "Something went wrong on our side. Please try again."
    )


class Link:
    """A connection that keeps what is done with it."""

    def __init__(self) -> None:
        self.done: list[Any] = []

    def is_up(self) -> bool:
        return True

    def lasts(self, seconds: float) -> bool:
        return True

    def publish(self, topic: str, payload: bytes) -> None:
        self.done.append((topic, json.loads(payload)["success"]))

    def wait(self, sent: Any) -> None:
        self.done.append("arrived")

    def acknowledge(self, message: Any) -> None:
        self.done.append("acknowledged")


def message(payload: bytes, qos: int = 1, retain: bool = False) -> Any:
    made = requests.MQTTMessage(mid=1, topic=b"booking/request")
    made.payload, made.qos, made.retain = payload, qos, retain
    return made


@pytest.mark.parametrize("outage", [OperationalError("gone"), Unavailable("busy"), CommitUnknown("lost")], ids=str)
def test_a_request_waits_out_an_outage_of_the_database(screening, seats, monkeypatch, outage):
    person, link, calls = make.user(), Link(), []

    def flickering(**asked: Any) -> Any:
        calls.append(asked)
        if len(calls) < 3:
            raise outage
        return book_seats(**asked)

    monkeypatch.setattr(requests, "book_seats", flickering)
    with requests.Desk() as desk:
        desk.take(link, message(json.dumps(asked(screening, seats[:1], person)).encode()))

        until(lambda: len(link.done) == 3)
    assert link.done == [(f"booking/response/{person.uuid}", True), "arrived", "acknowledged"]


def test_a_closing_desk_acknowledges_nothing_it_did_not_do(monkeypatch):
    def broken(payload: bytes) -> None:
        raise OperationalError

    monkeypatch.setattr(requests, "answer_to", broken)
    link, desk = Link(), requests.Desk()
    for _ in range(10):
        desk.take(link, message(b"{}"))
    desk.close()
    desk.take(link, message(b"{}"))

    assert link.done == []


def test_a_flood_that_wants_no_receipt_is_cut_and_the_rest_is_not(monkeypatch):
    opened = threading.Event()
    monkeypatch.setattr(requests, "answer_to", lambda payload: opened.wait(5) and None)
    monkeypatch.setattr(requests, "MOST_WAITING", 2)
    link, desk = Link(), requests.Desk()

    for qos in (0, 0, 0, 0, 1, 0):
        desk.take(link, message(b"{}", qos=qos))
    opened.set()

    until(lambda: len(link.done) == 3)
    desk.close()
    assert link.done == ["acknowledged"] * 3


def test_a_retained_request_is_not_carried_out(screening, seats):
    link = Link()
    with requests.Desk() as desk:
        desk.take(link, message(json.dumps(asked(screening, seats[:1], make.user())).encode(), retain=True))
        until(lambda: link.done == ["acknowledged"])

    assert make.written(screening) == (0, [], 0, 0)
