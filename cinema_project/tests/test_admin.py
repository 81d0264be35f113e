"""The admin as a whole: every page opens, every role sees what it should, nothing sold can be touched."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.services.api_keys import create_key
from accounts.tokens import issue_tokens
from booking.models import Hold, Payment, Ticket
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from catalog.models import Screening
from cinema_project.common import clock
from cinema_project.common.models import IdempotencyRecord, OutboxMessage
from cinema_project.common.staff_forms import StaffAdmin

BAD = ("abc", "-1", "9" * 30, "%00", "²", "0")
NOTHING_CHANGES_BY_HAND = (
    "hold",
    "ticket",
    "booking",
    "payment",
    "refund",
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
    cancel_ticket(ticket_id=Ticket.objects.get(seat_id=second).pk, by=buyer)
    issue_tokens(user=buyer)
    create_key(by=buyer, name="Robot", scopes=["jobs:read"])
    IdempotencyRecord.objects.create(user_id=buyer.pk, key="k", fingerprint="f" * 64, created_at=clock.now())
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
    ticked = {"action": "cancel_tickets", "_selected_action": bad}

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


LISTS = {
    "manager": {
        "cinema",
        "room",
        "seat",
        "movie",
        "screening",
        "hold",
        "ticket",
        "booking",
        "payment",
        "refund",
        "user",
        "apikey",
    }
    | {"tokenfamily", "outboxmessage", "idempotencyrecord", "logentry"}
    | {"periodictask", "crontabschedule", "intervalschedule", "clockedschedule"},
    "programmer": {"cinema", "room", "seat", "movie", "screening"},
    "box office": {"cinema", "room", "seat", "movie", "screening", "hold", "ticket", "booking", "payment", "refund"},
}
LISTS["auditor"] = LISTS["manager"] | {"group"}
ADDS = {
    "manager": {"cinema", "room", "movie", "screening", "user", "apikey"}
    | {"periodictask", "crontabschedule", "intervalschedule", "clockedschedule"},
    "programmer": {"room", "movie", "screening"},
    "box office": set(),
    "auditor": set(),
}


@pytest.mark.parametrize("role", LISTS)
def test_role_opens_its_lists_and_forms_and_no_others(client, sold, role):
    client.force_login(member(role))

    def open_to_them(page: str) -> set[str]:
        return {m._meta.model_name for m in admin.site._registry if client.get(address(m, page)).status_code == 200}

    assert open_to_them("changelist") == LISTS[role]
    assert open_to_them("add") == ADDS[role]


def test_auditor_changes_nothing(client, sold):
    auditor = member("auditor")
    client.force_login(auditor)

    codes = set()
    for model in admin.site._registry:
        row = model._default_manager.first()
        if row is not None:
            codes.add(client.post(address(model, "change", row.pk), {}).status_code)
            codes.add(client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code)

    assert codes == {403}
    assert {name.split(".")[1].split("_")[0] for name in auditor.get_all_permissions()} == {"view"}


def test_nobody_else_gets_in(client, db):
    client.force_login(make.user())

    assert client.get("/admin/").status_code == 302


def test_rights_of_groups_are_those_of_the_migration(db):
    assert {group.name: group.permissions.count() > 0 for group in Group.objects.all()} == dict.fromkeys(LISTS, True)
    assert not Permission.objects.filter(group__name="programmer", content_type__app_label="booking").exists()


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


@pytest.mark.parametrize("model", [Screening, Ticket, Hold, Payment])
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
        hold_seats(buyer=make.user(), screening_id=another.pk, seat_ids=seats[1:2])

    assert count() == one
