"""How words are compared: whatever one slip makes of a word, the two share a key."""

from string import ascii_lowercase

import pytest

from cinema_project.common import words

pytestmark = pytest.mark.both_databases
ALPHABET = ascii_lowercase[::5]


def slips_of(word):
    """Every other word that one slip makes of it."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield before + after[1:]
        yield from (before + letter + after for letter in ALPHABET)
        yield from (before + letter + after[1:] for letter in ALPHABET)
        yield before + after[1:2] + after[:1] + after[2:]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Le Voyage\tdans  la Lune ", "le voyage dans la lune"),
        ("Häxan – Été, MÉLIÈS, Strauß", "haxan – ete, melies, strauss"),
        ("Ærø, Łódź, İstanbul, Đà Nẵng", "aero, lodz, istanbul, da nang"),
        ("Броненосец «Потёмкин»", "bronenosets «potemkin»"),
        ("ﬁlm ②", "film 2"),
        ("Barbie™ № 5", "barbietm no 5"),
        ("a\0b 😀", "a b 😀"),
        ("", ""),
    ],
)
def test_fold_leaves_small_letters_without_marks(text, folded):
    assert words.fold(text) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Hitch-Hiker", ("the", "hitch", "hiker", "hitchhiker")),
        ("Edmond O'Brien", ("edmond", "o", "brien", "obrien")),
        ("F. W. Murnau", ("f", "w", "murnau", "fw")),
        ("D.O.A.", ("d", "o", "a", "doa")),
        ("%_ '' 😀", ()),
        ("x" * 99, ("x" * 40,)),
    ],
)
def test_words_of_a_text_and_what_is_one_word_to_those_who_type(text, found):
    assert words.words_of(text) == found


@pytest.mark.parametrize("word", ["kid", "faust", "murnau", "metropolis", "frankenstein"])
def test_a_word_with_a_slip_is_looked_up_and_close(word):
    lost = {
        typed
        for typed in slips_of(word)
        if len(typed) > 2 and (not words.typo_keys(typed) & words.keys_of(word) or not words.closeness(typed, word))
    }

    assert lost == set()


def test_two_slips_are_forgiven_in_long_words_only():
    typed = {"metropolis": "metorpols", "keaton": "kaetno", "faust": "fuats", "kid": "dki"}

    close = {word: bool(words.closeness(wrong, word)) for word, wrong in typed.items()}

    assert close == {"metropolis": True, "keaton": True, "faust": False, "kid": False}


def test_the_word_itself_is_closest_then_beginnings_then_typos():
    typed = ("metropolis", "metrop", "metro", "metropolos", "metorpols", "metrpo", "nosferatu")

    close = [words.closeness(one, "metropolis") for one in typed]

    assert close == sorted(close, reverse=True)
    assert (close[0], close[-1]) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("typed", "word", "expected"),
    [
        ("faust", "faust", (0, 0)),
        ("fasut", "faust", (1, 1)),
        ("metro", "metropolis", (5, 0)),
        ("mtero", "metropolis", (6, 1)),
        ("abc", "", (3, 3)),
    ],
)
def test_distances_count_slips_to_the_word_and_to_its_beginning(typed, word, expected):
    assert words.distances(typed, word) == expected
