import pytest
from django.http import QueryDict

from cinema_project.common.errors import Invalid
from cinema_project.common.queries import NameUnknown, flag, whole, words_of

KNOWN = ["id", "title"]


@pytest.mark.parametrize(("query", "number"), [("", 7), ("n=1", 1), ("n=000000009", 9), ("n=999999999", 999_999_999)])
def test_whole_number(query, number):
    assert whole(QueryDict(query), "n", 7, least=1) == number


@pytest.mark.parametrize("raw", ["", "0", "-1", "1.0", "x", "٣", "+1", "1000000000", "0" * 20 + "9" * 20])
def test_what_is_no_whole_number_is_refused(raw):
    with pytest.raises(Invalid, match=r"^n must be a whole number from 1 to 999999999\.$") as refused:
        whole(QueryDict(f"n={raw.replace('+', '%2B')}"), "n", 7, least=1)

    assert [error["pointer"] for error in refused.value.errors] == ["/n"]


@pytest.mark.parametrize(
    ("raw", "value"), [("true", True), ("True", True), ("1", True), ("false", False), ("0", False)]
)
def test_flag(raw, value):
    assert flag(QueryDict(f"f={raw}"), "f") is value
    assert flag(QueryDict(), "f", default=value) is value


@pytest.mark.parametrize("raw", ["", "yes", "2", "truee"])
def test_what_is_no_flag_is_refused(raw):
    with pytest.raises(Invalid, match=r"^f must be true or false\.$"):
        flag(QueryDict(f"f={raw}"), "f")


@pytest.mark.parametrize("query", ["w=id,title", "w=id&w=title", "w=%20id%20,,title,"])
def test_words(query):
    assert words_of(QueryDict(query), "w", KNOWN) == KNOWN
    assert words_of(QueryDict("w="), "w", KNOWN) == []
    assert words_of(QueryDict(query), "w", []) == []


def test_unknown_word_is_refused_with_the_known_ones():
    with pytest.raises(NameUnknown, match=r"^w knows no 'x'\. It knows id, title\.$"):
        words_of(QueryDict("w=id,x"), "w", KNOWN)
