import pytest

from catalog.models import FilmWord

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WORDS = ["faust", "señora", "o'hara", 'the "end"', "100%", "a\\b", "{1,2}", "null"]


@pytest.fixture
def words() -> None:
    FilmWord.objects.bulk_create(
        FilmWord(pk=number, movie_id=1, word=word, weight=1) for number, word in enumerate(WORDS)
    )


@pytest.mark.parametrize("wanted", [[], ["faust"], WORDS[1:], {"null", "nobody"}])
def test_texts_are_found_as_by_in(words, wanted):
    assert {*FilmWord.objects.filter(word__one_of=wanted)} == {*FilmWord.objects.filter(word__in=wanted)}


@pytest.mark.parametrize("wanted", [[], [3], [0, 2, 4, 999], range(300), {2**62}])
def test_numbers_are_found_as_by_in(words, wanted):
    assert {*FilmWord.objects.filter(pk__one_of=wanted)} == {*FilmWord.objects.filter(pk__in=wanted)}


def test_a_row_without_is_neither_found_nor_excluded_by_mistake(words):
    assert FilmWord.objects.exclude(word__one_of=WORDS[2:]).count() == 2
