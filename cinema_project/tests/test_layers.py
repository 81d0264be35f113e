"""Guards the map of the code: imports run one way, down, and some words stand in one file only.

    booking, scraping -> catalog -> accounts -> cinema_project.common        (cinema_project may name everything)
    doors in -> services, selectors -> doors out, models, plain modules      (inside an app)

Another app is entered by its services, selectors and models. ``accounts`` has further public doors: who is calling,
what they may do, and their tokens. A module whose name stands in no list below is a plain one, at the bottom.
"""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pytest

from cinema_project.tests.product import ROOT

BELOW = {
    "cinema_project.common": set(),
    "accounts": {"cinema_project.common"},
    "catalog": {"cinema_project.common", "accounts"},
    "booking": {"cinema_project.common", "accounts", "catalog"},
    "scraping": {"cinema_project.common", "accounts", "catalog"},
    "cinema_project.pages": {"cinema_project.common", "accounts", "catalog", "booking", "scraping"},
}
PUBLIC = ("services", "selectors", "models")
PUBLIC_OF_ACCOUNTS = ("api_keys", "callers", "permissions", "roles", "tokens", "socket_auth", "api.authentication")

DOORS_IN = {
    *("api", "views", "urls", "forms", "filters", "consumers", "routing", "socket_urls", "tasks", "management"),
    *(
        "admin",
        "admin_forms",
        "event_admin",
        "key_admin",
        "job_watch",
        "matches_admin",
        "media_admin",
        "payment_admin",
        "promo_admin",
        "review_admin",
        "screening_admin",
        "seat_admin",
        "site_admin",
        "tmdb_admin",
        "waiting_admin",
    ),
    *("context", "templatetags", "demo", "tests"),
    *("expirer", "hub", "mqtt"),  # booking: the clock calls one, the sockets' process and the relay the others
}
SERVICES = {"services", "selectors", "background", "callers", "permissions", "tokens", "socket_auth", "supervision"}
STARTERS = ("asgi", "wsgi", "celery", "environment")
READS_ENVIRONMENT = ("manage", *(f"cinema_project.{name}" for name in STARTERS))


def app_of(module: str) -> str:
    """Return the app that a module of ours belongs to; the rest of ``cinema_project`` is ``cinema_project``."""
    if module.startswith("cinema_project.pages.management"):
        return "cinema_project"  # its commands lie in pages because Django looks for commands in apps only
    return next(
        (app for app in BELOW if module == app or module.startswith(f"{app}.")), module.split(".", maxsplit=1)[0]
    )


def part_of(module: str) -> str:
    return module.removeprefix(app_of(module)).removeprefix(".")


def height(module: str) -> int:
    first = part_of(module).split(".")[0]
    return 3 if first in DOORS_IN else 2 if first in SERVICES else 1


def is_ours(module: str) -> bool:
    return app_of(module) in {*BELOW, "cinema_project"}


def imported(tree: ast.AST) -> Iterator[str]:
    """Name every module of ours that is imported; ``from package import module`` names the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if is_ours(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and is_ours(node.module):
            yield from (_module_meant(node.module, alias.name) for alias in node.names)


def _module_meant(package: str, name: str) -> str:
    path = ROOT.joinpath(*package.split("."), name)
    return f"{package}.{name}" if path.is_dir() or path.with_suffix(".py").exists() else package


def complaints(module: str, source: str) -> list[str]:
    """Return one sentence for everything in a module that runs against the map."""
    tree = ast.parse(source)
    found = [wrong for target in imported(tree) if (wrong := wrong_import(module, target))]
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))
            found += [f"{module}.{function.name} imports inside a function, line {node.lineno}" for node in inner]
    return sorted({*found, *misplaced_words(module, tree)})


def wrong_import(module: str, target: str) -> str | None:
    own, other = app_of(module), app_of(target)
    if own not in BELOW:
        return None  # the composition root
    if own == other:
        return f"{module} imports {target}, which stands above it" if height(target) > height(module) else None
    if other not in BELOW[own]:
        return f"{module} imports {target}: {own} must not know {other}"
    doors = PUBLIC_OF_ACCOUNTS + PUBLIC if other == "accounts" else PUBLIC
    if other == "cinema_project.common" or any(f"{part_of(target)}.".startswith(f"{door}.") for door in doors):
        return None
    return f"{module} imports {target}: {other} is entered by its services, selectors and models"


def misplaced_words(module: str, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.name if isinstance(node, ast.alias) else ""
        if name in ("environ", "getenv") and module not in READS_ENVIRONMENT:
            yield f"{module} reads the environment; settings do"
        if name == "on_commit" and module != "cinema_project.common.outbox":
            yield f"{module} uses on_commit; the outbox does"


def modules() -> dict[str, str]:
    """Return the source of every module of the product by its name."""
    folders = sorted({app.split(".")[0] for app in BELOW})
    paths = [ROOT / "manage.py", *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}
    return {name: path.read_text() for name, path in sorted(named.items()) if ".tests" not in name}


def test_imports_run_down_and_words_stand_in_their_file():
    assert [wrong for name, source in modules().items() for wrong in complaints(name, source)] == []


def test_imports_make_no_circle():
    graph = {name: {*imported(ast.parse(source))} - {name} for name, source in modules().items()}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("catalog.services.movies", "from booking import models", "catalog must not know booking"),
        ("booking.services.tickets", "import scraping.services.runs", "booking must not know scraping"),
        ("cinema_project.common.outbox", "from accounts.models import User", "must not know accounts"),
        (
            "catalog.models.movies",
            "from cinema_project.pages import views",
            "catalog must not know cinema_project.pages",
        ),
        ("booking.services.tickets", "from cinema_project import celery", "booking must not know cinema_project"),
        ("booking.services.tickets", "from booking import tasks", "stands above it"),
        ("booking.services.tickets", "from booking.api.urls import urlpatterns", "stands above it"),
        ("booking.models", "from booking.services.tickets import book_seats", "stands above it"),
        ("booking.realtime", "from booking.selectors import seatmap", "stands above it"),
        ("booking.services.tickets", "from catalog.api.urls import urlpatterns", "is entered by its services"),
        ("cinema_project.pages.views", "import catalog.admin", "is entered by its services"),
        ("catalog.api.urls", "from accounts.api.views import Me", "is entered by its services"),
        ("booking.views", "def view():\n    import json", "imports inside a function, line 2"),
        ("booking.views", "import os\nos.environ['X']", "reads the environment"),
        ("booking.views", "from os import getenv", "reads the environment"),
        ("booking.services.tickets", "transaction.on_commit(send)", "uses on_commit"),
    ],
)
def test_wrong_imports_are_caught(module, source, complaint):
    assert [complaint in wrong for wrong in complaints(module, source)] == [True]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("booking.api.views.tickets", "from booking.services.tickets import book_seats"),
        ("booking.services.tickets", "from catalog.selectors import layouts\nfrom booking.models import Ticket"),
        ("booking.consumers", "from accounts.socket_auth import caller_of"),
        ("cinema_project.pages.views", "from booking.selectors.tickets import tickets_of"),
        ("cinema_project.urls", "from booking.api import views"),
        ("cinema_project.environment", "from os import environ"),
        ("cinema_project.pages.management.commands.demo", "from cinema_project.demo import seeding"),
    ],
)
def test_right_imports_pass(module, source):
    assert complaints(module, source) == []
