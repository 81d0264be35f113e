"""Who opens a socket, and until when."""

import asyncio
from functools import partial

import pytest
from channels.db import database_sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.sessions import end_page_sockets
from accounts.signatures import read_access
from accounts.socket_auth import caller_with_any, is_own_origin, socket_caller, still_valid, valid_among
from accounts.tests import make
from accounts.tokens import PAGE_TOKEN_SECONDS, issue_tokens, page_token, revoke_family

pytestmark = pytest.mark.django_db


def scope(query="", **headers):
    given = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "websocket", "query_string": query.encode("latin-1"), "headers": given}


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"host": "cinema.test"}, True),
        ({"host": "cinema.test", "origin": "https://cinema.test"}, True),
        ({"host": "cinema.test:8000", "origin": "http://cinema.test:8000"}, True),
        ({"host": "internal", "origin": "https://trusted.test"}, True),
        ({"host": "internal", "origin": "https://app.test"}, True),
        ({"host": "internal", "origin": "https://site.test"}, True),
        ({"host": "cinema.test", "origin": "https://evil.test"}, False),
        ({"host": "cinema.test", "origin": "https://cinema.test.evil.test"}, False),
        ({"host": "cinema.test", "origin": "https://cinema.test@evil.test"}, False),
        ({"host": "cinema.test", "origin": "http://cinema.test:8001"}, False),
        ({"host": "cinema.test", "origin": "null"}, False),
        ({"host": "cinema.test", "origin": "\xff"}, False),
        ({"host": "cinema.test", "origin": "http://[broken"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_origin_is_ours_or_trusted_or_absent(settings, headers, own):
    settings.SITE_URL = "https://site.test"
    settings.CSRF_TRUSTED_ORIGINS, settings.CORS_ALLOWED_ORIGINS = ["https://trusted.test"], ["https://app.test"]

    assert is_own_origin(scope(**headers)) is own


def test_access_token_names_the_person():
    person = make.user(groups=("manager",))

    caller = caller_with_any(issue_tokens(user=person).access_token)

    assert (caller.user_id, caller.sees_all) == (person.pk, True)
    assert caller.person.uuid == person.uuid


def test_page_token_names_the_person():
    person = make.user(long_holds=True)

    caller = caller_with_any(page_token(person))

    assert (caller.user_id, caller.sees_all, caller.person.long_holds) == (person.pk, False, True)


def test_page_token_without_a_person_is_an_anonymous_watcher():
    caller = caller_with_any(page_token(None))

    assert (caller.person, caller.user_id, caller.sees_all) == (None, None, False)
    assert valid_among([caller]) == {caller}


def test_tokens_that_do_not_count_are_nobodys(clock):
    person = make.user()
    pair, page = issue_tokens(user=person), page_token(person)
    assert [caller_with_any(token) for token in ("", "garbage", pair.refresh_token)] == [None, None, None]

    end_page_sockets(user=person)
    assert caller_with_any(page) is None

    page, anonymous = page_token(User.objects.get()), page_token(None)
    assert caller_with_any(page) is not None
    clock.travel(PAGE_TOKEN_SECONDS + 1)
    assert [caller_with_any(token) for token in (page, anonymous)] == [None, None]

    clock.travel(1000)
    assert caller_with_any(pair.access_token) is None


def test_watching_ends_with_the_sign_in_it_stands_on():
    person, other = make.user(), make.user()
    access, page = issue_tokens(user=person).access_token, page_token(person)
    tokens = (access, page, issue_tokens(user=other).access_token, page_token(other), page_token(None))
    by_access, by_page, *others = (caller_with_any(token) for token in tokens)
    assert valid_among([by_access, by_page, *others]) == {by_access, by_page, *others}

    revoke_family(read_access(access).family)
    assert valid_among([by_access, by_page, *others]) == {by_page, *others}

    end_page_sockets(user=person)
    assert valid_among([by_access, by_page, *others]) == {*others}


def test_watching_ends_with_suspension_and_in_time(clock):
    person = make.user()
    callers = [caller_with_any(token) for token in (issue_tokens(user=person).access_token, page_token(person))]
    anonymous = caller_with_any(page_token(None))
    User.objects.update(is_active=False)
    assert valid_among([*callers, anonymous]) == {anonymous}

    clock.travel(PAGE_TOKEN_SECONDS)
    assert valid_among([anonymous]) == set()


@pytest.mark.parametrize("number", [1, 3])
def test_any_number_of_sockets_costs_three_queries(number):
    people = [make.user() for _ in range(number)]
    tokens = [issue_tokens(user=person).access_token for person in people] + [page_token(person) for person in people]
    callers = [caller_with_any(token) for token in tokens]

    with CaptureQueriesContext(connection) as asked:
        assert len(valid_among(callers)) == 2 * number

    assert len(asked) <= 3


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_sockets_that_ask_together_share_one_answer(monkeypatch):
    person = make.user()
    pair = issue_tokens(user=person)
    rounds = []
    monkeypatch.setattr(
        "accounts.socket_auth.valid_among", lambda callers: rounds.append(len(callers)) or valid_among(callers)
    )

    async def watch():
        found = [
            await socket_caller(scope(f"token={token}"))
            for token in (pair.access_token, page_token_now, anonymous_token)
        ]
        before = await asyncio.gather(*map(still_valid, found))
        await database_sync_to_async(partial(revoke_family, read_access(pair.access_token).family))()
        return before, await asyncio.gather(*map(still_valid, found)), await socket_caller(scope("token=%00&x=%ff"))

    page_token_now, anonymous_token = page_token(person), page_token(None)

    assert asyncio.run(watch()) == ([True, True, True], [False, True, True], None)
    assert rounds == [3, 3]
