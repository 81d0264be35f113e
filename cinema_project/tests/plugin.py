"""Loaded by pytest before Django: chooses the database and starts the servers (``-p`` in pytest.ini).

``TEST_DATABASE`` is ``postgresql`` (the default; with Redis) or ``sqlite`` (as embedded: no servers at all).
A service that cannot be started ends the run, or fails the tests that ask for it. With ``ALLOW_MISSING_SERVICES=1``
those tests are left out instead, and the last lines of the run say so.
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
    *("SCRAPE_SLOTS", "SCRAPE_SLICE_SECONDS", "SCRAPE_LEASE_SECONDS"),
)
CHECKS: dict[str, Callable[[], object]] = {  # by the fixture that needs it
    "mosquitto": having.mosquitto_binary,
    "broker": having.mosquitto_binary,
    "browsers": having.chromium_binaries,
}
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
    return (yield)


def prepare_environment(started: Services) -> None:
    for name in SETTINGS_OF_OTHERS:
        os.environ.pop(name, None)
    os.environ |= {"DEBUG": "true", "EMBEDDED_WORKER": "false", "VAR_DIR": str(started.folder / "var")}
    os.environ |= {"SE_OFFLINE": "true", "SE_AVOID_STATS": "true"}
    if os.environ.setdefault("TEST_DATABASE", "postgresql") == "sqlite":
        os.environ |= {"DATABASE_URL": f"sqlite:///{started.folder}/tests.sqlite3", "REDIS_URL": ""}
        return
    try:
        # Kept in the environment: the product's own processes are given their databases there (conftest.py).
        os.environ["TEST_DATABASE_URL"] = os.environ["DATABASE_URL"] = started.postgresql()
        os.environ["TEST_REDIS_URL"] = started.redis()
    except Missing as missing:
        if not missing_is_allowed():
            pytest.exit(str(missing), returncode=1)
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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = [item for item in items if is_wanted(item)]
    if len(wanted) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
        items[:] = wanted


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


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for reason, tests in left_out.items():
        terminalreporter.write_line(f"NOT RUN, {len(tests)} TESTS LEFT OUT: {reason}", red=True, bold=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    if started := config.stash.get(services, None):
        started.stop()
