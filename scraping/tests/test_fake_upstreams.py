"""The fake TIX: what our parsers read of it is its truth, and it misbehaves as told."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from django.core.management import CommandError, call_command

from cinema_project.tests.product import ROOT
from scraping.fakes.faults import (
    Accidents,
    cut_off,
    drip,
    hang,
    no_answer,
    refused,
    says,
    server_error,
    slow,
    too_many,
)
from scraping.fakes.guards import PASSWORD, PHONE
from scraping.fakes.messages import Request
from scraping.fakes.serving import serving
from scraping.fakes.tix import FakeTix
from scraping.fakes.world import SeatState, World
from scraping.tix import requests
from scraping.tix.layouts import Shape, occupancy_of, parse_layout
from scraping.tix.listings import parse_cities, parse_dates, parse_movie, parse_movies
from scraping.tix.reading import Refused
from scraping.tix.requests import Call
from scraping.tix.schedules import parse_schedule_page, whole_schedule
from scraping.tix.tokens import encrypted_password, parse_tokens

MORNING = datetime(2026, 11, 20, 23, tzinfo=UTC)
"""Six in the morning of 21 November in Jakarta."""


class HeldClock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture
def clock():
    return HeldClock(MORNING)


@pytest.fixture
def site(world, clock):
    return FakeTix(world, clock=clock)


@pytest.fixture
def served(site):
    with serving(site) as served:
        yield served


@pytest.fixture
def ask(served):
    """Ask over HTTP: ``ask(call, token)``."""
    with httpx.Client(timeout=5) as client:

        def send(call: Call, token: str = "", **options) -> httpx.Response:
            body = {} if call.body is None else {"json": dict(call.body)}
            return client.request(call.method, call.url(served.url), headers=call.headers(token), **body, **options)

        yield send


def directly(site, call: Call, token: str = ""):
    """Ask without HTTP, which is quicker."""
    headers = {name.lower(): value for name, value in call.headers(token).items()}
    return site.answer(Request(call.method, call.path, dict(call.params), headers)).body


def read_everything(site) -> dict[str, tuple]:
    token, found = site.guard.issue("guest"), {}
    day = site.today
    for city in parse_cities(directly(site, requests.cities(), token)).items:
        for film in parse_movies(directly(site, requests.movies(city_id=city.id), token), city=city.name).items:
            ids = {"schedule_id": film.schedule_id, "city_id": city.id}
            if day not in parse_dates(directly(site, requests.schedule_dates(**ids), token)):
                continue
            pages, number = [], 1
            while number:
                answer = directly(site, requests.schedules(**ids, day=day, page=number), token)
                pages.append(parse_schedule_page(answer, city=city.name, day=day, page=number))
                number = pages[-1].following
            whole = whole_schedule(pages)
            assert (whole.complete, whole.rejected) == (True, ())
            for programme in whole.programmes:
                for room in programme.rooms:
                    found |= {one.id: (film, programme.theatre, room, one) for one in room.showings}
    return found


def test_everything_read_of_the_site_is_its_truth(site, world):
    found = read_everything(site)

    truth = {showing.id: showing for showing in world.showings(site.today)}
    assert (len(world.cities), len(world.theatres)) == (83, 600)
    assert found.keys() == truth.keys()
    for showing_id, (film, theatre, room, showing) in found.items():
        true = truth[showing_id]
        assert (showing.starts_at, showing.studio, showing.price) == (true.starts_at, str(true.studio), true.price)
        assert (film.movie_id, film.title, room.category) == (true.film.movie_id, true.film.title, true.category)
        assert (theatre.id, theatre.name, theatre.chain) == (true.theatre.id, true.theatre.name, true.theatre.chain)
        assert (theatre.latitude, theatre.longitude) == (true.theatre.latitude, true.theatre.longitude)
    assert any(one.starts_at.astimezone(one.zone).date() > one.day for one in truth.values()), "none after midnight"


def test_largest_city_has_nine_pages(site, world):
    film = world.films[10]
    assert 80 < len(world.cinemas_with(film.schedule_id, "JAKARTA", site.today)) <= 90


def test_same_seed_is_the_same_world_and_another_is_not(world, site):
    again, other = World(), World(seed=2)

    assert again.truth(site.today) == world.truth(site.today)
    assert json.loads(json.dumps(world.truth(site.today)))["seed"] == 1
    assert not {one.id for one in world.theatres} & {one.id for one in other.theatres}


@pytest.mark.parametrize(
    ("chain", "shape"), [("XXI", Shape.NESTED), ("CGV", Shape.FLAT), ("Cinépolis", Shape.SITE_CODES)]
)
def test_seats_read_are_the_true_ones_and_the_bound_holds(site, world, clock, chain, shape):
    showings = [one for one in world.showings(site.today) if one.theatre.chain == chain][:25]
    for showing in showings:
        clock.now = showing.starts_at - timedelta(minutes=12)
        token = site.guard.issue("user")
        layout = parse_layout(directly(site, requests.layout(chain=chain, showing_id=showing.id), token))
        seats = world.seats(showing, clock.now)

        assert layout.shape is shape
        assert [(seat.row, seat.free) for seat in layout.seats] == [
            (seat.row, seat.state is SeatState.FREE) for seat in seats
        ]
        sold = 100 * sum(seat.state is SeatState.SOLD for seat in seats) / len(seats)
        assert occupancy_of(layout).upper_bound >= round(sold, 1) - 0.05


def test_seats_only_ever_sell_and_blocked_ones_stay(world, site):
    showing = next(world.showings(site.today))
    looks = [world.seats(showing, showing.starts_at - timedelta(minutes=left)) for left in (600, 30, 1)]

    for before, after in pairwise(looks):
        for one, same in zip(before, after, strict=True):
            assert one.state == same.state or (one.state, same.state) == (SeatState.FREE, SeatState.SOLD)


def test_film_page_tells_director_and_length(site, world):
    film = parse_movie(directly(site, requests.movie(movie_id=world.films[0].movie_id), site.guard.issue("guest")))

    assert (film.title, film.director, film.minutes) == ("NOSFERATU (1922) 4K", "F.W. Murnau", 94)
    assert film.release_date == world.films[0].released


def test_way_in_over_http_guest_login_refresh(site, clock, ask):
    guest = parse_tokens(ask(requests.guest_token()).content, now=clock.now)
    sent = encrypted_password(PASSWORD, site.guard.public_key)
    user = parse_tokens(ask(requests.login(phone=PHONE, encrypted_password=sent), guest.access).content, now=clock.now)
    showing_id = next(one.id for one in site.world.showings(site.today))
    layout = requests.layout(
        chain=site.world.showings_by_id(site.today)[showing_id].theatre.chain, showing_id=showing_id
    )

    assert guest.expires_at == clock.now + timedelta(minutes=30)
    assert ask(requests.cities()).status_code == 401
    assert [ask(layout, token).status_code for token in (guest.access, user.access)] == [401, 200]
    clock.now += timedelta(minutes=31)
    assert ask(layout, user.access).status_code == 401
    fresh = parse_tokens(ask(requests.refresh(), user.refresh).content, now=clock.now)
    assert ask(layout, fresh.access).status_code == 200
    assert ask(requests.refresh(), fresh.access).status_code == 401


def test_wrong_password_is_refused_with_200(site, clock, ask):
    guest = parse_tokens(ask(requests.guest_token()).content, now=clock.now)

    answer = ask(requests.login(phone=PHONE, encrypted_password="bm9uc2Vuc2U="), guest.access)

    assert answer.status_code == 200
    with pytest.raises(Refused, match="INVALID_CREDENTIAL"):
        parse_tokens(answer.content, now=clock.now)


def test_refreshed_token_lags_and_is_then_taken(site, clock, ask):
    site.guard.lag = 0.3
    fresh = parse_tokens(ask(requests.refresh(), site.guard.issue("refresh", PHONE)).content, now=clock.now)

    statuses = []
    while 200 not in statuses and len(statuses) < 1000:
        statuses.append(ask(requests.cities(), fresh.access).status_code)
    assert statuses[0] == 401
    assert statuses[-1] == 200


def test_revoked_tokens_are_refused_until_a_refresh(site, clock, ask):
    access, refresh = site.guard.issue("user", PHONE), site.guard.issue("refresh", PHONE)
    site.guard.revoke()

    assert ask(requests.cities(), access).status_code == 401
    fresh = parse_tokens(ask(requests.refresh(), refresh).content, now=clock.now)
    assert ask(requests.cities(), fresh.access).status_code == 200


def test_faults_come_in_order_and_then_all_is_well(site, served, ask):
    token = site.guard.issue("guest")
    served.breaks("/v1/cities", server_error(503, 2), too_many(1), refused("TRY_LATER"), says(b"<html>"), slow(0.1))

    answers = [ask(requests.cities(), token) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [503, 429, 200, 200, 200, 200]
    assert [answers[0].headers["Retry-After"], answers[1].headers["Retry-After"]] == ["2", "1"]
    assert (answers[2].json()["success"], answers[3].text) == (False, "<html>")
    assert answers[4].elapsed > timedelta(seconds=0.1)
    assert answers[5].json() == answers[4].json()
    assert ask(requests.movies(city_id="1"), token).status_code == 400


@pytest.mark.parametrize("fault", [no_answer, cut_off, hang])
def test_connections_break_in_every_way(site, served, ask, fault):
    served.breaks("/v1/c*", fault)

    with pytest.raises(httpx.TransportError):
        ask(requests.cities(), site.guard.issue("guest"), timeout=0.3)


def test_slow_drip_outlasts_a_timeout_for_each_read(site, served):
    served.breaks("/v1/cities", drip)
    began = time.monotonic()

    with httpx.stream("GET", f"{served.url}/v1/cities", timeout=0.3) as answer:
        for number, _ in enumerate(answer.iter_raw()):
            if number == 5:
                break

    assert time.monotonic() - began > 0.4


def test_accidents_are_the_same_each_time_and_do_not_happen_twice(site, served, ask):
    token, cities = site.guard.issue("guest"), [city.id for city in site.world.cities]

    def statuses() -> list[int]:
        return [ask(requests.movies(city_id=city), token).status_code for city in cities]

    runs = []
    for _ in range(2):
        served.accidents = Accidents(0.3, seed=3, kinds=(server_error(503), too_many(1)))
        runs.append(statuses())
        assert {*statuses()} == {200}
    assert runs[0] == runs[1]
    assert {*runs[0]} == {200, 429, 503}


def test_more_requests_than_allowed_are_answered_with_429(site, served, ask):
    served.most_per_second = 5
    token = site.guard.issue("guest")

    statuses = [ask(requests.cities(), token).status_code for _ in range(8)]

    assert statuses == [200] * 5 + [429] * 3
    assert [one.status for one in served.asked] == statuses


def test_limit_counts_requests_that_come_at_once(site, served):
    served.most_per_second, served.latency = 5, 0.05
    request = Request("GET", "/v1/cities", {}, {"authorization": f"Bearer {site.guard.issue('guest')}"})

    with ThreadPoolExecutor(16) as pool:
        replies = [pool.submit(served.reply_to, request) for _ in range(16)]

    assert Counter(reply.result().status for reply in replies) == {200: 5, 429: 11}


def test_who_has_the_answer_already_is_told_so(site, served, ask):
    served.etags = True
    token = site.guard.issue("guest")
    headers = requests.cities().headers(token)

    first = httpx.get(f"{served.url}/v1/cities?name=", headers=headers)
    again = httpx.get(f"{served.url}/v1/cities?name=", headers=headers | {"If-None-Match": first.headers["ETag"]})
    other = httpx.get(f"{served.url}/v1/cities?name=BALI", headers=headers | {"If-None-Match": first.headers["ETag"]})

    assert [answer.status_code for answer in (first, again, other)] == [200, 304, 200]
    assert again.content == b""


def test_command_serves_prints_settings_and_stops(tmp_path):
    truth = tmp_path / "truth.json"
    command = [sys.executable, "manage.py", "fake_upstreams", "--theatres", "83", "--json", "--truth", str(truth)]
    command += ["--env", str(tmp_path / "fakes.sh")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        told = json.loads(child.stdout.readline())
        page = httpx.get(f"{told['settings']['TIX_WEB_URL']}/login")
        feeds = [httpx.get(url).status_code for url in told["settings"]["EVENTS_SOURCE_URL"].split(",")]
        sourced = subprocess.check_output(["bash", "-c", f". {tmp_path}/fakes.sh && echo -n $TIX_BASE_URL"], text=True)
        child.send_signal(signal.SIGINT)
        assert child.wait(10) == 0

    assert (page.status_code, feeds) == (200, [200] * 4)
    assert sourced == told["url"]
    assert (told["cities"], told["theatres"]) == (83, 83)
    assert "BEGIN PUBLIC KEY" in told["settings"]["TIX_RSA_PUBLIC_KEY"]
    assert len(json.loads(truth.read_text())["theatres"]) == 83


@pytest.mark.parametrize(
    ("given", "range_"),
    [
        ("--port=65536", "a whole number from 0 to 65535"),
        ("--theatres=82", "a whole number from 83 to 5000"),
        ("--accidents=1.5", "a number from 0 to 1"),
        ("--lag=nan", "a number from 0"),
        ("--rate=0", "a whole number from 1"),
    ],
)
def test_command_says_what_its_numbers_may_be(given, range_):
    with pytest.raises(CommandError, match=f"cannot be used, it must be {range_}$"):
        call_command("fake_upstreams", given)


def test_command_says_when_the_port_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match=r"could not start: .*in use") as refused:
            call_command("fake_upstreams", port=taken.getsockname()[1])

    assert refused.value.returncode == 1
