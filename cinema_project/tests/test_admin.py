"""The admin as a whole: every page opens, every role sees what it should, nothing sold can be touched."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axes.models import AccessFailureLog
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, PeriodicTask

from accounts.models import User
from accounts.services.api_keys import create_key
from accounts.tokens import issue_tokens
from booking.models import Booking, Hold, Payment, PaymentIntent, PromoCode, Refund, Ticket, WaitingParty
from booking.services.intents import begin_payment
from booking.services.promos import use_promo
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from catalog.models import Screening
from catalog.services.reviews import create_review
from catalog.tests import make as catalogue
from cinema_project.common import clock
from cinema_project.common.models import IdempotencyRecord, OutboxMessage
from cinema_project.common.staff_forms import StaffAdmin
from cinema_project.demo.people import SHOWN, create_people
from cinema_project.tests.rights_table import ADMIN, ADMIN_ACTIONS, ADMIN_PAGES, ADMIN_ROLES
from scraping.models import Host, MarketFilm, MediaVideo, Quarantined, Site, SiteToken, TakenFact
from scraping.services.clips import add_rule, link_clip
from scraping.services.decisions import confirm
from scraping.services.jobs import create_job
from scraping.services.matches import match_films
from scraping.services.runs import start_run
from scraping.services.schedules import create_schedule

BAD = ("abc", "-1", "9" * 30, "%00", "²", "0")
NOTHING_CHANGES_BY_HAND = (
    "hold",
    "ticket",
    "booking",
    "payment",
    "paymentintent",
    "promouse",
    "quarantined",
    "run",
    "sitetoken",
    "filmmatch",
    "titlelesson",
    "takenfact",
    "refund",
    "statechange",
    "waitingparty",
    "outboxmessage",
    "idempotencyrecord",
    "tokenfamily",
)


def address(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def member(*groups: str, **fields) -> User:
    return make.user(groups=groups, is_staff=True, **fields)


@pytest.fixture
def sold(db) -> Screening:
    """A screening with a ticket, a cancelled ticket, a hold, and all that hangs on them."""
    screening, buyer = make.screening(), make.user()
    first, second, third, *_ = make.seats_of(screening)
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[first, second], payment_id="pay 1")
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[third])
    PromoCode.objects.create(code="SPRING-20", percent=20, max_uses=5)
    use_promo(buyer=buyer, screening_id=screening.pk, code="spring-20")
    begin_payment(buyer=buyer, screening_id=screening.pk, seat_ids=[third])
    WaitingParty.objects.create(user=buyer, screening=screening, size=2, joined_at=clock.now())
    cancel_ticket(ticket_id=Ticket.objects.get(seat_id=second).pk, by=buyer)
    issue_tokens(user=buyer)
    create_review(user_id=buyer.pk, movie_id=screening.movie_id, rating=4)
    create_key(by=buyer, name="Robot", scopes=["jobs:read"])
    AccessFailureLog.objects.create(username=buyer.email, ip_address="192.0.2.1")
    IdempotencyRecord.objects.create(user_id=buyer.pk, key="k", fingerprint="f" * 64, created_at=clock.now())
    run, _ = start_run(source="tix", hand_off=False)
    Quarantined.objects.create(run=run, source="tix", unit_key="cities", created_at=clock.now())
    Host.objects.create(name="cinema.example:443")
    SiteToken.objects.create(name="tix user")
    Site.objects.create(
        source="roxy.example", url="https://roxy.example/", zone="Asia/Jakarta", confidence=90, added_at=clock.now()
    )
    seen = {"first_seen_at": clock.now(), "changed_at": clock.now()}
    film = MarketFilm.objects.create(source="tix", upstream_id="1", title="Faust", **seen)
    match_films()
    confirm(match_id=film.match.pk, movie_id=screening.movie_id, by=buyer)
    TakenFact.objects.create(movie=screening.movie, film=film, field="rating", after="R13", taken_at=clock.now())
    catalogue.event()
    job, now = create_job(mode="profile", value="khaby.lame"), {"scraped_at": clock.now(), "counted_at": clock.now()}
    video = MediaVideo.objects.create(id="7123456789012345678", job=job, author_username="khaby.lame", **now)
    create_schedule(label="Daily", mode="profile", value="khaby.lame", interval_minutes=60)
    add_rule(movie_id=screening.movie_id, kind="hashtag", words="nosferatu")
    link_clip(movie_id=screening.movie_id, video_id=video.pk)
    return screening


@pytest.fixture
def boss(client, db) -> User:
    boss = member(is_superuser=True)
    client.force_login(boss)
    return boss


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_every_list_and_form_opens(client, boss, sold, model):
    row = model._default_manager.first()

    pages = [address(model, "changelist"), address(model, "changelist") + "?q=a&o=1"]
    if admin.site._registry[model].has_add_permission(client.get("/admin/").wsgi_request):
        pages.append(address(model, "add"))
    if row is not None:
        pages += [address(model, page, row.pk) for page in ("change", "history")]

    assert [client.get(page).status_code for page in pages] == [200] * len(pages)


def bad_queries(one: StaffAdmin) -> Iterator[str]:
    filters = [
        getattr(name, "parameter_name", name) for name in (f[0] if isinstance(f, tuple) else f for f in one.list_filter)
    ]
    for bad in BAD:
        yield from (f"{name}={bad}" for name in ("q", "p", "o", *filters))
        yield from (f"{name}__{look}={bad}" for name in filters for look in ("id__exact", "year"))
        yield f"{one.date_hierarchy or 'pk'}__year={bad}"


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_bad_addresses_never_end_in_a_fault(client, boss, sold, model):
    one = admin.site._registry[model]
    pages = [address(model, "changelist") + f"?{query}" for query in bad_queries(one)]
    pages += [
        address(model, "changelist") + f"{bad}/{page}/" for bad in BAD for page in ("change", "delete", "history")
    ]

    assert {page for page in pages if client.get(page).status_code >= 500} == set()


@pytest.mark.parametrize("bad", ["abc", "9" * 30, "\0"])
def test_action_on_rows_that_cannot_be_changes_nothing(client, boss, sold, bad):
    ticked = {"action": "cancel_tickets", "_selected_action": bad, "sure": "yes"}

    assert client.post(address(Ticket, "changelist"), ticked).status_code < 500
    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["cancelled", "confirmed"]


@pytest.mark.parametrize("model", [m for m in admin.site._registry if m._meta.model_name in NOTHING_CHANGES_BY_HAND])
def test_facts_cannot_be_added_changed_or_deleted(client, boss, sold, model):
    row = model._default_manager.first()
    before = list(model._default_manager.order_by("pk").values())

    answers = [
        client.post(address(model, "add"), {}),
        client.post(address(model, "change", row.pk), {"state": "cancelled", "status": "refunded", "price": "0"}),
        client.post(address(model, "delete", row.pk), {"post": "yes"}),
        client.post(
            address(model, "changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        ),
    ]

    assert [answer.status_code for answer in answers[:3]] == [403, 403, 403]
    assert answers[3].status_code < 500
    assert list(model._default_manager.order_by("pk").values()) == before


def pages_of(client, model) -> tuple[int, ...]:
    """Return how list, addition, form, empty change and deletion answer, on a row that nothing stands in the way of."""
    row = quote(model._default_manager.order_by("pk").last().pk)
    return (
        client.get(address(model, "changelist")).status_code,
        client.get(address(model, "add")).status_code,
        client.get(address(model, "change", row)).status_code,
        client.post(address(model, "change", row), {}, follow=True).status_code,  # saved, where nothing is required
        client.get(address(model, "delete", row)).status_code,
    )


def enter(client, role: str) -> User:
    """Let the demo's account of this role in."""
    create_people()
    account = next(account for account in SHOWN if role == account.group or (role == ADMIN and account.is_superuser))
    user = User.objects.get(email=account.email)
    client.force_login(user)
    return user


