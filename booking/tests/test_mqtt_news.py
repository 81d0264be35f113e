"""P7: what the broker retains equals the database. The relays run in threads here, the broker is a real one."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from booking.claims import Claim
from booking.models import MqttScreening, MqttTurn, SeatClaim
from booking.mqtt import service
from booking.mqtt.connection import BrokerLost, Connection
from booking.selectors.seatmap import seat_map
from booking.services import broadcasts, cancellations
from booking.services.reservations import extend_holds, hold_seats, release_holds
from booking.services.screenings import cancel_screening, change_screening
from booking.services.seats import change_seat
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.brokers import Board, Mosquitto, board, listening, until
from catalog.models import Screening
from catalog.tests import make as catalog
from cinema_project.environment import Mqtt
from cinema_project.tests.processes import HOST
from cinema_project.tests.services import MQTT_USER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def truth(*screenings: Screening) -> Board:
    """Return what the database says, as the API would tell it."""
    maps = {screening.pk: seat_map(screening.pk) for screening in screenings}
    seats = {pk: {view.seat.id: view.status for view in found.seats()} for pk, found in maps.items()}
    counts = {
        pk: (len(found.free_seats()), sum(place.is_active for place in found.layout.seats.values()))
        for pk, found in maps.items()
    }
    return Board(seats, counts)


def agree(broker: Mosquitto, *screenings: Screening) -> bool:
    return board(broker) == truth(*screenings)


def sell(screening: Screening, number: int) -> Claim:
    seat = make.seats_of(screening)[number]
    return book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat]).tickets[0]


def test_every_change_of_a_seat_is_retained(broker, start_relay):
    screening, other, buyer = make.screening(), make.screening(), make.user()
    first, second, third, *_ = make.seats_of(screening)
    here = {"buyer": buyer, "screening_id": screening.pk}
    start_relay()
    until(lambda: agree(broker, screening, other))

    hold_seats(**here, seat_ids=[first, second])
    until(lambda: agree(broker, screening, other))
    assert board(broker).seats[screening.pk][first] == "reserved"

    [ticket, _] = book_seats(**here, seat_ids=[first, third]).tickets
    release_holds(**here)
    until(lambda: agree(broker, screening, other))
    cancel_ticket(ticket_id=ticket.id, by=buyer)

    until(lambda: agree(broker, screening, other))
    seats = board(broker).seats[screening.pk]
    assert [seats[seat] for seat in (first, second, third)] == ["available", "available", "booked"]
    assert board(broker).counts[screening.pk] == (5, 6)


def test_only_what_changed_is_said_once_and_with_the_number_of_the_change(broker, start_relay):
    screening, buyer = make.screening(), make.user()
    first, second, *_ = make.seats_of(screening)
    start_relay()
    until(lambda: agree(broker, screening))
    with listening(broker, "seats/#", "screenings/#") as listener:
        listener.wait(lambda: len(listener.words) == 7)

        hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[first, second])
        until(lambda: MqttScreening.objects.filter(seat_seq=1).exists())
        extend_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[first])
        until(lambda: MqttScreening.objects.get().seat_seq == 2)
        book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[first])
        listener.wait(lambda: len(listener.words) == 11)

        seats = [listener.heard(f"seats/status/{screening.pk}/{seat}")[1:] for seat in (first, second)]
        counts = listener.heard(f"screenings/{screening.pk}/update")
        words = len(listener.words)

    held, booked = (
        {"seat_id": first, "status": status, "seq": seq} for status, seq in (("reserved", 1), ("booked", 3))
    )
    assert seats == [[held, booked], [held | {"seat_id": second}]]
    assert [said["available_tickets"] for said in counts] == [6, 4]
    assert words == 7 + 2 + 1 + 1


def test_r6_a_hold_that_lapsed_is_available_though_nobody_cleaned_up(broker, start_relay, clock):
    screening = make.screening()
    seat = make.seats_of(screening)[0]
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat])
    start_relay()
    until(lambda: agree(broker, screening))
    assert board(broker).seats[screening.pk][seat] == "reserved"

    clock.travel(301)

    until(lambda: board(broker).seats[screening.pk][seat] == "available", seconds=3)
    assert board(broker).counts[screening.pk] == (6, 6)
    assert SeatClaim.objects.get().state == "held"


def test_what_is_over_is_taken_back_at_its_end(broker, start_relay, clock):
    screening = make.screening()
    later = make.screening(start_time=screening.start_time + timedelta(hours=3))
    sell(screening, 0)
    start_relay()
    until(lambda: agree(broker, screening, later))

    clock.at(screening.end_time - timedelta(seconds=1))
    assert agree(broker, screening, later)
    clock.at(screening.end_time)

    until(lambda: agree(broker, later))
    until(lambda: [told.pk for told in MqttScreening.objects.all()] == [later.pk])


def test_cancelled_is_on_the_board_until_its_end_and_deleted_is_not(broker, start_relay):
    cancelled, deleted, left = make.screening(), make.screening(), make.screening()
    sell(cancelled, 2)
    start_relay()
    until(lambda: agree(broker, cancelled, deleted, left))

    for screening in (cancelled, deleted):
        cancel_screening(screening_id=screening.pk)
    cancellations.finish(cancelled.pk)

    until(lambda: agree(broker, cancelled, left))


def test_seats_that_come_go_and_close_are_retold(broker, start_relay):
    screening = make.screening(seats=3)
    first = make.seats_of(screening)[0]
    sell(screening, 1)
    other_room = catalog.room(seats=(1, 4), cinema=screening.room.cinema)
    start_relay()
    until(lambda: agree(broker, screening))

    change_seat(seat_id=first, is_active=False)
    until(lambda: board(broker).seats[screening.pk][first] == "booked")
    assert board(broker).counts[screening.pk] == (1, 2)
    change_screening(screening_id=screening.pk, room_id=other_room.pk, remap=True)

    until(lambda: agree(broker, Screening.objects.get()))
    assert [*board(broker).seats[screening.pk].values()] == ["available", "booked", "available", "available"]


def test_a_broker_that_lost_everything_is_told_everything(broker, start_relay):
    screening = make.screening()
    sell(screening, 0)
    start_relay()
    until(lambda: agree(broker, screening))
    broker.kill()
    (broker.folder / "mosquitto.db").unlink(missing_ok=True)
    sell(screening, 1)

    broker.start()

    until(lambda: agree(broker, screening))
    assert [*board(broker).seats[screening.pk].values()].count("booked") == 2


def test_a_broker_that_comes_back_with_an_old_file_is_put_right(broker, start_relay, clock):
    """Its sessions are there, and what it retains is of yesterday: its mark gives it away."""
    over = make.screening()
    screening = make.screening(start_time=over.start_time + timedelta(hours=3))
    seat = make.seats_of(screening)[0]
    relay = start_relay()
    until(lambda: agree(broker, over, screening))
    broker.save()
    until((broker.folder / "mosquitto.db").exists)
    sell(screening, 0)
    clock.at(over.end_time)
    until(lambda: agree(broker, screening))
    relay.stop()
    broker.kill()
    broker.start()
    assert {pk: seats.get(seat) for pk, seats in board(broker).seats.items()} == {
        over.pk: None,
        screening.pk: "available",
    }

    start_relay()

    until(lambda: agree(broker, screening))
    assert board(broker).seats[screening.pk][seat] == "booked"


def test_a_relay_that_comes_back_says_nothing_twice(broker, start_relay):
    screening = make.screening()
    relay = start_relay()
    until(lambda: agree(broker, screening))
    with listening(broker, "seats/#", "screenings/#") as listener:
        listener.wait(lambda: len(listener.words) == 7)
        relay.stop()
        start_relay()
        sell(screening, 0)
        listener.wait(lambda: len(listener.words) >= 9)

        words = [topic for topic, _ in listener.words[7:]]

    seat = make.seats_of(screening)[0]
    assert words == [f"seats/status/{screening.pk}/{seat}", f"screenings/{screening.pk}/update"]


def test_what_others_left_at_the_broker_goes(broker, start_relay):
    screening = make.screening()
    seat = make.seats_of(screening)[0]
    with listening(broker) as stranger:
        stranger.say("seats/status/987654/3", {"seat_id": 3, "status": "booked", "seq": 9}, retain=True)
        stranger.say("screenings/987655/update", "nonsense", retain=True)
        stranger.say(f"seats/status/{screening.pk}/{seat}", {"status": "\0"}, retain=True)
        stranger.say(f"seats/status/{screening.pk}/77777777", b"\xff", retain=True)
        stranger.say(f"screenings/{screening.pk}/update", [], retain=True)
    start_relay()

    until(lambda: MqttScreening.objects.filter(seat_seq=0).count() == 1)
    until(lambda: agree(broker, screening))


def test_of_two_relays_one_talks_and_the_other_goes_on(broker, start_relay):
    screening = make.screening()
    first = start_relay()
    until(lambda: agree(broker, screening))
    second = start_relay()
    with listening(broker, "seats/#") as listener:
        listener.wait(lambda: len(listener.words) == 6)
        sell(screening, 0)
        listener.wait(lambda: len(listener.words) == 7)
        first.stop()
        sell(screening, 1)
        listener.wait(lambda: len(listener.words) == 8)
        holder = MqttTurn.objects.get().holder
        second.stop()

        assert len(listener.words) == 8
    assert agree(broker, screening)
    assert holder == MqttTurn.objects.get().holder


def test_a_relay_that_slept_through_its_turn_says_nothing_old(broker, start_relay, clock, monkeypatch):
    """It wakes up with the news of then on its lips; but the broker has hung up on it."""
    screening, awake, asleep = make.screening(), threading.Event(), threading.Event()
    publish = Connection.publish
    monkeypatch.setattr(service, "RENEW_SECONDS", 60)
    sleeper = start_relay()
    until(lambda: agree(broker, screening))

    def publish_after_a_nap(self: Connection, *said: Any, **how: Any) -> Any:
        if threading.current_thread() is sleeper:
            asleep.set()
            awake.wait(20)
        return publish(self, *said, **how)

    monkeypatch.setattr(Connection, "publish", publish_after_a_nap)
    ticket = sell(screening, 0)
    assert asleep.wait(5)
    cancel_ticket(ticket_id=ticket.id, by=User.objects.get(pk=ticket.user_id))
    monkeypatch.setattr(service, "RENEW_SECONDS", 1)
    clock.travel(6)
    start_relay()
    until(lambda: MqttScreening.objects.get().seat_seq == 2)

    with listening(broker, "seats/#") as listener:
        listener.wait(lambda: len(listener.words) == 6)
        awake.set()
        assert not listener.wait(lambda: len(listener.words) > 6, seconds=1), listener.words[6:]
    assert agree(broker, screening)


@pytest.mark.parametrize("said", range(4))
def test_a_round_that_breaks_off_leaves_nothing_untrue(broker, start_relay, monkeypatch, said):
    """And what it told before has become untrue when the relay comes back."""
    screening, tickets, arrived = make.screening(), [], []
    publish = Connection.publish
    start_relay()
    until(lambda: agree(broker, screening))

    def publish_and_break(self: Connection, *words: Any, **how: Any) -> Any:
        if tickets and len(arrived) == said:
            ticket = tickets.pop()
            cancel_ticket(ticket_id=ticket.id, by=User.objects.get(pk=ticket.user_id))
            raise BrokerLost("the round breaks off")
        sent = publish(self, *words, **how)
        self.wait([sent])
        arrived.append(words)
        return sent

    monkeypatch.setattr(Connection, "publish", publish_and_break)
    with transaction.atomic():
        tickets.append(sell(screening, 0))

    until(lambda: not tickets)
    until(lambda: MqttScreening.objects.get().seat_seq == 2)
    assert agree(broker, screening)


def test_the_turn_is_one_relays_and_passes_when_it_is_silent(clock):
    assert [broadcasts.take_turn(name) for name in ("one", "other", "one")] == ["", None, ""]
    broadcasts.record(holder="one", mark="m", told=[], over=[])
    clock.travel(4.5)
    assert broadcasts.take_turn("other") is None
    clock.travel(0.6)

    assert broadcasts.take_turn("other") == "m"
    assert broadcasts.take_turn("one") is None
    with pytest.raises(broadcasts.TurnLost):
        broadcasts.record(holder="one", mark="late", told=[], over=[])
    with pytest.raises(broadcasts.TurnLost):
        broadcasts.start_over(holder="one", retained=[])
    broadcasts.end_turn("one")
    assert broadcasts.take_turn("one") is None
    broadcasts.end_turn("other")
    assert broadcasts.take_turn("one") == "m"


def test_the_turn_survives_a_clock_set_back(clock):
    broadcasts.take_turn("one")

    clock.travel(-3600)

    assert broadcasts.take_turn("other") == ""


def test_many_relays_at_once_take_one_turn():
    takers = 8
    taken, ready = [], threading.Barrier(takers)

    def take(number: int) -> None:
        ready.wait()
        taken.append(broadcasts.take_turn(str(number)))
        connection.close()

    threads = [threading.Thread(target=take, args=[number]) for number in range(takers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken, key=str) == ["", *[None] * (takers - 1)]


def test_a_wrong_password_is_said_once_and_tried_again(broker, start_relay, settings, monkeypatch, caplog):
    settings.MQTT = Mqtt(HOST, broker.port, MQTT_USER, "peanuts")
    monkeypatch.setattr(service, "LONGEST_PAUSE_SECONDS", 0.3)
    screening = make.screening()

    start_relay()
    until(lambda: broker.log().count("not authorised") >= 3)
    broker.admit("cinema", "peanuts")
    broker.kill()
    broker.start()

    until(lambda: MqttScreening.objects.filter(pk=screening.pk).exists())
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 1
    assert "Not authorized" in said[0]
    assert "peanuts" not in caplog.text
