"""Whatever is sent: a clear refusal, never a fault, and nothing written."""

import json

import pytest

from accounts.tests.make import bearer, forged, header
from accounts.tokens import issue_tokens
from booking.models import Payment
from booking.services.reservations import hold_seats
from booking.tests import make
from cinema_project.common.models import IdempotencyRecord

pytestmark = [pytest.mark.django_db]
SEATS = "/api/v1/seat-reservations"
TICKETS = "/api/v1/tickets"
WRITERS = [
    f"{SEATS}/reserve",
    f"{SEATS}/toggle",
    f"{SEATS}/extend",
    f"{SEATS}/cancel",
    f"{TICKETS}/book",
    f"{TICKETS}/book-from-reservation",
]
SALES = WRITERS[4:]
HUGE = 10**40


@pytest.fixture
def screening():
    """One seat is held by the caller, so that a repeat of any call could change something."""
    return make.screening()


@pytest.fixture
def person(screening):
    buyer = make.user()
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])
    return buyer


@pytest.fixture
def refuses(client, screening, person):
    """Send something wrong; returns ``(status, code)`` after making sure that nothing was written."""

    def run(method, path, body=b"", *, content_type="application/json", headers=None, **more):
        before = make.written(screening), Payment.objects.count(), IdempotencyRecord.objects.count()
        known = bearer(person) if headers is None else headers
        response = client.generic(method, path, body, content_type=content_type, headers=known | more)
        after = make.written(screening), Payment.objects.count(), IdempotencyRecord.objects.count()
        assert after == before
        assert 400 <= response.status_code < 500
        assert response["Content-Type"] == "application/problem+json"
        problem = response.json()
        assert problem.keys() >= {"type", "title", "status", "detail", "code", "instance"}
        assert (problem["status"], bool(problem["detail"])) == (response.status_code, True)
        return response.status_code, problem["code"]

    return run


@pytest.fixture
def good(screening):
    return {"screening_id": screening.pk, "seat_ids": make.seats_of(screening)[:1], "payment_id": "paid"}


WRONG_SEATS = {
    "missing": None,
    "empty": [],
    "a string": "1",
    "a number": 7,
    "an object": {"1": 1},
    "true": True,
    "a list of strings": ["1"],
    "a float": [1.0],
    "a fraction": [1.5],
    "a boolean": [True],
    "null": [None],
    "nested": [[1]],
    "an object in a list": [{"id": 1}],
    "zero": [0],
    "negative": [-1],
    "twice the same": [5, 5],
    "huge": [HUGE],
    "beyond the database": [2**63],
    "10,000 of them": list(range(1, 10_001)),
    "one wrong among right ones": [1, 2, "3"],
}


@pytest.mark.parametrize("path", WRITERS)
@pytest.mark.parametrize("seat_ids", WRONG_SEATS.values(), ids=WRONG_SEATS.keys())
def test_wrong_seat_ids_are_400(refuses, good, path, seat_ids):
    body = good | {"seat_ids": seat_ids}
    if seat_ids is None:
        del body["seat_ids"]

    assert refuses("POST", path, json.dumps(body)) == (400, "invalid")


@pytest.mark.parametrize("path", WRITERS[:2])
@pytest.mark.parametrize("seat_id", ["1", 1.5, True, None, [], {}, 0, HUGE])
def test_a_wrong_seat_id_is_400(refuses, screening, path, seat_id):
    assert refuses("POST", path, json.dumps({"screening_id": screening.pk, "seat_id": seat_id})) == (400, "invalid")


@pytest.mark.parametrize("path", WRITERS)
@pytest.mark.parametrize("screening_id", ["1", 1.0, 1.5, True, None, [], [1], {}, 0, -1, HUGE])
def test_a_wrong_screening_id_is_400(refuses, good, path, screening_id):
    assert refuses("POST", path, json.dumps(good | {"screening_id": screening_id})) == (400, "invalid")


@pytest.mark.parametrize("path", WRITERS)
@pytest.mark.parametrize("screening_id", [10**9, 2**63 - 1, 2**63, 2**64 - 1])
def test_an_unknown_screening_is_404(refuses, good, path, screening_id):
    assert refuses("POST", path, json.dumps(good | {"screening_id": screening_id})) == (404, "screening_not_found")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (WRITERS[0], (400, "seat_not_in_room")),
        (WRITERS[1], (400, "seat_not_in_room")),
        (WRITERS[2], (409, "hold_expired")),
        (WRITERS[4], (400, "seat_not_in_room")),
        (WRITERS[5], (409, "reservation_expired")),
    ],
)
@pytest.mark.parametrize("seat_id", [10**9, 2**63 - 1])
def test_an_unknown_seat_is_refused(refuses, good, path, answer, seat_id):
    assert refuses("POST", path, json.dumps(good | {"seat_ids": [seat_id]})) == answer


@pytest.mark.parametrize("path", SALES)
@pytest.mark.parametrize(
    "payment_id", ["", "nul\x00byte", "ünï", "x" * 256, "line\n", 7, 1.5, True, False, [], ["x"], {}]
)
def test_a_wrong_payment_id_is_400(refuses, good, path, payment_id):
    assert refuses("POST", path, json.dumps(good | {"payment_id": payment_id})) == (400, "payment_id_invalid")


