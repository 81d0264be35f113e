"""P1: no seat is sold twice, with true parallel connections to the running product; and proof that this can fail."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from booking.tests.auditing import audit
from booking.tests.mutants import WITHOUT_INDEXES
from booking.tests.sale import BOOK, BOOK_FROM_RESERVATION, RESERVE, Answer, Crowd, World, open_sale
from cinema_project.tests.processes import HOST, free_port, spawn
from cinema_project.tests.product import ROOT, Product, Server, answers

pytestmark = [pytest.mark.timeout(300)]
ROUNDS, CLIENTS, SEATS, WANTED = 20, 200, 100, 10
REPEATS = 50  # rounds of 50 identical calls
LIVE = "state IN ('held', 'pending', 'confirmed', 'used')"


@dataclass
class Report:
    """What went wrong in a race; all empty when nothing did."""

    won: int = 0
    double_sales: list[tuple] = field(default_factory=list)
    partial: list[tuple] = field(default_factory=list)
    unlike_the_answers: list[tuple] = field(default_factory=list)
    gaps: list[tuple] = field(default_factory=list)
    faults: Counter = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        return not (self.double_sales or self.partial or self.unlike_the_answers or self.gaps or self.faults)


def check(report: Report, product: Product, screening: int, answers: Sequence[Answer]) -> None:
    """Compare the answers of a round with the database, by raw SQL."""
    rows = product.query(
        f"SELECT seat_id, user_id FROM booking_seatclaim WHERE screening_id = %s AND {LIVE}", screening
    )
    won = [answer for answer in answers if answer.status == 201]
    report.won += len(won)
    report.double_sales += [(screening, seat) for seat, n in Counter(seat for seat, _ in rows).items() if n > 1]
    granted = Counter((seat, one.person.id) for one in won for seat in one.asked["seat_ids"])
    report.unlike_the_answers += (granted - Counter(rows)).keys() | (Counter(rows) - granted).keys()
    sizes = Counter(user for _, user in rows)
    wanted = {answer.person.id: len(answer.asked["seat_ids"]) for answer in answers}
    report.partial += [(screening, user, n) for user, n in sizes.items() if n != wanted[user]]
    report.faults.update(str(one.body) for one in answers if one.status not in (201, 409))
    [(seq,)] = product.query("SELECT seat_seq FROM catalog_screening WHERE id = %s", screening)
    keys = product.query("SELECT key FROM common_outboxmessage WHERE key LIKE %s ORDER BY id", f"{screening}:%")
    if (seq, [key for (key,) in keys]) != (len(won), [f"{screening}:{n + 1}" for n in range(len(won))]):
        report.gaps.append((screening, seq, keys))


def wishes(world: World, screening: int, wanted: int, luck: random.Random) -> list[dict]:
    """Half of the crowd wants a whole block, the other half seats from all over."""
    starts = range(0, len(world.seats), wanted)
    asked = []
    for number, _ in enumerate(world.people):
        start = luck.choice(starts)
        seats = luck.sample(world.seats, wanted) if number % 2 else world.seats[start : start + wanted]
        asked.append({"screening_id": screening, "seat_ids": seats})
    return asked


def race(product: Product, servers: Sequence[Server], world: World, *, wanted: int, seed: int = 1) -> Report:
    """Let everybody want seats of each screening; by turns they hold and book."""
    report, luck = Report(), random.Random(seed)
    with Crowd(world.people, servers) as crowd:
        for number, screening in enumerate(world.screenings):
            path = BOOK if number % 2 else RESERVE
            check(report, product, screening, crowd.post(path, wishes(world, screening, wanted, luck)))
            if path == RESERVE:
                product.clock.travel(301)  # one may hold seats in two screenings at a time
    return report


def servers_of(product: Product) -> list[Server]:
    return [product.start("web"), product.start("http")] if product.is_scaled else [product.start()]


def deadlocks(product: Product) -> int:
    if not product.is_scaled:
        return 0
    [(count,)] = product.query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return count


def test_p1_200_people_want_10_of_100_seats(product):
    world = open_sale(product, people=CLIENTS, seats=SEATS, screenings=ROUNDS)

    report = race(product, servers_of(product), world, wanted=WANTED)
    product.close()

    assert report.is_clean, report
    assert audit(product) == []
    assert report.won >= 2 * ROUNDS
    assert deadlocks(product) == 0


def test_p1_40_people_want_one_seat(product):
    world = open_sale(product, people=40, seats=1, screenings=ROUNDS)

    report = race(product, servers_of(product), world, wanted=1)

    assert report.is_clean, report
    assert (report.won, deadlocks(product)) == (ROUNDS, 0)


def test_p3_50_identical_bookings_make_one(product):
    world = open_sale(product, people=1, seats=2, screenings=REPEATS)
    [buyer] = world.people
    servers = servers_of(product)
    with Crowd([buyer] * 50, servers) as crowd:
        for screening in world.screenings:
            asked = {"screening_id": screening, "seat_ids": world.seats, "payment_id": f"paid for {screening}"}
            [held] = {answer.status for answer in Crowd.post(crowd, RESERVE, [asked] * 50)}
            answers = crowd.post(BOOK_FROM_RESERVATION, [asked] * 50)

            sold = [answer for answer in answers if answer.status == 201]
            assert held == 201
            assert len({tuple(ticket["id"] for ticket in answer.body) for answer in sold}) == 1
            assert sum("idempotent-replayed" not in answer.headers for answer in sold) == 1
            assert {answer.body["code"] for answer in answers if answer.status != 201} <= {
                "request_in_progress",
                "busy",
            }
    assert product.query("SELECT COUNT(*) FROM booking_booking") == [(REPEATS,)]


@pytest.mark.breaks_invariants
def test_p1_the_race_goes_red_without_the_guard(scaled):
    world = open_sale(scaled, people=60, seats=20, screenings=6)
    scaled.execute(WITHOUT_INDEXES)

    report = race(scaled, [mutant(scaled)], world, wanted=4)

    assert report.double_sales
    assert not report.is_clean
    assert not report.faults  # red for the right reason: the mutant works but for its lock


def mutant(product: Product) -> Server:
    """Serve the product without its lock."""
    port = free_port()
    log = product.folder / "mutant.log"
    command = [
        "uvicorn",
        "booking.tests.mutant_asgi:application",
        "--host",
        HOST,
        "--port",
        str(port),
        "--no-access-log",
    ]
    server = Server(spawn(command, log=log, env=product.environment(HOST=HOST, PORT=port), cwd=ROOT), port)
    product.servers.append(server)
    server.process.wait_until(answers(server), seconds=60)
    return server
