"""At the door: each ticket lets somebody in once, at its own screening, on its own day."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from accounts.tests.make import bearer
from booking.models import SeatClaim, StateChange
from booking.services import check_in as door
from booking.services.check_in import check_in
from booking.services.history import PastSale, record_past_sales
from booking.services.reservations import hold_seats
from booking.services.screenings import cancel_screening
from booking.services.ticket_status import change_status
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.parallel import together
from booking.ticket_codes import code_of, short_code_of
from catalog.tests import make as catalog

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]
EVENING = datetime(2031, 6, 2, 18, 0, tzinfo=UTC)  # 20:00 in Berlin


@pytest.fixture
def screening(noon):
    """Tonight at eight; it is noon in Greenwich, two o'clock in Berlin."""
    return make.screening(movie=catalog.movie(title="Faust"), start_time=EVENING)


@pytest.fixture
def doorman():
    return make.user(full_name="Ada Door", groups=["box office"])


def sold(screening, *, buyer=None, number=0):
    seats = make.seats_of(screening)[number : number + 1]
    [ticket] = book_seats(buyer=buyer or make.user(), screening_id=screening.pk, seat_ids=seats).tickets
    return ticket


@pytest.fixture
def ticket(screening):
    return sold(screening)


@pytest.fixture
def scan(client, doorman):
    def run(code, *, by=doorman, headers=None, **more):
        sent = {"data": {"code": code, **more}, "content_type": "application/json"}
        return client.post("/api/v1/tickets/check-in", **sent, headers=bearer(by) | (headers or {}))

    return run


def refusal(answer):
    body = answer.json()
    return answer.status_code, body["code"], body["detail"]


def state_of(ticket):
    return SeatClaim.objects.get(pk=ticket.id).state


def test_first_scan_lets_in_and_says_who_scanned_when(scan, ticket, doorman):
    answer = scan(code_of(ticket.secret))

    body = answer.json()
    assert (answer.status_code, body["id"], body["status"]) == (200, ticket.id, "used")
    assert body["first_scan"] == {"at": "2031-06-02T12:00:00.500000Z", "by": "Ada Door"}
    assert StateChange.objects.values_list("to_state", "actor").get() == ("used", doorman.pk)


def test_second_scan_is_refused_and_tells_of_the_first(scan, ticket, noon):
    scan(code_of(ticket.secret))
    noon.travel(60)

    again = scan(code_of(ticket.secret), by=make.user(groups=["manager"]))

    assert refusal(again) == (409, "already_used", "Already used: this ticket was scanned at 14:00 by Ada Door.")
    assert again.json()["first_scan"] == {"at": "2031-06-02T12:00:00.500000Z", "by": "Ada Door"}