BODIES = {
    "blank": b" ",
    "a word": b"hello",
    "cut off": b'{"screening_id": 1, "seat_ids": [',
    "a list": b"[1, 2]",
    "a string": b'"x"',
    "a number": b"7",
    "null": b"null",
    "not a number": b'{"screening_id": NaN}',
    "single quotes": b"{'screening_id': 1}",
    "two objects": b"{}{}",
    "not utf-8": b'{"a": "\xff\xfe"}',
    "half a surrogate": b'{"a": "\\ud800"}',
    "utf-16": "{}".encode("utf-16"),
    "a null byte": b"\x00",
    "very deep": b"[" * 100_000,
    "deep in an object": b'{"a":' * 100_000,
}


@pytest.mark.parametrize("path", WRITERS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_json_object_is_400(refuses, path, body):
    assert refuses("POST", path, body) == (400, "invalid")


@pytest.mark.parametrize("path", WRITERS)
@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"],
)
def test_another_content_type_is_415(refuses, good, path, content_type):
    answer = refuses("POST", path, json.dumps(good), content_type=content_type)

    assert answer == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", WRITERS)
def test_a_body_over_ten_megabytes_is_413(refuses, path):
    assert refuses("POST", path, b" " * (10 * 1024 * 1024 + 1))[0] == 413


@pytest.mark.parametrize("path", WRITERS)
@pytest.mark.parametrize("key", ["", "x" * 256, "tab\tkey"])
def test_a_wrong_idempotency_key_is_400(refuses, good, path, key):
    if path.endswith("/cancel"):
        path = WRITERS[0]

    assert refuses("POST", path, json.dumps(good), **{"Idempotency-Key": key}) == (400, "invalid")


METHODS = [
    *[("GET", path) for path in WRITERS if not path.startswith(f"{TICKETS}/")],
    *[("PUT", path) for path in WRITERS],
    ("DELETE", f"{SEATS}/reserve"),
    ("POST", f"{SEATS}/screening/1/availability"),
    ("DELETE", f"{SEATS}/screening/1/availability/me"),
    ("POST", f"{SEATS}/my-reservations"),
    ("GET", f"{SEATS}/cancel/1"),
    ("GET", f"{SEATS}/cleanup"),
    ("POST", "/api/v1/screenings/1/available-seats"),
    ("POST", f"{TICKETS}/my-tickets"),
    ("POST", f"{TICKETS}/1"),
    ("POST", "/ws/stats"),
]


@pytest.mark.parametrize(("method", "path"), METHODS)
def test_another_method_is_405_and_says_which_ones_there_are(refuses, client, method, path):
    assert refuses(method, path) == (405, "method_not_allowed")
    assert client.generic(method, path)["Allow"]


@pytest.mark.parametrize("number", ["x", "1.5", "-1", "%00", "1 ", "٣", "9" * 19, "9" * 5000])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", SEATS + "/screening/{}/availability"),
        ("DELETE", SEATS + "/cancel/{}"),
        ("GET", "/api/v1/screenings/{}/available-seats"),
        ("GET", TICKETS + "/{}"),
        ("DELETE", TICKETS + "/{}"),
    ],
)
def test_a_wrong_number_in_the_path_is_not_found(refuses, method, path, number):
    assert refuses(method, path.format(number)) == (404, "not_found")


KINDS = (
    "garbage",
    "three parts of garbage",
    "signed with another key",
    "not signed at all",
    "a refresh token",
    "a changed signature",
    "a null byte",
    "not ascii",
    "endless",
    "expired",
    "of nobody",
)


def token_of(kind, person):
    pair = issue_tokens(user=person)
    good, refresh = pair.access_token, pair.refresh_token
    made = {
        "garbage": "garbage",
        "three parts of garbage": "a.b.c",
        "signed with another key": forged(good, key="another key, long enough for the algorithm"),
        "not signed at all": forged(good, algorithm="none"),
        "a refresh token": refresh,
        "a changed signature": good[:-3] + ("AAA" if good[-3:] != "AAA" else "BBB"),
        "a null byte": good + "\x00",
        "not ascii": good + "ü",
        "endless": good + "x" * 100_000,
        "expired": forged(good, exp=1),
        "of nobody": forged(good, family="00000000-0000-0000-0000-000000000000"),
    }
    return made[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", [WRITERS[0], WRITERS[4], WRITERS[5]])
def test_a_token_that_does_not_count_is_401(refuses, person, good, path, kind):
    status, code = refuses("POST", path, json.dumps(good), headers=header(token_of(kind, person)))

    assert (status, code) == (401, "token_expired" if kind == "expired" else "invalid_token")


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x", "bearer"])
def test_another_kind_of_authorization_is_401(refuses, good, authorization):
    answer = refuses("POST", WRITERS[0], json.dumps(good), headers={"authorization": authorization})

    assert answer == (401, "not_authenticated")


def test_unknown_members_are_ignored(client, person, screening):
    body = {
        "screening_id": screening.pk,
        "seat_ids": make.seats_of(screening)[1:2],
        "total": "x",
        "__proto__": {},
        "": None,
    }

    response = client.post(WRITERS[0], body, content_type="application/json", headers=bearer(person))

    assert response.status_code == 201
