"""The socket of a seat map, message by message."""

import asyncio
import json
from functools import wraps

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import connection

from accounts.models import User
from accounts.tests.make import forged
from accounts.tokens import issue_tokens, page_token
from booking import consumers
from booking.services.reservations import expire_lapsed, hold_seats, release_holds
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from cinema_project.asgi import application
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(consumers, "TOKEN_CHECK_SECONDS", 0.05)


@pytest.fixture
def screening():
    return make.screening()


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def person():
    return make.user()


def in_a_loop(test):
    """Run an async test; the hub of its loop ends with it."""

    @wraps(test)
    def run(**fixtures):
        asyncio.run(test(**fixtures))

    return run


class Watch:
    """One open socket: ``async with Watch(screening, person) as socket``."""

    def __init__(self, screening, person=None, *, token=None, number=None, headers=()):
        self.token = token if token is not None else issue_tokens(user=person).access_token
        path = f"/ws/screenings/{number or screening.pk}?token={self.token}"
        self.socket = WebsocketCommunicator(application, path, headers=list(headers))

    async def __aenter__(self):
        assert await self.socket.connect(timeout=5) == (True, None)
        return self

    async def __aexit__(self, *_):
        await self.socket.disconnect()

    async def told(self, *, heartbeats=False):
        while (message := json.loads(await self.socket.receive_from(timeout=5)))[
            "type"
        ] == "heartbeat" and not heartbeats:
            pass
        return message

    async def opened(self):
        message = await self.told()
        assert message["type"] == "connection_confirmed"
        return message

    async def say(self, message):
        await self.socket.send_to(text_data=message if isinstance(message, str) else json.dumps(message))

    async def close_code(self):
        while (event := await self.socket.receive_output(timeout=5))["type"] != "websocket.close":
            pass
        return event["code"]

    async def is_silent(self):
        """Tell whether the answer to a ping is the next thing said."""
        await self.say({"type": "ping"})
        return (await self.told())["type"] == "pong"


@sync_to_async(thread_sensitive=False)
def do(service, **given):
    try:
        return service(**given)
    finally:
        connection.close()


def opening(screening, person, **options):
    """Sign in outside of the loop."""
    return Watch(screening, person, **options)


def test_the_first_message_confirms_and_says_how_far_the_map_is(screening, seats, person):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])
    watch = opening(screening, person)

    @in_a_loop
    async def first():
        async with watch:
            return_value.append(await watch.told())

    return_value = []
    first()

    assert return_value == [
        {
            "type": "connection_confirmed",
            "screening_id": screening.pk,
            "message": "Connected to real-time seat updates",
            "seq": 1,
        }
    ]


def test_one_seat_is_an_update_and_more_are_a_bulk(screening, seats, person):
    watch, buyer = opening(screening, person), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk}

    @in_a_loop
    async def talk():
        async with watch:
            await watch.opened()
            await do(hold_seats, **here, seat_ids=seats[:1])
            one = await watch.told()
            await do(hold_seats, **here, seat_ids=seats[1:3])
            more = await watch.told()
            await do(book_seats, **here, seat_ids=seats[:2])
            sold = await watch.told()
            await do(release_holds, **here)
            free = await watch.told()
        messages.extend([one, more, sold, free])

    messages = []
    talk()

    one, more, sold, free = messages
    assert one == {
        "type": "seat_update",
        "seat_id": seats[0],
        "status": "reserved",
        "is_mine": False,
        "reserved_by": None,
        "expires_at": one["expires_at"],
        "timestamp": one["timestamp"],
        "seq": 1,
    }
    assert (one["timestamp"][-1], one["expires_at"][-1]) == ("Z", "Z")
    assert (more["type"], more["seq"], [entry["seat_id"] for entry in more["updates"]]) == (
        "bulk_seat_update",
        2,
        seats[1:3],
    )
    assert sold["updates"] == [
        {"seat_id": seat, "status": "booked", "is_mine": False, "booked_by": None} for seat in seats[:2]
    ]
    assert free == {
        "type": "seat_update",
        "seat_id": seats[2],
        "status": "available",
        "is_mine": False,
        "timestamp": free["timestamp"],
        "seq": 4,
    }


def test_r60_ids_go_to_their_owner_and_to_staff_alone(screening, seats, person):
    watchers = [opening(screening, one) for one in (person, make.user(), make.user(groups=["manager"]))]
    watchers.append(opening(screening, None, token=page_token(None)))

    @in_a_loop
    async def talk():
        for watch in watchers:
            await watch.__aenter__()
            await watch.opened()
        await do(hold_seats, buyer=person, screening_id=screening.pk, seat_ids=seats[:1])
        for watch in watchers:
            message = await watch.told()
            seen.append((message["reserved_by"], message["is_mine"]))
            await watch.__aexit__()

    seen = []
    talk()

    assert seen == [(person.pk, True), (None, False), (person.pk, False), (None, False)]


