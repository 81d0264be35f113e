from collections.abc import Iterator

import pytest

from catalog.tests.town import town as serving_town
from cinema_project.tests.sites import Site


@pytest.fixture
def town(settings, tmp_path) -> Iterator[Site]:
    """A site with pictures of events; ours go into the test's folder."""
    with serving_town(settings, tmp_path / "media") as site:
        yield site


@pytest.fixture
def media(tmp_path):
    return tmp_path / "media"