@pytest.fixture
def one_of_each(sold) -> None:
    make.screening()
    LogEntry.objects.create(user=make.user(), action_flag=CHANGE)
    ClockedSchedule.objects.create(clocked_time=clock.now())
    CrontabSchedule.objects.create()


@pytest.mark.parametrize("role", ADMIN_ROLES)
def test_each_page_of_each_model_opens_for_its_roles(client, one_of_each, role):
    enter(client, role)

    column = ADMIN_ROLES.index(role)
    assert client.get("/admin/").status_code == 200
    assert {model._meta.label: pages_of(client, model) for model in admin.site._registry} == {
        label: tuple(200 if right in row[column] else 403 for right in "vavcd") for label, row in ADMIN_PAGES.items()
    }


@pytest.mark.parametrize("role", ADMIN_ROLES)
def test_each_role_has_its_actions(client, db, role):
    request = RequestFactory().get("/admin/")
    request.user = enter(client, role)

    offered = {model._meta.label: {*one.get_actions(request)} for model, one in admin.site._registry.items()}

    assert {label: actions for label, actions in offered.items() if actions} == ADMIN_ACTIONS[role]


def test_auditor_cannot_run_the_action_of_a_package(client, db):
    task = PeriodicTask.objects.earliest("pk")
    enter(client, "auditor")

    client.post(address(PeriodicTask, "changelist"), {"action": "disable_tasks", "_selected_action": task.pk})

    assert PeriodicTask.objects.get(pk=task.pk).enabled