def test_repeated_request_is_the_first_scan_still(scan, ticket):
    answers = [scan(code_of(ticket.secret), headers={"Idempotency-Key": "scan 1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_undone_scan_can_be_made_again(scan, ticket, doorman, noon):
    scan(code_of(ticket.secret))
    noon.travel(60)
    change_status(ticket_id=ticket.id, status="confirmed", by=doorman.pk)

    again = scan(code_of(ticket.secret))

    assert (again.status_code, again.json()["first_scan"]["at"]) == (200, "2031-06-02T12:01:00.500000Z")


@pytest.mark.parametrize("typed", ["{}", "{} ", " {}", "{lower}", "{half}-{other}", "{half} {other}"])
def test_short_code_may_be_typed_as_people_type(scan, ticket, typed):
    short = short_code_of(ticket.secret)
    code = typed.format(short, lower=short.lower(), half=short[:4], other=short[4:])

    assert scan(code).status_code == 200


def test_letters_that_look_like_digits_are_read_as_digits(scan, ticket):
    SeatClaim.objects.update(secret="01ABCDEFGHJKMNPQRSTVWXYZ01")

    assert scan("oLabcdef").status_code == 200


def test_short_code_of_two_tickets_is_refused_unless_the_door_tells_them_apart(scan, screening, ticket):
    other = sold(make.screening(start_time=EVENING))
    for number, one in enumerate((ticket, other)):
        SeatClaim.objects.filter(pk=one.id).update(secret=f"ABCDEFGH{number:018}")

    unclear = scan("ABCDEFGH")
    clear = scan("ABCDEFGH", screening_id=screening.pk)

    assert refusal(unclear)[:2] == (409, "code_ambiguous")
    assert (clear.status_code, clear.json()["id"]) == (200, ticket.id)


def test_forged_and_unknown_codes_are_not_found(scan, screening, ticket):
    secret = ticket.secret
    forged = code_of(secret)[:-1] + ("0" if code_of(secret)[-1] != "0" else "1")
    [hold] = hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening)[1:2]).holds

    for code in (
        forged,
        secret,
        f"{secret}.",
        ".",
        "ZZZZZZZZ",
        secret[:7],
        code_of("Z" * 26),
        code_of(hold.secret),
        "ü",
    ):
        assert refusal(scan(code)) == (404, "ticket_unknown", "No ticket has this code.")
    assert state_of(ticket) == "confirmed"


@pytest.mark.parametrize("code", [None, "", "  ", 7, ["x"], {"a": 1}, "x" * 101, True])
def test_what_is_no_code_is_refused_with_a_pointer(scan, code):
    answer = scan(code)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/code")


@pytest.mark.parametrize("screening_id", ["x", 0, -1, 1.5, [1], True])
def test_what_is_no_screening_is_refused_with_a_pointer(scan, ticket, screening_id):
    answer = scan(code_of(ticket.secret), screening_id=screening_id)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/screening_id")


def test_ticket_of_another_screening_is_sent_there(scan, screening, ticket):
    other = make.screening(start_time=EVENING)

    answer = scan(code_of(ticket.secret), screening_id=other.pk)

    where = f"Faust, {screening.room.name}, Monday 02 June at 20:00"
    assert refusal(answer) == (409, "wrong_screening", f"Another screening: this ticket is for {where}.")
    assert scan(code_of(ticket.secret), screening_id=screening.pk).status_code == 200


@pytest.mark.parametrize(
    ("now", "right"),
    [
        ("2031-06-01T23:59:59+02:00", False),
        ("2031-06-02T00:00:00+02:00", True),
        ("2031-06-02T23:59:59+02:00", True),
        ("2031-06-03T00:00:00+02:00", False),
    ],
)
def test_today_is_the_day_of_the_cinema(scan, screening, ticket, noon, now, right):
    noon.at(datetime.fromisoformat(now))

    answer = scan(code_of(ticket.secret))

    if right:
        assert answer.status_code == 200
    else:
        sentence = f"Another day: this ticket is for Faust, {screening.room.name}, Monday 02 June 2031 at 20:00."
        assert refusal(answer) == (409, "wrong_day", sentence)


@pytest.mark.parametrize(
    ("start", "now", "right"),
    [
        ("2031-06-03T00:10:00+02:00", "2031-06-02T23:39:59+02:00", False),
        ("2031-06-03T00:10:00+02:00", "2031-06-02T23:40:00+02:00", True),
        ("2031-06-02T23:30:00+02:00", "2031-06-03T00:15:00+02:00", True),
        ("2031-06-02T23:30:00+02:00", "2031-06-03T01:15:00+02:00", False),
    ],
)
def test_films_around_midnight_let_in_before_and_while_they_run(scan, noon, start, now, right):
    ticket = sold(make.screening(start_time=datetime.fromisoformat(start)))
    noon.at(datetime.fromisoformat(now))

    assert scan(code_of(ticket.secret)).status_code == (200 if right else 409)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("cancelled", "This ticket was cancelled. It does not open the door."),
        ("refunded", "This ticket was cancelled and paid back. It does not open the door."),
        ("pending", "This ticket has not been paid yet. Please send its owner to the box office."),
        ("expired", "This ticket was never paid. It does not open the door."),
    ],
)
def test_ticket_that_does_not_count_opens_nothing(scan, ticket, doorman, status, sentence):
    if status in ("pending", "expired"):
        make.unpaid(ticket.id, until=make.NOON + timedelta(minutes=5))
    if status == "refunded":
        change_status(ticket_id=ticket.id, status="cancelled", by=doorman.pk)
    if status != "pending":
        change_status(ticket_id=ticket.id, status=status, by=doorman.pk)

    assert refusal(scan(code_of(ticket.secret))) == (409, "ticket_not_valid", sentence)


