import json
import socket
import sys
import urllib.request
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from booking.models import OCCUPYING_STATES, Booking, SeatClaim
from catalog.models import Movie, Screening
from catalog.selectors.layouts import layout_of_screening
from cinema_project.common import clock
from cinema_project.demo import people, sales
from cinema_project.tests.processes import HOST, free_port, spawn
from cinema_project.tests.product import ROOT, Server


@pytest.fixture(autouse=True)
def debug(settings):
    settings.DEBUG = True


@pytest.fixture
def few_sales(monkeypatch):
    """Sell for the next hours only: the next days are many tickets."""
    monkeypatch.setattr(sales, "PART_SOLD", timedelta(hours=3))


def run(capsys, *arguments):
    call_command("demo", "--no-serve", "--json", *arguments)
    return json.loads(capsys.readouterr().out)


@pytest.mark.django_db
def test_demo_fills_an_empty_database_once(capsys, few_sales):
    first = run(capsys)
    second = run(capsys)

    assert second == first
    assert first["contents"]["cinemas"] == 3
    assert first["contents"]["films"] == Movie.objects.exclude(poster="").count() == 24
    assert first["contents"]["accounts"] == 57
    assert set(first["accounts"]) == set(User.objects.values_list("email", flat=True))


@pytest.mark.long
@pytest.mark.django_db
def test_demo_sells_a_part_of_the_next_days(capsys):
    run(capsys)

    now = clock.now()
    coming = Screening.objects.filter(start_time__gt=now).count()
    held = SeatClaim.objects.filter(state="held", expires_at__gt=now).count()
    past, ahead = (Booking.objects.filter(**{f"screening__start_time__{way}": now}).count() for way in ("lte", "gt"))
    assert coming >= 60
    assert min(past, ahead, held) > 0
    assert max(shares()) <= 0.95
    for name in ("alice", "bob"):
        assert Booking.objects.filter(user__email=f"{name}@cinema.test").exists()


def shares():
    """Return how full the sold screenings are, as the room's share."""
    for screening in Screening.objects.exclude(bookings_count=0):
        sold = SeatClaim.objects.filter(screening=screening, state__in=OCCUPYING_STATES).count()
        yield sold / len(layout_of_screening(screening.pk).seats)


@pytest.mark.django_db
def test_demo_adds_only_the_days_that_are_missing(capsys, clock, few_sales):
    first = run(capsys)["contents"]
    titles = list(Screening.objects.order_by("pk").values_list("movie__title", flat=True))

    clock.travel(2 * 86_400)
    later = run(capsys)["contents"]

    assert list(Screening.objects.order_by("pk").values_list("movie__title", flat=True)[: len(titles)]) == titles
    assert 40 <= later["screenings"] - first["screenings"] <= 120
    assert later["bookings"] > first["bookings"]


@pytest.mark.django_db
def test_demo_leaves_alone_what_staff_changed(capsys, few_sales):
    run(capsys)
    Movie.objects.filter(slug="nosferatu").update(title="Nosferatu the first")
    alice = User.objects.get(email="alice@cinema.test")
    alice.set_password("my own words")
    alice.save()

    run(capsys)

    assert Movie.objects.filter(title="Nosferatu the first").exists()
    alice.refresh_from_db()
    assert alice.check_password("my own words")


@pytest.mark.django_db
def test_demo_gives_everybody_their_rights():
    people.create_people()

    users = {user.email.split("@")[0]: user for user in User.objects.prefetch_related("groups")}
    staff = {
        name: (user.is_superuser, [group.name for group in user.groups.all()])
        for name, user in users.items()
        if user.is_staff
    }
    assert staff == {
        "admin": (True, []),
        "manager": (False, ["manager"]),
        "programmer": (False, ["programmer"]),
        "boxoffice": (False, ["box office"]),
        "auditor": (False, ["auditor"]),
    }
    assert {"alice", "bob", "user1", "user50"} < set(users)
    assert users["user50"].check_password("cinema-demo-2026")


def test_demo_does_not_run_in_production(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="does not run with DEBUG off"):
        call_command("demo", "--no-serve")


def test_demo_says_that_the_port_is_taken():
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} of 127.0.0.1 cannot be used"):
            call_command("demo", "--host", HOST, "--port", str(port))


def test_demo_help_has_examples(capsys):
    with pytest.raises(SystemExit):
        call_command("demo", "--help")

    assert capsys.readouterr().out.count("\n  python manage.py demo") == 2


def mails(product) -> str:
    return "".join(mail.read_text() for mail in product.folder.rglob("mail/*"))


@pytest.mark.long
def test_demo_serves_until_it_is_told_to_end(embedded):
    port = free_port()
    command = [sys.executable, "manage.py", "demo", "--port", str(port), "--host", HOST]
    process = spawn(command, log=embedded.folder / "demo.log", env=embedded.environment(), cwd=ROOT)
    embedded.servers.append(Server(process, port))

    process.wait_until(lambda: "Serving." in process.output(), seconds=60)
    wanted = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    with urllib.request.urlopen(urllib.request.Request(f"http://{HOST}:{port}/", headers=wanted)) as response:
        assert (response.status, response.headers["Content-Encoding"]) == (200, "gzip")
    asked = json.dumps({"email": "alice@cinema.test"}).encode()
    forgot = f"http://{HOST}:{port}/api/v1/auth/forgot-password"
    with urllib.request.urlopen(urllib.request.Request(forgot, asked, {"Content-Type": "application/json"})):
        process.wait_until(lambda: f"http://{HOST}:{port}/account/reset/" in mails(embedded), seconds=10)
    again = embedded.manage("demo", "--no-serve", "--quiet")

    assert (again.returncode, again.stdout) == (0, "")
    assert process.stop() == 0
    assert f"http://{HOST}:{port}/" in process.output()
    assert "Password of all: cinema-demo-2026" in process.output()
    assert "API key: cinema-demo-key-2026" in process.output()
    assert "Traceback" not in process.output()


@pytest.mark.long
def test_demo_resets_its_database(embedded):
    embedded.execute(["CREATE TABLE left_over (id integer)"])

    reset = embedded.manage("demo", "--no-serve", "--reset")

    assert (reset.returncode, "Deleting everything" in reset.stderr) == (0, True)
    assert embedded.query("SELECT name FROM sqlite_master WHERE name = 'left_over'") == []
    assert embedded.query("SELECT count(*) FROM catalog_movie") == [(24,)]


def test_demo_does_not_reset_a_database_that_is_not_its_own(embedded):
    embedded.manage("shell", "-c", "from accounts.models import User; User.objects.create_user('a@else.test')")

    refused = embedded.manage("demo", "--no-serve", "--reset")

    assert (refused.returncode, "Nothing deleted" in refused.stderr) == (1, True)
    assert embedded.query("SELECT email FROM accounts_user") == [("a@else.test",)]
