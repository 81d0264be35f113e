"""R41: staff take the steps that are drawn for a ticket, and no others."""

from datetime import timedelta
from itertools import product

import pytest

from accounts.tests.make import bearer
from booking.models import Payment, Refund, SeatClaim, StateChange
from booking.selectors.seatmap import seat_map
from booking.services.farewell import close_account
from booking.services.reservations import hold_seats
from booking.services.screenings import cancel_screening
from booking.services.ticket_status import change_status
from booking.services.tickets import book_seats, cancel_ticket
from booking.states import TICKET_STATES
from booking.tests import make
from booking.tests.make import NOON
from cinema_project.common.errors import DomainError

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]
DRAWN = {
    ("pending", "confirmed"),
    ("pending", "cancelled"),
    ("pending", "expired"),
    ("confirmed", "cancelled"),
    ("confirmed", "used"),
    ("used", "confirmed"),
    ("cancelled", "confirmed"),
    ("cancelled", "refunded"),
}


@pytest.fixture
def clerk():
    return make.user(full_name="Clerk")


@pytest.fixture
def screening():
    return make.screening()


@pytest.fixture
def ticket(screening):
    """A ticket of three that were bought together."""
    seats = make.seats_of(screening)[:3]
    return book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats, payment_id="paid").tickets[0]


def put(ticket, clerk, status):
    """Bring a confirmed ticket into the state of this name."""
    if status == "pending":
        make.unpaid(ticket.id, until=NOON + timedelta(minutes=5))
    elif status == "expired":
        put(ticket, clerk, "pending")
        change_status(ticket_id=ticket.id, status="expired", by=clerk.pk)
    elif status == "refunded":
        put(ticket, clerk, "cancelled")
        change_status(ticket_id=ticket.id, status="refunded", by=clerk.pk)
    elif status != "confirmed":
        change_status(ticket_id=ticket.id, status=status, by=clerk.pk)


def refusal(**asked):
    with pytest.raises(DomainError) as refused:
        change_status(**asked)
    return refused.value.code


def state_of(ticket):
    return SeatClaim.objects.get(pk=ticket.id).state


def shown(screening):
    return [view.status for view in seat_map(screening.pk).seats()]


@pytest.mark.parametrize(("before", "after"), [*product(TICKET_STATES, TICKET_STATES)])
def test_r41_what_is_drawn_is_done_and_the_rest_is_refused(screening, ticket, clerk, before, after):
    put(ticket, clerk, before)
    logged = StateChange.objects.filter(kind="claim").count()

    if (before, after) in DRAWN:
        change_status(ticket_id=ticket.id, status=after, by=clerk.pk)
        assert state_of(ticket) == TICKET_STATES[after]
        last = StateChange.objects.filter(kind="claim").order_by("-pk")[0]
        assert (last.from_state, last.to_state, last.actor) == (TICKET_STATES[before], TICKET_STATES[after], clerk)
        taken = after in ("pending", "confirmed", "used")
        assert shown(screening)[0] == ("booked" if taken else "available")
    else:
        assert refusal(ticket_id=ticket.id, status=after, by=clerk.pk) == "illegal_transition"
        assert state_of(ticket) == TICKET_STATES[before]
        assert StateChange.objects.filter(kind="claim").count() == logged


@pytest.mark.parametrize("status", [None, "", "held", "unpaid", "lapsed", "CONFIRMED", 7, ["used"], {}, True])
def test_r41_words_that_are_no_status_are_refused(ticket, clerk, status):
    assert refusal(ticket_id=ticket.id, status=status, by=clerk.pk) == "status_unknown"


def test_r41_unknown_tickets_and_holds_are_not_found(screening, clerk):
    seats = make.seats_of(screening)[:1]
    [hold] = hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats).holds

    for ticket_id in (hold.id, 10**9):
        assert refusal(ticket_id=ticket_id, status="used", by=clerk.pk) == "not_found"