def test_screening_that_was_called_off_lets_nobody_in_before_the_refunds_are_made(scan, screening, ticket):
    cancel_screening(screening_id=screening.pk)

    assert refusal(scan(code_of(ticket.secret)))[:2] == (409, "ticket_not_valid")


def test_ticket_of_somebody_who_has_left_opens_the_door(scan, ticket):
    owner = SeatClaim.objects.get(pk=ticket.id).user
    type(owner).objects.filter(pk=owner.pk).update(closed_at=make.NOON, is_active=False)

    assert scan(code_of(ticket.secret)).status_code == 200


def test_ticket_of_an_older_system_that_was_used_is_refused_though_nobody_noted_when(scan, noon):
    screening = make.screening(start_time=EVENING)
    noon.at(EVENING + timedelta(minutes=1))
    seats = make.seats_of(screening)[:1]
    sale = PastSale(user_id=make.user().pk, payment_id="old", seat_ids=seats, booked_at=make.NOON)
    record_past_sales(screening_id=screening.pk, sales=[sale])

    answer = scan(code_of(SeatClaim.objects.get().secret))

    assert refusal(answer) == (409, "already_used", "Already used: this ticket was scanned.")
    assert answer.json()["first_scan"] == {"at": None, "by": None}


@pytest.mark.parametrize(
    ("group", "status"), [("box office", 200), ("manager", 200), ("auditor", 403), ("programmer", 403), ("", 403)]
)
def test_door_is_kept_by_sales_people(scan, ticket, group, status):
    assert scan(code_of(ticket.secret), by=make.user(groups=[group] if group else [])).status_code == status


def scan_twice_at_once(monkeypatch, ticket):
    """Let two scanners meet after both have seen the ticket unused, if they can."""
    meeting = Barrier(2)

    def check_and_meet(*asked, check=door._check):
        check(*asked)
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1)

    monkeypatch.setattr(door, "_check", check_and_meet)
    scanners = [make.user(full_name=name).pk for name in ("Ada", "Bob")]
    scans = [lambda by=by: check_in(code=code_of(ticket.secret), by=by).scan.by for by in scanners]
    return together(*scans)


@pytest.mark.django_db(transaction=True)
def test_of_two_scanners_at_the_same_moment_one_wins(monkeypatch, ticket):
    outcomes = scan_twice_at_once(monkeypatch, ticket)

    assert sorted(outcomes)[-1] == "already_used"
    assert sorted(outcomes)[0] in ("Ada", "Bob")
    assert StateChange.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_test_above_catches_a_door_without_a_lock(monkeypatch, ticket):
    monkeypatch.setattr(door, "lock_screening", lambda screening_id: True)

    assert "already_used" not in scan_twice_at_once(monkeypatch, ticket)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_ticket_is_used_or_given_back_and_never_both(ticket, round_):
    owner = SeatClaim.objects.get(pk=ticket.id).user
    doorman = make.user()

    outcomes = together(
        lambda: check_in(code=code_of(ticket.secret), by=doorman.pk).ticket_id,
        lambda: cancel_ticket(ticket_id=ticket.id, by=owner),
    )

    assert outcomes in ([ticket.id, "illegal_transition"], ["ticket_not_valid", None])
    assert state_of(ticket) == ("used" if outcomes[0] == ticket.id else "cancelled")
