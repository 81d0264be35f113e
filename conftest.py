"""Fixtures for every test. The servers behind them are started in cinema_project/tests/plugin.py."""

import fcntl
import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from selenium.webdriver import Chrome

from booking.selectors.invariants import violations
from booking.tests.auditing import audited
from catalog.tests import fake_tmdb
from catalog.tests.fake_tmdb import FakeTmdb
from cinema_project.celery import app as celery
from cinema_project.common import rates
from cinema_project.common.database import query
from cinema_project.common.fetching.fetcher import close_shared
from cinema_project.tests import clock as clocks
from cinema_project.tests import plugin
from cinema_project.tests.browsers import open_browser
from cinema_project.tests.emptying import Contents
from cinema_project.tests.product import (
    Product,
    copy_database,
    drop_database,
    embedded_product,
    has_database,
    migrated_postgresql,
    migrated_sqlite,
    scaled_product,
    template_name,
)
from cinema_project.tests.services import MortalRedis, Services

ANYTHING_SOLD = "SELECT 1 FROM booking_seatclaim UNION ALL SELECT 1 FROM booking_payment LIMIT 1"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Let tests that commit leave the database as the migrations made it, faster than Django does.

    Scaled products are cloned from a copy of it, taken while it is new.
    """
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
        if not connection.introspection.table_names():  # all that is asked for are products with databases of their own
            yield
            return
        contents = Contents()
        patched.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: contents.restore())
        if connection.vendor == "postgresql":
            connection.close()
            connection.close_pool()
            copy_database(os.environ["TEST_DATABASE_URL"], connection.settings_dict["NAME"], template_name())
        yield


@pytest.fixture(scope="session", autouse=True)
def eager_tasks() -> None:
    celery.conf.task_always_eager = True
    celery.conf.task_eager_propagates = True


@pytest.fixture(autouse=True)
def fast_passwords(settings) -> None:
    """Argon2 is slow on purpose; a test about hashing sets ``settings.PASSWORD_HASHERS`` back."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()
    rates.buckets.cache_clear()
    # Here, for tests of this file itself begin without Django.
    from catalog.services.events import lists  # noqa: PLC0415
    from scraping.events import memory  # noqa: PLC0415

    lists.forget()
    memory.memory.cache_clear()


@pytest.fixture
def clock(db) -> Iterator[clocks.Clock]:
    """The clock of this process's database: ``clock.travel(seconds)``, ``clock.at(moment)``."""
    yield clocks.here()
    clocks.restore_here()


@pytest.fixture(autouse=True)
def books_balance(request: pytest.FixtureRequest) -> Iterator[None]:
    """Audit what each test leaves behind if it sold anything, on the test's own clock (R64).

    ``booking.tests.auditing.audited`` does the same for the tests of the running product.
    """
    uses_database = request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & {*request.fixturenames}
    if uses_database:
        request.getfixturevalue("clock")
    yield
    if uses_database and not request.node.get_closest_marker("breaks_invariants") and query(ANYTHING_SOLD):
        assert violations() == []


@pytest.fixture
def show_figure(record_property) -> Callable[[str], None]:
    """Print a line at the end of the run: ``show_figure("98 of 100 found")``."""
    return functools.partial(record_property, plugin.FIGURES)


@pytest.fixture(scope="session")
def services(pytestconfig) -> Services:
    return pytestconfig.stash[plugin.services]


@pytest.fixture(scope="session")
def running_tmdb() -> Iterator[FakeTmdb]:
    with fake_tmdb.running() as fake:
        yield fake


@pytest.fixture
def tmdb(running_tmdb, settings, tmp_path) -> Iterator[FakeTmdb]:
    """A TMDB that this process asks, with a key; pictures are stored in a folder of the test."""
    running_tmdb.reset()
    settings.TMDB_API_KEY = fake_tmdb.KEY
    settings.TMDB_BASE_URL, settings.TMDB_IMAGE_URL = running_tmdb.url, f"{running_tmdb.url}/t/p"
    settings.MEDIA_ROOT = tmp_path
    yield running_tmdb
    running_tmdb.released.set()
    close_shared()


@pytest.fixture(scope="session")
def mosquitto(services) -> str:
    """The URL of an MQTT broker, user and password in it."""
    return services.mosquitto()


@pytest.fixture
def browsers(tmp_path) -> Iterator[Callable[..., Chrome]]:
    """Open as many browsers as the test likes: ``browsers(width=390)``, each a person of their own."""
    opened: list[Chrome] = []

    def open_another(**size: int) -> Chrome:
        opened.append(open_browser(tmp_path / f"browser-{len(opened)}", **size))
        return opened[-1]

    yield open_another
    for browser in opened:
        browser.quit()


@pytest.fixture
def browser(browsers) -> Chrome:
    return browsers()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """The file that embedded products start from: one for all processes that share the tests."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if plugin.is_worker() else base
    made = shared / "embedded.sqlite3"
    with (shared / "embedded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            migrated_sqlite(tmp_path_factory.mktemp("sqlite")).rename(made)
    return made


@pytest.fixture
def embedded(request, sqlite_template, tmp_path) -> Iterator[Product]:
    """The product in one process on SQLite, with an empty database: ``embedded.start().url``."""
    with audited(embedded_product(sqlite_template, tmp_path), request) as product:
        yield product


@pytest.fixture(scope="session")
def postgresql_template(django_db_setup, tmp_path_factory) -> Iterator[str]:
    url = os.environ["TEST_DATABASE_URL"]
    if not has_database(url, template_name()):
        migrated_postgresql(url, tmp_path_factory.mktemp("postgresql"))
    yield template_name()
    drop_database(url, template_name())


@pytest.fixture
def scaled(request, postgresql_template, tmp_path) -> Iterator[Product]:
    """The product on PostgreSQL and Redis, with an empty database: ``scaled.start("http")`` and so on."""
    url, redis_url = os.environ["TEST_DATABASE_URL"], os.environ["TEST_REDIS_URL"]
    with redis.Redis.from_url(redis_url) as server:
        server.flushall()
    with audited(scaled_product(url, postgresql_template, redis_url, tmp_path), request) as product:
        yield product
    drop_database(url, product.database_url.rsplit("/", 1)[1])


@pytest.fixture
def mortal_redis(scaled, tmp_path) -> Iterator[MortalRedis]:
    """A Redis of the test's own for ``scaled``, which it may kill and start again, empty."""
    redis_of_ours = MortalRedis(tmp_path)
    scaled.redis_url = redis_of_ours.url
    redis_of_ours.start()
    yield redis_of_ours
    redis_of_ours.kill()


@pytest.fixture(params=["embedded", "scaled"])
def product(request) -> Product:
    """Both ways to run the product, one after the other."""
    return request.getfixturevalue(request.param)
