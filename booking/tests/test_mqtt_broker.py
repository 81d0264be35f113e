"""R59 at the broker itself: who may say and hear what, with the rights of ``deploy/mosquitto.acl``."""

import gc
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from accounts.models import User
from accounts.tokens import issue_tokens
from booking.models import Booking, MqttScreening, SeatClaim
from booking.mqtt import requests
from booking.mqtt.connection import BrokerLost
from booking.tests import make
from booking.tests.brokers import EAR, PASSWORD, Listener, Mosquitto, Relay, listening, until
from catalog.models import Screening
from cinema_project.environment import Mqtt
from cinema_project.tests.processes import HOST, free_port
from cinema_project.tests.services import MQTT_PASSWORD, MQTT_USER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def people(broker) -> list[User]:
    """Two people whom the broker knows."""
    people = [make.user(), make.user()]
    for person in people:
        broker.admit(str(person.uuid))
    broker.kill()
    broker.start()
    return people


@pytest.fixture
def relay(people, start_relay) -> Relay:
    """A relay that listens; before its first time the broker keeps nothing for it."""
    make.screening()
    started = start_relay()
    until(MqttScreening.objects.exists)
    return started


@pytest.fixture
def screening(relay) -> Screening:
    return Screening.objects.get()


def as_(person: User) -> dict[str, str]:
    return {"user": str(person.uuid), "password": PASSWORD}


def request_of(person: User, screening: Screening, number: int, **more: object) -> dict[str, object]:
    token = issue_tokens(user=person).access_token
    return {"token": token, "showing_id": screening.pk, "seat_ids": [make.seats_of(screening)[number]]} | more


def test_somebody_buys_and_nobody_else_hears_of_it(broker, people, screening):
    person, other = people
    mine, others = (f"booking/response/{one.uuid}" for one in people)
    with (
        listening(broker, mine, "seats/#", **as_(person)) as buyer,
        listening(broker, others, mine, "booking/#", **as_(other)) as stranger,
    ):
        buyer.say("booking/request", request_of(person, screening, 0))

        assert buyer.wait(lambda: buyer.heard(mine))
        until(lambda: Screening.objects.get().seat_seq == 1)
        stranger.wait(lambda: stranger.words, seconds=0.5)
        [answer], overheard = buyer.heard(mine), stranger.words
    with listening(broker, mine, **as_(person)) as later:
        assert not later.wait(lambda: later.words, seconds=0.5), "the answer was retained"

    assert answer["booking_number"] == Booking.objects.get().booking_number
    assert [ticket["seat_id"] for ticket in answer["tickets"]] == make.seats_of(screening)[:1]
    assert overheard == []


def test_r59_without_a_password_nobody_gets_in(broker):
    refused = [Listener(broker.port, user="").refused, Listener(broker.port, "cinema", "wrong").refused]

    assert refused == ["Not authorized"] * 2


def test_people_cannot_read_requests_nor_say_what_only_the_cinema_says(broker, people, screening):
    person, other = people
    seat = make.seats_of(screening)[0]
    told = f"seats/status/{screening.pk}/{seat}"
    with (
        listening(broker, "#", user=EAR, password=PASSWORD) as ear,
        listening(broker, "#", "booking/request", "cinema/mark", **as_(other)) as stranger,
    ):
        assert ear.wait(lambda: ear.heard(told))
        for topic in (told, f"screenings/{screening.pk}/update", f"booking/response/{person.uuid}", "cinema/mark"):
            stranger.say(topic, {"status": "booked"}, retain=True)
        stranger.say("booking/request", "no request")
        assert ear.wait(lambda: ("booking/request", b"no request") in ear.words)

        assert [said["status"] for said in ear.heard(told)] == ["available"]
        assert {topic.split("/")[0] for topic, _ in stranger.words} <= {"seats", "screenings"}


