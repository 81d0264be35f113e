"""P11: nobody does through the API what is not theirs to do. The table is rights_table.py."""

import json
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import User
from accounts.services.api_keys import create_key
from accounts.services.searches import remember_search
from accounts.tests.make import bearer
from booking.models import Booking, Ticket, WaitingParty
from booking.services.tickets import book_seats
from booking.tests import make
from catalog.services.favourites import add_favourite_cinema, add_favourite_movie
from catalog.services.reviews import create_review
from catalog.tests import make as catalog
from catalog.tests.fake_tmdb import TMDB_ID
from cinema_project.common import clock
from cinema_project.openapi.schema import schema_json
from cinema_project.tests.rights_table import (
    ADMIN,
    ANY_TOKEN,
    CUSTOMER,
    NOBODY,
    OPERATIONS,
    OPTIONAL,
    OWNER,
    PROVEN,
    SIGNED_IN_PEOPLE,
    STAFF_TOKEN,
)
from scraping.models import MediaVideo
from scraping.services.jobs import create_job
from scraping.services.runs import start_run
from scraping.services.schedules import create_schedule
from scraping.tests import make as market

METHODS = ("get", "post", "put", "patch", "delete")
GROUPS = SIGNED_IN_PEOPLE - {CUSTOMER, OWNER, ADMIN}
SECURITY = {
    "[{'bearer': []}]": ANY_TOKEN,
    "[{'bearer': ['staff']}]": STAFF_TOKEN,
    "[{'apiKey': ['jobs:read']}, {'bearer': ['staff']}]": STAFF_TOKEN,
    "[{'apiKey': ['jobs:write']}, {'bearer': ['staff']}]": STAFF_TOKEN,
}


def described() -> dict[str, str]:
    """Return each operation of the schema with the token it asks for."""
    found = {}
    for path, item in json.loads(schema_json())["paths"].items():
        for method in {*METHODS} & {*item}:
            security = item[method].get("security")
            found[f"{method.upper()} {path}"] = (
                OPTIONAL if not security or {} in security else SECURITY.get(str(security), str(security))
            )
    return found


def routes(patterns, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from routes(pattern.url_patterns, route)


def served() -> set[str]:
    """Return each operation that a view of an ``api`` package serves, whether the schema knows it or not."""
    return {
        f"{method.upper()} {re.sub('<[^>]*>', '{}', route)}"
        for route, pattern in routes(get_resolver().url_patterns)
        for view in [getattr(pattern.callback, "view_class", None)]
        if view is not None and ".api." in view.__module__
        for method in METHODS
        if hasattr(view, method)
    }


def test_each_operation_has_its_line_and_asks_for_the_token_it_needs():
    assert described() == {operation: right.token for operation, right in OPERATIONS.items()}


def test_each_served_operation_has_its_line():
    assert served() - {re.sub("{[^}]*}", "{}", operation) for operation in OPERATIONS} == set()


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker) -> Iterator[tuple[dict[str, User], dict[str, int]]]:
    """What all these tests look at and none of them changes: making it takes longer than looking."""
    with django_db_blocker.unblock(), transaction.atomic():
        people = people_of_each_kind()
        yield people, ids_of_what_is_owned(people[OWNER], people[ADMIN])
        transaction.set_rollback(True)


@pytest.fixture
def people(house, db) -> dict[str, User]:
    return house[0]


@pytest.fixture
def ids(house, db, tmdb) -> dict[str, int]:
    """What the parameters of addresses name; what can be owned is the owner's."""
    return house[1]


def people_of_each_kind() -> dict[str, User]:
    """Make one person of each kind; the customer may enter the admin, which opens nothing here."""
    groups = {group: make.user(groups=[group]) for group in GROUPS}
    return groups | {CUSTOMER: make.user(is_staff=True), OWNER: make.user(), ADMIN: make.user(is_superuser=True)}


def ids_of_what_is_owned(owner: User, admin: User) -> dict[str, int]:
    screening = make.screening(movie=catalog.movie(cast=["Max Schreck"]))
    own = {"user_id": owner.pk, "movie_id": screening.movie_id}
    add_favourite_cinema(user_id=owner.pk, cinema_id=screening.room.cinema_id)
    add_favourite_movie(**own)
    seats = make.seats_of(screening)[:1]
    book_seats(buyer=owner, screening_id=screening.pk, seat_ids=seats, payment_id="pay-1")
    return {
        "user_id": owner.pk,
        "search_id": remember_search(user_id=owner.pk, query="metropolis").pk,
        "key_id": create_key(by=admin, name="Robot", scopes=["jobs:read"]).key.pk,
        "tmdb_id": TMDB_ID,
        "cinema_id": screening.room.cinema_id,
        "movie_id": screening.movie_id,
        "review_id": create_review(**own, rating=4).pk,
        "cast_id": screening.movie.cast_members.get().pk,
        "room_id": screening.room_id,
        "screening_id": screening.pk,
        "showtime_id": screening.pk,
        "showing_id": screening.pk,
        "ticket_id": Ticket.objects.get().pk,
        "payment_id": "pay-1",
        "booking_id": Booking.objects.get().pk,
        "market_showtime_id": market.look(market.showing(), 5, "01").showtime_id,
        "run_id": start_run(source="tix", hand_off=False)[0].pk,
        **ids_of_media_jobs(),
        "party_id": WaitingParty.objects.create(user=owner, screening=screening, size=2, joined_at=clock.now()).pk,
    }


def ids_of_media_jobs() -> dict[str, str]:
    job = create_job(mode="profile", value="khaby.lame")
    now = {"scraped_at": clock.now(), "counted_at": clock.now()}
    video = MediaVideo.objects.create(id="7123456789012345678", job=job, author_username="khaby.lame", **now)
    schedule = create_schedule(label="Daily", mode="profile", value="khaby.lame", interval_minutes=60)
    return {"job_id": str(job.pk), "video_id": video.pk, "scheduled_job_id": str(schedule.pk)}


def verdict(operation: str, ids: dict[str, int], headers: dict[str, str]) -> int | str:
    """Return 401, 403 or 404, or that the caller was let in, to be told what is wrong with the empty body or not."""
    method, path = operation.format(**ids).split(" ")
    client = Client(raise_request_exception=False)
    with transaction.atomic():
        sent = ("", "") if method in ("GET", "DELETE") else ("{}", "application/json")
        status = client.generic(method, path, *sent, headers=headers).status_code
        transaction.set_rollback(True)
    assert status < 500
    return status if status in (401, 403, 404) else "let in"


@pytest.mark.parametrize("operation", [name for name, right in OPERATIONS.items() if right != PROVEN])
def test_operation_lets_in_whom_it_should(people, ids, operation):
    right = OPERATIONS[operation]
    let_in = right.let_in(operation.split(" ", 1)[0])
    wanted = {NOBODY: 401} | dict.fromkeys(SIGNED_IN_PEOPLE, right.refusal) | dict.fromkeys(let_in, "let in")

    headers = {NOBODY: {}} | {name: bearer(person) for name, person in people.items()}
    assert {name: verdict(operation, ids, sent) for name, sent in headers.items()} == wanted


@pytest.mark.parametrize("operation", [name for name, right in OPERATIONS.items() if right.token != OPTIONAL])
def test_token_that_nobody_gave_opens_nothing(ids, operation):
    assert verdict(operation, ids, {"Authorization": "Bearer of.good.news"}) == 401
