import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.tests import make as accounts
from cinema_project.tests import sites as web_sites
from cinema_project.tests.sites import Site
from scraping import background
from scraping.fakes.cinemas import FakeCinemas
from scraping.fakes.serving import Served, serving
from scraping.fakes.world import World
from scraping.fetching import pace
from scraping.models import Run
from scraping.services.execution import work_on
from scraping.services.runs import start_run
from scraping.sources.registry import SOURCES
from scraping.tests import media, numbers
from scraping.tests.numbers import Numbers
from scraping.tests.tix_market import MORNING, Clocks


@pytest.fixture
def site(settings) -> Iterator[Site]:
    settings.FETCH_ALLOW_LOOPBACK = True
    with web_sites.running() as site:
        numbers.serve(site)
        yield site
        site.released.set()


@pytest.fixture(autouse=True)
def own_pace() -> Iterator[None]:
    pace.store.cache_clear()
    yield
    pace.store.cache_clear()


@pytest.fixture
def numbers_source(site, monkeypatch) -> Numbers:
    """Three pages of two films; a test changes what it likes."""
    source = Numbers(site.url)
    monkeypatch.setitem(SOURCES, "numbers", lambda: source)
    return source


@pytest.fixture
def source(numbers_source, transactional_db) -> Numbers:
    return numbers_source


@pytest.fixture(scope="session")
def world() -> World:
    return World(theatres=14, cities=8)


@pytest.fixture
def cinemas(settings, monkeypatch, clock, world) -> Iterator[Served]:
    """Sites of cinemas at six in the morning; we ask them without a pace."""
    settings.FETCH_ALLOW_LOOPBACK = True
    monkeypatch.setattr("scraping.sources.site.PER_SECOND", None)
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.3)
    clocks = Clocks(clock)
    clocks.go_to(MORNING)
    with serving(FakeCinemas(world, clock=clocks)) as served:
        yield served


@pytest.fixture
def queue(monkeypatch) -> list[int]:
    """Runs that were handed to the workers, of which there are none."""
    handed: list[int] = []
    monkeypatch.setattr(background.work_on_run, "delay", lambda *, run_id: handed.append(run_id))
    return handed


def ruled(source: Numbers, **changes: Any) -> None:
    """Change the rules of a source."""
    source.rules = dataclasses.replace(source.rules, **changes)


Go = Callable[..., Run]


@pytest.fixture
def go(source) -> Go:
    """Run the source to its end: ``go().counts``."""

    def go(**options: Any) -> Run:
        run, _ = start_run(source="numbers", options=options, hand_off=False)
        return work_on(run_id=run.pk, seconds=30)

    return go


@pytest.fixture
def market_staff() -> dict[str, str]:
    """The headers of somebody who may read the market."""
    return accounts.bearer(accounts.user(groups=("manager",)))


@pytest.fixture
def read_market(client, market_staff) -> Callable[..., Any]:
    """Read an address of the market, and return the JSON of an answer that is fine."""

    def read(path: str, **query: object) -> Any:
        answer = client.get(f"/api/v1/market/{path}", query, headers=market_staff)
        assert answer.status_code == 200, answer.content
        return answer.json()

    return read


@pytest.fixture
def sites(settings, tmp_path) -> Iterator[media.Outside]:
    """A user with five videos; files go to our own storage, and are allowed."""
    settings.FETCH_ALLOW_LOOPBACK = True
    settings.MEDIA_RIGHTS_CONFIRMED = True
    settings.MEDIA_WORK_DIR = tmp_path / "on_its_way"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.TIKTOK_REQUESTS_PER_SECOND = 1000
    with media.outside() as sites:
        settings.TIKTOK_BASE_URL = sites.tiktok_site.url
        yield sites