def test_r59_requests_that_prove_nothing_get_no_answer_at_all(broker, people, screening):
    person, other = people
    good = request_of(person, screening, 0)
    with (
        listening(broker, "booking/response/#", user=EAR, password=PASSWORD) as ear,
        listening(broker, **as_(other)) as stranger,
    ):
        for number in range(100):
            stranger.say("booking/request", good | {"token": f"{good['token']}{number}"}, qos=number % 3)
            stranger.say("booking/request", b"{" * number, qos=number % 3)
        stranger.say("booking/request", b"x" * 1024 * 1024)
        stranger.say("booking/request", "\0" * 1024 * 1024, qos=0)
        stranger.say("booking/request", good | {"user_id": other.pk, "uuid": str(other.uuid)}, qos=2)

        assert ear.wait(lambda: ear.words)
        topics = [topic for topic, _ in ear.words]

    assert topics == [f"booking/response/{person.uuid}"]
    assert [claim.user for claim in SeatClaim.objects.all()] == [person]


@pytest.mark.parametrize("payment", [{}, {"payment_id": "paid"}], ids=["without payment", "with payment"])
def test_a_request_sent_twice_is_answered_twice_and_sold_once(broker, people, screening, payment):
    person, _ = people
    mine, request = f"booking/response/{person.uuid}", request_of(person, screening, 0, **payment)
    with listening(broker, mine, **as_(person)) as buyer:
        buyer.say("booking/request", request)
        buyer.say("booking/request", request)

        assert buyer.wait(lambda: len(buyer.heard(mine)) == 2)
        first, second = buyer.heard(mine)

    assert first == second
    assert first["success"]
    assert SeatClaim.objects.count() == 1


@pytest.mark.parametrize("payment", [{}, {"payment_id": "paid"}], ids=["without payment", "with payment"])
def test_a_request_that_was_sold_but_not_answered_is_answered_by_the_next_relay(
    broker, people, screening, relay, start_relay, monkeypatch, payment
):
    person, sold = people[0], threading.Event()
    mine, answer_to = f"booking/response/{person.uuid}", requests.answer_to

    def crash_after_the_sale(payload: bytes) -> None:
        answer_to(payload)
        sold.set()
        raise BrokerLost

    monkeypatch.setattr(requests, "answer_to", crash_after_the_sale)
    with listening(broker, mine, **as_(person)) as buyer:
        buyer.say("booking/request", request_of(person, screening, 0, **payment))
        assert sold.wait(5)
        relay.stop()
        monkeypatch.setattr(requests, "answer_to", answer_to)
        assert buyer.words == []

        start_relay()

        assert buyer.wait(lambda: buyer.words)
        [answer] = buyer.heard(mine)
    assert answer["booking_number"] == Booking.objects.get().booking_number


def test_requests_wait_at_the_broker_while_no_relay_runs(broker, people, screening, relay, start_relay):
    person, _ = people
    mine = f"booking/response/{person.uuid}"
    with listening(broker, mine, "seats/#", **as_(person)) as buyer:
        assert buyer.wait(lambda: len(buyer.words) == 6)
        relay.stop()
        buyer.say("booking/request", request_of(person, screening, 0))
        assert not SeatClaim.objects.exists()

        start_relay()

        assert buyer.wait(lambda: buyer.heard(mine))
    assert SeatClaim.objects.count() == 1


def own_authority(folder: Path) -> Path:
    """Make a certificate that trusts nobody but itself, with its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cinema.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem"


@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
def test_mqtts_talks_to_a_broker_it_trusts_and_to_no_other(tmp_path, settings, start_relay, monkeypatch, caplog):
    certificate = own_authority(tmp_path)
    files = (f"certfile {certificate}", f"keyfile {tmp_path / 'key.pem'}")
    broker = Mosquitto(tmp_path / "tls", settings=(f"listener {(port := free_port())} {HOST}", *files))
    broker.start()
    settings.MQTT = Mqtt(HOST, port, MQTT_USER, MQTT_PASSWORD, tls=True)
    make.screening()
    stranger = start_relay()
    until(lambda: "CERTIFICATE_VERIFY_FAILED" in caplog.text)
    stranger.stop()
    gc.collect()  # paho drops the socket of a failed handshake unclosed
    assert not MqttScreening.objects.exists()

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    start_relay()

    until(MqttScreening.objects.exists)
    broker.kill()
