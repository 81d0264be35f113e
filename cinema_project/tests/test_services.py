"""The ways to have servers, and that none of them outlives the tests."""

import os
import signal
import subprocess
import sys
import time

import paho.mqtt.client as mqtt
import psycopg
import pytest
import redis

from cinema_project.tests import services as having
from cinema_project.tests.processes import port_is_open
from cinema_project.tests.product import ROOT
from cinema_project.tests.services import Missing, Services

ORPHANS = """
import sys
from pathlib import Path
from cinema_project.tests.services import Services

started = Services(Path(sys.argv[1]))
print(started.postgresql().split(":")[-1].split("/")[0], started.redis().split(":")[-1], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def own_services(tmp_path_factory, monkeypatch):
    for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL", "TEST_MQTT_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path_factory.mktemp("services")
    for reachable in (folder, *folder.parents[:3]):
        reachable.chmod(0o755)
    started = Services(folder)
    yield started
    started.stop()


@pytest.fixture
def no_debian(monkeypatch):
    monkeypatch.setattr(having, "binary_named", lambda name: None)
    monkeypatch.setattr(having, "debian_postgresql", lambda: None)


def test_wheels_serve_postgresql_and_redis_without_debian(own_services, no_debian):
    with psycopg.connect(own_services.postgresql()) as connection:
        connection.execute("CREATE EXTENSION btree_gist")
        assert connection.execute("SHOW max_connections").fetchone() == ("400",)
    with redis.Redis.from_url(own_services.redis()) as client:
        assert client.eval("return 1 + 1", 0) == 2


def test_missing_services_say_what_to_install(own_services, no_debian, monkeypatch):
    monkeypatch.setattr(having, "wheel_folder", lambda module: None)

    with pytest.raises(Missing, match="apt-get install postgresql"):
        own_services.postgresql()
    with pytest.raises(Missing, match="apt-get install redis-server"):
        own_services.redis()
    with pytest.raises(Missing, match="apt-get install mosquitto"):
        own_services.mosquitto()
    with pytest.raises(Missing, match="apt-get install chromium chromium-driver"):
        having.chromium_binaries()


def test_addresses_given_are_used_as_they_are(own_services, monkeypatch):
    monkeypatch.setenv("TEST_REDIS_URL", "redis://elsewhere:6379")

    assert own_services.redis() == "redis://elsewhere:6379"
    assert own_services.running == []


def test_killed_tests_leave_no_server(tmp_path_factory, monkeypatch):
    for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path_factory.mktemp("orphans")
    for reachable in (folder, *folder.parents[:3]):
        reachable.chmod(0o755)
    command = [sys.executable, "-c", ORPHANS, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        ports = [int(port) for port in tests.stdout.readline().split()]
        assert [port_is_open(port) for port in ports] == [True, True]

        tests.send_signal(signal.SIGKILL)

        deadline = time.monotonic() + 10
        while any(port_is_open(port) for port in ports) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert [port_is_open(port) for port in ports] == [False, False]


@pytest.mark.parametrize(("password", "answer"), [(having.MQTT_PASSWORD, "Success"), ("wrong", "Not authorized")])
def test_mosquitto_serves_who_knows_the_password(mosquitto, password, answer):
    address, port = mosquitto.rsplit("@", 1)[1].split(":")
    answers = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.username_pw_set(having.MQTT_USER, password)
    client.on_connect = lambda client, data, flags, reason, properties: answers.append(str(reason))

    client.connect(address, int(port))
    deadline = time.monotonic() + 5
    while not answers and time.monotonic() < deadline:
        client.loop(0.1)

    client.disconnect()
    assert answers == [answer]


SAMPLE = """
import pytest

def test_with_a_broker(mosquitto):
    pass

@pytest.mark.postgresql
def test_on_postgresql():
    pass

def test_without_servers(show_figure):
    show_figure("98 of 100 were found")
"""


@pytest.fixture
def bare_machine(tmp_path):
    """Run sample tests where nothing can be started: ``bare_machine("-n", "2", **env)`` returns the finished pytest."""
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    (tmp_path / "bare.py").write_text(
        "from cinema_project.tests import services\n"
        "services.binary_named = services.wheel_folder = lambda name: None\n"
        "services.debian_postgresql = lambda: None\n"
    )

    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "PYTEST_"))}
        command = [sys.executable, "-m", "pytest", "-p", "bare", "-p", "no:cacheprovider"]
        command += [
            "-c",
            str(ROOT / "pytest.ini"),
            f"--rootdir={ROOT}",
            "--confcutdir=/",
            "-p",
            "conftest",
            *arguments,
            str(tmp_path),
        ]
        env = inherited | {"PYTHONPATH": str(tmp_path)} | env
        return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)

    return run


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_missing_server_ends_the_run(bare_machine, arguments):
    run = bare_machine(*arguments)

    assert run.returncode == 1
    assert "PostgreSQL is missing: apt-get install postgresql" in run.stdout + run.stderr


def test_missing_broker_fails_its_tests(bare_machine):
    run = bare_machine(TEST_DATABASE="sqlite")

    assert run.returncode == 1
    assert "Mosquitto is missing: apt-get install mosquitto" in run.stdout
    assert "1 passed, 1 deselected, 1 error" in run.stdout


def test_missing_services_are_left_out_aloud_when_allowed(bare_machine):
    run = bare_machine(ALLOW_MISSING_SERVICES="1")

    assert run.returncode == 0
    assert "1 passed, 2 deselected" in run.stdout
    assert "NOT RUN, 1 TESTS LEFT OUT: PostgreSQL is missing" in run.stdout
    assert "NOT RUN, 1 TESTS LEFT OUT: Mosquitto is missing" in run.stdout
    assert "\n98 of 100 were found\n" in run.stdout


def test_processes_that_share_the_tests_tell_what_they_left_out_and_found(bare_machine):
    run = bare_machine("-n", "2", ALLOW_MISSING_SERVICES="1")

    assert run.returncode == 0
    assert "1 passed" in run.stdout
    assert run.stdout.count("NOT RUN, 1 TESTS LEFT OUT: PostgreSQL is missing") == 1
    assert run.stdout.count("NOT RUN, 1 TESTS LEFT OUT: Mosquitto is missing") == 1
    assert run.stdout.count("\n98 of 100 were found\n") == 1


def test_processes_that_share_the_tests_do_not_share_what_tests_empty(bare_machine):
    run = bare_machine("-n", "2", TEST_REDIS_URL="redis://elsewhere:6379")

    assert run.returncode == 1
    told = "Tests empty what is at TEST_REDIS_URL, so they cannot share it: run them with -n 0."
    assert told in run.stdout + run.stderr