def test_expiry_and_cancelled_tickets_free_seats(screening, seats, person, clock):
    watch = opening(screening, person)
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:2])
    booked = book_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[3:4])
    clock.travel(301)

    @in_a_loop
    async def talk():
        async with watch:
            await watch.opened()
            await do(expire_lapsed)
            messages.append(await watch.told())
            await do(cancel_ticket, ticket_id=booked.tickets[0].id, by=person)
            messages.append(await watch.told())

    messages = []
    talk()

    expired, cancelled = messages
    assert [(entry["seat_id"], entry["status"]) for entry in expired["updates"]] == [
        (seat, "available") for seat in seats[:2]
    ]
    assert (cancelled["seat_id"], cancelled["status"]) == (seats[3], "available")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"token": ""}, 4401),
        ({"token": "garbage"}, 4401),
        ({"token": "forged"}, 4401),
        ({"token": "expired"}, 4401),
        ({"token": "refresh"}, 4401),
        ({"number": 10**9}, 4404),
        ({"headers": [(b"host", b"cinema.test"), (b"origin", b"https://evil.test")]}, 4403),
        ({"headers": [(b"host", b"cinema.test"), (b"origin", b"https://evil.test")], "token": ""}, 4403),
    ],
)
def test_who_may_not_watch_is_told_by_a_code(screening, person, clock, change, code):
    pair = issue_tokens(user=person)
    tokens = {
        "forged": forged(pair.access_token, key="another key that is long enough for it"),
        "expired": forged(pair.access_token, exp=1),
        "refresh": pair.refresh_token,
    }
    if "token" in change:
        change = change | {"token": tokens.get(change["token"], change["token"])}
    watch = opening(screening, person, **change)

    @in_a_loop
    async def talk():
        async with watch:
            codes.append(await watch.close_code())

    codes = []
    talk()

    assert codes == [code]


def test_our_own_origin_and_none_at_all_may_watch(screening, person):
    headers = [(b"host", b"cinema.test"), (b"origin", b"https://cinema.test")]
    watchers = [opening(screening, person), opening(screening, person, headers=headers)]

    @in_a_loop
    async def talk():
        for watch in watchers:
            async with watch:
                await watch.opened()

    talk()


def test_ping_is_answered_and_junk_is_ignored(screening, person):
    watch = opening(screening, person)
    junk = ["hello", "[", "[]", "null", "7", '"ping"', "{}", '{"type": 7}', '{"type": "resume"}', '{"type": ["ping"]}']
    junk += ['{"type": "resume", "seq": "1"}', '{"type": "resume", "seq": true}', '{"type": "reserve", "seat_id": 1}']

    @in_a_loop
    async def talk():
        async with watch:
            await watch.opened()
            for message in junk:
                await watch.say(message)
            await watch.socket.send_input({"type": "websocket.receive", "text": ""})
            await watch.socket.send_to(bytes_data=b"\x00\xff")
            await watch.say({"type": "ping"})
            messages.append(await watch.told())

    messages = []
    talk()

    assert [sorted(message) for message in messages] == [["timestamp", "type"]]
    assert (messages[0]["type"], messages[0]["timestamp"][-1]) == ("pong", "Z")


def test_resume_sends_what_was_missed_or_asks_for_a_reload(screening, seats, person):
    for seat in seats[:4]:
        hold_seats(buyer=person, screening_id=screening.pk, seat_ids=[seat])
    OutboxMessage.objects.filter(key=f"{screening.pk}:1").delete()
    watch = opening(screening, person)

    @in_a_loop
    async def talk():
        async with watch:
            await watch.opened()
            for seq, answers in ((2, 2), (4, 0), (0, 1), (99, 1), (-1, 1)):
                await watch.say({"type": "resume", "seq": seq})
                found = [await watch.told() for _ in range(answers)]
                told[seq] = [message.get("seq", message["type"]) for message in found]
            assert await watch.is_silent()

    told = {}
    talk()

    assert told == {2: [3, 4], 4: [], 0: ["resync"], 99: ["resync"], -1: ["resync"]}


def test_more_than_20_messages_in_10_seconds_close_4429(screening, person):
    watch = opening(screening, person)

    @in_a_loop
    async def talk():
        async with watch:
            await watch.opened()
            for _ in range(20):
                await watch.say({"type": "ping"})
            pongs.extend([(await watch.told())["type"] for _ in range(20)])
            await watch.say({"type": "ping"})
            pongs.append(await watch.close_code())

    pongs = []
    talk()

    assert pongs == ["pong"] * 20 + [4429]


def test_a_heartbeat_tells_how_far_the_map_is(screening, seats, person, monkeypatch):
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.1)
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])
    watch = opening(screening, person)

    @in_a_loop
    async def talk():
        async with watch:
            await watch.opened()
            beats.extend([await watch.told(heartbeats=True) for _ in range(2)])

    beats = []
    talk()

    assert beats == [{"type": "heartbeat", "seq": 1}] * 2


@pytest.mark.parametrize("ending", ["token expired", "signed out", "suspended"])
def test_a_session_that_ends_closes_its_socket(screening, person, clock, ending):
    pair = issue_tokens(user=person)
    watch = opening(screening, None, token=pair.access_token)

    def end():
        if ending == "token expired":
            clock.travel(901)
        elif ending == "signed out":
            person.token_families.update(revoked_at="2026-01-01T00:00Z")
        else:
            User.objects.filter(pk=person.pk).update(is_active=False)

    @in_a_loop
    async def talk():
        async with watch:
            await watch.opened()
            await do(end)
            codes.append(await watch.close_code())

    codes = []
    talk()

    assert codes == [4401]


def test_a_change_that_no_message_told_of_is_found_in_the_database(screening, seats, person, monkeypatch):
    watch = opening(screening, person)
    monkeypatch.setattr("booking.realtime.publish", lambda payload: None)

    @in_a_loop
    async def talk():
        async with watch:
            await watch.opened()
            await do(hold_seats, buyer=person, screening_id=screening.pk, seat_ids=seats[:1])
            await do(hold_seats, buyer=person, screening_id=screening.pk, seat_ids=seats[1:2])
            seqs.extend([(await watch.told())["seq"] for _ in range(2)])

    seqs = []
    talk()

    assert seqs == [1, 2]
