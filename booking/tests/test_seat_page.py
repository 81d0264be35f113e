"""The seat map's page: what its form and its script are answered."""

import gzip

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from catalog.tests import make as catalog

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def noon(clock):
    clock.at(make.NOON)


@pytest.fixture
def screening():
    return make.screening(price="10.00")


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def buyer(client):
    person = make.user()
    client.force_login(person)
    return person


@pytest.fixture
def page(screening):
    return f"/screenings/{screening.pk}/"


def statuses(client, page):
    return list(client.get(page, **JSON).json()["seats"].values())


def test_each_viewer_sees_their_own_words(client, buyer, screening, seats, page):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[1:2])
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[2:3])

    assert statuses(client, page) == ["yours", "held", "sold", "available", "available", "available"]
    answer = client.get(page)
    assertContains(answer, 'aria-label="Row A, seat 1, Standard, 10.00, yours"')
    assertContains(answer, 'aria-label="Row A, seat 2, Standard, 10.00, held"')
    assertContains(answer, 'aria-label="Row A, seat 3, Standard, 10.00, sold"')
    assertContains(answer, 'aria-label="Row A, seat 4, Standard, 10.00, available"')


def test_list_holds_only_free_seats_and_own(client, buyer, screening, seats, page):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[1:2])

    answer = client.get(page)

    assertContains(answer, f'name="seats" value="{seats[0]}" checked')
    assertNotContains(answer, f'name="seats" value="{seats[1]}"')
    assertContains(answer, f'name="seats" value="{seats[3]}">')


def test_hold_by_script_answers_the_state(client, buyer, seats, page):
    answer = client.post(page, {"action": "hold", "seats": seats[:2]}, **JSON)

    state = answer.json()
    expires = "2031-06-02T12:05:00.500000Z"
    assert answer.status_code == 200
    assert state["holds"] == [{"seat_id": seat_id, "price": "10.00", "expires_at": expires} for seat_id in seats[:2]]
    assert list(state["seats"].values()) == ["yours", "yours", "available", "available", "available", "available"]
    assert (state["server_now"], state["seq"]) == ("2031-06-02T12:00:00.500000Z", 1)


def test_lost_seats_are_named_and_the_others_kept(client, buyer, screening, seats, page):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[1:3])

    answer = client.post(page, {"action": "hold", "seats": seats[:4]}, **JSON)

    assert answer.status_code == 409
    assert answer.json()["error"]["conflicting_seat_ids"] == seats[1:3]
    assert answer.json()["error"]["sentence"].startswith("A2 and A3 are no longer free")
    assert statuses(client, page) == ["yours", "held", "held", "yours", "available", "available"]


def test_form_without_script_makes_the_choice_and_comes_back(client, buyer, screening, seats, page):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:2])

    answer = client.post(page, {"action": "choose", "seats": seats[1:3]})

    assert (answer.status_code, answer["Location"]) == (303, f"{page}#your-seats")
    assert statuses(client, page) == ["available", "yours", "yours", "available", "available", "available"]


def test_form_without_script_shows_the_refusal(client, buyer, screening, seats, page):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])

    answer = client.post(page, {"action": "hold", "seats": seats[:1]})

    assert answer["Location"] == f"{page}?lost={seats[0]}#refusal"
    assertContains(client.get(answer["Location"]), "A1 is no longer free", count=1)


def test_release_gives_seats_back_and_the_cross_gives_one(client, buyer, screening, seats, page):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:3])

    client.post(page, {"action": "release", "seats": seats[:1]}, **JSON)
    client.post(page, {"drop": seats[1], "seats": seats})

    assert statuses(client, page) == ["available", "available", "yours", "available", "available", "available"]


def test_more_time_restores_the_full_length(client, buyer, screening, seats, page, clock):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    clock.travel(240)

    state = client.post(page, {"action": "extend"}, **JSON).json()

    assert state["holds"][0]["expires_at"] > "2031-06-02T12:08:59"


def test_more_time_after_the_end_says_so(client, buyer, page):
    answer = client.post(page, {"action": "extend"}, **JSON)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "hold_expired")


def test_continue_holds_and_goes_to_the_details(client, buyer, screening, seats, page):
    answer = client.post(page, {"action": "continue", "seats": seats[:1]})

    assertRedirects(answer, f"/checkout/{screening.pk}/details/", status_code=303)


def test_continue_without_seats_stays(client, buyer, page):
    answer = client.post(page, {"action": "continue"})

    assert answer["Location"] == f"{page}#refusal"
    assertContains(client.get(page), "Choose at least one seat first.")


def test_chosen_seats_of_the_address_are_ticked_but_not_held(client, buyer, seats, page):
    answer = client.get(f"{page}?seats={seats[1]},{seats[2]},x,999999999999999999999")

    assertContains(answer, f'value="{seats[1]}" checked')
    assert set(statuses(client, page)) == {"available"}


def test_choice_stays_on_screen_when_the_hold_has_ended(client, buyer, screening, seats, page, clock):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:2])
    clock.travel(301)

    answer = client.get(page)

    assertContains(answer, f'value="{seats[0]}" checked')
    assertContains(answer, "The time for your seats ran out.")


@pytest.mark.parametrize("action", ["", "nonsense"])
def test_unknown_action_changes_nothing(client, buyer, seats, page, action):
    client.post(page, {"action": action, "seats": seats})

    assert set(statuses(client, page)) == {"available"}


@pytest.mark.parametrize("sent", [["x"], ["-1"], ["0"], ["9" * 400], ["²"], []])
def test_nonsense_for_seats_is_refused(client, buyer, page, sent):
    answer = client.post(page, {"action": "hold", "seats": sent}, **JSON)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_seat_of_another_room_is_refused(client, buyer, page):
    other = make.seats_of(make.screening())

    assert client.post(page, {"action": "hold", "seats": other[:1]}, **JSON).status_code == 400


def test_screening_that_began_is_gone_and_one_cancelled_says_so(client, screening, page, clock):
    off = make.screening(status="cancelled")
    assertContains(client.get(f"/screenings/{off.pk}/"), "This screening is cancelled")

    clock.at(screening.start_time)
    assertContains(client.get(page), "This screening has begun", status_code=410)


def test_unknown_screening_is_not_found(client):
    assert client.get("/screenings/999999/").status_code == 404
    assert client.get(f"/screenings/{10**30}/").status_code == 404


def test_post_needs_the_forms_token(buyer, seats, page):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(buyer)

    assert strict.post(page, {"action": "hold", "seats": seats[:1]}).status_code == 403


def test_a_room_of_600_seats_stays_within_the_budget(client, buyer, django_assert_max_num_queries):
    room = catalog.room(seats=(20, 30))
    screening = catalog.screening(room=room)

    with django_assert_max_num_queries(12):
        answer = client.get(f"/screenings/{screening.pk}/")

    assertContains(answer, 'role="gridcell"', count=600)
    assert len(gzip.compress(answer.content)) <= 60 * 1024
