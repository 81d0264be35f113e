"""Visitors without an account: they hold seats as guests, and keep them when they sign in or up."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from accounts.services.guests import SESSION_KEY
from accounts.socket_auth import caller_with_any
from accounts.tests.make import PASSWORD
from accounts.tests.make import user as person_with_password
from booking.models import SeatClaim
from booking.services.reservations import hold_seats
from booking.tests import make

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
SIGN_UP = {"full_name": "Ann Example", "email": "ann@cinema.test", "password": PASSWORD}


@pytest.fixture(autouse=True)
def stopped(noon):
    """Time stands still."""


@pytest.fixture
def screening():
    return make.screening(price="10.00", seats=12)


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def page(screening):
    return f"/screenings/{screening.pk}/"


@pytest.fixture
def details(screening):
    return f"/checkout/{screening.pk}/details/"


def hold(client, page, *seat_ids):
    return client.post(page, {"action": "hold", "seats": seat_ids}, **JSON)


def yours(client, page):
    return [int(seat) for seat, status in client.get(page, **JSON).json()["seats"].items() if status == "yours"]


def sign_in(client, person, **fields):
    return client.post("/account/sign-in/", {"email": person.email, "password": PASSWORD, **fields})


def test_looking_makes_no_guest_and_no_session(client, page):
    client.get(page)
    client.get(page, **JSON)
    client.head(page)

    assert (User.objects.count(), Session.objects.count()) == (0, 0)


@pytest.mark.parametrize("sent", [{}, {"action": "hold"}, {"action": "release", "seats": 1}, {"action": "extend"}])
def test_what_holds_nothing_makes_no_guest(client, page, sent):
    client.post(page, sent)
    client.post(page, sent, **JSON)

    assert User.objects.count() == 0


def test_visitor_holds_by_script_as_a_guest(client, seats, page):
    answer = hold(client, page, *seats[:2])

    guest = User.objects.get()
    assert guest.is_guest
    assert (answer.status_code, answer.json()["viewer"]) == (200, guest.pk)
    assert [held["seat_id"] for held in answer.json()["holds"]] == seats[:2]
    assert client.session[SESSION_KEY] == guest.pk
    assert yours(client, page) == seats[:2]
    assert yours(Client(), page) == []


def test_visitor_holds_without_script(client, seats, page):
    answer = client.post(page, {"action": "choose", "seats": seats[:2]})

    assert (answer.status_code, answer["Location"]) == (303, f"{page}#your-seats")
    shown = client.get(page)
    assertContains(shown, 'aria-label="Give back A1"')
    assertContains(shown, 'id="countdown">until <time datetime="2031-06-02T14:05:00+02:00">')
    client.post(page, {"drop": seats[0]})
    assert yours(client, page) == seats[1:2]


def test_guest_is_not_signed_in(client, seats, page):
    hold(client, page, seats[0])

    shown = client.get(page)

    assertContains(shown, ">Sign in</a>")
    assertNotContains(shown, "Sign out")
    assertContains(shown, "You sign in, or create an account, in the next step.")
    for path in ("/tickets/", "/account/"):
        assertRedirects(client.get(path), f"/account/sign-in/?next={path}")


def test_page_watches_as_the_guest(client, seats, page):
    assert caller_with_any(client.get(page).context["token"]).user_id is None
    assert client.get(page, **JSON).json()["viewer"] is None

    hold(client, page, seats[0])

    guest = User.objects.get()
    shown = client.get(page)
    assert caller_with_any(shown.context["token"]).user_id == guest.pk
    assertContains(shown, f'data-viewer="{guest.pk}"')


def test_session_has_one_guest(client, seats, page):
    for seat in seats[:3]:
        hold(client, page, seat)

    assert User.objects.count() == 1
    assert yours(client, page) == seats[:3]


def test_button_pressed_twice_makes_one_guest(client, seats, page):
    """Neither of the two requests brings the session that the other begins."""
    client.get(page)
    twice = [Client(), Client()]
    for one in twice:
        one.cookies["csrftoken"] = client.cookies["csrftoken"].value

    answers = [hold(one, page, seats[0]) for one in twice]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert User.objects.count() == 1


def test_each_browser_has_a_guest_of_its_own(client, seats, page):
    hold(client, page, seats[0])

    answer = hold(Client(), page, seats[0])

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "seats_held")
    assert User.objects.filter(is_guest=True).count() == 2


def test_guest_who_is_gone_is_followed_by_another(client, seats, page):
    hold(client, page, seats[0])
    SeatClaim.objects.all().delete()
    User.objects.all().delete()

    assert hold(client, page, seats[1]).status_code == 200
    assert yours(client, page) == seats[1:2]


def test_r09_holds_for_guests_too(client, seats, page):
    hold(client, page, *seats[:10])

    answer = hold(client, page, seats[10])

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "seat_limit")


def test_more_time_and_its_end_are_the_guests_too(client, seats, page, noon):
    hold(client, page, seats[0])
    noon.travel(240)
    state = client.post(page, {"action": "extend"}, **JSON).json()
    assert [held["expires_at"] for held in state["holds"]] == ["2031-06-02T12:09:00.500000Z"]

    noon.travel(301)

    shown = client.get(page)
    assertContains(shown, "The time for your seats ran out.")
    assertContains(shown, f'value="{seats[0]}" checked')
    answer = client.post(page, {"action": "extend"}, **JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "hold_expired")


def test_visitor_without_holds_is_answered_like_anybody_without(client, page):
    extended = client.post(page, {"action": "extend"}, **JSON)
    client.post(page, {"action": "continue"})

    assert (extended.status_code, extended.json()["error"]["code"]) == (409, "hold_expired")
    assertContains(client.get(page), "Choose at least one seat first.")


def test_continue_leads_to_the_sign_in_and_the_holds_come_along(client, seats, page, details):
    person = person_with_password(full_name="Ada Lovelace")

    answer = client.post(page, {"action": "continue", "seats": seats[:2]})
    assertRedirects(answer, details, status_code=303, fetch_redirect_response=False)
    assertRedirects(client.get(details), f"/account/sign-in/?next={details}")
    answer = sign_in(client, person, next=details)
    assert answer["Location"] == details
    shown = client.get(details)

    assertContains(shown, "Ada Lovelace")
    assertContains(shown, "20.00 EUR")
    assert set(SeatClaim.objects.values_list("user", "state")) == {(person.pk, "held")}
    assert yours(client, page) == seats[:2]


def test_signing_up_brings_them_along_to_the_ticket(client, screening, seats, page, details):
    client.post(page, {"action": "continue", "seats": seats[:1]})
    client.post("/account/sign-up/", SIGN_UP | {"next": details})

    client.post(details)
    basket = client.get(f"/checkout/{screening.pk}/pay/").context["basket"]
    client.post(f"/checkout/{screening.pk}/pay/", {"payment_id": basket.payment_id, "seats": basket.ids})

    assertContains(client.get(f"/checkout/{screening.pk}/done/"), 'class="stub"', count=1)
    person = User.objects.get(is_guest=False)
    assert list(SeatClaim.objects.values_list("user", "state")) == [(person.pk, "confirmed")]


@pytest.mark.parametrize("path", ["/tickets/", "/screenings/{}/", "/checkout/{}/details/", "/checkout/{}/pay/"])
def test_every_page_of_the_box_office_brings_them_along(client, screening, seats, page, path):
    hold(client, page, seats[0])
    person = person_with_password()
    sign_in(client, person)

    assert client.get(path.format(screening.pk)).status_code == 200

    assert SeatClaim.objects.get().user == person


def test_another_tab_goes_on_where_the_first_signed_in(client, seats, page):
    hold(client, page, seats[0])
    sign_in(client, person_with_password())

    answer = hold(client, page, seats[1])

    assert [held["seat_id"] for held in answer.json()["holds"]] == seats[:2]
    assert SeatClaim.objects.filter(user__is_guest=True).count() == 0


def test_somebody_elses_holds_stay_theirs(client, screening, seats, page):
    other = make.user()
    hold_seats(buyer=other, screening_id=screening.pk, seat_ids=seats[:1])
    hold(client, page, seats[1])
    person = person_with_password()
    sign_in(client, person)

    assert yours(client, page) == seats[1:2]
    assert SeatClaim.objects.get(seat=seats[0]).user == other


def test_seats_beyond_the_limit_are_named(client, screening, seats, page, details):
    person = person_with_password()
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:9])
    hold(client, page, *seats[9:12])
    sign_in(client, person)

    shown = client.get(details)

    told = "A11 and A12 for Nosferatu could not be kept: you can have 10 seats in one screening"
    assertContains(shown, told.replace("Nosferatu", screening.movie.title), count=1)
    assertContains(shown, "100.00 EUR")
    assertNotContains(client.get(details), "could not be kept")


def test_choice_that_lapsed_during_the_sign_in_stays_on_screen(client, screening, seats, page, details, noon):
    client.post(page, {"action": "continue", "seats": seats[:2]})
    noon.travel(301)
    client.post("/account/sign-up/", SIGN_UP | {"next": details})

    back = client.get(details)

    assert back["Location"] == f"{page}?seats={seats[0]},{seats[1]}#refusal"
    assertContains(client.get(back["Location"]), "ran out", count=1)


def test_holds_do_not_go_to_the_next_person_at_the_same_computer(client, seats, page):
    hold(client, page, seats[0])
    first = person_with_password()
    sign_in(client, first)
    client.get("/tickets/")
    client.post("/account/sign-out/")

    assert yours(client, page) == []
    sign_in(client, person_with_password())
    assert yours(client, page) == []
    assert SeatClaim.objects.get().user == first


def test_holding_needs_the_forms_token(seats, page):
    strict = Client(enforce_csrf_checks=True)

    assert hold(strict, page, seats[0]).status_code == 403
    assert User.objects.count() == 0


@pytest.mark.parametrize("path", ["/account/sign-in/", "/account/sign-up/", "/account/forgot/"])
def test_signing_in_during_the_checkout_shows_the_seats_that_wait(client, page, details, seats, path):
    hold(client, page, seats[0], seats[1])

    answers = [client.get(path, {"next": details}), client.post(path, {"email": "", "next": details})]

    for answer in answers:
        assertContains(answer, 'aria-current="step">Details')
        assertContains(answer, f'<a href="{page}">Seats</a>', html=True)
        assertContains(answer, '<strong class="number">20.00 EUR</strong>', html=True)
        assertContains(answer, "data-countdown")


@pytest.mark.parametrize(
    "wanted", ["/account/", "/checkout/999999/details/", "/nowhere", "//[", "https://evil.test/", ""], ids=str
)
def test_signing_in_for_something_else_shows_no_seats(client, page, seats, wanted):
    hold(client, page, seats[0])

    answer = client.get("/account/sign-in/", {"next": wanted})

    assertNotContains(answer, "data-countdown")
    assertNotContains(answer, 'class="steps"')


def test_signing_in_shows_no_seats_of_others(client, page, details, seats):
    hold(Client(), page, seats[0])

    assertNotContains(client.get("/account/sign-in/", {"next": details}), "data-countdown")
