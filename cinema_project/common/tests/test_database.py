"""R61, R62: one transaction, short waits, repeats where a repeat is safe."""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from cinema_project.common import database
from cinema_project.common.database import (
    CommitUnknown,
    Overtaken,
    Step,
    as_moment,
    as_money,
    id_of,
    query,
    query_steps,
    repeat_on,
    write,
)
from cinema_project.common.errors import Busy, Conflict, Unavailable
from cinema_project.common.models import OutboxMessage

OUTBOX = (
    "INSERT INTO common_outboxmessage (topic, key, payload, created_at, due_at, attempts, last_error)"
    " VALUES ('test', %s, '{}', '2031-01-01T00:00Z', '2031-01-01T00:00Z', 0, '')"
)


def keys():
    return sorted(OutboxMessage.objects.values_list("key", flat=True))


def raise_in_database(sqlstate):
    query(f"DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '{sqlstate}'; END $$")


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
class TestWrite:
    def test_is_one_transaction(self):
        @write
        def both():
            query(OUTBOX, ["first"])
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            both()

        assert keys() == []

    def test_joins_an_outer_transaction(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            write(query)(OUTBOX, ["inner"])
            raise ZeroDivisionError

        assert keys() == []

    @pytest.mark.parametrize("nested", [False, True])
    def test_the_aftermath_of_a_refusal_is_written_once_after_the_rollback(self, nested):
        refusal = Conflict("No.")
        refusal.aftermath = write(lambda: query(OUTBOX, ["aftermath"]))

        @write
        def refused():
            query(OUTBOX, ["rolled back"])
            raise refusal

        with pytest.raises(Conflict):
            write(refused)() if nested else refused()

        assert keys() == ["aftermath"]

    def test_a_refusal_that_was_dealt_with_has_no_aftermath(self):
        refusal = Conflict("No.")
        refusal.aftermath = write(lambda: query(OUTBOX, ["aftermath"]))

        @write
        def refused():
            raise refusal

        @write
        def patient():
            with suppress(Conflict):
                refused()

        patient()

        assert keys() == []

    def test_writers_of_many_threads_take_turns(self):
        @write
        def count():
            [(found,)] = query("SELECT COUNT(*) FROM common_outboxmessage")
            query(OUTBOX, [str(found)])

        @repeat_on("outbox_key_unique")
        def count_on():
            try:
                count()
            finally:
                connection.close()

        threads = [threading.Thread(target=count_on) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert keys() == ["0", "1", "2", "3"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestWriteOnPostgreSQL:
    @pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
    def test_r62_repeats_a_deadlock_and_a_serialization_failure(self, sqlstate):
        attempts = []

        @write
        def change():
            attempts.append(query(OUTBOX, [f"attempt {len(attempts)}"]))
            if len(attempts) < 4:
                raise_in_database(sqlstate)
            return "done"

        assert (change(), len(attempts), keys()) == ("done", 4, ["attempt 3"])

    def test_repeats_when_a_row_was_deleted_that_another_came_to_name(self):
        attempts = []

        @write
        def change():
            attempts.append(1)
            query("INSERT INTO auth_group (name) VALUES ('staff')")
            if len(attempts) < 3:
                query("INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (-1, -1)")

        change()

        assert (len(attempts), query("SELECT name FROM auth_group WHERE name = 'staff'")) == (3, [("staff",)])

    def test_does_not_hide_that_a_row_names_what_never_was(self):
        @write
        def change():
            query("INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (-1, -1)")

        with pytest.raises(IntegrityError, match="foreign key"):
            change()

    def test_r62_gives_up_after_three_repeats(self):
        attempts = []

        @write
        def change():
            attempts.append(1)
            raise_in_database("40P01")

        with pytest.raises(Unavailable) as refused:
            change()

        assert (len(attempts), refused.value.retry_after) == (4, 2)

    def test_r62_repeats_on_a_new_connection_when_the_old_one_is_lost_before_the_commit(self):
        backends = []

        @write
        def change():
            [(backend,)] = query("SELECT pg_backend_pid()")
            backends.append(backend)
            query(OUTBOX, [f"attempt {len(backends)}"])
            if len(backends) == 1:
                terminate(backend)
            query("SELECT 1")

        change()

        assert (len(set(backends)), keys()) == (2, ["attempt 2"])

    def test_r62_says_so_when_the_connection_is_lost_at_the_commit(self):
        @write
        def change():
            query(OUTBOX, ["lost"])
            terminate(query("SELECT pg_backend_pid()")[0][0])

        with pytest.raises(CommitUnknown) as refused:
            change()

        assert (refused.value.code, refused.value.retry_after) == ("commit_unknown", 2)
        assert keys() == []

    def test_an_error_that_no_repeat_would_cure_is_not_repeated(self):
        attempts = []

        @write
        def change():
            attempts.append(1)
            raise_in_database("57014")

        with pytest.raises(OperationalError):
            change()

        assert len(attempts) == 1

    def test_r61_waits_for_a_lock_only_so_long(self):
        query(OUTBOX, ["wanted"])

        @write
        def change():
            query("SET LOCAL lock_timeout = '50ms'")
            query("UPDATE common_outboxmessage SET attempts = 1")

        with another_connection() as other:
            other.execute("UPDATE common_outboxmessage SET attempts = 9")
            with pytest.raises(Busy) as refused:
                change()

        assert (refused.value.code, refused.value.retry_after) == ("busy", 1)

    def test_r61_limits_are_three_seconds_for_a_lock_and_five_for_a_statement(self):
        limits = query("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")

        assert limits == [("3s", "5s")]

    def test_repeats_on_the_constraints_that_decide_races_and_on_no_other(self):
        query(OUTBOX, ["taken"])
        attempts = []

        def change():
            attempts.append(1)
            write(query)(OUTBOX, ["taken" if len(attempts) < 3 else "free"])

        repeat_on("outbox_key_unique")(change)()
        assert (keys(), len(attempts)) == (["free", "taken"], 3)

        attempts.clear()

        def change_in_vain():
            attempts.append(1)
            write(query)("INSERT INTO auth_group (name) VALUES ('a'), ('a')")

        with pytest.raises(IntegrityError):
            repeat_on()(change_in_vain)()
        assert len(attempts) == 1


def another_connection():
    database_settings = settings.DATABASES["default"] | connection.settings_dict
    return psycopg.connect(
        host=database_settings["HOST"],
        port=database_settings["PORT"],
        user=database_settings["USER"],
        password=database_settings["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
    )


def terminate(backend):
    with another_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [backend])
        deadline = time.monotonic() + 5
        while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [backend]).fetchall():
            assert time.monotonic() < deadline
            other.commit()


@pytest.mark.django_db
@pytest.mark.both_databases
def test_steps_refer_to_the_ids_of_earlier_ones():
    first = Step("first", f"{OUTBOX} RETURNING id", ["one"])
    second = Step("second", f"{after('first')} RETURNING key")

    [(key,)] = query_steps([first, second], returning=["second"])

    assert keys() == sorted(["one", key])
    assert key == str(OutboxMessage.objects.get(key="one").pk)


@pytest.mark.django_db
@pytest.mark.postgresql
def test_steps_write_nothing_when_one_needs_what_was_not_found():
    nothing = Step("nothing", "SELECT id FROM common_outboxmessage WHERE key = %s", ["unknown"])

    needy = Step("needy", f"{after('nothing')} RETURNING key")

    with pytest.raises(Overtaken), transaction.atomic():
        query_steps([Step("told", OUTBOX, ["one"]), nothing, needy], returning=["needy"])

    assert keys() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_steps_whose_answer_is_lost_are_not_repeated():
    death = Step("death", "SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(CommitUnknown):
        query_steps([Step("told", OUTBOX, ["one"]), death], returning=["death"])

    assert keys() == []


def after(name):
    return OUTBOX.replace("%s", f"CAST({id_of(name)} AS varchar)")


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        (None, None),
        ("2031-01-02 03:04:05.678000", datetime(2031, 1, 2, 3, 4, 5, 678000, UTC)),
        ("2031-01-02 03:04:05", datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (datetime(2031, 1, 2), datetime(2031, 1, 2, tzinfo=UTC)),
        (datetime(2031, 1, 2, tzinfo=UTC), datetime(2031, 1, 2, tzinfo=UTC)),
    ],
)
def test_as_moment_reads_what_both_databases_give(raw, moment):
    assert as_moment(raw) == moment


@pytest.mark.parametrize("raw", [12.5, "12.5", Decimal("12.50"), "12.500"])
def test_as_money_reads_what_both_databases_give(raw):
    assert str(as_money(raw)) == "12.50"


def test_marks_are_for_a_list():
    assert database.marks([1, 2, 3]) == "%s, %s, %s"