def test_r41_watchers_are_told_what_they_see_and_nothing_else(screening, ticket, clerk):
    seqs = []
    for status in ("used", "confirmed", "cancelled", "confirmed"):
        change_status(ticket_id=ticket.id, status=status, by=clerk.pk)
        seqs.append(make.written(screening)[0])

    assert seqs == [1, 1, 2, 3]


@pytest.mark.parametrize(("seconds", "undone"), [(900, True), (900.001, False)])
def test_r41_use_is_undone_within_fifteen_minutes(ticket, clerk, noon, seconds, undone):
    change_status(ticket_id=ticket.id, status="used", by=clerk.pk)
    noon.travel(seconds)

    if undone:
        change_status(ticket_id=ticket.id, status="confirmed", by=clerk.pk)
    else:
        assert refusal(ticket_id=ticket.id, status="confirmed", by=clerk.pk) == "illegal_transition"

    assert state_of(ticket) == ("confirmed" if undone else "used")


def test_r41_fifteen_minutes_count_from_the_last_use(ticket, clerk, noon):
    for status, seconds in (("used", 600), ("confirmed", 600), ("used", 600), ("confirmed", 0)):
        change_status(ticket_id=ticket.id, status=status, by=clerk.pk)
        noon.travel(seconds)

    assert state_of(ticket) == "confirmed"


def test_r41_use_that_nobody_noted_stays(ticket, clerk):
    with make.without_triggers("booking_seatclaim"):
        SeatClaim.objects.filter(pk=ticket.id).update(state="used")

    assert refusal(ticket_id=ticket.id, status="confirmed", by=clerk.pk) == "illegal_transition"


def test_r41_staff_cancel_behind_the_cutoff_until_the_film_is_over(clerk, noon):
    screening = make.screening(house={"cancel_cutoff_minutes": 600})
    seats = make.seats_of(screening)[:2]
    first, second = book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats).tickets
    noon.at(screening.end_time - timedelta(milliseconds=1))

    change_status(ticket_id=first.id, status="cancelled", by=clerk.pk)
    noon.at(screening.end_time)

    assert refusal(ticket_id=second.id, status="cancelled", by=clerk.pk) == "screening_past"
    assert [state for _, state in make.states(screening)] == ["cancelled", "confirmed"]


def test_r41_cancelling_owes_the_price_and_names_the_clerk(ticket, clerk):
    change_status(ticket_id=ticket.id, status="cancelled", by=clerk.pk)

    refund = Refund.objects.get()
    assert (refund.claim_id, refund.amount, refund.status, refund.actor) == (ticket.id, ticket.price, "due", clerk)


def test_r41_ticket_of_somebody_who_has_left_can_still_be_cancelled(ticket, clerk, noon):
    buyer = SeatClaim.objects.get(pk=ticket.id).user
    change_status(ticket_id=ticket.id, status="used", by=clerk.pk)
    close_account(user=buyer)
    change_status(ticket_id=ticket.id, status="confirmed", by=clerk.pk)

    change_status(ticket_id=ticket.id, status="cancelled", by=clerk.pk)

    assert state_of(ticket) == "cancelled"


def test_r41_reviving_withdraws_the_refund_and_the_log_keeps_it(screening, ticket, clerk):
    owner = SeatClaim.objects.get(pk=ticket.id).user
    cancel_ticket(ticket_id=ticket.id, by=owner)

    change_status(ticket_id=ticket.id, status="confirmed", by=clerk.pk)

    revived = SeatClaim.objects.get(pk=ticket.id)
    assert (revived.state, revived.ended_at, revived.confirmed_at) == ("confirmed", None, NOON)
    assert not Refund.objects.exists()
    logged = StateChange.objects.filter(kind="refund").values("object_id", "from_state", "to_state", "actor_id")
    assert list(logged) == [
        {"object_id": str(ticket.id), "from_state": "due", "to_state": "", "actor_id": clerk.pk},
    ]
    cancel_ticket(ticket_id=ticket.id, by=owner)
    assert Refund.objects.get().status == "due"


