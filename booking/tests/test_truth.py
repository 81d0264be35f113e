"""R56, R57, R60, R63: what is written, what watchers are told, and what tidying changes (nothing)."""

import threading
from decimal import Decimal

import orjson
import pytest
from django.db import transaction

from booking import realtime
from booking.selectors.seatmap import seat_map
from booking.selectors.tickets import holds_of
from booking.services.history import PastSale, record_past_sales
from booking.services.reservations import expire_lapsed, extend_holds, hold_seats, release_holds
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from catalog.models import Screening
from cinema_project.common import outbox
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]


@pytest.fixture
def screening():
    return make.screening()


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


def messages(screening):
    """Return ``(seq, {seat: status})`` of every message about the screening, in the order of writing."""
    found = OutboxMessage.objects.filter(topic="seats", key__startswith=f"{screening.pk}:").order_by("pk")
    payloads = found.values_list("payload", flat=True)
    return [(one["seq"], {seat["seat_id"]: seat["status"] for seat in one["updates"]}) for one in payloads]


def test_r56_every_change_counts_one_and_tells_of_it(screening, seats, noon):
    buyer, here = make.user(), {"screening_id": screening.pk}
    first, second, third, *_ = seats
    hold_seats(buyer=buyer, **here, seat_ids=[first, second])
    extend_holds(buyer=buyer, **here, seat_ids=[first])
    release_holds(buyer=buyer, **here, seat_ids=[second])
    booked = book_seats(buyer=buyer, **here, seat_ids=[first, third])
    cancel_ticket(ticket_id=booked.tickets[1].id, by=buyer)
    hold_seats(buyer=buyer, **here, seat_ids=[second])
    noon.travel(300)
    expire_lapsed()

    assert messages(screening) == [
        (1, {first: "reserved", second: "reserved"}),
        (2, {first: "reserved"}),
        (3, {second: "available"}),
        (4, {first: "booked", third: "booked"}),
        (5, {third: "available"}),
        (6, {second: "reserved"}),
        (7, {second: "available"}),
    ]
    assert seat_map(screening.pk).seq == 7


def test_r56_sales_of_before_count_and_are_told_like_any_other(screening, seats, noon):
    buyer = make.user()
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    noon.at(make.start_of(screening))
    sales = [
        PastSale(user_id=buyer.pk, payment_id=f"old {seat}", seat_ids=[seat], booked_at=NOON) for seat in seats[1:3]
    ]

    assert record_past_sales(screening_id=screening.pk, sales=sales) == 2
    assert record_past_sales(screening_id=screening.pk, sales=[]) == 0

    assert messages(screening)[1:] == [(2, dict.fromkeys(seats[1:3], "booked"))]


def test_r56_what_changes_nothing_counts_nothing(screening, seats):
    buyer, here = make.user(), {"screening_id": screening.pk}
    hold_seats(buyer=buyer, **here, seat_ids=seats[:1])

    hold_seats(buyer=buyer, **here, seat_ids=seats[:1])
    release_holds(buyer=make.user(), **here)
    expire_lapsed()

    assert [seq for seq, _ in messages(screening)] == [1]


def test_r57_rolled_back_means_nothing_was_ever_said(screening, seats, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as asked, pytest.raises(ZeroDivisionError), transaction.atomic():
        hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])
        raise ZeroDivisionError

    assert (make.written(screening), asked) == ((0, [], 0, 0), [])


def test_r57_the_commit_hurries_and_the_relay_makes_sure(
    screening, seats, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(realtime, "local_receivers", [lambda payload: told.append(payload["seq"])])

    with django_capture_on_commit_callbacks(execute=True):
        hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])
    hurried = list(told)
    outbox.deliver_due()

    assert (hurried, told) == ([1], [1, 1])
    assert not outbox.anything_due()


def test_r57_a_message_without_its_commit_hook_is_delivered_all_the_same(screening, seats, monkeypatch):
    """As after a crash between the commit and the hook."""
    told = []
    monkeypatch.setattr(realtime, "local_receivers", [lambda payload: told.append(payload["seq"])])
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])

    assert (told, outbox.deliver_due(), told) == ([1], 1, [1])


