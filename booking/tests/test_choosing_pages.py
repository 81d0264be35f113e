"""The seat page chooses, advises and offers other seats: what its form and its script are answered."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from booking.services.reservations import hold_seats
from booking.tests import make
from booking.tests.parties import held_by, rows

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def noon(clock):
    clock.at(make.NOON)


@pytest.fixture
def room():
    return rows(6, 6)


@pytest.fixture
def screening(room):
    return room[0]


@pytest.fixture
def seats(room):
    return room[1]


@pytest.fixture
def buyer(client):
    person = make.user()
    client.force_login(person)
    return person


@pytest.fixture
def page(screening):
    return f"/screenings/{screening.pk}/"


def best(client, page, action="best", **fields):
    return client.post(page, {"action": action, "quantity": 2, "together": "on"} | fields, **JSON)


def test_best_available_holds_and_says_which_seats(client, buyer, screening, seats, page):
    answer = best(client, page)

    state = answer.json()
    assert (answer.status_code, state["best"]) == (
        200,
        {"seats": seats[8:10], "sentence": "B3 and B4 are held for you.", "is_apart": False},
    )
    assert [hold["seat_id"] for hold in state["holds"]] == seats[8:10] == held_by(buyer, screening)


def test_the_house_chooses_instead_of_what_was_held(client, buyer, screening, seats, page):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:5])

    best(client, page, quantity=3)

    assert held_by(buyer, screening) == seats[6:9]


def test_next_suggestion_leaves_out_those_before(client, buyer, screening, seats, page):
    best(client, page)

    best(client, page, "next", offered=f"{seats[8]}-{seats[9]}")

    assert held_by(buyer, screening) == seats[2:4]


def test_last_suggestion_stays_and_the_next_press_starts_again(client, buyer, page, screening, seats):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:10])
    best(client, page)

    answer = best(client, page, "next", offered=f"{seats[10]}-{seats[11]}")

    assert answer.json()["error"]["sentence"] == (
        "There is no further suggestion for so many seats. “Best available” starts again with the best."
    )
    assert held_by(buyer, screening) == seats[10:]
    assert best(client, page).json()["best"]["seats"] == seats[10:]


def test_a_visitor_lets_the_house_choose(client, page):
    assert best(client, page).json()["best"]["sentence"] == "B3 and B4 are held for you."


@pytest.mark.parametrize("quantity", ["", "0", "11", "x", "²", "-2"])
def test_nonsense_for_a_number_is_refused(client, buyer, page, quantity):
    answer = best(client, page, quantity=quantity)

    assert (answer.status_code, answer.json()["error"]["detail"]) == (
        400,
        "Choose how many tickets you want, from 1 to 10.",
    )


def test_a_wheelchair_space_comes_with_a_companion_seat(client, buyer, page, screening, seats):
    for seat, kind in zip(screening.room.seats.order_by("pk"), ("wheelchair", "companion"), strict=False):
        seat.seat_type = kind
        seat.save()

    assert best(client, page, wheelchair="on").json()["best"]["seats"] == seats[:2]


def test_without_script_the_page_says_so_and_knows_the_suggestions(client, buyer, seats, page):
    answer = client.post(page, {"action": "best", "quantity": 2, "together": "on"})

    assert answer["Location"] == f"{page}?offered={seats[8]}-{seats[9]}&quantity=2#your-seats"
    page_after = client.get(answer["Location"])
    assertContains(page_after, "B3 and B4 are held for you.", count=1)
    assertContains(page_after, f'<input type="hidden" name="offered" value="{seats[8]}-{seats[9]}">', html=True)
    again = client.post(page, {"action": "next", "quantity": 2, "offered": f"{seats[8]}-{seats[9]}"})
    offered = f"offered={seats[8]}-{seats[9]}&offered={seats[2]}-{seats[3]}"
    assert again["Location"] == f"{page}?{offered}&quantity=2&apart=#your-seats"


def test_a_choice_that_leaves_a_seat_single_is_pointed_out(client, buyer, seats, page):
    state = client.post(page, {"action": "hold", "seats": seats[1:2]}, **JSON).json()

    assert state["advice"] == {
        "sentence": "A1 would be left as a single seat. Please choose other seats, such as A1.",
        "choices": [
            {"value": str(seat), "names": name, "price": "12.50"}
            for seat, name in ((seats[0], "A1"), (seats[2], "A3"), (seats[6], "B1"))
        ],
    }


def test_it_is_refused_by_continue_with_choices_to_take(client, buyer, screening, seats, page):
    answer = client.post(page, {"action": "continue", "seats": seats[1:3]})

    assert answer["Location"] == f"{page}#refusal"
    shown = client.get(page)
    assertContains(shown, "A1 would be left as a single seat.", count=2)
    assertContains(shown, f'name="take" value="{seats[0]}-{seats[1]}">Take A1 and A2', count=1)
    client.post(page, {"take": f"{seats[0]}-{seats[1]}", "action": "", "seats": seats[1:3]})
    assert held_by(buyer, screening) == seats[:2]
    assertRedirects(
        client.post(page, {"action": "continue", "seats": seats[:2]}),
        f"/checkout/{screening.pk}/details/",
        status_code=303,
    )


def test_a_good_choice_is_not_talked_about(client, buyer, seats, page):
    state = client.post(page, {"action": "hold", "seats": seats[:2]}, **JSON).json()

    assert state["advice"] == {"sentence": "", "choices": []}
    assertNotContains(client.get(page), 'name="take"')


def test_a_companion_seat_without_its_space_is_refused_by_continue(client, buyer, page, screening, seats):
    for seat, kind in zip(screening.room.seats.order_by("pk"), ("wheelchair", "companion"), strict=False):
        seat.seat_type = kind
        seat.save()

    answer = client.post(page, {"action": "continue", "seats": seats[1:2]})

    assert answer["Location"] == f"{page}#refusal"
    assertContains(client.get(page), "A2 is a companion seat: it goes with the wheelchair space beside it.")
    together = client.post(page, {"action": "continue", "seats": seats[:2]})
    assert together["Location"] == f"/checkout/{screening.pk}/details/"


def test_for_lost_seats_others_are_offered_that_fit_with_those_kept(client, buyer, screening, seats, page):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[2:4])

    answer = client.post(page, {"action": "hold", "seats": seats[1:3]}, **JSON)

    error = answer.json()["error"]
    assert (answer.status_code, held_by(buyer, screening)) == (409, seats[1:2])
    assert error["sentence"].startswith("A3 is no longer free")
    assert [choice["names"] for choice in error["choices"]] == ["A1 and A2", "B1 and B2", "B3 and B4"]


def test_without_script_they_are_buttons_on_the_page(client, buyer, screening, seats, page):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[2:4])

    answer = client.post(page, {"action": "hold", "seats": seats[2:4]})

    assert answer["Location"] == f"{page}?lost={seats[2]}%2C{seats[3]}#refusal"
    assertContains(client.get(answer["Location"]), f'name="take" value="{seats[8]}-{seats[9]}">Take B3 and B4', count=1)


@pytest.mark.parametrize("query", ["lost=x", "lost=999999", "lost=" + "9" * 400, "offered=a-b", "quantity=99", "apart"])
def test_nonsense_in_the_address_is_left_out(client, buyer, page, query):
    assert client.get(f"{page}?{query}").status_code == 200


@pytest.mark.parametrize("taken", ["", "x", "-", "9" * 400, "999999"])
def test_nonsense_to_take_is_no_fault(client, buyer, page, taken):
    assert client.post(page, {"take": taken}, **JSON).status_code < 500