@pytest.mark.parametrize("who", ["somebody else", "the owner"])
@pytest.mark.parametrize("claim", ["hold", "ticket"])
def test_r41_reviving_needs_the_seat(screening, ticket, clerk, who, claim):
    owner = SeatClaim.objects.get(pk=ticket.id).user
    cancel_ticket(ticket_id=ticket.id, by=owner)
    take = hold_seats if claim == "hold" else book_seats
    taker = owner if who == "the owner" else make.user()
    take(buyer=taker, screening_id=screening.pk, seat_ids=[ticket.seat_id])

    code = refusal(ticket_id=ticket.id, status="confirmed", by=clerk.pk)

    assert code == ("seats_held" if claim == "hold" else "seats_booked")
    assert Refund.objects.get().status == "due"


def test_r41_hold_that_lapsed_is_in_nobodys_way(screening, ticket, clerk, noon):
    cancel_ticket(ticket_id=ticket.id, by=SeatClaim.objects.get(pk=ticket.id).user)
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[ticket.seat_id])
    noon.travel(300)

    change_status(ticket_id=ticket.id, status="confirmed", by=clerk.pk)

    assert make.states(screening)[0] == (ticket.seat_id, "confirmed")
    assert make.states(screening)[-1] == (ticket.seat_id, "lapsed")


@pytest.mark.parametrize("status", ["sent", "failed"])
def test_r41_reviving_needs_the_money(ticket, clerk, status):
    cancel_ticket(ticket_id=ticket.id, by=SeatClaim.objects.get(pk=ticket.id).user)
    for step in ("sent", status) if status != "sent" else ("sent",):
        Refund.objects.update(status=step)

    assert refusal(ticket_id=ticket.id, status="confirmed", by=clerk.pk) == "refund_sent"
    assert state_of(ticket) == "cancelled"


def test_r41_nothing_revives_in_a_screening_that_is_off(screening, ticket, clerk):
    cancel_ticket(ticket_id=ticket.id, by=SeatClaim.objects.get(pk=ticket.id).user)
    cancel_screening(screening_id=screening.pk)

    assert refusal(ticket_id=ticket.id, status="confirmed", by=clerk.pk) == "screening_cancelled"


def test_r41_nobody_has_eleven_seats_by_a_revival(clerk):
    screening, buyer = make.screening(seats=11), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk}
    first, *others = make.seats_of(screening)
    [ticket] = book_seats(**here, seat_ids=[first]).tickets
    cancel_ticket(ticket_id=ticket.id, by=buyer)
    book_seats(**here, seat_ids=others)

    assert refusal(ticket_id=ticket.id, status="confirmed", by=clerk.pk) == "seat_limit"


def test_r41_money_handed_over_the_counter_settles_refund_and_payment(ticket, clerk):
    tickets = list(SeatClaim.objects.order_by("pk"))
    statuses = []
    for one in tickets:
        change_status(ticket_id=one.pk, status="cancelled", by=clerk.pk)
        change_status(ticket_id=one.pk, status="refunded", by=clerk.pk)
        statuses.append(Payment.objects.get().status)

    assert statuses == ["part_refunded", "part_refunded", "refunded"]
    assert set(Refund.objects.values_list("status", flat=True)) == {"settled"}
    assert [change.to_state for change in StateChange.objects.filter(kind="refund").order_by("pk")] == [
        "sent",
        "settled",
    ] * 3


def test_r41_money_that_is_on_its_way_is_not_handed_over(ticket, clerk):
    change_status(ticket_id=ticket.id, status="cancelled", by=clerk.pk)
    Refund.objects.update(status="sent")

    assert refusal(ticket_id=ticket.id, status="refunded", by=clerk.pk) == "refund_sent"


def test_r41_time_to_pay_that_is_over_makes_a_ticket_expired_noted_or_not(ticket, clerk):
    make.unpaid(ticket.id, until=NOON)

    for status in ("confirmed", "cancelled", "expired"):
        assert refusal(ticket_id=ticket.id, status=status, by=clerk.pk) == "illegal_transition"


@pytest.fixture
def call(client):
    def run(method, path="", body=None, *, groups=("box office",)):
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/tickets{path}", **sent, headers=bearer(make.user(groups=groups)))

    return run


