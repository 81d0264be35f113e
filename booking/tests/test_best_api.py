"""Best available over HTTP."""

import pytest

from accounts.tokens import issue_tokens
from booking.services.reservations import hold_seats
from booking.tests import make
from booking.tests.parties import rows

pytestmark = pytest.mark.django_db
PATH = "/api/v1/seat-reservations/best-available"


@pytest.fixture
def buyer():
    return make.user()


@pytest.fixture
def ask(client, buyer):
    headers = {"authorization": f"Bearer {issue_tokens(user=buyer).access_token}"}

    def send(body, path=PATH, **more):
        return client.post(path, body, content_type="application/json", headers=headers | more)

    return send


@pytest.fixture
def room():
    return rows(6, 6)


@pytest.mark.parametrize("path", [PATH, PATH + "/"])
def test_answer_is_that_of_reserve_and_the_rules_that_gave_way(ask, room, buyer, path):
    screening, seats = room

    answer = ask({"screening_id": screening.pk, "quantity": 2}, path)

    body = answer.json()
    assert answer.status_code == 201
    assert [hold["seat_id"] for hold in body["reservations"]] == seats[8:10]
    assert {hold["status"] for hold in body["reservations"]} == {"active"}
    assert {hold["user_id"] for hold in body["reservations"]} == {buyer.pk}
    assert (body["expires_in_minutes"], body["message"], body["relaxed"]) == (5, "Reserved 2 seats for 5 minutes.", [])


def test_avoid_gives_the_former_suggestion_back_for_the_next(ask, room):
    screening, seats = room
    ask({"screening_id": screening.pk, "quantity": 2})

    answer = ask({"screening_id": screening.pk, "quantity": 2, "avoid": [seats[8:10]]})

    assert [hold["seat_id"] for hold in answer.json()["reservations"]] == seats[2:4]
    assert make.states(screening) == [(seats[8], "released"), (seats[9], "released")] + [
        (seat, "held") for seat in seats[2:4]
    ]


def test_a_repeated_request_with_its_key_holds_once(ask, room):
    screening, _ = room
    key = {"idempotency-key": "once"}

    first = ask({"screening_id": screening.pk, "quantity": 2}, **key)
    again = ask({"screening_id": screening.pk, "quantity": 2}, **key)

    assert (again.status_code, again["Idempotent-Replayed"], again.content) == (201, "true", first.content)
    assert len(make.states(screening)) == 2


def test_refusals(ask, room, buyer):
    screening, seats = room
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:9])

    def told(**body):
        answer = ask({"screening_id": screening.pk} | body)
        return answer.status_code, answer.json()["code"]

    assert told(quantity=4) == (409, "too_few_seats")
    assert told(quantity=11) == (400, "seat_limit")
    assert told(quantity=2, screening_id=10**9) == (404, "screening_not_found")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"quantity": 0}, "/quantity"),
        ({"quantity": "2"}, "/quantity"),
        ({"quantity": True}, "/quantity"),
        ({"quantity": None}, "/quantity"),
        ({"together": "yes"}, "/together"),
        ({"together": None}, "/together"),
        ({"seat_type": "throne"}, "/seat_type"),
        ({"seat_type": ["vip"]}, "/seat_type"),
        ({"avoid": 3}, "/avoid"),
        ({"avoid": [3]}, "/avoid"),
        ({"avoid": [[]]}, "/avoid"),
        ({"avoid": [[-1]]}, "/avoid"),
        ({"avoid": [["a"]]}, "/avoid"),
        ({"avoid": [[2**63]]}, "/avoid"),
        ({"avoid": [[*range(1, 12)]]}, "/avoid"),
        ({"avoid": [[1]] * 101}, "/avoid"),
        ({"screening_id": "x"}, "/screening_id"),
    ],
)
def test_a_malformed_wish_is_refused_with_a_pointer(ask, room, wrong, pointer):
    screening, _ = room

    answer = ask({"screening_id": screening.pk, "quantity": 2} | wrong)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_unknown_seats_to_avoid_are_no_matter(ask, room):
    screening, _ = room

    assert ask({"screening_id": screening.pk, "quantity": 2, "avoid": [[2**62], [5, 5]]}).status_code == 201


def test_reserve_tells_what_is_left_nearby(ask, room):
    screening, seats = room
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[2:4])

    answer = ask({"screening_id": screening.pk, "seat_ids": seats[2:4]}, "/api/v1/seat-reservations/reserve")

    assert (answer.status_code, answer.json()["code"]) == (409, "seats_held")
    assert answer.json()["alternatives"] == [seats[8:10], seats[:2], seats[4:6]]