def test_a_receiver_that_leaves_robs_no_other_of_the_message(monkeypatch, settings):
    settings.REDIS_URL = ""
    told, receivers = [], []
    monkeypatch.setattr(realtime, "local_receivers", receivers)

    def leave(payload):
        receivers.remove(leave)

    receivers.extend([leave, told.append])
    realtime.publish({"seq": 1})
    realtime.publish({"seq": 2})

    assert told == [{"seq": 1}, {"seq": 2}]


def entries(screening, viewer, *, sees_all=False):
    views = seat_map(screening.pk).seats(viewer, sees_all=sees_all)
    return {view.seat.id: (view.status, view.reserved_by, view.is_mine) for view in views}


def test_r60_a_map_names_nobody_but_the_viewer(screening, seats):
    buyer, other = make.user(), make.user()
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    book_seats(buyer=other, screening_id=screening.pk, seat_ids=seats[1:2])

    def seen(*who, **how):
        return [entries(screening, *who, **how)[seat] for seat in seats[:2]]

    assert seen(None) == [("reserved", None, False), ("booked", None, False)]
    assert seen(buyer.pk) == [("reserved", buyer.pk, True), ("booked", None, False)]
    assert seen(other.pk) == [("reserved", None, False), ("booked", other.pk, True)]
    assert seen(None, sees_all=True) == [("reserved", buyer.pk, False), ("booked", other.pk, False)]


def frames(screening, viewer, *, sees_all=False):
    payloads = OutboxMessage.objects.filter(topic="seats").order_by("pk").values_list("payload", flat=True)
    return [orjson.loads(realtime.frame(one, viewer_id=viewer, sees_all=sees_all)) for one in payloads]


def test_r60_a_message_names_nobody_but_the_viewer(screening, seats):
    buyer = make.user()
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])

    def seen(*who, **how):
        return [frame.get("reserved_by", frame.get("booked_by")) for frame in frames(screening, *who, **how)]

    assert seen(None) == [None, None]
    assert seen(buyer.pk) == [buyer.pk, buyer.pk]
    assert seen(buyer.pk + 1) == [None, None]
    assert seen(None, sees_all=True) == [buyer.pk, buyer.pk]


def test_r60_a_setting_names_everybody(screening, seats, settings):
    settings.SEAT_HOLDER_IDS_PUBLIC = True
    buyer = make.user()
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])

    assert entries(screening, None)[seats[0]] == ("reserved", buyer.pk, False)
    assert [frame["reserved_by"] for frame in frames(screening, None)] == [buyer.pk]


def answers(screening, *people):
    """Return what reading tells, for everybody."""
    maps = [entries(screening, person.pk) for person in people]
    holds = [hold for person in people for hold in holds_of(person.pk, include_expired=True)]
    own = [(hold.id, lapsed or hold.state == "lapsed") for hold, lapsed in holds]
    return maps, own, seat_map(screening.pk).free_seats()


@pytest.mark.parametrize("times", [0, 1, 5])
def test_r63_cleanup_changes_no_answer(screening, seats, noon, times):
    buyer, other = make.user(), make.user()
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:2])
    noon.travel(299)
    hold_seats(buyer=other, screening_id=screening.pk, seat_ids=seats[2:3])
    noon.travel(1)
    before = answers(screening, buyer, other)

    cleaned = [expire_lapsed() for _ in range(times)]

    assert cleaned == [2, 0, 0, 0, 0][:times]
    assert answers(screening, buyer, other) == before
    assert hold_seats(buyer=other, screening_id=screening.pk, seat_ids=seats[:2]).holds


@pytest.mark.django_db(transaction=True)
def test_r63_many_cleaners_at_once_clean_once(screening, seats, noon):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:5])
    noon.travel(301)
    counts = []

    def clean():
        counts.append(expire_lapsed())
        make.close_connection()

    threads = [threading.Thread(target=clean) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sorted(counts), [seq for seq, _ in messages(screening)]) == ([0] * 7 + [5], [1, 2])


def test_the_remembered_map_follows_prices_and_rooms(screening):
    assert seat_map(screening.pk).price == screening.price
    elsewhere = make.screening()
    other_room = elsewhere.room
    elsewhere.delete()

    Screening.objects.filter(pk=screening.pk).update(price="12.00", room=other_room)

    assert (seat_map(screening.pk).price, seat_map(screening.pk).layout.room_id) == (Decimal("12.00"), other_room.pk)
