"""Loaded by pytest before Django: chooses the database and starts the servers (``-p`` in pytest.ini).

``TEST_DATABASE`` is ``postgresql`` (the default; with Redis) or ``sqlite`` (as embedded: no servers at all).
A service that cannot be started ends the run, or fails the tests that ask for it. With ``ALLOW_MISSING_SERVICES=1``
those tests are left out instead, and the last lines of the run say so.

With ``-n`` (pytest-xdist) each process that runs tests has servers and a folder of its own, as if it were alone; the
process that hands the tests out starts nothing, and prints what the others found out.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cinema_project.tests import services as having
from cinema_project.tests.services import Missing, Services

FOLDER = "cinema-tests-{pid}-"
SETTINGS_OF_OTHERS = (
    *("CELERY_BROKER_URL", "MQTT_URL", "EMAIL_URL", "PAYMENTS_MODE", "BOX_OFFICE", "HOLD_SECONDS"),
    *("PAYMENT_PROVIDER", "PAY_BY_SECONDS", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE"),
    *("TMDB_API_KEY", "TMDB_BASE_URL", "TMDB_IMAGE_URL", "FETCH_ALLOW_LOOPBACK"),
    *("STORAGE_URL", "EVENTS_SOURCE_URL", "SCRAPE_INTERVAL_SECONDS", "BATCH_SIZE", "EVENTS_CACHE_TTL"),
    *("SCRAPE_SLOTS", "SCRAPE_SLICE_SECONDS", "SCRAPE_LEASE_SECONDS"),
)
CHECKS: dict[str, Callable[[], object]] = {  # by the fixture that needs it
    "mosquitto": having.mosquitto_binary,
    "broker": having.mosquitto_binary,
    "browsers": having.chromium_binaries,
}
USES_PRODUCT = {"embedded", "scaled", "product", "house", "module_embedded", "module_scaled", "browsers", "mosquitto"}
NOT_SHARED = ("TEST_REDIS_URL", "TEST_MQTT_URL")
FIGURES, LEFT_OUT = "figures", "left out"
servers_missing: list[str] = []
left_out: dict[str, list[str]] = {}
services = pytest.StashKey[Services]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Prepare the environment before anything reads the settings."""
    asked = early_config.known_args_namespace
    if not (asked.help or asked.version):
        sweep()
        folder = Path(tempfile.mkdtemp(prefix=FOLDER.format(pid=os.getpid())))
        folder.chmod(0o755)
        early_config.stash[services] = Services(folder)
        prepare_environment(early_config.stash[services])
        try:
            if getattr(asked, "numprocesses", 0) and not is_worker():
                look_for_servers()
            else:
                start_servers(early_config.stash[services])
        except Missing as missing:
            pytest.exit(str(missing), returncode=1)
    return (yield)


def is_worker() -> bool:
    """Say whether this process runs the tests that another one hands out."""
    return "PYTEST_XDIST_WORKER" in os.environ


def prepare_environment(started: Services) -> None:
    """Forget settings of the caller; what is set here needs no server."""
    for name in SETTINGS_OF_OTHERS:
        os.environ.pop(name, None)
    os.environ |= {"DEBUG": "true", "EMBEDDED_WORKER": "false", "VAR_DIR": str(started.folder / "var")}
    os.environ |= {"SE_OFFLINE": "true", "SE_AVOID_STATS": "true"}
    os.environ |= {"DATABASE_URL": f"sqlite:///{started.folder}/tests.sqlite3", "REDIS_URL": ""}
    os.environ.setdefault("TEST_DATABASE", "postgresql")


def look_for_servers() -> None:
    """Find out before many processes do whether each can start what it needs.

    :raises Missing: if not
    """
    if given := [name for name in NOT_SHARED if os.environ.get(name)]:
        raise Missing(f"Tests empty what is at {' and '.join(given)}, so they cannot share it: run them with -n 0.")
    if os.environ["TEST_DATABASE"] == "postgresql" and not missing_is_allowed():
        if not os.environ.get("TEST_DATABASE_URL"):
            having.look_for_postgresql()
        having.redis_binary()


def start_servers(started: Services) -> None:
    """Start what ``TEST_DATABASE`` names.

    :raises Missing: if it cannot be had and may not be left out
    """
    if os.environ["TEST_DATABASE"] == "sqlite":
        return
    try:
        # Kept in the environment: the product's own processes are given their databases there (conftest.py).
        os.environ["TEST_DATABASE_URL"] = os.environ["DATABASE_URL"] = started.postgresql()
        os.environ["TEST_REDIS_URL"] = started.redis()
    except Missing as missing:
        if not missing_is_allowed():
            raise
        servers_missing.append(str(missing))
        os.environ["TEST_DATABASE"] = "sqlite"
        prepare_environment(started)
        return
    os.environ["REDIS_URL"] = os.environ["TEST_REDIS_URL"] + "/0"


def missing_is_allowed() -> bool:
    return os.environ.get("ALLOW_MISSING_SERVICES") == "1"


def sweep() -> None:
    """Remove the folders of test runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(FOLDER.format(pid="*") + "*"):
        if not Path("/proc", folder.name.split("-")[2]).exists():
            shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run; with ``-n`` begin with what takes long, so that no process waits for it at the end."""
    unwanted = [item for item in items if not is_wanted(item)]
    if unwanted:
        config.hook.pytest_deselected(items=unwanted)
        items[:] = [item for item in items if item not in {*unwanted}]
    if is_worker():
        items.sort(key=lambda item: (item.get_closest_marker("long") is None, not USES_PRODUCT & needs_of(item)))


def is_wanted(item: pytest.Item) -> bool:
    """Say whether the servers of this run allow the test; note the reason when one is missing."""
    needs = needs_of(item)
    on_sqlite = os.environ["TEST_DATABASE"] == "sqlite"
    unfit = on_sqlite and ("scaled" in needs or item.get_closest_marker("postgresql") is not None)
    reasons = servers_missing if unfit else [reason for name in needs & CHECKS.keys() if (reason := why_missing(name))]
    for reason in reasons:
        left_out.setdefault(reason, []).append(item.nodeid)
    return not (unfit or reasons)


def needs_of(item: pytest.Item) -> set[str]:
    """Return the fixtures asked for, with the one that the parameter of ``product`` names."""
    call = getattr(item, "callspec", None)
    chosen = [call.params["product"]] if call and "product" in call.params else []
    return {*getattr(item, "fixturenames", ()), *chosen}


def why_missing(name: str) -> str:
    if not missing_is_allowed():
        return ""  # the fixture fails, and says the same
    try:
        CHECKS[name]()
    except Missing as missing:
        return str(missing)
    return ""


@pytest.hookimpl(optionalhook=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if is_worker():
        session.config.workeroutput[LEFT_OUT] = left_out


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what one of the processes left out; each of them looked at all the tests."""
    left_out.update(getattr(node, "workeroutput", {}).get(LEFT_OUT, {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    called = [
        one for reports in terminalreporter.stats.values() for one in reports if getattr(one, "when", "") == "call"
    ]
    for name, figure in [figure for report in called for figure in report.user_properties]:
        if name == FIGURES:
            terminalreporter.write_line(figure, bold=True)
    for reason, tests in left_out.items():
        terminalreporter.write_line(f"NOT RUN, {len(tests)} TESTS LEFT OUT: {reason}", red=True, bold=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    if started := config.stash.get(services, None):
        started.stop()
