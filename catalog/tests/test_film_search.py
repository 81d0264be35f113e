"""How well films are found. The searches in data/film_searches.json were written before the search itself."""

import json
from pathlib import Path

import pytest
from django.db import connection

from catalog.models import Movie
from catalog.selectors import film_search
from catalog.tests.film_catalogue import make_catalogue

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
SEARCHES = json.loads((Path(__file__).parent / "data/film_searches.json").read_text("utf-8"))
MADE_UP = 300
LEAST = {"postgresql": 0.95, "sqlite": 0.90}


def first_three(text: str) -> list[str]:
    return [film.slug for film in film_search.matching(text)[:3]]


def test_most_searches_have_what_was_wanted_among_the_first_three(capsys):
    make_catalogue(MADE_UP)

    found = {search["typed"]: first_three(search["typed"]) for search in SEARCHES}

    missed = {
        search["typed"]: found[search["typed"]]
        for search in SEARCHES
        if not {*search["wanted"]} <= {*found[search["typed"]]}
    }
    rate = 1 - len(missed) / len(SEARCHES)
    with capsys.disabled():
        print(f"\n{connection.vendor}: {rate:.1%} of {len(SEARCHES)} searches among {Movie.objects.count()} films")
    assert rate >= LEAST[connection.vendor], missed
    assert len(SEARCHES) >= 60
