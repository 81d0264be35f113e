"""What was sold and taken: every number of the reports, against a plain model and against each other."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.tests.make import bearer
from booking.selectors.history import last_use
from booking.services.reservations import hold_seats
from booking.services.ticket_status import change_status
from booking.services.tickets import book_seats
from booking.tests import make
from booking.tests.make import NOON
from catalog.models import Cinema, Movie, Room, Screening
from catalog.tests import make as catalog
from cinema_project.tests import clock as clocks

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
EXAMPLES = 50
ZONES = ("UTC", "Asia/Tokyo", "America/New_York")
COUNTS = ("confirmed", "used")
STEPS = {"cancel": "cancelled", "use": "used", "undo": "confirmed", "pay back": "refunded", "revive": "confirmed"}
sales = st.tuples(
    st.just("sell"), st.integers(0, 3), st.integers(1, 3), st.sampled_from(["adult", "child", "senior", "member"])
)
changes = st.tuples(st.sampled_from([*STEPS]), st.integers(0, 10**6))
SOME = [("sell", 0, 2, "adult"), ("use", 0), ("cancel", 1), ("wait", 11), ("sell", 2, 1, "child"), ("pay back", 1)]
waits = st.tuples(st.just("wait"), st.integers(1, 200))


@dataclass
class Sold:
    """One ticket of the model."""

    id: int
    booking: int
    screening: Screening
    price: Decimal
    confirmed_at: datetime
    state: str = "confirmed"


class World:
    """Two cinemas, with a currency each; three films; four screenings, all far ahead."""

    def __init__(self, clock: clocks.Clock, zone: str) -> None:
        self.clock, self.zone = clock, ZoneInfo(zone)
        self.now = NOON
        self.clock.at(NOON)
        self.clerk = make.user(groups=["manager"])
        houses = [
            catalog.cinema(currency="EUR", booking_fee="0.35"),
            catalog.cinema(currency="GBP", child_factor="0.33"),
        ]
        rooms = [catalog.room(seats=(2, 10), cinema=house) for house in houses]
        films = [catalog.movie(title=title) for title in ("Faust", "Metropolis", "Nosferatu")]
        far = NOON + timedelta(days=400)
        plan = [(rooms[0], films[0]), (rooms[0], films[1]), (rooms[1], films[0]), (rooms[1], films[2])]
        self.screenings = [
            catalog.screening(room=room, movie=film, price="9.99", start_time=far + timedelta(hours=3 * number))
            for number, (room, film) in enumerate(plan)
        ]
        self.free = {screening.pk: make.seats_of(screening) for screening in self.screenings}
        self.tickets: list[Sold] = []
        self.bookings = 0

    def take(self, action: tuple) -> None:
        kind, *rest = action
        if kind == "sell":
            self.sell(*rest)
        elif kind == "wait":
            self.now += timedelta(hours=rest[0])
            self.clock.at(self.now)
        elif self.tickets:
            self.change(kind, self.tickets[rest[0] % len(self.tickets)])

    def sell(self, which: int, count: int, ticket_type: str) -> None:
        screening = self.screenings[which]
        free = self.free[screening.pk]
        seats = [free.pop() for _ in range(min(count, len(free)))]
        if not seats:
            return
        types = {str(seat): ticket_type for seat in seats}
        booked = book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats, ticket_types=types)
        self.bookings += 1
        for ticket in booked.tickets:
            self.tickets.append(Sold(ticket.id, self.bookings, screening, ticket.price, self.now))

    def change(self, kind: str, ticket: Sold) -> None:
        wanted = {
            "cancel": "confirmed",
            "use": "confirmed",
            "undo": "used",
            "pay back": "cancelled",
            "revive": "cancelled",
        }
        if ticket.state == wanted[kind] and not (kind == "undo" and self.used_long_ago(ticket)):
            change_status(ticket_id=ticket.id, status=STEPS[kind], by=self.clerk.pk)
            ticket.state = STEPS[kind]

    def used_long_ago(self, ticket: Sold) -> bool:
        return last_use(ticket.id).at < self.now

    # --- what the reports should say

    def day_of(self, ticket: Sold):
        return ticket.confirmed_at.astimezone(self.zone).date()

    @property
    def today(self):
        return self.now.astimezone(self.zone).date()

    def counting(self, days: int | None = None) -> list[Sold]:
        first = self.today - timedelta(days=days - 1) if days else None
        return [
            ticket for ticket in self.tickets if ticket.state in COUNTS and (not first or self.day_of(ticket) >= first)
        ]


def money(tickets: list[Sold]) -> dict[str, float]:
    sums: dict[str, Decimal] = {}
    for ticket in tickets:
        currency = ticket.screening.currency
        sums[currency] = sums.get(currency, Decimal(0)) + ticket.price
    return {currency: float(amount) for currency, amount in sorted(sums.items())}


def summary(tickets: list[Sold]) -> tuple[float, dict[str, float]]:
    by_currency = money(tickets)
    return by_currency.get("EUR", 0.0), by_currency


@pytest.fixture
def get(client):
    def ask(path: str, by: User | None = None):
        answer = client.get(f"/api/v1/admin/{path}", headers=bearer(by or make.user(groups=["manager"])))
        assert answer.status_code == 200, answer.content
        return answer.json()

    return ask


def check_money(world: World, get, days: int) -> None:
    total, by_currency = summary(world.counting())
    assert get("stats/revenue") == {"total_revenue": total, "by_currency": by_currency}
    assert get("stats/tickets/total") == {"total_tickets_sold": len(world.counting())}
    lately, of_currency = summary(world.counting(days))
    period = get(f"stats/revenue/period?days={days}")
    by_day = period.pop("by_day")
    assert period == {"revenue_last_period": lately, "by_currency": of_currency, "period_days": days}
    expected = []
    for back in reversed(range(days)):
        day = world.today - timedelta(days=back)
        tickets = [ticket for ticket in world.counting() if world.day_of(ticket) == day]
        amount, currencies = summary(tickets)
        expected.append(
            {"date": day.isoformat(), "revenue": amount, "tickets": len(tickets), "by_currency": currencies}
        )
    assert by_day == expected
    today, of_today = summary(world.counting(1))
    assert get("stats/today") == {
        "today_bookings": len(world.counting(1)),
        "today_revenue": today,
        "by_currency": of_today,
        "date": world.today.isoformat(),
    }


def check_sales(world: World, get) -> None:
    titles = Counter(ticket.screening.movie.title for ticket in world.counting())
    popular = sorted(titles.items(), key=lambda item: (-item[1], item[0]))
    found = get("stats/movies/popular")["popular_movies"]
    assert [(film["title"], film["tickets_sold"]) for film in found] == popular
    shown = {showing["id"]: (showing["tickets_sold"], showing["revenue"]) for showing in get("showings")}
    assert shown == {
        screening.pk: (len(mine), sum(money(mine).values()))
        for screening in world.screenings
        for mine in [[ticket for ticket in world.counting() if ticket.screening == screening]]
    }
    bookings = get("bookings")
    expected = []
    for number in range(world.bookings, 0, -1):
        tickets = [ticket for ticket in world.tickets if ticket.booking == number]
        alive = [ticket for ticket in tickets if ticket.state in COUNTS]
        expected.append(
            (
                "confirmed" if alive else "cancelled",
                float(sum(ticket.price for ticket in tickets)),
                float(sum(ticket.price for ticket in alive)),
                tickets[0].screening.pk,
            )
        )
    assert [(one["status"], one["total_price"], one["revenue"], one["showing_id"]) for one in bookings] == expected
    assert get("dashboard/recent-bookings?limit=3") == bookings[:3]


def check_dashboard(world: World, get) -> None:
    numbers = get("dashboard/stats")
    alive = {ticket.booking for ticket in world.counting()}
    recent = world.counting(7)
    assert (numbers["total_revenue"], numbers["by_currency"]) == summary(world.counting())
    assert numbers["recent_revenue"] == summary(recent)[0]
    assert (numbers["total_bookings"], numbers["recent_bookings"]) == (len(alive), len({one.booking for one in recent}))
    assert (numbers["total_movies"], numbers["total_showings"], numbers["upcoming_showings"]) == (3, 4, 4)
    assert numbers["total_rooms"] == 2
    assert numbers["last_updated"] == world.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.mark.long
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@example(
    actions=[("sell", 0, 2, "adult"), ("use", 0), ("cancel", 1), ("wait", 11), ("sell", 2, 1, "child")], days=1, zone=1
)
@given(actions=st.lists(sales | changes | waits, max_size=25), days=st.integers(1, 40), zone=st.integers(0, 2))
def test_any_sales_make_numbers_that_agree_to_the_cent(get, clock, settings, actions, days, zone):
    settings.TIME_ZONE = ZONES[zone]
    with transaction.atomic():
        world = World(clock, ZONES[zone])
        for action in actions:
            world.take(action)
        check_money(world, get, days)
        check_sales(world, get)
        check_dashboard(world, get)
        transaction.set_rollback(True)


@pytest.fixture
def sold(noon):
    """Two tickets and a hold of one person, tomorrow."""
    screening, buyer = make.screening(price="10.10"), make.user(full_name="Ann", email="ann@cinema.test")
    seats = make.seats_of(screening)
    booked = book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:2], payment_id="paid")
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[2:3])
    return screening, buyer, booked


def test_counts_of_what_is_there(get, sold):
    make.user(is_guest=True)
    make.user(closed_at=NOON)
    catalog.movie(archived_at=NOON)
    catalog.cinema(archived_at=NOON)
    catalog.room(archived_at=NOON, cinema=Cinema.objects.first())

    boss = make.user(groups=["manager"])
    people = User.objects.filter(is_guest=False, closed_at=None).count()
    assert get("stats/movies", boss) == {"movies_count": 1}
    assert get("stats/cinemas", boss) == {"cinemas_count": 1}
    assert get("stats/users", boss) == {"users_count": people}
    numbers = get("dashboard/stats", boss)
    assert (numbers["total_users"], numbers["total_movies"], numbers["total_rooms"]) == (people, 1, 1)
    assert (Movie.objects.count(), Cinema.objects.count(), Room.objects.count()) == (2, 2, 2)


def test_recent_bookings_are_tickets_of_the_last_days_newest_first(get, sold, clock):
    _, buyer, booked = sold
    clock.travel(3 * 86_400)
    other = make.screening()
    [newest] = book_seats(buyer=buyer, screening_id=other.pk, seat_ids=make.seats_of(other)[:1]).tickets

    week, three, four, one = (
        [ticket["id"] for ticket in get(f"stats/bookings/recent{query}")["recent_bookings"]]
        for query in ("", "?days=3", "?days=4", "?limit=1")
    )

    old = [ticket.id for ticket in booked.tickets]
    assert (week, three, four, one) == ([newest.id, *old], [newest.id], [newest.id, *old], [newest.id])


def test_booking_as_staff_see_it(get, sold, clock):
    screening, buyer, booked = sold
    change_status(ticket_id=booked.tickets[0].id, status="cancelled", by=buyer.pk)

    [shown] = get("bookings")

    assert shown == {
        "id": booked.tickets[0].booking_id,
        "booking_number": booked.booking_number,
        "user_id": buyer.pk,
        "user_email": "ann@cinema.test",
        "user_name": "Ann",
        "showing_id": screening.pk,
        "movie_title": screening.movie.title,
        "room_name": screening.room.name,
        "showing_time": screening.start_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "seats": ["A1", "A2"],
        "status": "confirmed",
        "total_price": 20.2,
        "revenue": 10.1,
        "currency": "EUR",
        "created_at": "2031-06-02T12:00:00.500000Z",
    }
    clock.at(screening.end_time)
    assert get("bookings")[0]["status"] == "completed"
    make.unpaid(booked.tickets[1].id, until=screening.end_time + timedelta(seconds=1))
    assert get("bookings")[0]["status"] == "pending"
    clock.travel(1)
    assert get("bookings")[0]["status"] == "cancelled"


@pytest.mark.parametrize("path", ["stats/revenue", "dashboard/stats", "bookings", "showings", "stats/today"])
@pytest.mark.parametrize(
    ("group", "statuses"), [("auditor", (200,)), ("programmer", (403,)), ("box office", (200, 403))]
)
def test_reports_are_for_managers_and_auditors(client, path, group, statuses):
    answer = client.get(f"/api/v1/admin/{path}", headers=bearer(make.user(groups=[group])))

    sells = group == "box office" and path == "bookings"
    assert answer.status_code == (200 if sells else statuses[-1])


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("stats/bookings/recent?days=0", "/days"),
        ("stats/bookings/recent?days=367", "/days"),
        ("stats/bookings/recent?limit=501", "/limit"),
        ("stats/revenue/period?days=x", "/days"),
        ("stats/revenue/period?days=-1", "/days"),
        ("stats/movies/popular?limit=0", "/limit"),
        ("bookings?limit=501", "/limit"),
        ("dashboard/recent-bookings?skip=x", "/skip"),
    ],
)
def test_wrong_question_is_refused_with_a_pointer(client, path, pointer):
    answer = client.get(f"/api/v1/admin/{path}", headers=bearer(make.user(groups=["manager"])))

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


@pytest.mark.parametrize(
    "path", ["bookings", "showings", "dashboard/stats", "stats/bookings/recent", "stats/revenue/period"]
)
def test_report_takes_as_many_queries_for_three_sales_as_for_one(client, sold, path, django_assert_max_num_queries):
    headers = bearer(make.user(groups=["manager"]))
    client.get(f"/api/v1/admin/{path}", headers=headers)
    with django_assert_max_num_queries(30) as before:
        client.get(f"/api/v1/admin/{path}", headers=headers)

    for _ in range(2):
        other = make.screening()
        book_seats(buyer=make.user(), screening_id=other.pk, seat_ids=make.seats_of(other)[:2], payment_id=f"p {_}")
    with django_assert_max_num_queries(len(before)):
        assert client.get(f"/api/v1/admin/{path}", headers=headers).status_code == 200


def test_showing_is_made_changed_and_called_off_by_programmers(client, noon):
    film, room = catalog.movie(), catalog.room()
    body = {"movie_id": film.pk, "room_id": room.pk, "start_time": "2031-06-05T20:00", "price": 9.5}
    headers = bearer(make.user(groups=["programmer"]))

    def send(method, path="", sent=None):
        given = {} if sent is None else {"data": sent, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/admin/showings{path}", **given, headers=headers)

    made = send("post", "", body)
    path = f"/{made.json()['id']}"
    clash = send("post", "", body)
    changed = send("put", path, {"price": 11, "is_3d": True})
    unknown = send("put", "/999999", {"price": 11})
    gone = send("delete", path)

    assert (made.status_code, made.json()["start_time"], made.json()["tickets_sold"], made.json()["revenue"]) == (
        201,
        "2031-06-05T18:00:00.000000Z",
        0,
        0.0,
    )
    assert (clash.status_code, clash.json()["code"]) == (409, "room_overlap")
    assert (changed.status_code, changed.json()["price"], changed.json()["is_3d"]) == (200, 11.0, True)
    assert (unknown.status_code, gone.status_code) == (404, 204)
    assert not Screening.objects.exists()
