"""The waiting list over HTTP and on the seat page."""

import json

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.tokens import issue_tokens
from booking.models import WaitingParty
from booking.services.tickets import book_seats, cancel_ticket
from booking.services.waiting import join, offer
from booking.tests import make
from booking.tests.parties import held_by, rows

pytestmark = pytest.mark.django_db
PATH = "/api/v1/waiting-list"


@pytest.fixture(autouse=True)
def noon(clock):
    clock.at(make.NOON)


@pytest.fixture
def room():
    screening, seats = rows(4, 4)
    owner = make.user()
    tickets = book_seats(buyer=owner, screening_id=screening.pk, seat_ids=seats).tickets
    return screening, seats, owner, [ticket.id for ticket in tickets]


def free(room, *indexes):
    screening, _, owner, tickets = room
    for index in indexes:
        cancel_ticket(ticket_id=tickets[index], by=owner)
    offer(screening.pk)


@pytest.fixture
def person():
    return make.user()


@pytest.fixture
def call(client, person):
    headers = {"authorization": f"Bearer {issue_tokens(user=person).access_token}"}

    def send(method, path=PATH, body=None, **more):
        content = "" if body is None else json.dumps(body)
        return client.generic(method, path, content, "application/json", headers=headers | more)

    return send


def test_a_place_in_line_from_joining_to_the_offer(call, room, person):
    screening, seats, *_ = room
    join(buyer=make.user(), screening_id=screening.pk, size=3)

    joined = call("POST", body={"screening_id": screening.pk, "party_size": 2})

    party = joined.json()
    assert joined.status_code == 201
    assert party == {
        "id": party["id"],
        "screening_id": screening.pk,
        "party_size": 2,
        "wheelchair": False,
        "status": "waiting",
        "position": 2,
        "joined_at": "2031-06-02T12:00:00.500000Z",
        "offered_seat_ids": [],
        "offered_until": None,
    }
    free(room, 0, 1)
    now = party | {
        "status": "offered",
        "position": None,
        "offered_seat_ids": seats[:2],
        "offered_until": "2031-06-02T12:15:00.500000Z",
    }
    assert call("GET", f"{PATH}/{party['id']}/").json() == now
    assert call("GET").json() == [now]
    assert call("DELETE", f"{PATH}/{party['id']}").status_code == 204
    assert call("GET", f"{PATH}/{party['id']}").json()["status"] == "left"
    assert held_by(person, screening) == []


@pytest.mark.parametrize("lines", [1, 3])
def test_the_list_takes_as_many_queries_for_one_as_for_many(call, person, lines, django_assert_num_queries):
    for _ in range(lines):
        screening, seats = rows(2, 2)
        owner = make.user()
        tickets = book_seats(buyer=owner, screening_id=screening.pk, seat_ids=seats).tickets
        join(buyer=person, screening_id=screening.pk, size=2)
        for ticket in tickets[:2]:
            cancel_ticket(ticket_id=ticket.id, by=owner)
        offer(screening.pk)

    with django_assert_num_queries(2):
        found = call("GET").json()
    assert [party["status"] for party in reversed(found)] == ["offered", "offered", "waiting"][:lines]  # R9


def test_a_repeated_request_with_its_key_joins_once(call, room):
    body = {"screening_id": room[0].pk, "party_size": 2}
    key = {"idempotency-key": "once"}

    first, again = call("POST", body=body, **key), call("POST", body=body, **key)

    assert (first.json(), again["Idempotent-Replayed"]) == (again.json(), "true")
    assert WaitingParty.objects.count() == 1


def test_refusals(call, room):
    screening, *_ = room

    def told(**body):
        answer = call("POST", body={"screening_id": screening.pk, "party_size": 2} | body)
        return answer.status_code, answer.json().get("code", "")

    assert told(party_size=0) == (400, "invalid")
    assert told(party_size=11) == (400, "seat_limit")
    assert told(wheelchair="x") == (400, "invalid")
    assert told(screening_id=10**9) == (404, "screening_not_found")
    free(room, 0, 1)
    assert told() == (409, "seats_available")
    assert told(party_size=3) == (201, "")
    assert told(party_size=3) == (409, "already_waiting")


def page(room):
    return f"/screenings/{room[0].pk}/"


def test_a_sold_out_page_offers_the_list_and_a_free_one_does_not(client, room):
    assertContains(client.get(page(room)), "Join the waiting list")
    assertNotContains(client.get(page(room)), 'id="waitlist" hidden')

    free(room, *range(6))
    assertContains(client.get(page(room)), 'id="waitlist" hidden')


def test_a_visitor_signs_in_to_wait(client, room):
    answer = client.post(page(room), {"action": "wait", "quantity": 2})

    assertRedirects(answer, f"/account/sign-in/?next={page(room)}", fetch_redirect_response=False)


def test_waiting_on_the_page_until_the_seats_are_there(client, person, room):
    screening, seats, *_ = room
    client.force_login(person)

    client.post(page(room), {"action": "wait", "quantity": 2})
    assertContains(client.get(page(room)), "for 2 seats together, and next in line")

    free(room, 0, 1)
    assertContains(client.get(page(room)), "It is your turn on the waiting list.")
    assertContains(client.get(page(room)), "2 seats came back and are held for you until")
    answer = client.post(page(room), {"action": "continue", "seats": seats[:2]})
    assertRedirects(answer, f"/checkout/{screening.pk}/details/", status_code=303)


def test_leaving_on_the_page(client, person, room):
    client.force_login(person)
    client.post(page(room), {"action": "wait", "quantity": 2})

    client.post(page(room), {"action": "leave"})

    assertContains(client.get(page(room)), "Join the waiting list")
    assert WaitingParty.objects.get().state == "left"


def test_a_party_that_finds_too_few_seats_is_shown_the_list(client, person, room):
    client.force_login(person)
    free(room, 0, 1)

    answer = client.post(page(room), {"action": "best", "quantity": 4, "together": "on"})

    assert answer["Location"] == f"{page(room)}?full=&quantity=4#refusal"
    shown = client.get(answer["Location"])
    assertNotContains(shown, 'id="waitlist" hidden')
    assertContains(shown, "<option selected>4</option>")


def test_a_page_of_somebody_who_waits_takes_few_queries(client, person, room, django_assert_max_num_queries):
    client.force_login(person)
    client.post(page(room), {"action": "wait", "quantity": 2})
    free(room, 0, 1)

    with django_assert_max_num_queries(12):
        client.get(page(room))