@pytest.mark.parametrize("group", ["box office", "manager"])
def test_r41_status_is_put_and_the_ticket_answered(call, ticket, group):
    answer = call("put", f"/{ticket.id}/status", {"status": "used"}, groups=[group])

    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (200, ticket.id, "used")


def test_r41_refusals_of_the_api(call, ticket):
    path = f"/{ticket.id}/status"
    answers = [
        call("put", path, {"status": "refunded"}),
        call("put", path, {"status": "sold"}),
        call("put", path, {}),
        call("put", "/999999999/status", {"status": "used"}),
        call("put", path, {"status": "used"}, groups=["auditor"]),
        call("put", path, {"status": "used"}, groups=["programmer"]),
        call("put", path, {"status": "used"}, groups=[]),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "illegal_transition"),
        (400, "status_unknown"),
        (400, "status_unknown"),
        (404, "not_found"),
        *[(403, "not_allowed")] * 3,
    ]
    assert answers[0].json()["detail"] == "A ticket that is confirmed cannot become refunded."
    assert answers[1].json()["errors"][0]["pointer"] == "/status"


def test_tickets_of_all_are_listed_newest_booking_first(call, ticket, clerk):
    other = make.screening()
    [newest] = book_seats(buyer=make.user(), screening_id=other.pk, seat_ids=make.seats_of(other)[:1]).tickets
    change_status(ticket_id=ticket.id, status="cancelled", by=clerk.pk)
    first, second, third = SeatClaim.objects.filter(screening=ticket.screening_id).order_by("seat_id")

    everything = call("get")
    part = call("get", "?skip=1&limit=2")

    ids = [newest.id, first.pk, second.pk, third.pk]
    assert ([one["id"] for one in everything.json()], everything["X-Total-Count"]) == (ids, "4")
    assert ([one["id"] for one in part.json()], part["X-Total-Count"]) == (ids[1:3], "4")
    assert 'rel="next"' in part["Link"]
    assert everything.json()[1]["code"]


def test_tickets_are_filtered_by_the_words_of_the_api(call, screening, clerk):
    statuses = {}
    for number, status in enumerate(TICKET_STATES):
        seats = make.seats_of(screening)[number : number + 1]
        [ticket] = book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats).tickets
        put(ticket, clerk, status)
        statuses[status] = ticket.id

    found = {status: call("get", f"?status_filter={status}").json() for status in TICKET_STATES}

    assert {status: [(one["id"], one["status"]) for one in ones] for status, ones in found.items()} == {
        status: [(ticket_id, status)] for status, ticket_id in statuses.items()
    }
    wrong = call("get", "?status_filter=held")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/status_filter")


def test_r63_ticket_whose_time_to_pay_is_over_is_expired_noted_or_not(call, ticket):
    make.unpaid(ticket.id, until=NOON)

    assert [one["id"] for one in call("get", "?status_filter=pending").json()] == []
    [shown] = call("get", "?status_filter=expired").json()
    assert (shown["id"], shown["status"]) == (ticket.id, "expired")


@pytest.mark.parametrize(("group", "status"), [("auditor", 200), ("manager", 200), ("programmer", 403), ("", 403)])
def test_list_is_for_sales_people_and_auditors(call, ticket, group, status):
    assert call("get", groups=[group] if group else []).status_code == status


@pytest.mark.parametrize("query", ["?limit=501", "?limit=0", "?skip=-1", "?skip=x"])
def test_wrong_page_is_refused(call, query):
    assert call("get", query).status_code == 400


def test_list_takes_as_many_queries_for_three_as_for_one(client, screening, django_assert_max_num_queries):
    headers = bearer(make.user(groups=["box office"]))
    seats = make.seats_of(screening)
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])
    client.get("/api/v1/tickets", headers=headers)
    with django_assert_max_num_queries(20) as before:
        client.get("/api/v1/tickets", headers=headers)

    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[1:3])
    with django_assert_max_num_queries(len(before)):
        assert len(client.get("/api/v1/tickets", headers=headers).json()) == 3
