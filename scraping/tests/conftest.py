import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cinema_project.tests import sites as web_sites
from cinema_project.tests.sites import Site
from scraping import background
from scraping.fetching import pace
from scraping.models import Run
from scraping.services.execution import work_on
from scraping.services.runs import start_run
from scraping.sources.registry import SOURCES
from scraping.tests import media, numbers
from scraping.tests.numbers import Numbers


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
