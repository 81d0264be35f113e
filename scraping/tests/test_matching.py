"""The matcher on labelled titles (data/README.md), and rule by rule."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scraping.matching.cleaning import numbers_in, title_words
from scraping.matching.matcher import ACCEPT, ASK, Film, Scraped, Verdict, matcher_of

DATA = Path(__file__).parent / "data"
SETS = ("matching_titles", "matching_titles_unseen", "matching_titles_last")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> int | None:
    return int(text) if text else None


def film_of(row: dict[str, str]) -> Film:
    return Film(
        row["id"], row["title"], row["original_title"], number(row["year"]), row["director"], number(row["minutes"])
    )


@pytest.fixture(scope="module")
def house():
    return matcher_of(map(film_of, rows("matching_films")))


def judged(house, row: dict[str, str]) -> tuple[bool, bool]:
    """Return whether the answer to a labelled title is right, and whether it is wrong and was accepted by itself."""
    found = house.match(Scraped(row["title"], number(row["year"]), row["director"], number(row["minutes"])))
    named = found.film.id if found.film else "none"
    if row["answer"].startswith("ask: "):
        asked = found.verdict is Verdict.ASK and named in row["answer"].removeprefix("ask: ").split(" or ")
        return asked, found.verdict is Verdict.ACCEPT
    right = named == row["answer"]
    return right, found.verdict is Verdict.ACCEPT and not right


@pytest.mark.parametrize("name", SETS)
def test_labelled_titles_are_matched(house, name, show_figure):
    labelled = rows(name)
    results = [judged(house, row) for row in labelled]
    right = sum(good for good, _ in results)
    missed = [f"{row['kind']}: {row['title']}" for row, (good, _) in zip(labelled, results, strict=True) if not good]

    rate = right / len(labelled)
    show_figure(f"matching, {name}: {right} of {len(labelled)} right ({rate:.1%}); missed: {missed}")
    assert [row["title"] for row, (_, wrong) in zip(labelled, results, strict=True) if wrong] == []
    assert rate >= 0.97


def test_film_that_the_house_does_not_have_is_never_taken_for_another():
    films = [film_of(row) for row in rows("matching_films")]
    labelled = [row for name in SETS for row in rows(name) if row["answer"] != "none"]

    taken = []
    for row in labelled[::4]:
        gone = row["answer"].removeprefix("ask: ").split(" or ")
        poorer = matcher_of(film for film in films if film.id not in gone)
        found = poorer.match(Scraped(row["title"], number(row["year"]), row["director"], number(row["minutes"])))
        taken += [(row["title"], found.film.id)] if found.verdict is Verdict.ACCEPT else []
    assert len(labelled) > 400
    assert taken == []


def test_labelled_set_is_what_it_says():
    titles, films = rows("matching_titles"), {row["id"] for row in rows("matching_films")}

    assert len(titles) >= 300
    assert len({(row["title"], row["year"], row["director"], row["minutes"]) for row in titles}) == len(titles)
    answers = {name for row in titles for name in row["answer"].removeprefix("ask: ").split(" or ")}
    assert answers <= films | {"none"}
    kinds = Counter(row["kind"] for row in titles)
    assert kinds["plain"] < len(titles) / 10
    assert min(kinds[kind] for kind in ("sequel", "missing-sequel", "remake", "translated", "typo", "event")) >= 14


def match(title: str, *films: Film, **facts):
    return matcher_of(films).match(Scraped(title, **facts))


NOSFERATU = Film("1922", "Nosferatu", "Nosferatu, eine Symphonie des Grauens", 1922, "F. W. Murnau", 94)
AGAIN = Film("2024", "Nosferatu", "", 2024, "Robert Eggers", 132)


def test_answer_explains_itself():
    found = match("Silver Screen: NOSFERATU (4K)", NOSFERATU, year=1922, minutes=94)

    assert (found.verdict, found.film) == (Verdict.ACCEPT, NOSFERATU)
    assert found.reasons == (
        "The same as the title “Nosferatu”.",
        "Beside it: “4K” (garnish).",
        "Beside it: “Silver Screen” (the name of a series).",
        "The year 1922 agrees.",
        "94 minutes agree.",
    )


def test_two_films_of_one_name_are_asked_about_until_something_tells_them_apart():
    undecided = match("Nosferatu", NOSFERATU, AGAIN)

    assert undecided.verdict is Verdict.ASK
    assert undecided.reasons[-1] == "It could as well be Nosferatu (2024)."
    assert [candidate.film.id for candidate in undecided.candidates] == ["1922", "2024"]
    for facts, film in [
        ({"year": 2024}, AGAIN),
        ({"director": "Murnau"}, NOSFERATU),
        ({"director": "EGGERS, Robert"}, AGAIN),
        ({"minutes": 133}, AGAIN),
    ]:
        decided = match("Nosferatu", NOSFERATU, AGAIN, **facts)
        assert (decided.verdict, decided.film) == (Verdict.ACCEPT, film)


def test_facts_that_contradict_turn_a_title_down():
    assert match("Nosferatu", NOSFERATU, year=2024, minutes=132, director="Robert Eggers").verdict is Verdict.NONE
    assert match("Nosferatu", AGAIN, year=1922).verdict is Verdict.NONE


def test_new_release_may_have_a_new_year():
    assert match("Nosferatu - 100th Anniversary", NOSFERATU, year=2022).verdict is Verdict.ACCEPT


def test_part_of_a_title_is_never_enough_however_well_the_year_agrees():
    romulus = Film("1", "Alien: Romulus", "", 2024, "Fede Álvarez", 119)

    assert match("Alien 45th Anniversary", romulus, year=2024, minutes=117).verdict is Verdict.ASK


def test_parts_that_a_site_counts_are_asked_about_in_the_order_of_the_years():
    first, second = Film("1", "Avatar", "", 2009), Film("2", "Avatar: The Way of Water", "", 2022)

    found = match("AVATAR 2 (3D)", second, first)

    assert (found.verdict, found.film) == (Verdict.ASK, second)
    assert match("Avatar 3", second, first).verdict is Verdict.NONE
    assert match("Avatar 2", first).verdict is Verdict.NONE


def test_double_bill_is_asked_about():
    found = match("Alien + Aliens", Film("1", "Alien", "", 1979), Film("2", "Aliens", "", 1986))

    assert found.verdict is Verdict.ASK
    assert found.reasons[-1] == "Several films are named."


def test_evening_with_a_films_name_is_none():
    carmen = Film("1", "Carmen", "", 1983, "Carlos Saura", 102)

    assert match("Met Opera Live: Carmen", carmen).verdict is Verdict.NONE
    assert match("A Night at the Opera", Film("1", "A Night at the Opera", "", 1935)).verdict is Verdict.ACCEPT


def test_no_films_match_nothing():
    assert match("Nosferatu").verdict is Verdict.NONE
    assert match("", NOSFERATU).verdict is Verdict.NONE
    assert match("()", NOSFERATU).verdict is Verdict.NONE


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The Godfather: Part II", ("the", "godfather", "2")),
        ("Kill Bill: Vol. 1", ("kill", "bill", "1")),
        ("It Chapter Two", ("it", "2")),
        ("Seven Samurai", ("seven", "samurai")),
        ("Alien³", ("alien", "3")),
        ("8½", ("8", "1", "2")),
        ("Star Wars: Episode V", ("star", "wars", "5")),
        ("Malcolm X", ("malcolm", "x")),
        ("Amélie & Co.", ("amelie", "and", "co")),
    ],
)
def test_words_of_titles(title, words):
    assert title_words(title) == words


def test_numbers_of_parts_leave_out_ones_and_years():
    assert numbers_in(("blade", "runner", "2049")) == ()
    assert numbers_in(("dune", "1")) == ()
    assert numbers_in(("8", "1", "2")) == (2, 8)


@given(some.text(max_size=80))
def test_any_text_is_read_and_gives_an_answer(text):
    found = match(text, NOSFERATU, AGAIN)
    assert 0 <= found.score < 1
    assert (found.verdict is Verdict.NONE) == (found.score < ASK) == (found.film is None)
    assert (found.verdict is Verdict.ACCEPT) == (found.score >= ACCEPT)