def test_auditor_has_only_rights_to_view(client, db):
    auditor = enter(client, "auditor")

    assert {name.split(".")[1].split("_")[0] for name in auditor.get_all_permissions()} == {"view"}


def test_nobody_else_gets_in(client, db):
    client.force_login(make.user())

    assert client.get("/admin/").status_code == 302


def test_what_staff_took_from_a_group_stays_taken(db):
    programmer = Group.objects.get(name="programmer")
    programmer.permissions.remove(Permission.objects.get(codename="change_movie"))
    before = set(programmer.permissions.all())

    call_command("migrate", verbosity=0)

    assert set(programmer.permissions.all()) == before


def test_menu_leads_to_every_list_that_has_something_to_tell(client, boss):
    menu = {str(item["link"]) for group in settings.UNFOLD["SIDEBAR"]["navigation"] for item in group["items"]}

    lists = {address(model, "changelist") for model in admin.site._registry}
    rare = {f"/admin/django_celery_beat/{kind}schedule/" for kind in ("clocked", "crontab", "interval")}
    assert lists - menu == rare


def test_answers_given_are_not_shown_again_to_staff(client, boss, sold):
    record = IdempotencyRecord.objects.get()
    IdempotencyRecord.objects.update(body="only for the buyer")

    assert "only for the buyer" not in client.get(address(IdempotencyRecord, "change", record.pk)).content.decode()


def test_message_is_delivered_again_on_request(client, boss, sold):
    OutboxMessage.objects.update(delivered_at=clock.now(), attempts=3)
    message = OutboxMessage.objects.first()

    client.post(address(OutboxMessage, "changelist"), {"action": "deliver_again", "_selected_action": message.pk})

    message.refresh_from_db()
    assert (message.delivered_at, message.attempts) == (None, 0)


def test_admin_answers_under_its_own_policy(client, boss):
    policy = client.get("/admin/").headers["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval';" in policy + ";"
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]


@pytest.mark.parametrize("model", [Screening, Ticket, Hold, Booking, Payment, PaymentIntent, Refund])
def test_list_takes_as_many_queries_for_three_rows_as_for_one(client, boss, sold, model):
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(address(model, "changelist") + "?when=all")
        return len(asked)

    one = count()
    for _ in range(2):
        another = make.screening(start_time=sold.start_time + timedelta(hours=3))
        seats = make.seats_of(another)
        book_seats(buyer=make.user(), screening_id=another.pk, seat_ids=seats[:1], payment_id=f"pay {another.pk}")
        hold_seats(buyer=(holder := make.user()), screening_id=another.pk, seat_ids=seats[1:2])
        begin_payment(buyer=holder, screening_id=another.pk, seat_ids=seats[1:2])
        cancel_ticket(ticket_id=Ticket.objects.get(screening=another).pk, by=Ticket.objects.get(screening=another).user)

    assert count() == one
